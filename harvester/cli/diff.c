/*
 * cli/diff.c - `harvester diff RUN`: what a held run would change, recomputed from its versions; nothing is
 * stored of it.
 */
#include "harvester/cli/out.h"
#include "harvester/io/json.h"
#include "harvester/model/field.h"
#include "store/runs.h"

struct printer {
	struct app *app;
	int64_t left, more;
};

static void print_values(const struct json *v)
{
	if (!v->n)
		(void)fputs("(empty)", stdout);
	for (size_t i = 0; i < v->n; i++) {
		(void)fputs(i ? " ; " : "", stdout);
		out_text(stdout, v->items[i].text, false);
	}
}

/* DENO  peinture -> toile */
static void print_diff(struct arena *a, struct str diff)
{
	struct json v;

	if (!diff.n || json_parse(a, diff, &v, NULL) < 0)
		return;
	for (size_t i = 0; i < v.n; i++) {
		if (v.items[i].n != 2)
			continue;
		(void)fputs("    ", stdout);
		out_cell(v.keys[i], 14);
		print_values(&v.items[i].items[0]);
		(void)fputs("  ->  ", stdout);
		print_values(&v.items[i].items[1]);
		(void)putchar('\n');
	}
}

static void print_one(struct printer *p, const struct run_difference *d)
{
	hv_auto(arena_freep) struct arena *a = arena_new(32u << 20);

	if (p->app->json) {
		hv_auto(buf_release) struct buf b = BUF_INIT(16u << 20);

		buf_puts(&b, "{\"ref\":");
		buf_json(&b, d->ref);
		buf_puts(&b, ",\"record\":");
		buf_json(&b, d->external_id);
		buf_printf(&b, ",\"what\":\"%s\",\"diff\":%.*s}\n", d->what, d->diff.n ? (int)d->diff.n : 2,
			   d->diff.n ? d->diff.p : "{}");
		(void)fputs(buf_cstr(&b), stdout);
		return;
	}
	(void)printf("%s  %.*s  ", d->what, STR_ARG(d->ref));
	out_text(stdout, d->title, false);
	(void)fputs("\n    record        ", stdout);
	out_text(stdout, d->external_id, false);
	(void)putchar('\n');
	if (a)
		print_diff(a, d->diff);
}

static int each(void *ctx, const struct run_difference *d)
{
	struct printer *p = ctx;

	if (strcmp(d->what, "same") == 0)
		return 0;
	if (p->left-- > 0)
		print_one(p, d);
	else
		p->more++;
	return 0;
}

int cmd_diff(struct app *app, struct hv_err *err)
{
	struct printer p = { .app = app };
	struct progress none;
	struct run_env env;
	struct counts c;
	uint64_t id;

	if (!str_to_u64(str_of(app->args.words[0]), &id))
		return hv_fail(err, HV_E_USAGE, "'%s' is no run number; `harvester runs` lists them",
			       app->args.words[0]);
	if (arg_number(&app->args, "limit", 200, 0, INT32_MAX, &p.left, err) < 0 ||
	    out_run_env(app, &none, &env, err) < 0)
		return err->code;
	none.form = 0;
	if (run_diff(&env, (int64_t)id, each, &p, &c, err) < 0)
		return err->code;
	if (p.more)
		(void)fprintf(stderr, "and %lld more (--limit N shows them)\n", (long long)p.more);
	if (!app->json)
		(void)printf("%lld created, %lld changed, %lld withdrawn, %lld the same\n",
			     (long long)c.created, (long long)c.changed, (long long)c.withdrawn,
			     (long long)c.same);
	return 0;
}
