/*
 * mapping/fingerprint.c - the meaning of a compiled mapping as text, hashed.
 *
 * Not over the bytes of the file: comments, order of keys, quotes do not count. What counts: root,
 * namespaces, languages, node sets, rules, tables with their content, operators with their versions. What
 * does not: tests of the file, names of tables, vocabularies (their verdicts are kept apart from claims).
 */
#include "mapping/ops.h"

#include "harvester/base/buf.h"

/* Raised when the engine answers differently for the same file. */
#define ENGINE "mapping 1"

/* Every text with its length: no two meanings write the same bytes. */
static void put(struct buf *b, const char *tag, struct str s)
{
	buf_printf(b, "%s %zu:", tag, s.n);
	buf_str(b, s);
	buf_putc(b, '\n');
}

static void put_number(struct buf *b, const char *tag, uint64_t n)
{
	buf_printf(b, "%s %llu\n", tag, (unsigned long long)n);
}

static void put_values(struct buf *b, const char *tag, struct values v)
{
	put_number(b, tag, v.n);
	for (size_t i = 0; i < v.n; i++)
		put(b, "-", v.v[i]);
}

static void put_path(struct buf *b, const char *tag, const struct map_path *p)
{
	if (p)
		put(b, tag, p->text);
}

static void put_table(struct buf *b, const struct mapping *m, const char *tag, const struct map_table *t)
{
	if (t)
		put_number(b, tag, (uint64_t)(t - m->tables));
}

static void put_conds(struct buf *b, const struct mapping *m, const char *tag, const struct map_cond *c,
		      size_t n)
{
	put_number(b, tag, n);
	for (size_t i = 0; i < n; i++) {
		put_path(b, "from", c[i].from);
		put_table(b, m, "lookup", c[i].lookup);
		if (c[i].has_is)
			put_values(b, "is", c[i].is);
		if (c[i].has_equals)
			put_values(b, "equals", c[i].equals);
		if (c[i].has_no)
			put_values(b, "not", c[i].no);
		put_number(b, "missing", c[i].missing);
	}
}

static void put_step(struct buf *b, const struct mapping *m, const struct map_step *s)
{
	put(b, "op", str_of(s->op->name));
	put_number(b, "version", s->op->version);
	for (size_t i = 0; i < s->op->n_args; i++) {
		const struct op_value *v = &s->args[i];

		if (!v->given)
			continue;
		put(b, "arg", str_of(s->op->args[i].name));
		put(b, "text", v->text);
		put_values(b, "texts", v->texts);
		put_number(b, "number", v->number);
		put_number(b, "word", (uint64_t)v->word);
		put_path(b, "path", v->path);
		put_table(b, m, "table", v->table);
	}
}

static void put_rule(struct buf *b, const struct mapping *m, const struct map_rule *r)
{
	put_number(b, "each", r->n_each);
	for (size_t i = 0; i < r->n_each; i++)
		put_path(b, "-", r->each[i]);
	for (size_t i = 0; i < r->n_choices; i++) {
		put_number(b, "choice", r->choices[i].n);
		for (size_t k = 0; k < r->choices[i].n; k++) {
			put_path(b, "path", r->choices[i].parts[k].path);
			if (r->choices[i].parts[k].rule) {
				put_number(b, "rule", k);
				put_rule(b, m, r->choices[i].parts[k].rule);
			}
		}
	}
	if (r->has_value)
		put_values(b, "value", r->value);
	put_conds(b, m, "where", r->where, r->n_where);
	put_conds(b, m, "prefer", r->prefer, r->n_prefer);
	put_values(b, "languages", r->languages->order);
	put_number(b, "do", r->n_steps);
	for (size_t i = 0; i < r->n_steps; i++)
		put_step(b, m, &r->steps[i]);
}

static void put_field(struct buf *b, const struct mapping *m, const struct map_field *f)
{
	put(b, "field", str_of(fields[f->id].code));
	put_number(b, "required", f->required);
	put(b, "reason", f->reason);
	put_number(b, "erase", f->erase);
	put_number(b, "has join", f->has_join);
	put(b, "join", f->join);
	put_rule(b, m, f->rule);
}

static int by_from(const void *x, const void *y)
{
	const struct map_row *a = x, *b = y;
	int c = str_cmp(a->from, b->from);

	/* Of rows for one folded term the first counts: their order is meaning, and is kept. */
	return c ? c : (a->line > b->line) - (a->line < b->line);
}

/* Rows by term, so that sorting a table is no change; rows that share a folded key keep their order by line.
 */
static void put_rows(struct buf *b, struct mapping *m, struct map_table *t)
{
	struct map_row *rows = arena_array(m->arena, t->n + 1, sizeof(*rows));

	put_number(b, "table", t->n);
	put_number(b, "unknown", t->unknown);
	put(b, "default", t->fallback);
	if (!rows)
		return;
	if (t->n)
		memcpy(rows, t->rows, t->n * sizeof(*rows));
	if (t->n > 1)
		qsort(rows, t->n, sizeof(*rows), by_from);
	for (size_t i = 0; i < t->n; i++) {
		const struct map_row *first = table_find(t, m->arena, rows[i].key);

		put(b, "from", rows[i].from);
		put(b, "to", rows[i].to);
		put_number(b, "first", first && str_eq(first->to, rows[i].to));
	}
}

static void put_all(struct buf *b, struct mapping *m)
{
	put(b, "engine", STR(ENGINE));
	put_path(b, "root", m->root);
	put_path(b, "record language", m->record_language);
	put_values(b, "languages", m->languages.order);
	for (size_t i = 0; i < m->n_prefixes; i++) {
		put(b, "prefix", m->prefixes[i].prefix);
		put_values(b, "uris", (struct values){ m->prefixes[i].uris, m->prefixes[i].n_uris });
	}
	for (size_t i = 0; i < m->n_tables; i++)
		put_rows(b, m, &m->tables[i]);
	for (size_t i = 0; i < m->n_nodes; i++) {
		put(b, "nodes", m->nodes[i].name);
		for (size_t k = 0; k < m->nodes[i].n_from; k++)
			put_path(b, "from", m->nodes[i].from[k]);
		put_conds(b, m, "where", m->nodes[i].where, m->nodes[i].n_where);
	}
	for (size_t i = 0; i < m->n_fields; i++)
		put_field(b, m, &m->fields[i]);
}

int mapping_fingerprint_make(struct mapping *m, struct hv_err *err)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(64u << 20);
	hv_auto(hasher_freep) struct hasher *h = hasher_new();

	if (!h)
		return hv_nomem(err, "fingerprint");
	put_all(&b, m);
	if (arena_failed(m->arena))
		return hv_nomem(err, "fingerprint");
	int r = buf_ok(&b, "fingerprint", err);
	if (r == 0)
		m->fingerprint = hash_of(h, buf_view(&b));
	return r;
}
