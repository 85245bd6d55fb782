/*
 * scheduler/timetable.c - see timetable.h. Two lines per source, one rule for both.
 * Tests: tests/unit/scheduler/test_timetable.c.
 */
#include "scheduler/timetable.h"

#define MINUTE (INT64_C(60) * 1000000)
#define FIRST_WAIT (5 * MINUTE)
#define LONGEST_WAIT (6 * 60 * MINUTE)
#define A_DAY (24 * 60 * MINUTE)

struct timetable {
	size_t n, room;
	int64_t asked; /* the latest moment it was asked about */
	struct timetable_entry entries[];
};

struct timetable *timetable_new(size_t room)
{
	struct timetable *t = calloc(1, sizeof(*t) + room * sizeof(t->entries[0]));

	if (t) {
		t->room = room;
		t->asked = INT64_MIN + A_DAY; /* never; room for the comparison */
	}
	return t;
}

void timetable_free(struct timetable *t)
{
	free(t);
}

static int64_t next_after(const struct timetable_line *l, int64_t now)
{
	int64_t at;

	return l->set && cron_next(&l->cron, now, &at) ? at : TIMETABLE_NEVER;
}

static int64_t due_at(const struct timetable_line *l)
{
	return l->next < l->retry ? l->next : l->retry;
}

static int line_init(struct timetable_line *l, const char *text, const struct scheduler_past *past,
		     int64_t now, struct hv_err *err)
{
	char fault[CRON_FAULT];

	*l = (struct timetable_line){ .set = text, .next = TIMETABLE_NEVER, .retry = TIMETABLE_NEVER };
	if (!text)
		return 0;
	if (!cron_parse(str_of(text), &l->cron, fault))
		return hv_fail(err, HV_E_CONFIG, "%s", fault);
	/* A clock that was wrong once may have dated a run in the future: it must not stop the source until
	 * then. */
	bool known = past && past->started != SCHEDULER_NEVER && past->started < now;

	l->next = next_after(l, known ? past->started : now);
	if (past && past->again) {
		l->retry = now;
		l->give_up = now + A_DAY;
	}
	return 0;
}

int timetable_add(struct timetable *t, const struct timetable_source *s, int64_t now, struct hv_err *err)
{
	struct timetable_entry *e = &t->entries[t->n];

	if (t->n == t->room || strlen(s->name) >= sizeof(e->source))
		return hv_fail(err, HV_E_LIMIT, "no room in the timetable for '%s'", s->name);
	*e = (struct timetable_entry){ .limits = s->limits };
	(void)snprintf(e->source, sizeof(e->source), "%s", s->name);
	if (line_init(&e->lines[LINE_SCHEDULE], s->schedule, s->past, now, err) < 0)
		return hv_wrap(err, "source '%s': schedule", s->name);
	if (line_init(&e->lines[LINE_FULL], s->full, s->past ? s->past + LINE_FULL : NULL, now, err) < 0)
		return hv_wrap(err, "source '%s': full", s->name);
	t->n++;
	return 0;
}

struct timetable_entry *timetable_find(struct timetable *t, const char *source)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->entries[i].source, source) == 0)
			return &t->entries[i];
	return NULL;
}

static bool same_cron(const struct cron *a, const struct cron *b)
{
	return a->minutes == b->minutes && a->hours == b->hours && a->days == b->days &&
	       a->months == b->months && a->weekdays == b->weekdays && a->any_day == b->any_day &&
	       a->any_weekday == b->any_weekday;
}

void timetable_carry(struct timetable *t, const struct timetable *old)
{
	for (size_t i = 0; i < old->n; i++) {
		const struct timetable_entry *was = &old->entries[i];
		struct timetable_entry *is = timetable_find(t, was->source);

		if (!is)
			continue;
		is->running = was->running;
		is->runs = was->runs;
		for (int k = 0; k < LINES; k++) {
			struct timetable_line *l = &is->lines[k];

			if (l->set && was->lines[k].set && same_cron(&l->cron, &was->lines[k].cron))
				*l = was->lines[k];
		}
	}
}

