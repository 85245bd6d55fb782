/*
 * store/query.c - see query.h: a notice, who says what of it, and what runs did.
 */
#include "store/query.h"

#include "store/row.h"
#include "store/rows.h"
#include "store/store_priv.h"

#define UTC(column) "to_char(" column " at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"

/* A str as a NUL-terminated parameter; NULL when the arena is full or the text cannot be a key. */
static const char *key(struct arena *a, struct str s)
{
	return s.p && !memchr(s.p, '\0', s.n) ? arena_strndup(a, s.p, s.n) : NULL;
}

int query_notice(struct store *s, struct str ref, struct arena *a, struct query_notice *ret,
		 struct hv_err *err)
{
	hv_auto(pg_clearp) PGresult *res = NULL;
	const char *const p[] = { key(a, ref) };
	int n = pg_query(s->pg, "notice",
			 "select ref, museo, doc::text, state, created, changed from notice where ref = $1",
			 PG_MAYBE, p, 1, &res, err);

	if (n <= 0)
		return n;
	*ret = (struct query_notice){ .ref = row_str(a, res, 0, 0),
				      .museo = row_str(a, res, 0, 1),
				      .doc = row_str(a, res, 0, 2),
				      .state = row_text(a, res, 0, 3),
				      .created = row_text(a, res, 0, 4),
				      .changed = row_text(a, res, 0, 5) };
	return row_ok(a, err) < 0 ? err->code : HV_ROW;
}

static int claim_row(const struct rows *r, struct query_claim *ret, struct hv_err *err)
{
	struct arena *a = r->arena;

	*ret = (struct query_claim){ .source = row_text(a, r->res, r->at, 0),
				     .gone = row_text(a, r->res, r->at, 1),
				     .external_id = row_str(a, r->res, r->at, 2),
				     .datestamp = row_str(a, r->res, r->at, 3),
				     .run = pg_number(r->res, r->at, 4),
				     .started = row_text(a, r->res, r->at, 5),
				     .claim = row_str(a, r->res, r->at, 6) };
	return row_ok(a, err);
}

int query_claims(struct store *s, struct str ref, int (*each)(void *ctx, const struct query_claim *row),
		 void *ctx, struct hv_err *err)
{
	hv_auto(rows_close) struct rows r = { 0 };
	hv_auto(arena_freep) struct arena *a = arena_new(ref.n + 4096);
	const char *const p[] = { a ? key(a, ref) : NULL };
	struct query_claim row;
	int got = rows_open(&r, s, "claims of a notice",
			    "select h.source, h.gone, h.external_id, v.datestamp, h.run, " UTC(
				    "u.started") ", "
						 "case when h.gone = 'deleted' then null else v.claim end "
						 "from head h join version v using (run, page, slot) join "
						 "run u on u.id = h.run "
						 "where h.ref = $1 order by h.source collate \"C\", "
						 "h.external_id collate \"C\"",
			    p, 1, err);

	while (got >= 0 && (got = rows_next(&r, err)) == HV_ROW) {
		got = claim_row(&r, &row, err);
		if (got == 0)
			got = each(ctx, &row);
		if (got)
			return got;
	}
	return got;
}

#define CHANGE_COLUMNS                                                                                   \
	"c.ref, c.run, c.what, c.cause, c.diff, n.museo, n.doc::text, u.source, u.kind, " UTC(           \
		"u.started") ", u.who, u.why from change c join run u on u.id = c.run join notice n on " \
			     "n.ref = c.ref "

static int change_row(const struct rows *r, struct query_change *ret, struct hv_err *err)
{
	struct arena *a = r->arena;

	*ret = (struct query_change){ .ref = row_str(a, r->res, r->at, 0),
				      .run = pg_number(r->res, r->at, 1),
				      .what = row_text(a, r->res, r->at, 2),
				      .cause = row_text(a, r->res, r->at, 3),
				      .diff = row_str(a, r->res, r->at, 4),
				      .museo = row_str(a, r->res, r->at, 5),
				      .doc = row_str(a, r->res, r->at, 6),
				      .source = row_text(a, r->res, r->at, 7),
				      .kind = row_text(a, r->res, r->at, 8),
				      .started = row_text(a, r->res, r->at, 9),
				      .who = row_text(a, r->res, r->at, 10),
				      .why = row_text(a, r->res, r->at, 11) };
	return row_ok(a, err);
}

static int walk_changes(struct rows *r, int got, int (*each)(void *ctx, const struct query_change *row),
			void *ctx, struct hv_err *err)
{
	struct query_change row;

	while (got >= 0 && (got = rows_next(r, err)) == HV_ROW) {
		got = change_row(r, &row, err);
		if (got == 0)
			got = each(ctx, &row);
		if (got)
			return got;
	}
	return got;
}

