/*
 * scheduler/crew.h - inside the room: the runs at work: started, recorded, stopped, at most so many.
 *
 * Joins child (processes), record (log) and timetable (what the end means). The timetable is looked up by
 * source at the end, never kept: it may have been read again meanwhile. Tests:
 * tests/unit/scheduler/test_serve.c.
 */
#ifndef SCHEDULER_CREW_H
#define SCHEDULER_CREW_H

#include "harvester/base/buf.h"
#include "scheduler/child.h"
#include "scheduler/record.h"
#include "scheduler/timetable.h"

enum { MOST_CHILDREN = 64 };

struct member;

struct crew {
	uv_loop_t *loop;
	const struct scheduler_options *options; /* every time filled in */
	const struct hv_log *log;
	const char *config_dir;
	struct scheduler_result result;
	/* The timetable as it is now, and the moment. */
	struct timetable *(*table)(void *ctx, int64_t *ret_now);
	void (*changed)(void *ctx, bool ended); /* a run told progress, or ended: there may be room */
	void *ctx;
	size_t n;
	struct member *members[MOST_CHILDREN]; /* NULL: free */
};

bool crew_has_room(const struct crew *c);

/* Start what is due. A start that fails is recorded and counts as a run that failed. */
void crew_start(struct crew *c, struct timetable_entry *e, int line);

void crew_stop(struct crew *c); /* ask all */
void crew_kill(struct crew *c);

/* After the configuration was read again: what runs is running. */
void crew_mark(const struct crew *c, struct timetable *t);

/* "lyon (collecting 1200 of 2000), paris". */
void crew_status(const struct crew *c, struct buf *out);

#endif
