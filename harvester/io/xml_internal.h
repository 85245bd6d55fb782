/*
 * io/xml_internal.h - what xml.c and xml_stream.c share about libxml2. Included by nobody else.
 *
 * One error handler per context, which keeps the first error and prints nothing; the options under which no
 * entity, no DTD and no file is ever loaded; the decoding of what libxml2 leaves encoded in attributes.
 */
#ifndef HARVESTER_IO_XML_INTERNAL_H
#define HARVESTER_IO_XML_INTERNAL_H

#include <libxml/parser.h>

#include "harvester/io/xml.h"

/* Since 2.12 the handler gets a const error. */
#if LIBXML_VERSION >= 21200
typedef const xmlError *xml_error_arg;
#else
typedef xmlError *xml_error_arg;
#endif

/*
 * The caller has made the bytes UTF-8, so the declared encoding is ignored. HUGE lifts libxml2's limits on
 * text, names and depth; a DOCTYPE is refused before an entity is declared, so it opens no way for bombs.
 */
#define XML_OPTIONS (XML_PARSE_NONET | XML_PARSE_HUGE | XML_PARSE_IGNORE_ENC)

#define XML_DEPTH 1000u
#define XML_ATTRIBUTES 1000u
#define XML_DECLARATIONS 1000u /* namespaces in scope: libxml2 walks all of them for every prefix */

/* The first thing that went wrong in one parse. */
struct xml_failure {
	int code; /* 0: nothing */
	struct hv_err *err;
	xmlParserCtxt *ctxt;
};

/* The error handler of a context, as a function of the failure to fill. */
void xml_note_error(struct xml_failure *f, xml_error_arg e);

/* Take a failure of our own and stop the parser. The first one wins. */
void xml_stop(struct xml_failure *f, int code);

int xml_doctype(struct xml_failure *f, int line);

/* The limits with their defaults filled in. */
struct xml_limits xml_limits_or_default(const struct xml_limits *limits);

/*
 * libxml2 hands an ampersand of an attribute's value over as "&#38;" (it expects a tree builder to parse the
 * value once more). Writes the value to out, which has room for the whole length, and returns its length.
 */
size_t xml_decode_ampersands(struct str value, char *out);

/* HV_E_PARSE when the text is not UTF-8, has a NUL, or starts as something that libxml2 would guess at. */
int xml_check_utf8(struct str bytes, struct hv_err *err) HV_CHECK;

static inline struct str xml_text(const xmlChar *s)
{
	return s ? str_of((const char *)s) : STR("");
}

/* The i-th attribute's value as SAX2 gives it: five pointers per attribute. */
static inline struct str xml_raw_value(const xmlChar **attributes, size_t i)
{
	const char *from = (const char *)attributes[i * 5 + 3], *to = (const char *)attributes[i * 5 + 4];

	return (struct str){ from, (size_t)(to - from) };
}

#endif
