/*
 * cli/test.c - `harvester test [MAPPING…]`: the tests inside mapping files; without names, those of all
 * sources.
 */
#include "harvester/cli/exit.h"
#include "harvester/cli/out.h"
#include "mapping/mapping.h"

struct totals {
	size_t passed, failed, broken;
};

static int test_one(struct app *app, const char *name, struct totals *t, struct hv_err *err)
{
	hv_auto(arena_freep) struct arena *a = arena_new(64u << 20);
	hv_auto(mapping_freep) struct mapping *m = NULL;
	hv_auto(buf_release) struct buf out = BUF_INIT(16u << 20);
	struct mapping_tests r;
	struct problems p;

	if (!a)
		return hv_nomem(err, "test");
	problems_init(&p, a);
	if (mapping_load(app->config, name, &p, &m, err) < 0)
		return err->code;
	for (size_t i = 0; i < p.n; i++)
		(void)printf("%s:%u:%u: %s\n", p.v[i].file, p.v[i].line, p.v[i].column, p.v[i].text);
	if (!m) {
		t->broken++;
		return 0;
	}
	if (mapping_run_tests(m, &r, &out, err) < 0)
		return err->code;
	(void)fputs(buf_cstr(&out), stdout);
	(void)printf("%s: %zu passed, %zu failed\n", name, r.passed, r.failed);
	t->passed += r.passed;
	t->failed += r.failed;
	return 0;
}

/* Has an earlier source the same mapping? */
static bool tested_before(const struct config *c, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (c->sources[k].mapping && strcmp(c->sources[k].mapping, c->sources[i].mapping) == 0)
			return true;
	return false;
}

int cmd_test(struct app *app, struct hv_err *err)
{
	struct totals t = { 0 };

	for (size_t i = 0; i < app->args.n; i++)
		if (test_one(app, app->args.words[i], &t, err) < 0)
			return err->code;
	for (size_t i = 0; app->args.n == 0 && i < app->config->n_sources; i++)
		if (app->config->sources[i].mapping && !tested_before(app->config, i) &&
		    test_one(app, app->config->sources[i].mapping, &t, err) < 0)
			return err->code;
	(void)printf("%zu passed, %zu failed\n", t.passed, t.failed);
	if (t.broken)
		return EXIT_CONFIG;
	return t.failed ? EXIT_TESTS : EXIT_OK;
}
