/*
 * run/run.h - one run of one source: collect, judge, apply (DESIGN §4).
 *
 * A run is a process: whatever happens to it, a later one goes on from what was committed. The three steps
 * serve a harvest and the release of a held run alike. Only this room and cli log. Tests:
 * tests/integration/test_run.c, tests/acceptance/.
 */
#ifndef HARVESTER_RUN_RUN_H
#define HARVESTER_RUN_RUN_H

#include "config/config.h"
#include "harvester/base/log.h"
#include "harvester/run/counts.h"
#include "harvester/run/fault.h"

struct store;

/* What the command line and the scheduler hand in. */
struct run_env {
	const struct config *config;
	const struct hv_log *log;
	const struct hv_clock *clock;
	struct store *store;
	const char *role;             /* "harvester run x": what a second comer is told */
	bool (*cancelled)(void *ctx); /* polled between records and during waits */
	/* Called at least once a page while collecting and once a batch while judging; expected -1: unknown.
	 * May be NULL. */
	void (*progress)(void *ctx, int64_t run, const char *state, int64_t done, int64_t expected);
	void *ctx;
};

struct run_options {
	bool full;        /* a complete listing, whatever the cursor says */
	bool dry_run;     /* collect and judge, print, write no notice; the run ends cancelled */
	unsigned workers; /* mapping threads; 0: by the machine */
	const char *who, *why;
};

enum run_verdict { RUN_DONE, RUN_HELD, RUN_DRY, RUN_INTERRUPTED };

struct run_outcome {
	int64_t id;
	enum run_verdict verdict;
	bool problems; /* something was refused, not understood or odd */
	bool resumed;
	struct counts counts;
	char reason[2048]; /* French: why held */
	char token[33];    /* of the lease it worked under, for run_ours */
};

/*
 * Run a source. HV_E_BUSY: somebody else runs it (who is in the text); HV_E_CONFIG: its files have errors;
 * HV_E_REMOTE: the source failed, the run is recorded as failed and the cursor did not move; HV_E_LOST: the
 * lease was taken over.
 */
int run_source(const struct run_env *env, const char *source, const struct run_options *o,
	       struct run_outcome *ret, struct hv_err *err) HV_CHECK;

/*
 * After the database was lost in mid-run, on a new connection: 0 when the run is still ours to go on with.
 * HV_E_LOST: somebody took the source over meanwhile (a paused process finds its session ended); HV_E_STORE:
 * it was lost before the run had a row that could tell. Then nothing may be tried again.
 */
int run_ours(const struct run_env *env, const struct run_outcome *former, struct hv_err *err) HV_CHECK;

/* Release a held run: judge again, refuse when a count now exceeds what was held, apply. */
int run_release(const struct run_env *env, int64_t run, const char *who, const char *why,
		struct run_outcome *ret, struct hv_err *err) HV_CHECK;

/* Cancel a held or interrupted run: nothing of it will be applied, the cursor stays. */
int run_cancel(const struct run_env *env, int64_t run, const char *who, const char *why,
	       struct hv_err *err) HV_CHECK;

/* Judge a run that is held or collected, without writing, and hand over each difference. */
struct run_difference {
	struct str ref; /* {NULL,0}: would be a new notice; its REF is settled at apply */
	struct str external_id;
	const char *what; /* created changed same withdrawn restored orphan */
	struct str diff;  /* JSON {"FIELD":[[old],[new]]} */
	struct str title;
};
int run_diff(const struct run_env *env, int64_t run, int (*each)(void *ctx, const struct run_difference *d),
	     void *ctx, struct counts *ret, struct hv_err *err) HV_CHECK;

#endif
