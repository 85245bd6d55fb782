/*
 * store/apply.c - see apply.h. Reading and ending; the rows written in between are apply_rows.c.
 */
#include "store/apply_priv.h"

#include "store/row.h"
#include "store/store_priv.h"

/*
 * Of several versions of one record in a run the last by datestamp wins (tokens expire, pages repeat). In the
 * order of pages, which is the order of the primary key: nothing is sorted.
 */
#define JUDGED                                                                                              \
	"declare judged no scroll cursor for "                                                              \
	"select v.page, v.slot, v.external_id, v.deleted, v.hash, v.fingerprint, v.claim, v.field_failed, " \
	"h.num, h.ref, h.gone, h.hash = v.hash, n.doc, n.state, o.claims "                                  \
	"from version v "                                                                                   \
	"left join head h on h.source = '%s' and h.external_id = v.external_id "                            \
	"left join notice n on n.ref = h.ref "                                                              \
	"left join lateral (select json_agg(json_build_object('source', oh.source, 'run', oh.run::text, "   \
	"'claim', ov.claim) order by oh.source, oh.external_id) as claims from head oh "                    \
	"join version ov on (ov.run, ov.page, ov.slot) = (oh.run, oh.page, oh.slot) "                       \
	"where oh.ref = h.ref and oh.num <> h.num and oh.gone is null) o on h.ref is not null "             \
	"%s"                                                                                                \
	"where v.run = %lld and not exists (select from version w where w.run = v.run and "                 \
	"w.external_id = v.external_id and (w.datestamp, not w.deleted, w.page, w.slot) > (v.datestamp, "   \
	"not v.deleted, v.page, v.slot)) "                                                                  \
	"%s"                                                                                                \
	"order by v.page, v.slot"

/*
 * A record that was seen unchanged in this run has no row of its own in it; an older copy on another page
 * must not win over it. Asked only when the run saw anything unchanged.
 */
#define SEEN "left join (select distinct unnest(nums) as num from seen where run = %lld) s on s.num = h.num "
#define STALE                                                                                               \
	"and not (s.num is not null and exists (select from version hv where (hv.run, hv.page, hv.slot) = " \
	"(h.run, h.page, h.slot) and hv.datestamp > v.datestamp)) "

static int saw_unchanged(struct apply *ap, bool *ret, struct hv_err *err)
{
	char run[24];
	const char *const p[] = { row_number(run, ap->run) };
	int n = pg_query(ap->store->pg, "seen any", "select from seen where run = $1 limit 1", PG_MAYBE, p, 1,
			 NULL, err);

	*ret = n > 0;
	return n < 0 ? n : 0;
}

static int open_cursor(struct apply *ap, struct hv_err *err)
{
	char seen[160] = "";
	bool unchanged;

	if (saw_unchanged(ap, &unchanged, err) < 0)
		return err->code;
	if (unchanged)
		(void)snprintf(seen, sizeof(seen), SEEN, (long long)ap->run);
	hv_auto(buf_release) struct buf sql = BUF_INIT(8192);
	hv_auto(buf_release) struct buf name = BUF_INIT(256);

	/* A cursor's query takes no parameters. Source names are [a-z0-9_-] by configuration; quotes are
	 * doubled all the same. */
	for (const char *c = ap->source; *c; c++) {
		if (*c == '\'')
			buf_putc(&name, '\'');
		buf_putc(&name, *c);
	}
	buf_printf(&sql, JUDGED, buf_cstr(&name), seen, (long long)ap->run, unchanged ? STALE : "");
	if (buf_ok(&name, "source name", err) < 0 || buf_ok(&sql, "statement", err) < 0)
		return err->code;
	return pg_exec(ap->store->pg, "judged", buf_cstr(&sql), err);
}

static int take_gate(struct apply *ap, int64_t wait_ms, struct hv_err *err)
{
	char sql[64];

	(void)snprintf(sql, sizeof(sql), "set local lock_timeout = %lld", (long long)wait_ms);
	if (pg_exec(ap->store->pg, "gate wait", sql, err) < 0)
		return err->code;
	int r = pg_query(ap->store->pg, "gate", "select id from gate where id = 1 for update", PG_ONE, NULL,
			 0, NULL, err);
	if (r < 0 && strcmp(pg_sqlstate(ap->store->pg), "55P03") == 0) /* lock_not_available */
		return hv_fail_retry(err, HV_E_BUSY,
				     "the catalogue is being changed by another run; try again in a moment "
				     "(`harvester status` names it)");
	if (r < 0)
		return r;
	return pg_exec(ap->store->pg, "gate taken", "set local lock_timeout = 0", err);
}

