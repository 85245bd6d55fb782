/*
 * io/xml_stream.c - a page as a stream of events with byte offsets, see xml.h.
 *
 * Offsets come from our own scanner of tags, not from libxml2's insides: the n-th tag scanned is the n-th
 * event of the parser. The scanner also sees to it that libxml2 is only handed whole tags and whole
 * characters. Memory is one chunk and one tag, whatever the page. Refuses DOCTYPE and anything that is not
 * UTF-8. Tests: tests/unit/io/test_xml_stream.c, tests/fuzz/fuzz_xml_stream.c.
 */
#include "harvester/io/xml.h"

#include <limits.h>

#include <libxml/SAX2.h>

#include "harvester/base/buf.h"
#include "harvester/base/text.h"
#include "harvester/io/xml_internal.h"
#include "harvester/io/xml_scan.h"

#define SLICE (64u << 10)         /* bytes worked on at once, so that the list of tags stays short */
#define DICTIONARY_MAX (8u << 20) /* bytes of different names in one page */

struct xml_stream {
	struct xml_failure failure;
	xmlParserCtxt *ctxt;
	const struct xml_events *events;
	void *events_ctx;
	struct xml_limits limits;
	bool wants_text;
	size_t depth;
	struct xml_scan *scan;
	struct xml_tag tag;               /* of the start event that came last */
	struct buf held;                  /* an unfinished tag or character, and what came behind it */
	size_t checked;                   /* bytes of the window known to be UTF-8 */
	struct buf values;                /* attribute values, decoded */
	struct xml_attribute *attributes; /* room for limits.attributes */
	struct xml_declaration *declared; /* of all open elements, outermost first */
	size_t *declared_at;              /* the depth of each one's element */
	size_t n_declared;
	struct xml_declaration *in_scope; /* room for xml_stream_in_scope() */
	bool ended;
};

static bool fail(struct xml_stream *s, int code)
{
	xml_stop(&s->failure, code);
	return false;
}

static int line(const struct xml_stream *s)
{
	return xmlSAX2GetLineNumber(s->ctxt);
}

static bool no_memory(struct xml_stream *s)
{
	return fail(s, hv_nomem(s->failure.err, "XML stream"));
}

/* The strings belong to the parser's dictionary, which lives as long as the stream. */
static bool declare(struct xml_stream *s, size_t n, const xmlChar **ns)
{
	if (s->n_declared + n > XML_DECLARATIONS)
		return fail(s,
			    hv_fail(s->failure.err, HV_E_LIMIT, "line %d: more than %u namespaces declared",
				    line(s), XML_DECLARATIONS));
	for (size_t i = 0; i < n; i++) {
		s->declared_at[s->n_declared] = s->depth;
		s->declared[s->n_declared++] = (struct xml_declaration){ .prefix = xml_text(ns[i * 2]),
									 .uri = xml_text(ns[i * 2 + 1]) };
	}
	return true;
}

static bool decode_attributes(struct xml_stream *s, size_t n, const xmlChar **raw)
{
	size_t bytes = 0;

	if (n > s->limits.attributes)
		return fail(s, hv_fail(s->failure.err, HV_E_LIMIT,
				       "line %d: an element with more than %zu attributes", line(s),
				       s->limits.attributes));
	for (size_t i = 0; i < n; i++)
		bytes += xml_raw_value(raw, i).n;
	buf_clear(&s->values);
	char *at = buf_room(&s->values, bytes);
	if (!at)
		return no_memory(s);
	for (size_t i = 0; i < n; i++) {
		struct xml_attribute *a = &s->attributes[i];
		size_t used = xml_decode_ampersands(xml_raw_value(raw, i), at);

		a->local = xml_text(raw[i * 5]);
		a->uri = xml_text(raw[i * 5 + 2]);
		a->value = (struct str){ at, used };
		at += used;
	}
	return true;
}

/*
 * The scanner's tag for this event. At the end of the page libxml2 tells a tag that never ended; anywhere
 * else both see the same text, so that a missing tag is a fault of ours.
 */
static bool next_tag(struct xml_stream *s, bool closing)
{
	if (xml_scan_next_tag(s->scan, &s->tag) && s->tag.closing == closing)
		return true;
	return fail(s, hv_fail(s->failure.err, HV_E_PARSE,
			       s->ended ? "line %d: the document ends inside a tag"
					: "line %d: a tag where none was expected",
			       line(s)));
}

