/*
 * io/xml.c - one XML document to the neutral tree, see xml.h.
 *
 * SAX2 events of libxml2 go straight to the tree builder: no tree of libxml2 is ever built. The context lives
 * from record to record with its dictionary, whose pointers make names a look-up without comparing; a
 * dictionary that has grown large is thrown away. Refuses DOCTYPE, entities, undeclared prefixes.
 * Tests: tests/unit/io/test_xml.c, tests/unit/io/test_path_oracle.c, tests/fuzz/fuzz_xml.c.
 */
#include "harvester/io/xml.h"

#include <limits.h>

#include <libxml/SAX2.h>

#include "harvester/base/buf.h"
#include "harvester/io/xml_internal.h"
#include "harvester/io/xml_scan.h"

#define DICTIONARY_MAX (1u << 20) /* bytes of names kept between records */
#define TEXT_KEPT (1u << 20)      /* bytes of the text buffer kept between records */
#define SCAN_FROM (64u << 10)     /* larger documents are scanned before libxml2 sees them */

struct xml_parser {
	struct xml_failure failure;
	xmlParserCtxt *ctxt;
	struct names *names;
	struct xml_limits limits;
	struct tree_builder tree;
	struct buf text;       /* pieces of the text that is running */
	struct buf value;      /* an attribute's value, decoded */
	struct xml_scan *scan; /* made for the first large document */
};

/* Why the builder or the table said no. */
static void stop_full(struct xml_parser *p)
{
	if (arena_failed(p->tree.arena))
		xml_stop(&p->failure,
			 hv_nomem(p->failure.err, "the document is larger than a record may be"));
	else
		xml_stop(&p->failure,
			 hv_fail(p->failure.err, HV_E_LIMIT, "line %d: too many different names of elements",
				 xmlSAX2GetLineNumber(p->ctxt)));
}

/* French texts come in several pieces (libxml2 starts anew at the first accent): joined here, copied once. */
static void flush_text(struct xml_parser *p)
{
	if (p->text.n && !p->failure.code && !tree_text(&p->tree, buf_view(&p->text)))
		stop_full(p);
	buf_clear(&p->text);
}

static void on_text(void *ctx, const xmlChar *s, int n)
{
	struct xml_parser *p = ctx;

	if (p->failure.code || n <= 0)
		return;
	buf_put(&p->text, s, (size_t)n);
	if (p->text.failed)
		xml_stop(&p->failure, hv_nomem(p->failure.err, "a text"));
}

static bool add_attribute(struct xml_parser *p, const xmlChar **attributes, size_t i)
{
	const char *uri = attributes[i * 5 + 2] ? (const char *)attributes[i * 5 + 2] : "";
	const struct name *name = names_intern_pointers(p->names, uri, (const char *)attributes[i * 5]);
	struct str value = xml_raw_value(attributes, i);

	if (name && value.n && memchr(value.p, '&', value.n)) {
		buf_clear(&p->value);
		char *room = buf_room(&p->value, value.n);

		if (!room)
			return false;
		value = (struct str){ room, xml_decode_ampersands(value, room) };
	}
	return name && tree_attr(&p->tree, name, value);
}

static void on_start(void *ctx, const xmlChar *local, const xmlChar *prefix HV_UNUSED, const xmlChar *uri,
		     int n_ns HV_UNUSED, const xmlChar **ns HV_UNUSED, int n_attributes,
		     int n_defaulted HV_UNUSED, const xmlChar **attributes)
{
	struct xml_parser *p = ctx;
	int line = xmlSAX2GetLineNumber(p->ctxt);

	if (p->failure.code)
		return;
	flush_text(p);
	if (p->tree.depth >= p->limits.depth) {
		xml_stop(&p->failure, hv_fail(p->failure.err, HV_E_LIMIT,
					      "line %d: more than %zu elements inside one another", line,
					      p->limits.depth));
		return;
	}
	if ((size_t)n_attributes > p->limits.attributes) {
		xml_stop(&p->failure, hv_fail(p->failure.err, HV_E_LIMIT,
					      "line %d: an element with more than %zu attributes", line,
					      p->limits.attributes));
		return;
	}
	if (p->ctxt->nsNr > (int)(2 * XML_DECLARATIONS)) { /* a prefix and an address each */
		xml_stop(&p->failure,
			 hv_fail(p->failure.err, HV_E_LIMIT, "line %d: more than %u namespaces declared",
				 line, XML_DECLARATIONS));
		return;
	}
	const struct name *name =
		names_intern_pointers(p->names, uri ? (const char *)uri : "", (const char *)local);
	bool ok = name && tree_open(&p->tree, name, line > 0 ? (uint32_t)line : 0);
	for (size_t i = 0; ok && i < (size_t)n_attributes; i++)
		ok = add_attribute(p, attributes, i);
	if (!ok)
		stop_full(p);
}

static void on_end(void *ctx, const xmlChar *local HV_UNUSED, const xmlChar *prefix HV_UNUSED,
		   const xmlChar *uri HV_UNUSED)
{
	struct xml_parser *p = ctx;

	if (p->failure.code)
		return;
	flush_text(p);
	tree_close(&p->tree);
}

