/*
 * store/runs.c - see runs.h.
 */
#include "store/runs.h"

#include <unistd.h>

#include "harvester/base/buf.h"
#include "harvester/base/text.h"
#include "store/row.h"
#include "store/store_priv.h"

#define RUN_COLUMNS                                                                                        \
	"id, source, kind, listing, state, problems, page, checkpoint, cursor_from, cursor_next, counts, " \
	"accepted, "                                                                                       \
	"reason, who, why, config, coalesce(mapping, 0), "                                                 \
	"to_char(started at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), "                          \
	"to_char(ended at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"

int runs_source(struct store *s, const char *source, bool make, struct arena *a, struct source_row *ret,
		struct hv_err *err)
{
	hv_auto(pg_clearp) PGresult *res = NULL;
	const char *const p[] = { source };

	/* Look first: a quiet night writes nothing, not even a conflict that does nothing. */
	int n = pg_query(s->pg, "source",
			 "select cursor, coalesce(full_run, 0), held, held_by from source where name = $1",
			 PG_MAYBE, p, 1, &res, err);
	if (n < 0)
		return n;
	*ret = (struct source_row){ 0 };
	if (n == 0 && !make)
		return 0;
	if (n == 0)
		return pg_query(s->pg, "source new",
				"insert into source (name) values ($1) on conflict do nothing", PG_MAYBE, p,
				1, NULL, err) < 0
			       ? err->code
			       : 0;
	ret->cursor = row_text(a, res, 0, 0);
	ret->full_run = pg_number(res, 0, 1);
	ret->held = row_text(a, res, 0, 2);
	ret->held_by = row_text(a, res, 0, 3);
	return row_ok(a, err);
}

int runs_hold_source(struct store *s, const char *source, const char *who, const char *why,
		     struct hv_err *err)
{
	const char *const p[] = { source, who ? why : NULL, who };
	int n = pg_query(s->pg, "source hold", "update source set held = $2, held_by = $3 where name = $1",
			 PG_MAYBE, p, 3, NULL, err);

	if (n < 0)
		return n;
	return n ? 0
		 : hv_fail(err, HV_E_NOTFOUND, "source '%s' has never been run: there is nothing to hold",
			   source);
}

static int read_run(struct arena *a, const PGresult *res, int row, struct run_row *ret, struct hv_err *err)
{
	*ret = (struct run_row){ .id = pg_number(res, row, 0),
				 .source = row_text(a, res, row, 1),
				 .kind = row_text(a, res, row, 2),
				 .listing = row_text(a, res, row, 3),
				 .state = row_text(a, res, row, 4),
				 .problems = row_bool(res, row, 5),
				 .page = pg_number(res, row, 6),
				 .checkpoint = row_text(a, res, row, 7),
				 .cursor_from = row_text(a, res, row, 8),
				 .cursor_next = row_text(a, res, row, 9),
				 .counts = row_text(a, res, row, 10),
				 .accepted = row_text(a, res, row, 11),
				 .reason = row_text(a, res, row, 12),
				 .who = row_text(a, res, row, 13),
				 .why = row_text(a, res, row, 14),
				 .config = row_text(a, res, row, 15),
				 .mapping = pg_number(res, row, 16),
				 .started = row_text(a, res, row, 17),
				 .ended = row_text(a, res, row, 18) };
	return row_ok(a, err);
}

int runs_open(struct store *s, const char *source, struct arena *a, struct run_row *ret, struct hv_err *err)
{
	hv_auto(pg_clearp) PGresult *res = NULL;
	const char *const p[] = { source };
	int n = pg_query(s->pg, "run open",
			 "select " RUN_COLUMNS " from run where source = $1 and state in "
			 "('queued','collecting','waiting','judging','applying')",
			 PG_MAYBE, p, 1, &res, err);

	if (n <= 0)
		return n;
	int r = read_run(a, res, 0, ret, err);
	return r < 0 ? r : HV_ROW;
}

