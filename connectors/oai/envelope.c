/*
 * connectors/oai/envelope.c - the events of a page's XML, turned into struct oai_page.
 *
 * Refuses to look inside a record's body: elements called record, error or resumptionToken in there are data
 * (faults 86 and 87 of the catalogue). Lenient where real servers are: the envelope may have any prefix, no
 * namespace, or one without the final slash (faults 76 to 78); the token may stand before the records (47) or
 * outside the verb's element (48). Tests: tests/unit/connectors/oai/test_page.c.
 */
#include "connectors/oai/envelope.h"

#include "harvester/base/text.h"

enum {
	MAX_IDENTIFIER = 4096, /* bytes; a thousand have been seen (fault 99) */
	MAX_ERRORS = 100,
	MAX_FACTS = 4000,
	MAX_SETS = 100 /* of one record; more are dropped with a finding */
};

static const char *const verbs[] = { "Identify",  "ListMetadataFormats", "ListRecords",
				     "GetRecord", "ListIdentifiers",     "ListSets" };

const char *oai_verb_name(enum oai_verb verb)
{
	return verbs[verb];
}

/* Envelope elements by what they stand in. Verbs, facts and bodies are told apart in place_of(). */
static const struct {
	enum oai_place in;
	const char *name;
	enum oai_place place;
} places[] = {
	{ AT_ROOT, "responseDate", AT_RESPONSE_DATE },
	{ AT_ROOT, "request", AT_REQUEST },
	{ AT_ROOT, "error", AT_ERROR },
	{ AT_ROOT, "resumptionToken", AT_TOKEN },
	{ AT_VERB, "record", AT_RECORD },
	{ AT_VERB, "resumptionToken", AT_TOKEN },
	{ AT_RECORD, "header", AT_HEADER },
	{ AT_RECORD, "metadata", AT_METADATA },
	{ AT_HEADER, "identifier", AT_IDENTIFIER },
	{ AT_HEADER, "datestamp", AT_DATESTAMP },
	{ AT_HEADER, "setSpec", AT_SET },
};

void oai_page_odd(struct oai_page *p, const char *code, struct str example)
{
	for (size_t i = 0; i < p->n_odd; i++)
		if (strcmp(p->odd[i].code, code) == 0)
			return;
	if (p->n_odd < OAI_MAX_ODD)
		p->odd[p->n_odd++] = (struct oai_odd){ code, arena_str(p->arena, text_cut(example, 200)) };
}

static struct str attribute(const struct xml_start *e, const char *name)
{
	for (size_t i = 0; i < e->n_attributes; i++)
		if (e->attributes[i].uri.n == 0 && str_is(e->attributes[i].local, name))
			return str_trim(e->attributes[i].value);
	return STR_NONE;
}

static enum oai_place verb_place(struct oai_reader *r, struct str local)
{
	for (size_t i = 0; i < HV_LEN(verbs); i++) {
		if (!str_is(local, verbs[i]))
			continue;
		if (i == (size_t)r->asked) {
			r->verb_seen = true;
			return AT_VERB;
		}
		r->other_verb = str_of(verbs[i]);
	}
	return AT_OTHER;
}

/* What an element is, by the place of its parent. */
static enum oai_place place_of(struct oai_reader *r, const struct xml_start *e)
{
	enum oai_place in = r->at[e->depth - 1];

	if (in == AT_METADATA)
		return r->has_body ? AT_OTHER : AT_BODY;
	/* `<metadata xmlns="…lido">` puts metadata itself into the record's namespace: meant for the record.
	 */
	if (in == AT_RECORD && str_is(e->local, "metadata") && oai_envelope_namespace(e->uri) == 0) {
		oai_page_odd(r->page, "metadata_namespace", e->uri);
		return AT_METADATA;
	}
	if (in == AT_OTHER || oai_envelope_namespace(e->uri) == 0)
		return AT_OTHER;
	for (size_t i = 0; i < HV_LEN(places); i++)
		if (places[i].in == in && str_is(e->local, places[i].name))
			return places[i].place;
	if (in == AT_ROOT)
		return verb_place(r, e->local);
	if (in == AT_VERB && r->asked == OAI_IDENTIFY)
		return AT_FACT;
	if (in == AT_VERB && r->asked == OAI_LIST_METADATA_FORMATS && str_is(e->local, "metadataFormat"))
		return AT_GROUP;
	return in == AT_GROUP ? AT_FACT : AT_OTHER;
}