static void on_doctype(void *ctx, const xmlChar *name HV_UNUSED, const xmlChar *id HV_UNUSED,
		       const xmlChar *system HV_UNUSED)
{
	struct xml_parser *p = ctx;

	if (!p->failure.code)
		xml_stop(&p->failure, xml_doctype(&p->failure, xmlSAX2GetLineNumber(p->ctxt)));
}

static void on_error(void *ctx, xml_error_arg e)
{
	struct xml_parser *p = ctx;

	xml_note_error(&p->failure, e);
}

static bool new_context(struct xml_parser *p)
{
	xmlParserCtxt *ctxt = xmlNewParserCtxt();

	if (!ctxt)
		return false;
	memset(ctxt->sax, 0, sizeof(*ctxt->sax));
	ctxt->sax->initialized = XML_SAX2_MAGIC;
	ctxt->sax->startElementNs = on_start;
	ctxt->sax->endElementNs = on_end;
	ctxt->sax->characters = on_text;
	ctxt->sax->ignorableWhitespace = on_text;
	ctxt->sax->cdataBlock = on_text;
	ctxt->sax->internalSubset = on_doctype;
	ctxt->sax->serror = on_error;
	ctxt->userData = p;
	p->ctxt = ctxt;
	p->failure.ctxt = ctxt;
	return true;
}

struct xml_parser *xml_parser_new(struct names *names, const struct xml_limits *limits)
{
	hv_auto(xml_parser_freep) struct xml_parser *p = calloc(1, sizeof(*p));

	if (!p || !new_context(p))
		return NULL;
	p->names = names;
	p->limits = xml_limits_or_default(limits);
	p->text = BUF_INIT(INT_MAX);
	p->value = BUF_INIT(INT_MAX);
	return hv_take(p);
}

void xml_parser_free(struct xml_parser *p)
{
	if (!p)
		return;
	if (p->ctxt) {
		xmlFreeParserCtxt(p->ctxt);
		if (p->names)
			names_forget_pointers(p->names);
	}
	buf_release(&p->text);
	buf_release(&p->value);
	xml_scan_free(p->scan);
	free(p);
}

/* Between records: a dictionary or a buffer that one odd record made large is not kept. */
static bool shrink(struct xml_parser *p)
{
	if (p->text.cap > TEXT_KEPT)
		buf_release(&p->text);
	if (p->value.cap > TEXT_KEPT)
		buf_release(&p->value);
	if (p->ctxt && xmlDictGetUsage(p->ctxt->dict) <= DICTIONARY_MAX)
		return true;
	names_forget_pointers(p->names);
	xmlFreeParserCtxt(p->ctxt);
	p->ctxt = NULL;
	return new_context(p);
}

/*
 * libxml2 compares each attribute of a tag with all others before it tells us their number, which takes hours
 * for a megabyte of attributes. Small documents cannot hold enough of them to matter.
 */
static int scan_large(struct xml_parser *p, struct str bytes, struct hv_err *err)
{
	if (bytes.n < SCAN_FROM)
		return 0;
	if (!p->scan)
		p->scan = xml_scan_new(p->limits.attributes);
	if (!p->scan)
		return hv_nomem(err, "XML scanner");
	xml_scan_reset(p->scan);
	for (size_t at = 0; at < bytes.n; at += SCAN_FROM) {
		struct str window = str_cut(bytes, at + SCAN_FROM);
		size_t safe;
		int r = xml_scan_run(p->scan, window, &safe, err);

		if (r == HV_E_REFUSED)
			return 0; /* libxml2 knows the line of the DOCTYPE */
		if (r < 0)
			return r;
		xml_scan_forget_tags(p->scan);
	}
	return 0;
}

static int run(struct xml_parser *p, struct str bytes)
{
	(void)xmlCtxtReadMemory(p->ctxt, bytes.p ? bytes.p : "", (int)bytes.n, NULL, NULL, XML_OPTIONS);
	if (p->failure.code)
		return p->failure.code;
	if (!p->ctxt->wellFormed || !tree_root(p->tree.document))
		return hv_fail(p->failure.err, HV_E_PARSE, "not a well-formed XML document");
	return 0;
}

int xml_tree(struct xml_parser *p, struct arena *a, struct str bytes, struct node **ret, struct hv_err *err)
{
	if (bytes.n > INT_MAX - 16)
		return hv_fail(err, HV_E_LIMIT, "a document of %zu bytes", bytes.n);
	int r = xml_check_utf8(bytes, err);
	if (r == 0)
		r = scan_large(p, bytes, err);
	if (r < 0)
		return r;
	if (!shrink(p) || !tree_begin(&p->tree, a))
		return hv_nomem(err, "XML document");
	buf_clear(&p->text);
	p->failure.code = 0;
	p->failure.err = err;
	r = run(p, bytes);
	p->failure.err = NULL;
	if (r < 0)
		return r;
	*ret = p->tree.document;
	return 0;
}
