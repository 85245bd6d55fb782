/*
 * base/arena.c - see arena.h. Blocks double from 16 kB to 1 MB; large requests get a block of their own.
 */
#include "harvester/base/arena.h"

#include <stdalign.h>

#define FIRST_BLOCK (16u << 10)
#define LARGEST_BLOCK (1u << 20)
#define ALIGN alignof(max_align_t)
#define NEVER SIZE_MAX

struct block {
	struct block *next;
	size_t size;
	alignas(max_align_t) char data[];
};

struct arena {
	struct block *first; /* newest first; the oldest is kept by reset */
	char *at, *end;      /* free part of the newest block */
	size_t used, max;
	size_t next_size;
	size_t fail_in; /* allocations until the planned failure, or NEVER */
	bool failed;
};

struct arena *arena_new(size_t max)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->max = max;
	a->next_size = FIRST_BLOCK;
	a->fail_in = NEVER;
	return a;
}

static void free_blocks(struct block *b)
{
	while (b) {
		struct block *next = b->next;

		free(b);
		b = next;
	}
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	free_blocks(a->first);
	free(a);
}

void arena_reset(struct arena *a)
{
	struct block *keep = NULL;

#ifndef HV_ARENA_MALLOC
	for (struct block *b = a->first, *next; b; b = next) {
		next = b->next;
		if (!next && b->size <= LARGEST_BLOCK)
			keep = b;
		else
			free(b);
	}
#else
	free_blocks(a->first);
#endif
	a->first = keep;
	a->at = keep ? keep->data : NULL;
	a->end = keep ? keep->data + keep->size : NULL;
	a->used = 0;
	a->failed = false;
}

static struct block *add_block(struct arena *a, size_t size)
{
	struct block *b = malloc(sizeof(*b) + size);

	if (!b)
		return NULL;
	b->size = size;
	b->next = a->first;
	a->first = b;
	return b;
}

static void *fail(struct arena *a)
{
	a->failed = true;
	return NULL;
}

static void *take_slow(struct arena *a, size_t size)
{
#ifdef HV_ARENA_MALLOC
	struct block *b = add_block(a, size);

	return b ? memset(b->data, 0, size) : fail(a);
#else
	size_t block = a->next_size;

	if (size > block / 4) { /* a block of its own, behind the current one, whose free part stays in use */
		struct block *current = a->first;
		struct block *own = add_block(a, size);

		if (!own)
			return fail(a);
		if (current) {
			a->first = current;
			own->next = current->next;
			current->next = own;
		}
		return memset(own->data, 0, size);
	}
	struct block *b = add_block(a, block);

	if (!b)
		return fail(a);
	if (a->next_size < LARGEST_BLOCK)
		a->next_size *= 2;
	a->at = b->data + size;
	a->end = b->data + b->size;
	return memset(b->data, 0, size);
#endif
}

void *arena_alloc(struct arena *a, size_t size)
{
	if (a->fail_in != NEVER && a->fail_in-- == 0) {
		a->fail_in = NEVER;
		return fail(a);
	}
	if (size > SIZE_MAX / 2) /* rounding up would wrap round to almost nothing */
		return fail(a);
	size = (size + ALIGN - 1) & ~(ALIGN - 1);
	if (size == 0)
		size = ALIGN;
	if (size > a->max || a->used > a->max - size)
		return fail(a);
	a->used += size;
#ifndef HV_ARENA_MALLOC
	if (a->at && (size_t)(a->end - a->at) >= size) {
		void *p = a->at;

		a->at += size;
		return memset(p, 0, size);
	}
#endif
	return take_slow(a, size);
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	if (size && n > SIZE_MAX / size)
		return fail(a);
	return arena_alloc(a, n * size);
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	if (n == SIZE_MAX)
		return fail(a);
	char *p = arena_alloc(a, n + 1);

	if (p && n)
		memcpy(p, s, n);
	return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;

	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	char *p = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
	if (p)
		(void)vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return p;
}

struct str arena_str(struct arena *a, struct str s)
{
	char *p = arena_strndup(a, s.p, s.n);

	return p ? (struct str){ p, s.n } : STR_NONE;
}

size_t arena_used(const struct arena *a)
{
	return a->used;
}

bool arena_failed(const struct arena *a)
{
	return a->failed;
}

void arena_fail_at(struct arena *a, size_t n)
{
	a->fail_in = n;
}
