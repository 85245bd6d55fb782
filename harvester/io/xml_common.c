/*
 * io/xml_common.c - see xml_internal.h; and the start and end of libxml2 in the process.
 * Tests: tests/unit/io/test_xml.c, tests/unit/io/test_xml_stream.c.
 */
#include "harvester/io/xml_internal.h"

#include "harvester/base/text.h"

static xmlParserInputPtr refuse_entity(const char *url HV_UNUSED, const char *id HV_UNUSED,
				       xmlParserCtxtPtr ctxt HV_UNUSED)
{
	return NULL;
}

/* Errors outside any context (memory, conversions): libxml2 would print them. */
static HV_PRINTF(2, 3) void say_nothing(void *ctx HV_UNUSED, const char *fmt HV_UNUSED, ...) {}

void xml_global_init(void)
{
	xmlInitParser();
	xmlSetExternalEntityLoader(refuse_entity);
	xmlSetGenericErrorFunc(NULL, say_nothing);
}

void xml_global_cleanup(void)
{
	xmlCleanupParser();
}

struct xml_limits xml_limits_or_default(const struct xml_limits *limits)
{
	struct xml_limits l = limits ? *limits : (struct xml_limits){ 0 };

	if (!l.depth)
		l.depth = XML_DEPTH;
	if (!l.attributes)
		l.attributes = XML_ATTRIBUTES;
	return l;
}

void xml_stop(struct xml_failure *f, int code)
{
	if (f->code)
		return;
	f->code = code;
	xmlStopParser(f->ctxt);
}

/* libxml2's message in one line: it ends with a line feed and may have one inside. */
static struct str one_line(const char *message, char *out, size_t room)
{
	struct str s = text_cut(str_trim(str_of(message ? message : "not well-formed")), room - 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n && n + 1 < room; i++)
		out[n++] = s.p[i] == '\n' ? ' ' : s.p[i];
	return (struct str){ out, n };
}

void xml_note_error(struct xml_failure *f, xml_error_arg e)
{
	char room[512];

	/* Namespaces are only compared: one that is no URI ("lido schema") harms nobody. */
	if (f->code || e->level < XML_ERR_ERROR || e->code == XML_WAR_NS_URI ||
	    e->code == XML_WAR_NS_URI_RELATIVE)
		return;
	if (e->code == XML_ERR_NO_MEMORY) {
		xml_stop(f, hv_nomem(f->err, "XML parser"));
		return;
	}
	struct str text = one_line(e->message, room, sizeof(room));
	xml_stop(f, hv_fail(f->err, HV_E_PARSE, "line %d, column %d: %.*s", e->line, e->int2, STR_ARG(text)));
}

int xml_doctype(struct xml_failure *f, int line)
{
	return hv_fail(f->err, HV_E_REFUSED,
		       "line %d: a DOCTYPE is not allowed; the source must send XML without one", line);
}

size_t xml_decode_ampersands(struct str value, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < value.n;) {
		out[n++] = value.p[i];
		i += str_starts(str_from(value, i), STR("&#38;")) ? 5 : 1;
	}
	return n;
}

int xml_check_utf8(struct str bytes, struct hv_err *err)
{
	size_t at = 0;
	const char *nul = bytes.n ? memchr(bytes.p, '\0', bytes.n) : NULL;

	if (nul)
		return hv_fail(err, HV_E_PARSE, "byte %zu: a NUL character, which XML does not allow",
			       (size_t)(nul - bytes.p) + 1);
	if (!text_valid(bytes, &at))
		return hv_fail(err, HV_E_PARSE, "byte %zu: 0x%02X is not UTF-8 here", at + 1,
			       (unsigned char)bytes.p[at]);
	return 0;
}
