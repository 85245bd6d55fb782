/*
 * scheduler/timetable.h - inside the room: which source is due when, and what a failure does to that.
 *
 * Pure: no loop, no process, no clock of its own (every call is told what time it is, microseconds UTC), no
 * configuration. A source has two lines, `schedule` (what is new) and `full` (a complete listing), each with
 * its own next time and its own retries; never more than one of them runs. Missed times count once, however
 * many there were. A complete listing brings what is new as well: it serves both lines.
 *
 * A run that failed is tried again 5 min after its end, then 10, 20 … never more than 6 h later and never
 * more than 24 h after its scheduled time; the next scheduled time begins afresh. Clocks that change twice a
 * year are config/cron's. Tests: tests/unit/scheduler/test_timetable.c.
 */
#ifndef SCHEDULER_TIMETABLE_H
#define SCHEDULER_TIMETABLE_H

#include "config/cron.h"
#include "harvester/base/err.h"
#include "scheduler/scheduler.h"

/* A moment that never comes. */
#define TIMETABLE_NEVER INT64_MAX

struct timetable_line {
	bool set; /* the source file has it */
	struct cron cron;
	int64_t next;      /* scheduled */
	int64_t retry;     /* after a failure; TIMETABLE_NEVER: none */
	int64_t give_up;   /* no retry at or after this */
	unsigned failures; /* in a row, of one scheduled time */
};

enum { LINE_SCHEDULE, LINE_FULL, LINES };

struct timetable_entry {
	char source[65];
	struct child_limits limits;
	struct timetable_line lines[LINES];
	bool running;
	int runs; /* the line that runs, or ran last */
};

struct timetable;

struct timetable *timetable_new(size_t room); /* for so many sources; NULL: out of memory */
void timetable_free(struct timetable *t);
HV_DEFINE_AUTO(struct timetable, timetable_free)

/* What a source file says, for timetable_add. */
struct timetable_source {
	const char *name, *schedule, *full; /* cron texts or NULL */
	struct child_limits limits;
	const struct scheduler_past *past; /* of each line; NULL: nobody knows, wait for the next time */
};

/* HV_E_CONFIG: a text is no timetable; HV_E_LIMIT: no room left. */
int timetable_add(struct timetable *t, const struct timetable_source *s, int64_t now,
		  struct hv_err *err) HV_CHECK;

/*
 * The configuration was read again: sources that were there keep what runs and what is to be retried, and a
 * due time that has passed, where their line is still the same text.
 */
void timetable_carry(struct timetable *t, const struct timetable *old);

/* The source that is due longest, with the line to run; NULL: none. Never one that runs. */
struct timetable_entry *timetable_due(struct timetable *t, int64_t now, int *ret_line);

/* By name, NULL: not (or no longer) there. */
struct timetable_entry *timetable_find(struct timetable *t, const char *source);

/* When the next source that does not run is due, and which; TIMETABLE_NEVER: none. ret_source may be NULL. */
int64_t timetable_next(const struct timetable *t, const char **ret_source);

size_t timetable_size(const struct timetable *t);

/* Names and states of all entries, in the order added. */
const struct timetable_entry *timetable_at(const struct timetable *t, size_t i);

void timetable_started(struct timetable_entry *e, int line, int64_t now);

enum timetable_end {
	TIMETABLE_WELL,  /* nothing to repeat */
	TIMETABLE_AGAIN, /* a failure that may go away by itself */
	TIMETABLE_WAIT   /* a failure that only a person mends, or a budget spent: the next scheduled time */
};

/* Returns when the same line will be retried, TIMETABLE_NEVER: not before its next scheduled time. */
int64_t timetable_ended(struct timetable_entry *e, enum timetable_end how, int64_t now);

#endif
