/*
 * publish/dump_csv.c - see dump.h: the columns of the open data set.
 */
#include "harvester/publish/dump.h"

static bool holds(struct str s, char c)
{
	return s.n && memchr(s.p, c, s.n);
}

static bool needs_quotes(struct values v)
{
	for (size_t i = 0; i < v.n; i++)
		if (holds(v.v[i], '|') || holds(v.v[i], '"') || holds(v.v[i], '\n') || holds(v.v[i], '\r'))
			return true;
	return false;
}

/* With quotes doubled, and for a value of a list its semicolons as commas. */
static void put_changed(struct buf *b, struct str s, bool list, uint64_t *semicolons)
{
	size_t from = 0;

	for (size_t i = 0; i < s.n; i++) {
		bool quote = s.p[i] == '"', comma = list && s.p[i] == ';';

		if (!quote && !comma)
			continue;
		buf_put(b, s.p + from, i - from);
		buf_puts(b, quote ? "\"\"" : ",");
		*semicolons += comma;
		from = i + 1;
	}
	buf_put(b, s.p + from, s.n - from);
}

static void put_cell(struct buf *b, const struct field *f, struct values v, uint64_t *semicolons)
{
	bool quoted = needs_quotes(v);

	if (quoted)
		buf_putc(b, '"');
	for (size_t i = 0; i < v.n; i++) {
		if (i)
			buf_puts(b, f->multi ? ";" : " ; ");
		if (quoted || (f->multi && holds(v.v[i], ';')))
			put_changed(b, v.v[i], f->multi, semicolons);
		else
			buf_str(b, v.v[i]);
	}
	if (quoted)
		buf_putc(b, '"');
}

void dump_csv_header(struct buf *b)
{
	field_id order[DUMP_COLUMNS];

	field_dump_order(order);
	for (size_t i = 0; i < DUMP_COLUMNS; i++)
		buf_printf(b, "%s%s", i ? "|" : "", fields[order[i]].column);
	buf_putc(b, '\n');
}

void dump_csv_line(struct buf *b, const struct notice *n, uint64_t *semicolons)
{
	field_id order[DUMP_COLUMNS];

	field_dump_order(order);
	for (size_t i = 0; i < DUMP_COLUMNS; i++) {
		if (i)
			buf_putc(b, '|');
		if (n->values[order[i]].n)
			put_cell(b, &fields[order[i]], n->values[order[i]], semicolons);
	}
	buf_putc(b, '\n');
}
