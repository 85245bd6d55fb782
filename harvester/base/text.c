/*
 * base/text.c - see text.h.
 */
#include "harvester/base/text.h"

#include <utf8proc.h>

enum { MOST_MARKS = 30 };

size_t text_sequence(const char *p, size_t n)
{
	const unsigned char *u = (const unsigned char *)p;

	if (n == 0)
		return 0;
	if (u[0] < 0x80)
		return 1;
	if (u[0] < 0xC2 || u[0] > 0xF4)
		return 0;
	size_t len = u[0] < 0xE0 ? 2 : u[0] < 0xF0 ? 3 : 4;
	if (n < len)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((u[i] & 0xC0) != 0x80)
			return 0;
	if ((u[0] == 0xE0 && u[1] < 0xA0) || (u[0] == 0xED && u[1] > 0x9F) || (u[0] == 0xF0 && u[1] < 0x90) ||
	    (u[0] == 0xF4 && u[1] > 0x8F))
		return 0;
	return len;
}

bool text_valid(struct str s, size_t *reterr_at)
{
	for (size_t i = 0; i < s.n;) {
		uint64_t eight;

		if (s.n - i >=
		    sizeof(eight)) { /* every page and record comes through here; most bytes are ASCII */
			memcpy(&eight, s.p + i, sizeof(eight));
			if ((eight & 0x8080808080808080u) == 0) {
				i += sizeof(eight);
				continue;
			}
		}
		if ((unsigned char)s.p[i] < 0x80) {
			i++;
			continue;
		}
		size_t len = text_sequence(s.p + i, s.n - i);
		if (len == 0) {
			if (reterr_at)
				*reterr_at = i;
			return false;
		}
		i += len;
	}
	return true;
}

uint32_t text_next(struct str s, size_t *at)
{
	const unsigned char *u = (const unsigned char *)s.p + *at;
	size_t len = text_sequence(s.p + *at, s.n - *at);

	if (len == 0) {
		(*at)++;
		return 0xFFFD;
	}
	*at += len;
	switch (len) {
	case 1:
		return u[0];
	case 2:
		return (uint32_t)((u[0] & 0x1F) << 6 | (u[1] & 0x3F));
	case 3:
		return (uint32_t)((u[0] & 0x0F) << 12 | (u[1] & 0x3F) << 6 | (u[2] & 0x3F));
	default:
		return (uint32_t)((u[0] & 0x07) << 18 | (u[1] & 0x3F) << 12 | (u[2] & 0x3F) << 6 |
				  (u[3] & 0x3F));
	}
}

size_t text_encode(uint32_t c, char *ret)
{
	return (size_t)utf8proc_encode_char((utf8proc_int32_t)c, (utf8proc_uint8_t *)ret);
}

/* Control characters nobody wants in a value; tab and line feed stay. */
static bool is_unwanted(uint32_t c)
{
	return (c < 0x20 && c != '\t' && c != '\n') || (c >= 0x7F && c < 0xA0);
}

/* Nothing below U+0300 composes or reorders, so most French text is already in NFC. */
static bool is_plain_nfc(struct str s)
{
	for (size_t i = 0; i < s.n;) {
		unsigned char b = (unsigned char)s.p[i];

		if (b >= 0x20 && b < 0x7F) {
			i++;
			continue;
		}
		uint32_t c = text_next(s, &i);
		if (is_unwanted(c) || c >= 0x300)
			return false;
	}
	return true;
}

/* What normalisation sorts behind a letter: the accents of decomposed text. */
static bool is_mark(uint32_t c)
{
	return c >= 0x300 && utf8proc_get_property((utf8proc_int32_t)c)->combining_class != 0;
}

