/*
 * connectors/oai/page.h - one page of an OAI-PMH answer, from spooled bytes to what the envelope says.
 *
 * Knows the protocol's XML and nothing else: no network, no configuration. Three answers to any page, no
 * fourth: a valid one, a protocol error, or not OAI-PMH (domain: OAI-PMH 2.0 §3.2, §3.6). Only the envelope
 * counts: what stands inside `metadata` is never looked at, whatever it is called. Bodies stay in the file
 * and are read back when asked for, so a page of any size costs a list of its headers. Tests:
 * tests/unit/connectors/oai/test_page.c, tests/fuzz/fuzz_oai_page.c.
 */
#ifndef CONNECTORS_OAI_PAGE_H
#define CONNECTORS_OAI_PAGE_H

#include "harvester/base/arena.h"
#include "harvester/base/err.h"
#include "harvester/base/str.h"

enum oai_verb { OAI_IDENTIFY, OAI_LIST_METADATA_FORMATS, OAI_LIST_RECORDS, OAI_GET_RECORD };

/* The protocol's word for a verb. */
const char *oai_verb_name(enum oai_verb verb);

enum oai_answer {
	OAI_VALID, /* the element of the verb that was asked for */
	OAI_ERROR, /* one or more error elements */
	OAI_NOT    /* anything else: HTML, other XML, not well-formed, cut off, empty */
};

enum oai_token { OAI_TOKEN_ABSENT, OAI_TOKEN_EMPTY, OAI_TOKEN_VALUE };

struct oai_error {
	struct str code, text;
};

/* A leaf of Identify or of one metadataFormat, or an attribute of the request element. */
struct oai_fact {
	struct str name, text;
	size_t group; /* which metadataFormat it belongs to, from 1; 0 in Identify and request */
};

struct oai_namespace {
	struct str prefix, uri; /* prefix "" = the default namespace */
};

/* What a body inherits from the envelope; shared by the records that inherit the same. */
struct oai_scope {
	const struct oai_namespace *v;
	size_t n;
};

struct oai_entry {
	struct str identifier, datestamp; /* trimmed; {NULL,0} when absent */
	const struct str *sets;
	size_t n_sets;
	const struct oai_scope *scope;
	uint64_t body_at, body_n; /* in the page's file; body_n 0: there is none */
	const char *fault;        /* no_identifier, identifier_too_long, no_metadata; NULL: usable */
	bool deleted;
};

/* Something odd that did no harm: a stable code for the findings, once per page, with its first example. */
struct oai_odd {
	const char *code;
	struct str example;
};

enum {
	OAI_MAX_RECORDS = 200000, /* of one page */
	OAI_ARENA = 48 << 20,     /* bytes for the envelope of one page: 200,000 headers of 240 bytes */
	OAI_ENTRY_BLOCK = 256,
	OAI_MAX_ODD = 12
};

struct oai_page {
	struct arena *arena; /* owns every text below */
	int fd;              /* where the bodies are; owned */
	uint64_t size;       /* bytes as they came */
	enum oai_answer answer;
	struct str reason; /* OAI_NOT: what came instead */
	struct str response_date;
	struct oai_fact *request; /* the attributes of the request element */
	size_t n_request;
	struct oai_error *errors;
	size_t n_errors;
	struct oai_fact *facts;
	size_t n_facts;
	struct oai_entry *blocks[(OAI_MAX_RECORDS + OAI_ENTRY_BLOCK - 1) / OAI_ENTRY_BLOCK];
	size_t n_records;
	enum oai_token token;
	struct str token_text;
	struct str complete_list_size, cursor, expiration_date; /* information, never control */
	struct oai_odd odd[OAI_MAX_ODD];
	size_t n_odd;
};

/* An empty page with an arena of its own, used again for page after page. HV_E_NOMEM. */
int oai_page_init(struct oai_page *p, struct hv_err *err) HV_CHECK;
void oai_page_release(struct oai_page *p);

/*
 * Read the answer to `asked` from a file of `size` bytes; the page owns fd from here on, also on failure.
 * The encoding is what the bytes themselves say (io/charset), whatever the HTTP header does (fault 28); a
 * page that is not UTF-8 is spooled again as UTF-8, so that offsets agree. 0 and the answer in p->answer; or
 * HV_E_LIMIT (too many records, too deep), HV_E_NOMEM, HV_E_IO.
 */
int oai_page_read(struct oai_page *p, enum oai_verb asked, int fd, uint64_t size,
		  struct hv_err *err) HV_CHECK;

/* The nth record, from 0. */
const struct oai_entry *oai_page_entry(const struct oai_page *p, size_t n);

/* Is there an error with this code; are all errors of this code. */
bool oai_page_has_error(const struct oai_page *p, const char *code);
bool oai_page_only_error(const struct oai_page *p, const char *code);

/* The text of a fact of a group, or {NULL,0}. */
struct str oai_page_fact(const struct oai_page *p, const char *name, size_t group);

/* "badArgument: from is no date; noRecordsMatch", into ret of size bytes. */
void oai_page_error_text(const struct oai_page *p, char *ret, size_t size);

/* A number the token announced (completeListSize), or -1. */
int64_t oai_page_number(struct str s);

#endif
