/*
 * publish/report_odd.c - see report.h: « À corriger dans votre base » and « Remarques ».
 */
#include "harvester/publish/html.h"
#include "harvester/publish/report_priv.h"

/* What a stable word means to a museum. Words that are not here keep their own name. */
static const struct {
	const char *code, *heading, *advice;
} known[] = {
	{ "inventory_missing", "Numéro d’inventaire absent", NULL },
	{ "inventory_unclear", "Numéro d’inventaire incertain", NULL },
	{ "mandatory_missing", "Champ obligatoire absent", NULL },
	{ "mandatory_not_understood", "Champ obligatoire non compris", NULL },
	{ "required_missing", "Champ exigé par la conversion absent", NULL },
	{ "required_unclear", "Champ exigé par la conversion incertain", NULL },
	{ "museum_not_allowed", "Code Muséofile d’un autre musée", NULL },
	{ "ref_taken", "Référence déjà prise par une autre notice", NULL },
	{ "no_notice", "Aucune notice à mettre à jour", NULL },
	{ "no_identifier", "Enregistrement sans identifiant", NULL },
	{ "identifier_too_long", "Identifiant trop long", NULL },
	{ "no_metadata", "Enregistrement vide", NULL },
	{ "no_root", "Format inattendu", NULL },
	{ "several_roots", "Plusieurs objets dans un enregistrement", NULL },
	{ "not_xml", "XML mal formé", NULL },
	{ "doctype", "Déclaration DOCTYPE interdite", NULL },
	{ "too_large", "Enregistrement trop grand", NULL },
	{ "too_complex", "Enregistrement trop complexe", NULL },
	{ "unknown_term", "Termes inconnus",
	  "Ces termes ne figurent pas dans les tables de correspondance. Les corriger dans votre base, ou "
	  "nous dire ce "
	  "qu’ils désignent." },
	{ "not_understood", "Valeurs non comprises",
	  "Leur forme n’a pas été reconnue&nbsp;: elles ne figurent pas dans la notice. Selon le champ, la "
	  "valeur publiée auparavant y est restée ou n’y figure plus." },
	{ "c1_controls", "Caractères mal encodés",
	  "Des caractères de contrôle ont été lus comme du Windows-1252 (’, œ, …). À vérifier, puis à "
	  "corriger "
	  "dans l’export." },
	{ "too_many", "Plusieurs valeurs pour un champ qui n’en tient qu’une",
	  "Aucune n’a été retenue&nbsp;; la valeur publiée auparavant, s’il y en avait une, est restée." },
	{ "path_never_matched", "Éléments attendus, jamais rencontrés",
	  "Pour la personne qui tient la conversion&nbsp;: ces chemins n’ont rien trouvé dans tout le "
	  "passage." },
};

static size_t find_known(const char *code)
{
	size_t i = 0;

	while (i < HV_LEN(known) && strcmp(known[i].code, code) != 0)
		i++;
	return i;
}

static void put_heading(struct buf *b, const char *code)
{
	size_t i = find_known(code);

	if (i < HV_LEN(known)) {
		buf_puts(b, known[i].heading);
		return;
	}
	buf_puts(b, "Observation technique&nbsp;: ");
	buf_html(b, str_of(code));
}

/* A list under one heading, closed when the next heading comes. */
struct group {
	struct report *report;
	struct buf body;      /* groups before this one */
	struct buf technical; /* those whose word says nothing to a museum: they come last */
	struct buf rows;      /* of this group */
	char code[64], field[64];
	struct str reason;    /* of the row before, in the report's arena */
	int64_t shown, total; /* of this group */
	int64_t all_shown, all;
	int groups;
};

static void group_release(struct group *g)
{
	buf_release(&g->body);
	buf_release(&g->technical);
	buf_release(&g->rows);
}

/* Headings that leave open which field it is about. */
static bool names_no_field(const char *code)
{
	return str_starts(str_of(code), STR("mandatory_")) || str_starts(str_of(code), STR("required_"));
}

static void put_group_end(struct group *g, const char *columns)
{
	size_t k = find_known(g->code);

	struct buf *b = k < HV_LEN(known) ? &g->body : &g->technical;

	if (!g->total || !g->shown)
		return;
	buf_puts(b, "<table>\n<caption><h3>");
	put_heading(b, g->code);
	if (names_no_field(g->code) && *g->field) {
		int id = field_find(str_of(g->field));

		buf_printf(b, "&nbsp;: %s <span class=\"code\">", id < 0 ? "" : fields[id].label);
		buf_html(b, str_of(g->field));
		buf_puts(b, "</span>");
	}
	buf_puts(b, " (");
	html_number(b, g->total);
	buf_puts(b, ")</h3>");
	if (k < HV_LEN(known) && known[k].advice)
		buf_printf(b, " %s", known[k].advice);
	buf_printf(b, "</caption>\n<thead><tr>%s</tr></thead>\n<tbody>\n", columns);
	buf_str(b, buf_view(&g->rows));
	buf_puts(b, "</tbody>\n</table>\n");
	if (g->total > g->shown) {
		buf_puts(b, "<p>et ");
		html_count(b, g->total - g->shown, "autre", "autres");
		buf_puts(b, " de même nature.</p>\n");
	}
	b->failed |= g->rows.failed;
}

static bool starts_group(const struct group *g, const char *code, const char *field)
{
	return !g->total || strcmp(g->code, code) != 0 || strcmp(g->field, field) != 0;
}

static void begin_group(struct group *g, const char *code, const char *field)
{
	(void)snprintf(g->code, sizeof(g->code), "%s", code);
	(void)snprintf(g->field, sizeof(g->field), "%s", field);
	buf_clear(&g->rows);
	g->reason = STR_NONE;
	g->shown = g->total = 0;
	g->groups++;
}

