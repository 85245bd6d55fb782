/*
 * run/preview.c - see preview.h.
 */
#include "harvester/run/preview.h"

#include "config/secret.h"
#include "harvester/run/run_priv.h"
#include "store/query.h"

enum { MOST_CLAIMS = 64 };

struct previewer {
	const struct run_env *env;
	const struct bound *bound;
	struct connector *connector;
	struct convert *convert;
	struct arena *arena; /* one record */
	struct hasher *hasher;
	struct merge_claim claims[MOST_CLAIMS];
	size_t n_claims;
	struct hv_err *err;
	int (*each)(void *ctx, const struct preview *p);
	void *ctx;
};

static bool stop(void *ctx)
{
	struct previewer *p = ctx;

	return p->env->cancelled && p->env->cancelled(p->env->ctx);
}

static int add_claim(struct previewer *p, const char *source, int64_t run, struct str text,
		     const struct claim *own)
{
	const struct config *c = p->env->config;
	struct claim *claim = NULL;
	int64_t rank = 0;

	if (p->n_claims == MOST_CLAIMS)
		return hv_fail(p->err, HV_E_LIMIT, "over %d claims on one notice", MOST_CLAIMS);
	if (!own) {
		claim = arena_alloc(p->arena, sizeof(*claim));
		if (!claim)
			return hv_nomem(p->err, "claim");
		if (claim_read(p->arena, text, claim, p->err) < 0)
			return p->err->code;
	}
	for (size_t i = 0; i < c->n_sources; i++)
		if (strcmp(c->sources[i].name, source) == 0)
			rank = c->sources[i].rank;
	char *name = arena_strdup(p->arena, source);
	if (!name)
		return hv_nomem(p->err, "claim");
	p->claims[p->n_claims++] = (struct merge_claim){
		.source = str_of(name), .rank = rank, .run = run, .claim = own ? own : claim
	};
	return 0;
}

static int other_claim(void *ctx, const struct query_claim *row)
{
	struct previewer *p = ctx;

	if (!row->claim.p || strcmp(row->source, p->bound->source->name) == 0)
		return 0;
	return add_claim(p, row->source, row->run, row->claim, NULL);
}

/* The notice as it is and as it would be. A refused record leaves it alone. */
static int merge_it(struct previewer *p, const struct record *r, const struct converted *c,
		    struct preview *out, struct notice *before, struct merged *after, bool *ret_withdrawn)
{
	struct query_notice n;
	char ref[12];
	int known = collect_alias(p->env->store, p->bound->source->name, r->external_id, p->arena, &out->ref,
				  p->err);

	if (known < 0)
		return known;
	p->n_claims = 0;
	if (!c->rejected && !r->deleted &&
	    add_claim(p, p->bound->source->name, 0, STR_NONE, &c->mapped.claim) < 0)
		return p->err->code;
	if (known == HV_ROW) {
		if (query_notice(p->env->store, out->ref, p->arena, &n, p->err) < 0 ||
		    notice_read(p->arena, n.doc, before, p->err) < 0 ||
		    query_claims(p->env->store, out->ref, other_claim, p, p->err) < 0)
			return p->err->code;
		out->known = true;
		*ret_withdrawn = strcmp(n.state, "withdrawn") == 0;
	} else if (p->bound->source->create &&
		   run_new_ref(p->bound->source, p->hasher, r->external_id, 0, ref, NULL) == 0) {
		out->ref = arena_str(p->arena, (struct str){ ref, 11 });
	}
	out->before = before;
	out->claims = p->claims;
	out->n_claims = p->n_claims;
	if (!p->n_claims || c->rejected)
		return 0;
	out->after = after;
	return merge(p->arena, p->claims, p->n_claims, after, p->err);
}

static const char *verdict_of(const struct previewer *p, const struct preview *out, bool withdrawn)
{
	if (!out->known)
		return out->after && out->ref.p ? "created" : "nothing";
	if (out->converted->rejected) /* the former claim stands */
		return "same";
	if (out->after)
		return withdrawn ? "restored" : out->diff.p ? "changed" : "same";
	if (withdrawn)
		return "same";
	return p->bound->source->withdrawal.action == WITHDRAW_APPLY ? "withdrawn" : "orphan";
}

