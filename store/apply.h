/*
 * store/apply.h - judging and applying: a run's versions beside heads and notices, streamed; then what they
 * became.
 *
 * One struct apply is one transaction. Judging (write=false) is read-only and stores nothing. Applying takes
 * the one gate row FOR UPDATE under READ COMMITTED first, so that only one transaction at a time changes
 * notices, and ends with apply_commit, whose last statement moves the run row by id and lease token. Rows
 * pass in batches through one cursor: memory does not grow with the run. Tests:
 * tests/integration/test_runs.c, test_run.c.
 */
#ifndef STORE_APPLY_H
#define STORE_APPLY_H

#include "harvester/base/arena.h"
#include "harvester/base/hash.h"
#include "store/runs.h"

/* A version of the run, the last of its record, beside what the catalogue has. Texts live in the batch's
 * arena. */
struct judged {
	int64_t page;
	int32_t slot;
	struct str external_id;
	bool deleted;
	struct sha256 hash;
	int64_t fingerprint;
	struct str claim; /* {NULL,0} when deleted */
	int32_t failed;

	bool known; /* a head exists */
	int64_t num;
	struct str ref;
	bool gone;
	bool same_body; /* the applied version had this hash: what changed is the mapping */

	bool has_notice;
	struct str doc;
	bool withdrawn;
	struct str others; /* JSON: other sources' present claims on the notice [{"source","run","claim"}], or
			      {NULL,0} */
};

struct apply;

/*
 * Begin. wait_ms: how long to wait for the gate (0: as long as it takes); then HV_E_BUSY names the run that
 * has it.
 */
int apply_open(struct store *s, int64_t run, const char *source, bool write, int64_t wait_ms,
	       struct apply **ret, struct hv_err *err) HV_CHECK;
/* Rolls back what was not committed. */
void apply_close(struct apply *ap);
HV_DEFINE_AUTO(struct apply, apply_close)

/* The next batch, at most max rows; *ret_n 0 at the end. */
int apply_fetch(struct apply *ap, struct arena *a, struct judged *ret, size_t max, size_t *ret_n,
		struct hv_err *err) HV_CHECK;

/* Which of these REFs exist already (as notices)? */
int apply_taken(struct apply *ap, const struct str *refs, size_t n, bool *ret, struct hv_err *err) HV_CHECK;

/* Writing: rows are buffered and sent by apply_flush, once a batch. A buffer that is full fails at the flush.
 */
struct apply_notice {
	struct str ref, museo, doc;
	struct sha256 hash;
};
void apply_new_notice(struct apply *ap, const struct apply_notice *n);
void apply_changed_notice(struct apply *ap, const struct apply_notice *n);
void apply_new_head(struct apply *ap, const struct judged *j, struct str ref);
void apply_moved_head(struct apply *ap, const struct judged *j, const char *gone);
void apply_withdrawn_notice(struct apply *ap, struct str ref);
/* what: created changed withdrawn restored; cause: source mapping person policy. */
void apply_change(struct apply *ap, struct str ref, const char *what, const char *cause, struct str diff);
/* A record that could be mapped and yet cannot become a notice (its REF is taken). */
void apply_refuse(struct apply *ap, const struct judged *j, const char *code, struct str reason);
int apply_flush(struct apply *ap, struct hv_err *err) HV_CHECK;

/*
 * Records of the source that a complete listing did not bring, and the one before it did: present heads
 * neither seen nor refused in this run, and not marked as missing already (that was judged then).
 */
int apply_missing(struct apply *ap, int64_t *ret, struct hv_err *err) HV_CHECK;

/* The end: heads and notices moved, refusals solved, cursor advanced, run done. */
struct apply_end {
	const char *token, *cursor, *counts;
	bool full; /* a complete listing: marks what it lacked, becomes the source's full run */
	bool problems;
	const char *who, *why, *accepted;
};
int apply_commit(struct apply *ap, const struct apply_end *e, struct hv_err *err) HV_CHECK;

/* After many rows: VACUUM (ANALYZE) heads and notices, or the next night's mere reading writes hint bits. */
int apply_vacuum(struct store *s, struct hv_err *err) HV_CHECK;

/* Before judging many rows: statistics of the freshly loaded versions. */
int apply_analyze(struct store *s, struct hv_err *err) HV_CHECK;

#endif
