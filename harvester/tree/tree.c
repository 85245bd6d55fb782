/*
 * tree/tree.c - building and reading the tree of tree.h. Refuses to know XML, JSON or any library.
 * Tests: tests/unit/tree/test_tree.c.
 */
#include "harvester/tree/tree.h"

#define FIRST_SLOTS 128u

/* All elements of one name, chained by node.same. */
struct named {
	const struct name *name;
	struct node *first, *last;
};

/* What a document's node really is: with an index of its elements by name. */
struct document {
	struct node node;
	struct named *slots; /* open addressing, a power of two, at most half full */
	size_t n_slots, n;
};

static struct named *find_named(struct named *slots, size_t n_slots, const struct name *name)
{
	uint64_t h = (uint64_t)(uintptr_t)name * 0x9E3779B97F4A7C15u;
	size_t i = (size_t)(h >> 32) & (n_slots - 1);

	while (slots[i].name && slots[i].name != name)
		i = (i + 1) & (n_slots - 1);
	return &slots[i];
}

static bool grow_index(struct arena *a, struct document *d)
{
	size_t wider = d->n_slots ? d->n_slots * 2 : FIRST_SLOTS;
	struct named *slots = arena_array(a, wider, sizeof(*slots));

	if (!slots)
		return false;
	for (size_t i = 0; i < d->n_slots; i++)
		if (d->slots[i].name)
			*find_named(slots, wider, d->slots[i].name) = d->slots[i];
	d->slots = slots;
	d->n_slots = wider;
	return true;
}

static bool index_element(struct arena *a, struct document *d, struct node *n)
{
	if (d->n * 2 >= d->n_slots && !grow_index(a, d))
		return false;
	struct named *at = find_named(d->slots, d->n_slots, n->name);

	if (!at->name) {
		*at = (struct named){ n->name, n, n };
		d->n++;
		return true;
	}
	at->last->same = n;
	at->last = n;
	return true;
}

struct node *tree_first_named(const struct node *document, const struct name *name)
{
	const struct document *d = (const struct document *)document;

	return d->n_slots ? find_named(d->slots, d->n_slots, name)->first : NULL;
}

static struct node *new_node(struct tree_builder *b, enum node_kind kind)
{
	struct node *n = arena_alloc(b->arena, kind == NODE_DOCUMENT ? sizeof(struct document) : sizeof(*n));

	if (!n)
		return NULL;
	n->kind = (uint8_t)kind;
	n->order = b->next_order++;
	n->parent = b->at;
	return n;
}

static void append(struct node *parent, struct node *n)
{
	if (parent->last)
		parent->last->next = n;
	else
		parent->first = n;
	parent->last = n;
}

bool tree_begin(struct tree_builder *b, struct arena *a)
{
	*b = (struct tree_builder){ .arena = a };
	b->document = new_node(b, NODE_DOCUMENT);
	b->at = b->document;
	return b->document != NULL;
}

bool tree_open(struct tree_builder *b, const struct name *name, uint32_t line)
{
	struct node *n = new_node(b, NODE_ELEMENT);

	if (!n)
		return false;
	n->name = name;
	n->line = line;
	if (!index_element(b->arena, (struct document *)b->document, n))
		return false;
	append(b->at, n);
	b->at = n;
	b->last_attr = NULL;
	b->depth++;
	return true;
}

bool tree_attr(struct tree_builder *b, const struct name *name, struct str value)
{
	struct node *n = new_node(b, NODE_ATTRIBUTE);
	struct str copy = arena_str(b->arena, value);

	if (!n || !copy.p)
		return false;
	n->name = name;
	n->text = copy;
	n->line = b->at->line;
	if (b->last_attr)
		b->last_attr->next = n;
	else
		b->at->attrs = n;
	b->last_attr = n;
	return true;
}

/* Texts come in pieces of any size, so room doubles: joining must not take the square of their number. */
static bool join(struct tree_builder *b, struct node *n, struct str text)
{
	size_t whole = n->text.n + text.n;
	char *p = (char *)(uintptr_t)n->text.p; /* ours: allocated below or by tree_text */

	if (whole > b->text_room) {
		size_t room = whole > SIZE_MAX / 2 ? whole : whole * 2;

		p = arena_alloc(b->arena, room);
		if (!p)
			return false;
		memcpy(p, n->text.p, n->text.n);
		b->text_room = room;
	}
	memcpy(p + n->text.n, text.p, text.n);
	n->text = (struct str){ p, whole };
	return true;
}

