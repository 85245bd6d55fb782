/*
 * mapping/year.c - years out of machine dates and short display texts; the form of MILL.
 *
 * A text is cut into years, a few words and signs; only known sequences of these are a time. Centuries and
 * years before Christ are not years here.
 */
#include "mapping/forms.h"

#include "harvester/base/text.h"

enum { MOST_TOKENS = 8, LATEST_YEAR = 2200 };

/* Y a year, - a dash, A about, B before, F after (folgend), E between (entre), & and. */
struct token {
	char kind;
	uint32_t year;
};

static const struct {
	const char *word;
	char kind;
} words[] = {
	{ "vers", 'A' },      { "circa", 'A' },   { "ca", 'A' },       { "c", 'A' },
	{ "env", 'A' },       { "environ", 'A' }, { "um", 'A' },       { "rond", 'A' },
	{ "omstreeks", 'A' }, { "about", 'A' },   { "around", 'A' },   { "approximately", 'A' },
	{ "avant", 'B' },     { "before", 'B' },  { "vor", 'B' },      { "voor", 'B' },
	{ "apres", 'F' },     { "after", 'F' },   { "nach", 'F' },     { "na", 'F' },
	{ "entre", 'E' },     { "between", 'E' }, { "zwischen", 'E' }, { "tussen", 'E' },
	{ "et", '&' },        { "and", '&' },     { "und", '&' },      { "en", '&' },
	{ "bis", '-' },       { "to", '-' },      { "tot", '-' },      { "a", '-' },
};

static bool is_digit(struct str s, size_t i)
{
	return i < s.n && s.p[i] >= '0' && s.p[i] <= '9';
}

static size_t digits_at(struct str s, size_t i, uint32_t *ret)
{
	size_t n = 0;

	for (*ret = 0; is_digit(s, i + n) && n < 9; n++)
		*ret = *ret * 10 + (uint32_t)(s.p[i + n] - '0');
	return is_digit(s, i + n) ? 0 : n; /* longer runs are no number of ours */
}

/* "-05" and "-05-01T…" behind a year: length, or 0 when it is no month. */
static size_t iso_rest(struct str s, size_t i)
{
	uint32_t month, day;

	if (i >= s.n || s.p[i] != '-' || digits_at(s, i + 1, &month) != 2 || month < 1 || month > 12)
		return 0;
	if (i + 3 >= s.n || s.p[i + 3] != '-' || digits_at(s, i + 4, &day) != 2 || day < 1 || day > 31)
		return 3;
	size_t n = 6;
	if (i + n < s.n && s.p[i + n] == 't')
		while (i + n < s.n && s.p[i + n] != ' ' && s.p[i + n] != '/')
			n++;
	return n;
}

/* "1.5.1853", "01/05/1853", "5.1853": length up to the year, or 0. */
static size_t day_month(struct str s, size_t i)
{
	size_t at = i;

	for (int part = 0; part < 2; part++) {
		uint32_t v;
		size_t n = digits_at(s, at, &v);

		if (n < 1 || n > 2 || v < 1 || v > 31 || at + n >= s.n ||
		    (s.p[at + n] != '.' && s.p[at + n] != '/'))
			break;
		at += n + 1;
		while (at < s.n && s.p[at] == ' ')
			at++;
	}
	uint32_t year;
	return at > i && digits_at(s, at, &year) == 4 ? at - i : 0;
}

/* A year at i with what belongs to its date. Length, or 0. */
static size_t date_at(struct str s, size_t i, uint32_t *ret_year)
{
	size_t before = day_month(s, i);
	size_t n = digits_at(s, i + before, ret_year);

	if (n < 2 || n > 4 || *ret_year > LATEST_YEAR)
		return 0;
	return before + n + (n == 4 && before == 0 ? iso_rest(s, i + n) : 0);
}

static char word_kind(struct str w)
{
	for (size_t i = 0; i < HV_LEN(words); i++)
		if (str_is(w, words[i].word))
			return words[i].kind;
	return 0;
}

static bool is_ignored(char c)
{
	return c == ' ' || c == '(' || c == ')' || c == '[' || c == ']' || c == '.';
}