static int start_document(struct oai_reader *r, const struct xml_start *e, struct hv_err *err)
{
	int ns = oai_envelope_namespace(e->uri);

	if (!str_is(e->local, "OAI-PMH") || ns == 0) {
		r->foreign = true;
		return hv_fail(err, HV_E_PARSE, "the document's element is '%.*s'%s, not OAI-PMH",
			       STR_ARG(str_cut(e->local, 60)), ns == 0 ? " of another namespace" : "");
	}
	if (ns == 1)
		oai_page_odd(r->page, "envelope_namespace", e->uri);
	r->root = true;
	r->at[1] = AT_ROOT;
	return 0;
}

static int start_record(struct oai_reader *r, struct hv_err *err)
{
	struct oai_page *p = r->page;
	size_t block = p->n_records / OAI_ENTRY_BLOCK, slot = p->n_records % OAI_ENTRY_BLOCK;

	if (p->n_records == OAI_MAX_RECORDS)
		return hv_fail(err, HV_E_LIMIT, "more than %d records in one page", OAI_MAX_RECORDS);
	if (slot == 0)
		p->blocks[block] = arena_array(p->arena, OAI_ENTRY_BLOCK, sizeof(struct oai_entry));
	if (!p->blocks[block])
		return hv_nomem(err, "the headers of a page");
	r->entry = &p->blocks[block][slot];
	*r->entry = (struct oai_entry){ 0 };
	p->n_records++;
	r->entry_sets = 0;
	r->has_body = false;
	return 0;
}

static int start_token(struct oai_reader *r, const struct xml_start *e)
{
	struct oai_page *p = r->page;
	struct str size = attribute(e, "completeListSize"), cursor = attribute(e, "cursor"),
		   expires = attribute(e, "expirationDate");

	if (r->at[e->depth - 1] == AT_ROOT)
		oai_page_odd(p, "token_outside", STR_NONE);
	if (size.n)
		p->complete_list_size = arena_str(p->arena, size);
	if (cursor.n)
		p->cursor = arena_str(p->arena, cursor);
	if (expires.n)
		p->expiration_date = arena_str(p->arena, expires);
	return 0;
}

static int start_request(struct oai_reader *r, const struct xml_start *e)
{
	struct oai_page *p = r->page;
	size_t n = e->n_attributes < 20 ? e->n_attributes : 20;

	p->request = arena_array(p->arena, n ? n : 1, sizeof(*p->request));
	if (!p->request)
		return 0; /* the arena's failure sticks and is told at the end */
	for (size_t i = 0; i < n; i++)
		p->request[i] = (struct oai_fact){ arena_str(p->arena, e->attributes[i].local),
						   arena_str(p->arena, e->attributes[i].value), 0 };
	p->n_request = n;
	return 0;
}

static void start_header(struct oai_reader *r, const struct xml_start *e)
{
	struct str status = attribute(e, "status");

	/* "Deleted" in other cases has been seen; the protocol knows one value only. */
	if (status.n == 7 && strncasecmp(status.p, "deleted", 7) == 0)
		r->entry->deleted = true;
}

static bool is_leaf(enum oai_place p)
{
	return p >= AT_RESPONSE_DATE;
}

static int enter(struct oai_reader *r, const struct xml_start *e, enum oai_place place, struct hv_err *err)
{
	if (is_leaf(place)) {
		buf_clear(&r->text);
		xml_stream_want_text(r->stream, true);
	}
	switch (place) {
	case AT_RECORD:
		return start_record(r, err);
	case AT_HEADER:
		start_header(r, e);
		return 0;
	case AT_BODY:
		return oai_scope_start(r, e, err);
	case AT_TOKEN:
		return start_token(r, e);
	case AT_REQUEST:
		return start_request(r, e);
	case AT_ERROR:
		r->open_name = arena_str(r->page->arena, str_cut(attribute(e, "code"), 100));
		return 0;
	case AT_GROUP:
		r->groups++;
		return 0;
	case AT_FACT:
		/* Its name is needed when its text is whole; the event's text is gone by then. */
		r->open_name = arena_str(r->page->arena, str_cut(e->local, 100));
		return 0;
	default:
		return 0;
	}
}

static int on_start(const struct xml_start *e, void *ctx, struct hv_err *err)
{
	struct oai_reader *r = ctx;

	if (e->depth > OAI_ENVELOPE_DEPTH)
		return 0;
	if (e->depth == 1)
		return start_document(r, e, err);
	enum oai_place place = place_of(r, e);

	if (r->at[e->depth - 1] == AT_METADATA && place == AT_OTHER)
		oai_page_odd(r->page, "two_bodies", r->entry->identifier);
	r->at[e->depth] = place;
	return enter(r, e, place, err);
}

static int on_text(struct str text, void *ctx, struct hv_err *err)
{
	struct oai_reader *r = ctx;

	(void)err;
	buf_str(&r->text, text); /* too long: the failure sticks and is judged at the end of the element */
	return 0;
}

