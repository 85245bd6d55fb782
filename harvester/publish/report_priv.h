/*
 * publish/report_priv.h - what the files of the report share; nobody else includes it.
 */
#ifndef HARVESTER_PUBLISH_REPORT_PRIV_H
#define HARVESTER_PUBLISH_REPORT_PRIV_H

#include "harvester/io/json.h"
#include "harvester/model/notice.h"
#include "harvester/publish/aside.h"
#include "harvester/publish/report.h"
#include "store/query.h"
#include "store/runs.h"

/* Ceilings of the page; the table has everything. */
enum {
	MOST_CHANGED = 200, /* notices, and … */
	MOST_ROWS = 1500,   /* … fields of them */
	MOST_LISTED = 200,  /* created, withdrawn or restored notices, each */
	MOST_REFUSED = 200,
	MOST_IN_GROUP = 20,
	MOST_GROUPS = 40,
	LONGEST_TITLE = 160,
	LONGEST_REASON = 600
};

/* One run as the page shows it: the source's counts and the museum's changes. */
struct report_run {
	int64_t id;
	int64_t started; /* microseconds */
	int64_t listed, unchanged, refused, failed;
	struct query_tally tally;
};

struct report {
	struct store *store;
	const struct report_options *o;
	struct arena *arena;   /* lives as long as the report */
	struct arena *scratch; /* of one row */
	struct run_row row;
	struct report_run now, before;
	bool has_before;
	int64_t open; /* refused records that still are */
	struct buf page;
	/* Parts that one walk over the changes fills. */
	struct buf changed, created, withdrawn, restored;
	int64_t n_changed, n_rows, n_created, n_withdrawn, n_restored; /* shown */
	struct buf line;                                               /* of the table */
	struct aside *table;
	struct hv_err *err; /* for callbacks */
};

/* report_table.c: the CSV beside the page. */
void report_table_begin(struct report *r);
/* One line per field that changed; created notices have one line. */
int report_table_change(struct report *r, const struct query_change *c, const struct notice *n,
			const struct json *diff);
int report_table_refused(struct report *r, const struct query_refused *q, const struct notice *n);

/* report_changes.c */
int report_walk_changes(struct report *r);
void report_put_changes(struct report *r);

/* report_odd.c: refusals and remarks. */
int report_put_refused(struct report *r);
int report_put_findings(struct report *r);

/* report_page.c */
void report_put_head(struct report *r);
void report_put_counts(struct report *r);
void report_put_foot(struct report *r);

/* "1923.4.12 — Le Pont de pierre" with the number left out when there is none. */
void report_put_name(struct buf *b, const struct notice *n);
/* An empty document is a notice without values. */
int report_notice(struct report *r, struct str doc, struct notice *ret);
/* "et 12 autres, dans le tableau", or nothing. */
void report_put_rest(struct report *r, int64_t rest);

#endif
