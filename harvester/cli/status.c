/*
 * cli/status.c - `harvester status`: each source with its last run, and first of all what waits for a person.
 */
#include "harvester/cli/out.h"
#include "store/runs.h"
#include "store/store.h"

static int keep(void *ctx, const struct run_row *r)
{
	*(struct run_row *)ctx = *r;
	return 0;
}

static void print_json(const struct cfg_source *s, const struct source_row *row, const struct run_row *last)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1u << 20);

	buf_puts(&b, "{\"source\":");
	buf_json(&b, str_of(s->name));
	buf_printf(&b, ",\"held\":%s", row->held ? "true" : "false");
	if (last->id) {
		buf_printf(&b, ",\"run\":%lld,\"state\":\"%s\",\"started\":\"%s\",\"problems\":%s",
			   (long long)last->id, last->state, last->started,
			   last->problems ? "true" : "false");
		if (last->reason) {
			buf_puts(&b, ",\"reason\":");
			buf_json(&b, str_of(last->reason));
		}
	}
	if (row->cursor) {
		buf_puts(&b, ",\"cursor\":");
		buf_json(&b, str_of(row->cursor));
	}
	buf_puts(&b, "}\n");
	(void)fputs(buf_cstr(&b), stdout);
}

static void print_text(const struct cfg_source *s, const struct source_row *row, const struct run_row *last)
{
	out_cell(str_of(s->name), 24);
	if (row->held) {
		(void)printf("HELD by %s: ", row->held_by ? row->held_by : "?");
		out_text(stdout, str_of(row->held), false);
		(void)putchar('\n');
		return;
	}
	if (!last->id) {
		(void)printf("never run\n");
		return;
	}
	(void)printf("run %lld %s%s, %s\n", (long long)last->id, last->state,
		     last->problems ? " with problems" : "", last->ended ? last->ended : last->started);
	if (last->reason && strcmp(last->state, "done") != 0) {
		(void)printf("%24s", "");
		out_text(stdout, str_of(last->reason), false);
		(void)putchar('\n');
	}
}

int cmd_status(struct app *app, struct hv_err *err)
{
	if (!app->json)
		(void)printf("%s\n", store_describe(app->store));
	for (size_t i = 0; i < app->config->n_sources; i++) {
		const struct cfg_source *s = &app->config->sources[i];
		struct source_row row;
		struct run_row last = { 0 };

		if (runs_source(app->store, s->name, false, app->arena, &row, err) < 0 ||
		    runs_list(app->store, s->name, 1, app->arena, keep, &last, err) < 0)
			return err->code;
		if (app->json)
			print_json(s, &row, &last);
		else
			print_text(s, &row, &last);
	}
	return 0;
}
