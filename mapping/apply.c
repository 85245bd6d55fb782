/*
 * mapping/apply.c - one body to one claim: parse, root, node sets, fields; every bad record gets a reason.
 */
#include "mapping/eval.h"

#include "harvester/base/buf.h"
#include "harvester/base/text.h"

static int reject(struct eval *e, const char *code, const char *fmt, ...) HV_PRINTF(3, 4);

static int reject(struct eval *e, const char *code, const char *fmt, ...)
{
	char text[1400];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	hv_whole_end(text);
	eval_reject(e, code, arena_str(e->a, str_of(text)));
	return e->r->reason.p ? 0 : HV_E_NOMEM;
}

/* A failed parse is the record's fault unless the machine has no memory. */
static int parse_failed(struct eval *e, int code)
{
	const char *text = e->err->text;

	switch (code) {
	case HV_E_REFUSED:
		return reject(e, "doctype",
			      "Notice refusée : elle contient une déclaration DOCTYPE, interdite (%s) ; à "
			      "retirer de "
			      "l'export.",
			      text);
	case HV_E_LIMIT:
		return reject(e, "too_complex", "Notice refusée : structure XML démesurée (%s).", text);
	case HV_E_PARSE:
		return reject(e, "not_xml",
			      "La notice n'est pas du XML bien formé (%s) ; à corriger dans l'export.", text);
	default:
		return code;
	}
}

/* The element where paths start, and what must be known before the first path runs. */
static int find_root(struct eval *e, struct node *document)
{
	struct map_path *p = e->m->root;
	struct node_set set = { 0 };
	int r = path_eval(p->path, document, NULL, e->a, &set, e->err);

	if (r < 0)
		return r;
	if (set.n == 0)
		return reject(e, "no_root", "La notice ne contient aucun élément %.*s ; format inattendu.",
			      STR_ARG(p->text));
	p->hits++;
	if (set.n > 1)
		return reject(
			e, "several_roots",
			"La notice contient %zu éléments %.*s là où un seul est attendu ; une notice par "
			"enregistrement.",
			set.n, STR_ARG(p->text));
	e->root = set.v[0];
	return 0;
}

static int find_record_language(struct eval *e)
{
	struct vlist v = { 0 };
	int r = e->m->record_language ? eval_values(e, e->m->record_language, e->root, NULL, &v) : 0;

	e->record_language = language_norm(e->a, v.n ? v.v[0] : node_lang(e->root));
	return r;
}

/* The catalogue's label for INV is an abbreviation. */
static const char *field_label(const struct field *f)
{
	return strcmp(f->code, "INV") == 0 ? "Numéro d'inventaire" : f->label;
}

/* Why a required field is empty: the file's own words, else its paths; and what was found but did not count.
 */
static int reject_missing(struct eval *e, const struct map_field *f)
{
	const struct field *field = &fields[f->id];
	bool inv = strcmp(field->code, "INV") == 0;
	char why[700];

	if (f->reason.n)
		(void)snprintf(why, sizeof(why), "%.*s", STR_ARG(text_cut(f->reason, 600)));
	else if (f->rule->n_choices && f->rule->choices[0].n && f->rule->choices[0].parts[0].path)
		(void)snprintf(why, sizeof(why), "rien à l'emplacement %.*s de la notice",
			       STR_ARG(text_cut(f->rule->choices[0].parts[0].path->text, 600)));
	else
		(void)snprintf(why, sizeof(why), "rien dans la notice");
	return reject(e, inv ? "inventory_missing" : "required_missing",
		      "%s (%s) absent : %s%s%s ; à compléter dans la base source.", field_label(field),
		      field->code, why, e->dropped->n ? ", seulement d'autres valeurs : " : "",
		      buf_cstr(e->dropped));
}

/* A required field whose value was not understood: the note says what came. */
static int reject_failed(struct eval *e, const struct map_field *f)
{
	const struct field *field = &fields[f->id];
	const struct mapping_note *last = NULL;

	for (size_t i = 0; i < e->r->n_notes; i++)
		if (e->r->notes[i].field == f->id)
			last = &e->r->notes[i];
	return reject(e, strcmp(field->code, "INV") == 0 ? "inventory_unclear" : "required_unclear",
		      "%s (%s) incertain : %.*s (« %.*s ») ; à préciser dans la base source.",
		      field_label(field), field->code,
		      STR_ARG(last ? last->text : STR("valeur non comprise")),
		      STR_ARG(last ? last->value : STR("?")));
}

