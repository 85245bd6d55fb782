/*
 * config/yaml.c - see yaml.h: libyaml's events become a tree with places.
 *
 * Refuses what a configuration does not need and a reader would stumble over: anchors and aliases, tags,
 * several documents, keys given twice, keys that are no text. libyaml is quadratic on deep flow nesting
 * (200,000 brackets take minutes), which the ceiling on depth ends; it looks at most 1,024 characters ahead.
 * Tests: tests/unit/config/test_yaml.c, tests/fuzz/fuzz_yaml.c.
 */
#include "config/yaml.h"

#include <yaml.h>

#include "config/yaml_syntax.h"
#include "harvester/base/text.h"

enum { DEEPEST = 64, MOST_NODES = 100000 };

/* One parse. Children wait on the stack until their list or map is over, then move to the arena in one piece.
 */
struct reader {
	yaml_parser_t parser;
	struct arena *arena;
	struct problems *problems;
	const char *file;
	struct str bytes;
	struct yaml *stack;
	size_t n, cap, nodes;
};

static void event_release(yaml_event_t *e)
{
	yaml_event_delete(e);
}

static unsigned one_based(size_t zero_based)
{
	return (unsigned)zero_based + 1;
}

static struct yaml node_at(const struct reader *r, enum yaml_kind kind, yaml_mark_t mark)
{
	return (struct yaml){
		.kind = kind, .file = r->file, .line = one_based(mark.line), .column = one_based(mark.column)
	};
}

static int out_of_memory(struct reader *r)
{
	problem_file(r->problems, r->file, 0, 0, "cannot be read: out of memory");
	return -1;
}

static int next_event(struct reader *r, yaml_event_t *e)
{
	if (yaml_parser_parse(&r->parser, e))
		return 0;
	memset(e, 0, sizeof(*e));
	yaml_syntax_problem(&r->parser, r->bytes, r->file, r->problems);
	return -1;
}

static int push(struct reader *r, struct yaml node)
{
	if (r->n == r->cap) {
		size_t cap = r->cap ? r->cap * 2 : 64;
		struct yaml *stack = realloc(r->stack, cap * sizeof(*stack));

		if (!stack)
			return out_of_memory(r);
		r->stack = stack;
		r->cap = cap;
	}
	r->stack[r->n++] = node;
	return 0;
}

static void refuse_extras(struct reader *r, const struct yaml *at, const yaml_char_t *anchor,
			  const yaml_char_t *tag)
{
	if (anchor)
		problem_at(r->problems, at,
			   "anchors are not used here; remove '&%s' and write the value where it is needed",
			   (const char *)anchor);
	if (!tag)
		return;
	struct str name = str_of((const char *)tag); /* as libyaml resolved it: !!str has become an address */
	bool standard = str_starts(name, STR("tag:yaml.org,2002:"));

	if (standard)
		name = str_from(name, strlen("tag:yaml.org,2002:"));
	problem_at(r->problems, at, "tags are not used here; remove '%s%.*s'", standard ? "!!" : "",
		   STR_ARG(name));
}

static int read_scalar(struct reader *r, const yaml_event_t *e, struct yaml *ret)
{
	*ret = node_at(r, YAML_TEXT, e->start_mark);
	refuse_extras(r, ret, e->data.scalar.anchor, e->data.scalar.tag);
	ret->plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	ret->text = arena_str(r->arena,
			      (struct str){ (const char *)e->data.scalar.value, e->data.scalar.length });
	if (!ret->text.p)
		return out_of_memory(r);
	if (memchr(ret->text.p, '\0', ret->text.n)) {
		problem_at(r->problems, ret, "the character U+0000 is not allowed in a text");
		ret->text.n = strlen(ret->text.p);
	}
	return 0;
}

/* The top of the stack from `base` on becomes an array of every `step`th node. */
static struct yaml *settle(struct reader *r, size_t base, size_t first, size_t step, size_t n)
{
	struct yaml *v = arena_array(r->arena, n ? n : 1, sizeof(*v));

	for (size_t i = 0; v && i < n; i++)
		v[i] = r->stack[base + first + i * step];
	return v;
}

