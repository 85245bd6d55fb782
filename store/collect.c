/*
 * store/collect.c - see collect.h. Bulk goes by binary COPY, straight into the table, written once and never
 * moved.
 */
#include "store/collect.h"

#include "store/row.h"
#include "store/store_priv.h"

#define ROWS_CEILING (512u << 20) /* COPY pieces are flushed at 256 kB; this only bounds a single row */
#define FLUSH (256u << 10)

/* Answers come in any order; ids of a batch are few hundred, so a sorted index finds them. */
struct id_index {
	struct str id;
	size_t at;
};

static int by_id(const void *a, const void *b)
{
	const struct id_index *x = a, *y = b;
	int c = str_cmp(x->id, y->id);

	return c ? c : (x->at > y->at) - (x->at < y->at);
}

static struct id_index *index_ids(const struct str *ids, size_t n)
{
	struct id_index *index = malloc(n * sizeof(*index) + 1);

	for (size_t i = 0; index && i < n; i++)
		index[i] = (struct id_index){ ids[i], i };
	if (index)
		qsort(index, n, sizeof(*index), by_id);
	return index;
}

/* The first of the entries for an id, or n. A page may hold the same id several times. */
static size_t find_id(const struct id_index *index, size_t n, struct str id)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (str_cmp(index[middle].id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n && str_eq(index[low].id, id) ? low : n;
}

static struct str cell(const PGresult *res, int row, int column)
{
	return (struct str){ PQgetvalue(res, row, column), (size_t)PQgetlength(res, row, column) };
}

static void take_heads(const PGresult *res, int rows, const struct id_index *index, size_t n,
		       struct collect_known *ret)
{
	for (int r = 0; r < rows; r++) {
		struct str id = cell(res, r, 0);

		for (size_t i = find_id(index, n, id); i < n && str_eq(index[i].id, id); i++) {
			struct collect_known *k = &ret[index[i].at];

			k->known = true;
			k->num = pg_number(res, r, 1);
			(void)row_bytes(res, r, 2, k->hash.b, sizeof(k->hash.b));
			k->fingerprint = pg_number(res, r, 3);
			k->gone = !PQgetisnull(res, r, 4);
		}
	}
}

static void take_refused(const PGresult *res, int rows, const struct id_index *index, size_t n,
			 struct collect_known *ret)
{
	for (int r = 0; r < rows; r++) {
		struct str id = cell(res, r, 0);

		for (size_t i = find_id(index, n, id); i < n && str_eq(index[i].id, id); i++) {
			struct collect_known *k = &ret[index[i].at];

			k->refused = true;
			(void)row_bytes(res, r, 1, k->refused_hash.b, sizeof(k->refused_hash.b));
			k->refused_fingerprint = pg_number(res, r, 2);
		}
	}
}

int collect_known(struct store *s, const char *source, const struct str *ids, size_t n,
		  struct collect_known *ret, struct hv_err *err)
{
	hv_auto(buf_release) struct buf array = BUF_INIT(64u << 20);
	hv_auto(hv_freep) struct id_index *index = index_ids(ids, n);
	hv_auto(pg_clearp) PGresult *heads = NULL;
	hv_auto(pg_clearp) PGresult *refused = NULL;

	memset(ret, 0, n * sizeof(*ret));
	pg_array_text(&array, ids, n);
	if (!index || array.failed)
		return hv_nomem(err, "identifiers of a page");
	const char *const p[] = { source, buf_cstr(&array) };
	int rows = pg_query(s->pg, "known heads",
			    "select external_id, num, hash, fingerprint, gone from head "
			    "where source = $1 and external_id = any($2::text[])",
			    PG_MANY, p, 2, &heads, err);
	if (rows < 0)
		return rows;
	take_heads(heads, rows, index, n, ret);
	rows = pg_query(s->pg, "known refusals",
			"select external_id, hash, fingerprint from quarantine "
			"where source = $1 and external_id = any($2::text[]) and solved_run is null",
			PG_MANY, p, 2, &refused, err);
	if (rows < 0)
		return rows;
	take_refused(refused, rows, index, n, ret);
	return 0;
}

int collect_in_run(struct store *s, int64_t run, const struct str *ids, size_t n, bool *ret,
		   struct hv_err *err)
{
	hv_auto(buf_release) struct buf array = BUF_INIT(64u << 20);
	hv_auto(pg_clearp) PGresult *res = NULL;
	char number[24];

	pg_array_text(&array, ids, n);
	if (buf_ok(&array, "identifiers of a page", err) < 0)
		return err->code;
	const char *const p[] = { row_number(number, run), buf_cstr(&array) };
	int rows = pg_query(s->pg, "versions of the run",
			    "select i - 1 from unnest($2::text[]) with ordinality as x (id, i) "
			    "where exists (select from version v where v.run = $1 and v.external_id = x.id)",
			    PG_MANY, p, 2, &res, err);
	for (int r = 0; r < rows; r++) {
		int64_t i = pg_number(res, r, 0);

		if (i >= 0 && (size_t)i < n)
			ret[i] = true;
	}
	return rows < 0 ? rows : 0;
}

int collect_solve(struct store *s, const char *source, struct str external_id, struct str datestamp,
		  int64_t run, struct hv_err *err)
{
	hv_auto(hv_freep) char *id = strndup(external_id.p, external_id.n);
	hv_auto(hv_freep) char *stamp = strndup(datestamp.p ? datestamp.p : "", datestamp.n);
	char number[24];
	const char *const p[] = { source, id, row_number(number, run), stamp };

	if (!id || !stamp)
		return hv_nomem(err, "identifier");
	int r = pg_query(s->pg, "refusal solved",
			 "update quarantine set solved_run = $3 where source = $1 and external_id = $2 and "
			 "solved_run is null and (run <> $3 or datestamp <= $4)",
			 PG_MAYBE, p, HV_LEN(p), NULL, err);
	return r < 0 ? r : 0;
}

/* One text about one record. */
static int about_record(struct store *s, const char *name, const char *sql, const char *source,
			struct str external_id, struct arena *a, struct str *ret, struct hv_err *err)
{
	hv_auto(pg_clearp) PGresult *res = NULL;
	char *id = arena_strndup(a, external_id.p, external_id.n);
	const char *const p[] = { source, id };

	if (!id)
		return hv_nomem(err, "identifier");
	int n = pg_query(s->pg, name, sql, PG_MAYBE, p, 2, &res, err);
	if (n <= 0)
		return n;
	*ret = row_str(a, res, 0, 0);
	return arena_failed(a) ? hv_nomem(err, name) : HV_ROW;
}

int collect_claim(struct store *s, const char *source, struct str external_id, struct arena *a,
		  struct str *ret, struct hv_err *err)
{
	return about_record(
		s, "present claim",
		"select v.claim from head h join version v on (v.run, v.page, v.slot) = (h.run, h.page, "
		"h.slot) where h.source = $1 and h.external_id = $2 and v.claim is not null",
		source, external_id, a, ret, err);
}

int collect_alias(struct store *s, const char *source, struct str external_id, struct arena *a,
		  struct str *ret, struct hv_err *err)
{
	return about_record(s, "alias", "select ref from head where source = $1 and external_id = $2", source,
			    external_id, a, ret, err);
}

int collect_page_begin(struct store *s, struct hv_err *err)
{
	return store_begin(s, false, err);
}

static void version_row(struct buf *b, int64_t run, int64_t page, const struct collect_version *v)
{
	pg_binary_row(b, 13);
	pg_binary_int8(b, run);
	pg_binary_int8(b, page);
	pg_binary_int4(b, v->slot);
	pg_binary_text(b, v->external_id);
	pg_binary_text(b, v->datestamp.p ? v->datestamp : STR(""));
	pg_binary_bool(b, v->deleted);
	pg_binary_text(b, (struct str){ (const char *)v->hash.b, sizeof(v->hash.b) });
	pg_binary_int8(b, v->fingerprint);
	if (v->body_slot >= 0) {
		pg_binary_int8(b, run);
		pg_binary_int8(b, page);
		pg_binary_int4(b, v->body_slot);
	} else {
		pg_binary_null(b);
		pg_binary_null(b);
		pg_binary_null(b);
	}
	pg_binary_text(b, v->claim);
	pg_binary_int4(b, v->failed);
}

static int flush(struct store *s, struct buf *b, size_t at_least, struct hv_err *err)
{
	if (buf_ok(b, "rows", err) < 0)
		return err->code;
	if (b->n < at_least)
		return 0;
	int r = pg_copy_put(s->pg, buf_view(b), err);
	buf_clear(b);
	return r;
}

int collect_versions(struct store *s, int64_t run, int64_t page, const struct collect_version *v, size_t n,
		     struct hv_err *err)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(ROWS_CEILING);
	uint64_t rows = 0;

	if (!n)
		return 0;
	if (pg_copy_in(s->pg, "versions",
		       "copy version (run, page, slot, external_id, datestamp, deleted, hash, fingerprint, "
		       "body_run, "
		       "body_page, body_slot, claim, field_failed) from stdin (format binary)",
		       err) < 0)
		return err->code;
	pg_binary_header(&b);
	for (size_t i = 0; i < n; i++) {
		version_row(&b, run, page, &v[i]);
		if (flush(s, &b, FLUSH, err) < 0)
			return err->code;
	}
	pg_binary_trailer(&b);
	if (flush(s, &b, 0, err) < 0 || pg_copy_end(s->pg, &rows, err) < 0)
		return err->code;
	return rows == n ? 0
			 : hv_fail(err, HV_E_STORE, "versions: %zu sent, %llu stored", n,
				   (unsigned long long)rows);
}

