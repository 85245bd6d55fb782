/*
 * io/xml.h - the only home of libxml2: XML bytes to the neutral tree, or to a stream of events.
 *
 * A DOCTYPE ends the parse before any entity is declared; nothing is ever loaded from anywhere; libxml2's own
 * size limits are lifted and ours bound it (DESIGN §10, domain: libxml2 2.9.14 facts). Only bytes in, no
 * files. Tests: tests/unit/io/test_xml.c, tests/fuzz/fuzz_xml.c.
 */
#ifndef HARVESTER_IO_XML_H
#define HARVESTER_IO_XML_H

#include "harvester/tree/tree.h"

/* Once, before any thread starts. */
void xml_global_init(void);
void xml_global_cleanup(void);

struct xml_limits {
	size_t depth;      /* elements inside one another; 0: 1,000 */
	size_t attributes; /* of one element; 0: 1,000 */
};

/*
 * One document (a record's body) to a tree in the arena. *ret is the document node. Failures: HV_E_PARSE
 * ("line 3, column 14: …"), HV_E_REFUSED (DOCTYPE), HV_E_LIMIT (depth …), HV_E_NOMEM (arena full).
 * The parser handle is reused between records: one per worker.
 */
struct xml_parser;
struct xml_parser *xml_parser_new(struct names *names, const struct xml_limits *limits);
void xml_parser_free(struct xml_parser *p);
HV_DEFINE_AUTO(struct xml_parser, xml_parser_free)

int xml_tree(struct xml_parser *p, struct arena *a, struct str bytes, struct node **ret,
	     struct hv_err *err) HV_CHECK;

/*
 * Streaming, for pages that must not be held in memory: feed chunks, get events, and cut elements out of the
 * page by byte offset instead of writing them anew.
 *
 * Offsets count bytes of what was fed, which must be UTF-8 (xml_stream_feed says HV_E_PARSE otherwise; a
 * caller converts first: io/charset). start: offset of the element's `<`; end: offset just behind its `>`.
 */
struct xml_attribute {
	struct str uri, local, value; /* value with references resolved; valid during the call */
};

struct xml_declaration {
	struct str prefix, uri; /* prefix "" = default namespace */
};

struct xml_start {
	struct str uri, local, prefix; /* valid during the call */
	const struct xml_attribute *attributes;
	size_t n_attributes;
	const struct xml_declaration *declared; /* on this very element */
	size_t n_declared;
	size_t depth;    /* 1 for the document's element */
	uint64_t offset; /* of its '<' */
};

struct xml_events {
	/* Each may be NULL. A negative answer ends the parse and is handed back; err must then be filled. */
	int (*start)(const struct xml_start *e, void *ctx, struct hv_err *err);
	int (*text)(struct str text, void *ctx, struct hv_err *err);
	int (*end)(size_t depth, uint64_t offset, void *ctx, struct hv_err *err);
};

struct xml_stream;
struct xml_stream *xml_stream_new(const struct xml_events *events, const struct xml_limits *limits,
				  void *ctx);
void xml_stream_free(struct xml_stream *s);
HV_DEFINE_AUTO(struct xml_stream, xml_stream_free)

int xml_stream_feed(struct xml_stream *s, struct str chunk, struct hv_err *err) HV_CHECK;

/* No more chunks: HV_E_PARSE when the document is not whole. */
int xml_stream_end(struct xml_stream *s, struct hv_err *err) HV_CHECK;

/*
 * Before the first chunk: elements deeper than `depth` are passed over by matching their tags; there are no
 * events of them and nobody has looked whether they are well-formed. For pages whose records are parsed one
 * by one when they have changed: an unchanged record was looked at when it was new.
 */
void xml_stream_leave_out(struct xml_stream *s, size_t depth);

/* Text between elements is only delivered while wanted (inside a record's metadata nobody reads it). */
void xml_stream_want_text(struct xml_stream *s, bool wanted);

/* All declarations in scope at the element whose start event is running, nearest wins; lives until it ends.
 */
size_t xml_stream_in_scope(const struct xml_stream *s, const struct xml_declaration **ret);

#endif