static void on_start(void *ctx, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri, int n_ns,
		     const xmlChar **ns, int n_attributes, int n_defaulted HV_UNUSED, const xmlChar **raw)
{
	struct xml_stream *s = ctx;

	if (s->failure.code || !next_tag(s, false))
		return;
	if (s->depth >= s->limits.depth) {
		(void)fail(s, hv_fail(s->failure.err, HV_E_LIMIT,
				      "line %d: more than %zu elements inside one another", line(s),
				      s->limits.depth));
		return;
	}
	s->depth++;
	size_t before = s->n_declared;
	if (!declare(s, (size_t)n_ns, ns) || !s->events->start)
		return;
	if (!decode_attributes(s, (size_t)n_attributes, raw))
		return;
	struct xml_start e = { .uri = xml_text(uri),
			       .local = xml_text(local),
			       .prefix = xml_text(prefix),
			       .attributes = s->attributes,
			       .n_attributes = (size_t)n_attributes,
			       .declared = s->declared + before,
			       .n_declared = s->n_declared - before,
			       .depth = s->depth,
			       .offset = s->tag.start };
	int r = s->events->start(&e, s->events_ctx, s->failure.err);
	if (r < 0)
		(void)fail(s, r);
}

static void on_end(void *ctx, const xmlChar *local HV_UNUSED, const xmlChar *prefix HV_UNUSED,
		   const xmlChar *uri HV_UNUSED)
{
	struct xml_stream *s = ctx;

	if (s->failure.code)
		return;
	if (s->tag.empty)
		s->tag.empty = false; /* <a/>: one tag, two events */
	else if (!next_tag(s, true))
		return;
	int r = s->events->end ? s->events->end(s->depth, s->tag.end, s->events_ctx, s->failure.err) : 0;
	if (r < 0) {
		(void)fail(s, r);
		return;
	}
	while (s->n_declared && s->declared_at[s->n_declared - 1] == s->depth)
		s->n_declared--;
	s->depth--;
}

static void on_text(void *ctx, const xmlChar *text, int n)
{
	struct xml_stream *s = ctx;

	if (s->failure.code || !s->wants_text || !s->events->text || n <= 0)
		return;
	int r = s->events->text((struct str){ (const char *)text, (size_t)n }, s->events_ctx, s->failure.err);
	if (r < 0)
		(void)fail(s, r);
}

static void on_doctype(void *ctx, const xmlChar *name HV_UNUSED, const xmlChar *id HV_UNUSED,
		       const xmlChar *system HV_UNUSED)
{
	struct xml_stream *s = ctx;

	if (!s->failure.code)
		(void)fail(s, xml_doctype(&s->failure, line(s)));
}

static void on_error(void *ctx, xml_error_arg e)
{
	struct xml_stream *s = ctx;

	xml_note_error(&s->failure, e);
}

static bool new_context(struct xml_stream *s)
{
	xmlSAXHandler sax = { .initialized = XML_SAX2_MAGIC,
			      .startElementNs = on_start,
			      .endElementNs = on_end,
			      .characters = on_text,
			      .ignorableWhitespace = on_text,
			      .cdataBlock = on_text,
			      .internalSubset = on_doctype,
			      .serror = on_error };

	s->ctxt = xmlCreatePushParserCtxt(&sax, s, NULL, 0, NULL);
	if (!s->ctxt || xmlCtxtUseOptions(s->ctxt, XML_OPTIONS) != 0)
		return false;
	xmlDictSetLimit(s->ctxt->dict, DICTIONARY_MAX);
	s->failure.ctxt = s->ctxt;
	return true;
}

struct xml_stream *xml_stream_new(const struct xml_events *events, const struct xml_limits *limits, void *ctx)
{
	hv_auto(xml_stream_freep) struct xml_stream *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->limits = xml_limits_or_default(limits);
	s->events = events;
	s->events_ctx = ctx;
	s->wants_text = true;
	s->held = BUF_INIT(XML_TAG_MAX + 2 * SLICE);
	s->values = BUF_INIT(2 * XML_TAG_MAX);
	s->scan = xml_scan_new(s->limits.attributes);
	s->attributes = calloc(s->limits.attributes, sizeof(*s->attributes));
	s->in_scope = calloc(XML_DECLARATIONS, sizeof(*s->in_scope));
	s->declared = calloc(XML_DECLARATIONS, sizeof(*s->declared));
	s->declared_at = calloc(XML_DECLARATIONS, sizeof(*s->declared_at));
	return s->scan && s->attributes && s->in_scope && s->declared && s->declared_at && new_context(s)
		       ? hv_take(s)
		       : NULL;
}

