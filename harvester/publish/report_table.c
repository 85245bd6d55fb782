/*
 * publish/report_table.c - see report.h: the table beside the page, for spreadsheets.
 */
#include "harvester/publish/report_priv.h"

enum { MOST_CELL = 32000 }; /* bytes; a spreadsheet's cell holds 32,767 characters */

/* Cuts at a character's beginning. */
static struct str cell_cut(struct str s)
{
	size_t n = s.n;

	if (n <= MOST_CELL)
		return s;
	for (n = MOST_CELL; n > 0 && ((unsigned char)s.p[n] & 0xC0) == 0x80; n--)
		;
	return str_cut(s, n);
}

void report_cell(struct buf *b, struct str s)
{
	struct str shown = cell_cut(s);
	bool formula = s.n && s.p[0] && strchr("=+-@\t\r", s.p[0]), quoted = false;

	for (size_t i = 0; i < shown.n && !quoted; i++)
		quoted = shown.p[i] == ';' || shown.p[i] == '"' || shown.p[i] == '\n' || shown.p[i] == '\r';
	if (quoted)
		buf_putc(b, '"');
	if (formula)
		buf_putc(b, '\'');
	for (size_t i = 0; i < shown.n; i++) {
		if (shown.p[i] == '"')
			buf_putc(b, '"');
		buf_putc(b, shown.p[i]);
	}
	if (shown.n < s.n)
		buf_puts(b, "…");
	if (quoted)
		buf_putc(b, '"');
}

void report_table_begin(struct report *r)
{
	aside_put(r->table,
		  STR("\xEF\xBB\xBF"
		      "État;Référence;Identifiant dans la source;N° d’inventaire;Titre;Champ;Code du champ;"
		      "Avant;Après;Détail\r\n"));
}

struct table_row {
	const char *state;
	struct str ref, id, inventory, title, label, code, before, after, detail;
};

static int put_row(struct report *r, const struct table_row *t)
{
	const struct str cells[] = { str_of(t->state), t->ref,  t->id,     t->inventory, t->title,
				     t->label,         t->code, t->before, t->after,     t->detail };

	buf_clear(&r->line);
	for (size_t i = 0; i < HV_LEN(cells); i++) {
		if (i)
			buf_putc(&r->line, ';');
		report_cell(&r->line, cells[i]);
	}
	buf_puts(&r->line, "\r\n");
	if (buf_ok(&r->line, "line of the report's table", r->err) < 0)
		return r->err->code;
	aside_put(r->table, buf_view(&r->line));
	return 0;
}

static const char *state_of(const char *what)
{
	static const char *const words[][2] = { { "created", "Création" },
						{ "changed", "Modification" },
						{ "withdrawn", "Retrait" },
						{ "restored", "Rétablissement" } };

	for (size_t i = 0; i < HV_LEN(words); i++)
		if (strcmp(what, words[i][0]) == 0)
			return words[i][1];
	return what;
}

/* Values as one text: "a ; b". */
static struct str joined(struct report *r, const struct json *list)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1u << 20);

	for (size_t i = 0; list && list->kind == JV_ARRAY && i < list->n; i++) {
		if (i)
			buf_puts(&b, " ; ");
		buf_str(&b, list->items[i].text);
	}
	return arena_str(r->scratch, buf_view(&b));
}

int report_table_change(struct report *r, const struct query_change *c, const struct notice *n,
			const struct json *diff)
{
	struct table_row t = { .state = state_of(c->what),
			       .ref = c->ref,
			       .inventory = notice_text(n, "INV"),
			       .title = notice_title(n),
			       .detail = strcmp(c->cause, "mapping") == 0
						 ? STR("règle de conversion modifiée")
						 : STR_NONE };
	int done = 0;

	for (size_t i = 0; strcmp(c->what, "created") != 0 && diff->kind == JV_OBJECT && i < diff->n; i++) {
		int id = field_find(diff->keys[i]);
		const struct json *pair = &diff->items[i];

		if (pair->kind != JV_ARRAY || pair->n != 2)
			continue;
		t.label = id < 0 ? STR_NONE : str_of(fields[id].label);
		t.code = diff->keys[i];
		t.before = joined(r, &pair->items[0]);
		t.after = joined(r, &pair->items[1]);
		if (put_row(r, &t) < 0)
			return r->err->code;
		done++;
	}
	return done ? 0 : put_row(r, &t);
}

int report_table_refused(struct report *r, const struct query_refused *q, const struct notice *n)
{
	int id = field_find(str_of(q->field));
	const struct table_row t = { .state = "Refus",
				     .ref = q->ref,
				     .id = q->external_id,
				     .inventory = notice_text(n, "INV"),
				     .title = q->ref.p ? notice_title(n) : STR_NONE,
				     .label = id < 0 ? STR_NONE : str_of(fields[id].label),
				     .code = str_of(q->field),
				     .detail = q->reason };

	return put_row(r, &t);
}
