/*
 * publish/report_changes.c - see report.h: what changed, created, withdrawn and restored notices.
 *
 * One walk over the changes of the run, in the order of REF, fills the table and the four parts of the page.
 */
#include "harvester/publish/html.h"
#include "harvester/publish/report_priv.h"

static int put_field(struct report *r, struct str code, const struct json *pair)
{
	int id = field_find(code);
	struct values before, after;

	if (pair->kind != JV_ARRAY || pair->n != 2)
		return hv_fail(r->err, HV_E_PARSE, "%.*s: a change is not [before, after]", STR_ARG(code));
	if (values_read(r->scratch, &pair->items[0], &before, r->err) < 0 ||
	    values_read(r->scratch, &pair->items[1], &after, r->err) < 0)
		return r->err->code;
	buf_puts(&r->changed, "<tr><th scope=\"row\">");
	if (id >= 0)
		buf_printf(&r->changed, "%s ", fields[id].label);
	buf_puts(&r->changed, "<span class=\"code\">");
	buf_html(&r->changed, code);
	buf_puts(&r->changed, "</span></th><td>");
	if (html_change(&r->changed, r->scratch, before, after, r->err) < 0)
		return r->err->code;
	buf_puts(&r->changed, "</td></tr>\n");
	r->n_rows++;
	return 0;
}

static int put_changed(struct report *r, const struct query_change *c, const struct notice *n,
		       const struct json *diff)
{
	struct buf *b = &r->changed;

	if (r->n_changed >= MOST_CHANGED || r->n_rows >= MOST_ROWS || diff->kind != JV_OBJECT)
		return 0;
	r->n_changed++;
	buf_puts(b, "<table>\n<caption><h3>");
	report_put_name(b, n);
	buf_puts(b, "</h3> <span class=\"code\">");
	buf_html(b, c->ref);
	buf_puts(b, "</span>");
	if (strcmp(c->cause, "mapping") == 0)
		buf_puts(
			b,
			" <span class=\"note\">Votre base n’a pas changé&nbsp;: c’est la règle de conversion "
			"qui a été "
			"modifiée.</span>");
	buf_puts(b, "</caption>\n<thead><tr><th scope=\"col\" class=\"champ\">Champ</th><th "
		    "scope=\"col\">Avant et "
		    "après</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < diff->n; i++)
		if (put_field(r, diff->keys[i], &diff->items[i]) < 0)
			return r->err->code;
	buf_puts(b, "</tbody>\n</table>\n");
	return 0;
}

static void put_listed(struct buf *b, int64_t *shown, const struct query_change *c, const struct notice *n)
{
	if (*shown >= MOST_LISTED)
		return;
	++*shown;
	buf_puts(b, "<li>");
	report_put_name(b, n);
	buf_puts(b, " <span class=\"code\">");
	buf_html(b, c->ref);
	buf_puts(b, "</span></li>\n");
}

static int one_change(void *ctx, const struct query_change *c)
{
	struct report *r = ctx;
	struct notice n;
	struct json diff;

	arena_reset(r->scratch);
	if (report_notice(r, c->doc, &n) < 0 || json_parse(r->scratch, c->diff, &diff, r->err) < 0 ||
	    report_table_change(r, c, &n, &diff) < 0)
		return hv_wrap(r->err, "change of %.*s", STR_ARG(c->ref));
	if (strcmp(c->what, "created") == 0)
		put_listed(&r->created, &r->n_created, c, &n);
	else if (strcmp(c->what, "withdrawn") == 0)
		put_listed(&r->withdrawn, &r->n_withdrawn, c, &n);
	else if (strcmp(c->what, "restored") == 0)
		put_listed(&r->restored, &r->n_restored, c, &n);
	else if (put_changed(r, c, &n, &diff) < 0)
		return hv_wrap(r->err, "change of %.*s", STR_ARG(c->ref));
	return 0;
}

int report_walk_changes(struct report *r)
{
	return query_changes(r->store, r->o->run, r->o->museum, one_change, r, r->err);
}

static void put_part(struct report *r, const char *heading, const char *intro, const struct buf *list,
		     int64_t shown, int64_t total)
{
	if (!total)
		return;
	buf_printf(&r->page, "<h2>%s (", heading);
	html_number(&r->page, total);
	buf_printf(&r->page, ")</h2>\n<p>%s</p>\n<ul class=\"liste\">\n", intro);
	buf_str(&r->page, buf_view(list));
	buf_puts(&r->page, "</ul>\n");
	report_put_rest(r, total - shown);
}

void report_put_changes(struct report *r)
{
	const struct query_tally *t = &r->now.tally;

	if (t->changed) {
		buf_puts(&r->page, "<h2>Ce qui a changé (");
		html_number(&r->page, t->changed);
		buf_puts(&r->page, ")</h2>\n");
		buf_str(&r->page, buf_view(&r->changed));
		report_put_rest(r, t->changed - r->n_changed);
	}
	put_part(r, "Notices créées", "Elles n’étaient pas encore dans la base Joconde.", &r->created,
		 r->n_created, t->created);
	put_part(r, "Notices retirées",
		 "Votre source les a retirées. Elles ne sont plus publiées&nbsp;; elles sont gardées "
		 "entières et "
		 "peuvent être "
		 "rétablies sous la même référence.",
		 &r->withdrawn, r->n_withdrawn, t->withdrawn);
	put_part(r, "Notices rétablies",
		 "Elles avaient été retirées&nbsp;; votre source les donne à nouveau.", &r->restored,
		 r->n_restored, t->restored);
}
