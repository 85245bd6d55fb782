/*
 * scheduler/child.c - see child.h.
 *
 * The end has three parts that come in any order: the exit status, the end of both pipes, and the closing of
 * every handle. A grandchild may keep a pipe open after the child is gone, so the pipes are waited for only a
 * while. Tests: tests/unit/scheduler/test_child.c.
 */
#include "scheduler/child.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* What a grandchild may still write after the child is gone. */
#define DRAIN_MS 1000

enum { OUT, ERROR, PIPES };

struct pipe_end {
	uv_pipe_t handle;
	struct child *child;
	struct lines lines;
	bool ended;
};

struct child {
	uv_process_t process;
	uv_timer_t look;  /* time, silence, memory */
	uv_timer_t grace; /* after SIGTERM; after the exit: for the pipes */
	struct pipe_end pipes[PIPES];
	struct child_start how;
	struct child_end end;
	uint64_t started, heard, looked; /* uv_now */
	unsigned open;                   /* handles not closed yet */
	bool exited, failed, closing;
	char read[16384];
};

const char *child_stop_word(enum child_stop why)
{
	static const char *const words[] = { NULL, "stop", "time", "silence", "memory" };

	return words[why];
}

static void on_closed(uv_handle_t *h)
{
	struct child *c = h->data;

	if (--c->open > 0)
		return;
	if (!c->failed)
		c->how.events->ended(c->how.ctx, &c->end);
	free(c);
}

static void close_all(struct child *c)
{
	if (c->closing)
		return;
	c->closing = true;
	uv_close((uv_handle_t *)&c->process, on_closed);
	uv_close((uv_handle_t *)&c->look, on_closed);
	uv_close((uv_handle_t *)&c->grace, on_closed);
	for (int i = 0; i < PIPES; i++)
		uv_close((uv_handle_t *)&c->pipes[i].handle, on_closed);
}

bool child_status_parse(struct str status, int64_t *ret_now, int64_t *ret_max)
{
	struct str rest = status, line, item;
	int64_t *to;
	bool found = false;

	while (str_next_item(&rest, '\n', &line)) {
		uint64_t kib;

		if (str_starts(line, STR("VmRSS:")))
			to = ret_now;
		else if (str_starts(line, STR("VmHWM:")))
			to = ret_max;
		else
			continue;
		line = str_trim(str_from(line, 6));
		(void)str_next_item(&line, ' ', &item);
		if (!str_to_u64(item, &kib) || kib > INT64_MAX / 1024)
			continue;
		*to = (int64_t)kib * 1024;
		found = true;
	}
	return found;
}

/* A process that is gone and not yet waited for has a status without these lines. */
static int64_t resident(struct child *c)
{
	char path[48], text[4096];
	int64_t now = 0, most = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", c->process.pid);
	hv_auto(hv_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text));

	if (n <= 0 || !child_status_parse((struct str){ text, (size_t)n }, &now, &most))
		return 0;
	most = most > now ? most : now;
	c->end.rss_max = c->end.rss_max > most ? c->end.rss_max : most;
	return now;
}

static void look(struct child *c)
{
	const struct child_limits *l = &c->how.limits;
	uint64_t now = uv_now(c->process.loop);

	if (c->exited || c->end.why != CHILD_LEFT || now == c->looked)
		return;
	c->looked = now;
	if (l->memory && resident(c) > l->memory)
		child_stop(c, CHILD_MEMORY);
	else if (l->time_ms && now - c->started >= (uint64_t)l->time_ms)
		child_stop(c, CHILD_TIME);
	else if (l->silence_ms && now - c->heard >= (uint64_t)l->silence_ms)
		child_stop(c, CHILD_SILENCE);
}

static void on_line(void *ctx, struct str s, bool cut)
{
	struct pipe_end *p = ctx;
	struct child *c = p->child;
	bool error = p == &c->pipes[ERROR];
	struct progress progress;

	if (error && !cut && progress_parse(s, &progress)) {
		c->heard = uv_now(c->process.loop);
		c->how.events->progress(c->how.ctx, &progress);
		look(c); /* a run grows by pages: here is where it has grown */
	} else {
		c->how.events->line(c->how.ctx, error, s, cut);
	}
}

static void end_pipe(struct pipe_end *p)
{
	if (p->ended)
		return;
	p->ended = true;
	lines_end(&p->lines, on_line, p);
}

static void finish_when_over(struct child *c)
{
	if (c->exited && c->pipes[OUT].ended && c->pipes[ERROR].ended)
		close_all(c);
}

