/*
 * connectors/oai/harvest.h - what the files of this connector share.
 *
 * Private to connectors/oai. A harvest is one listing per set, in order; each is a chain of pages that only
 * the source's own word ends. Tests: tests/unit/connectors/oai/test_list.c.
 */
#ifndef CONNECTORS_OAI_HARVEST_H
#define CONNECTORS_OAI_HARVEST_H

#include "connectors/oai/oai.h"
#include "connectors/oai/page.h"
#include "connectors/oai/request.h"
#include "connectors/oai/seen.h"

enum { OAI_DATE = 40 }; /* room for a date as text */

/* What Identify said. Texts live in the connector's arena, "" when absent. */
struct oai_identity {
	struct str name, base_url, version, earliest, deleted, granularity;
	char response_date[OAI_DATE];
	bool day; /* dates without a time */
};

struct oai_listing {
	const char *set;     /* NULL: everything */
	char from[OAI_DATE]; /* asked for; "": everything */
	char date[OAI_DATE]; /* responseDate of its first page; "": not begun */
};

/* Where the chain of pages of the present listing is. */
struct oai_chain {
	char *token;      /* of the next request; NULL: the first one. Owned */
	bool over;        /* the page in hand is the last of its listing */
	bool repeats;     /* the token was given out before: one more request shows what that means */
	bool tried_again; /* badResumptionToken has been answered once to this token */
	uint64_t pages, records;
	int64_t expected; /* completeListSize; -1 */
	unsigned stale;   /* pages in a row that brought no new identifier */
	struct seen tokens, contents, identifiers;
};

/* The page after the one in hand: fetched and read by the thread of io/http while this one is worked through.
 * Nobody touches it while a request is under way. */
struct oai_ahead {
	struct oai_page page;
	enum oai_verb verb;
	int result; /* of oai_page_read */
	struct hv_err err;
};

struct connector {
	struct connector_env env;
	const struct oai_section *section;
	struct arena *arena;
	int64_t opened; /* our time then; INT64_MAX: a clock that stands still, not to be compared with */
	struct oai_identity identity;
	struct str formats; /* "oai_dc, lido" as offered */
	enum listing kind;
	struct oai_listing *listings;
	size_t n_listings, listing; /* listing == n_listings: done */
	struct oai_chain chain;
	bool restarted;     /* a listing was begun anew in this run; once is enough */
	uint64_t delivered; /* records of the listings that are over */
	struct oai_call call;
	struct oai_page page;
	size_t at; /* next entry of the page */
	struct oai_ahead ahead;
};

/* A finding with a text that need not be NUL-terminated. */
void oai_finding(const struct connector *c, const char *code, const char *subject, struct str example);

/* --- fetch.c: one question, answered as far as patience goes ----------------------------------------- */

/*
 * Ask and wait for a page that is a valid answer or a protocol error (0; see page->answer). Answers that are
 * not OAI-PMH are asked for again, `retries` times, with back-off; then HV_E_REMOTE. A request begun by
 * oai_ask_ahead with the same question is waited for instead of asked again.
 */
int oai_ask(struct connector *c, const struct oai_request *q, struct oai_page *page,
	    struct hv_err *err) HV_CHECK;

/* Begin it in the background, down to reading the page; failing to is no harm. oai_drop_ahead cancels it. */
void oai_ask_ahead(struct connector *c, const struct oai_request *q);
void oai_drop_ahead(struct connector *c);

/* Wait before the nth further try (from 0). HV_E_CANCELLED. */
int oai_pause(const struct connector *c, unsigned n, struct hv_err *err) HV_CHECK;

/* The answer was a protocol error nobody expected here: as an error of the right kind. */
int oai_protocol_error(const struct connector *c, const struct oai_request *q, const struct oai_page *page,
		       struct hv_err *err);

/* --- identify.c, formats.c ----------------------------------------------------------------------------- */
int oai_identify(struct connector *c, struct hv_err *err) HV_CHECK;
int oai_formats(struct connector *c, struct hv_err *err) HV_CHECK;

/* --- list.c -------------------------------------------------------------------------------------------- */
/* HV_ROW: c->page holds the next page; HV_END: all listings are over. */
int oai_list_next(struct connector *c, struct hv_err *err) HV_CHECK;
void oai_chain_reset(struct oai_chain *chain); /* at the first request of a listing */
void oai_chain_release(struct oai_chain *chain);
int oai_chain_token(struct oai_chain *chain, struct str token, struct hv_err *err) HV_CHECK;

/* --- state.c: cursor and checkpoint -------------------------------------------------------------------- */
/* Listings with their `from`, out of the section, the cursor and, when there is one, the checkpoint. */
int oai_state_restore(struct connector *c, struct hv_err *err) HV_CHECK;
int oai_state_checkpoint(const struct connector *c, struct buf *out, struct hv_err *err) HV_CHECK;
int oai_state_cursor(const struct connector *c, struct buf *out, struct hv_err *err) HV_CHECK;

/* "auto" or a duration ("90s", "6h", "2d", config/units.h) in microseconds; false: neither. */
bool oai_overlap(const char *text, bool day, int64_t *ret_us);

/* A date in the granularity the source declared, into ret. */
void oai_date(int64_t us, bool day, char ret[OAI_DATE]);

#endif
