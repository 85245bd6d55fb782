/*
 * mapping/compile_ops.c - the steps of `do`, checked against the registry.
 *
 * A step is a word, or a word with its argument: a text, a list, or a map of named arguments.
 */
#include "mapping/compile.h"

#include "mapping/ops.h"

enum { MOST_OPS = 64 };

static void unknown_op(struct compiler *c, const struct yaml *y)
{
	const char *names[MOST_OPS];
	size_t n = 0;

	for (; n < n_ops && n < MOST_OPS; n++)
		names[n] = ops[n].name;
	cfg_unknown(c->p, y, "operator", y->text, names, n);
}

static void compile_word(struct compiler *c, const struct op_arg *g, const struct yaml *y, struct op_value *v)
{
	size_t n = 0;

	for (; g->words[n]; n++)
		if (y->kind == YAML_TEXT && str_is(y->text, g->words[n])) {
			v->word = (int)n;
			return;
		}
	if (y->kind == YAML_TEXT)
		cfg_unknown(c->p, y, g->name, y->text, g->words, n);
	else
		problem_at(c->p, y, "%s: one word, e.g. %s", g->name, g->words[0]);
}

static void compile_arg(struct compiler *c, const struct op *op, const struct op_arg *g, const struct yaml *y,
			struct op_value *v)
{
	v->given = true;
	switch (g->type) {
	case ARG_TEXT:
		v->text = y->text;
		if (y->kind != YAML_TEXT)
			problem_at(c->p, y, "%s of '%s' is a text: %s", g->name, op->name, g->help);
		break;
	case ARG_TEXTS:
		v->texts = compile_texts(c, y);
		break;
	case ARG_NUMBER:
		if (y->kind != YAML_TEXT || !str_to_u64(y->text, &v->number) || v->number == 0)
			problem_at(c->p, y, "%s of '%s' is a whole number from 1: %s", g->name, op->name,
				   g->help);
		break;
	case ARG_WORD:
		compile_word(c, g, y, v);
		break;
	case ARG_TABLE:
		v->table = compile_table_name(c, y);
		break;
	case ARG_PATH:
		v->path = compile_path(c, y);
		break;
	}
}

static void compile_named(struct compiler *c, const struct op *op, const struct yaml *map, struct map_step *s)
{
	for (size_t i = 0; i < map->n; i++) {
		const char *names[MAX_OP_ARGS];
		size_t k = 0;

		while (k < op->n_args && !str_is(map->keys[i].text, op->args[k].name)) {
			names[k] = op->args[k].name;
			k++;
		}
		if (k < op->n_args)
			compile_arg(c, op, &op->args[k], &map->items[i], &s->args[k]);
		else if (op->n_args)
			cfg_unknown(c->p, &map->keys[i], "argument", map->keys[i].text, names, op->n_args);
		else
			problem_at(c->p, &map->keys[i], "'%s' takes no arguments", op->name);
	}
}

/* Separators and texts to look for must not be empty: nothing would ever be found. */
static void check_empty(struct compiler *c, const struct op *op, const struct yaml *where,
			const struct map_step *s)
{
	for (size_t k = 0; k < op->n_args; k++) {
		const struct op_arg *g = &op->args[k];

		if (g->required && !s->args[k].given)
			problem_at(c->p, where, "'%s' needs %s: %s; e.g. %s", op->name, g->name, g->help,
				   op->example);
	}
	if (op->n_args && op->args[0].type == ARG_TEXT && op->args[0].required && s->args[0].given &&
	    s->args[0].text.n == 0)
		problem_at(c->p, where, "%s of '%s' is empty", op->args[0].name, op->name);
}

static bool compile_step(struct compiler *c, const struct yaml *y, struct map_step *s)
{
	const struct yaml *word = y->kind == YAML_MAP && y->n == 1 ? &y->keys[0] : y;
	const struct yaml *arg = word == y ? NULL : &y->items[0];

	if (y->kind == YAML_LIST || (y->kind == YAML_MAP && y->n != 1)) {
		problem_at(c->p, y, "a step is a word, or one word with its argument (word: argument)");
		return false;
	}
	s->line = word->line;
	s->op = op_find(word->text);
	if (!s->op) {
		unknown_op(c, word);
		return false;
	}
	if (arg && arg->kind == YAML_MAP)
		compile_named(c, s->op, arg, s);
	else if (arg && !yaml_is_nothing(arg) && s->op->n_args)
		compile_arg(c, s->op, &s->op->args[0], arg, &s->args[0]);
	else if (arg && !yaml_is_nothing(arg))
		problem_at(c->p, arg, "'%s' takes no arguments", s->op->name);
	check_empty(c, s->op, word, s);
	return true;
}

struct map_step *compile_steps(struct compiler *c, const struct yaml *y, size_t *ret_n)
{
	size_t n = y->kind == YAML_LIST ? y->n : 1;
	struct map_step *v = arena_array(c->a, n + 1, sizeof(*v));

	*ret_n = 0;
	if (n > MAX_STEPS) {
		problem_at(c->p, y, "more than %d steps", MAX_STEPS);
		return v;
	}
	for (size_t i = 0; v && i < n; i++)
		if (compile_step(c, y->kind == YAML_LIST ? &y->items[i] : y, &v[*ret_n]))
			(*ret_n)++;
	return v;
}
