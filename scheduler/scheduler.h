/*
 * scheduler/scheduler.h - the daemon: sources run at their times, each as a process of its own.
 *
 * A supervisor and nothing more. It starts the same `harvester run SOURCE` that a person types, reads its
 * progress lines, ends it when it meets a limit, and writes down how it ended. It opens no database and knows
 * no source's protocol: a crash in a parser, a lost connection or a runaway listing is the death of one
 * child. The only home of libuv. How a child speaks to it: scheduler/README.md. What an operator sees of it:
 * docs/operation.md. Tests: tests/unit/scheduler/.
 */
#ifndef SCHEDULER_SCHEDULER_H
#define SCHEDULER_SCHEDULER_H

#include "harvester/base/err.h"
#include "harvester/base/log.h"

struct config;

/* What ends a child. 0: no limit. */
struct child_limits {
	int64_t time_ms;
	int64_t silence_ms; /* since the last progress line */
	int64_t memory;     /* bytes resident */
};

/* What is known of a source's former runs, from the database. */
struct scheduler_past {
	int64_t started; /* us; SCHEDULER_NEVER: it never ran */
	bool again;      /* the last one failed or was cut short: there is work left */
};

#define SCHEDULER_NEVER INT64_MIN

struct scheduler_options {
	const char *program; /* path of this program; started as `PROGRAM run SOURCE …` */
	unsigned children;   /* at most so many at a time; 0: 2 */
	bool once;           /* run what is due now, wait for it, return */

	/*
	 * The last run of a source, or (full) its last complete listing: 0, or negative with err, which is
	 * logged and read as "nobody knows": the source then waits for its next scheduled time. Called at the
	 * start only. May be NULL.
	 */
	int (*last_run)(void *ctx, const char *source, bool full, struct scheduler_past *ret,
			struct hv_err *err);

	/* Whether a run that ended with this exit code (not 0) is worth trying again before its next
	 * scheduled time. NULL: always. */
	bool (*retry)(int exit_code);
	void *ctx;

	/* Milliseconds; 0: the value in brackets. Tests make them small. */
	int64_t grace;    /* from SIGTERM to SIGKILL [60 s] */
	int64_t sample;   /* between two looks at a child's time, silence and memory [2 s] */
	int64_t tick;     /* longest wait between two looks at the clock, which may be set meanwhile [30 s] */
	int64_t progress; /* between two progress events of one child in the log [30 s] */
};

struct scheduler_result {
	size_t started;
	size_t failed;  /* did not end with exit code 0 */
	int first_exit; /* the exit code of the first that failed; -1: it had none (a signal, no start) */
};

/*
 * Run until SIGTERM or SIGINT (or, with `once`, until all that was due has ended), then stop the children and
 * return 0: no child is left. A second signal kills them at once. SIGHUP reads the configuration folder again
 * and keeps the old timetable when the new one has errors. config is read at the start only and stays the
 * caller's. Tells systemd through $NOTIFY_SOCKET, which it takes out of the environment. HV_E_IO,
 * HV_E_NOMEM: could not start.
 */
int scheduler_run(const struct config *config, const struct scheduler_options *o, const struct hv_log *log,
		  const struct hv_clock *clock, struct scheduler_result *ret, struct hv_err *err) HV_CHECK;

#endif