/* A complete listing first when both lines are due: it brings what is new as well. */
static int line_due(const struct timetable_entry *e, int64_t now)
{
	return due_at(&e->lines[LINE_FULL]) <= now ? LINE_FULL : LINE_SCHEDULE;
}

static int64_t entry_due_at(const struct timetable_entry *e)
{
	int64_t a = due_at(&e->lines[LINE_SCHEDULE]), b = due_at(&e->lines[LINE_FULL]);

	return e->running ? TIMETABLE_NEVER : a < b ? a : b;
}

static size_t first_due(const struct timetable *t)
{
	size_t first = 0;

	for (size_t i = 1; i < t->n; i++)
		if (entry_due_at(&t->entries[i]) < entry_due_at(&t->entries[first]))
			first = i;
	return first;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/*
 * The clock was set back: what was reckoned from the wrong time may lie years ahead. A few seconds are no
 * such thing: what just ran would be due once more.
 */
static void look_back(struct timetable *t, int64_t now)
{
	bool back = now < t->asked - 2 * MINUTE;

	t->asked = back || now > t->asked ? now : t->asked;
	for (size_t i = 0; back && i < t->n; i++)
		for (int k = 0; k < LINES; k++) {
			struct timetable_line *l = &t->entries[i].lines[k];

			l->next = earlier(l->next, next_after(l, now));
			l->give_up = earlier(l->give_up, now + A_DAY);
			if (l->retry != TIMETABLE_NEVER)
				l->retry = earlier(l->retry, now + LONGEST_WAIT);
		}
}

struct timetable_entry *timetable_due(struct timetable *t, int64_t now, int *ret_line)
{
	look_back(t, now);
	if (t->n == 0)
		return NULL;
	struct timetable_entry *e = &t->entries[first_due(t)];

	if (entry_due_at(e) > now)
		return NULL;
	*ret_line = line_due(e, now);
	return e;
}

int64_t timetable_next(const struct timetable *t, const char **ret_source)
{
	if (t->n == 0)
		return TIMETABLE_NEVER;
	const struct timetable_entry *e = &t->entries[first_due(t)];

	if (ret_source)
		*ret_source = e->source;
	return entry_due_at(e);
}

size_t timetable_size(const struct timetable *t)
{
	return t->n;
}

const struct timetable_entry *timetable_at(const struct timetable *t, size_t i)
{
	return &t->entries[i];
}

/* The scheduled time of this line has come, or another run serves it. */
static void serve_line(struct timetable_line *l, int64_t now)
{
	if (l->next <= now) {
		l->next = next_after(l, now);
		l->failures = 0;
		l->give_up = now + A_DAY;
	}
	l->retry = TIMETABLE_NEVER;
}

void timetable_started(struct timetable_entry *e, int line, int64_t now)
{
	e->running = true;
	e->runs = line;
	serve_line(&e->lines[line], now);
	if (line == LINE_FULL)
		serve_line(&e->lines[LINE_SCHEDULE], now);
}

/* Times that passed while the source ran are not made up for. */
static void skip_passed(struct timetable_line *l, int64_t now)
{
	if (l->next <= now)
		l->next = next_after(l, now);
}

int64_t timetable_ended(struct timetable_entry *e, enum timetable_end how, int64_t now)
{
	struct timetable_line *l = &e->lines[e->runs];
	int64_t wait = FIRST_WAIT;

	e->running = false;
	skip_passed(&e->lines[LINE_SCHEDULE], now);
	if (e->runs == LINE_FULL)
		skip_passed(l, now);
	if (how != TIMETABLE_AGAIN || !l->set)
		return TIMETABLE_NEVER;
	for (unsigned i = 0; i < l->failures && wait < LONGEST_WAIT; i++)
		wait *= 2;
	wait = wait < LONGEST_WAIT ? wait : LONGEST_WAIT;
	l->failures++;
	l->retry = now + wait < l->give_up ? now + wait : TIMETABLE_NEVER;
	return l->retry < l->next ? l->retry : TIMETABLE_NEVER;
}
