/*
 * cli/findings.c - `harvester findings`: what was odd about sources and records, grouped, the most frequent
 * first.
 */
#include "harvester/cli/out.h"
#include "harvester/cli/read.h"
#include "store/query.h"

struct findings {
	struct app *app;
	struct arena *arena;
	char source[80], code[80];
};

static void print_json(const struct query_finding *f)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1u << 20);

	buf_printf(&b, "{\"times\":%lld,\"first_run\":%lld,\"last_run\":%lld", (long long)f->times,
		   (long long)f->first_run, (long long)f->last_run);
	read_member(&b, "source", str_of(f->source));
	read_member(&b, "code", str_of(f->code));
	read_member(&b, "subject", f->subject);
	read_member(&b, "example", f->example);
	buf_puts(&b, "}\n");
	(void)fwrite(b.p, 1, b.n, stdout);
}

static int each(void *ctx, const struct query_finding *f)
{
	struct findings *s = ctx;
	char runs[64];

	arena_reset(s->arena);
	if (s->app->json) {
		print_json(f);
		return 0;
	}
	if (strcmp(s->source, f->source) != 0 || strcmp(s->code, f->code) != 0)
		(void)printf("%s  %s\n", f->source, f->code);
	(void)snprintf(s->source, sizeof(s->source), "%s", f->source);
	(void)snprintf(s->code, sizeof(s->code), "%s", f->code);
	(void)snprintf(runs, sizeof(runs), "%lld", (long long)f->first_run);
	if (f->last_run != f->first_run)
		(void)snprintf(runs, sizeof(runs), "%lld to %lld", (long long)f->first_run,
			       (long long)f->last_run);
	(void)printf("%8lld  ", (long long)f->times);
	out_cell(read_shown(s->arena, f->subject, 60), 44);
	(void)printf("  run %s, for example %.*s\n", runs, STR_ARG(read_shown(s->arena, f->example, 80)));
	return 0;
}

int cmd_findings(struct app *app, struct hv_err *err)
{
	hv_auto(arena_freep) struct arena *a = arena_new(1u << 20);
	struct findings s = { .app = app, .arena = a };

	if (!a)
		return hv_nomem(err, "findings");
	return query_findings(app->store, app->args.n ? app->args.words[0] : NULL, 0, each, &s, err);
}