static int by_text_then_place(const void *a, const void *b)
{
	const struct yaml *x = *(const struct yaml *const *)a, *y = *(const struct yaml *const *)b;
	int c = str_cmp(x->text, y->text);

	return c ? c : (x > y) - (x < y);
}

/* Of two equal keys the first stays; an empty one was told already. Sorting, because comparing each with each
 * takes minutes on a bad file.
 */
static int drop_duplicates(struct reader *r, struct yaml *map)
{
	hv_auto(hv_freep) const struct yaml **sorted = calloc(map->n + 1, sizeof(*sorted));
	hv_auto(hv_freep) const struct yaml **first = calloc(map->n + 1, sizeof(*first));
	size_t kept = 0;

	if (!sorted || !first)
		return out_of_memory(r);
	for (size_t i = 0; i < map->n; i++)
		sorted[i] = &map->keys[i];
	qsort(sorted, map->n, sizeof(const struct yaml *), by_text_then_place);
	for (size_t i = 1; i < map->n; i++)
		if (sorted[i]->text.n && str_eq(sorted[i]->text, sorted[i - 1]->text)) {
			size_t of_before = (size_t)(sorted[i - 1] - map->keys);

			first[sorted[i] - map->keys] = first[of_before] ? first[of_before] : sorted[i - 1];
		}
	for (size_t i = 0; i < map->n; i++)
		if (first[i])
			problem_at(r->problems, &map->keys[i],
				   "key '%.*s' stands twice in one map; the first is in line %u",
				   STR_ARG(map->keys[i].text), first[i]->line);
	for (size_t i = 0; i < map->n; i++)
		if (!first[i]) {
			map->keys[kept] = map->keys[i];
			map->items[kept++] = map->items[i];
		}
	map->n = kept;
	return 0;
}

static void check_key(struct reader *r, struct yaml *key)
{
	if (key->kind != YAML_TEXT)
		problem_at(r->problems, key, "a key must be a text, not a %s",
			   key->kind == YAML_LIST ? "list" : "map");
	else if (key->plain && key->text.n == 0)
		problem_at(r->problems, key, "a key is missing before ':'");
	if (key->kind != YAML_TEXT) { /* readers rely on every key being a text */
		key->kind = YAML_TEXT;
		key->text = STR("");
		key->n = 0;
	}
}

static int finish(struct reader *r, size_t base, struct yaml *ret)
{
	size_t total = r->n - base;

	if (ret->kind == YAML_LIST) {
		ret->n = total;
		ret->items = settle(r, base, 0, 1, total);
	} else {
		ret->n = total / 2;
		ret->keys = settle(r, base, 0, 2, ret->n);
		ret->items = settle(r, base, 1, 2, ret->n);
	}
	r->n = base;
	if (!ret->items || (ret->kind == YAML_MAP && !ret->keys))
		return out_of_memory(r);
	if (ret->kind == YAML_LIST)
		return 0;
	for (size_t i = 0; i < ret->n; i++)
		check_key(r, &ret->keys[i]);
	return drop_duplicates(r, ret);
}

static int read_node(struct reader *r, const yaml_event_t *e, unsigned depth, struct yaml *ret);

/* The children up to the end event; a list and a map differ only in what finish() makes of them. */
static int read_children(struct reader *r, unsigned depth, struct yaml *ret)
{
	size_t base = r->n;

	if (depth > DEEPEST) {
		problem_at(r->problems, ret, "more than %d levels deep", DEEPEST);
		return -1;
	}
	for (;;) {
		hv_auto(event_release) yaml_event_t e = { 0 };
		struct yaml child;

		if (next_event(r, &e) < 0)
			return -1;
		if (e.type == YAML_SEQUENCE_END_EVENT || e.type == YAML_MAPPING_END_EVENT)
			return finish(r, base, ret);
		if (read_node(r, &e, depth, &child) < 0 || push(r, child) < 0)
			return -1;
	}
}