int collect_refuse(struct store *s, const char *source, int64_t run, int64_t page,
		   const struct collect_refused *q, struct hv_err *err)
{
	char run_[24], page_[24], slot[24], fingerprint[24], hash[67];
	hv_auto(buf_release) struct buf text = BUF_INIT(1u << 20);
	hv_auto(hv_freep) char *body = malloc(2 * q->body.n + 3);

	if (!body)
		return hv_nomem(err, "refused record");
	/* Three texts in one buffer, each with its NUL. */
	buf_str(&text, q->external_id);
	size_t datestamp = text.n + 1;
	buf_putc(&text, '\0');
	buf_str(&text, q->datestamp);
	size_t reason = text.n + 1;
	buf_putc(&text, '\0');
	buf_str(&text, q->reason);
	if (buf_ok(&text, "refused record", err) < 0)
		return err->code;
	const char *const p[] = { source,
				  buf_cstr(&text),
				  row_number(run_, run),
				  row_number(page_, page),
				  row_number(slot, q->slot),
				  buf_cstr(&text) + datestamp,
				  row_hex(hash, q->hash.b, sizeof(q->hash.b)),
				  row_number(fingerprint, q->fingerprint),
				  q->code,
				  q->field ? q->field : "",
				  buf_cstr(&text) + reason,
				  q->body.p ? row_hex(body, (const unsigned char *)q->body.p, q->body.n)
					    : NULL };
	int r = pg_query(s->pg, "refuse",
			 "insert into quarantine (source, external_id, run, page, slot, datestamp, hash, "
			 "fingerprint, code, "
			 "field, reason, body) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) "
			 "on conflict (source, external_id) where solved_run is null do update set run = "
			 "excluded.run, "
			 "page = excluded.page, slot = excluded.slot, datestamp = excluded.datestamp, hash = "
			 "excluded.hash, "
			 "fingerprint = excluded.fingerprint, code = excluded.code, field = excluded.field, "
			 "reason = excluded.reason, body = excluded.body",
			 PG_ONE, p, HV_LEN(p), NULL, err);
	return r < 0 ? r : 0;
}