static int begin(struct apply *ap, int64_t wait_ms, struct hv_err *err)
{
	if (store_begin(ap->store, true, err) < 0)
		return err->code;
	if (!ap->write)
		return open_cursor(ap, err);
	if (take_gate(ap, wait_ms, err) < 0 || apply_stages(ap, err) < 0)
		return err->code;
	return open_cursor(ap, err);
}

int apply_open(struct store *s, int64_t run, const char *source, bool write, int64_t wait_ms,
	       struct apply **ret, struct hv_err *err)
{
	hv_auto(apply_closep) struct apply *ap = calloc(1, sizeof(*ap));

	if (!ap)
		return hv_nomem(err, "apply");
	ap->store = s;
	ap->run = run;
	ap->source = source;
	ap->write = write;
	ap->open = true;
	apply_buffers(ap);
	if (begin(ap, wait_ms, err) < 0)
		return err->code;
	*ret = hv_take(ap);
	return 0;
}

void apply_close(struct apply *ap)
{
	if (!ap)
		return;
	if (ap->open)
		store_rollback(ap->store);
	for (size_t i = 0; i < APPLY_TABLES; i++)
		buf_release(&ap->rows[i]);
	free(ap);
}

static void read_judged(struct arena *a, const PGresult *res, int row, struct judged *j)
{
	*j = (struct judged){ .page = pg_number(res, row, 0),
			      .slot = (int32_t)pg_number(res, row, 1),
			      .external_id = row_str(a, res, row, 2),
			      .deleted = row_bool(res, row, 3),
			      .fingerprint = pg_number(res, row, 5),
			      .claim = row_str(a, res, row, 6),
			      .failed = (int32_t)pg_number(res, row, 7),
			      .known = !PQgetisnull(res, row, 8),
			      .num = pg_number(res, row, 8),
			      .ref = row_str(a, res, row, 9),
			      .gone = !PQgetisnull(res, row, 10),
			      .same_body = row_bool(res, row, 11),
			      .has_notice = !PQgetisnull(res, row, 12),
			      .doc = row_str(a, res, row, 12),
			      .withdrawn = !PQgetisnull(res, row, 13) && PQgetvalue(res, row, 13)[0] == 'w',
			      .others = row_str(a, res, row, 14) };
	(void)row_bytes(res, row, 4, j->hash.b, sizeof(j->hash.b));
}

int apply_fetch(struct apply *ap, struct arena *a, struct judged *ret, size_t max, size_t *ret_n,
		struct hv_err *err)
{
	hv_auto(pg_clearp) PGresult *res = NULL;
	char sql[64];

	(void)snprintf(sql, sizeof(sql), "fetch forward %zu from judged", max);
	int n = pg_query(ap->store->pg, "judged fetch", sql, PG_MANY, NULL, 0, &res, err);
	if (n < 0)
		return n;
	for (int i = 0; i < n; i++)
		read_judged(a, res, i, &ret[i]);
	*ret_n = (size_t)n;
	return row_ok(a, err);
}

int apply_taken(struct apply *ap, const struct str *refs, size_t n, bool *ret, struct hv_err *err)
{
	hv_auto(buf_release) struct buf array = BUF_INIT(16u << 20);
	hv_auto(pg_clearp) PGresult *res = NULL;

	memset(ret, 0, n * sizeof(*ret));
	if (!n)
		return 0;
	pg_array_text(&array, refs, n);
	if (buf_ok(&array, "references", err) < 0)
		return err->code;
	const char *const p[] = { buf_cstr(&array) };
	int rows = pg_query(
		ap->store->pg, "taken",
		"select i - 1 from unnest($1::text[]) with ordinality as x (ref, i) join notice using (ref)",
		PG_MANY, p, 1, &res, err);
	for (int r = 0; r < rows; r++) {
		int64_t i = pg_number(res, r, 0);

		if (i >= 0 && (size_t)i < n)
			ret[i] = true;
	}
	return rows < 0 ? rows : 0;
}

/*
 * Present heads of the source that this run neither saw, nor brought anew, nor refused. $1 run, $2 source.
 * Not `not in (select unnest …)`: the planner takes ten numbers for each page, and where that is too much for
 * work_mem it compares every head with every number.
 */
#define MISSING                                                                                              \
	"h.source = $2 and h.gone is null "                                                                  \
	"and not exists (select from version v where v.run = $1 and v.external_id = h.external_id) "         \
	"and not exists (select from quarantine q where q.source = h.source and q.external_id = "            \
	"h.external_id "                                                                                     \
	"and q.run = $1) "                                                                                   \
	"and not exists (select from (select unnest(nums) as num from seen where run = $1) s where s.num = " \
	"h.num)"

