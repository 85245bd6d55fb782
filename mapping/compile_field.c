/*
 * mapping/compile_field.c - rules (each, from, first_of, where, prefer, do), the fields that use them, and
 * the tests of a mapping file.
 */
#include "mapping/compile.h"

#include "mapping/ops.h"

static const char *const rule_keys[] = { "each",  "from",   "first_of",  "value",
					 "where", "prefer", "languages", "do" };
static const char *const field_keys[] = { "each",  "from",     "first_of",   "value",
					  "where", "prefer",   "languages",  "do",
					  "join",  "required", "when_empty", "vocabulary" };

static struct map_rule *compile_rule(struct compiler *c, const struct yaml *where, const struct yaml *y,
				     int depth);

/* A part of from: a path, or a rule inside a map. */
static bool compile_part(struct compiler *c, const struct yaml *y, int depth, struct map_part *ret)
{
	if (y->kind == YAML_MAP) {
		compile_keys(c, y, "key of a rule", rule_keys, HV_LEN(rule_keys));
		if (depth == MAX_RULE_DEPTH)
			problem_at(c->p, y, "rules are nested over %d deep", MAX_RULE_DEPTH);
		else
			ret->rule = compile_rule(c, y, y, depth + 1);
		return ret->rule != NULL;
	}
	ret->path = compile_path(c, y);
	return ret->path != NULL;
}

/* One part, or a list of parts whose values follow one another. */
static void compile_choice(struct compiler *c, const struct yaml *y, int depth, struct map_choice *ret)
{
	size_t n = y->kind == YAML_LIST ? y->n : 1;

	ret->parts = arena_array(c->a, n + 1, sizeof(*ret->parts));
	if (n == 0 || n > MAX_PARTS) {
		problem_at(c->p, y, "1 to %d paths are wanted here", MAX_PARTS);
		return;
	}
	for (size_t i = 0; ret->parts && i < n; i++) {
		const struct yaml *one = y->kind == YAML_LIST ? &y->items[i] : y;

		if (one->kind == YAML_LIST)
			problem_at(c->p, one, "a path or a rule is wanted here, not a list");
		else if (compile_part(c, one, depth, &ret->parts[ret->n]))
			ret->n++;
	}
}

static void compile_first_of(struct compiler *c, const struct yaml *y, int depth, struct map_rule *r)
{
	if (y->kind != YAML_LIST || y->n == 0 || y->n > MAX_PARTS) {
		problem_at(c->p, y, "first_of is a list: the first that yields a value is taken");
		return;
	}
	r->choices = arena_array(c->a, y->n, sizeof(*r->choices));
	for (size_t i = 0; r->choices && i < y->n; i++)
		compile_choice(c, &y->items[i], depth, &r->choices[r->n_choices++]);
}

/* Exactly one of from, first_of, value says where values come from. */
static bool compile_origin(struct compiler *c, const struct yaml *where, const struct yaml *y, int depth,
			   struct map_rule *r)
{
	const struct yaml *from = yaml_get(y, "from"), *first = yaml_get(y, "first_of"),
			  *value = yaml_get(y, "value");

	if (!!from + !!first + !!value != 1) {
		problem_at(c->p, where, "exactly one of from, first_of, value is needed");
		return false;
	}
	if (from) {
		r->choices = arena_alloc(c->a, sizeof(*r->choices));
		if (r->choices)
			compile_choice(c, from, depth, &r->choices[r->n_choices++]);
	} else if (first) {
		compile_first_of(c, first, depth, r);
	} else {
		r->has_value = true;
		r->value = compile_texts(c, value);
	}
	return true;
}

