/*
 * run/convert.h - one record to one claim, or to a refusal in plain French.
 *
 * Mapping, the source's defaults, and the rules of the catalogue that can be told from one claim: four
 * mandatory fields (DOMN INV STAT MUSEO; REF is settled at apply), the museums the source may write, STAT
 * never defaulted on a deposit. One struct convert per worker. Tests: tests/unit/run/test_convert.c.
 */
#ifndef HARVESTER_RUN_CONVERT_H
#define HARVESTER_RUN_CONVERT_H

#include "harvester/run/bind.h"

struct convert;

/* own_mapping: load a mapping of its own (further workers); else b->mapping is used. */
int convert_new(const struct bound *b, bool own_mapping, struct convert **ret, struct hv_err *err) HV_CHECK;
void convert_free(struct convert *c);
HV_DEFINE_AUTO(struct convert, convert_free)

struct converted {
	struct mapping_result mapped; /* the claim with defaults, notes, steps */
	const char *rejected;         /* NULL: the claim stands; else a stable word */
	const char *field;            /* Joconde code the refusal is about, or "" */
	struct str reason;            /* French */
};

/*
 * former: text of this source's present claim, for values that are not understood this time; {NULL,0} none or
 * not looked up. When the answer has fields_failed > 0 the caller may look it up and ask again.
 */
int convert_record(struct convert *c, const struct record *r, struct str former, bool explain,
		   struct arena *a, struct converted *ret, struct hv_err *err) HV_CHECK;

/* What a record is recognised by: SHA-256 of its body, and of its sets where defaults depend on them. */
struct sha256 convert_hash(struct convert *c, const struct record *r);

/* The mapping in use, for paths that matched nothing. */
struct mapping *convert_mapping(struct convert *c);

#endif