static int end_error(struct oai_reader *r, struct str text)
{
	struct oai_page *p = r->page;

	if (!p->errors)
		p->errors = arena_array(p->arena, MAX_ERRORS, sizeof(*p->errors));
	if (p->errors && p->n_errors < MAX_ERRORS)
		p->errors[p->n_errors++] =
			(struct oai_error){ r->open_name, arena_str(p->arena, text_cut(text, 500)) };
	return 0;
}

static int end_fact(struct oai_reader *r, struct str text)
{
	struct oai_page *p = r->page;

	if (!p->facts)
		p->facts = arena_array(p->arena, MAX_FACTS, sizeof(*p->facts));
	if (p->facts && p->n_facts < MAX_FACTS)
		p->facts[p->n_facts++] =
			(struct oai_fact){ r->open_name, arena_str(p->arena, text), r->groups };
	return 0;
}

/* A value beats an empty element, whichever comes first: an empty one must not end a list that goes on. */
static int end_token(struct oai_reader *r, struct str text, struct hv_err *err)
{
	struct oai_page *p = r->page;

	if (r->text.failed)
		return hv_fail(err, HV_E_LIMIT, "resumption token over %zu bytes", r->text.max);
	if (text.n == 0) {
		if (p->token == OAI_TOKEN_ABSENT)
			p->token = OAI_TOKEN_EMPTY;
		return 0;
	}
	if (p->token == OAI_TOKEN_VALUE) {
		if (!str_eq(p->token_text, text))
			oai_page_odd(p, "two_tokens", text);
		return 0;
	}
	p->token = OAI_TOKEN_VALUE;
	p->token_text = arena_str(p->arena, text);
	return 0;
}

static void end_identifier(struct oai_reader *r, struct str text)
{
	if (r->text.failed || text.n > MAX_IDENTIFIER)
		r->entry->fault = "identifier_too_long";
	else if (text.n > 0 && r->entry->identifier.n == 0)
		r->entry->identifier = arena_str(r->page->arena, text);
}

static void end_set(struct oai_reader *r, struct str text)
{
	if (text.n == 0)
		return;
	if (r->entry_sets == MAX_SETS)
		oai_page_odd(r->page, "many_sets", r->entry->identifier);
	else
		r->sets[r->entry_sets++] = arena_str(r->page->arena, text);
}

static int end_record(struct oai_reader *r)
{
	struct oai_entry *e = r->entry;
	struct str *sets = arena_array(r->page->arena, r->entry_sets ? r->entry_sets : 1, sizeof(*sets));

	if (sets && r->entry_sets)
		memcpy(sets, r->sets, r->entry_sets * sizeof(*sets));
	e->sets = sets;
	e->n_sets = sets ? r->entry_sets : 0;
	if (e->deleted) /* deleted wins over metadata that is still there (fault 80) */
		e->body_n = 0;
	if (!e->fault && e->identifier.n == 0)
		e->fault = "no_identifier";
	if (!e->fault && !e->deleted && e->body_n == 0)
		e->fault = "no_metadata";
	r->entry = NULL;
	return 0;
}

static int leave(struct oai_reader *r, enum oai_place place, uint64_t offset, struct hv_err *err)
{
	struct str text = str_trim(buf_view(&r->text));

	switch (place) {
	case AT_RESPONSE_DATE:
		r->page->response_date = arena_str(r->page->arena, text_cut(text, 64));
		return 0;
	case AT_ERROR:
		return end_error(r, text);
	case AT_FACT:
		return end_fact(r, text);
	case AT_TOKEN:
		return end_token(r, text, err);
	case AT_IDENTIFIER:
		end_identifier(r, text);
		return 0;
	case AT_DATESTAMP:
		r->entry->datestamp = arena_str(r->page->arena, text_cut(text, 64));
		return 0;
	case AT_SET:
		end_set(r, text_cut(text, 1000));
		return 0;
	case AT_BODY:
		r->entry->body_n = r->base + offset - r->entry->body_at;
		return 0;
	case AT_RECORD:
		return end_record(r);
	default:
		return 0;
	}
}

static int on_end(size_t depth, uint64_t offset, void *ctx, struct hv_err *err)
{
	struct oai_reader *r = ctx;

	if (depth > OAI_ENVELOPE_DEPTH)
		return 0;
	enum oai_place place = r->at[depth];

	r->at[depth] = AT_OTHER;
	if (depth == 1)
		r->closed = true;
	if (is_leaf(place))
		xml_stream_want_text(r->stream, false);
	int n = leave(r, place, offset, err);

	if (n == 0 && arena_failed(r->page->arena))
		return hv_nomem(err, "the envelope of a page");
	return n;
}

const struct xml_events oai_envelope_events = { on_start, on_text, on_end };
