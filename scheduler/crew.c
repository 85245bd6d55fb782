/*
 * scheduler/crew.c - see crew.h. Tests: tests/unit/scheduler/test_serve.c.
 */
#include "scheduler/crew.h"

struct member {
	struct crew *crew;
	struct child *child;
	struct record record;
	char source[65]; /* the timetable may be replaced while it runs */
	int64_t told;    /* last progress event, monotonic us; 0: none */
};

bool crew_has_room(const struct crew *c)
{
	return c->n < c->options->children;
}

static void leave(struct member *m)
{
	struct crew *c = m->crew;

	for (size_t i = 0; i < MOST_CHILDREN; i++)
		if (c->members[i] == m)
			c->members[i] = NULL;
	c->n--;
	free(m);
}

static void on_progress(void *ctx, const struct progress *p)
{
	struct member *m = ctx;
	int64_t now = clock_monotonic();

	m->record.progress = *p;
	if (m->told && now - m->told < m->crew->options->progress * 1000)
		return;
	m->told = now;
	record_progress(&m->record);
	m->crew->changed(m->crew->ctx, false);
}

static void on_line(void *ctx, bool error, struct str s, bool cut)
{
	struct member *m = ctx;

	record_line(&m->record, error, s, cut);
}

/* A spent budget of time is no failure: the rest is for the next scheduled time. */
static enum timetable_end judge(const struct crew *c, const struct child_end *end)
{
	if (end->why == CHILD_ASKED || end->why == CHILD_TIME)
		return TIMETABLE_WAIT;
	if (end->signal || end->why != CHILD_LEFT)
		return TIMETABLE_AGAIN;
	if (end->exit == 0)
		return TIMETABLE_WELL;
	return !c->options->retry || c->options->retry(end->exit) ? TIMETABLE_AGAIN : TIMETABLE_WAIT;
}

static void count_failure(struct crew *c, int exit)
{
	if (c->result.failed++ == 0)
		c->result.first_exit = exit;
}

static void on_ended(void *ctx, const struct child_end *end)
{
	struct member *m = ctx;
	struct crew *c = m->crew;
	int64_t now, retry = TIMETABLE_NEVER;
	struct timetable_entry *e = timetable_find(c->table(c->ctx, &now), m->source);

	if (e)
		retry = timetable_ended(e, judge(c, end), now);
	if (end->signal || end->exit != 0)
		count_failure(c, end->exit);
	record_ended(&m->record, end, c->options->once ? TIMETABLE_NEVER : retry);
	leave(m);
	c->changed(c->ctx, true);
}

static int start_child(struct crew *c, struct member *m, const struct timetable_entry *e, struct hv_err *err)
{
	static const struct child_events events = { on_progress, on_line, on_ended };
	const char *argv[] = { c->options->program,
			       "run",
			       m->source,
			       "--progress",
			       "lines",
			       "--config",
			       c->config_dir,
			       m->record.full ? "--full" : NULL,
			       NULL };
	struct child_start s = { .argv = argv,
				 .limits = e->limits,
				 .grace_ms = c->options->grace,
				 .sample_ms = c->options->sample,
				 .events = &events,
				 .ctx = m };

	return child_start(c->loop, &s, &m->child, err);
}

static struct member *join(struct crew *c, const char *source)
{
	struct member *m = calloc(1, sizeof(*m));
	size_t i = 0;

	if (!m)
		return NULL;
	while (c->members[i])
		i++;
	c->members[i] = m;
	c->n++;
	m->crew = c;
	(void)snprintf(m->source, sizeof(m->source), "%s", source);
	return m;
}

static void not_started(struct crew *c, struct timetable_entry *e, int line, int64_t now, const char *error)
{
	struct record r = { .log = c->log, .source = e->source, .full = line == LINE_FULL };

	count_failure(c, -1);
	record_not_started(&r, timetable_ended(e, TIMETABLE_AGAIN, now), error);
}

void crew_start(struct crew *c, struct timetable_entry *e, int line)
{
	struct member *m = join(c, e->source);
	struct hv_err err = { 0 };
	int64_t now;

	(void)c->table(c->ctx, &now);
	timetable_started(e, line, now);
	c->result.started++;
	if (!m) {
		not_started(c, e, line, now, "out of memory");
		return;
	}
	m->record = (struct record){ .log = c->log, .source = m->source, .full = line == LINE_FULL };
	if (start_child(c, m, e, &err) < 0) {
		leave(m);
		not_started(c, e, line, now, err.text);
		return;
	}
	m->record.pid = child_pid(m->child);
	record_started(&m->record, e->lines[line].failures);
}

void crew_stop(struct crew *c)
{
	for (size_t i = 0; i < MOST_CHILDREN; i++)
		if (c->members[i])
			child_stop(c->members[i]->child, CHILD_ASKED);
}

void crew_kill(struct crew *c)
{
	for (size_t i = 0; i < MOST_CHILDREN; i++)
		if (c->members[i])
			child_kill(c->members[i]->child);
}

void crew_mark(const struct crew *c, struct timetable *t)
{
	for (size_t i = 0; i < MOST_CHILDREN; i++) {
		const struct member *m = c->members[i];
		struct timetable_entry *e = m ? timetable_find(t, m->source) : NULL;

		if (!e)
			continue;
		e->running = true;
		e->runs = m->record.full ? LINE_FULL : LINE_SCHEDULE;
	}
}

void crew_status(const struct crew *c, struct buf *out)
{
	const char *between = "";

	for (size_t i = 0; i < MOST_CHILDREN; i++) {
		const struct member *m = c->members[i];
		const struct progress *p = m ? &m->record.progress : NULL;

		if (!m)
			continue;
		buf_printf(out, "%s%s", between, m->source);
		between = ", ";
		if (p->state[0] && p->expected >= 0)
			buf_printf(out, " (%s %lld of %lld)", p->state, (long long)p->done,
				   (long long)p->expected);
		else if (p->state[0])
			buf_printf(out, " (%s %lld)", p->state, (long long)p->done);
	}
}
