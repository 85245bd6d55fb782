/*
 * connectors/oai/seen.c - a set of fingerprints with a ceiling.
 * Tests: tests/unit/connectors/oai/test_seen.c.
 */
#include "connectors/oai/seen.h"

uint64_t seen_fingerprint(uint64_t before, struct str s)
{
	uint64_t h = before ^ 0xcbf29ce484222325u; /* FNV-1a, then mixed: its low bits choose the place */

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3u;
	h = (h ^ (h >> 33)) * 0xff51afd7ed558ccdu;
	return h ^ (h >> 33);
}

static void put(uint64_t *v, size_t cap, uint64_t f)
{
	size_t at = (size_t)f & (cap - 1);

	while (v[at])
		at = (at + 1) & (cap - 1);
	v[at] = f;
}

/* Room for one more, at most half full. */
static bool grow(struct seen *s)
{
	if (s->n >= s->max)
		return false;
	if (s->n * 2 < s->cap)
		return true;
	size_t cap = s->cap ? s->cap * 2 : 64;
	uint64_t *v = calloc(cap, sizeof(*v));

	if (!v)
		return false;
	for (size_t i = 0; i < s->cap; i++)
		if (s->v[i])
			put(v, cap, s->v[i]);
	free(s->v);
	s->v = v;
	s->cap = cap;
	return true;
}

enum seen_answer seen_add(struct seen *s, uint64_t fingerprint)
{
	uint64_t f = fingerprint ? fingerprint : 1;

	for (size_t at = (size_t)f & (s->cap - 1); s->cap && s->v[at]; at = (at + 1) & (s->cap - 1))
		if (s->v[at] == f)
			return SEEN_BEFORE;
	if (!grow(s))
		return SEEN_FULL;
	put(s->v, s->cap, f);
	s->n++;
	return SEEN_NEW;
}

void seen_clear(struct seen *s)
{
	if (s->cap)
		memset(s->v, 0, s->cap * sizeof(*s->v));
	s->n = 0;
}

void seen_release(struct seen *s)
{
	free(s->v);
	s->v = NULL;
	s->n = s->cap = 0;
}
