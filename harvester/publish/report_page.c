/*
 * publish/report_page.c - see report.h: head, verdict, counts, how to read it.
 */
#include "harvester/publish/html.h"
#include "harvester/publish/report_priv.h"

/* "8 mars 2027" of "8 mars 2027 à 02:10". */
static const char *day_of(int64_t us, char *ret, size_t size)
{
	char *at;

	clock_paris(us, ret, size);
	at = strstr(ret, " à ");
	if (at)
		*at = '\0';
	return ret;
}

/* What the run was, as a title says it and as a sentence does. */
static const char *kind_of(const struct report *r)
{
	static const char *const kinds[][2] = { { "harvest", "Moissonnage" },
						{ "import", "Import" },
						{ "remap", "Nouvelle conversion" },
						{ "undo", "Annulation" },
						{ "person", "Intervention" } };

	for (size_t i = 0; i < HV_LEN(kinds); i++)
		if (strcmp(r->row.kind, kinds[i][0]) == 0)
			return kinds[i][1];
	return "Passage";
}

static const char *extent_of(const struct report *r)
{
	if (strcmp(r->row.listing, "full") == 0)
		return "liste complète";
	return strcmp(r->row.listing, "window") == 0 ? "seulement ce qui a bougé depuis le précédent" : NULL;
}

static void put_source(struct report *r)
{
	buf_puts(&r->page, "<dt>Source</dt><dd>");
	if (r->o->title && *r->o->title) {
		buf_html(&r->page, str_of(r->o->title));
		buf_puts(&r->page, " ");
	}
	buf_puts(&r->page, "<span class=\"code\">");
	buf_html(&r->page, str_of(r->row.source));
	buf_puts(&r->page, "</span></dd>\n");
}

static void put_verdict_part(struct buf *b, bool *any, int64_t n, const char *one, const char *many)
{
	if (!n)
		return;
	if (*any)
		buf_puts(b, ", ");
	html_number(b, n);
	buf_printf(b, "%s %s", *any ? "" : n < 2 ? " notice" : " notices", n < 2 ? one : many);
	*any = true;
}

static void put_verdict(struct report *r)
{
	const struct query_tally *t = &r->now.tally;
	struct buf *b = &r->page;
	bool any = false;

	buf_puts(b, "<p class=\"verdict\">");
	put_verdict_part(b, &any, t->created, "créée", "créées");
	put_verdict_part(b, &any, t->changed, "modifiée", "modifiées");
	put_verdict_part(b, &any, t->withdrawn, "retirée", "retirées");
	put_verdict_part(b, &any, t->restored, "rétablie", "rétablies");
	if (!any)
		buf_puts(b, "Rien n’a changé");
	if (r->open) {
		buf_puts(b, "&nbsp;; ");
		html_count(b, r->open, "enregistrement est à corriger dans votre base",
			   "enregistrements sont à corriger dans votre base");
	}
	buf_puts(b, ".</p>\n");
}

void report_put_head(struct report *r)
{
	struct buf *b = &r->page;
	char when[64], day[64];
	const char *extent = extent_of(r);

	(void)clock_paris(r->now.started, when, sizeof(when));
	(void)day_of(r->now.started, day, sizeof(day));
	const char *title = arena_printf(r->arena, "%s du %s – %s", kind_of(r), day, r->o->museum);
	html_begin(b, str_of(title ? title : "Rapport"));
	buf_printf(b,
		   "<header>\n<p class=\"base\">Base Joconde – collections des musées de France</p>\n"
		   "<h1>%s du %s</h1>\n<dl class=\"tete\">\n<dt>Musée</dt><dd>",
		   kind_of(r), day);
	buf_html(b, str_of(r->o->museum));
	buf_puts(b, " <span class=\"code\">code Muséofile</span></dd>\n");
	put_source(r);
	buf_printf(b, "<dt>Passage</dt><dd>n° %lld, le %s%s%s</dd>\n", (long long)r->o->run, when,
		   extent ? "&nbsp;: " : "", extent ? extent : "");
	buf_puts(b, "</dl>\n</header>\n<main id=\"contenu\" tabindex=\"-1\">\n");
	put_verdict(r);
}

static void put_count(struct report *r, const char *label, int64_t now, int64_t before)
{
	bool part = str_starts(str_of(label), STR("dont "));

	buf_printf(&r->page, "<tr><th scope=\"row\"%s>%s</th><td class=\"nombre\">",
		   part ? " class=\"dont\"" : "", label);
	html_number(&r->page, now);
	buf_puts(&r->page, "</td>");
	if (r->has_before) {
		buf_puts(&r->page, "<td class=\"nombre\">");
		html_number(&r->page, before);
		buf_puts(&r->page, "</td>");
	}
	buf_puts(&r->page, "</tr>\n");
}