static int preview_one(struct previewer *p, const struct record *r)
{
	struct preview out = { .record = r };
	hv_auto(hv_freep) struct converted *c = calloc(1, sizeof(*c));
	hv_auto(hv_freep) struct notice *before = calloc(1, sizeof(*before));
	hv_auto(hv_freep) struct merged *after = calloc(1, sizeof(*after));
	hv_auto(buf_release) struct buf diff = BUF_INIT(MOST_RECORD);
	bool withdrawn = false;

	if (!c || !before || !after)
		return hv_nomem(p->err, "preview");
	c->field = "";
	if (!r->deleted && convert_record(p->convert, r, STR_NONE, true, p->arena, c, p->err) < 0)
		return p->err->code;
	if (merge_it(p, r, c, &out, before, after, &withdrawn) < 0)
		return p->err->code;
	out.converted = c;
	if (out.after && notice_diff(&diff, before, &after->notice))
		out.diff = buf_view(&diff);
	out.verdict = verdict_of(p, &out, withdrawn);
	return p->each(p->ctx, &out);
}

static int preview_list(struct previewer *p, size_t limit)
{
	const struct connector_ops *ops = p->bound->ops;
	struct connector_page page;
	int r = 0;

	while (limit && (r = ops->page(p->connector, &page, p->err)) == HV_ROW) {
		struct record record;

		arena_reset(p->arena);
		while (limit && (r = ops->next(p->connector, p->arena, &record, p->err)) == HV_ROW) {
			if ((r = preview_one(p, &record)) != 0)
				return r;
			limit--;
			arena_reset(p->arena);
		}
		if (r < 0)
			return r;
	}
	return r < 0 ? r : 0;
}

static int preview_record(struct previewer *p, const char *id)
{
	const struct connector_ops *ops = p->bound->ops;
	struct record record;

	if (!ops->get)
		return hv_fail(p->err, HV_E_USAGE,
			       "connector '%s' cannot fetch one record; leave out --record", ops->name);
	int r = ops->get(p->connector, id, p->arena, &record, p->err);
	if (r < 0)
		return r;
	if (r == HV_END)
		return hv_fail(p->err, HV_E_NOTFOUND, "the source has no record '%s'", id);
	return preview_one(p, &record);
}

static int with_connector(struct previewer *p, struct http *http, const char *id, size_t limit)
{
	const struct bound *b = p->bound;
	struct connector_env env = { .source = b->source,
				     .section = b->section,
				     .http = http,
				     .clock = p->env->clock,
				     .full = true,
				     .max_record = (size_t)b->source->http.record,
				     .cancelled = stop,
				     .ctx = p };

	if (b->ops->open(&env, &p->connector, p->err) < 0)
		return p->err->code;
	int r = id ? preview_record(p, id) : preview_list(p, limit);
	b->ops->close(p->connector);
	return r;
}

static int preview_bound(struct previewer *p, const char *id, size_t limit)
{
	hv_auto(http_freep) struct http *http = NULL;
	hv_auto(secret_freep) char *secret = NULL;
	struct http_options o;

	if (p->bound->ops->uses_http) {
		if (bind_http(p->bound, &o, &secret, p->err) < 0 ||
		    http_new(&o, p->env->cancelled, p->env->ctx, &http, p->err) < 0)
			return p->err->code;
	}
	return with_connector(p, http, id, limit);
}

int run_preview(const struct run_env *env, const char *source, const char *record_id, size_t limit,
		int (*each)(void *ctx, const struct preview *p), void *ctx, struct hv_err *err)
{
	hv_auto(arena_freep) struct arena *a = arena_new(64u << 20);
	hv_auto(arena_freep) struct arena *scratch = arena_new(MOST_BATCH);
	hv_auto(hasher_freep) struct hasher *hasher = hasher_new();
	hv_auto(convert_freep) struct convert *convert = NULL;
	hv_auto(bound_release) struct bound b = { 0 };
	struct previewer p = { .env = env,
			       .bound = &b,
			       .arena = scratch,
			       .hasher = hasher,
			       .err = err,
			       .each = each,
			       .ctx = ctx };

	if (!a || !scratch || !hasher)
		return hv_nomem(err, "preview");
	if (run_bind(env, source, a, &b, err) < 0 || convert_new(&b, false, &convert, err) < 0)
		return err->code;
	p.convert = convert;
	return preview_bound(&p, record_id, limit);
}
