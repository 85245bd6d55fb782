/*
 * scheduler/child.h - inside the room: one child process, from its start to the last word it wrote.
 *
 * Started by uv_spawn with an argument list (no shell), its standard output and error read line by line, and
 * ended when it meets a limit: SIGTERM, then SIGKILL when the grace is over. Knows processes and nothing of
 * sources, timetables or logs. Every handle is closed in its close callback, and only then is the end told.
 * Tests: tests/unit/scheduler/test_child.c.
 */
#ifndef SCHEDULER_CHILD_H
#define SCHEDULER_CHILD_H

#include <uv.h>

#include "harvester/base/err.h"
#include "scheduler/lines.h"
#include "scheduler/scheduler.h"

struct child;

/* Why we ended it. The first reason stands. */
enum child_stop { CHILD_LEFT, CHILD_ASKED, CHILD_TIME, CHILD_SILENCE, CHILD_MEMORY };

/* "time", "silence", "memory", "stop"; NULL for CHILD_LEFT: it went by itself. */
const char *child_stop_word(enum child_stop why);

struct child_end {
	int exit;            /* exit code, -1 when it died by a signal */
	int signal;          /* 0: none */
	enum child_stop why; /* what we ended it for, whatever it then said */
	bool killed;         /* SIGTERM was not enough */
	int64_t duration_ms;
	int64_t rss_max; /* bytes, the largest resident size seen; 0: never seen (it was too short) */
};

struct child_events {
	void (*progress)(void *ctx, const struct progress *p);
	/* A line that tells no progress; error: of standard error. */
	void (*line)(void *ctx, bool error, struct str s, bool cut);
	/* The process is gone, its pipes are closed; called once, last; the child is freed on return. */
	void (*ended)(void *ctx, const struct child_end *end);
};

struct child_start {
	const char *const
		*argv; /* argv[0] is the path of the program; NULL ends it; read by child_start only */
	struct child_limits limits;
	int64_t grace_ms, sample_ms;
	const struct child_events *events;
	void *ctx;
};

/* HV_E_IO: the program cannot be started (who and why); then no event is ever called. */
int child_start(uv_loop_t *loop, const struct child_start *s, struct child **ret,
		struct hv_err *err) HV_CHECK;

/* Ask it to stop (SIGTERM), once; the end of the grace kills it. */
void child_stop(struct child *c, enum child_stop why);

void child_kill(struct child *c);

int child_pid(const struct child *c);

/* Bytes resident now and at most (VmRSS, VmHWM), from the text of /proc/PID/status. False: not there. */
bool child_status_parse(struct str status, int64_t *ret_now, int64_t *ret_max);

#endif
