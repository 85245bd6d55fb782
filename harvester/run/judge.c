/*
 * run/judge.c - what a run's versions would make of the catalogue; and, when writing, make it so.
 *
 * Streams the versions beside heads and notices, merges each notice from all present claims on it, counts.
 * Judging and applying are this one function: what was judged is what is written. Matching here is by alias
 * only (source, external id); no candidate = a new notice with a REF by the source's rule.
 */
#include "harvester/base/hash.h"
#include "harvester/base/text.h"
#include "harvester/io/json.h"
#include "harvester/merge/merge.h"
#include "harvester/run/run_priv.h"

enum { JUDGE_BATCH = 500, MOST_CLAIMS = 64 };

/* A ceiling, not a need: a batch of ordinary rows takes a few MB, one of the largest records must not stop
 * the source. */
static const size_t most_judged = (size_t)2 << 30;

struct judge {
	struct run *run;
	struct apply *ap;
	bool write;
	int (*each)(void *ctx, const struct run_difference *d);
	void *ctx;
	struct arena *batch, *scratch;
	struct hasher *hasher;
	struct judged *rows;
	struct str *refs;     /* of the batch's rows; {NULL,0} when none could be made */
	struct claim *claims; /* MOST_CLAIMS, reused */
	struct buf doc, diff;
	int64_t done;
};

/* ---- references of new notices
 * ---------------------------------------------------------------------------------- */

static bool is_new(const struct judged *j)
{
	return !j->known && !j->deleted;
}

static int by_ref(const void *a, const void *b)
{
	const struct str *const *x = a, *const *y = b;
	int c = str_cmp(**x, **y);

	return c ? c : (*x > *y) - (*x < *y);
}

/* Rows whose REF an earlier row of the batch has too. */
static void mark_repeats(struct judge *g, size_t n, bool *again)
{
	const struct str *sorted[JUDGE_BATCH];
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		if (is_new(&g->rows[i]) && g->refs[i].p)
			sorted[k++] = &g->refs[i];
	qsort(sorted, k, sizeof(sorted[0]), by_ref);
	for (size_t i = 1; i < k; i++)
		if (str_eq(*sorted[i - 1], *sorted[i]))
			again[sorted[i] - g->refs] = true;
}

static int make_ref(struct judge *g, size_t i, unsigned try, struct hv_err *err)
{
	struct hv_err none;
	char ref[12];

	g->refs[i] = STR_NONE;
	if (run_new_ref(g->run->bound->source, g->hasher, g->rows[i].external_id, try, ref, &none) < 0)
		return 0; /* the record is refused, not the run */
	g->refs[i] = arena_str(g->batch, (struct str){ ref, 11 });
	return g->refs[i].p ? 0 : hv_nomem(err, "reference");
}

/* A REF for every new row: computed, and computed again for those that somebody else has. */
static int make_refs(struct judge *g, size_t n, struct hv_err *err)
{
	bool again[JUDGE_BATCH], taken[JUDGE_BATCH];
	struct str asked[JUDGE_BATCH];
	size_t who[JUDGE_BATCH];

	for (size_t i = 0; i < n; i++) {
		g->refs[i] = g->rows[i].ref;
		again[i] = is_new(&g->rows[i]) && g->run->bound->source->create;
	}
	for (unsigned try = 0;; try++) {
		size_t k = 0;

		for (size_t i = 0; i < n; i++) {
			if (!again[i])
				continue;
			if (make_ref(g, i, try, err) < 0)
				return err->code;
			if (g->refs[i].p) {
				who[k] = i;
				asked[k++] = g->refs[i];
			}
		}
		if (!k)
			return 0;
		memset(again, 0, sizeof(again));
		if (apply_taken(g->ap, asked, k, taken, err) < 0)
			return err->code;
		for (size_t i = 0; i < k; i++)
			again[who[i]] = taken[i];
		mark_repeats(g, n, again);
	}
}

/* ---- one notice
 * --------------------------------------------------------------------------------------------------- */

static int64_t rank_of(const struct judge *g, struct str source)
{
	const struct config *c = g->run->env->config;

	for (size_t i = 0; i < c->n_sources; i++)
		if (str_is(source, c->sources[i].name))
			return c->sources[i].rank;
	return 0; /* a source that is configured no longer still holds what it said, behind all others */
}

/* The other sources' present claims; *n grows. */
static int other_claims(struct judge *g, const struct judged *j, struct merge_claim *claims, size_t *n,
			struct hv_err *err)
{
	struct json list;

