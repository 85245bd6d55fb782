/*
 * model/notice.h - a merged notice as text, and what changed in one.
 *
 * A notice's document is canonical JSON: field code -> list, sorted, fields without a value left out; neither
 * derived fields nor dates nor REF. A diff is {"AUTR":[["old"],["new"]],…}.
 * Tests: tests/unit/model/test_notice.c.
 */
#ifndef HARVESTER_MODEL_NOTICE_H
#define HARVESTER_MODEL_NOTICE_H

#include "harvester/model/claim.h"

struct notice {
	struct values values[FIELD_MAX]; /* n 0: no value */
};

void notice_write(struct buf *b, const struct notice *n);

/* Reads canonical text and what PostgreSQL makes of it (jsonb: other order, blanks). */
int notice_read(struct arena *a, struct str text, struct notice *ret, struct hv_err *err) HV_CHECK;

/* Append the diff; the number of fields that differ is returned (0: nothing is appended). */
size_t notice_diff(struct buf *b, const struct notice *before, const struct notice *after);

/* The one value of a text field, or {NULL,0}. */
struct str notice_text(const struct notice *n, const char *code);

/* What people call it: TITR, else DENO, else DOMN (as POP does), else "(sans titre)". */
struct str notice_title(const struct notice *n);

#endif