struct str text_nfc(struct arena *a, struct str s)
{
	if (is_plain_nfc(s))
		return s;
	char *kept = arena_alloc(a, s.n + 1);
	if (!kept)
		return STR_NONE;
	size_t n = 0;
	unsigned marks = 0, most = 0;
	for (size_t i = 0; i < s.n;) {
		size_t from = i;
		uint32_t c = text_next(s, &i);

		if (is_unwanted(c))
			continue;
		marks = is_mark(c) ? marks + 1 : 0;
		most = marks > most ? marks : most;
		memcpy(kept + n, s.p + from, i - from);
		n += i - from;
	}
	if (most > MOST_MARKS)
		return (struct str){ kept, n };
	utf8proc_uint8_t *out = NULL;
	utf8proc_ssize_t len = utf8proc_map((const utf8proc_uint8_t *)kept, (utf8proc_ssize_t)n, &out,
					    UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (len < 0)
		return (struct str){ kept, n };
	struct str r = arena_str(a, (struct str){ (const char *)out, (size_t)len });
	free(out);
	return r;
}

/* U+0080 to U+009F as Windows-1252 (unicode.org, CP1252.TXT); 0 where it has nothing. */
static const uint16_t windows_1252[32] = { 0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
					   0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
					   0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
					   0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178 };

static bool has_c1(struct str s)
{
	const char *at;

	while (s.n && (at = memchr(s.p, 0xC2, s.n))) {
		s = str_from(s, (size_t)(at - s.p) + 1);
		if (s.n && (unsigned char)s.p[0] < 0xA0)
			return true;
	}
	return false;
}

struct str text_c1(struct arena *a, struct str s)
{
	size_t n = 0;

	if (!has_c1(s))
		return s;
	char *out = arena_alloc(a, s.n / 2 * 3 + 4); /* two bytes become three at most */
	if (!out)
		return STR_NONE;
	for (size_t i = 0; i < s.n;) {
		size_t from = i;
		uint32_t c = text_next(s, &i);

		if (c >= 0x80 && c < 0xA0) {
			if (windows_1252[c - 0x80])
				n += text_encode(windows_1252[c - 0x80], out + n);
			continue;
		}
		memcpy(out + n, s.p + from, i - from);
		n += i - from;
	}
	return (struct str){ out, n };
}

bool text_is_space(uint32_t c)
{
	return c == ' ' || (c >= 9 && c <= 13) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200B) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
	       c == 0x3000 || c == 0xFEFF;
}

bool text_is_letter(uint32_t c)
{
	utf8proc_category_t k = utf8proc_category((utf8proc_int32_t)c);

	return k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_LO;
}

bool text_is_upper(uint32_t c)
{
	return utf8proc_category((utf8proc_int32_t)c) == UTF8PROC_CATEGORY_LU;
}

/* May this byte begin a white space character outside ASCII (text_is_space)? */
static bool may_begin_space(unsigned char b)
{
	return b == 0xC2 || b == 0xE1 || b == 0xE2 || b == 0xE3 || b == 0xEF;
}

static bool is_squeezed(struct str s)
{
	bool blank = true;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char b = (unsigned char)s.p[i];

		if (b < ' ' || may_begin_space(b))
			return false;
		if (b == ' ' && blank)
			return false;
		blank = b == ' ';
	}
	return s.n == 0 || !blank;
}

struct str text_squeeze(struct arena *a, struct str s)
{
	if (is_squeezed(s))
		return s;
	char *out = arena_alloc(a, s.n + 1);
	if (!out)
		return STR_NONE;
	size_t n = 0;
	bool gap = false;
	for (size_t i = 0; i < s.n;) {
		size_t from = i;

		if (text_is_space(text_next(s, &i))) {
			gap = n > 0;
			continue;
		}
		if (gap)
			out[n++] = ' ';
		gap = false;
		memcpy(out + n, s.p + from, i - from);
		n += i - from;
	}
	return (struct str){ out, n };
}

/* What a folded key writes instead of a character; NULL: the character itself. */
static const char *fold_as(uint32_t c)
{
	switch (c) {
	case 0x153: /* œ */
	case 0x152:
		return "oe";
	case 0xE6: /* æ */
	case 0xC6:
		return "ae";
	case 0xDF: /* ß */
		return "ss";
	case 0x2018:
	case 0x2019:
	case 0x2BC:
	case 0xB4:
	case 0x60:
		return "'";
	case 0x2010:
	case 0x2011:
	case 0x2012:
	case 0x2013:
	case 0x2014:
	case 0x2212:
		return "-";
	case 0x201C:
	case 0x201D:
	case 0xAB:
	case 0xBB:
		return "\"";
	default:
		return NULL;
	}
}