int collect_finding(struct store *s, const char *source, int64_t run, const char *code, const char *subject,
		    const char *example, int64_t times, struct hv_err *err)
{
	char run_[24], times_[24];
	const char *const p[] = { source,  code,
				  subject, row_number(run_, run),
				  example, row_number(times_, times) };
	int r = pg_query(
		s->pg, "finding",
		"insert into finding as f (source, code, subject, first_run, last_run, times, example) "
		"values ($1, $2, $3, $4, $4, $6, $5) on conflict (source, code, subject) do update "
		"set last_run = excluded.last_run, times = f.times + excluded.times, example = "
		"excluded.example",
		PG_ONE, p, HV_LEN(p), NULL, err);

	return r < 0 ? r : 0;
}

static int put_pack(struct store *s, const struct collect_page *p, struct hv_err *err)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(ROWS_CEILING);

	if (!p->pack.n)
		return 0;
	if (pg_copy_in(s->pg, "pack", "copy pack (run, page, frames) from stdin (format binary)", err) < 0)
		return err->code;
	pg_binary_header(&b);
	pg_binary_row(&b, 3);
	pg_binary_int8(&b, p->run);
	pg_binary_int8(&b, p->page);
	pg_binary_text(&b, p->pack);
	pg_binary_trailer(&b);
	if (flush(s, &b, 0, err) < 0)
		return err->code;
	return pg_copy_end(s->pg, NULL, err);
}

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int put_seen(struct store *s, struct collect_page *p, struct hv_err *err)
{
	hv_auto(buf_release) struct buf list = BUF_INIT(64u << 20);
	char run[24], page[24];

	if (!p->n_nums)
		return 0;
	qsort(p->nums, p->n_nums, sizeof(*p->nums), by_number);
	buf_putc(&list, '{');
	for (size_t i = 0; i < p->n_nums; i++)
		buf_printf(&list, "%s%lld", i ? "," : "", (long long)p->nums[i]);
	buf_putc(&list, '}');
	if (buf_ok(&list, "numbers of a page", err) < 0)
		return err->code;
	const char *const v[] = { row_number(run, p->run), row_number(page, p->page), buf_cstr(&list) };
	int r = pg_query(s->pg, "seen", "insert into seen (run, page, nums) values ($1, $2, $3::bigint[])",
			 PG_ONE, v, 3, NULL, err);
	return r < 0 ? r : 0;
}

static int move_checkpoint(struct store *s, const struct collect_page *p, struct hv_err *err)
{
	char run[24], page[24];
	const char *const v[] = { row_number(run, p->run), p->token,  row_number(page, p->page),
				  p->checkpoint,           p->counts, p->problems ? "true" : "false" };
	int r = pg_query(s->pg, "checkpoint",
			 "update run set page = $3, checkpoint = $4, counts = $5, problems = $6 "
			 "where id = $1 and token = $2 and state = 'collecting'",
			 PG_MAYBE, v, HV_LEN(v), NULL, err);

	if (r < 0)
		return r;
	if (r == 0)
		return hv_fail(err, HV_E_LOST,
			       "run %lld belongs to another process now; page %lld was not written",
			       (long long)p->run, (long long)p->page);
	return 0;
}

int collect_page_end(struct store *s, struct collect_page *p, struct hv_err *err)
{
	if (put_pack(s, p, err) < 0 || put_seen(s, p, err) < 0 || move_checkpoint(s, p, err) < 0) {
		store_rollback(s);
		return err->code;
	}
	return store_commit(s, err);
}
