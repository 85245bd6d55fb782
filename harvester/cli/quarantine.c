/*
 * cli/quarantine.c - `harvester quarantine`: records that could not become a claim, why, and their bytes.
 */
#include <unistd.h>

#include "harvester/base/text.h"
#include "harvester/cli/out.h"
#include "harvester/cli/read.h"
#include "store/query.h"

enum { MOST_RECORD = 256 << 20 };

struct refused {
	struct app *app;
	struct arena *arena; /* of one row */
	int64_t n, id;       /* id: the row to print; an open one is preferred, then the latest */
	bool open;
};

static void put_json(struct buf *b, const struct query_refused *q)
{
	buf_printf(b, "{\"id\":%lld,\"run\":%lld", (long long)q->id, (long long)q->run);
	read_member(b, "source", str_of(q->source));
	read_member(b, "record", q->external_id);
	read_member(b, "datestamp", q->datestamp);
	read_member(b, "code", str_of(q->code));
	read_member(b, "field", str_of(q->field));
	read_member(b, "reason", q->reason);
	read_member(b, "ref", q->ref);
	buf_printf(b, ",\"bytes\":%lld", (long long)q->body_bytes);
	if (q->solved_run)
		buf_printf(b, ",\"solved_run\":%lld", (long long)q->solved_run);
}

static void print_text(FILE *out, struct arena *a, const struct query_refused *q)
{
	(void)fprintf(out, "%.*s\n    %s%s%s, %s, run %lld, %lld bytes%s%.*s",
		      STR_ARG(read_shown(a, q->external_id, 0)), q->code, *q->field ? " " : "", q->field,
		      q->source, (long long)q->run, (long long)q->body_bytes, q->ref.p ? ", notice " : "",
		      STR_ARG(q->ref));
	if (q->solved_run)
		(void)fprintf(out, ", solved by run %lld", (long long)q->solved_run);
	(void)fprintf(out, "\n    %.*s\n", STR_ARG(read_shown(a, q->reason, 0)));
}

static int list_one(void *ctx, const struct query_refused *q)
{
	struct refused *r = ctx;

	arena_reset(r->arena);
	r->n++;
	if (!r->app->json) {
		print_text(stdout, r->arena, q);
		return 0;
	}
	hv_auto(buf_release) struct buf b = BUF_INIT(MOST_RECORD);
	put_json(&b, q);
	buf_puts(&b, "}\n");
	(void)fwrite(b.p, 1, b.n, stdout);
	return 0;
}

static int choose(void *ctx, const struct query_refused *q)
{
	struct refused *r = ctx;
	bool open = !q->solved_run;

	if (!r->n || (open && !r->open) || (open == r->open && q->id > r->id)) {
		r->id = q->id;
		r->open = open;
	}
	r->n++;
	return 0;
}

/* Bytes that are no text go as hexadecimal. */
static void put_body(struct buf *b, struct str body)
{
	if (text_valid(body, NULL) && !(body.n && memchr(body.p, '\0', body.n))) {
		read_member(b, "body", body.p ? body : STR(""));
		return;
	}
	buf_puts(b, ",\"body_hex\":\"");
	for (size_t i = 0; i < body.n; i++)
		buf_printf(b, "%02x", (unsigned char)body.p[i]);
	buf_putc(b, '"');
}

struct one {
	struct refused *refused;
	struct str body;
	int64_t id;
};

static int print_one(void *ctx, const struct query_refused *q)
{
	struct one *o = ctx;

	if (q->id != o->id)
		return 0;
	if (!o->refused->app->json) {
		print_text(stderr, o->refused->arena, q);
		if (isatty(STDOUT_FILENO)) /* into a file or a program go the very bytes */
			out_text(stdout, o->body, true);
		else
			(void)fwrite(o->body.p ? o->body.p : "", 1, o->body.n, stdout);
		return 0;
	}
	hv_auto(buf_release) struct buf b = BUF_INIT(2u * MOST_RECORD);
	put_json(&b, q);
	put_body(&b, o->body);
	buf_puts(&b, "}\n");
	(void)fwrite(b.p, 1, b.n, stdout);
	return 0;
}

static int print_record(struct refused *r, const struct query_refused_filter *f, struct hv_err *err)
{
	hv_auto(arena_freep) struct arena *a = arena_new(MOST_RECORD);
	struct one o = { .refused = r };

	if (!a)
		return hv_nomem(err, "refused record");
	if (query_refused(r->app->store, f, choose, r, err) < 0)
		return err->code;
	if (!r->n)
		return hv_fail(err, HV_E_NOTFOUND,
			       "no refused record '%s'; `harvester quarantine` lists them", f->external_id);
	o.id = r->id;
	if (query_refused_body(r->app->store, r->id, a, &o.body, err) < 0)
		return err->code;
	return query_refused(r->app->store, f, print_one, &o, err);
}

int cmd_quarantine(struct app *app, struct hv_err *err)
{
	hv_auto(arena_freep) struct arena *a = arena_new(MOST_RECORD);
	struct refused r = { .app = app, .arena = a };
	struct query_refused_filter f = { .source = app->args.n ? app->args.words[0] : NULL,
					  .external_id = arg_value(&app->args, "record") };

	if (!a)
		return hv_nomem(err, "refused records");
	if (arg_number(&app->args, "run", 0, 1, INT64_MAX, &f.run, err) < 0)
		return err->code;
	if (f.external_id)
		return print_record(&r, &f, err);
	if (query_refused(app->store, &f, list_one, &r, err) < 0)
		return err->code;
	if (!app->json)
		(void)printf("%lld refused%s\n", (long long)r.n, f.run ? " by that run" : " and still open");
	return 0;
}