bool tree_text(struct tree_builder *b, struct str text)
{
	struct node *last = b->at->last;

	if (text.n == 0)
		return true;
	if (last && last->kind == NODE_TEXT)
		return join(b, last, text);
	struct node *n = new_node(b, NODE_TEXT);
	struct str copy = arena_str(b->arena, text);
	if (!n || !copy.p)
		return false;
	n->text = copy;
	b->text_room = copy.n;
	append(b->at, n);
	return true;
}

void tree_close(struct tree_builder *b)
{
	if (b->at->kind == NODE_DOCUMENT)
		return;
	b->at = b->at->parent;
	b->depth--;
	b->text_room = 0; /* the last node here is an element now */
}

struct node *tree_root(const struct node *document)
{
	struct node *n = document->first;

	while (n && n->kind != NODE_ELEMENT)
		n = n->next;
	return n;
}

struct node *node_following(const struct node *top, struct node *n)
{
	if (n->first)
		return n->first;
	for (; n != top; n = n->parent)
		if (n->next)
			return n->next;
	return NULL;
}

/* The only text below n, or NULL; *ret_bytes and *ret_texts count what there is. */
static const struct node *measure(const struct node *n, size_t *ret_bytes, size_t *ret_texts)
{
	const struct node *only = NULL;

	*ret_bytes = *ret_texts = 0;
	for (struct node *d = n->first; d; d = node_following(n, d)) {
		if (d->kind != NODE_TEXT)
			continue;
		only = d;
		*ret_bytes += d->text.n;
		(*ret_texts)++;
	}
	return only;
}

struct str node_string(struct arena *a, const struct node *n)
{
	if (n->kind == NODE_TEXT || n->kind == NODE_ATTRIBUTE)
		return n->text;
	size_t bytes, texts;
	const struct node *only = measure(n, &bytes, &texts);
	if (texts <= 1)
		return only ? only->text : STR("");
	char *p = arena_alloc(a, bytes), *at = p;
	if (!p)
		return STR_NONE;
	for (struct node *d = n->first; d; d = node_following(n, d)) {
		if (d->kind != NODE_TEXT)
			continue;
		memcpy(at, d->text.p, d->text.n);
		at += d->text.n;
	}
	return (struct str){ p, bytes };
}

static struct str inherited_lang(const struct node *n, const char *uri)
{
	for (; n; n = n->parent)
		for (const struct node *a = n->attrs; a; a = a->next)
			if (str_is(a->name->local, "lang") && str_is(a->name->uri, uri))
				return a->text;
	return STR_NONE;
}

struct str node_xml_lang(const struct node *n)
{
	return inherited_lang(n, TREE_XML_NAMESPACE);
}

struct str node_lang(const struct node *n)
{
	struct str lang = node_xml_lang(n);

	return lang.p ? lang : inherited_lang(n, "");
}

/* The place among siblings of the same name; 0 when there is no other. */
static size_t place(const struct node *n)
{
	size_t before = 0, others = 0;

	if (!n->parent)
		return 0;
	for (const struct node *s = n->parent->first, *seen = NULL; s; s = s->next) {
		if (s == n)
			seen = s;
		else if (s->kind == n->kind && s->name == n->name) {
			others++;
			before += seen == NULL;
		}
	}
	return others ? before + 1 : 0;
}

static char *one_step(struct arena *a, const struct node *n, const char *behind)
{
	const char *slash = *behind ? "/" : "";

	if (n->kind == NODE_ATTRIBUTE)
		return arena_printf(a, "@%.*s", STR_ARG(n->name->local));
	struct str word = n->kind == NODE_TEXT ? STR("text()") : n->name->local;
	size_t at = place(n);
	if (at)
		return arena_printf(a, "%.*s[%zu]%s%s", STR_ARG(word), at, slash, behind);
	return arena_printf(a, "%.*s%s%s", STR_ARG(word), slash, behind);
}

struct str node_where(struct arena *a, const struct node *n)
{
	enum { DEEPEST = 64 }; /* nobody reads more, and the text would take the square of the depth */
	const char *where = "";

	if (n->kind == NODE_DOCUMENT)
		return STR("/");
	if (n->kind == NODE_ATTRIBUTE) {
		where = one_step(a, n, "");
		n = n->parent;
	}
	for (int i = 0; where && n && n->kind != NODE_DOCUMENT; n = n->parent) {
		if (++i > DEEPEST) {
			where = arena_printf(a, "…/%s", where);
			break;
		}
		where = one_step(a, n, where);
	}
	return where ? str_of(where) : STR_NONE;
}
