/*
 * mapping/compile.h - from YAML to the compiled form; what the files compile*.c tell each other.
 *
 * Goes on after a problem, so that one look shows all of them. Tests: tests/unit/mapping/test_compile.c,
 * tests/fuzz/fuzz_mapping.c.
 */
#ifndef MAPPING_COMPILE_H
#define MAPPING_COMPILE_H

#include "mapping/internal.h"

struct compiler {
	struct mapping *m;
	struct arena *a; /* the mapping's */
	struct problems *p;
	const struct config *config; /* where tables lie; NULL: no file is reachable (fuzzing) */
	const char *folder;          /* of the mapping file, for given: */
	struct path_scope scope;
	struct str *variables;
	bool *table_used;
};

/* The whole: text of a mapping file. *ret is NULL when there were errors. */
int mapping_compile(const struct config *config, const char *file, struct str text, struct problems *p,
		    struct mapping **ret, struct hv_err *err) HV_CHECK;

/* Pieces; each answers NULL (or false) after telling the problem. */
struct map_path *compile_path(struct compiler *c, const struct yaml *y);
/* A root that is a plain name, "lido:lido", is looked for anywhere: records come bare or wrapped. */
struct map_path *compile_root_path(struct compiler *c, const struct yaml *y);
struct map_path **compile_paths(struct compiler *c, const struct yaml *y, size_t *ret_n);
struct values compile_texts(struct compiler *c, const struct yaml *y);
const struct map_table *compile_table_name(struct compiler *c, const struct yaml *y);
struct map_cond *compile_conds(struct compiler *c, const struct yaml *y, size_t *ret_n);
const struct map_languages *compile_languages(struct compiler *c, const struct yaml *y);
bool compile_unknown(struct compiler *c, const struct yaml *y, enum unknown *ret, struct str *ret_fallback);
struct map_step *compile_steps(struct compiler *c, const struct yaml *y, size_t *ret_n);
void compile_fields(struct compiler *c, const struct yaml *y);
void compile_tests(struct compiler *c, const struct yaml *y);

/* Unknown keys of a map against the known ones. */
void compile_keys(struct compiler *c, const struct yaml *map, const char *what, const char *const *known,
		  size_t n);

#endif
