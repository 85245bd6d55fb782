/*
 * merge/merge.c - see merge.h.
 */
#include "harvester/merge/merge.h"

/* What a claim says of a field, its scope considered. */
static enum claim_kind opinion(const struct claim *c, size_t field)
{
	enum field_owner owner = fields[field].owner;

	if (c->kind[field] == CLAIM_SILENT && c->museum_scope && !c->failed[field] &&
	    (owner == OWNER_MUSEUM || owner == OWNER_HARMONISED))
		return CLAIM_EMPTY;
	return (enum claim_kind)c->kind[field];
}

static bool outranks(const struct merge_claim *a, const struct merge_claim *b)
{
	if (a->rank != b->rank)
		return a->rank > b->rank;
	return str_cmp(a->source, b->source) < 0;
}

/* The claim that wins a ranked field: real opinions first, then defaults. -1: nobody speaks. */
static int winner(const struct merge_claim *claims, size_t n, size_t field)
{
	int best = -1;
	bool best_default = false;

	for (size_t i = 0; i < n; i++) {
		const struct claim *c = claims[i].claim;
		bool is_default = c->is_default[field];

		if (opinion(c, field) == CLAIM_SILENT)
			continue;
		if (best < 0 || (best_default && !is_default) ||
		    (best_default == is_default && outranks(&claims[i], &claims[best]))) {
			best = (int)i;
			best_default = is_default;
		}
	}
	return best;
}

static int merge_ranked(struct arena *a, const struct merge_claim *claims, size_t n, size_t field,
			struct merged *ret)
{
	int w = winner(claims, n, field);

	if (w < 0)
		return 0;
	const struct claim *c = claims[w].claim;
	if (!c->values[field].n || c->kind[field] != CLAIM_VALUE) {
		ret->emptied_by[field] = (uint8_t)w;
		return 0;
	}
	uint8_t *origin = arena_alloc(a, c->values[field].n);
	if (!origin)
		return -1;
	memset(origin, w, c->values[field].n);
	ret->notice.values[field] = c->values[field];
	ret->origin[field] = origin;
	ret->is_default[field] = c->is_default[field];
	return 0;
}

static bool holds(const struct str *v, size_t n, struct str value)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i], value))
			return true;
	return false;
}

/* Two records of one source on one notice: the one handed in first. */
static bool before(const struct merge_claim *claims, size_t a, size_t b)
{
	if (outranks(&claims[a], &claims[b]))
		return true;
	return !outranks(&claims[b], &claims[a]) && a < b;
}

/* The next claim in order of rank after `last` (-1: the first). */
static int next_in_rank(const struct merge_claim *claims, size_t n, int last)
{
	int best = -1;

	for (size_t i = 0; i < n; i++)
		if ((last < 0 || before(claims, (size_t)last, i)) &&
		    (best < 0 || before(claims, i, (size_t)best)))
			best = (int)i;
	return best;
}

static int merge_union(struct arena *a, const struct merge_claim *claims, size_t n, size_t field,
		       struct merged *ret)
{
	size_t most = 0, count = 0;

	for (size_t i = 0; i < n; i++)
		most += claims[i].claim->values[field].n;
	if (!most)
		return 0;
	struct str *v = arena_array(a, most, sizeof(*v));
	uint8_t *origin = arena_alloc(a, most);
	if (!v || !origin)
		return -1;
	for (int i = next_in_rank(claims, n, -1); i >= 0; i = next_in_rank(claims, n, i)) {
		struct values from = claims[i].claim->values[field];

		for (size_t k = 0; k < from.n; k++)
			if (!holds(v, count, from.v[k])) {
				origin[count] = (uint8_t)i;
				v[count++] = from.v[k];
			}
	}
	ret->notice.values[field] = (struct values){ v, count };
	ret->origin[field] = origin;
	return 0;
}

int merge(struct arena *a, const struct merge_claim *claims, size_t n, struct merged *ret, struct hv_err *err)
{
	memset(ret, 0, sizeof(*ret));
	memset(ret->emptied_by, ORIGIN_NONE, sizeof(ret->emptied_by));
	if (n >= ORIGIN_NONE)
		return hv_fail(err, HV_E_LIMIT, "%zu claims on one notice; at most %d", n, ORIGIN_NONE - 1);
	for (size_t f = 0; f < n_fields; f++) {
		int r = 0;

		if (fields[f].policy == POLICY_RANKED)
			r = merge_ranked(a, claims, n, f, ret);
		else if (fields[f].policy == POLICY_UNION)
			r = merge_union(a, claims, n, f, ret);
		if (r < 0)
			return hv_nomem(err, "merge");
	}
	return 0;
}
