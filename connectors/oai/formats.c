/*
 * connectors/oai/formats.c - is the configured metadataPrefix on offer?
 *
 * Asked before the first list, so that a typing error is told with what there is instead. A source that does
 * not answer this verb properly is not held up by it. Tests: tests/unit/connectors/oai/test_list.c.
 */
#include "connectors/oai/harvest.h"

enum { MAX_LISTED = 2000 }; /* bytes of the list in messages */

int oai_formats(struct connector *c, struct hv_err *err)
{
	struct oai_request q = { .verb = OAI_LIST_METADATA_FORMATS };
	hv_auto(buf_release) struct buf list = BUF_INIT(MAX_LISTED);
	bool found = false;
	int r = oai_ask(c, &q, &c->page, err);

	if (r < 0)
		return r;
	if (c->page.answer == OAI_ERROR) {
		char text[512];

		oai_page_error_text(&c->page, text, sizeof(text));
		oai_finding(c, "formats_refused", "ListMetadataFormats", str_of(text));
		return 0;
	}
	for (size_t i = 0; i < c->page.n_facts; i++) {
		const struct oai_fact *f = &c->page.facts[i];

		if (!str_is(f->name, "metadataPrefix"))
			continue;
		if (list.n)
			buf_puts(&list, ", ");
		buf_str(&list, f->text);
		found |= str_is(f->text, c->section->prefix);
	}
	c->formats = arena_str(c->arena, buf_view(&list));
	if (arena_failed(c->arena))
		return hv_nomem(err, "ListMetadataFormats");
	if (!found)
		return hv_fail(err, HV_E_CONFIG,
			       "metadataPrefix '%s' is not offered by the source; it offers: %s",
			       c->section->prefix, list.n ? buf_cstr(&list) : "nothing");
	return 0;
}
