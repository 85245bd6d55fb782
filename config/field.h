/*
 * config/field.h - field tables: what a section of configuration contains, as data.
 *
 * One reader fills structs, one printer makes docs/configuration.md, one test walks every table. Unknown keys
 * are problems that name file, line, column and the nearest known key.
 * Tests: tests/unit/config/test_field.c.
 */
#ifndef CONFIG_FIELD_H
#define CONFIG_FIELD_H

#include "config/yaml.h"

enum cfg_type {
	CFG_TEXT,     /* const char *   */
	CFG_LIST,     /* struct cfg_list: list of texts, a single text is a list of one */
	CFG_BOOL,     /* bool           only true and false */
	CFG_NUMBER,   /* int64_t        within [min, max] */
	CFG_DURATION, /* int64_t ms     "500ms" "30s" "15m" "6h" "30d" */
	CFG_BYTES,    /* int64_t        "512 KiB" "64 MiB" "1 GiB" or a plain number of bytes */
	CFG_SHARE,    /* double 0..1    "10 %" "0.5 %" */
	CFG_RATE,     /* int64_t ms between two: "2 / s", "30 / min" */
	CFG_URL,      /* const char *   http or https with a host and without user:password@ */
	CFG_WORD,     /* int            one of .words, by index */
	CFG_CRON,     /* const char *   five fields or "none" (NULL) */
	CFG_SECRET,   /* struct cfg_secret: "file:/PATH" or "env:NAME", never the secret itself */
	CFG_SECTION,  /* the struct of .fields, in place */
	CFG_RAW       /* const struct yaml *: kept as it is, read by whoever owns it; its fallback is
			only printed and leaves NULL */
};

struct cfg_list {
	const char **v;
	size_t n;
};

/* A secret by reference. secret_read() (config/secret.h) fetches it when it is needed, not before. */
struct cfg_secret {
	const char *reference; /* as written; NULL: none */
	const char *file, *env;
	const struct yaml *where;
};

struct cfg_field {
	const char *name;
	enum cfg_type type;
	size_t offset;
	const char *fallback;           /* as it would be written in YAML; NULL: required, unless optional */
	bool optional;                  /* absent leaves the zero of its type */
	const char *const *words;       /* CFG_WORD: NULL-terminated */
	int64_t min, max;               /* CFG_NUMBER; both 0: any */
	const struct cfg_field *fields; /* CFG_SECTION */
	size_t n_fields;
	const char *help;    /* one sentence for the reference */
	const char *example; /* when the fallback does not show the form */
};

/*
 * Fill *target from a map by its table; everything missing gets its fallback. Texts live in the arena. All
 * problems are added to the list (unknown key, wrong type, out of range, missing); the rest is filled all the
 * same.
 */
void cfg_read(struct arena *a, const struct yaml *map, const struct cfg_field *fields, size_t n, void *target,
	      struct problems *p);

/* The reference of one table as Markdown rows: key, type, default, meaning. */
struct buf;
void cfg_reference(struct buf *out, const struct cfg_field *fields, size_t n, const char *prefix);

/* "unknown key 'titel'; did you mean 'title'?" for a name against n known ones. */
void cfg_unknown(struct problems *p, const struct yaml *where, const char *what, struct str name,
		 const char *const *known, size_t n);

#endif