void xml_stream_free(struct xml_stream *s)
{
	if (!s)
		return;
	if (s->ctxt)
		xmlFreeParserCtxt(s->ctxt);
	xml_scan_free(s->scan);
	buf_release(&s->held);
	buf_release(&s->values);
	free(s->attributes);
	free(s->declared);
	free(s->declared_at);
	free(s->in_scope);
	free(s);
}

static int hand_over(struct xml_stream *s, struct str bytes, bool last)
{
	if (s->failure.code)
		return s->failure.code;
	if (bytes.n || last)
		(void)xmlParseChunk(s->ctxt, bytes.p ? bytes.p : "", (int)bytes.n, last);
	if (!s->failure.code && !s->ctxt->wellFormed)
		(void)fail(s, hv_fail(s->failure.err, HV_E_PARSE, "line %d: not well-formed XML", line(s)));
	return s->failure.code;
}

/* The line ends of what is left out: places in messages stay true. */
static int hand_over_lines(struct xml_stream *s, struct str left_out)
{
	static const char ends[] = "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n";
	size_t n = 0;

	for (const char *at = left_out.p, *end = at + left_out.n;
	     at < end && (at = memchr(at, '\n', (size_t)(end - at))); at++)
		n++;
	for (; n; n -= n < sizeof(ends) - 1 ? n : sizeof(ends) - 1) {
		int r = hand_over(s, str_cut(STR(ends), n), false);

		if (r < 0)
			return r;
	}
	return 0;
}

/* The first n bytes of the window, without the holes. */
static int hand_over_rest(struct xml_stream *s, struct str window, size_t n)
{
	uint64_t base = xml_scan_base(s->scan);
	const struct xml_hole *holes;
	size_t n_holes = xml_scan_holes(s->scan, &holes), at = 0;

	for (size_t i = 0; i < n_holes && at < n; i++) {
		size_t from = holes[i].start <= base ? 0 : (size_t)(holes[i].start - base);
		size_t to = holes[i].end == UINT64_MAX ? n : (size_t)(holes[i].end - base);

		if (from >= n)
			break;
		to = to < n ? to : n;
		int r = hand_over(s, str_cut(str_from(window, at), from - at), false);
		if (r == 0)
			r = hand_over_lines(s, str_cut(str_from(window, from), to - from));
		if (r < 0)
			return r;
		at = to;
	}
	return at < n ? hand_over(s, str_cut(str_from(window, at), n - at), false) : 0;
}

/* Is s the beginning of a character, whose rest may come in the next chunk? */
static bool may_go_on(struct str s)
{
	char whole[4] = { (char)0x80, (char)0x80, (char)0x80, (char)0x80 };

	if (s.n > 3)
		return false;
	memcpy(whole, s.p, s.n);
	if (s.n == 1) /* the second byte has a narrower range behind some first ones */
		for (int second = 0x80; second < 0xC0; second += 0x10) {
			whole[1] = (char)second;
			if (text_sequence(whole, sizeof(whole)) > 1)
				return true;
		}
	return text_sequence(whole, sizeof(whole)) > s.n;
}

/* New bytes of the window must be UTF-8, but for a character that may go on in the next chunk. */
static int check(struct xml_stream *s, struct str window)
{
	struct str fresh = str_from(window, s->checked);
	uint64_t base = xml_scan_base(s->scan) + s->checked;
	const char *nul = fresh.n ? memchr(fresh.p, '\0', fresh.n) : NULL;
	size_t bad = 0;

	if (nul)
		return hv_fail(s->failure.err, HV_E_PARSE,
			       "byte %llu: a NUL character, which XML does not allow",
			       (unsigned long long)(base + (size_t)(nul - fresh.p) + 1));
	bool whole = text_valid(fresh, &bad);
	if (!whole && !may_go_on(str_from(fresh, bad)))
		return hv_fail(s->failure.err, HV_E_PARSE, "byte %llu: 0x%02X is not UTF-8 here",
			       (unsigned long long)(base + bad + 1), (unsigned char)fresh.p[bad]);
	s->checked += whole ? fresh.n : bad;
	return 0;
}

