/*
 * mapping/compile_parts.c - the small readers every level of a mapping file uses: keys, texts, paths with
 * their exact column, conditions, languages, words for unknown terms.
 */
#include "mapping/compile.h"

#include "harvester/base/text.h"

void compile_keys(struct compiler *c, const struct yaml *map, const char *what, const char *const *known,
		  size_t n)
{
	for (size_t i = 0; map->kind == YAML_MAP && i < map->n; i++) {
		bool found = false;

		for (size_t k = 0; k < n && !found; k++)
			found = str_is(map->keys[i].text, known[k]);
		if (!found)
			cfg_unknown(c->p, &map->keys[i], what, map->keys[i].text, known, n);
	}
}

/* One text or a list of texts. */
struct values compile_texts(struct compiler *c, const struct yaml *y)
{
	size_t n = y->kind == YAML_LIST ? y->n : 1;
	struct str *v = arena_array(c->a, n + 1, sizeof(*v));
	size_t kept = 0;

	if (y->kind == YAML_MAP) {
		problem_at(c->p, y, "a text or a list of texts is wanted here");
		return (struct values){ 0 };
	}
	for (size_t i = 0; v && i < n; i++) {
		const struct yaml *one = y->kind == YAML_LIST ? &y->items[i] : y;

		if (one->kind != YAML_TEXT)
			problem_at(c->p, one, "a text is wanted here");
		else
			v[kept++] = one->text;
	}
	return (struct values){ v, kept };
}

/*
 * The column of a byte of a scalar: exact for scalars on one line. Quotes move it by one; a block scalar or
 * one folded over lines has no exact place, so the scalar's own is told.
 */
static void path_problem(struct compiler *c, const struct yaml *y, size_t at, const char *text)
{
	struct yaml place = *y;

	if (at <= y->text.n && !memchr(y->text.p, '\n', y->text.n))
		place.column += (unsigned)text_length(str_cut(y->text, at)) + (y->plain ? 0 : 1);
	problem_at(c->p, &place, "%s", text);
}

/* Compile `text`, which is y's with `before` bytes of ours in front of it. */
static struct map_path *path_of(struct compiler *c, const struct yaml *y, struct str text, size_t before)
{
	struct map_path *mp = arena_alloc(c->a, sizeof(*mp));
	struct hv_err err = { 0 };
	size_t at = 0;

	if (!mp)
		return NULL;
	mp->text = arena_str(c->a, y->text);
	mp->line = y->line;
	if (path_compile(c->a, &c->scope, text, &mp->path, &at, &err) < 0) {
		path_problem(c, y, at > before ? at - before : 0, err.text);
		return NULL;
	}
	*c->m->last_path = mp;
	c->m->last_path = &mp->next;
	return mp;
}

static bool is_path_text(struct compiler *c, const struct yaml *y)
{
	if (y->kind == YAML_TEXT && y->text.n)
		return true;
	problem_at(c->p, y, "a path is wanted here");
	return false;
}

struct map_path *compile_path(struct compiler *c, const struct yaml *y)
{
	return is_path_text(c, y) ? path_of(c, y, y->text, 0) : NULL;
}

struct map_path *compile_root_path(struct compiler *c, const struct yaml *y)
{
	if (!is_path_text(c, y))
		return NULL;
	if (strchr("/.$", y->text.p[0]))
		return path_of(c, y, y->text, 0);
	const char *anywhere = arena_printf(c->a, ".//%.*s", STR_ARG(y->text));
	return anywhere ? path_of(c, y, str_of(anywhere), 3) : NULL;
}

struct map_path **compile_paths(struct compiler *c, const struct yaml *y, size_t *ret_n)
{
	size_t n = y->kind == YAML_LIST ? y->n : 1;
	struct map_path **v = arena_array(c->a, n + 1, sizeof(struct map_path *));

	*ret_n = 0;
	if (y->kind == YAML_LIST && n == 0)
		problem_at(c->p, y, "at least one path is wanted here");
	if (n > MAX_PARTS) {
		problem_at(c->p, y, "more than %d paths", MAX_PARTS);
		return v;
	}
	for (size_t i = 0; v && i < n; i++) {
		struct map_path *one = compile_path(c, y->kind == YAML_LIST ? &y->items[i] : y);

		if (one)
			v[(*ret_n)++] = one;
	}
	return v;
}

const struct map_table *compile_table_name(struct compiler *c, const struct yaml *y)
{
	const char *known[MAX_TABLES];

	if (y->kind != YAML_TEXT) {
		problem_at(c->p, y, "the name of a table is wanted here");
		return NULL;
	}
	for (size_t i = 0; i < c->m->n_tables; i++) {
		if (str_is(y->text, c->m->tables[i].name)) {
			c->table_used[i] = true;
			return &c->m->tables[i];
		}
		known[i] = c->m->tables[i].name;
	}
	cfg_unknown(c->p, y, "table", y->text, known, c->m->n_tables);
	return NULL;
}

