/*
 * cli/show.h - a notice with the claims on it, merged again: what `show` prints in its three forms.
 */
#ifndef HARVESTER_CLI_SHOW_H
#define HARVESTER_CLI_SHOW_H

#include "harvester/cli/verb.h"
#include "harvester/merge/merge.h"
#include "store/query.h"

enum { SHOWN_CLAIMS = 254 }; /* what merge takes */

/* What merge does not need of a claim. */
struct shown_claim {
	struct str external_id, datestamp;
	const char *started;
	bool configured; /* the source has a file, hence a rank */
	bool missing;    /* absent from full listings, its claim stands */
};

struct shown {
	struct arena *arena;
	const struct config *config;
	struct hv_err *err;
	struct query_notice row;
	struct notice notice;
	struct merge_claim claims[SHOWN_CLAIMS];
	struct shown_claim said[SHOWN_CLAIMS];
	size_t n;
	int ended; /* claims of records their source deleted */
	struct merged merged;
};

/* Where a field's values come from, in words. */
void shown_origins(const struct shown *s, size_t field, struct buf *b);

/* show_explain.c: what each source says of one field and why the notice has what it has. */
int shown_explain(struct shown *s, size_t field, struct hv_err *err) HV_CHECK;
/* The notice as one JSON object; with field >= 0 that field alone, and all claims on it. */
int shown_json(struct shown *s, int field, struct hv_err *err) HV_CHECK;

#endif