	if (!j->others.p)
		return 0;
	if (json_parse(g->scratch, j->others, &list, err) < 0)
		return hv_wrap(err, "claims on %.*s", STR_ARG(j->ref));
	for (size_t i = 0; i < list.n; i++) {
		if (*n == MOST_CLAIMS)
			return hv_fail(err, HV_E_LIMIT, "%.*s: over %d claims on one notice", STR_ARG(j->ref),
				       MOST_CLAIMS);
		struct claim *c = &g->claims[*n];
		struct str source = json_text(&list.items[i], "source");

		if (claim_read(g->scratch, json_text(&list.items[i], "claim"), c, err) < 0)
			return hv_wrap(err, "%.*s, source %.*s", STR_ARG(j->ref), STR_ARG(source));
		claims[(*n)++] =
			(struct merge_claim){ .source = source, .rank = rank_of(g, source), .claim = c };
	}
	return 0;
}

/* All present claims on the row's notice, ours included when it lives. */
static int present_claims(struct judge *g, const struct judged *j, struct merge_claim *claims, size_t *n,
			  struct hv_err *err)
{
	const struct cfg_source *s = g->run->bound->source;

	*n = 0;
	if (!j->deleted) {
		if (claim_read(g->scratch, j->claim, &g->claims[0], err) < 0)
			return hv_wrap(err, "record '%.*s'", STR_ARG(j->external_id));
		claims[(*n)++] = (struct merge_claim){ .source = str_of(s->name),
						       .rank = s->rank,
						       .claim = &g->claims[0] };
	}
	return other_claims(g, j, claims, n, err);
}

static void count_fields(struct counts *c, const struct notice *before, const struct notice *after)
{
	for (size_t f = 0; f < n_fields; f++) {
		if (values_eq(before->values[f], after->values[f]))
			continue;
		c->field_changed[f] += before->values[f].n && after->values[f].n;
		c->field_emptied[f] += before->values[f].n && !after->values[f].n;
		c->field_filled[f] += !before->values[f].n && after->values[f].n;
	}
}

static int tell(struct judge *g, const struct judged *j, struct str ref, const char *what,
		const struct notice *n)
{
	struct run_difference d = { .ref = ref,
				    .external_id = j->external_id,
				    .what = what,
				    .diff = buf_view(&g->diff),
				    .title = notice_title(n) };

	return g->each ? g->each(g->ctx, &d) : 0;
}

static int write_doc(struct judge *g, const struct notice *n, struct str ref, struct apply_notice *ret,
		     struct hv_err *err)
{
	buf_clear(&g->doc);
	notice_write(&g->doc, n);
	if (buf_ok(&g->doc, "notice", err) < 0)
		return err->code;
	*ret = (struct apply_notice){ .ref = ref,
				      .museo = notice_text(n, "MUSEO"),
				      .doc = buf_view(&g->doc),
				      .hash = hash_of(g->hasher, buf_view(&g->doc)) };
	return 0;
}

static const char *cause_of(const struct judged *j)
{
	return j->known && j->same_body ? "mapping" : "source";
}

static void refuse_ref(struct judge *g, const struct judged *j)
{
	const struct cfg_source *s = g->run->bound->source;
	char reason[512];

	g->run->counts.clashes++;
	if (!s->create)
		(void)snprintf(reason, sizeof(reason),
			       "Aucune notice du catalogue ne correspond à cette notice, et cette source "
			       "n’en crée pas.");
	else
		(void)snprintf(reason, sizeof(reason),
			       "Aucune référence libre ne peut être formée à partir de l’identifiant « %.*s "
			       "» (règle "
			       "new_refs de la source) : à signaler à l’administrateur.",
			       STR_ARG(text_cut(j->external_id, 200)));
	if (g->write)
		apply_refuse(g->ap, j, s->create ? "ref_taken" : "no_notice", str_of(reason));
}

static int judge_new(struct judge *g, const struct judged *j, struct str ref, const struct notice *n,
		     struct hv_err *err)
{
	static const struct notice nothing;
	struct apply_notice row;

	if (!ref.p) {
		refuse_ref(g, j);
		return 0;
	}
	g->run->counts.created++;
	(void)notice_diff(&g->diff, &nothing, n);
	if (g->write) {
		if (write_doc(g, n, ref, &row, err) < 0)
			return err->code;
		apply_new_notice(g->ap, &row);
		apply_new_head(g->ap, j, ref);
		apply_change(g->ap, ref, "created", cause_of(j), buf_view(&g->diff));
	}
	return tell(g, j, ref, "created", n);
}

static int judge_known(struct judge *g, const struct judged *j, const struct notice *before,
		       const struct notice *after, struct hv_err *err)
{
	struct counts *c = &g->run->counts;
	struct apply_notice row;
	size_t differs = notice_diff(&g->diff, before, after);
	const char *what = j->withdrawn ? "restored" : differs ? "changed" : "same";

	c->restored += j->withdrawn;
	c->changed += !j->withdrawn && differs;
	c->same += !j->withdrawn && !differs;
	count_fields(c, before, after);
	if (g->write) {
		apply_moved_head(g->ap, j, j->deleted ? "deleted" : NULL);
		if (differs || j->withdrawn) {
			if (write_doc(g, after, j->ref, &row, err) < 0)
				return err->code;
			apply_changed_notice(g->ap, &row);
			apply_change(g->ap, j->ref, what, cause_of(j),
				     differs ? buf_view(&g->diff) : STR("{}"));
		}
	}
	return tell(g, j, j->ref, what, after);
}

