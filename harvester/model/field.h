/*
 * model/field.h - the Joconde field table: every field of the catalogue, once, as data.
 *
 * Facts: the POP model (98 paths), the export specification of 25 March 2024, the open-data dump (67
 * columns). A field's place in the table is its id within one program run; nothing stored uses ids, only
 * codes. Tests: tests/unit/model/test_field.c.
 */
#ifndef HARVESTER_MODEL_FIELD_H
#define HARVESTER_MODEL_FIELD_H

#include "harvester/base/str.h"

/* At least the number of fields; sets of fields are arrays of this size. */
enum { FIELD_MAX = 96 };

typedef uint8_t field_id;

enum field_owner {
	OWNER_MUSEUM,
	OWNER_HARMONISED,
	OWNER_CURATOR,
	OWNER_SHARED,
	OWNER_MUSEOFILE,
	OWNER_SYSTEM
};

/* How claims on one field become one value (DESIGN §5). */
enum field_policy { POLICY_RANKED, POLICY_UNION, POLICY_PROTECTED, POLICY_DERIVED };

struct field {
	const char *code;  /* "AUTR" */
	const char *label; /* French, as museums read it */
	bool multi;        /* POP holds an array: values are split; else at most one value */
	bool mandatory;    /* DOMN INV STAT MUSEO; REF is settled at apply */
	enum field_owner owner;
	enum field_policy policy;
	const char *thesaurus; /* "th305", or NULL */
	const char *column;    /* header in the open-data dump, or NULL when it is not there */
	int position;          /* 1 … 67 in the dump, 0 not there */
};

extern const struct field fields[];
extern const size_t n_fields; /* sorted by code */

/* By code, exact; -1 when there is none. */
int field_find(struct str code);

/* The nearest code for a "did you mean", or NULL. */
const char *field_nearest(struct str code);

/*
 * May a mapping write it? REF is settled at apply and derived fields are never accepted. Links and MANQUANT
 * are protected: they need the ledger, so no mapping may write them before it exists.
 */
bool field_is_target(field_id id);

/* Field ids in the order of the dump's columns: ret[i] is column i + 1. */
enum { DUMP_COLUMNS = 67 };
void field_dump_order(field_id ret[DUMP_COLUMNS]);

#endif
