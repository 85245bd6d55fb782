/*
 * mapping/table.c - look-up tables: CSV with the columns `from` and `to`, or a map inside the mapping file.
 *
 * A term is found as it is written first, so that "L" and "l" may differ, then folded (capitals, accents,
 * white space do not count). Tests: tests/unit/mapping/test_table.c.
 */
#include "mapping/internal.h"

#include "harvester/base/buf.h"
#include "harvester/base/text.h"

enum { MOST_ROWS = 200000, MOST_COLUMNS = 64 };

static uint32_t hash_text(struct str s)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 16777619u;
	return h;
}

/* The slot of a key: taken by a row of this key, or free. */
static size_t slot_of(const struct map_table *t, const uint32_t *slots, struct str key, bool folded)
{
	size_t i = hash_text(key) & (t->slots - 1);

	while (slots[i]) {
		const struct map_row *row = &t->rows[slots[i] - 1];

		if (str_eq(folded ? row->key : row->from, key))
			break;
		i = (i + 1) & (t->slots - 1);
	}
	return i;
}

/* Two rows for one term must agree. The first row of a folded term stays. */
static void index_row(struct map_table *t, size_t row, const char *file, struct problems *p)
{
	struct map_row *r = &t->rows[row];
	size_t at = slot_of(t, t->exact, r->from, false);

	if (t->exact[at] && !str_eq(t->rows[t->exact[at] - 1].to, r->to))
		problem_file(p, file, r->line, 1, "'%.*s' stands for '%.*s' here and for '%.*s' on line %u",
			     STR_ARG(str_cut(r->from, 80)), STR_ARG(str_cut(r->to, 80)),
			     STR_ARG(str_cut(t->rows[t->exact[at] - 1].to, 80)),
			     t->rows[t->exact[at] - 1].line);
	if (!t->exact[at])
		t->exact[at] = (uint32_t)row + 1;
	at = slot_of(t, t->folded, r->key, true);
	if (!t->folded[at])
		t->folded[at] = (uint32_t)row + 1;
}

static bool index_rows(struct arena *a, struct map_table *t, const char *file, struct problems *p)
{
	t->slots = 16;
	while (t->slots < t->n * 2)
		t->slots *= 2;
	t->exact = arena_array(a, t->slots, sizeof(*t->exact));
	t->folded = arena_array(a, t->slots, sizeof(*t->folded));
	if (!t->exact || !t->folded)
		return false;
	for (size_t i = 0; i < t->n; i++)
		index_row(t, i, file, p);
	return true;
}

static bool fill_row(struct arena *a, struct map_row *row, struct str from, struct str to, unsigned line)
{
	row->from = arena_str(a, text_squeeze(a, text_nfc(a, from)));
	row->key = text_fold(a, row->from);
	row->to = arena_str(a, text_squeeze(a, text_nfc(a, to)));
	row->line = line;
	return row->from.p && row->key.p && row->to.p;
}

bool table_from_map(struct arena *a, struct map_table *t, const struct yaml *map, struct problems *p)
{
	if (map->kind != YAML_MAP) {
		problem_at(p, map, "map: {from: to, from: to}");
		return false;
	}
	t->rows = arena_array(a, map->n + 1, sizeof(*t->rows));
	for (size_t i = 0; t->rows && i < map->n; i++) {
		if (map->items[i].kind != YAML_TEXT) {
			problem_at(p, &map->items[i], "a text is wanted here");
			continue;
		}
		if (!fill_row(a, &t->rows[t->n++], map->keys[i].text, map->items[i].text, map->keys[i].line))
			return false;
	}
	return t->rows && index_rows(a, t, map->file, p);
}

/* --- CSV (RFC 4180; comma) --- */

struct csv {
	struct arena *a;
	struct str text;
	size_t at;
	unsigned line; /* of at */
};

/* A quoted cell; at stands behind the opening quote. False: the quote is never closed. */
static bool quoted_cell(struct csv *c, struct str *ret)
{
	char *p = arena_alloc(c->a, c->text.n - c->at + 1);
	size_t n = 0;

	while (p && c->at < c->text.n) {
		char ch = c->text.p[c->at++];

		if (ch == '"' && c->at < c->text.n && c->text.p[c->at] == '"') {
			c->at++;
		} else if (ch == '"') {
			*ret = (struct str){ p, n };
			return true;
		}
		c->line += ch == '\n';
		p[n++] = ch;
	}
	return false;
}