/* The last claim on a notice ended: it keeps its last values, and is withdrawn only where the source file
 * says so. */
static int judge_orphan(struct judge *g, const struct judged *j, const struct notice *before)
{
	struct counts *c = &g->run->counts;
	bool withdraw = g->run->bound->source->withdrawal.action == WITHDRAW_APPLY && !j->withdrawn;

	c->orphans++;
	c->withdrawn += withdraw;
	if (g->write) {
		apply_moved_head(g->ap, j, "deleted");
		if (withdraw) {
			apply_withdrawn_notice(g->ap, j->ref);
			apply_change(g->ap, j->ref, "withdrawn", "source", STR("{}"));
		}
	}
	return tell(g, j, j->ref, withdraw ? "withdrawn" : "orphan", before);
}

static int judge_row(struct judge *g, const struct judged *j, struct str ref, struct hv_err *err)
{
	struct merge_claim claims[MOST_CLAIMS];
	struct notice before = { 0 };
	struct merged m;
	size_t n;

	buf_clear(&g->diff);
	if (j->deleted && (!j->known || j->gone))
		return 0;
	g->run->counts.claims_ended += j->deleted;
	if (present_claims(g, j, claims, &n, err) < 0)
		return err->code;
	if (j->has_notice && notice_read(g->scratch, j->doc, &before, err) < 0)
		return hv_wrap(err, "%.*s", STR_ARG(j->ref));
	if (n == 0)
		return judge_orphan(g, j, &before);
	if (merge(g->scratch, claims, n, &m, err) < 0)
		return err->code;
	if (!j->known)
		return judge_new(g, j, ref, &m.notice, err);
	return judge_known(g, j, &before, &m.notice, err);
}

/* ---- the stream
 * --------------------------------------------------------------------------------------------------- */

static int judge_batch(struct judge *g, size_t n, struct hv_err *err)
{
	if (make_refs(g, n, err) < 0)
		return err->code;
	for (size_t i = 0; i < n; i++) {
		arena_reset(g->scratch);
		int r = judge_row(g, &g->rows[i], g->refs[i], err);

		if (r)
			return r;
	}
	g->done += (int64_t)n;
	return g->write ? apply_flush(g->ap, err) : 0;
}

static int judge_all(struct judge *g, struct hv_err *err)
{
	const struct run_env *env = g->run->env;

	for (;;) {
		size_t n;

		arena_reset(g->batch);
		if (apply_fetch(g->ap, g->batch, g->rows, JUDGE_BATCH, &n, err) < 0)
			return err->code;
		if (!n)
			break;
		int r = judge_batch(g, n, err);
		if (r)
			return r;
		fault_point(&g->run->faults, g->write ? "apply.batch" : "judge.batch");
		if (env->progress)
			env->progress(env->ctx, g->run->row.id, g->write ? "applying" : "judging", g->done,
				      g->run->counts.versions);
		if (run_keep_lease_inside(g->run, err) < 0)
			return err->code;
		if (env->cancelled && env->cancelled(env->ctx))
			return hv_fail(err, HV_E_CANCELLED, "interrupted while %s",
				       g->write ? "applying" : "judging");
	}
	if (strcmp(g->run->row.listing, "full") != 0)
		return 0;
	return apply_missing(g->ap, &g->run->counts.missing, err);
}

int run_judge(struct run *r, struct apply *ap, bool write,
	      int (*each)(void *ctx, const struct run_difference *d), void *ctx, struct hv_err *err)
{
	hv_auto(arena_freep) struct arena *batch = arena_new(most_judged);
	hv_auto(arena_freep) struct arena *scratch = arena_new(MOST_RECORD * 4);
	hv_auto(hasher_freep) struct hasher *hasher = hasher_new();
	hv_auto(hv_freep) struct judged *rows = calloc(JUDGE_BATCH, sizeof(*rows));
	hv_auto(hv_freep) struct str *refs = calloc(JUDGE_BATCH, sizeof(*refs));
	hv_auto(hv_freep) struct claim *claims = calloc(MOST_CLAIMS, sizeof(*claims));
	struct judge g = { .run = r,
			   .ap = ap,
			   .write = write,
			   .each = each,
			   .ctx = ctx,
			   .batch = batch,
			   .scratch = scratch,
			   .hasher = hasher,
			   .rows = rows,
			   .refs = refs,
			   .claims = claims,
			   .doc = BUF_INIT(MOST_RECORD),
			   .diff = BUF_INIT(MOST_RECORD * 2) };

	if (!batch || !scratch || !hasher || !rows || !refs || !claims)
		return hv_nomem(err, "judging");
	counts_clear_judged(&r->counts);
	int result = judge_all(&g, err);
	buf_release(&g.doc);
	buf_release(&g.diff);
	return result;
}
