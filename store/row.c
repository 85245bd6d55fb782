/*
 * store/row.c - see row.h.
 */
#include "store/row.h"

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool unhex(const char *s, size_t n, unsigned char *ret)
{
	for (size_t i = 0; i < n; i++) {
		int high = nibble(s[2 * i]), low = nibble(s[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		ret[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

bool row_bytes(const PGresult *res, int row, int column, unsigned char *ret, size_t n)
{
	const char *s = PQgetvalue(res, row, column);

	return (size_t)PQgetlength(res, row, column) == 2 * n + 2 && s[0] == '\\' && s[1] == 'x' &&
	       unhex(s + 2, n, ret);
}

struct str row_blob(struct arena *a, const PGresult *res, int row, int column)
{
	size_t length = (size_t)PQgetlength(res, row, column), n = length < 2 ? 0 : (length - 2) / 2;
	char *p = PQgetisnull(res, row, column) ? NULL : arena_alloc(a, n + 1);

	if (!p || !unhex(PQgetvalue(res, row, column) + 2, n, (unsigned char *)p))
		return STR_NONE;
	return (struct str){ p, n };
}

const char *row_hex(char *ret, const unsigned char *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	ret[0] = '\\';
	ret[1] = 'x';
	for (size_t i = 0; i < n; i++) {
		ret[2 + 2 * i] = digits[p[i] >> 4];
		ret[3 + 2 * i] = digits[p[i] & 15];
	}
	ret[2 + 2 * n] = '\0';
	return ret;
}
