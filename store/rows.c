/*
 * store/rows.c - see rows.h.
 */
#include "store/rows.h"

#include "store/store_priv.h"

enum {
	MOST_ROW = 64 << 20, /* a refused record's reason and a notice's document fit many times over */
	MOST_SELECT = 4096
};

int rows_open(struct rows *r, struct store *s, const char *name, const char *select,
	      const char *const *params, size_t n, struct hv_err *err)
{
	hv_auto(buf_release) struct buf sql = BUF_INIT(MOST_SELECT);

	*r = (struct rows){ .store = s, .name = name, .arena = arena_new(MOST_ROW) };
	if (!r->arena)
		return hv_nomem(err, name);
	buf_printf(&sql, "declare rows no scroll cursor for %s", select);
	if (buf_ok(&sql, name, err) < 0)
		return err->code;
	if (pg_exec(s->pg, "begin reading", "begin isolation level repeatable read read only", err) < 0)
		return err->code;
	r->open = true;
	if (pg_query(s->pg, name, buf_cstr(&sql), PG_NONE, params, n, NULL, err) < 0)
		return err->code;
	return 0;
}

int rows_next(struct rows *r, struct hv_err *err)
{
	arena_reset(r->arena);
	if (++r->at < r->n)
		return HV_ROW;
	PQclear(r->res);
	r->res = NULL;
	r->n = pg_query(r->store->pg, r->name, "fetch 500 from rows", PG_MANY, NULL, 0, &r->res, err);
	r->at = 0;
	return r->n < 0 ? r->n : r->n > 0 ? HV_ROW : HV_END;
}

void rows_close(struct rows *r)
{
	PQclear(r->res);
	arena_free(r->arena);
	if (r->open)
		store_rollback(r->store);
	*r = (struct rows){ 0 };
}
