/*
 * cli/report.c - `harvester report`: what a run did, told to each museum; prints the paths written.
 */
#include "harvester/publish/report.h"

#include "harvester/cli/exit.h"
#include "harvester/cli/read.h"
#include "store/query.h"
#include "store/runs.h"

enum { MOST_MUSEUMS = 2000 };

struct reports {
	struct app *app;
	struct run_row run;
	const char *museums[MOST_MUSEUMS];
	size_t n;
};

static int add_museum(void *ctx, const char *museo)
{
	struct reports *r = ctx;

	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->museums[i], museo) == 0)
			return 0;
	if (r->n < MOST_MUSEUMS)
		r->museums[r->n++] = arena_strdup(r->app->arena, museo);
	return arena_failed(r->app->arena) ? HV_E_NOMEM : 0;
}

/* RUN, or the last applied run of --source. */
static int find_run(struct app *app, int64_t *ret, struct hv_err *err)
{
	const char *source = arg_value(&app->args, "source");
	uint64_t id;

	if ((app->args.n == 1) == (source != NULL))
		return hv_fail(err, HV_E_USAGE, "either a run number or --source NAME");
	if (source) {
		int r = query_applied(app->store, source, 0, ret, err);

		return r == HV_END
			       ? hv_fail(err, HV_E_NOTFOUND, "no run of source '%s' was applied yet", source)
		       : r < 0 ? r
			       : 0;
	}
	if (!str_to_u64(str_of(app->args.words[0]), &id) || id > INT64_MAX)
		return hv_fail(err, HV_E_USAGE, "'%s' is no run number; `harvester runs` lists them",
			       app->args.words[0]);
	*ret = (int64_t)id;
	return 0;
}

/* The museums a source speaks for also get a page when nothing changed: silence would be read as a fault. */
static int find_museums(struct reports *r, const struct cfg_source *configured, struct hv_err *err)
{
	const char *only = arg_value(&r->app->args, "museum");

	if (only)
		return add_museum(r, only);
	for (size_t i = 0; configured && i < configured->museums.n; i++)
		if (add_museum(r, configured->museums.v[i]) < 0)
			return hv_nomem(err, "museums");
	return query_museums(r->app->store, r->run.id, add_museum, r, err);
}

static const struct cfg_source *configured(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->n_sources; i++)
		if (strcmp(c->sources[i].name, name) == 0)
			return &c->sources[i];
	return NULL;
}

static void print_paths(const struct app *app, const char *museum, const struct report_paths *p)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1u << 16);

	if (!app->json) {
		(void)printf("%s\n%s\n", p->page, p->table);
		return;
	}
	buf_puts(&b, "{\"museum\":");
	buf_json(&b, str_of(museum));
	read_member(&b, "page", str_of(p->page));
	read_member(&b, "table", str_of(p->table));
	(void)printf("%s}\n", buf_cstr(&b));
}

static int write_all(struct reports *r, const struct cfg_source *source, struct hv_err *err)
{
	struct report_options o = { .run = r->run.id,
				    .title = source ? source->title : NULL,
				    .contact = r->app->config->user_agent_contact,
				    .clock = &r->app->clock };
	struct report_paths paths;

	o.dir = read_folder(r->app, r->app->config->reports, err);
	o.shared = r->n > 1 || (source && source->museums.n > 1);
	for (size_t i = 0; o.dir && i < r->n; i++) {
		if (r->app->cancelled(NULL))
			return hv_fail(err, HV_E_CANCELLED, "stopped after %zu of %zu reports", i, r->n);
		o.museum = r->museums[i];
		if (report_write(r->app->store, &o, &paths, err) < 0)
			return err->code;
		print_paths(r->app, o.museum, &paths);
	}
	return o.dir ? 0 : err->code;
}

int cmd_report(struct app *app, struct hv_err *err)
{
	struct reports *r = arena_alloc(app->arena, sizeof(*r));
	int64_t run;

	if (!r)
		return hv_nomem(err, "reports");
	r->app = app;
	if (find_run(app, &run, err) < 0 || runs_get(app->store, run, app->arena, &r->run, err) < 0)
		return err->code;
	if (strcmp(r->run.state, "held") == 0) {
		(void)fprintf(stderr,
			      "run %lld is held: it changed nothing yet; `harvester diff %lld` shows what it "
			      "would\n",
			      (long long)run, (long long)run);
		return EXIT_HELD;
	}
	const struct cfg_source *source = configured(app->config, r->run.source);
	return find_museums(r, source, err) < 0 ? err->code : write_all(r, source, err);
}
