/*
 * scheduler/serve.c - scheduler_run: the loop, its signals, its clock, its end.
 *
 * Waits for three things: the next due time (looked at again at least every `tick`, since clocks are set and
 * machines sleep), the end of a child (which makes room), a signal. Nothing here may block.
 * Tests: tests/unit/scheduler/test_serve.c.
 */
#include "scheduler/scheduler.h"

#include <signal.h>

#include "harvester/base/buf.h"
#include "scheduler/crew.h"
#include "scheduler/notify.h"
#include "scheduler/plan.h"

enum { SIGNALS = 3 };

struct server {
	uv_loop_t loop;
	uv_signal_t signals[SIGNALS];
	int n_signals;
	uv_timer_t alarm, watchdog;
	struct scheduler_options options;
	struct timetable *table;
	struct crew crew;
	struct notify notify;
	const struct hv_log *log;
	const struct hv_clock *clock;
	int64_t once; /* with `once`: the moment it was asked; what is due later is not its business */
	bool stopping, finished;
};

static int64_t server_now(const struct server *s)
{
	return s->options.once ? s->once : clock_now(s->clock);
}

static struct timetable *table_now(void *ctx, int64_t *ret_now)
{
	struct server *s = ctx;

	*ret_now = server_now(s);
	return s->table;
}

static void finish(struct server *s)
{
	if (s->finished)
		return;
	s->finished = true;
	for (int i = 0; i < s->n_signals; i++)
		uv_close((uv_handle_t *)&s->signals[i], NULL);
	uv_close((uv_handle_t *)&s->alarm, NULL);
	uv_close((uv_handle_t *)&s->watchdog, NULL);
}

static void tell_status(struct server *s)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(64u << 10);
	const char *source;
	char at[CLOCK_TEXT];
	int64_t next = timetable_next(s->table, &source);

	buf_puts(&b, s->stopping ? "stopping: " : s->crew.n ? "running: " : "waiting");
	crew_status(&s->crew, &b);
	if (next != TIMETABLE_NEVER && !s->stopping)
		buf_printf(&b, "; next: %s at %s", source, clock_utc(next, at));
	notify_status(&s->notify, buf_cstr(&b));
}

static void on_alarm(uv_timer_t *t);

/* With no room the end of a child comes first; the tick is then only a look at the clock. */
static void set_alarm(struct server *s, int64_t now)
{
	int64_t next = timetable_next(s->table, NULL), wait = s->options.tick;

	if (crew_has_room(&s->crew) && next != TIMETABLE_NEVER && (next - now) / 1000 < wait)
		wait = next > now ? (next - now) / 1000 + 1 : 1;
	(void)uv_timer_start(&s->alarm, on_alarm, (uint64_t)wait, 0);
}

/* Start what is due and has room; then wait for what comes next. */
static void pass(struct server *s)
{
	struct timetable_entry *e;
	int64_t now = server_now(s);
	int line;

	if (s->finished)
		return;
	while (!s->stopping && crew_has_room(&s->crew) && (e = timetable_due(s->table, now, &line)))
		crew_start(&s->crew, e, line);
	if (s->crew.n == 0 && (s->stopping || s->options.once)) {
		finish(s);
		return;
	}
	if (!s->stopping)
		set_alarm(s, now);
	tell_status(s);
}

static void on_alarm(uv_timer_t *t)
{
	pass(t->data);
}

static void on_changed(void *ctx, bool ended)
{
	if (ended)
		pass(ctx);
	else
		tell_status(ctx);
}

static void on_stop(uv_signal_t *h, int signum)
{
	struct server *s = h->data;

	if (s->stopping) {
		crew_kill(&s->crew);
		return;
	}
	s->stopping = true;
	char running[24];
	(void)snprintf(running, sizeof(running), "%zu", s->crew.n);
	hv_log(s->log, HV_LOG_INFO, "serve stopping",
	       (struct hv_kv[]){ { "signal", signum == SIGINT ? "SIGINT" : "SIGTERM" },
				 { "running", running },
				 { 0 } });
	notify_stopping(&s->notify);
	(void)uv_timer_stop(&s->alarm);
	crew_stop(&s->crew);
	pass(s);
}

static void count_text(const struct timetable *t, char ret[24])
{
	(void)snprintf(ret, 24, "%zu", timetable_size(t));
}

