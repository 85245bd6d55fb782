/*
 * config/cron.c - see cron.h. Refuses seconds, years, L, W, # and ?: five plain fields.
 * Tests: tests/unit/config/test_cron.c.
 */
#include "config/cron.h"

struct place {
	const char *name;
	unsigned min, max;
	const char *words; /* three letters each, the first stands for first_word; NULL: none */
	unsigned first_word;
};

enum { MINUTE, HOUR, DAY, MONTH, WEEKDAY, FIELDS };

static const struct place places[FIELDS] = {
	{ "minute", 0, 59, NULL, 0 },
	{ "hour", 0, 23, NULL, 0 },
	{ "day of month", 1, 31, NULL, 0 },
	{ "month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec", 1 },
	{ "day of week", 0, 7, "sunmontuewedthufrisat", 0 },
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool word_value(const struct place *f, struct str s, unsigned *ret)
{
	if (!f->words || s.n != 3)
		return false;
	for (unsigned i = 0; f->words[3 * (size_t)i]; i++) {
		const char *w = f->words + 3 * (size_t)i;

		if (lower(s.p[0]) == w[0] && lower(s.p[1]) == w[1] && lower(s.p[2]) == w[2]) {
			*ret = f->first_word + i;
			return true;
		}
	}
	return false;
}

static bool value(const struct place *f, struct str s, unsigned *ret)
{
	uint64_t v;

	if (word_value(f, s, ret))
		return true;
	if (!str_to_u64(s, &v) || v < f->min || v > f->max)
		return false;
	*ret = (unsigned)v;
	return true;
}

static bool fault(char *ret, const struct place *f, struct str item, const char *why)
{
	(void)snprintf(ret, CRON_FAULT, "'%.*s' is no %s%s", (int)(item.n > 40 ? 40 : item.n), item.p,
		       f->name, why);
	return false;
}

static bool out_of_range(char *ret, const struct place *f, struct str item)
{
	char range[48];

	(void)snprintf(range, sizeof(range), " (%u to %u)", f->min, f->max);
	return fault(ret, f, item, range);
}

/* "*", "5", "1-5", each with "/n". */
static bool item_bits(const struct place *f, struct str item, uint64_t *bits, char *ret_fault)
{
	ptrdiff_t slash = str_find(item, STR("/"));
	struct str range = slash < 0 ? item : str_cut(item, (size_t)slash);
	ptrdiff_t dash = str_find(range, STR("-"));
	unsigned from = f->min, to = f->max;
	uint64_t step = 1;

	if (slash >= 0 &&
	    (!str_to_u64(str_from(item, (size_t)slash + 1), &step) || step == 0 || step > f->max))
		return fault(ret_fault, f, item, ": the step after '/' is out of range");
	if (dash >= 0) {
		if (!value(f, str_cut(range, (size_t)dash), &from) ||
		    !value(f, str_from(range, (size_t)dash + 1), &to))
			return out_of_range(ret_fault, f, item);
		if (from > to)
			return fault(ret_fault, f, item, ": the range runs backwards");
	} else if (!str_is(range, "*")) {
		if (!value(f, range, &from))
			return out_of_range(ret_fault, f, item);
		to = slash < 0 ? from : f->max;
	} else if (f->max == 7) {
		to = 6; /* 7 is a second name of Sunday, no eighth day */
	}
	for (uint64_t v = from; v <= to; v += step)
		*bits |= UINT64_C(1) << v;
	return true;
}

static bool field_bits(const struct place *f, struct str s, uint64_t *bits, char *ret_fault)
{
	struct str rest = s, item;

	*bits = 0;
	while (str_next_item(&rest, ',', &item))
		if (!item_bits(f, item, bits, ret_fault))
			return false;
	return true;
}

static struct str nickname(struct str s)
{
	static const char *const names[][2] = {
		{ "@hourly", "0 * * * *" },
		{ "@daily", "0 0 * * *" },
		{ "@weekly", "0 0 * * 0" },
		{ "@monthly", "0 0 1 * *" },
	};

	for (size_t i = 0; i < HV_LEN(names); i++)
		if (str_is(s, names[i][0]))
			return str_of(names[i][1]);
	return s;
}

/* Split at blanks; more than FIELDS are counted, not kept. */
static size_t split(struct str s, struct str ret[FIELDS])
{
	size_t n = 0, at = 0;

	while (at < s.n) {
		size_t end = at;

		while (end < s.n && s.p[end] != ' ' && s.p[end] != '\t')
			end++;
		if (end > at) {
			if (n < FIELDS)
				ret[n] = (struct str){ s.p + at, end - at };
			n++;
		}
		at = end + 1;
	}
	return n;
}

bool cron_parse(struct str s, struct cron *ret, char ret_fault[CRON_FAULT])
{
	struct str fields[FIELDS];
	uint64_t bits[FIELDS];
	size_t n = split(nickname(str_trim(s)), fields);

	*ret = (struct cron){ 0 };
	if (n != FIELDS) {
		(void)snprintf(ret_fault, CRON_FAULT,
			       "a timetable has five fields (minute hour day month weekday), not %zu", n);
		return false;
	}
	for (size_t i = 0; i < FIELDS; i++)
		if (!field_bits(&places[i], fields[i], &bits[i], ret_fault))
			return false;
	bits[WEEKDAY] |= bits[WEEKDAY] >> 7 & 1;
	*ret = (struct cron){ .minutes = bits[MINUTE],
			      .hours = (uint32_t)bits[HOUR],
			      .days = (uint32_t)bits[DAY],
			      .months = (uint16_t)bits[MONTH],
			      .weekdays = (uint8_t)(bits[WEEKDAY] & 0x7F),
			      .any_day = fields[DAY].p[0] == '*',
			      .any_weekday = fields[WEEKDAY].p[0] == '*' };
	return true;
}