int apply_missing(struct apply *ap, int64_t *ret, struct hv_err *err)
{
	hv_auto(pg_clearp) PGresult *res = NULL;
	char run[24];
	const char *const p[] = { row_number(run, ap->run), ap->source };
	int r = pg_query(ap->store->pg, "missing",
			 "select count(*) from head h where h.missed_in is null and " MISSING, PG_ONE, p, 2,
			 &res, err);

	if (r < 0)
		return r;
	*ret = pg_number(res, 0, 0);
	return 0;
}

/* The set-based end of an apply, in order. All take $1 run, $2 source. */
static const struct {
	const char *name, *sql;
	bool full_only;
} endings[] = {
	{ "missing marked", "update head h set missed_in = $1 where h.missed_in is null and " MISSING, true },
	{ "missing seen again",
	  "update head h set missed_in = null where h.source = $2 and h.missed_in is not null "
	  "and h.num in (select unnest(nums) from seen where run = $1)",
	  false },
	{ "missing brought again",
	  "update head h set missed_in = null where h.source = $2 and h.missed_in is not null "
	  "and exists (select from version v where v.run = $1 and v.external_id = h.external_id)",
	  false },
	{ "heads moved",
	  "update head h set run = $1, page = m.page, slot = m.slot, hash = m.hash, fingerprint = "
	  "m.fingerprint, "
	  "gone = m.gone from stage_head m where m.num = h.num and h.source = $2",
	  false },
	{ "refusals solved",
	  /* By a later word of the record only: a run may bring its old body and refuse its new one. */
	  "update quarantine q set solved_run = $1 where q.source = $2 and q.solved_run is null "
	  "and exists (select from version v where v.run = $1 and v.external_id = q.external_id and "
	  "(q.run <> $1 or (v.datestamp, v.page, v.slot) > (q.datestamp, q.page, q.slot)))",
	  false },
	{ "refusals kept", /* after former ones were solved; one that is open tells of a newer body */
	  "insert into quarantine (source, external_id, run, page, slot, datestamp, hash, fingerprint, code, "
	  "field, reason) select source, external_id, run, page, slot, datestamp, hash, fingerprint, code, "
	  "field, reason from stage_refused where run = $1 and source = $2 "
	  "on conflict (source, external_id) where solved_run is null do nothing",
	  false },
};

static int move_notices(struct apply *ap, struct hv_err *err)
{
	char today[CLOCK_TEXT];
	const char *const p[] = { clock_date(clock_now(&ap->store->clock), today) };

	if (pg_query(ap->store->pg, "notices changed",
		     "update notice n set museo = m.museo, doc = m.doc, hash = m.hash, state = 'live', "
		     "changed = $1::date "
		     "from stage_notice m where m.ref = n.ref and m.doc is not null",
		     PG_MANY, p, 1, NULL, err) < 0)
		return err->code;
	int r = pg_query(ap->store->pg, "notices withdrawn",
			 "update notice n set state = 'withdrawn', changed = $1::date "
			 "from stage_notice m where m.ref = n.ref and m.doc is null",
			 PG_MANY, p, 1, NULL, err);
	return r < 0 ? r : 0;
}

int apply_commit(struct apply *ap, const struct apply_end *e, struct hv_err *err)
{
	char run[24];
	const char *const p[] = { row_number(run, ap->run), ap->source };
	const char *const cursor[] = { e->full ? run : NULL, ap->source, e->cursor };
	struct run_move done = { .state = "done",
				 .counts = e->counts,
				 .problems = e->problems,
				 .who = e->who,
				 .why = e->why,
				 .accepted = e->accepted };

	if (apply_flush(ap, err) < 0)
		return err->code;
	for (size_t i = 0; i < HV_LEN(endings); i++)
		if ((!endings[i].full_only || e->full) &&
		    pg_query(ap->store->pg, endings[i].name, endings[i].sql, PG_MANY, p, 2, NULL, err) < 0)
			return err->code;
	if (move_notices(ap, err) < 0)
		return err->code;
	if (pg_query(ap->store->pg, "cursor",
		     "update source set cursor = coalesce($3, cursor), full_run = coalesce($1, full_run) "
		     "where name = $2",
		     PG_ONE, cursor, 3, NULL, err) < 0)
		return err->code;
	if (runs_move(ap->store, ap->run, e->token, &done, err) < 0)
		return err->code;
	int r = store_commit(ap->store, err);
	ap->open = r < 0;
	return r;
}

int apply_vacuum(struct store *s, struct hv_err *err)
{
	if (pg_exec(s->pg, "vacuum heads", "vacuum (analyze) head", err) < 0)
		return err->code;
	return pg_exec(s->pg, "vacuum notices", "vacuum (analyze) notice", err);
}

int apply_analyze(struct store *s, struct hv_err *err)
{
	return pg_exec(s->pg, "analyze versions", "analyze version", err);
}