static void on_look(uv_timer_t *t)
{
	look(t->data);
}

static void on_room(uv_handle_t *h, size_t wanted, uv_buf_t *ret)
{
	struct child *c = h->data;

	(void)wanted;
	*ret = uv_buf_init(c->read, sizeof(c->read));
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *bytes)
{
	struct child *c = s->data;
	struct pipe_end *p = s == (uv_stream_t *)&c->pipes[ERROR].handle ? &c->pipes[ERROR] : &c->pipes[OUT];

	if (n > 0) {
		lines_feed(&p->lines, bytes->base, (size_t)n, on_line, p);
		return;
	}
	if (n == 0)
		return;
	(void)uv_read_stop(s);
	end_pipe(p);
	finish_when_over(c);
}

static void on_pipes_late(uv_timer_t *t)
{
	struct child *c = t->data;

	end_pipe(&c->pipes[OUT]);
	end_pipe(&c->pipes[ERROR]);
	finish_when_over(c);
}

static void on_exit_status(uv_process_t *p, int64_t status, int signal)
{
	struct child *c = p->data;

	c->exited = true;
	c->end.exit = signal ? -1 : (int)status;
	c->end.signal = signal;
	c->end.duration_ms = (int64_t)(uv_now(p->loop) - c->started);
	(void)uv_timer_stop(&c->look);
	(void)uv_timer_start(&c->grace, on_pipes_late, DRAIN_MS, 0);
	finish_when_over(c);
}

void child_kill(struct child *c)
{
	if (c->exited)
		return;
	c->end.killed = true;
	(void)uv_process_kill(&c->process, SIGKILL);
}

static void on_grace_over(uv_timer_t *t)
{
	child_kill(t->data);
}

void child_stop(struct child *c, enum child_stop why)
{
	if (c->exited || c->end.why != CHILD_LEFT)
		return;
	c->end.why = why;
	(void)uv_timer_stop(&c->look);
	(void)uv_process_kill(&c->process, SIGTERM);
	(void)uv_timer_start(&c->grace, on_grace_over, (uint64_t)c->how.grace_ms, 0);
}

int child_pid(const struct child *c)
{
	return c->process.pid;
}

static void handles_init(uv_loop_t *loop, struct child *c)
{
	/* None of these can fail: they only fill structures. */
	(void)uv_timer_init(loop, &c->look);
	(void)uv_timer_init(loop, &c->grace);
	c->look.data = c->grace.data = c->process.data = c;
	for (int i = 0; i < PIPES; i++) {
		(void)uv_pipe_init(loop, &c->pipes[i].handle, 0);
		c->pipes[i].handle.data = c;
		c->pipes[i].child = c;
	}
	c->open = 3 + PIPES;
}

static int spawn(uv_loop_t *loop, struct child *c)
{
	uv_stdio_container_t stdio[3] = { { .flags = UV_IGNORE } };

	for (int i = 0; i < PIPES; i++) {
		stdio[i + 1].flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE;
		stdio[i + 1].data.stream = (uv_stream_t *)&c->pipes[i].handle;
	}
	uv_process_options_t o = {
		.exit_cb = on_exit_status,
		.file = c->how.argv[0],
		.args = (char **)(uintptr_t)c->how.argv,
		.stdio_count = 3,
		.stdio = stdio,
	};
	return uv_spawn(loop, &c->process, &o);
}

int child_start(uv_loop_t *loop, const struct child_start *s, struct child **ret, struct hv_err *err)
{
	struct child *c = calloc(1, sizeof(*c));

	if (!c)
		return hv_nomem(err, "child process");
	c->how = *s;
	handles_init(loop, c);
	uv_update_time(loop);
	c->started = c->heard = uv_now(loop);
	int r = spawn(loop, c);
	if (r < 0) {
		c->failed = true;
		close_all(c);
		return hv_fail(err, HV_E_IO, "cannot start %s: %s", s->argv[0], uv_strerror(r));
	}
	/* Open pipes and set timers: these only refuse what was not initialised. */
	for (int i = 0; i < PIPES; i++)
		(void)uv_read_start((uv_stream_t *)&c->pipes[i].handle, on_room, on_read);
	(void)uv_timer_start(&c->look, on_look, (uint64_t)s->sample_ms, (uint64_t)s->sample_ms);
	c->how.argv = NULL; /* the caller's, gone after this call */
	(void)resident(c);
	*ret = c;
	return 0;
}
