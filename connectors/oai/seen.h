/*
 * connectors/oai/seen.h - which tokens, pages and identifiers a listing has shown before.
 *
 * A set of 64-bit fingerprints with a ceiling. Two different texts with one fingerprint cost a needless
 * finding, at worst a listing that stops loudly; nothing is dropped on its word.
 * Tests: tests/unit/connectors/oai/test_seen.c.
 */
#ifndef CONNECTORS_OAI_SEEN_H
#define CONNECTORS_OAI_SEEN_H

#include "harvester/base/def.h"
#include "harvester/base/str.h"

struct seen {
	uint64_t *v; /* open addressing; 0 is an empty place */
	size_t n, cap;
	size_t max; /* members */
};

enum seen_answer { SEEN_NEW, SEEN_BEFORE, SEEN_FULL };

/* SEEN_FULL: it is new, but the ceiling or memory does not let us remember it. */
enum seen_answer seen_add(struct seen *s, uint64_t fingerprint);
void seen_clear(struct seen *s);   /* empty, memory kept */
void seen_release(struct seen *s); /* empty, memory given back; may be used again */

/* Fingerprint of a text; chained by handing the last one in (0 to begin). */
uint64_t seen_fingerprint(uint64_t before, struct str s);

#endif
