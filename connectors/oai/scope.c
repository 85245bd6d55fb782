/*
 * connectors/oai/scope.c - namespaces: which ones are the envelope's, and what a body inherits.
 *
 * Records of one page nearly always inherit the same declarations, so the list is kept once while it stays
 * the same. Tests: tests/unit/connectors/oai/test_page.c.
 */
#include "connectors/oai/envelope.h"

int oai_envelope_namespace(struct str uri)
{
	if (str_is(uri, "http://www.openarchives.org/OAI/2.0/"))
		return 2;
	return uri.n == 0 || str_is(uri, "http://www.openarchives.org/OAI/2.0") ||
	       str_is(uri, "https://www.openarchives.org/OAI/2.0/");
}

/* The same declarations as the record before? Then they are shared. */
static bool same_scope(const struct oai_scope *s, const struct xml_declaration *d, size_t n)
{
	if (!s || s->n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!str_eq(s->v[i].prefix, d[i].prefix) || !str_eq(s->v[i].uri, d[i].uri))
			return false;
	return true;
}

static const struct oai_scope *copy_scope(struct arena *a, const struct xml_declaration *d, size_t n)
{
	struct oai_scope *s = arena_alloc(a, sizeof(*s));
	struct oai_namespace *v = arena_array(a, n ? n : 1, sizeof(*v));

	if (!s || !v)
		return NULL;
	for (size_t i = 0; i < n; i++)
		v[i] = (struct oai_namespace){ arena_str(a, d[i].prefix), arena_str(a, d[i].uri) };
	*s = (struct oai_scope){ v, n };
	return arena_failed(a) ? NULL : s;
}

static bool declared_here(const struct xml_start *e, struct str prefix)
{
	for (size_t i = 0; i < e->n_declared; i++)
		if (str_eq(e->declared[i].prefix, prefix))
			return true;
	return false;
}

/*
 * What the body inherits and does not declare itself. The envelope's own default namespace is only passed on
 * to a body element that stands in it: below a prefixed one it would put children into OAI-PMH.
 */
int oai_scope_start(struct oai_reader *r, const struct xml_start *e, struct hv_err *err)
{
	const struct xml_declaration *all;
	size_t n = xml_stream_in_scope(r->stream, &all), kept = 0;
	struct xml_declaration inherited[64];

	for (size_t i = 0; i < n; i++) {
		if (declared_here(e, all[i].prefix) || str_is(all[i].prefix, "xml"))
			continue;
		if (all[i].prefix.n == 0 &&
		    (all[i].uri.n == 0 || (e->prefix.n > 0 && oai_envelope_namespace(all[i].uri) > 0)))
			continue;
		if (kept == HV_LEN(inherited))
			return hv_fail(err, HV_E_LIMIT, "more than %zu namespaces in scope",
				       HV_LEN(inherited));
		inherited[kept++] = all[i];
	}
	if (!same_scope(r->scope, inherited, kept))
		r->scope = copy_scope(r->page->arena, inherited, kept);
	if (!r->scope)
		return hv_nomem(err, "the namespaces of a page");
	r->entry->scope = r->scope;
	r->entry->body_at = r->base + e->offset;
	r->has_body = true;
	return 0;
}
