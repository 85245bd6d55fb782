/*
 * publish/dump.h - the whole catalogue as files: CSV in the layout of the open data set, JSON Lines, a
 * manifest.
 *
 * All live notices in the byte order of REF, from one state of the catalogue; withdrawn ones are left out.
 * The same catalogue gives the same bytes. Files are written aside, and put in place when all are whole, the
 * manifest last: what it names, with size and SHA-256, belongs together.
 *
 * CSV (joconde.csv): UTF-8 without BOM, LF, the 67 columns of 2026 in their order, names in the first line,
 * `|` between columns, `;` without blanks between the values of a multi-valued field. A cell that holds `|`,
 * `"`, CR or LF stands in double quotes, doubled inside (RFC 4180). A `;` inside one value of a multi-valued
 * field would read as two values: it is written as `,` and counted in the manifest; JSON Lines has it as it
 * is. Columns that nothing fills yet (the museum's, from Muséofile) are empty.
 *
 * JSON Lines (joconde.jsonl): one object a line, the same fields under their codes, REF first, in the order
 * of the columns; a list for a multi-valued field, a text for another; absent fields are left out.
 *
 * Tests: tests/unit/publish/test_dump.c, tests/integration/test_dump.c.
 */
#ifndef HARVESTER_PUBLISH_DUMP_H
#define HARVESTER_PUBLISH_DUMP_H

#include "harvester/base/buf.h"
#include "harvester/base/clock.h"
#include "harvester/model/notice.h"
#include "store/store.h"

enum { DUMP_CSV = 1, DUMP_JSONL = 2, DUMP_ALL = 3 };

struct dump_options {
	const char *dir;
	int formats;
	const struct hv_clock *clock;
	bool (*cancelled)(void *ctx); /* may be NULL */
	void *ctx;
};

struct dump_result {
	uint64_t notices;
	uint64_t semicolons; /* written as commas in the CSV */
	uint64_t bytes;      /* of the dump's files together */
};

/* HV_E_IO: the disk; HV_E_CANCELLED; HV_E_STORE. Then the former files stay as they were. */
int dump_write(struct store *s, const struct dump_options *o, struct dump_result *ret,
	       struct hv_err *err) HV_CHECK;

/* The formats. A notice comes with its derived fields filled in. */
void dump_csv_header(struct buf *b);
void dump_csv_line(struct buf *b, const struct notice *n, uint64_t *semicolons);
void dump_jsonl_line(struct buf *b, const struct notice *n);

#endif
