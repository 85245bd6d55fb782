/*
 * cli/difference.c - see difference.h.
 */
#include "harvester/cli/difference.h"

#include "harvester/cli/out.h"
#include "harvester/cli/read.h"
#include "harvester/model/notice.h"
#include "store/query.h"
#include "store/runs.h"

struct printer {
	struct app *app;
	struct arena *arena; /* one notice */
	int64_t left, more;
};

/* One notice, whichever way it was found out. */
struct line {
	const char *what;
	struct str ref, record, title, diff; /* record {NULL,0}: the history does not name it */
};

static void print_json(const struct line *l)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(16u << 20);

	buf_printf(&b, "{\"what\":\"%s\",\"ref\":", l->what);
	buf_json(&b, l->ref);
	if (l->record.p)
		read_member(&b, "record", l->record);
	buf_puts(&b, ",\"diff\":");
	buf_str(&b, l->diff.n ? l->diff : STR("{}"));
	buf_puts(&b, "}\n");
	(void)fputs(buf_cstr(&b), stdout);
}

static void print_text(struct printer *p, const struct line *l)
{
	(void)printf("%s  %.*s  ", l->what, STR_ARG(l->ref));
	read_cell(p->arena, l->title, 0);
	(void)putchar('\n');
	if (l->record.p) {
		(void)fputs("    record        ", stdout);
		read_cell(p->arena, l->record, 0);
		(void)putchar('\n');
	}
	if (l->diff.n)
		read_diff(p->arena, l->diff);
}

static void print_one(struct printer *p, const struct line *l)
{
	if (p->left-- <= 0) {
		p->more++;
		return;
	}
	if (p->app->json)
		print_json(l);
	else
		print_text(p, l);
}

static int judged(void *ctx, const struct run_difference *d)
{
	struct printer *p = ctx;
	struct line l = { d->what, d->ref, d->external_id, d->title, d->diff };

	if (strcmp(d->what, "same") == 0)
		return 0;
	arena_reset(p->arena);
	print_one(p, &l);
	return 0;
}

static int changed(void *ctx, const struct query_change *c)
{
	struct printer *p = ctx;
	struct notice n;

	arena_reset(p->arena);
	if (notice_read(p->arena, c->doc, &n, NULL) < 0)
		memset(&n, 0, sizeof(n));
	struct line l = { c->what, c->ref, STR_NONE, notice_title(&n), c->diff };
	print_one(p, &l);
	return 0;
}

static int judge(struct printer *p, int64_t run, struct hv_err *err)
{
	struct progress none;
	struct run_env env;
	struct counts c;

	if (out_run_env(p->app, &none, &env, err) < 0)
		return err->code;
	none.form = 0;
	if (run_diff(&env, run, judged, p, &c, err) < 0)
		return err->code;
	if (!p->app->json)
		(void)printf("%lld created, %lld changed, %lld withdrawn, %lld the same\n",
			     (long long)c.created, (long long)c.changed, (long long)c.withdrawn,
			     (long long)c.same);
	return 0;
}

int difference_print(struct app *app, int64_t run, int64_t limit, struct hv_err *err)
{
	hv_auto(arena_freep) struct arena *a = arena_new(64u << 20);
	struct printer p = { .app = app, .arena = a, .left = limit };
	struct run_row row;

	if (!a)
		return hv_nomem(err, "differences");
	if (runs_get(app->store, run, app->arena, &row, err) < 0)
		return err->code;
	int r = strcmp(row.state, "done") == 0 ? query_changes(app->store, run, NULL, changed, &p, err)
					       : judge(&p, run, err);
	if (p.more)
		(void)fprintf(stderr, "and %lld more (harvester diff %lld --limit N shows them)\n",
			      (long long)p.more, (long long)run);
	return r;
}