int query_history(struct store *s, struct str ref, int (*each)(void *ctx, const struct query_change *row),
		  void *ctx, struct hv_err *err)
{
	hv_auto(rows_close) struct rows r = { 0 };
	hv_auto(arena_freep) struct arena *a = arena_new(ref.n + 4096);
	const char *const p[] = { a ? key(a, ref) : NULL };
	int got = rows_open(&r, s, "history of a notice",
			    "select " CHANGE_COLUMNS "where c.ref = $1 order by c.run desc", p, 1, err);

	return walk_changes(&r, got, each, ctx, err);
}

int query_changes(struct store *s, int64_t run, const char *museo,
		  int (*each)(void *ctx, const struct query_change *row), void *ctx, struct hv_err *err)
{
	hv_auto(rows_close) struct rows r = { 0 };
	char number[24];
	const char *const p[] = { row_number(number, run), museo };
	int got =
		rows_open(&r, s, "changes of a run",
			  "select " CHANGE_COLUMNS "where c.run = $1 and ($2::text is null or n.museo = $2) "
			  "order by c.ref collate \"C\"",
			  p, 2, err);

	return walk_changes(&r, got, each, ctx, err);
}

int query_tally(struct store *s, int64_t run, const char *museo, struct query_tally *ret, struct hv_err *err)
{
	hv_auto(pg_clearp) PGresult *res = NULL;
	char number[24];
	const char *const p[] = { row_number(number, run), museo };
	int n = pg_query(
		s->pg, "tally of a run",
		"select count(*) filter (where what = 'created'), count(*) filter (where what = "
		"'changed'), count(*) filter (where what = 'withdrawn'), count(*) filter (where what = "
		"'restored') from change c join notice n using (ref) where c.run = $1 and ($2::text is "
		"null or n.museo = $2)",
		PG_ONE, p, 2, &res, err);

	if (n < 0)
		return n;
	*ret = (struct query_tally){ pg_number(res, 0, 0), pg_number(res, 0, 1), pg_number(res, 0, 2),
				     pg_number(res, 0, 3) };
	return 0;
}

int query_museums(struct store *s, int64_t run, int (*each)(void *ctx, const char *museo), void *ctx,
		  struct hv_err *err)
{
	hv_auto(pg_clearp) PGresult *res = NULL;
	char number[24];
	const char *const p[] = { row_number(number, run) };
	int n = pg_query(
		s->pg, "museums of a run",
		"select distinct n.museo collate \"C\" from change c join notice n using (ref) where c.run "
		"= $1 order by 1",
		PG_MANY, p, 1, &res, err);

	for (int i = 0; i < n; i++) {
		int r = each(ctx, pg_text(res, i, 0));

		if (r)
			return r;
	}
	return n < 0 ? n : 0;
}

int query_applied(struct store *s, const char *source, int64_t before, int64_t *ret, struct hv_err *err)
{
	hv_auto(pg_clearp) PGresult *res = NULL;
	char number[24];
	const char *const p[] = { source, before ? row_number(number, before) : NULL };
	int n = pg_query(
		s->pg, "last applied run",
		"select id from run where source = $1 and state = 'done' and ($2::bigint is null or id < "
		"$2) order by id desc limit 1",
		PG_MAYBE, p, 2, &res, err);

	if (n <= 0)
		return n;
	*ret = pg_number(res, 0, 0);
	return HV_ROW;
}

int query_last_runs(struct store *s, const char *museo,
		    int (*each)(void *ctx, const struct query_last_run *row), void *ctx, struct hv_err *err)
{
	hv_auto(pg_clearp) PGresult *res = NULL;
	const char *const p[] = { museo };
	int n = pg_query(s->pg, "last run of museums",
			 "select m.museo collate \"C\", u.source, " UTC(
				 "u.started") ", u.id "
					      "from (select n.museo, max(c.run) as run from notice n join "
					      "change c using (ref) "
					      "where $1::text is null or n.museo = $1 group by n.museo) m "
					      "join run u on u.id = m.run "
					      "order by 1",
			 PG_MANY, p, 1, &res, err);

	for (int i = 0; i < n; i++) {
		struct query_last_run row = { .museo = pg_text(res, i, 0),
					      .source = pg_text(res, i, 1),
					      .started = pg_text(res, i, 2),
					      .run = pg_number(res, i, 3) };
		int r = each(ctx, &row);

		if (r)
			return r;
	}
	return n < 0 ? n : 0;
}
