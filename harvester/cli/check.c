/*
 * cli/check.c - `harvester check`: configuration and mappings, every fault with its place. Opens no database,
 * no network.
 */
#include "harvester/cli/exit.h"
#include "harvester/cli/out.h"
#include "harvester/run/bind.h"

static void print_one(const struct app *app, const struct problem *p)
{
	if (app->json) {
		hv_auto(buf_release) struct buf b = BUF_INIT(64u << 10);

		buf_puts(&b, "{\"file\":");
		buf_json(&b, str_of(p->file));
		buf_printf(&b, ",\"line\":%u,\"column\":%u,\"level\":\"%s\",\"text\":", p->line, p->column,
			   p->warning ? "warning" : "error");
		buf_json(&b, str_of(p->text));
		buf_puts(&b, "}\n");
		(void)fputs(buf_cstr(&b), stdout);
		return;
	}
	(void)fputs(p->file, stdout);
	if (p->line)
		(void)printf(":%u:%u", p->line, p->column);
	(void)printf(": %s%s\n", p->warning ? "warning: " : "", p->text);
}

static bool asked_for(const struct app *app, const char *source)
{
	for (size_t i = 0; i < app->args.n; i++)
		if (strcmp(app->args.words[i], source) == 0)
			return true;
	return app->args.n == 0;
}

static int check_source(struct app *app, const struct cfg_source *s, size_t *errors, struct hv_err *err)
{
	hv_auto(arena_freep) struct arena *a = arena_new(64u << 20);
	hv_auto(bound_release) struct bound b = { 0 };
	struct problems p;

	if (!a)
		return hv_nomem(err, "check");
	problems_init(&p, a);
	if (bind_source(app->config, s, a, &p, &b, err) < 0)
		return err->code;
	for (size_t i = 0; i < p.n; i++)
		print_one(app, &p.v[i]);
	*errors += p.errors;
	return 0;
}

int cmd_check(struct app *app, struct hv_err *err)
{
	const struct config *c = app->config;
	size_t errors = c->problems.errors, checked = 0;

	for (size_t i = 0; i < app->args.n; i++) {
		const struct cfg_source *s;

		if (config_source(c, app->args.words[i], &s, err) < 0)
			return err->code;
	}
	for (size_t i = 0; i < c->problems.n; i++)
		print_one(app, &c->problems.v[i]);
	for (size_t i = 0; i < c->n_sources; i++) {
		if (!asked_for(app, c->sources[i].name))
			continue;
		checked++;
		if (check_source(app, &c->sources[i], &errors, err) < 0)
			return err->code;
	}
	if (!app->json)
		(void)printf("%s: %zu sources checked, %zu errors\n", c->dir, checked, errors);
	return errors ? EXIT_CONFIG : EXIT_OK;
}