static const char *const unknown_words[] = { "keep", "drop", "flag", "reject", "ignore" };
static const enum unknown unknown_values[] = { UNKNOWN_KEEP, UNKNOWN_DROP, UNKNOWN_FLAG, UNKNOWN_REJECT,
					       UNKNOWN_IGNORE };

bool compile_unknown(struct compiler *c, const struct yaml *y, enum unknown *ret, struct str *ret_fallback)
{
	if (y->kind == YAML_MAP && y->n == 1 && str_is(y->keys[0].text, "default") &&
	    y->items[0].kind == YAML_TEXT && ret_fallback) {
		*ret = UNKNOWN_DEFAULT;
		*ret_fallback = y->items[0].text;
		return true;
	}
	for (size_t i = 0; y->kind == YAML_TEXT && i < HV_LEN(unknown_words); i++)
		if (str_is(y->text, unknown_words[i])) {
			*ret = unknown_values[i];
			return true;
		}
	problem_at(c->p, y, "what to do with an unknown term: keep, drop, flag, reject, ignore%s",
		   ret_fallback ? " or {default: TEXT}" : "");
	return false;
}

static const char *const cond_keys[] = { "from", "lookup", "is", "equals", "not", "missing" };

static void compile_missing(struct compiler *c, const struct yaml *y, struct map_cond *cond)
{
	if (!y)
		cond->missing = cond->has_no && !cond->has_is && !cond->has_equals;
	else if (y->kind == YAML_TEXT && str_is(y->text, "keep"))
		cond->missing = true;
	else if (y->kind != YAML_TEXT || !str_is(y->text, "drop"))
		problem_at(c->p, y, "missing: keep or drop (what to do when the path finds nothing)");
}

/* Compared without regard to capitals and accents: folded once, here. */
static struct values folded_texts(struct compiler *c, const struct yaml *y)
{
	struct values v = compile_texts(c, y);
	struct str *folded = arena_array(c->a, v.n + 1, sizeof(*folded));

	if (!folded)
		return (struct values){ 0 };
	for (size_t i = 0; i < v.n; i++)
		folded[i] = text_fold(c->a, v.v[i]);
	return (struct values){ folded, v.n };
}

static void compile_cond(struct compiler *c, const struct yaml *y, struct map_cond *cond)
{
	const struct yaml *is = yaml_get(y, "is"), *equals = yaml_get(y, "equals"), *no = yaml_get(y, "not");

	if (y->kind != YAML_MAP || !yaml_get(y, "from")) {
		problem_at(c->p, y,
			   "a condition is {from: PATH, is: TEXT}, with lookup: TABLE if terms vary");
		return;
	}
	compile_keys(c, y, "key of a condition", cond_keys, HV_LEN(cond_keys));
	cond->line = y->line;
	cond->from = compile_path(c, yaml_get(y, "from"));
	if (yaml_get(y, "lookup"))
		cond->lookup = compile_table_name(c, yaml_get(y, "lookup"));
	cond->has_is = is != NULL;
	cond->has_equals = equals != NULL;
	cond->has_no = no != NULL;
	if (is)
		cond->is = folded_texts(c, is);
	if (equals)
		cond->equals = compile_texts(c, equals);
	if (no)
		cond->no = folded_texts(c, no);
	compile_missing(c, yaml_get(y, "missing"), cond);
}

/* One condition, or a list of them. */
struct map_cond *compile_conds(struct compiler *c, const struct yaml *y, size_t *ret_n)
{
	size_t n = y->kind == YAML_LIST ? y->n : 1;
	struct map_cond *v = arena_array(c->a, n + 1, sizeof(*v));

	*ret_n = 0;
	if (n > MAX_PARTS) {
		problem_at(c->p, y, "more than %d conditions", MAX_PARTS);
		return v;
	}
	for (size_t i = 0; v && i < n; i++)
		compile_cond(c, y->kind == YAML_LIST ? &y->items[i] : y, &v[i]);
	*ret_n = v ? n : 0;
	return v;
}

const struct map_languages *compile_languages(struct compiler *c, const struct yaml *y)
{
	struct map_languages *l = arena_alloc(c->a, sizeof(*l));
	struct values v = compile_texts(c, y);
	struct str *order = arena_array(c->a, v.n + 1, sizeof(*order));

	if (!l || !order)
		return NULL;
	for (size_t i = 0; i < v.n; i++) {
		if (v.v[i].n == 0 || v.v[i].n > 35)
			problem_at(c->p, y, "a language is a tag such as fr, the word record, or \"*\"");
		order[i] = language_norm(c->a, v.v[i]);
	}
	l->order = (struct values){ order, v.n };
	return l;
}
