/*
 * store/collect.h - what collecting writes: one transaction a page, records and the checkpoint that covers
 * them.
 *
 * Order within a page: collect_page_begin, any number of collect_known / collect_versions / collect_refuse /
 * collect_finding, then collect_page_end, whose last statement moves the run row by id and lease token.
 * Nothing of a page is there before it, everything after it. Commits with synchronous_commit off: rows and
 * checkpoint share the transaction, so a crash loses whole pages together with the checkpoint. Tests:
 * tests/integration/test_runs.c, test_run.c.
 */
#ifndef STORE_COLLECT_H
#define STORE_COLLECT_H

#include "harvester/base/arena.h"
#include "harvester/base/hash.h"
#include "store/store.h"

/* What the database knows of a record by its external id. */
struct collect_known {
	bool known;         /* a head exists: it was applied once */
	int64_t num;        /* head number */
	struct sha256 hash; /* of the applied version */
	int64_t fingerprint;
	bool gone;                   /* deleted or missing since */
	bool refused;                /* an open quarantine row exists … */
	struct sha256 refused_hash;  /* … for this body … */
	int64_t refused_fingerprint; /* … under this mapping */
};

int collect_known(struct store *s, const char *source, const struct str *ids, size_t n,
		  struct collect_known *ret, struct hv_err *err) HV_CHECK;

/* The present claim of a record, for values that could not be understood this time; HV_END: none. */
int collect_claim(struct store *s, const char *source, struct str external_id, struct arena *a,
		  struct str *ret, struct hv_err *err) HV_CHECK;

/* Which of these ids has the run written a version of already? */
int collect_in_run(struct store *s, int64_t run, const struct str *ids, size_t n, bool *ret,
		   struct hv_err *err) HV_CHECK;

/* The open refusal of a record is over, inside the page's transaction; not one of this run and a later
 * datestamp. */
int collect_solve(struct store *s, const char *source, struct str external_id, struct str datestamp,
		  int64_t run, struct hv_err *err) HV_CHECK;

/* The REF a record is the alias of: HV_ROW or HV_END. */
int collect_alias(struct store *s, const char *source, struct str external_id, struct arena *a,
		  struct str *ret, struct hv_err *err) HV_CHECK;

struct collect_version {
	int32_t slot;
	struct str external_id, datestamp;
	bool deleted;
	struct sha256 hash;
	int64_t fingerprint;
	int32_t body_slot; /* in this page's pack; -1 none */
	struct str claim;  /* {NULL,0}: deleted */
	int32_t failed;    /* fields not understood */
};

struct collect_refused {
	int32_t slot;
	struct str external_id, datestamp;
	struct sha256 hash;
	int64_t fingerprint;
	const char *code, *field; /* stable word; Joconde code or "" */
	struct str reason;        /* French */
	struct str body;          /* bytes as received, possibly none */
};

int collect_page_begin(struct store *s, struct hv_err *err) HV_CHECK;
int collect_versions(struct store *s, int64_t run, int64_t page, const struct collect_version *v, size_t n,
		     struct hv_err *err) HV_CHECK;
int collect_refuse(struct store *s, const char *source, int64_t run, int64_t page,
		   const struct collect_refused *q, struct hv_err *err) HV_CHECK;
/* One row per source, code and subject: `times` is added, the last example kept. */
int collect_finding(struct store *s, const char *source, int64_t run, const char *code, const char *subject,
		    const char *example, int64_t times, struct hv_err *err) HV_CHECK;

/* pack may be empty; nums: heads seen unchanged, any order (sorted here). Commits; HV_E_LOST rolls back. */
struct collect_page {
	int64_t run, page;
	const char *token, *checkpoint, *counts;
	bool problems; /* something odd was noticed up to here */
	struct str pack;
	int64_t *nums;
	size_t n_nums;
};
int collect_page_end(struct store *s, struct collect_page *p, struct hv_err *err) HV_CHECK;

#endif
