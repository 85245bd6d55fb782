/*
 * store/runs.h - sources and runs: what a run is, how far it came, how it ended.
 *
 * Every statement that moves a run names its lease token and must touch exactly one row; a worker that lost
 * its lease gets HV_E_LOST and writes nothing. Texts of answers live in the caller's arena. Tests:
 * tests/integration/test_runs.c.
 */
#ifndef STORE_RUNS_H
#define STORE_RUNS_H

#include "harvester/base/arena.h"
#include "store/store.h"

struct source_row {
	const char *cursor; /* NULL: never applied */
	int64_t full_run;   /* last complete, applied, full listing; 0 none */
	const char *held;   /* reason in French; NULL free */
	const char *held_by;
};

struct run_row {
	int64_t id;
	const char *source, *kind, *listing, *state;
	bool problems;
	int64_t page;
	const char *checkpoint, *cursor_from, *cursor_next, *counts, *accepted, *reason, *who, *why, *config;
	int64_t mapping;             /* fingerprint of mapping, tables, defaults */
	const char *started, *ended; /* UTC, ended NULL while open */
};

/* The source's row; make: create it when it is not there (else all is NULL and 0). */
int runs_source(struct store *s, const char *source, bool make, struct arena *a, struct source_row *ret,
		struct hv_err *err) HV_CHECK;

/* A person holds or frees a source. who is NULL to free. HV_E_NOTFOUND when there is no such source. */
int runs_hold_source(struct store *s, const char *source, const char *who, const char *why,
		     struct hv_err *err) HV_CHECK;

/* The open run of a source (collecting, judging, applying, waiting): HV_ROW or HV_END. */
int runs_open(struct store *s, const char *source, struct arena *a, struct run_row *ret,
	      struct hv_err *err) HV_CHECK;
int runs_get(struct store *s, int64_t id, struct arena *a, struct run_row *ret, struct hv_err *err) HV_CHECK;

/* Does a full listing of the source wait for a person? HV_ROW or HV_END. */
int runs_held_full(struct store *s, const char *source, struct hv_err *err) HV_CHECK;

struct run_new {
	const char *source, *kind, *listing, *token, *cursor_from, *who, *why, *config;
	int64_t mapping;
};
int runs_create(struct store *s, const struct run_new *n, int64_t *ret_id, struct hv_err *err) HV_CHECK;

/* Go on with an open run under a new lease. */
int runs_adopt(struct store *s, int64_t id, const char *token, struct hv_err *err) HV_CHECK;

/* 0 when nobody else has adopted the run since; HV_E_LOST. */
int runs_ours(struct store *s, int64_t id, const char *token, struct hv_err *err) HV_CHECK;

/* What a full listing turned out to be, known once the source was asked. */
int runs_listing(struct store *s, int64_t id, const char *token, const char *listing,
		 struct hv_err *err) HV_CHECK;

/*
 * Move a run to another state. cursor_next, counts, reason: NULL leaves what is there. An ending state (done,
 * failed, cancelled, superseded) also writes `ended`; a held run is not over.
 */
struct run_move {
	const char *state, *cursor_next, *counts, *reason, *who, *why, *accepted;
	bool problems;
};
int runs_move(struct store *s, int64_t id, const char *token, const struct run_move *m,
	      struct hv_err *err) HV_CHECK;

/* Held runs of a source but this one become superseded; rows of runs that will never be applied are deleted.
 */
int runs_supersede(struct store *s, const char *source, int64_t by, struct hv_err *err) HV_CHECK;

/* Latest first; source NULL: all. Stops when each answers non-zero, which is handed back. */
int runs_list(struct store *s, const char *source, int limit, struct arena *a,
	      int (*each)(void *ctx, const struct run_row *r), void *ctx, struct hv_err *err) HV_CHECK;

#endif
