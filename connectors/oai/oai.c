/*
 * connectors/oai/oai.c - the connector for OAI-PMH 2.0 data providers: its row in the registry.
 *
 * Joins the parts: section, identity, listings, records. Tests: tests/unit/connectors/test_conformance_oai.c.
 */
#include "connectors/oai/oai.h"
#include "harvester/base/text.h"

#include "connectors/oai/body.h"
#include "connectors/oai/harvest.h"

enum { OWN_ARENA = 4 << 20 };

static const char *const deletion_words[] = { "auto", "none", NULL };

static const struct cfg_field fields[] = {
	{ .name = "base_url",
	  .type = CFG_URL,
	  .offset = offsetof(struct oai_section, base_url),
	  .help = "Address of the provider, as it is without verb and arguments; its own query string is "
		  "kept.",
	  .example = "https://collections.example/oai" },
	{ .name = "prefix",
	  .type = CFG_TEXT,
	  .offset = offsetof(struct oai_section, prefix),
	  .fallback = "lido",
	  .help = "Record format asked for (metadataPrefix); checked against what the source offers." },
	{ .name = "sets",
	  .type = CFG_LIST,
	  .offset = offsetof(struct oai_section, sets),
	  .fallback = "[]",
	  .help = "Sets (setSpec) to harvest, one listing each, in order; empty: everything.",
	  .example = "[peintures, \"arts:dessins\"]" },
	{ .name = "overlap",
	  .type = CFG_TEXT,
	  .offset = offsetof(struct oai_section, overlap),
	  .fallback = "auto",
	  .help = "How far a harvest reaches back behind the server's date of the last one. auto: one hour, "
		  "or one day "
		  "for a source that dates by days.",
	  .example = "6h" },
	{ .name = "deletions",
	  .type = CFG_WORD,
	  .offset = offsetof(struct oai_section, deletions),
	  .fallback = "auto",
	  .words = deletion_words,
	  .help = "auto: deleted headers are believed. none: they are findings only." },
	{ .name = "from",
	  .type = CFG_TEXT,
	  .offset = offsetof(struct oai_section, from),
	  .fallback = "none",
	  .help = "Never ask for records older than this date; none: for all.",
	  .example = "2015-01-01" },
};

static bool is_word(const char *s, const char *more)
{
	return s && *s && s[strspn(s, more)] == '\0';
}

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

static const struct yaml *at_key(const struct cfg_source *source, const char *key)
{
	const struct yaml *value = yaml_get(source->section, key);

	return value ? value : source->section ? source->section : source->root;
}

static void oai_check(const struct cfg_source *source, const void *section, struct problems *p)
{
	const struct oai_section *s = section;
	int64_t us;
	bool day;

	if (s->base_url && strstr(s->base_url, "verb="))
		problem_at(p, at_key(source, "base_url"),
			   "base_url holds a verb; give the address up to the question mark");
	if (s->prefix && !is_word(s->prefix, LETTERS "-_.!~*'()"))
		problem_at(p, at_key(source, "prefix"),
			   "'%s' is no metadataPrefix: letters, digits and -_.!~*'() only", s->prefix);
	for (size_t i = 0; i < s->sets.n; i++) {
		if (!*s->sets.v[i])
			problem_at(p, at_key(source, "sets"),
				   "an empty set name; for everything leave `sets` empty");
		for (size_t k = 0; k < i; k++)
			if (strcmp(s->sets.v[i], s->sets.v[k]) == 0)
				problem_at(p, at_key(source, "sets"), "set '%s' is named twice",
					   s->sets.v[i]);
	}
	if (s->overlap && !oai_overlap(s->overlap, false, &us))
		problem_at(p, at_key(source, "overlap"), "'%s' is neither auto nor a duration such as 6h",
			   s->overlap);
	if (s->from && strcmp(s->from, "none") != 0 && !clock_parse(str_of(s->from), &us, &day))
		problem_at(p, at_key(source, "from"), "'%s' is neither none nor a date such as 2015-01-01",
			   s->from);
}

