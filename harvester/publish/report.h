/*
 * publish/report.h - what a run did to a museum's notices, told to the museum: a page and a table, in French.
 *
 * report-MUSEO-RUN.html: verdict, counts beside the previous run's, what is to be corrected in the museum's
 * own base, what changed field by field, remarks, how to read it. Long lists are cut there and stand whole in
 * report-MUSEO-RUN.csv: one line per changed field, for a French spreadsheet (`;`, BOM, CRLF, cells that a
 * spreadsheet would take for a formula begin with an apostrophe). Both are written aside and put in place
 * whole. Refusals and remarks are the source's: a record that was refused has no certain museum.
 *
 * Tests: tests/integration/test_report.c (a golden page), tests/unit/publish/test_html.c, test_words.c,
 * test_report_csv.c.
 */
#ifndef HARVESTER_PUBLISH_REPORT_H
#define HARVESTER_PUBLISH_REPORT_H

#include "harvester/base/buf.h"
#include "harvester/base/clock.h"
#include "store/store.h"

struct report_options {
	const char *dir;
	int64_t run;
	const char *museum;  /* MUSEO code */
	const char *title;   /* of the source, as museums know it; NULL: its name */
	const char *contact; /* mail address for questions; NULL: none is named */
	bool shared;         /* the source speaks for other museums too */
	const struct hv_clock *clock;
};

struct report_paths {
	char page[4096], table[4096];
};

/* HV_E_NOTFOUND: no such run; HV_E_REFUSED: it was not applied (held, failed, under way); HV_E_IO: the disk.
 */
int report_write(struct store *s, const struct report_options *o, struct report_paths *ret,
		 struct hv_err *err) HV_CHECK;

/* A cell of the table for people, without the separator. */
void report_cell(struct buf *b, struct str s);

#endif
