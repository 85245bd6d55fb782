/*
 * mapping/measure.c - reading measures: a number with its unit, or a text that labels each of its measures.
 *
 * Says nothing about how they are written: that needs the tables of a mapping (ops_museum.c).
 */
#include "mapping/forms.h"

#include "harvester/base/text.h"

/* Units that may follow a number in a text; folded. Any other word behind a number begins the next label. */
static const char *const unit_words[] = {
	"mm",          "cm",          "dm",         "m",           "km",         "g",           "kg",
	"mg",          "gr",          "centimetre", "centimetres", "centimeter", "centimeters", "zentimeter",
	"millimetre",  "millimetres", "millimeter", "millimeters", "metre",      "metres",      "meter",
	"meters",      "gramme",      "grammes",    "gramm",       "gram",       "grams",       "kilogramme",
	"kilogrammes", "kilogramm",   "kilogram",   "inch",        "inches"
};

static bool is_unit(struct arena *a, struct str s)
{
	struct str key = text_fold(a, s);

	for (size_t i = 0; i < HV_LEN(unit_words); i++)
		if (str_is(key, unit_words[i]))
			return true;
	return false;
}

static bool is_digit(struct str s, size_t i)
{
	return i < s.n && s.p[i] >= '0' && s.p[i] <= '9';
}

static void skip_blanks(struct str s, size_t *i)
{
	while (*i < s.n && s.p[*i] == ' ')
		(*i)++;
}

/* "1,440" is 1440 in English: a comma before three digits is no decimal one for certain, except in "0,440".
 */
static bool is_decimal_comma(struct str number)
{
	const char *comma = memchr(number.p, ',', number.n);

	return comma && (number.p + number.n - comma != 4 || str_starts(number, STR("0,")));
}

/* "25,5" and "25.5" are 25.5; "1.440" and "1,440" stay as they are written: nobody can tell. */
static bool number_at(struct arena *a, struct str s, size_t *i, struct str *ret)
{
	size_t from = *i, n = *i;

	while (is_digit(s, n))
		n++;
	if (n == from)
		return false;
	if (n < s.n && (s.p[n] == '.' || s.p[n] == ',') && is_digit(s, n + 1)) {
		n++;
		while (is_digit(s, n))
			n++;
	}
	if (n < s.n && (s.p[n] == '/' || ((s.p[n] == '.' || s.p[n] == ',') && is_digit(s, n + 1))))
		return false;
	char *p = arena_strndup(a, s.p + from, n - from);
	if (p && is_decimal_comma(str_of(p)))
		*strchr(p, ',') = '.';
	*ret = str_of(p);
	*i = n;
	return p != NULL;
}

static void unit_at(struct arena *a, struct str s, size_t *i, struct str *ret)
{
	size_t from = *i, n;

	skip_blanks(s, &from);
	for (n = from; n < s.n;) {
		size_t next = n;

		if (!text_is_letter(text_next(s, &next)))
			break;
		n = next;
	}
	struct str word = { s.p + from, n - from };
	if (word.n == 0 || !is_unit(a, word))
		return;
	*ret = word;
	*i = n < s.n && s.p[n] == '.' ? n + 1 : n;
}

static void note_at(struct str s, size_t *i, struct str *ret)
{
	size_t from = *i;

	skip_blanks(s, &from);
	const char *end = from < s.n && s.p[from] == '(' ? memchr(s.p + from, ')', s.n - from) : NULL;
	if (!end)
		return;
	*ret = str_trim((struct str){ s.p + from + 1, (size_t)(end - s.p) - from - 1 });
	*i = (size_t)(end - s.p) + 1;
}

bool measure_number(struct arena *a, struct str text, struct measure *ret)
{
	struct str s = str_trim(text);
	size_t i = 0;

	*ret = (struct measure){ 0 };
	if (!number_at(a, s, &i, &ret->number))
		return false;
	unit_at(a, s, &i, &ret->unit);
	skip_blanks(s, &i);
	return i == s.n;
}

/* Between two measures: blanks, one of ; , or a lonely x. */
static void separator_at(struct str s, size_t *i)
{
	skip_blanks(s, i);
	if (*i < s.n && (s.p[*i] == ';' || s.p[*i] == ','))
		(*i)++;
	else if (*i + 1 < s.n && s.p[*i] == 'x' && s.p[*i + 1] == ' ')
		(*i)++;
	skip_blanks(s, i);
}

/* Everything up to the number, without the signs that tie it to the number. */
static bool label_at(struct str s, size_t *i, struct str *ret)
{
	size_t from = *i;

	while (*i < s.n && !is_digit(s, *i)) {
		if (strchr(";,()", s.p[*i]))
			return false;
		(*i)++;
	}
	*ret = str_trim((struct str){ s.p + from, *i - from });
	while (ret->n && strchr(".:=- ", ret->p[ret->n - 1]))
		ret->n--;
	return ret->n > 0;
}

size_t measures_parse(struct arena *a, struct str text, struct measure *ret, size_t max)
{
	struct str s = str_trim(text);
	size_t n = 0;

	for (size_t i = 0; i < s.n; n++) {
		struct measure *m = &ret[n];

		if (n == max)
			return 0;
		*m = (struct measure){ 0 };
		if (!label_at(s, &i, &m->label) || !number_at(a, s, &i, &m->number))
			return 0;
		if (i < s.n && s.p[i] == '-')
			return 0;
		unit_at(a, s, &i, &m->unit);
		note_at(s, &i, &m->note);
		separator_at(s, &i);
	}
	return n;
}
