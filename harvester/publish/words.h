/*
 * publish/words.h - what differs between two texts, word by word, for people to read.
 *
 * Longest common subsequence over words and blanks (or over the values of a list), bounded: texts whose
 * differing middles have more than WORDS_MOST words each count as wholly different there. Tests:
 * tests/unit/publish/test_words.c.
 */
#ifndef HARVESTER_PUBLISH_WORDS_H
#define HARVESTER_PUBLISH_WORDS_H

#include "harvester/base/arena.h"
#include "harvester/base/err.h"
#include "harvester/model/claim.h"

enum { WORDS_MOST = 600 };

struct word {
	struct str text;
	bool kept; /* stands in both */
};

struct words {
	struct word *v;
	size_t n;
};

/* Splits both and marks what both have. A blank between two words that changed counts as changed. */
int words_compare(struct arena *a, struct str before, struct str after, struct words *ret_before,
		  struct words *ret_after, struct hv_err *err) HV_CHECK;

/* The same over whole values. */
int words_compare_lists(struct arena *a, struct values before, struct values after, struct words *ret_before,
			struct words *ret_after, struct hv_err *err) HV_CHECK;

#endif
