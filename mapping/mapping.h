/*
 * mapping/mapping.h - a declarative YAML file, compiled once, turns a record's body into a claim.
 *
 * Target first: the file reads as a list of Joconde fields. A closed set of operators, no code,
 * deterministic: no clock, no network, no database. Every value can be explained (path, steps, line of the
 * file). The language: docs/mapping.md. A compiled mapping belongs to one worker (it interns names); load it
 * once per thread. Tests: tests/unit/mapping/, tests/fuzz/fuzz_mapping.c, and the tests inside mapping files.
 */
#ifndef MAPPING_MAPPING_H
#define MAPPING_MAPPING_H

#include "config/config.h"
#include "harvester/base/hash.h"
#include "harvester/model/claim.h"
#include "harvester/tree/tree.h"

struct mapping;

/*
 * Load and compile mappings/<name>.yaml of the configuration (else the shipped one). Every static error is a
 * problem with its place; the mapping is NULL in *ret when there is an error. Returns negative only when
 * memory or a file's reading fails.
 */
int mapping_load(const struct config *config, const char *name, struct problems *p, struct mapping **ret,
		 struct hv_err *err) HV_CHECK;
void mapping_free(struct mapping *m);
HV_DEFINE_AUTO(struct mapping, mapping_free)

/* Changes when the compiled mapping, a table, or the version of the operators changes; comments do not count.
 */
const struct sha256 *mapping_fingerprint(const struct mapping *m);
const char *mapping_file(const struct mapping *m);

/* Notes made while node sets are found belong to no field. */
enum { MAPPING_NO_FIELD = 255 };

/* A value that is not understood, or understood with a doubt; counted per code, field and value. */
struct mapping_note {
	const char *code; /* stable: unknown_term, not_understood, too_many, … */
	field_id field;   /* or MAPPING_NO_FIELD */
	unsigned line;    /* of the mapping file */
	struct str value; /* as it stood in the record, shortened */
	struct str text;  /* French */
};

/* One step of one value's way, for preview and --explain. */
struct mapping_step {
	field_id field;
	unsigned line;
	struct str what;     /* "from .//lido:workID", "person", "join" */
	struct values after; /* values after the step */
};

struct mapping_result {
	struct claim claim;
	const char *rejected;    /* NULL, or a stable word of docs/mapping.md, "Refused records" */
	field_id rejected_field; /* or MAPPING_NO_FIELD when the reason is the whole record's */
	struct str reason;       /* French, for the quarantine: what, where, what to do */
	struct mapping_note *notes;
	size_t n_notes;
	struct mapping_step *steps; /* only when asked for */
	size_t n_steps;
	uint32_t fields_failed;
};

struct mapping_options {
	bool explain; /* fill steps */
};

/*
 * Map one body. A bad record is an answer (rejected), not an error; errors are memory and broken promises.
 * All texts live in the arena; an arena that is full rejects the record ("too_large"). Paths that matched are
 * counted.
 */
int mapping_apply(struct mapping *m, struct str body, const struct mapping_options *o, struct arena *a,
		  struct mapping_result *ret, struct hv_err *err) HV_CHECK;

/* Paths that matched nothing in all calls so far: told at the end of a run. Returns their number. */
size_t mapping_unmatched(const struct mapping *m, void (*each)(void *ctx, const char *path, unsigned line),
			 void *ctx);

/* The tests inside the file. Each failure prints the chain into out. */
struct mapping_tests {
	size_t passed, failed;
};
int mapping_run_tests(struct mapping *m, struct mapping_tests *ret, struct buf *out,
		      struct hv_err *err) HV_CHECK;

#endif