int runs_held_full(struct store *s, const char *source, struct hv_err *err)
{
	const char *const p[] = { source };
	int n = pg_query(
		s->pg, "run held",
		"select 1 from run where source = $1 and state = 'held' and listing = 'full' limit 1",
		PG_MAYBE, p, 1, NULL, err);

	return n < 0 ? n : n ? HV_ROW : HV_END;
}

int runs_get(struct store *s, int64_t id, struct arena *a, struct run_row *ret, struct hv_err *err)
{
	hv_auto(pg_clearp) PGresult *res = NULL;
	char number[24];
	const char *const p[] = { row_number(number, id) };
	int n = pg_query(s->pg, "run get", "select " RUN_COLUMNS " from run where id = $1", PG_MAYBE, p, 1,
			 &res, err);

	if (n < 0)
		return n;
	if (n == 0)
		return hv_fail(err, HV_E_NOTFOUND, "there is no run %lld; `harvester runs` lists them",
			       (long long)id);
	return read_run(a, res, 0, ret, err);
}

int runs_create(struct store *s, const struct run_new *n, int64_t *ret_id, struct hv_err *err)
{
	hv_auto(pg_clearp) PGresult *res = NULL;
	char now[CLOCK_TEXT], mapping[24], pid[24];
	const char *const p[] = { n->source,
				  n->kind,
				  n->listing,
				  n->token,
				  n->cursor_from,
				  n->who,
				  n->why,
				  n->config,
				  row_number(mapping, n->mapping),
				  clock_utc(clock_now(&s->clock), now),
				  row_number(pid, getpid()) };
	int r = pg_query(s->pg, "run new",
			 "insert into run (source, kind, listing, state, token, cursor_from, who, why, "
			 "config, mapping, "
			 "started, pid) values ($1, $2, $3, 'collecting', $4, $5, $6, $7, $8, $9, $10, $11) "
			 "returning id",
			 PG_ONE, p, HV_LEN(p), &res, err);

	if (r < 0)
		return r;
	*ret_id = pg_number(res, 0, 0);
	return 0;
}

/* A statement that must have moved exactly our run: anything else means that the lease is somebody else's. */
static int ours(int touched, int64_t id, struct hv_err *err)
{
	if (touched < 0)
		return touched;
	if (touched == 1)
		return 0;
	return hv_fail(err, HV_E_LOST,
		       "run %lld belongs to another process now; this one has written nothing more",
		       (long long)id);
}

int runs_adopt(struct store *s, int64_t id, const char *token, struct hv_err *err)
{
	char number[24], pid[24];
	const char *const p[] = { row_number(number, id), token, row_number(pid, getpid()) };

	return ours(pg_query(s->pg, "run adopt",
			     "update run set token = $2, pid = $3 where id = $1 and ended is null and state "
			     "<> 'done'",
			     PG_MAYBE, p, 3, NULL, err),
		    id, err);
}

int runs_ours(struct store *s, int64_t id, const char *token, struct hv_err *err)
{
	char number[24];
	const char *const p[] = { row_number(number, id), token };

	return ours(pg_query(s->pg, "run ours", "select 1 from run where id = $1 and token = $2", PG_MAYBE, p,
			     2, NULL, err),
		    id, err);
}

int runs_listing(struct store *s, int64_t id, const char *token, const char *listing, struct hv_err *err)
{
	char number[24];
	const char *const p[] = { row_number(number, id), token, listing };

	return ours(pg_query(s->pg, "run listing", "update run set listing = $3 where id = $1 and token = $2",
			     PG_MAYBE, p, 3, NULL, err),
		    id, err);
}

static bool is_ending(const char *state)
{
	static const char *const ends[] = { "done", "failed", "cancelled", "superseded" };

	for (size_t i = 0; i < HV_LEN(ends); i++)
		if (strcmp(state, ends[i]) == 0)
			return true;
	return false;
}

/* A reason may quote a server: bytes that are no text must not keep the run from being closed. */
static void clean(struct buf *b, const char *text)
{
	for (size_t i = 0, n = strlen(text), k; i < n; i += k ? k : 1) {
		k = text_sequence(text + i, n - i);
		buf_put(b, k ? text + i : "?", k ? k : 1);
	}
}

