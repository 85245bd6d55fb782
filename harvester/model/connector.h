/*
 * model/connector.h - the contract between run/ and the folders under connectors/.
 *
 * A connector speaks one protocol or format and yields records, page by page. It never names the store, a
 * mapping or another connector; the core never names a connector (run/ finds it in connectors/registry.c).
 *
 * Life of a listing:  open → (page → next … next)* → page says HV_END → cursor → close.
 * page() fetches the next page, checks it whole, and starts fetching the one after it in the background;
 * next() then yields that page's records. A page is either understood whole or an error: there is no half
 * page, and only the source's own word ends a list. After the last next() of a page, checkpoint() names the
 * position from which a new process goes on with the page after it. Every connector passes
 * the shared test of tests/support/conformance.h.
 */
#ifndef HARVESTER_MODEL_CONNECTOR_H
#define HARVESTER_MODEL_CONNECTOR_H

#include "config/config.h"
#include "harvester/base/arena.h"
#include "harvester/base/buf.h"
#include "harvester/base/clock.h"
#include "harvester/io/http.h"
#include "harvester/model/record.h"

struct connector; /* each connector defines its own */

/* A full listing is evidence of what is there; a window (from/until) is not. */
enum listing { LISTING_FULL, LISTING_WINDOW };

struct connector_env {
	const struct cfg_source *source;
	const void *section; /* the struct that the connector's field table fills */
	struct http *http;   /* NULL for connectors that use none */
	const struct hv_clock *clock;
	const char *cursor;     /* where the last applied run left the source; NULL: never */
	const char *checkpoint; /* to resume an unfinished run; NULL: from the start */
	bool full;              /* a full listing is wanted, whatever the cursor says */
	size_t max_record;      /* bytes */
	int64_t retry_ms;       /* base of the back-off before asking again for an answer that came and was
				   none (the transport's own retries are io/http's); 0: 1 s */
	/* Something odd about the source, kept and grouped: stable code, subject, an example. May be NULL. */
	void (*finding)(void *ctx, const char *code, const char *subject, const char *example);
	bool (*cancelled)(void *ctx);
	void *ctx;
};

struct connector_page {
	size_t records;   /* in this page, deleted ones too */
	uint64_t bytes;   /* decoded */
	int64_t expected; /* records the source announces for the whole list; -1 unknown. For progress only */
	bool last;
};

struct connector_ops {
	const char *name;               /* the word after `connector:` and the name of its section */
	const char *summary;            /* one line of help */
	const struct cfg_field *fields; /* of its section, into a struct of section_size bytes */
	size_t n_fields;
	size_t section_size;
	bool uses_http;

	/* Check what the field table cannot (addresses, combinations). May be NULL. Problems go to the list.
	 */
	void (*check)(const struct cfg_source *source, const void *section, struct problems *p);

	/* Ask the source what it is (Identify …), restore the checkpoint. Nothing listed yet. */
	int (*open)(const struct connector_env *env, struct connector **ret, struct hv_err *err);

	/* Known after open. */
	enum listing (*listing)(const struct connector *c);

	/* HV_ROW: a page is ready; HV_END: the source said the list is over. Errors are retried inside, where
	 * that is sane. */
	int (*page)(struct connector *c, struct connector_page *ret, struct hv_err *err);

	/* HV_ROW: a record, whose texts live in the arena; HV_END: the page is over. After a failure the next
	 * call yields the same record. */
	int (*next)(struct connector *c, struct arena *a, struct record *ret, struct hv_err *err);

	/* Position after the present page, as text (JSON by custom). */
	int (*checkpoint)(const struct connector *c, struct buf *out, struct hv_err *err);

	/* After HV_END of page(): the source's cursor if this run is applied. */
	int (*cursor)(const struct connector *c, struct buf *out, struct hv_err *err);

	/* One record by its external id (preview, repair). HV_END: the source has none. May be NULL: cannot.
	 */
	int (*get)(struct connector *c, const char *external_id, struct arena *a, struct record *ret,
		   struct hv_err *err);

	/* What the source says of itself, for `harvester sources --probe` and preview: lines "key: value".
	 * May be NULL. */
	int (*describe)(struct connector *c, struct buf *out, struct hv_err *err);

	void (*close)(struct connector *c); /* accepts NULL */
};

#endif