static void oai_close(struct connector *c)
{
	if (!c)
		return;
	oai_drop_ahead(c);
	oai_chain_release(&c->chain);
	oai_call_release(&c->call);
	oai_page_release(&c->page);
	oai_page_release(&c->ahead.page);
	arena_free(c->arena);
	free(c);
}
HV_DEFINE_AUTO(struct connector, oai_close)

static int oai_open(const struct connector_env *env, struct connector **ret, struct hv_err *err)
{
	hv_auto(oai_closep) struct connector *c = calloc(1, sizeof(*c));

	if (!c)
		return hv_nomem(err, "the connector");
	c->env = *env;
	c->section = env->section;
	c->opened = env->clock && !env->clock->fixed ? clock_now(env->clock) : INT64_MAX;
	c->call = OAI_CALL_INIT;
	c->page.fd = c->ahead.page.fd = -1;
	c->arena = arena_new(OWN_ARENA);
	if (!c->arena)
		return hv_nomem(err, "the connector");
	int r = oai_page_init(&c->page, err);

	if (r == 0)
		r = oai_page_init(&c->ahead.page, err);
	if (r == 0)
		r = oai_identify(c, err);
	if (r == 0)
		r = oai_formats(c, err);
	if (r == 0)
		r = oai_state_restore(c, err);
	if (r < 0)
		return r;
	c->page.n_records = 0; /* of the answers above */
	*ret = hv_take(c);
	return 0;
}

static enum listing oai_listing_kind(const struct connector *c)
{
	return c->kind;
}

static int oai_page_op(struct connector *c, struct connector_page *ret, struct hv_err *err)
{
	int r = oai_list_next(c, err);

	if (r != HV_ROW)
		return r;
	*ret = (struct connector_page){
		.records = c->page.n_records,
		.bytes = c->page.size,
		.expected = c->n_listings == 1 ? c->chain.expected : -1,
		.last = c->chain.over && c->listing + 1 == c->n_listings,
	};
	return HV_ROW;
}

/* Why a record cannot be used, for the museum. */
static struct str fault_reason(struct arena *a, const struct record *r, size_t place, size_t max_record)
{
	if (strcmp(r->fault, "no_identifier") == 0)
		return str_of(arena_printf(
			a,
			"La notice n° %zu de la page n'a pas d'identifiant dans son en-tête : on ne "
			"pourrait pas la reconnaître d'une moisson à l'autre. À corriger dans "
			"l'entrepôt OAI-PMH.",
			place));
	if (strcmp(r->fault, "identifier_too_long") == 0)
		return str_of(arena_printf(
			a,
			"L'identifiant de la notice n° %zu de la page dépasse 4096 octets. À corriger "
			"dans l'entrepôt OAI-PMH.",
			place));
	if (strcmp(r->fault, "too_large") == 0)
		return str_of(arena_printf(
			a,
			"La notice « %.*s » dépasse la taille admise de %zu octets. Réduire la notice, ou "
			"relever la limite http.record de la source.",
			STR_ARG(r->external_id), max_record));
	return str_of(arena_printf(
		a,
		"La notice « %.*s » n'a pas de contenu (élément metadata absent ou vide) et n'est "
		"pas déclarée supprimée. À corriger dans l'entrepôt OAI-PMH.",
		STR_ARG(r->external_id)));
}

static const struct str *copy_sets(struct arena *a, const struct oai_entry *e)
{
	struct str *sets = arena_array(a, e->n_sets ? e->n_sets : 1, sizeof(*sets));

	for (size_t i = 0; sets && i < e->n_sets; i++)
		sets[i] = arena_str(a, e->sets[i]);
	return sets;
}

