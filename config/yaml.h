/*
 * config/yaml.h - the only home of libyaml: a file as a tree with the place of everything.
 *
 * Size, depth and number of nodes are capped; duplicate keys, aliases, tags and several documents are
 * refused. Scalars stay text (NUL-terminated, never with U+0000 inside): what is a number is decided by field
 * tables, never by YAML 1.1 rules. Tests: tests/unit/config/test_yaml.c, tests/fuzz/fuzz_yaml.c.
 */
#ifndef CONFIG_YAML_H
#define CONFIG_YAML_H

#include "harvester/base/arena.h"
#include "harvester/base/err.h"
#include "harvester/base/str.h"

enum { YAML_MOST_BYTES = 1 << 20 };

enum yaml_kind { YAML_TEXT, YAML_LIST, YAML_MAP };

struct yaml {
	enum yaml_kind kind;
	bool plain; /* a scalar without quotes: `~`, `null` and nothing at all mean "nothing" only then */
	struct str text;    /* scalar */
	struct yaml *items; /* list: items; map: values */
	struct yaml *keys;  /* map: the keys as scalars with their places */
	size_t n;
	const char *file;      /* as given to yaml_parse */
	unsigned line, column; /* 1-based; column in characters */
};

/* One problem found in a file. A reader goes on after one, so that all are told at once. */
struct problem {
	const char *file;
	unsigned line, column; /* 0: the whole file */
	bool warning;
	const char *text; /* what, why, what to do; without the place */
};

struct problems {
	struct arena *arena;
	struct problem *v;
	size_t n, cap;
	size_t errors; /* those that are no warnings */
};

/* Start a list whose texts live in the arena. At most 1,000 problems are kept; the rest is counted. */
void problems_init(struct problems *p, struct arena *a);
/* where may be NULL: the place is then "configuration". */
void problem_at(struct problems *p, const struct yaml *where, const char *fmt, ...) HV_PRINTF(3, 4);
void warning_at(struct problems *p, const struct yaml *where, const char *fmt, ...) HV_PRINTF(3, 4);
void problem_file(struct problems *p, const char *file, unsigned line, unsigned column, const char *fmt, ...)
	HV_PRINTF(5, 6);

/* "file:line:column: text" of one problem ("file: text" without a line; "warning: " before a warning's text).
 * NULL when memory is out. */
char *problem_text(const struct problem *one, struct arena *a);

/* "file:line:column: text" of the first error into err as HV_E_CONFIG (with "and N more"); 0 when there is
 * none. */
int problems_err(const struct problems *p, struct hv_err *err);

/*
 * Parse bytes (at most 1 MiB) into the arena. Problems are added to the list; NULL when the text is no YAML
 * at all. An empty file is an empty map.
 */
struct yaml *yaml_parse(struct arena *a, const char *file, struct str bytes, struct problems *p);

/* Read a file and parse it; a missing or unreadable file is a problem too. */
struct yaml *yaml_load(struct arena *a, const char *path, struct problems *p);

/* The value of a key of a map, or NULL; NULL too when m is no map. */
const struct yaml *yaml_get(const struct yaml *m, const char *key);
/* The key node itself (for its place), or NULL. */
const struct yaml *yaml_key(const struct yaml *m, const char *key);
/* A scalar without quotes that says nothing: empty, ~ or null. */
bool yaml_is_nothing(const struct yaml *y);

#endif
