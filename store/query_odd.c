/*
 * store/query_odd.c - see query.h: what was refused, and what was odd.
 */
#include "store/query.h"

#include "store/row.h"
#include "store/rows.h"
#include "store/store_priv.h"

static int refused_row(const struct rows *r, struct query_refused *ret, struct hv_err *err)
{
	struct arena *a = r->arena;

	*ret = (struct query_refused){ .id = pg_number(r->res, r->at, 0),
				       .run = pg_number(r->res, r->at, 1),
				       .solved_run = pg_number(r->res, r->at, 2),
				       .source = row_text(a, r->res, r->at, 3),
				       .code = row_text(a, r->res, r->at, 4),
				       .field = row_text(a, r->res, r->at, 5),
				       .external_id = row_str(a, r->res, r->at, 6),
				       .datestamp = row_str(a, r->res, r->at, 7),
				       .reason = row_str(a, r->res, r->at, 8),
				       .ref = row_str(a, r->res, r->at, 9),
				       .doc = row_str(a, r->res, r->at, 10),
				       .body_bytes = pg_number(r->res, r->at, 11) };
	return row_ok(a, err);
}

/* $1 source, $2 run that wrote it, $3 run at which it was open, $4 external id. */
#define REFUSED                                                                                            \
	"select q.id, q.run, q.solved_run, q.source, q.code, q.field, q.external_id, q.datestamp, "        \
	"q.reason, "                                                                                       \
	"n.ref, n.doc::text, coalesce(octet_length(q.body), 0) "                                           \
	"from quarantine q left join head h on h.source = q.source and h.external_id = q.external_id "     \
	"left join notice n on n.ref = h.ref where ($1::text is null or q.source = $1) "                   \
	"and ($4::text is null or q.external_id = $4) and ($2::bigint is null or q.run = $2) "             \
	"and ($2::bigint is not null or $4::text is not null or "                                          \
	"case when $3::bigint is null then q.solved_run is null "                                          \
	"else q.run <= $3 and (q.solved_run is null or q.solved_run > $3) end) "                           \
	"order by q.source collate \"C\", q.code, q.field, q.reason collate \"C\", q.external_id collate " \
	"\"C\", "                                                                                          \
	"q.id"

int query_refused(struct store *s, const struct query_refused_filter *f,
		  int (*each)(void *ctx, const struct query_refused *row), void *ctx, struct hv_err *err)
{
	hv_auto(rows_close) struct rows r = { 0 };
	char run[24], at[24];
	const char *const p[] = { f->source, f->run ? row_number(run, f->run) : NULL,
				  f->open_at ? row_number(at, f->open_at) : NULL, f->external_id };
	struct query_refused row;
	int got = rows_open(&r, s, "refused records", REFUSED, p, 4, err);

	while (got >= 0 && (got = rows_next(&r, err)) == HV_ROW) {
		got = refused_row(&r, &row, err);
		if (got == 0)
			got = each(ctx, &row);
		if (got)
			return got;
	}
	return got;
}

int query_refused_body(struct store *s, int64_t id, struct arena *a, struct str *ret, struct hv_err *err)
{
	hv_auto(pg_clearp) PGresult *res = NULL;
	char number[24];
	const char *const p[] = { row_number(number, id) };
	int n = pg_query(s->pg, "refused body", "select body from quarantine where id = $1", PG_MAYBE, p, 1,
			 &res, err);

	if (n < 0)
		return n;
	if (n == 0)
		return hv_fail(err, HV_E_NOTFOUND, "there is no refused record number %lld", (long long)id);
	*ret = row_blob(a, res, 0, 0);
	return row_ok(a, err);
}

static int finding_row(const struct rows *r, struct query_finding *ret, struct hv_err *err)
{
	struct arena *a = r->arena;

	*ret = (struct query_finding){ .source = row_text(a, r->res, r->at, 0),
				       .code = row_text(a, r->res, r->at, 1),
				       .subject = row_str(a, r->res, r->at, 2),
				       .example = row_str(a, r->res, r->at, 3),
				       .first_run = pg_number(r->res, r->at, 4),
				       .last_run = pg_number(r->res, r->at, 5),
				       .times = pg_number(r->res, r->at, 6) };
	return row_ok(a, err);
}

int query_findings(struct store *s, const char *source, int64_t at,
		   int (*each)(void *ctx, const struct query_finding *row), void *ctx, struct hv_err *err)
{
	hv_auto(rows_close) struct rows r = { 0 };
	char number[24];
	const char *const p[] = { source, at ? row_number(number, at) : NULL };
	struct query_finding row;
	int got = rows_open(
		&r, s, "findings",
		"select source, code, subject, example, first_run, last_run, times from finding "
		"where ($1::text is null or source = $1) and ($2::bigint is null or first_run <= $2) "
		"order by source collate \"C\", code, times desc, subject collate \"C\"",
		p, 2, err);

	while (got >= 0 && (got = rows_next(&r, err)) == HV_ROW) {
		got = finding_row(&r, &row, err);
		if (got == 0)
			got = each(ctx, &row);
		if (got)
			return got;
	}
	return got;
}