static int join_values(struct eval *e, const struct map_field *f, struct vlist *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n; i++)
		n += v->v[i].n + f->join.n;
	char *p = arena_alloc(e->a, n + 1);
	if (!p)
		return HV_E_NOMEM;
	n = 0;
	for (size_t i = 0; i < v->n; i++) {
		if (i && f->join.n)
			memcpy(p + n, f->join.p, f->join.n);
		n += i ? f->join.n : 0;
		memcpy(p + n, v->v[i].p, v->v[i].n);
		n += v->v[i].n;
	}
	v->v[0] = (struct str){ p, n };
	v->n = 1;
	return eval_step(e, f->line, STR("join"), *v);
}

static void drop_empty_values(struct vlist *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n; i++)
		if (v->v[i].n)
			v->v[n++] = v->v[i];
	v->n = n;
}

/* A text field holds one value, whatever the record says. */
static int check_one(struct eval *e, const struct map_field *f, const struct vlist *v)
{
	if (fields[f->id].multi || v->n <= 1 || e->failed)
		return 0;
	e->failed = true;
	return eval_note(e, "too_many", v->v[1], "%zu valeurs pour un champ qui n'en tient qu'une", v->n);
}

static void store_field(struct eval *e, const struct map_field *f, const struct vlist *v)
{
	struct claim *c = &e->r->claim;

	if (e->failed) {
		c->failed[f->id] = true;
		e->r->fields_failed++;
	} else if (v->n) {
		c->kind[f->id] = CLAIM_VALUE;
		c->values[f->id] = (struct values){ v->v, v->n };
	} else if (f->erase) {
		c->kind[f->id] = CLAIM_EMPTY;
	}
}

static int eval_field(struct eval *e, const struct map_field *f)
{
	struct vlist v = { 0 };
	int r;

	e->field = f->id;
	e->failed = false;
	e->want_dropped = f->required;
	buf_clear(e->dropped);
	r = eval_rule(e, f->rule, e->root, &v);
	e->line = f->line;
	drop_empty_values(&v);
	if (r == 0 && f->has_join && v.n > 1)
		r = join_values(e, f, &v);
	if (r == 0)
		r = check_one(e, f, &v);
	if (r < 0)
		return r;
	if (f->required && e->failed)
		return reject_failed(e, f);
	if (f->required && v.n == 0)
		return reject_missing(e, f);
	store_field(e, f, &v);
	return 0;
}

static int eval_record(struct eval *e, struct str body)
{
	struct node *document = NULL;
	int r = xml_tree(e->m->parser, e->a, body, &document, e->err);

	if (r < 0)
		return arena_failed(e->a) ? HV_E_NOMEM : parse_failed(e, r);
	r = find_root(e, document);
	if (r < 0 || e->r->rejected)
		return r;
	r = find_record_language(e);
	if (r == 0)
		r = eval_node_sets(e);
	for (size_t i = 0; r == 0 && i < e->m->n_fields && !e->r->rejected; i++)
		r = eval_field(e, &e->m->fields[i]);
	return r;
}

int mapping_apply(struct mapping *m, struct str body, const struct mapping_options *o, struct arena *a,
		  struct mapping_result *ret, struct hv_err *err)
{
	hv_auto(buf_release) struct buf dropped = BUF_INIT(2000);
	struct hv_err mine = { 0 };
	struct eval e = { .m = m, .a = a, .r = ret, .err = err ? err : &mine };

	*ret = (struct mapping_result){ 0 };
	e.explain = o && o->explain;
	e.dropped = &dropped;
	e.field = MAPPING_NO_FIELD;
	e.sets = arena_array(a, m->n_nodes + 1, sizeof(*e.sets));
	int r = e.sets ? eval_record(&e, body) : HV_E_NOMEM;
	if (r == 0)
		return 0;
	/* The arena is full: nothing more fits into it, so the reason is a constant. */
	if (arena_failed(a) || r == HV_E_LIMIT) {
		ret->rejected = arena_failed(a) ? "too_large" : "too_complex";
		ret->rejected_field = MAPPING_NO_FIELD;
		ret->reason = STR("Notice trop volumineuse pour être traitée ; à vérifier dans l'export.");
		return 0;
	}
	return e.err->code ? hv_wrap(e.err, "%s", m->file) : hv_nomem(e.err, m->file);
}