/* An entry as a record of the caller's arena. */
static int to_record(const struct connector *c, const struct oai_page *page, const struct oai_entry *e,
		     size_t place, struct arena *a, struct record *ret, struct hv_err *err)
{
	size_t max = c->env.max_record ? c->env.max_record : SIZE_MAX / 2;
	struct record r = {
		.external_id = arena_str(a, e->identifier),
		.datestamp = arena_str(a, e->datestamp),
		.sets = copy_sets(a, e),
		.n_sets = e->n_sets,
		.deleted = e->deleted,
		.fault = e->fault          ? e->fault
			 : e->body_n > max ? "too_large"
					   : NULL,
	};

	if (!r.external_id.p)
		r.external_id = STR("");
	if (r.fault)
		r.fault_reason = fault_reason(a, &r, place, max);
	/* A record without a usable name is known by its body. */
	bool nameless = r.fault && r.external_id.n == 0 && e->body_n > 0 && e->body_n <= max;
	if ((!r.fault || nameless) && !r.deleted && oai_body_read(page, e, a, &r.body, err) < 0)
		return hv_wrap(err, "record '%.*s'", STR_ARG(text_cut(e->identifier, 200)));
	if (arena_failed(a))
		return hv_nomem(err, "a record");
	*ret = r;
	return HV_ROW;
}

static int oai_next(struct connector *c, struct arena *a, struct record *ret, struct hv_err *err)
{
	for (const struct oai_entry *e; (e = oai_page_entry(&c->page, c->at)); c->at++) {
		if (e->deleted && c->section->deletions == OAI_DELETIONS_NONE) {
			oai_finding(c, "deleted_ignored", "header", e->identifier);
			continue;
		}
		int r = to_record(c, &c->page, e, c->at + 1, a, ret, err);

		if (r == HV_ROW) /* a failure leaves us at the same record */
			c->at++;
		return r;
	}
	return HV_END;
}

static int oai_get(struct connector *c, const char *external_id, struct arena *a, struct record *ret,
		   struct hv_err *err)
{
	struct oai_request q = { .verb = OAI_GET_RECORD,
				 .prefix = c->section->prefix,
				 .identifier = external_id };
	struct oai_page page;
	int r = oai_page_init(&page, err);

	oai_drop_ahead(c);
	if (r == 0)
		r = oai_ask(c, &q, &page, err);
	if (r == 0 && page.answer == OAI_ERROR)
		r = oai_page_only_error(&page, "idDoesNotExist") ? HV_END
								 : oai_protocol_error(c, &q, &page, err);
	else if (r == 0 && page.n_records > 0)
		r = to_record(c, &page, oai_page_entry(&page, 0), 1, a, ret, err);
	oai_page_release(&page);
	return r;
}

static void put_line(struct buf *out, const char *key, struct str value)
{
	buf_puts(out, key);
	buf_puts(out, ": ");
	for (size_t i = 0; i < value.n; i++) /* one line each, whatever the source says */
		buf_putc(out, (unsigned char)value.p[i] < 0x20 ? ' ' : value.p[i]);
	buf_putc(out, '\n');
}

static int oai_describe(struct connector *c, struct buf *out, struct hv_err *err)
{
	const struct oai_identity *id = &c->identity;

	put_line(out, "repository", id->name);
	put_line(out, "base_url", id->base_url);
	put_line(out, "protocol", id->version);
	put_line(out, "formats", c->formats);
	put_line(out, "granularity", id->day ? STR("day") : STR("second"));
	put_line(out, "deleted records", id->deleted);
	put_line(out, "earliest datestamp", id->earliest);
	put_line(out, "server date", str_of(id->response_date));
	return buf_ok(out, "description", err);
}

const struct connector_ops oai_connector = {
	.name = "oai",
	.summary = "OAI-PMH 2.0 data providers (LIDO, Dublin Core, any XML format)",
	.fields = fields,
	.n_fields = HV_LEN(fields),
	.section_size = sizeof(struct oai_section),
	.uses_http = true,
	.check = oai_check,
	.open = oai_open,
	.listing = oai_listing_kind,
	.page = oai_page_op,
	.next = oai_next,
	.checkpoint = oai_state_checkpoint,
	.cursor = oai_state_cursor,
	.get = oai_get,
	.describe = oai_describe,
	.close = oai_close,
};
