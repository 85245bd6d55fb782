/*
 * cli/history.c - `harvester history REF`: every change of a notice, the latest first, with its one cause.
 */
#include "harvester/cli/out.h"
#include "harvester/cli/read.h"
#include "store/query.h"

enum { MOST_CHANGE = 64 << 20 };

struct history {
	struct app *app;
	struct arena *arena; /* of one change */
	int shown;
};

static void print_json(const struct query_change *c)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(MOST_CHANGE);

	buf_printf(&b, "{\"run\":%lld", (long long)c->run);
	read_member(&b, "ref", c->ref);
	read_member(&b, "started", str_of(c->started));
	read_member(&b, "source", str_of(c->source));
	read_member(&b, "kind", str_of(c->kind));
	read_member(&b, "what", str_of(c->what));
	read_member(&b, "cause", str_of(c->cause));
	read_member(&b, "who", str_of(c->who));
	read_member(&b, "why", str_of(c->why));
	buf_puts(&b, ",\"diff\":");
	buf_str(&b, c->diff);
	buf_puts(&b, "}\n");
	(void)fwrite(b.p, 1, b.n, stdout);
}

static int each(void *ctx, const struct query_change *c)
{
	struct history *h = ctx;

	arena_reset(h->arena);
	h->shown++;
	if (h->app->json) {
		print_json(c);
		return 0;
	}
	(void)printf("run %-6lld %s  %s by %s, %s %s\n", (long long)c->run, c->started, c->what, c->cause,
		     c->kind, c->source);
	if (c->who || c->why)
		(void)printf("    %.*s%s%.*s\n", STR_ARG(read_shown(h->arena, str_of(c->who), 0)),
			     c->who && c->why ? ": " : "", STR_ARG(read_shown(h->arena, str_of(c->why), 0)));
	read_diff(h->arena, c->diff);
	return 0;
}

int cmd_history(struct app *app, struct hv_err *err)
{
	hv_auto(arena_freep) struct arena *a = arena_new(MOST_CHANGE);
	struct history h = { .app = app, .arena = a };
	struct query_notice n;
	struct str ref = str_of(app->args.words[0]);

	if (!a)
		return hv_nomem(err, "history");
	int r = query_notice(app->store, ref, app->arena, &n, err);
	if (r == HV_END)
		return hv_fail(err, HV_E_NOTFOUND, "there is no notice '%s'", app->args.words[0]);
	return r < 0 ? r : query_history(app->store, ref, each, &h, err);
}
