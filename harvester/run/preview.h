/*
 * run/preview.h - what would become of a record: raw, each step, the claim, and what merging would do. Writes
 * nothing.
 */
#ifndef HARVESTER_RUN_PREVIEW_H
#define HARVESTER_RUN_PREVIEW_H

#include "harvester/merge/merge.h"
#include "harvester/run/convert.h"
#include "harvester/run/run.h"

struct preview {
	const struct record *record;
	const struct converted *converted;
	/*
	 * What merging would do to the notice, in the words of run_difference.what, orphan and withdrawn when
	 * the source has deleted the record and no other speaks for it; nothing: there is none, and there
	 * would be none.
	 */
	const char *verdict;
	bool known;     /* the record has a notice */
	struct str ref; /* its REF, or the one it would get; {NULL,0}: none can be made */
	const struct notice *before;
	const struct merged *after;       /* NULL when refused, or when no claim would be left */
	const struct merge_claim *claims; /* that `after` was merged from */
	size_t n_claims;
	struct str diff; /* JSON, {NULL,0}: no difference */
};

/*
 * Fetch the first `limit` records of the source, or the one with this id, and hand each over. HV_E_NOTFOUND:
 * the source has no such record. What is handed over lives until each returns.
 */
int run_preview(const struct run_env *env, const char *source, const char *record_id, size_t limit,
		int (*each)(void *ctx, const struct preview *p), void *ctx, struct hv_err *err) HV_CHECK;

#endif
