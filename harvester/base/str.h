/*
 * base/str.h - text as pointer and length, not owning, not necessarily NUL-terminated.
 */
#ifndef HARVESTER_BASE_STR_H
#define HARVESTER_BASE_STR_H

#include "harvester/base/def.h"

struct str {
	const char *p;
	size_t n;
};

#define STR(literal) ((struct str){ (literal), sizeof(literal) - 1 })
#define STR_NONE ((struct str){ NULL, 0 })

/* For printf: "%.*s", STR_ARG(s). */
#define STR_ARG(s) (int)((s).n > 100000 ? 100000 : (s).n), ((s).p ? (s).p : "")

static inline struct str str_of(const char *s)
{
	return (struct str){ s, s ? strlen(s) : 0 };
}

static inline bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool str_is(struct str a, const char *b)
{
	return str_eq(a, str_of(b));
}

/* Byte order, shorter first on a common beginning: the order of every canonical text. */
static inline int str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	return c ? c : (a.n > b.n) - (a.n < b.n);
}

static inline bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

static inline struct str str_from(struct str s, size_t at)
{
	return at >= s.n ? (struct str){ s.p + s.n, 0 } : (struct str){ s.p + at, s.n - at };
}

static inline struct str str_cut(struct str s, size_t n)
{
	return (struct str){ s.p, n < s.n ? n : s.n };
}

/* Where needle begins in s, or -1. */
ptrdiff_t str_find(struct str s, struct str needle);

/* Without ASCII white space (blank, tab, CR, LF) at both ends. */
struct str str_trim(struct str s);

/*
 * Walk the items of s between separators: str_next_item(&rest, ';', &item) is true for each item, also an
 * empty one; the item is trimmed. `rest` starts as the whole text; its p becomes NULL after the last item.
 */
bool str_next_item(struct str *rest, char separator, struct str *ret_item);

/* A whole decimal number without sign, no white space; false on overflow or anything else. */
bool str_to_u64(struct str s, uint64_t *ret);

#endif