/* What is not handed over is kept for the next chunk. */
static int keep(struct xml_stream *s, struct str window, size_t done)
{
	struct str rest = str_from(window, done);

	xml_scan_advance(s->scan, done);
	s->checked -= done;
	if (window.p == s->held.p && s->held.n) {
		memmove(s->held.p, rest.p, rest.n);
		s->held.n = rest.n;
		s->held.p[rest.n] = '\0';
		return 0;
	}
	buf_put(&s->held, rest.p, rest.n);
	return buf_ok(&s->held, "an XML tag", s->failure.err);
}

/* The scanner refused a tag: what is wrong before it comes first. */
static int refuse_tag(struct xml_stream *s, struct str window, size_t before, int code)
{
	struct hv_err why = *s->failure.err;
	int r = hand_over_rest(s, window, before);

	if (r < 0)
		return r;
	if (code == HV_E_REFUSED)
		return xml_doctype(&s->failure, line(s));
	*s->failure.err = why;
	return code;
}

static int feed_slice(struct xml_stream *s, struct str slice)
{
	struct str window = slice;
	size_t safe = 0;

	if (s->held.n) {
		buf_str(&s->held, slice);
		if (s->held.failed)
			return buf_ok(&s->held, "an XML tag", s->failure.err);
		window = buf_view(&s->held);
	}
	int r = check(s, window);
	int scanned = r < 0 ? r : xml_scan_run(s->scan, window, &safe, s->failure.err);
	if (r < 0)
		return r;
	if (safe > s->checked)
		safe = s->checked;
	if (scanned < 0)
		return refuse_tag(s, window, safe, scanned);
	r = hand_over_rest(s, window, safe);
	xml_scan_forget_holes(s->scan);
	return r < 0 ? r : keep(s, window, safe);
}

/* One failure ends the stream for good. */
static int settle(struct xml_stream *s, int r)
{
	if (r < 0)
		xml_stop(&s->failure, r);
	s->failure.err = NULL;
	return r;
}

static int begin(struct xml_stream *s, struct hv_err *err, struct hv_err *unused)
{
	s->failure.err = err ? err : unused;
	if (s->failure.code || s->ended)
		return hv_fail(err, s->failure.code ? (enum hv_code)s->failure.code : HV_E_PARSE,
			       "the XML stream has ended already");
	return 0;
}

int xml_stream_feed(struct xml_stream *s, struct str chunk, struct hv_err *err)
{
	struct hv_err unused;
	int r = begin(s, err, &unused);

	while (r == 0 && chunk.n) {
		struct str slice = str_cut(chunk, SLICE);

		r = feed_slice(s, slice);
		chunk = str_from(chunk, slice.n);
	}
	return settle(s, r);
}

int xml_stream_end(struct xml_stream *s, struct hv_err *err)
{
	struct hv_err unused;
	int r = begin(s, err, &unused);

	if (r < 0)
		return settle(s, r);
	s->ended = true;
	if (s->checked < s->held.n)
		r = hv_fail(s->failure.err, HV_E_PARSE, "the document ends inside a character");
	else
		r = hand_over(s, buf_view(&s->held), true); /* libxml2 says what is missing, and where */
	return settle(s, r);
}

void xml_stream_leave_out(struct xml_stream *s, size_t depth)
{
	xml_scan_leave_out(s->scan, depth);
}

void xml_stream_want_text(struct xml_stream *s, bool wanted)
{
	s->wants_text = wanted;
}

static bool is_hidden(const struct xml_stream *s, size_t n, struct str prefix)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(s->in_scope[i].prefix, prefix))
			return true;
	return false;
}

size_t xml_stream_in_scope(const struct xml_stream *s, const struct xml_declaration **ret)
{
	size_t n = 0, undeclared = 0;

	for (size_t i = s->n_declared; i-- > 0;)
		if (!is_hidden(s, n, s->declared[i].prefix))
			s->in_scope[n++] = s->declared[i];
	for (size_t i = 0; i < n; i++) { /* xmlns="": no default namespace from here on */
		if (s->in_scope[i].uri.n == 0)
			undeclared++;
		else
			s->in_scope[i - undeclared] = s->in_scope[i];
	}
	*ret = s->in_scope;
	return n - undeclared;
}
