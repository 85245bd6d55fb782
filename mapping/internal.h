/*
 * mapping/internal.h - the compiled form of a mapping, shared by the files of this room only.
 *
 * compile*.c fill it, eval*.c run it, fingerprint.c writes it down. Everything lives in the mapping's arena
 * and is read-only after compilation, but for the counters of paths. A rule is the recursive piece: where
 * values come from, which of them count, what is done to them.
 */
#ifndef MAPPING_INTERNAL_H
#define MAPPING_INTERNAL_H

#include "harvester/io/xml.h"
#include "harvester/tree/path.h"
#include "mapping/mapping.h"

enum {
	MAX_NODE_SETS = 64,
	MAX_TABLES = 64,
	MAX_STEPS = 32,
	MAX_PARTS = 64,
	MAX_RULE_DEPTH = 4,
	MAX_OP_ARGS = 6,
	MAX_NOTES = 200,      /* of one record */
	MAX_VALUES = 10000,   /* of one rule */
	MAX_NOTE_VALUE = 200, /* bytes of a value that a note repeats */
};

/* A path of the file, with where it stands and how often it found something. */
struct map_path {
	struct path *path;
	struct str text; /* as written */
	unsigned line;
	uint64_t hits;
	struct map_path *next;
};

/* What happens to a term that a table does not know. */
enum unknown {
	UNKNOWN_KEEP,
	UNKNOWN_DROP,
	UNKNOWN_DEFAULT,
	UNKNOWN_FLAG,
	UNKNOWN_REJECT,
	UNKNOWN_IGNORE /* dropped without a note: another field keeps the term */
};

struct map_row {
	struct str from; /* squeezed, as written */
	struct str key;  /* folded */
	struct str to;   /* "" : known, and says nothing */
	unsigned line;
};

struct map_table {
	const char *name;
	struct map_row *rows;
	size_t n;
	uint32_t *exact, *folded; /* open addressing, row index + 1; 0 is free */
	size_t slots;             /* a power of two, or 0 */
	enum unknown unknown;
	struct str fallback;
	unsigned line;
};

/* Whether a node counts: its values at `from`, looked up, compared. */
struct map_cond {
	struct map_path *from;
	const struct map_table *lookup;
	struct values is, equals, no; /* no: the word `not` of the file; is and no are folded */
	bool has_is, has_equals, has_no;
	bool missing; /* what to answer when `from` finds nothing */
	unsigned line;
};

struct map_languages {
	struct values order; /* "fr", "record", "*" */
};

enum arg_type { ARG_TEXT, ARG_TEXTS, ARG_NUMBER, ARG_WORD, ARG_TABLE, ARG_PATH };

struct op_value {
	bool given;
	struct str text;
	struct values texts;
	uint64_t number;
	int word; /* index into the words of its argument */
	const struct map_table *table;
	struct map_path *path;
};

struct op;

struct map_step {
	const struct op *op;
	struct op_value args[MAX_OP_ARGS];
	unsigned line;
};

struct map_rule;

/* One place values come from: a path, or a rule of its own. */
struct map_part {
	struct map_path *path;
	struct map_rule *rule;
};

/* Parts that are put one behind the other. `from` makes one choice, `first_of` several. */
struct map_choice {
	struct map_part *parts;
	size_t n;
};

struct map_rule {
	struct map_path **each;
	size_t n_each;
	struct map_cond *where, *prefer;
	size_t n_where, n_prefer;
	struct map_choice *choices;
	size_t n_choices;
	bool has_value;
	struct values value; /* constant */
	const struct map_languages *languages;
	struct map_step *steps;
	size_t n_steps, whole; /* steps from `whole` on see the values of all contexts together */
	unsigned line;
};

struct map_field {
	field_id id;
	struct map_rule *rule;
	bool required, erase, has_join;
	struct str reason; /* French words of the file for a missing value, or STR_NONE */
	struct str join;
	const char *list; /* vocabulary, or NULL */
	enum unknown list_unknown;
	unsigned line;
};

struct map_nodes {
	struct str name;
	struct map_path **from;
	size_t n_from;
	struct map_cond *where;
	size_t n_where;
	unsigned line;
};

struct map_expect {
	field_id id;
	struct values values;
	unsigned line;
};

struct map_test {
	const char *given; /* full path */
	struct map_expect *expect;
	size_t n_expect;
	struct str rejected; /* "" : it must pass */
	unsigned line;
};

struct mapping {
	struct arena *arena;
	struct names *names;
	struct xml_parser *parser;
	const char *file; /* for messages */
	struct path_prefix *prefixes;
	size_t n_prefixes;
	struct map_path *root, *record_language;
	struct map_languages languages;
	struct map_nodes *nodes;
	size_t n_nodes;
	struct map_table *tables;
	size_t n_tables;
	struct map_field *fields; /* by field id, ascending */
	size_t n_fields;
	struct map_test *tests;
	size_t n_tests;
	struct map_path *paths; /* all of them, in the order of the file */
	struct map_path **last_path;
	struct sha256 fingerprint;
};

/* --- tables (table.c) --- */

/* Fill the rows from CSV text whose header names the columns `from` and `to`. */
bool table_from_csv(struct arena *a, struct map_table *t, const char *file, struct str text,
		    struct problems *p);
/* The same from `map:` of the mapping file. Both tell when two rows contradict each other. */
bool table_from_map(struct arena *a, struct map_table *t, const struct yaml *map, struct problems *p);
/* The row of a term: as written first (H and h may differ), then folded; NULL: unknown. */
const struct map_row *table_find(const struct map_table *t, struct arena *a, struct str term);

/* --- fingerprint.c --- */

int mapping_fingerprint_make(struct mapping *m, struct hv_err *err) HV_CHECK;

/* --- languages (language.c) --- */

/* "fr-FR", "fra" -> "fr"; other tags lower-cased up to the first hyphen. */
struct str language_norm(struct arena *a, struct str tag);
/*
 * Which of n languages (normal form; {NULL,0}: none) is the best group: ret_keep[i] says who stays.
 * Order of the list; a text without a language comes last before "*" (at the end when there is no "*");
 * "*" takes the first language present. record: what the word `record` stands for.
 */
void language_choose(const struct map_languages *order, struct str record, const struct str *langs, size_t n,
		     bool *ret_keep);

#endif
