/*
 * tree/path_internal.h - the compiled form of a path, between path_parse.c, path_eval.c and path_expr.c.
 *
 * Everything is typed at compile time: functions and variables have fixed types in the subset. Names are sets
 * of interned pointers. `//name` without a condition on positions is one step over descendants.
 */
#ifndef HARVESTER_TREE_PATH_INTERNAL_H
#define HARVESTER_TREE_PATH_INTERNAL_H

#include "harvester/tree/path.h"

#define PATH_TEXT_MAX 8192u
#define PATH_NESTING 32u   /* predicates and parentheses inside one another */
#define PATH_STEPS 64u     /* of one path */
#define PATH_PREDICATES 8u /* of one step */
#define PATH_WORK (1u << 24)

enum axis { AXIS_CHILD, AXIS_ATTRIBUTE, AXIS_PARENT, AXIS_DESCENDANT, AXIS_DESCENDANT_OR_SELF };
enum test { TEST_NODE, TEST_TEXT, TEST_ANY_NAME, TEST_NAMES, TEST_NAMESPACES };

struct step {
	enum axis axis;
	enum test test;
	const struct name **names; /* TEST_NAMES: any of them; TEST_NAMESPACES: their URIs' names "*" */
	size_t n_names;
	struct expr **predicates;
	size_t n_predicates;
	bool uses_last;     /* a predicate asks for last(): candidates are collected first */
	bool uses_position; /* a predicate asks for position() or last(), or is a number */
	bool barrier;       /* before this step the nodes are put in order and freed of repeats */
};

enum start { START_CONTEXT, START_ROOT, START_VARIABLE };

struct location {
	enum start start;
	size_t variable;
	struct step filter; /* START_VARIABLE: conditions on the node set itself, else empty */
	struct step *steps;
	size_t n_steps;
	bool no_repeats;       /* no node can come twice */
	struct location *next; /* the next alternative of a union */
};

enum expr_kind {
	EXPR_OR,
	EXPR_AND,
	EXPR_NOT,
	EXPR_COMPARE,
	EXPR_CONTAINS,
	EXPR_STARTS_WITH,
	EXPR_LANG,
	EXPR_NUMBER,
	EXPR_POSITION,
	EXPR_LAST,
	EXPR_COUNT,
	EXPR_STRING_LENGTH,
	EXPR_LITERAL,
	EXPR_NORMALIZE_SPACE,
	EXPR_NAME,
	EXPR_LOCAL_NAME,
	EXPR_PATH
};

enum expr_type { TYPE_BOOLEAN, TYPE_NUMBER, TYPE_STRING, TYPE_NODES };
enum compare { CMP_EQ, CMP_NE, CMP_LT, CMP_LE, CMP_GT, CMP_GE };

struct expr {
	enum expr_kind kind;
	enum expr_type type;
	enum compare compare;
	struct expr *a, *b; /* a NULL where an argument may be missing: the context node */
	double number;
	struct str literal;
	struct location *path;
};

/* How name() writes a namespace: the mapping's prefix, whatever the document's is. */
struct prefix_of {
	const char *uri; /* interned pointer */
	struct str prefix;
};

struct path {
	struct str text;
	struct location *locations;
	struct prefix_of *prefixes;
	size_t n_prefixes;
};

/* Evaluation. */
struct eval {
	const struct path *path;
	const struct node_set *variables;
	struct arena *arena;
	struct hv_err *err;
	uint32_t work;
	int code; /* 0, or why everything stops */
};

/* What predicates stand on. */
struct focus {
	struct node *node;
	size_t position, last;
};

/* Gets the nodes one by one; true: enough, stop. */
struct sink {
	bool (*take)(struct eval *e, struct node *n, struct sink *k);
};

/* A growing list; the first nodes cost no memory of the arena. */
struct collect {
	struct sink sink;
	struct node **v;
	size_t n, cap;
	struct node *fixed[32];
};

void collect_begin(struct collect *c);
/* Document order, no repeats. */
void collect_normalize(struct collect *c);

/* Nodes of a union from a focus, in no promised order and perhaps with repeats. True when stopped. */
bool eval_locations(struct eval *e, const struct location *l, struct node *context, struct sink *k);

bool expr_holds(struct eval *e, const struct expr *x, const struct focus *f);

/* True when the work is beyond reason or a failure has happened: everything stops. */
bool eval_charge(struct eval *e, size_t work);
bool eval_no_memory(struct eval *e);

/* Lexical helpers of XPath. */
double path_number(struct str s); /* NaN when it is none */

#endif