static struct map_rule *compile_rule(struct compiler *c, const struct yaml *where, const struct yaml *y,
				     int depth)
{
	struct map_rule *r = arena_alloc(c->a, sizeof(*r));
	const struct yaml *k;

	if (!r)
		return NULL;
	r->line = where->line;
	r->languages = &c->m->languages;
	if ((k = yaml_get(y, "each")))
		r->each = compile_paths(c, k, &r->n_each);
	if (!compile_origin(c, where, y, depth, r))
		return NULL;
	if ((k = yaml_get(y, "where")))
		r->where = compile_conds(c, k, &r->n_where);
	if ((k = yaml_get(y, "prefer")))
		r->prefer = compile_conds(c, k, &r->n_prefer);
	if ((k = yaml_get(y, "languages")))
		r->languages = compile_languages(c, k);
	if ((k = yaml_get(y, "do")))
		r->steps = compile_steps(c, k, &r->n_steps);
	while (r->whole < r->n_steps && !r->steps[r->whole].op->whole)
		r->whole++;
	return r;
}

static void compile_required(struct compiler *c, const struct yaml *y, struct map_field *f)
{
	static const char *const keys[] = { "reason" };

	if (y->kind == YAML_MAP && yaml_get(y, "reason")) {
		compile_keys(c, y, "key of required", keys, HV_LEN(keys));
		f->reason = yaml_get(y, "reason")->text;
		f->required = true;
	} else if (y->kind == YAML_TEXT && (str_is(y->text, "true") || str_is(y->text, "false"))) {
		f->required = str_is(y->text, "true");
	} else {
		problem_at(c->p, y, "required: true, or {reason: what is missing, in French}");
	}
}

static void compile_vocabulary(struct compiler *c, const struct yaml *y, struct map_field *f)
{
	static const char *const keys[] = { "list", "unknown" };
	const struct yaml *list = yaml_get(y, "list"), *unknown = yaml_get(y, "unknown");

	f->list_unknown = UNKNOWN_FLAG;
	if (y->kind != YAML_MAP || !list || list->kind != YAML_TEXT) {
		problem_at(c->p, y, "vocabulary: {list: th305, unknown: flag}");
		return;
	}
	compile_keys(c, y, "key of a vocabulary", keys, HV_LEN(keys));
	f->list = arena_strndup(c->a, list->text.p, list->text.n);
	if (unknown)
		(void)compile_unknown(c, unknown, &f->list_unknown, NULL);
}

/* Can a text field get more than one value? Nobody can know from paths, so the file has to say. */
static bool is_one_value(const struct map_field *f)
{
	const struct map_rule *r = f->rule;

	if (f->has_join || (r->has_value && r->value.n <= 1 && r->n_each == 0))
		return true;
	for (size_t i = 0; i < r->n_steps; i++)
		if (r->steps[i].op->one && (r->n_each == 0 || i >= r->whole))
			return true;
	return false;
}

static void compile_field(struct compiler *c, const struct yaml *key, const struct yaml *y,
			  struct map_field *f)
{
	const struct yaml *k;

	f->line = key->line;
	compile_keys(c, y, "key of a field", field_keys, HV_LEN(field_keys));
	f->rule = compile_rule(c, key, y, 0);
	if ((k = yaml_get(y, "required")))
		compile_required(c, k, f);
	if ((k = yaml_get(y, "vocabulary")))
		compile_vocabulary(c, k, f);
	if ((k = yaml_get(y, "join"))) {
		f->has_join = true;
		f->join = k->text;
		if (k->kind != YAML_TEXT)
			problem_at(c->p, k, "join is a text, e.g. \" ; \"");
	}
	if ((k = yaml_get(y, "when_empty"))) {
		f->erase = k->kind == YAML_TEXT && str_is(k->text, "erase");
		if (k->kind != YAML_TEXT || (!f->erase && !str_is(k->text, "silent")))
			problem_at(c->p, k, "when_empty: silent, or erase");
	}
	if (f->rule && !fields[f->id].multi && !is_one_value(f))
		warning_at(c->p, key,
			   "%s holds one text: more than one value will fail the field; add join: \" ; \", "
			   "or first or one at "
			   "the end of do",
			   fields[f->id].code);
}

