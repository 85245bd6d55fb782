/*
 * connectors/oai/envelope.h - the events of a page's XML, turned into struct oai_page.
 *
 * Private to page.c, envelope.c and scope.c. An element is known by its place (what it stands in) and its
 * name, never by its name alone. Tests: tests/unit/connectors/oai/test_page.c.
 */
#ifndef CONNECTORS_OAI_ENVELOPE_H
#define CONNECTORS_OAI_ENVELOPE_H

#include "connectors/oai/page.h"
#include "harvester/base/buf.h"
#include "harvester/io/charset.h"
#include "harvester/io/xml.h"

/* Where in the envelope we are. */
enum oai_place {
	AT_OTHER, /* nothing of ours, and nothing below it is */
	AT_TOP,
	AT_ROOT,
	AT_VERB,
	AT_RECORD,
	AT_HEADER,
	AT_METADATA,
	AT_BODY,
	AT_GROUP,
	/* leaves, whose text is wanted */
	AT_RESPONSE_DATE,
	AT_REQUEST,
	AT_ERROR,
	AT_TOKEN,
	AT_IDENTIFIER,
	AT_DATESTAMP,
	AT_SET,
	AT_FACT
};

enum { OAI_ENVELOPE_DEPTH = 5 };

struct oai_reader {
	struct oai_page *page;
	struct xml_stream *stream;
	enum oai_verb asked;
	uint64_t base; /* bytes of the file before the first one fed */
	int recoded;   /* spool of the page as UTF-8; -1: it is UTF-8 */
	struct charset *charset;
	enum oai_place at[OAI_ENVELOPE_DEPTH + 1]; /* of the open element of each depth */
	struct buf text;                           /* of the open leaf */
	bool root, verb_seen, closed;              /* closed: the document's element has ended */
	bool foreign;                              /* the document's element is not OAI-PMH */
	struct str other_verb;                     /* answered instead of the one asked for */
	struct str open_name;                      /* code of the open error, name of the open fact */
	struct oai_entry *entry;                   /* the open record */
	const struct oai_scope *scope;             /* of the last record, shared while it stays the same */
	size_t entry_sets, groups;
	struct str sets[100]; /* of the open record */
	bool has_body;        /* of the open record: its first one was taken */
};

extern const struct xml_events oai_envelope_events;

/* 2: the namespace of OAI-PMH itself; 1: what servers write instead of it; 0: another one. */
int oai_envelope_namespace(struct str uri);

/* A body begins: note where, and what it inherits. HV_E_LIMIT, HV_E_NOMEM. */
int oai_scope_start(struct oai_reader *r, const struct xml_start *e, struct hv_err *err) HV_CHECK;

/* Note an oddity, the first of its code. */
void oai_page_odd(struct oai_page *p, const char *code, struct str example);

#endif