static void put_count_rows(struct report *r)
{
	const struct report_run *n = &r->now, *b = &r->before;
	const bool shared = r->o->shared;

	put_count(r, shared ? "Enregistrements reçus (toute la source)" : "Enregistrements reçus", n->listed,
		  b->listed);
	put_count(r, shared ? "dont sans changement (toute la source)" : "dont sans changement", n->unchanged,
		  b->unchanged);
	put_count(r, "Notices créées", n->tally.created, b->tally.created);
	put_count(r, "Notices modifiées", n->tally.changed, b->tally.changed);
	put_count(r, "Notices retirées", n->tally.withdrawn, b->tally.withdrawn);
	put_count(r, "Notices rétablies", n->tally.restored, b->tally.restored);
	put_count(r, shared ? "Enregistrements refusés (toute la source)" : "Enregistrements refusés",
		  n->refused, b->refused);
	put_count(r, shared ? "Champs non compris (toute la source)" : "Champs non compris", n->failed,
		  b->failed);
}

void report_put_counts(struct report *r)
{
	struct buf *b = &r->page;
	char day[64];

	buf_puts(b, "<h2>En chiffres</h2>\n<table>\n<caption>");
	if (r->has_before)
		buf_printf(b, "Ce passage, et le précédent de la même source, le %s.",
			   day_of(r->before.started, day, sizeof(day)));
	else
		buf_puts(b, "C’est le premier passage de cette source.");
	buf_puts(b,
		 "</caption>\n<thead><tr><th scope=\"col\">Compte</th><th scope=\"col\" class=\"nombre\">Ce "
		 "passage</th>");
	if (r->has_before)
		buf_puts(b, "<th scope=\"col\" class=\"nombre\">Précédent</th>");
	buf_puts(b, "</tr></thead>\n<tbody>\n");
	put_count_rows(r);
	buf_puts(b, "</tbody>\n</table>\n");
}

void report_put_foot(struct report *r)
{
	struct buf *b = &r->page;
	char when[64];
	const struct query_tally *t = &r->now.tally;
	bool any = t->created || t->changed || t->withdrawn || t->restored || r->open;

	if (any)
		buf_printf(
			b,
			"<h2>Comment lire ce rapport</h2>\n"
			"<p>Une notice est désignée par son numéro d’inventaire et son titre, puis par sa "
			"référence dans la "
			"base Joconde. Ce qui a été <del>supprimé</del> est barré, ce qui a été "
			"<ins>ajouté</ins> est "
			"souligné. Les longs passages sans changement sont abrégés par «&nbsp;… ».</p>\n"
			"<p>Le tableau <a href=\"report-%s-%lld.csv\">report-%s-%lld.csv</a> donne la "
			"liste entière, une "
			"ligne par champ modifié&nbsp;; il s’ouvre dans un tableur. Une apostrophe en tête "
			"d’une cellule n’est "
			"pas dans la notice&nbsp;: elle évite qu’un tableur prenne la valeur pour une "
			"formule.</p>\n",
			r->o->museum, (long long)r->o->run, r->o->museum, (long long)r->o->run);
	if (r->o->contact && *r->o->contact) {
		buf_puts(b, "<p>Une question, une erreur&nbsp;? Écrire à <a href=\"mailto:");
		buf_html(b, str_of(r->o->contact));
		buf_puts(b, "\">");
		buf_html(b, str_of(r->o->contact));
		buf_puts(b, "</a>.</p>\n");
	}
	buf_printf(b, "</main>\n<footer>\n<p class=\"note\">Rapport établi le %s.</p>\n</footer>\n",
		   clock_paris(clock_now(r->o->clock), when, sizeof(when)));
	html_end(b);
}

void report_put_name(struct buf *b, const struct notice *n)
{
	struct str inventory = notice_text(n, "INV");

	if (inventory.n) {
		html_cut(b, inventory, LONGEST_TITLE);
		buf_puts(b, " — ");
	}
	buf_puts(b, "<cite>");
	html_cut(b, notice_title(n), LONGEST_TITLE);
	buf_puts(b, "</cite>");
}

void report_put_rest(struct report *r, int64_t rest)
{
	if (rest <= 0)
		return;
	buf_puts(&r->page, "<p>… et ");
	html_count(&r->page, rest, "autre", "autres");
	buf_printf(&r->page,
		   ", à lire dans le tableau <a href=\"report-%s-%lld.csv\">report-%s-%lld.csv</a>.</p>\n",
		   r->o->museum, (long long)r->o->run, r->o->museum, (long long)r->o->run);
}
