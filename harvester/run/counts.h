/*
 * run/counts.h - what a run counted: valves judge it, reports print it, `release` compares it.
 *
 * Kept as JSON in the run's row; collecting goes on from there after a crash.
 * Tests: tests/unit/run/test_counts.c.
 */
#ifndef HARVESTER_RUN_COUNTS_H
#define HARVESTER_RUN_COUNTS_H

#include "harvester/base/arena.h"
#include "harvester/base/buf.h"
#include "harvester/model/field.h"

struct counts {
	/* collecting */
	int64_t pages, bytes;
	int64_t listed;        /* records the source gave, deleted ones and repeats too */
	int64_t deleted;       /* headers that say deleted */
	int64_t unchanged;     /* cost a hash and nothing more */
	int64_t versions;      /* new or changed, mapped and stored (deletions of known records too) */
	int64_t refused;       /* quarantined, whether new or still */
	int64_t refused_new;   /* of those: not refused before, or refused for another body or mapping */
	int64_t fields_failed; /* values that were not understood */
	/* judging */
	int64_t created, changed, same, withdrawn, restored;
	int64_t claims_ended; /* deleted by the source: the claim is over */
	int64_t orphans;      /* notices left without any claim: proposed for withdrawal */
	int64_t missing;      /* known records that a complete listing lacks for the first time */
	int64_t clashes;      /* new REFs that another notice already has */
	int64_t field_changed[FIELD_MAX], field_emptied[FIELD_MAX],
		field_filled[FIELD_MAX]; /* of existing notices */
};

void counts_write(struct buf *b, const struct counts *c);

/* NULL or empty text: all zero. */
int counts_read(struct arena *a, const char *text, struct counts *ret, struct hv_err *err) HV_CHECK;

/* Forget what judging counted, keep what collecting counted. */
void counts_clear_judged(struct counts *c);

/* The name of the first count of `now` that exceeds what was accepted, or NULL. What a release must not let
 * grow. */
const char *counts_exceed(const struct counts *now, const struct counts *accepted);

/* Walk the scalar counts by name, for tables and JSON. */
struct count_name {
	const char *name;
	size_t offset;
};
extern const struct count_name count_names[];
extern const size_t n_count_names;
int64_t count_get(const struct counts *c, size_t i);

#endif
