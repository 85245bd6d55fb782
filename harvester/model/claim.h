/*
 * model/claim.h - one source's present opinion of one notice, and its canonical text.
 *
 * Canonical JSON: {"AUTR":["MERCIER Jeanne"],…,"default":["DOMN"],"failed":["MILL"],"scope":"museum"}. Field
 * codes sorted, then the lower-case members; every value a list; [] = empty on purpose; a field that is not
 * there is silent. "default": values that the source file gave, not the record. "failed": a value came that
 * could not be understood; what stands there is the former claim's value (nothing there: there was none).
 * "scope":"museum" speaks for all museum-owned fields. Equal claims have equal text: hashes are over that.
 * Tests: tests/unit/model/test_claim.c.
 */
#ifndef HARVESTER_MODEL_CLAIM_H
#define HARVESTER_MODEL_CLAIM_H

#include "harvester/base/arena.h"
#include "harvester/base/buf.h"
#include "harvester/base/err.h"
#include "harvester/model/field.h"

struct values {
	const struct str *v;
	size_t n;
};

enum claim_kind {
	CLAIM_SILENT = 0, /* says nothing */
	CLAIM_VALUE,      /* one value or more */
	CLAIM_EMPTY,      /* [] on purpose */
};

struct claim {
	struct values values[FIELD_MAX];
	uint8_t kind[FIELD_MAX];    /* enum claim_kind */
	bool is_default[FIELD_MAX]; /* the value comes from the source file */
	bool failed[FIELD_MAX];
	bool museum_scope;
};

bool values_eq(struct values a, struct values b);

/* Append the canonical text. */
void claim_write(struct buf *b, const struct claim *c);

/* Read a canonical text back; unknown codes are HV_E_PARSE (a claim of a later program). */
int claim_read(struct arena *a, struct str text, struct claim *ret, struct hv_err *err) HV_CHECK;

/* Lists of texts as JSON: ["a","b"]. */
void values_write(struct buf *b, struct values v);
struct json;
int values_read(struct arena *a, const struct json *list, struct values *ret, struct hv_err *err) HV_CHECK;

#endif