/* One token at i; its length, 0 when it is none of ours. */
static size_t token_at(struct str s, size_t i, struct token *ret)
{
	size_t n = 0;

	*ret = (struct token){ 0 };
	if (is_digit(s, i)) {
		ret->kind = 'Y';
		return date_at(s, i, &ret->year);
	}
	if (s.p[i] == '-' || s.p[i] == '/') {
		ret->kind = '-';
		return 1;
	}
	if (s.p[i] == ';') {
		ret->kind = ';';
		return 1;
	}
	while (i + n < s.n && s.p[i + n] >= 'a' && s.p[i + n] <= 'z')
		n++;
	ret->kind = word_kind((struct str){ s.p + i, n });
	return ret->kind ? n : 0;
}

static size_t tokens_of(struct str s, struct token ret[MOST_TOKENS])
{
	size_t n = 0;

	for (size_t i = 0; i < s.n;) {
		if (is_ignored(s.p[i])) {
			i++;
			continue;
		}
		size_t len = n < MOST_TOKENS ? token_at(s, i, &ret[n]) : 0;
		if (len == 0)
			return 0;
		i += len;
		n++;
	}
	return n;
}

static bool range(uint32_t from, uint32_t to, struct years *ret)
{
	if (to < 100) /* "1850-60" */
		to += from / 100 * 100;
	*ret = (struct years){ from, to, YEAR_EXACT };
	return from >= 100 && to >= from && to <= LATEST_YEAR;
}

static bool single(uint32_t year, char word, struct years *ret)
{
	enum year_word w = word == 'A'   ? YEAR_ABOUT
			   : word == 'B' ? YEAR_BEFORE
			   : word == 'F' ? YEAR_AFTER
					 : YEAR_EXACT;

	*ret = (struct years){ year, year, w };
	return year >= 100;
}

static bool meaning(const struct token *t, size_t n, struct years *ret)
{
	char k[MOST_TOKENS + 1] = "";

	for (size_t i = 0; i < n; i++)
		k[i] = t[i].kind;
	if (strcmp(k, "Y") == 0)
		return single(t[0].year, 0, ret);
	if (strcmp(k, "AY") == 0 || strcmp(k, "BY") == 0 || strcmp(k, "FY") == 0)
		return single(t[1].year, k[0], ret);
	if (strcmp(k, "YA") == 0 || strcmp(k, "YB") == 0 || strcmp(k, "YF") == 0)
		return single(t[0].year, k[1], ret);
	if (strcmp(k, "Y-Y") == 0)
		return range(t[0].year, t[2].year, ret);
	if (strcmp(k, "EY&Y") == 0 || strcmp(k, "EY-Y") == 0)
		return range(t[1].year, t[3].year, ret);
	if (strcmp(k, "YE;Y&") == 0) /* our own form */
		return range(t[0].year, t[3].year, ret);
	return false;
}

/* "185." is a decade whose last digit was left open, not the year 185. */
static bool is_open_year(struct str s)
{
	size_t dots = 0, digits = 0;

	while (dots < s.n && s.p[s.n - 1 - dots] == '.')
		dots++;
	while (dots + digits < s.n && is_digit(s, s.n - 1 - dots - digits))
		digits++;
	return dots && (digits == 2 || digits == 3);
}

bool years_parse(struct arena *a, struct str text, struct years *ret)
{
	struct str s = text_fold(a, text_squeeze(a, text));
	struct token t[MOST_TOKENS];

	if (is_open_year(s))
		return false;
	while (s.n && strchr(";,. ", s.p[0]))
		s = str_from(s, 1);
	while (s.n && strchr(";,. ", s.p[s.n - 1]))
		s.n--;
	size_t n = s.n && s.n < 100 ? tokens_of(s, t) : 0;
	return n && meaning(t, n, ret);
}

size_t years_form(struct arena *a, const struct years *y, struct str ret[2])
{
	static const char *const behind[] = { "", " vers", " avant", " après" };
	char *one, *two;

	if (y->from == y->to) {
		one = arena_printf(a, "%u%s", y->from, behind[y->word]);
		ret[0] = str_of(one);
		return one ? 1 : 0;
	}
	one = arena_printf(a, "%u entre", y->from);
	two = arena_printf(a, "%u et", y->to);
	ret[0] = str_of(one);
	ret[1] = str_of(two);
	return one && two ? 2 : 0;
}