int runs_move(struct store *s, int64_t id, const char *token, const struct run_move *m, struct hv_err *err)
{
	hv_auto(buf_release) struct buf reason = BUF_INIT(64u << 10);
	char number[24], now[CLOCK_TEXT];

	if (m->reason)
		clean(&reason, m->reason);
	const char *const p[] = { row_number(number, id),
				  token,
				  m->state,
				  m->cursor_next,
				  m->counts,
				  m->reason ? buf_cstr(&reason) : NULL,
				  is_ending(m->state) ? clock_utc(clock_now(&s->clock), now) : NULL,
				  m->problems ? "true" : "false",
				  m->who,
				  m->why,
				  m->accepted };

	return ours(pg_query(s->pg, "run move",
			     "update run set state = $3, cursor_next = coalesce($4, cursor_next), "
			     "counts = coalesce($5, counts), reason = coalesce($6, reason), ended = $7, "
			     "problems = $8, who = coalesce($9, who), why = coalesce($10, why), "
			     "accepted = coalesce($11, accepted) where id = $1 and token = $2",
			     PG_MAYBE, p, HV_LEN(p), NULL, err),
		    id, err);
}

/* What a run wrote while collecting. One run at a time: a join with the table of runs reads all versions. */
static int delete_rows(struct store *s, const char *run, struct hv_err *err)
{
	static const struct {
		const char *name, *sql;
	} steps[] = {
		{ "supersede versions", "delete from version where run = $1" },
		{ "supersede packs", "delete from pack where run = $1" },
		{ "supersede seen", "delete from seen where run = $1" },
	};

	for (size_t i = 0; i < HV_LEN(steps); i++)
		if (pg_query(s->pg, steps[i].name, steps[i].sql, PG_MANY, &run, 1, NULL, err) < 0)
			return err->code;
	return 0;
}

int runs_supersede(struct store *s, const char *source, int64_t by, struct hv_err *err)
{
	hv_auto(pg_clearp) PGresult *res = NULL;
	char number[24], now[CLOCK_TEXT];
	const char *const p[] = { source, row_number(number, by), clock_utc(clock_now(&s->clock), now) };

	if (pg_query(s->pg, "supersede",
		     "update run set state = 'superseded', ended = $3 where source = $1 and id <> $2 and "
		     "state = 'held'",
		     PG_MANY, p, 3, NULL, err) < 0)
		return err->code;
	/* Ordered, so that the planner takes the key: it expects rows of a run where there are none any more.
	 */
	int n = pg_query(s->pg, "superseded",
			 "select id from run r where source = $1 and id <> $2 and "
			 "state in ('superseded','failed','cancelled') and coalesce("
			 "(select page from version where run = r.id order by page, slot limit 1), "
			 "(select page from pack where run = r.id order by page limit 1), "
			 "(select page from seen where run = r.id order by page limit 1)) is not null",
			 PG_MANY, p, 2, &res, err);
	for (int i = 0; i < n; i++)
		if (delete_rows(s, pg_text(res, i, 0), err) < 0)
			return err->code;
	return n < 0 ? n : 0;
}

int runs_list(struct store *s, const char *source, int limit, struct arena *a,
	      int (*each)(void *ctx, const struct run_row *r), void *ctx, struct hv_err *err)
{
	hv_auto(pg_clearp) PGresult *res = NULL;
	char number[24];
	const char *const p[] = { source, row_number(number, limit) };
	int n = pg_query(s->pg, "run list",
			 "select " RUN_COLUMNS
			 " from run where $1::text is null or source = $1 order by id desc limit $2",
			 PG_MANY, p, 2, &res, err);

	for (int i = 0; i < n; i++) {
		struct run_row row;
		int r = read_run(a, res, i, &row, err);

		if (r == 0)
			r = each(ctx, &row);
		if (r)
			return r;
	}
	return n < 0 ? n : 0;
}
