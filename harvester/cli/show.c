/*
 * cli/show.c - `harvester show REF`: a notice, and which source each value comes from.
 *
 * Origins are not stored: this one notice is merged again from its claims and the ranks of the configuration.
 * Where the result differs from what is stored (a rank was changed since), the stored value is shown, and
 * that it differs.
 */
#include "harvester/cli/show.h"

#include "harvester/cli/out.h"
#include "harvester/cli/read.h"
#include "store/query.h"

enum { VALUE_WIDTH = 42 };

static int64_t rank_of(const struct config *c, const char *source, bool *ret_known)
{
	for (size_t i = 0; i < c->n_sources; i++)
		if (strcmp(c->sources[i].name, source) == 0) {
			*ret_known = true;
			return c->sources[i].rank;
		}
	*ret_known = false;
	return 0;
}

static int add_claim(void *ctx, const struct query_claim *row)
{
	struct shown *s = ctx;
	struct shown_claim *c = &s->said[s->n];
	struct claim *claim;

	if (!row->claim.p) {
		s->ended++;
		return 0;
	}
	if (s->n == SHOWN_CLAIMS)
		return hv_fail(s->err, HV_E_LIMIT, "more than %d claims on one notice", SHOWN_CLAIMS);
	claim = arena_alloc(s->arena, sizeof(*claim));
	if (!claim || claim_read(s->arena, row->claim, claim, s->err) < 0)
		return claim ? hv_wrap(s->err, "claim of %s", row->source) : hv_nomem(s->err, "claim");
	c->external_id = arena_str(s->arena, row->external_id);
	c->datestamp = arena_str(s->arena, row->datestamp);
	c->started = arena_strdup(s->arena, row->started);
	c->missing = row->gone != NULL;
	s->claims[s->n] = (struct merge_claim){ .source = arena_str(s->arena, str_of(row->source)),
						.rank = rank_of(s->config, row->source, &c->configured),
						.run = row->run,
						.claim = claim };
	s->n++;
	return arena_failed(s->arena) ? hv_nomem(s->err, "claim") : 0;
}

static int load(struct app *app, struct shown *s, struct hv_err *err)
{
	struct str ref = str_of(app->args.words[0]);

	*s = (struct shown){ .arena = app->arena, .config = app->config, .err = err };
	int r = query_notice(app->store, ref, app->arena, &s->row, err);
	if (r < 0)
		return r;
	if (r == HV_END)
		return hv_fail(err, HV_E_NOTFOUND, "there is no notice '%s'", app->args.words[0]);
	if (notice_read(app->arena, s->row.doc, &s->notice, err) < 0 ||
	    query_claims(app->store, ref, add_claim, s, err) < 0)
		return err->code;
	return merge(app->arena, s->claims, s->n, &s->merged, err);
}

/* "valombreuse-oai, run 7" of one value. */
static void put_origin(const struct shown *s, struct buf *b, size_t field, uint8_t claim)
{
	const struct merge_claim *c = &s->claims[claim];

	buf_printf(b, "%.*s, run %lld", STR_ARG(c->source), (long long)c->run);
	if (s->merged.is_default[field])
		buf_puts(b, " (default of the source file)");
	if (c->claim->failed[field])
		buf_puts(b, " (former value: the present one was not understood)");
}

void shown_origins(const struct shown *s, size_t field, struct buf *b)
{
	const uint8_t *origin = s->merged.origin[field];
	struct values now = s->notice.values[field], again = s->merged.notice.values[field];

	if (!values_eq(now, again)) {
		buf_puts(b, s->n ? "no longer what the claims give: the next run that touches the notice "
				   "changes it"
				 : "kept from its last claim");
		return;
	}
	for (size_t i = 0; i < now.n; i++) {
		bool said = false;

		for (size_t k = 0; k < i; k++)
			said |= origin[k] == origin[i];
		if (said)
			continue;
		if (i)
			buf_puts(b, " · ");
		put_origin(s, b, field, origin[i]);
	}
}

static int print_notice(const struct shown *s, struct hv_err *err)
{
	(void)printf("%-8s%.*s\n%-8s%s, created %s, changed %s\n", "REF", STR_ARG(s->row.ref), "state",
		     s->row.state, s->row.created, s->row.changed);
	for (size_t f = 0; f < n_fields; f++) {
		hv_auto(buf_release) struct buf origin = BUF_INIT(1u << 16);

		if (!s->notice.values[f].n)
			continue;
		shown_origins(s, f, &origin);
		if (buf_ok(&origin, "origins", err) < 0)
			return err->code;
		out_cell(str_of(fields[f].code), strlen(fields[f].code) < 8 ? 8 : strlen(fields[f].code) + 1);
		out_cell(read_joined(s->arena, s->notice.values[f], VALUE_WIDTH - 1), VALUE_WIDTH);
		(void)fputs("  ", stdout);
		out_cell(read_shown(s->arena, buf_view(&origin), 0), 0);
		(void)putchar('\n');
	}
	for (size_t i = 0; i < s->n; i++)
		if (!s->said[i].configured)
			(void)fprintf(stderr,
				      "note: source '%.*s' is not configured; its claim counts with rank 0\n",
				      STR_ARG(s->claims[i].source));
	return 0;
}

int cmd_show(struct app *app, struct hv_err *err)
{
	const char *explain = arg_value(&app->args, "explain");
	struct shown *s = arena_alloc(app->arena, sizeof(*s));
	int field = explain ? field_find(str_of(explain)) : -1;

	if (!s)
		return hv_nomem(err, "notice");
	if (explain && field < 0) {
		const char *near = field_nearest(str_of(explain));

		return hv_fail(err, HV_E_USAGE, "'%s' is no field of Joconde%s%s%s", explain,
			       near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
	}
	if (load(app, s, err) < 0)
		return err->code;
	if (app->json)
		return shown_json(s, field, err);
	return explain ? shown_explain(s, (size_t)field, err) : print_notice(s, err);
}
