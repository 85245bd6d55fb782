/*
 * fuzz_xml_stream.c - any bytes as a page, fed whole and in chunks of the size that the first byte says: both
 * must tell the same events, offsets must cut elements out of the page, and the stream must accept what the
 * tree parser accepts, or its offsets have lost step with the parser.
 */
#include <stdint.h>

#include "harvester/io/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct told {
	struct str page;
	struct xml_stream *stream;
	uint64_t mark; /* of everything that was told but texts, which may come in other pieces */
	uint64_t text_bytes;
	size_t depth;
};

static void note(struct told *t, uint64_t v)
{
	t->mark = (t->mark ^ v) * 0x100000001B3u;
}

static int on_start(const struct xml_start *e, void *ctx, struct hv_err *err HV_UNUSED)
{
	struct told *t = ctx;
	const struct xml_declaration *d;

	if (e->depth != ++t->depth || e->offset >= t->page.n || t->page.p[e->offset] != '<')
		abort();
	note(t, e->offset);
	for (size_t i = 0; i < e->n_attributes; i++)
		note(t, e->attributes[i].value.n);
	note(t, xml_stream_in_scope(t->stream, &d));
	return 0;
}

static int on_text(struct str text, void *ctx, struct hv_err *err HV_UNUSED)
{
	((struct told *)ctx)->text_bytes += text.n;
	return 0;
}

static int on_end(size_t depth, uint64_t offset, void *ctx, struct hv_err *err HV_UNUSED)
{
	struct told *t = ctx;

	if (depth != t->depth-- || offset > t->page.n || t->page.p[offset - 1] != '>')
		abort();
	note(t, offset);
	return 0;
}

static const struct xml_events events = { on_start, on_text, on_end };

static int parse(struct told *t, size_t chunk)
{
	hv_auto(xml_stream_freep) struct xml_stream *s = xml_stream_new(&events, NULL, t);
	struct hv_err err = { 0 };
	int r = 0;

	if (!s)
		return HV_E_NOMEM;
	t->stream = s;
	for (size_t at = 0; r == 0 && at < t->page.n; at += chunk)
		r = xml_stream_feed(s, str_cut(str_from(t->page, at), chunk), &err);
	if (r == 0)
		r = xml_stream_end(s, &err);
	if (r < 0 && (err.code == HV_OK || strchr(err.text, '\n')))
		abort();
	return r;
}

static int parse_tree(struct str page)
{
	hv_auto(arena_freep) struct arena *a = arena_new(64u << 20);
	hv_auto(names_freep) struct names *names = names_new(100000);
	hv_auto(xml_parser_freep) struct xml_parser *p = names ? xml_parser_new(names, NULL) : NULL;
	struct node *document;

	return a && p ? xml_tree(p, a, page, &document, NULL) : HV_E_NOMEM;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct str page = { (const char *)data + 1, size - 1 };
	struct told whole = { .page = page }, cut = { .page = page };

	xml_global_init();
	int r = parse(&whole, page.n + 1), q = parse(&cut, data[0] + 1u);
	/* Of two faults near to one another, either may be seen first. */
	if ((r == 0) != (q == 0) ||
	    (r == 0 && (whole.mark != cut.mark || whole.text_bytes != cut.text_bytes)))
		abort();
	if (r < 0 && parse_tree(page) == 0)
		abort();
	return 0;
}
