/*
 * tree/names.c - the interning table of tree.h: one pointer per (namespace, local name).
 *
 * Names are never forgotten, so the table has two ceilings: their number, and the bytes of their spelling
 * (256 per name on average). It refuses to know any library; the cache of pointers only needs pointers that
 * stay put. Tests: tests/unit/tree/test_tree.c.
 */
#include "harvester/tree/tree.h"

#define FIRST_SLOTS 256u
#define BYTES_PER_NAME 256u
#define CACHE 1024u /* a power of two; a LIDO record has about a hundred different names */

struct cached {
	const char *uri, *local;
	const struct name *name;
};

struct names {
	struct arena *arena;
	struct name **slots; /* open addressing; the number of slots is a power of two, at most half full */
	size_t n_slots, n, max;
	struct cached cache[CACHE];
};

struct names *names_new(size_t max_names)
{
	hv_auto(names_freep) struct names *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->max = max_names;
	t->n_slots = FIRST_SLOTS;
	t->slots = calloc(t->n_slots, sizeof(*t->slots));
	t->arena = arena_new(max_names * BYTES_PER_NAME + (64u << 10));
	return t->slots && t->arena ? hv_take(t) : NULL;
}

void names_free(struct names *t)
{
	if (!t)
		return;
	arena_free(t->arena);
	free(t->slots);
	free(t);
}

static uint64_t mix(uint64_t h, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 0x100000001B3u;
	return (h ^ 0xFF) * 0x100000001B3u; /* so that ("ab","c") and ("a","bc") part */
}

static uint64_t hash_name(struct str uri, struct str local)
{
	uint64_t h = mix(mix(0xCBF29CE484222325u, uri), local);

	return h ^ (h >> 29);
}

/* The slot where the name is, or the empty one where it belongs. */
static struct name **find_slot(struct name **slots, size_t n_slots, struct str uri, struct str local)
{
	size_t i = hash_name(uri, local) & (n_slots - 1);

	while (slots[i] && !(str_eq(slots[i]->local, local) && str_eq(slots[i]->uri, uri)))
		i = (i + 1) & (n_slots - 1);
	return &slots[i];
}

static bool grow(struct names *t)
{
	size_t wider = t->n_slots * 2;
	struct name **slots = calloc(wider, sizeof(*slots));

	if (!slots)
		return false;
	for (size_t i = 0; i < t->n_slots; i++)
		if (t->slots[i])
			*find_slot(slots, wider, t->slots[i]->uri, t->slots[i]->local) = t->slots[i];
	free(t->slots);
	t->slots = slots;
	t->n_slots = wider;
	return true;
}

static const struct name *add(struct names *t, struct str uri, struct str local)
{
	if (t->n >= t->max || (t->n * 2 >= t->n_slots && !grow(t)))
		return NULL;
	struct name *name = arena_alloc(t->arena, sizeof(*name));
	struct str spelt = arena_str(t->arena, local);

	if (!name || !spelt.p)
		return NULL;
	name->uri = uri;
	name->local = spelt;
	*find_slot(t->slots, t->n_slots, uri, local) = name;
	t->n++;
	return name;
}

const struct name *names_intern(struct names *t, struct str uri, struct str local)
{
	const struct name *found = *find_slot(t->slots, t->n_slots, uri, local);

	if (found)
		return found;
	/* The name "*" stands for its whole namespace and owns the spelling of the URI for all its names. */
	const struct name *all = *find_slot(t->slots, t->n_slots, uri, STR("*"));
	if (!all) {
		struct str spelt = arena_str(t->arena, uri);

		all = spelt.p ? add(t, spelt, STR("*")) : NULL;
		if (!all || str_is(local, "*"))
			return all;
	}
	return add(t, all->uri, local);
}

const struct name *names_intern_pointers(struct names *t, const char *uri, const char *local)
{
	uintptr_t key = ((uintptr_t)local >> 2) ^ ((uintptr_t)uri >> 7);
	struct cached *c = &t->cache[(key ^ (key >> 11)) & (CACHE - 1)];

	if (c->local == local && c->uri == uri && c->name)
		return c->name;
	const struct name *name = names_intern(t, str_of(uri), str_of(local));
	if (name)
		*c = (struct cached){ uri, local, name };
	return name;
}

void names_forget_pointers(struct names *t)
{
	memset(t->cache, 0, sizeof(t->cache));
}
