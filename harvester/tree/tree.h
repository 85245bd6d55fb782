/*
 * tree/tree.h - the one neutral document tree, for XML and JSON alike.
 *
 * Nodes live in the record's arena; names are interned once per worker, so that a step of a path compares
 * pointers. The tree is filled by io/ (libxml2 SAX2, yajl) through the builder below and is read-only after.
 * It knows no syntax and no library. Tests: tests/unit/tree/test_tree.c.
 */
#ifndef HARVESTER_TREE_TREE_H
#define HARVESTER_TREE_TREE_H

#include "harvester/base/arena.h"
#include "harvester/base/err.h"
#include "harvester/base/str.h"

#define TREE_XML_NAMESPACE "http://www.w3.org/XML/1998/namespace"

/*
 * A namespace URI and a local name; equal names are the same pointer within one struct names. Names of one
 * namespace share their URI's pointer too, and the name (uri, "*") stands for the namespace itself.
 */
struct name {
	struct str uri; /* "" for no namespace */
	struct str local;
};

/* The interning table. Not thread-safe: one worker, one table; it outlives trees and compiled paths. */
struct names;

struct names *names_new(size_t max_names);
void names_free(struct names *t);
HV_DEFINE_AUTO(struct names, names_free)

/* The name, made when new. NULL when the table is full or memory is out. */
const struct name *names_intern(struct names *t, struct str uri, struct str local) HV_CHECK;

/*
 * As names_intern, for the parser's own dictionary strings: the two pointers are remembered, so that the next
 * look-up with the same pointers compares nothing. names_forget_pointers() before the dictionary dies.
 */
const struct name *names_intern_pointers(struct names *t, const char *uri, const char *local) HV_CHECK;
void names_forget_pointers(struct names *t);

enum node_kind { NODE_DOCUMENT, NODE_ELEMENT, NODE_ATTRIBUTE, NODE_TEXT };

/* What JSON can say and XML cannot; kept so that null, "" and [] stay distinguishable (DESIGN §7). */
enum node_json {
	JSON_NOT,
	JSON_STRING,
	JSON_NUMBER,
	JSON_TRUE,
	JSON_FALSE,
	JSON_NULL,
	JSON_OBJECT,
	JSON_ARRAY_EMPTY
};

struct node {
	const struct name *name; /* elements and attributes; else NULL */
	struct node *parent;     /* NULL for the document */
	struct node *first, *last;
	struct node *next;  /* next sibling; for attributes the next attribute */
	struct node *attrs; /* first attribute, in document order; namespace declarations are no attributes */
	union {
		struct str text;   /* NODE_TEXT and NODE_ATTRIBUTE */
		struct node *same; /* NODE_ELEMENT: the next one of this name in the document */
	};
	uint32_t order; /* document order: an element before its attributes before its children */
	uint32_t line;  /* line in the document, 1-based; 0 unknown */
	uint8_t kind;   /* enum node_kind */
	uint8_t json;   /* enum node_json */
};

/*
 * Building, in document order. Adjacent texts are joined into one node (XPath 1.0 §5.7). All of these answer
 * false when the arena is full; the failure sticks in the arena.
 */
struct tree_builder {
	struct arena *arena;
	struct node *document;
	struct node *at; /* innermost open element, or the document */
	struct node *last_attr;
	uint32_t next_order;
	size_t depth;
	size_t text_room; /* bytes allocated for the text node that was added last */
};

bool tree_begin(struct tree_builder *b, struct arena *a);
bool tree_open(struct tree_builder *b, const struct name *name, uint32_t line);
bool tree_attr(struct tree_builder *b, const struct name *name, struct str value); /* value is copied */
bool tree_text(struct tree_builder *b, struct str text);                           /* text is copied */
void tree_close(struct tree_builder *b);

/* The document's element, or NULL. */
struct node *tree_root(const struct node *document);

/*
 * The first element of that name in the document, or NULL; then go on with ->same, in document order. This
 * makes `.//name` from the root a look-up instead of a walk: most paths of a mapping are of that form.
 */
struct node *tree_first_named(const struct node *document, const struct name *name);

/*
 * String value (XPath 1.0 §5): the text of all descendants of an element, the value of an attribute. Points
 * into the tree when there is only one text, else into the arena; {NULL,0} when that is full.
 */
struct str node_string(struct arena *a, const struct node *n);

/* The inherited xml:lang, or {NULL,0}. lang="…" without the xml prefix counts when xml:lang is nowhere. */
struct str node_lang(const struct node *n);

/* The inherited xml:lang alone, as XPath's lang() sees it, or {NULL,0}. */
struct str node_xml_lang(const struct node *n);

/*
 * The node behind n in document order without attributes, NULL behind the last one below top. Walks a
 * subtree: for (d = top->first; d; d = node_following(top, d)).
 */
struct node *node_following(const struct node *top, struct node *n);

/*
 * Where a node stands, for people: "lido/event[2]/@type" with positions where siblings repeat. Local names
 * only: prefixes are the document's own business and the tree does not keep them. "/" for the document.
 */
struct str node_where(struct arena *a, const struct node *n);

#endif
