/*
 * base/str.c - see str.h. Never allocates.
 */
#include "harvester/base/str.h"

ptrdiff_t str_find(struct str s, struct str needle)
{
	if (needle.n == 0)
		return 0;
	const char *at = s.n ? memmem(s.p, s.n, needle.p, needle.n) : NULL;

	return at ? at - s.p : -1;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str str_trim(struct str s)
{
	while (s.n && is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool str_next_item(struct str *rest, char separator, struct str *ret_item)
{
	if (!rest->p)
		return false;
	const char *at = rest->n ? memchr(rest->p, separator, rest->n) : NULL;

	if (!at) {
		*ret_item = str_trim(*rest);
		*rest = STR_NONE;
		return true;
	}
	size_t n = (size_t)(at - rest->p);
	*ret_item = str_trim((struct str){ rest->p, n });
	*rest = (struct str){ at + 1, rest->n - n - 1 };
	return true;
}

bool str_to_u64(struct str s, uint64_t *ret)
{
	uint64_t v = 0;

	if (s.n == 0 || s.n > 20)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		uint64_t digit = (uint64_t)(s.p[i] - '0');
		if (v > (UINT64_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*ret = v;
	return true;
}
