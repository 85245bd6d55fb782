/*
 * cli/runs.c - `harvester runs`: the runs, latest first.
 */
#include "store/runs.h"
#include "harvester/cli/out.h"

static void print_json(const struct run_row *r)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1u << 20);

	buf_printf(&b, "{\"run\":%lld", (long long)r->id);
	const struct {
		const char *name, *value;
	} texts[] = { { "source", r->source },
		      { "kind", r->kind },
		      { "listing", r->listing },
		      { "state", r->state },
		      { "started", r->started },
		      { "ended", r->ended },
		      { "reason", r->reason },
		      { "who", r->who },
		      { "why", r->why },
		      { "cursor_from", r->cursor_from },
		      { "cursor_next", r->cursor_next } };
	for (size_t i = 0; i < HV_LEN(texts); i++) {
		if (!texts[i].value)
			continue;
		buf_printf(&b, ",\"%s\":", texts[i].name);
		buf_json(&b, str_of(texts[i].value));
	}
	buf_printf(&b, ",\"problems\":%s,\"counts\":%s}\n", r->problems ? "true" : "false",
		   r->counts ? r->counts : "null");
	(void)fputs(buf_cstr(&b), stdout);
}

static int each(void *ctx, const struct run_row *r)
{
	struct app *app = ctx;
	struct counts c;
	char id[24];

	if (app->json) {
		print_json(r);
		return 0;
	}
	if (counts_read(app->arena, r->counts, &c, NULL) < 0)
		c = (struct counts){ 0 };
	(void)snprintf(id, sizeof(id), "%lld", (long long)r->id);
	out_cell(str_of(id), 7);
	out_cell(str_of(r->source), 24);
	out_cell(str_of(r->state), 12);
	out_cell(str_of(r->listing), 8);
	out_cell(str_of(r->started), 22);
	(void)printf("%lld received, %lld created, %lld changed, %lld refused%s\n", (long long)c.listed,
		     (long long)c.created, (long long)c.changed, (long long)c.refused,
		     r->problems ? " !" : "");
	if (r->reason) {
		(void)fputs("       ", stdout);
		out_text(stdout, str_of(r->reason), false);
		(void)putchar('\n');
	}
	return 0;
}

int cmd_runs(struct app *app, struct hv_err *err)
{
	int64_t limit;

	if (arg_number(&app->args, "limit", 20, 1, 100000, &limit, err) < 0)
		return err->code;
	if (!app->json) {
		out_cell(STR("run"), 7);
		out_cell(STR("source"), 24);
		out_cell(STR("state"), 12);
		out_cell(STR("listing"), 8);
		out_cell(STR("started"), 22);
		(void)puts("counts");
	}
	return runs_list(app->store, arg_value(&app->args, "source"), (int)limit, app->arena, each, app, err);
}