static int read_node(struct reader *r, const yaml_event_t *e, unsigned depth, struct yaml *ret)
{
	if (++r->nodes > MOST_NODES) {
		*ret = node_at(r, YAML_TEXT, e->start_mark);
		problem_at(r->problems, ret, "more than %d values in one file", MOST_NODES);
		return -1;
	}
	switch (e->type) {
	case YAML_SCALAR_EVENT:
		return read_scalar(r, e, ret);
	case YAML_SEQUENCE_START_EVENT:
		*ret = node_at(r, YAML_LIST, e->start_mark);
		refuse_extras(r, ret, e->data.sequence_start.anchor, e->data.sequence_start.tag);
		return read_children(r, depth + 1, ret);
	case YAML_MAPPING_START_EVENT:
		*ret = node_at(r, YAML_MAP, e->start_mark);
		refuse_extras(r, ret, e->data.mapping_start.anchor, e->data.mapping_start.tag);
		return read_children(r, depth + 1, ret);
	default: /* an alias: the only other event inside a document */
		*ret = node_at(r, YAML_TEXT, e->start_mark);
		ret->text = STR("");
		problem_at(r->problems, ret, "aliases are not used here; write the value instead of '*%s'",
			   e->type == YAML_ALIAS_EVENT ? (const char *)e->data.alias.anchor : "");
		return 0;
	}
}

static struct yaml *empty_map(struct reader *r)
{
	struct yaml *y = arena_alloc(r->arena, sizeof(*y));

	if (!y) {
		(void)out_of_memory(r);
		return NULL;
	}
	*y = (struct yaml){ .kind = YAML_MAP, .file = r->file, .line = 1, .column = 1 };
	return y;
}

/* After the first document only the end of the stream may come. */
static int expect_end(struct reader *r)
{
	for (;;) {
		hv_auto(event_release) yaml_event_t e = { 0 };

		if (next_event(r, &e) < 0)
			return -1;
		if (e.type == YAML_STREAM_END_EVENT)
			return 0;
		if (e.type == YAML_DOCUMENT_START_EVENT) {
			struct yaml at = node_at(r, YAML_TEXT, e.start_mark);

			problem_at(r->problems, &at,
				   "a second document begins here; one file holds one document");
			return 0;
		}
	}
}

static struct yaml *read_stream(struct reader *r)
{
	struct yaml *root = empty_map(r);

	for (; root;) {
		hv_auto(event_release) yaml_event_t e = { 0 };

		if (next_event(r, &e) < 0)
			return NULL;
		if (e.type == YAML_STREAM_END_EVENT)
			return root;
		if (e.type == YAML_STREAM_START_EVENT || e.type == YAML_DOCUMENT_START_EVENT)
			continue;
		if (read_node(r, &e, 0, root) < 0 || expect_end(r) < 0)
			return NULL;
		if (yaml_is_nothing(root))
			*root = (struct yaml){ .kind = YAML_MAP, .file = r->file, .line = 1, .column = 1 };
		return root;
	}
	return NULL;
}

/* What libyaml would refuse too, but without saying which byte of which line. */
static bool is_text(struct reader *r)
{
	unsigned line, column;
	size_t at = 0;

	if (r->bytes.n > YAML_MOST_BYTES) {
		problem_file(r->problems, r->file, 0, 0, "%zu bytes long; at most 1 MiB is read", r->bytes.n);
		return false;
	}
	if (text_valid(r->bytes, &at))
		return true;
	yaml_place(r->bytes, at, &line, &column);
	problem_file(r->problems, r->file, line, column,
		     "byte 0x%02X is not UTF-8; save the file in the encoding UTF-8",
		     (unsigned)(unsigned char)r->bytes.p[at]);
	return false;
}

struct yaml *yaml_parse(struct arena *a, const char *file, struct str bytes, struct problems *p)
{
	struct reader r = { .arena = a, .problems = p, .bytes = bytes };
	struct yaml *root = NULL;

	r.file = arena_strdup(a, file);
	if (!r.file) {
		r.file = "";
		(void)out_of_memory(&r);
		return NULL;
	}
	if (!is_text(&r))
		return NULL;
	if (!yaml_parser_initialize(&r.parser)) {
		(void)out_of_memory(&r);
		return NULL;
	}
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)(bytes.p ? bytes.p : ""), bytes.n);
	root = read_stream(&r);
	yaml_parser_delete(&r.parser);
	free(r.stack);
	return root;
}
