/*
 * merge/merge.h - claims + policy -> notice, with the origin of every value. Pure: no I/O, no clock, no
 * database.
 *
 * The order in which different sources spoke never matters (DESIGN §5). `ranked`: the highest-ranked source
 * whose scope has the field; [] in scope is an opinion; a default named in a source file fills and never
 * beats a real value of any source. `union`: every value some source holds. Edits, standing forms and the
 * link ledger come with the curators' issue; protected fields therefore have no way in yet. Tests:
 * tests/unit/merge/test_merge.c (a golden example and the invariants as properties).
 */
#ifndef HARVESTER_MERGE_MERGE_H
#define HARVESTER_MERGE_MERGE_H

#include "harvester/model/notice.h"

/* A source's present claim on the notice. */
struct merge_claim {
	struct str source; /* breaks ties of rank, by byte order */
	int64_t rank;      /* larger wins */
	int64_t run;       /* the run whose version it is: for people, merge does not look at it */
	const struct claim *claim;
};

enum { ORIGIN_NONE = 255 };

struct merged {
	struct notice notice;
	/* origin[f][i]: index into the claims of the (first) holder of value i; NULL when the field has no
	 * value. */
	const uint8_t *origin[FIELD_MAX];
	/* Who decided that the field has no value: the claim that says [] in scope, else ORIGIN_NONE. */
	uint8_t emptied_by[FIELD_MAX];
	bool is_default[FIELD_MAX];
};

/* At most 254 claims. Texts of the result are those of the claims; lists live in the arena. */
int merge(struct arena *a, const struct merge_claim *claims, size_t n, struct merged *ret,
	  struct hv_err *err) HV_CHECK;

#endif