/* The id of a target, or -1 after telling why not. */
static int target_of(struct compiler *c, const struct yaml *key)
{
	int id = field_find(key->text);

	if (id < 0) {
		const char *near = field_nearest(key->text);

		problem_at(c->p, key,
			   near ? "unknown field '%.*s'; did you mean '%s'?" : "unknown field '%.*s'%s",
			   STR_ARG(str_cut(key->text, 80)), near ? near : "");
		return -1;
	}
	if (!field_is_target((field_id)id)) {
		problem_at(c->p, key, "%s cannot be filled by a mapping: it is %s", fields[id].code,
			   strcmp(fields[id].code, "REF") == 0 ? "settled when a notice is made"
							       : "derived from other fields");
		return -1;
	}
	return id;
}

static int by_field(const void *x, const void *y)
{
	const struct map_field *a = x, *b = y;

	return (a->id > b->id) - (a->id < b->id);
}

void compile_fields(struct compiler *c, const struct yaml *y)
{
	if (y->kind != YAML_MAP) {
		problem_at(c->p, y, "fields: CODE: {from: PATH}");
		return;
	}
	c->m->fields = arena_array(c->a, y->n + 1, sizeof(*c->m->fields));
	for (size_t i = 0; c->m->fields && i < y->n; i++) {
		int id = target_of(c, &y->keys[i]);

		if (id < 0)
			continue;
		if (y->items[i].kind != YAML_MAP) {
			problem_at(c->p, &y->items[i], "a field is a map, e.g. {from: PATH}");
			continue;
		}
		struct map_field *f = &c->m->fields[c->m->n_fields++];
		f->id = (field_id)id;
		compile_field(c, &y->keys[i], &y->items[i], f);
	}
	if (c->m->n_fields > 1)
		qsort(c->m->fields, c->m->n_fields, sizeof(*c->m->fields), by_field);
}

static void compile_expect(struct compiler *c, const struct yaml *y, struct map_test *t)
{
	if (y->kind != YAML_MAP) {
		problem_at(c->p, y, "expect: {FIELD: [value, …]}");
		return;
	}
	t->expect = arena_array(c->a, y->n + 1, sizeof(*t->expect));
	for (size_t i = 0; t->expect && i < y->n; i++) {
		int id = target_of(c, &y->keys[i]);

		if (id >= 0)
			t->expect[t->n_expect++] =
				(struct map_expect){ (field_id)id, compile_texts(c, &y->items[i]),
						     y->keys[i].line };
	}
}

static void compile_test(struct compiler *c, const struct yaml *y, struct map_test *t)
{
	static const char *const keys[] = { "given", "expect", "expect_rejected" };
	const struct yaml *given = yaml_get(y, "given"), *expect = yaml_get(y, "expect"),
			  *rejected = yaml_get(y, "expect_rejected");

	if (y->kind != YAML_MAP || !given || given->kind != YAML_TEXT || !expect == !rejected) {
		problem_at(
			c->p, y,
			"a test is {given: tests/x.xml, expect: {…}} or {given: …, expect_rejected: CODE}");
		return;
	}
	compile_keys(c, y, "key of a test", keys, HV_LEN(keys));
	t->line = y->line;
	if (given->text.n == 0 || given->text.p[0] == '/' || str_find(given->text, STR("..")) >= 0)
		problem_at(c->p, given, "given: a file beside the mapping, e.g. tests/x.xml");
	t->given = arena_printf(c->a, "%s/%.*s", c->folder, STR_ARG(given->text));
	if (expect)
		compile_expect(c, expect, t);
	else if (rejected->kind == YAML_TEXT)
		t->rejected = rejected->text;
	else
		problem_at(c->p, rejected, "expect_rejected: one word, e.g. inventory_missing");
}

void compile_tests(struct compiler *c, const struct yaml *y)
{
	if (y->kind != YAML_LIST) {
		problem_at(c->p, y, "tests: a list of {given: …, expect: …}");
		return;
	}
	c->m->tests = arena_array(c->a, y->n + 1, sizeof(*c->m->tests));
	for (size_t i = 0; c->m->tests && i < y->n; i++)
		compile_test(c, &y->items[i], &c->m->tests[c->m->n_tests++]);
}