#define REFUSED_COLUMNS "<th scope=\"col\" class=\"large\">Notice</th><th scope=\"col\">Raison et remède</th>"

static void put_refused_row(struct group *g, const struct query_refused *q, const struct notice *n)
{
	buf_puts(&g->rows, "<tr><th scope=\"row\">");
	if (q->ref.p) {
		report_put_name(&g->rows, n);
		buf_puts(&g->rows, "<br>");
	}
	buf_puts(&g->rows, "<span class=\"code\">");
	html_cut(&g->rows, q->external_id, LONGEST_TITLE);
	buf_puts(&g->rows, "</span></th><td>");
	if (str_eq(q->reason, g->reason))
		buf_puts(&g->rows, "De même.");
	else
		html_cut(&g->rows, q->reason, LONGEST_REASON);
	buf_puts(&g->rows, "</td></tr>\n");
}

static int one_refused(void *ctx, const struct query_refused *q)
{
	struct group *g = ctx;
	struct report *r = g->report;
	struct notice n;

	arena_reset(r->scratch);
	if (report_notice(r, q->doc, &n) < 0 || report_table_refused(r, q, &n) < 0)
		return hv_wrap(r->err, "refused record %.*s", STR_ARG(q->external_id));
	if (starts_group(g, q->code, q->field)) {
		put_group_end(g, REFUSED_COLUMNS);
		begin_group(g, q->code, q->field);
	}
	g->total++;
	g->all++;
	if (g->all_shown >= MOST_REFUSED || g->shown >= 2 * MOST_IN_GROUP)
		return 0;
	put_refused_row(g, q, &n);
	if (!str_eq(q->reason, g->reason))
		g->reason = arena_str(r->arena, q->reason);
	g->shown++;
	g->all_shown++;
	return 0;
}

int report_put_refused(struct report *r)
{
	hv_auto(group_release) struct group g = { .report = r,
						  .body = BUF_INIT(16u << 20),
						  .technical = BUF_INIT(16u << 20),
						  .rows = BUF_INIT(16u << 20) };
	const struct query_refused_filter f = { .source = r->row.source, .open_at = r->o->run };
	int got = query_refused(r->store, &f, one_refused, &g, r->err);

	if (got < 0)
		return got;
	put_group_end(&g, REFUSED_COLUMNS);
	if (g.body.failed || g.technical.failed)
		return hv_fail(r->err, HV_E_LIMIT, "report: the refused records do not fit");
	r->open = g.all;
	if (!g.all)
		return 0;
	buf_puts(&r->page, "<h2>À corriger dans votre base (");
	html_number(&r->page, g.all);
	buf_puts(&r->page,
		 ")</h2>\n<p>Ces enregistrements n’ont pas pu entrer dans la base Joconde, ou leur dernière "
		 "version n’a pas pu la mettre à jour. Une fois corrigés dans votre base, ils sont repris au "
		 "passage suivant, sans autre démarche.");
	if (r->o->shared)
		buf_puts(&r->page, " La liste est celle de toute la source, qui sert plusieurs musées.");
	buf_puts(&r->page, "</p>\n");
	buf_str(&r->page, buf_view(&g.body));
	buf_str(&r->page, buf_view(&g.technical));
	report_put_rest(r, g.all - g.all_shown);
	return 0;
}

#define FINDING_COLUMNS                                                                                     \
	"<th scope=\"col\" class=\"large\">Remarque</th><th scope=\"col\" class=\"nombre\">Nombre</th><th " \
	"scope=\"col\">"                                                                                    \
	"Exemple</th>"

static int one_finding(void *ctx, const struct query_finding *f)
{
	struct group *g = ctx;
	struct report *r = g->report;

	if (starts_group(g, f->code, "")) {
		put_group_end(g, FINDING_COLUMNS);
		begin_group(g, f->code, "");
	}
	g->total++;
	g->all++;
	if (g->groups > MOST_GROUPS || g->shown >= MOST_IN_GROUP)
		return 0;
	buf_puts(&g->rows, "<tr><th scope=\"row\">");
	html_cut(&g->rows, f->subject, LONGEST_TITLE);
	if (f->first_run == r->o->run)
		buf_puts(&g->rows, " <strong>nouveau</strong>");
	buf_puts(&g->rows, "</th><td class=\"nombre\">");
	html_number(&g->rows, f->times);
	buf_puts(&g->rows, "</td><td class=\"code\">");
	html_cut(&g->rows, f->example, LONGEST_TITLE);
	buf_puts(&g->rows, "</td></tr>\n");
	g->shown++;
	return 0;
}

int report_put_findings(struct report *r)
{
	hv_auto(group_release) struct group g = { .report = r,
						  .body = BUF_INIT(4u << 20),
						  .technical = BUF_INIT(4u << 20),
						  .rows = BUF_INIT(4u << 20) };
	int got = query_findings(r->store, r->row.source, r->o->run, one_finding, &g, r->err);

	if (got < 0)
		return got;
	put_group_end(&g, FINDING_COLUMNS);
	if (g.body.failed || g.technical.failed)
		return hv_fail(r->err, HV_E_LIMIT, "report: the remarks do not fit");
	if (!g.all)
		return 0;
	buf_puts(&r->page,
		 "<h2>Remarques</h2>\n<p>Rien de tout cela n’a empêché une notice d’entrer. Les nombres "
		 "s’additionnent depuis le premier passage.</p>\n");
	buf_str(&r->page, buf_view(&g.body));
	buf_str(&r->page, buf_view(&g.technical));
	return 0;
}