static bool cell(struct csv *c, struct str *ret)
{
	size_t from = c->at;

	if (c->at < c->text.n && c->text.p[c->at] == '"') {
		c->at++;
		return quoted_cell(c, ret);
	}
	while (c->at < c->text.n && !strchr(",\r\n", c->text.p[c->at]))
		c->at++;
	*ret = (struct str){ c->text.p + from, c->at - from };
	return true;
}

/* HV_ROW with the cells of the next line, HV_END, or negative: the line is broken. Empty lines are skipped.
 */
static int csv_line(struct csv *c, struct str cells[MOST_COLUMNS], size_t *ret_n, unsigned *ret_line)
{
	while (c->at < c->text.n && (c->text.p[c->at] == '\n' || c->text.p[c->at] == '\r'))
		c->line += c->text.p[c->at++] == '\n';
	*ret_line = c->line;
	*ret_n = 0;
	if (c->at >= c->text.n)
		return HV_END;
	for (;;) {
		if (*ret_n == MOST_COLUMNS || !cell(c, &cells[(*ret_n)++]))
			return HV_E_PARSE;
		if (c->at >= c->text.n || c->text.p[c->at] == '\n' || c->text.p[c->at] == '\r')
			return HV_ROW;
		if (c->text.p[c->at++] != ',')
			return HV_E_PARSE;
	}
}

static bool csv_header(struct csv *c, const char *file, size_t *ret_from, size_t *ret_to, struct problems *p)
{
	struct str cells[MOST_COLUMNS];
	unsigned line;
	size_t n;

	*ret_from = *ret_to = MOST_COLUMNS;
	if (csv_line(c, cells, &n, &line) != HV_ROW)
		n = 0;
	for (size_t i = 0; i < n; i++) {
		if (str_is(str_trim(cells[i]), "from"))
			*ret_from = i;
		if (str_is(str_trim(cells[i]), "to"))
			*ret_to = i;
	}
	if (*ret_from < MOST_COLUMNS && *ret_to < MOST_COLUMNS)
		return true;
	problem_file(p, file, 1, 1,
		     "the first line names the columns: from,to (others may stand beside them)");
	return false;
}

static size_t count_lines(struct str s)
{
	size_t n = 1;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\n';
	return n;
}

bool table_from_csv(struct arena *a, struct map_table *t, const char *file, struct str text,
		    struct problems *p)
{
	struct csv c = { .a = a, .text = text, .line = 1 };
	struct str cells[MOST_COLUMNS];
	size_t from, to, n, most = count_lines(text), bad;
	unsigned line;
	int r;

	if (str_starts(text, STR("\xEF\xBB\xBF")))
		c.at = 3;
	if (!text_valid(text, &bad)) {
		problem_file(p, file, (unsigned)count_lines(str_cut(text, bad)), 1,
			     "not UTF-8: save the table as UTF-8");
		return false;
	}
	if (!csv_header(&c, file, &from, &to, p))
		return false;
	t->rows = arena_array(a, most < MOST_ROWS ? most : MOST_ROWS, sizeof(*t->rows));
	if (!t->rows)
		return false;
	while ((r = csv_line(&c, cells, &n, &line)) == HV_ROW && t->n < MOST_ROWS) {
		if (n <= from || n <= to)
			problem_file(p, file, line, 1, "the line has %zu cells, and no `%s`", n,
				     n <= from ? "from" : "to");
		else if (!fill_row(a, &t->rows[t->n++], cells[from], cells[to], line))
			return false;
	}
	if (r < 0)
		problem_file(p, file, line, 1,
			     "not a line of CSV: a quote is not closed, or text follows it");
	else if (r == HV_ROW)
		problem_file(p, file, line, 1, "more than %d lines", MOST_ROWS);
	return index_rows(a, t, file, p);
}

const struct map_row *table_find(const struct map_table *t, struct arena *a, struct str term)
{
	size_t at;

	if (t->slots == 0)
		return NULL;
	at = slot_of(t, t->exact, term, false);
	if (t->exact[at])
		return &t->rows[t->exact[at] - 1];
	struct str key = text_fold(a, term);
	if (!key.p)
		return NULL;
	at = slot_of(t, t->folded, key, true);
	return t->folded[at] ? &t->rows[t->folded[at] - 1] : NULL;
}
