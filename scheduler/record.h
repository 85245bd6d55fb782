/*
 * scheduler/record.h - inside the room: what the log says of runs. The events and their keys are listed in
 * docs/operation.md; they are read by machines, so a key keeps its name.
 *
 * Refuses to decide anything: it is told. Tests: tests/unit/scheduler/test_serve.c.
 */
#ifndef SCHEDULER_RECORD_H
#define SCHEDULER_RECORD_H

#include "harvester/base/log.h"
#include "scheduler/child.h"

enum { RECORD_LAST_LINE = 256 };

/* One run as the log knows it. */
struct record {
	const struct hv_log *log;
	const char *source;
	bool full;
	int pid;
	struct progress progress;         /* the latest; state "": none yet */
	size_t lines, dropped;            /* handed on to the log, and not */
	char last_line[RECORD_LAST_LINE]; /* of standard error */
};

void record_started(const struct record *r, unsigned failures);
void record_not_started(const struct record *r, int64_t retry, const char *error);
void record_progress(const struct record *r);

/* Log lines of the child pass as they are, other text is quoted; after 1,000 lines of a run they are only
 * counted. */
void record_line(struct record *r, bool error, struct str s, bool cut);

/* retry: when it is tried again, TIMETABLE_NEVER: not before its next scheduled time. */
void record_ended(const struct record *r, const struct child_end *end, int64_t retry);

#endif
