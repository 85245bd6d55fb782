/*
 * store/query.h - reading what was applied: a notice and who says what of it, what a run changed, what was
 * refused, what was odd. Read-only; nothing here takes the gate.
 *
 * Walks call `each` once a row; a non-zero answer stops the walk and is handed back unchanged. Their texts
 * live until `each` returns, and `each` may not use the same store: the walk has a transaction open on it.
 * Lists that can be long pass through a cursor, so memory does not grow with them. Dates are UTC as ISO 8601
 * writes them. The stream of all live notices is in query_dump.h. Tests: tests/integration/test_query.c.
 */
#ifndef STORE_QUERY_H
#define STORE_QUERY_H

#include "harvester/base/arena.h"
#include "harvester/base/str.h"
#include "store/store.h"

struct query_notice {
	struct str ref, museo, doc;
	const char *state; /* live withdrawn */
	const char *created, *changed;
};

/* HV_ROW, or HV_END when there is no such REF. Texts live in the arena. */
int query_notice(struct store *s, struct str ref, struct arena *a, struct query_notice *ret,
		 struct hv_err *err) HV_CHECK;

/* One source's present word on a notice. Which one outranks which is configuration, not stored. */
struct query_claim {
	const char *source, *gone; /* gone: NULL, "deleted" or "missing" */
	struct str external_id, datestamp;
	int64_t run;
	const char *started; /* of that run */
	struct str claim;    /* canonical JSON; {NULL,0}: the source deleted its record, its claim is over */
};
/* By source, then external id. */
int query_claims(struct store *s, struct str ref, int (*each)(void *ctx, const struct query_claim *row),
		 void *ctx, struct hv_err *err) HV_CHECK;

/* What one run did to one notice. */
struct query_change {
	struct str ref, museo, doc; /* doc: the notice as it is now, for its number and title */
	int64_t run;
	const char *what, *cause; /* created changed withdrawn restored; source mapping person policy */
	struct str diff;
	const char *source, *kind, *started; /* of the run; source "": a person's command */
	const char *who, *why;               /* NULL: nobody typed it */
};
/* All changes of a notice, the latest first. */
int query_history(struct store *s, struct str ref, int (*each)(void *ctx, const struct query_change *row),
		  void *ctx, struct hv_err *err) HV_CHECK;
/* All changes of a run, by REF in byte order; museo NULL: of all museums. */
int query_changes(struct store *s, int64_t run, const char *museo,
		  int (*each)(void *ctx, const struct query_change *row), void *ctx,
		  struct hv_err *err) HV_CHECK;

/* How many notices of a museum a run created, changed … */
struct query_tally {
	int64_t created, changed, withdrawn, restored;
};
int query_tally(struct store *s, int64_t run, const char *museo, struct query_tally *ret,
		struct hv_err *err) HV_CHECK;

/* Museums whose notices a run changed, by code. */
int query_museums(struct store *s, int64_t run, int (*each)(void *ctx, const char *museo), void *ctx,
		  struct hv_err *err) HV_CHECK;

/* The last applied run of a source before `before` (0: of all); HV_END: none. */
int query_applied(struct store *s, const char *source, int64_t before, int64_t *ret,
		  struct hv_err *err) HV_CHECK;

/* The last applied run that changed a museum's notices, for each museum (museo NULL) or one; by code. */
struct query_last_run {
	const char *museo, *source, *started;
	int64_t run;
};
int query_last_runs(struct store *s, const char *museo,
		    int (*each)(void *ctx, const struct query_last_run *row), void *ctx,
		    struct hv_err *err) HV_CHECK;

/* A record that was refused. */
struct query_refused {
	int64_t id, run, solved_run; /* solved_run 0: still open */
	const char *source, *code, *field;
	struct str external_id, datestamp, reason;
	struct str ref, doc; /* the notice it is the alias of; {NULL,0}: was never accepted */
	int64_t body_bytes;
};
struct query_refused_filter {
	const char *source;      /* NULL: all */
	int64_t run;             /* 0: all; else rows this run wrote, solved ones too */
	int64_t open_at;         /* 0: open now; else open when this run was applied. Not used with run */
	const char *external_id; /* NULL: all; else solved ones too */
};
/* By source, code, field, reason, external id: what is alike stands together. */
int query_refused(struct store *s, const struct query_refused_filter *f,
		  int (*each)(void *ctx, const struct query_refused *row), void *ctx,
		  struct hv_err *err) HV_CHECK;
/* The bytes as received; HV_E_NOTFOUND when the row is gone. */
int query_refused_body(struct store *s, int64_t id, struct arena *a, struct str *ret,
		       struct hv_err *err) HV_CHECK;

struct query_finding {
	const char *source, *code;
	struct str subject, example;
	int64_t first_run, last_run, times;
};
/* source NULL: all; at 0: all, else those known when this run was applied. By source, code, most often first.
 */
int query_findings(struct store *s, const char *source, int64_t at,
		   int (*each)(void *ctx, const struct query_finding *row), void *ctx,
		   struct hv_err *err) HV_CHECK;

#endif