static size_t fold_part(uint32_t c, char *out)
{
	const char *as = fold_as(c);

	if (!as)
		return text_encode(c, out);
	size_t n = strlen(as);
	memcpy(out, as, n);
	return n;
}

/* The folded form of one character into out (room for 32 bytes). */
static size_t fold_one(uint32_t c, char *out)
{
	utf8proc_int32_t parts[8];
	size_t n = 0;

	if (c < 0x80) {
		out[0] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c == 0x60 ? 0x27 : c);
		return 1;
	}
	if (fold_as(c))
		return fold_part(c, out);
	utf8proc_ssize_t k =
		utf8proc_decompose_char((utf8proc_int32_t)c, parts, HV_LEN(parts),
					UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
						UTF8PROC_STRIPMARK | UTF8PROC_IGNORE,
					NULL);
	for (utf8proc_ssize_t i = 0; i < k && i < (utf8proc_ssize_t)HV_LEN(parts); i++)
		n += fold_part((uint32_t)parts[i], out + n);
	return n;
}

struct str text_fold(struct arena *a, struct str s)
{
	struct str in = text_squeeze(a, s);
	/* A compatibility form can be longer than its character: 8 code points of 4 bytes for 3 at the worst.
	 */
	char *out = in.p || !s.p ? arena_alloc(a, in.n * 11 + 1) : NULL;

	if (!out)
		return STR_NONE;
	size_t n = 0;
	for (size_t i = 0; i < in.n;)
		n += fold_one(text_next(in, &i), out + n);
	/* Some signs fold to a blank and a mark (U+00A8). */
	return text_squeeze(a, (struct str){ out, n });
}

static struct str map_each(struct arena *a, struct str s, utf8proc_int32_t (*fn)(utf8proc_int32_t))
{
	/* Two bytes may become three (U+0250), and a byte that is no UTF-8 three (U+FFFD). */
	char *out = arena_alloc(a, s.n * 3 + 4);
	size_t n = 0;

	if (!out)
		return STR_NONE;
	for (size_t i = 0; i < s.n;)
		n += text_encode((uint32_t)fn((utf8proc_int32_t)text_next(s, &i)), out + n);
	return (struct str){ out, n };
}

struct str text_upper(struct arena *a, struct str s)
{
	return map_each(a, s, utf8proc_toupper);
}

struct str text_lower(struct arena *a, struct str s)
{
	return map_each(a, s, utf8proc_tolower);
}

struct str text_cut(struct str s, size_t n)
{
	if (n >= s.n)
		return s;
	while (n && ((unsigned char)s.p[n] & 0xC0) == 0x80)
		n--;
	return str_cut(s, n);
}

size_t text_length(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
	return n;
}

static char lower_ascii(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t text_distance(struct str a, struct str b, size_t max)
{
	enum { LONGEST = 128 };
	size_t rows[3][LONGEST + 1], *before = rows[0], *last = rows[1], *now = rows[2];

	if (a.n > LONGEST || b.n > LONGEST)
		return str_eq(a, b) ? 0 : max + 1;
	for (size_t j = 0; j <= b.n; j++)
		last[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		char x = lower_ascii(a.p[i - 1]);

		now[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			char y = lower_ascii(b.p[j - 1]);

			now[j] = smaller(smaller(last[j] + 1, now[j - 1] + 1), last[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == lower_ascii(b.p[j - 2]) && lower_ascii(a.p[i - 2]) == y)
				now[j] = smaller(now[j], before[j - 2] + 1); /* two letters changed places */
		}
		size_t *free_row = before;
		before = last;
		last = now;
		now = free_row;
	}
	return last[b.n] > max ? max + 1 : last[b.n];
}

const char *text_nearest(struct str word, const char *const *names, size_t n)
{
	size_t best = word.n <= 3 ? 1 : word.n <= 6 ? 2 : 3;
	const char *found = NULL;

	for (size_t i = 0; i < n; i++) {
		size_t d = text_distance(word, str_of(names[i]), best);

		if (d <= best && (!found || d < best)) {
			best = d;
			found = names[i];
		}
	}
	return found;
}
