/*
 * cli/sources.c - `harvester sources`: what is configured, whether it is sound, when it runs.
 */
#include "harvester/cli/out.h"
#include "harvester/run/bind.h"

static size_t own_errors(const struct app *app, const struct cfg_source *s)
{
	size_t n = 0;

	for (size_t i = 0; i < app->config->problems.n; i++)
		n += !app->config->problems.v[i].warning &&
		     strcmp(app->config->problems.v[i].file, s->file) == 0;
	return n;
}

static int errors_of(const struct app *app, const struct cfg_source *s, size_t *ret, struct hv_err *err)
{
	hv_auto(arena_freep) struct arena *a = arena_new(64u << 20);
	hv_auto(bound_release) struct bound b = { 0 };
	struct problems p;

	if (!a)
		return hv_nomem(err, "sources");
	problems_init(&p, a);
	if (bind_source(app->config, s, a, &p, &b, err) < 0)
		return err->code;
	*ret = own_errors(app, s) + p.errors;
	return 0;
}

static void print_json(const struct cfg_source *s, size_t errors)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(64u << 10);

	buf_puts(&b, "{\"source\":");
	buf_json(&b, str_of(s->name));
	buf_puts(&b, ",\"title\":");
	buf_json(&b, str_of(s->title));
	buf_puts(&b, ",\"connector\":");
	buf_json(&b, str_of(s->connector));
	buf_puts(&b, ",\"mapping\":");
	buf_json(&b, str_of(s->mapping));
	buf_puts(&b, ",\"schedule\":");
	buf_json(&b, str_of(s->schedule ? s->schedule : "none"));
	buf_printf(&b, ",\"enabled\":%s,\"rank\":%lld,\"errors\":%zu}\n", s->enabled ? "true" : "false",
		   (long long)s->rank, errors);
	(void)fputs(buf_cstr(&b), stdout);
}

int cmd_sources(struct app *app, struct hv_err *err)
{
	for (size_t i = 0; i < app->config->n_sources; i++) {
		const struct cfg_source *s = &app->config->sources[i];
		size_t errors = 0;

		if (errors_of(app, s, &errors, err) < 0)
			return err->code;
		if (app->json) {
			print_json(s, errors);
			continue;
		}
		out_cell(str_of(s->name), 24);
		out_cell(str_of(s->connector), 14);
		out_cell(str_of(s->mapping), 16);
		out_cell(str_of(s->enabled ? s->schedule ? s->schedule : "by hand" : "disabled"), 18);
		if (errors)
			(void)printf("%zu errors: harvester check %s\n", errors, s->name);
		else
			(void)printf("%s\n", s->title ? s->title : "");
	}
	if (!app->json && app->config->n_sources == 0)
		(void)printf("no sources in %s; `harvester init --example` writes a first one\n",
			     app->config->dir);
	return 0;
}