static void on_hangup(uv_signal_t *h, int signum)
{
	struct server *s = h->data;
	struct timetable *new = NULL;
	struct hv_err err = { 0 };
	char sources[24];

	(void)signum;
	if (s->stopping)
		return;
	notify_reloading(&s->notify);
	if (plan_again(s->crew.config_dir, s->table, server_now(s), &new, &err) < 0) {
		hv_log(s->log, HV_LOG_ERROR, "configuration kept",
		       (struct hv_kv[]){ { "error", err.text }, { 0 } });
	} else {
		timetable_free(s->table);
		s->table = new;
		crew_mark(&s->crew, new);
		count_text(new, sources);
		hv_log(s->log, HV_LOG_INFO, "configuration read again",
		       (struct hv_kv[]){ { "sources", sources }, { 0 } });
	}
	notify_ready(&s->notify);
	pass(s);
}

static void on_watchdog(uv_timer_t *t)
{
	const struct server *s = t->data;

	notify_alive(&s->notify);
}

static int64_t or_else(int64_t given, int64_t usual)
{
	return given > 0 ? given : usual;
}

static struct scheduler_options filled(const struct scheduler_options *o)
{
	struct scheduler_options f = *o;

	f.children = o->children == 0 ? 2 : o->children < MOST_CHILDREN ? o->children : MOST_CHILDREN;
	f.grace = or_else(o->grace, 60000);
	f.sample = or_else(o->sample, 2000);
	f.tick = or_else(o->tick, 30000);
	f.progress = or_else(o->progress, 30000);
	return f;
}

/* The first of them needs a pipe, which can be refused. */
static int signal_start(struct server *s, uv_signal_cb on_signal, int number)
{
	uv_signal_t *h = &s->signals[s->n_signals];
	int r = uv_signal_init(&s->loop, h);

	if (r < 0)
		return r;
	h->data = s;
	s->n_signals++;
	return uv_signal_start(h, on_signal, number);
}

static int handles_start(struct server *s, struct hv_err *err)
{
	uint64_t half = (uint64_t)(s->notify.watchdog_ms + 1) / 2;
	int r;

	(void)uv_timer_init(&s->loop, &s->alarm);
	(void)uv_timer_init(&s->loop, &s->watchdog);
	s->alarm.data = s->watchdog.data = s;
	if ((r = signal_start(s, on_stop, SIGTERM)) < 0 || (r = signal_start(s, on_stop, SIGINT)) < 0 ||
	    (r = signal_start(s, on_hangup, SIGHUP)) < 0)
		return hv_fail(err, HV_E_IO, "signals cannot be watched: %s", uv_strerror(r));
	if (half)
		(void)uv_timer_start(&s->watchdog, on_watchdog, half, half);
	return 0;
}

static void log_started(const struct server *s)
{
	char sources[24], children[24];

	count_text(s->table, sources);
	(void)snprintf(children, sizeof(children), "%u", s->options.children);
	hv_log(s->log, HV_LOG_INFO, "serve started",
	       (struct hv_kv[]){ { "sources", sources },
				 { "children", children },
				 { "config", s->crew.config_dir },
				 { "once", s->options.once ? "yes" : NULL },
				 { 0 } });
}

static int work(struct server *s, struct hv_err *err)
{
	int r = handles_start(s, err);

	if (r < 0) {
		finish(s);
	} else {
		log_started(s);
		notify_ready(&s->notify);
		pass(s);
	}
	(void)uv_run(&s->loop, UV_RUN_DEFAULT);
	if (r == 0)
		hv_log(s->log, HV_LOG_INFO, "serve stopped", NULL);
	return r;
}

int scheduler_run(const struct config *config, const struct scheduler_options *o, const struct hv_log *log,
		  const struct hv_clock *clock, struct scheduler_result *ret, struct hv_err *err)
{
	struct server s = { .options = filled(o), .log = log, .clock = clock, .once = clock_now(clock) };

	s.crew = (struct crew){ .loop = &s.loop,
				.options = &s.options,
				.log = log,
				.config_dir = config->dir,
				.table = table_now,
				.changed = on_changed,
				.ctx = &s };
	if (plan_first(config, &s.options, log, s.once, &s.table, err) < 0)
		return err->code;
	int r = uv_loop_init(&s.loop);
	if (r < 0) {
		timetable_free(s.table);
		return hv_fail(err, HV_E_IO, "no event loop: %s", uv_strerror(r));
	}
	notify_open(&s.notify);
	r = work(&s, err);
	notify_close(&s.notify);
	if (uv_loop_close(&s.loop) < 0 && r == 0)
		r = hv_fail(err, HV_E_IO, "the event loop ended with a handle left open");
	timetable_free(s.table);
	if (r == 0)
		*ret = s.crew.result;
	return r;
}
