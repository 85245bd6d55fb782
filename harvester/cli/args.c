/*
 * cli/args.c - options by the table of their verb. `--name VALUE`, `--name=VALUE`, `--` ends options.
 */
#include "harvester/base/text.h"
#include "harvester/cli/verb.h"

/* Options that every verb takes. */
static const struct opt global_opts[] = {
	{ "config", "DIR", "folder of the configuration" },
	{ "json", NULL, "answer as JSON, where the verb reads something" },
	{ "log-level", "LEVEL", "error, warn, info or debug" },
	{ "log-format", "FORMAT", "logfmt or json" },
	{ "help", NULL, "this text" },
};

bool arg_has(const struct args *a, const char *name)
{
	for (size_t i = 0; i < a->n_opts; i++)
		if (strcmp(a->names[i], name) == 0)
			return true;
	return false;
}

const char *arg_value(const struct args *a, const char *name)
{
	for (size_t i = a->n_opts; i > 0; i--) /* the last one wins */
		if (strcmp(a->names[i - 1], name) == 0)
			return a->values[i - 1];
	return NULL;
}

int arg_number(const struct args *a, const char *name, int64_t fallback, int64_t min, int64_t max,
	       int64_t *ret, struct hv_err *err)
{
	const char *text = arg_value(a, name);
	uint64_t v;

	*ret = fallback;
	if (!text)
		return 0;
	if (!str_to_u64(str_of(text), &v) || v > (uint64_t)max || (int64_t)v < min)
		return hv_fail(err, HV_E_USAGE, "--%s '%s' is no number from %lld to %lld", name, text,
			       (long long)min, (long long)max);
	*ret = (int64_t)v;
	return 0;
}

static const struct opt *find_in(const struct opt *opts, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_is(name, opts[i].name))
			return &opts[i];
	return NULL;
}

static int unknown_option(const struct verb *v, struct str name, struct hv_err *err)
{
	const char *names[MOST_OPTS + HV_LEN(global_opts)];
	size_t n = 0;

	for (size_t i = 0; i < v->n_opts; i++)
		names[n++] = v->opts[i].name;
	for (size_t i = 0; i < HV_LEN(global_opts); i++)
		names[n++] = global_opts[i].name;
	const char *near = text_nearest(name, names, n);

	return hv_fail(err, HV_E_USAGE, "'%s' knows no option '--%.*s'%s%s%s", v->name, STR_ARG(name),
		       near ? "; did you mean '--" : "", near ? near : "", near ? "'?" : "");
}

/* One option at argv[*i]; steps over its value. */
static int take_option(const struct verb *v, int argc, char **argv, int *i, struct args *a,
		       struct hv_err *err)
{
	struct str word = str_from(str_of(argv[*i]), 2);
	const char *equals = memchr(word.p, '=', word.n);
	struct str name = equals ? str_cut(word, (size_t)(equals - word.p)) : word;
	const struct opt *o = find_in(v->opts, v->n_opts, name);

	if (!o)
		o = find_in(global_opts, HV_LEN(global_opts), name);
	if (!o)
		return unknown_option(v, name, err);
	if (a->n_opts == MOST_OPTS)
		return hv_fail(err, HV_E_USAGE, "over %d options", MOST_OPTS);
	const char *value = equals ? equals + 1 : NULL;
	if (o->value && !value && *i + 1 < argc)
		value = argv[++*i];
	if (o->value && !value)
		return hv_fail(err, HV_E_USAGE, "--%s needs a value (%s)", o->name, o->value);
	if (!o->value && value)
		return hv_fail(err, HV_E_USAGE, "--%s takes no value", o->name);
	a->names[a->n_opts] = o->name;
	a->values[a->n_opts++] = value;
	return 0;
}

int args_parse(const struct verb *v, int argc, char **argv, struct app *app, struct hv_err *err)
{
	struct args *a = &app->args;
	bool options = true;

	*a = (struct args){ 0 };
	for (int i = 0; i < argc; i++) {
		if (options && strcmp(argv[i], "--") == 0) {
			options = false;
		} else if (options && strncmp(argv[i], "--", 2) == 0) {
			if (take_option(v, argc, argv, &i, a, err) < 0)
				return err->code;
		} else if (a->n == MOST_ARGS) {
			return hv_fail(err, HV_E_USAGE, "over %d arguments", MOST_ARGS);
		} else {
			a->words[a->n++] = argv[i];
		}
	}
	if (arg_has(a, "help"))
		return 0;
	if (a->n < v->min_words || a->n > v->max_words)
		return hv_fail(err, HV_E_USAGE, "usage: harvester %s %s", v->name, v->words);
	if ((v->needs & TAKES_WHY) && !arg_value(a, "why"))
		return hv_fail(err, HV_E_USAGE, "%s changes something: say why with --why \"…\"", v->name);
	return 0;
}
