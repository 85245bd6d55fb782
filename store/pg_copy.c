/*
 * store/pg_copy.c - see pg.h: COPY in both directions, and how to get out of one half way.
 *
 * Pieces go to the server as they come; nothing is collected here. Tests: tests/integration/test_pg.c.
 */
#include "store/pg.h"

#include <limits.h>

#include "store/pg_priv.h"

static int copy_begin(struct pg *pg, const char *name, const char *sql, enum pg_copying way,
		      struct hv_err *err)
{
	hv_auto(pg_clearp) PGresult *r = PQexec(pg->conn, sql);
	ExecStatusType want = way == PG_COPY_IN ? PGRES_COPY_IN : PGRES_COPY_OUT;

	if (PQresultStatus(r) != want)
		return pg_failed(pg, name, r, err);
	pg->copying = way;
	(void)snprintf(pg->copy_name, sizeof(pg->copy_name), "%s", name);
	return 0;
}

int pg_drain(struct pg *pg, const char *name, uint64_t *ret_rows, struct hv_err *err)
{
	int failed = 0;
	PGresult *r;

	while ((r = PQgetResult(pg->conn))) {
		ExecStatusType status = PQresultStatus(r);

		if (status == PGRES_COMMAND_OK && ret_rows)
			*ret_rows = strtoull(PQcmdTuples(r), NULL, 10);
		else if (status == PGRES_FATAL_ERROR && failed == 0)
			failed = pg_failed(pg, name, r, err);
		PQclear(r);
		if (PQstatus(pg->conn) == CONNECTION_BAD)
			break;
	}
	if (failed == 0 && PQstatus(pg->conn) == CONNECTION_BAD)
		failed = pg_failed(pg, name, NULL, err);
	return failed;
}

int pg_copy_in(struct pg *pg, const char *name, const char *sql, struct hv_err *err)
{
	return copy_begin(pg, name, sql, PG_COPY_IN, err);
}

int pg_copy_put(struct pg *pg, struct str piece, struct hv_err *err)
{
	const size_t most = 1u << 24; /* libpq takes an int and doubles its buffer to hold a piece */

	if (pg->copying != PG_COPY_IN)
		return hv_fail(err, HV_E_STORE, "data for a COPY that is not under way");
	while (piece.n > 0) {
		size_t n = piece.n < most ? piece.n : most;

		if (PQputCopyData(pg->conn, piece.p, (int)n) != 1)
			return pg_failed(pg, pg->copy_name, NULL, err);
		piece = str_from(piece, n);
	}
	return 0;
}

int pg_copy_end(struct pg *pg, uint64_t *ret_rows, struct hv_err *err)
{
	if (pg->copying != PG_COPY_IN)
		return hv_fail(err, HV_E_STORE, "end of a COPY that is not under way");
	pg->copying = PG_NO_COPY;
	if (PQputCopyEnd(pg->conn, NULL) != 1)
		return pg_failed(pg, pg->copy_name, NULL, err);
	return pg_drain(pg, pg->copy_name, ret_rows, err);
}

int pg_copy_out(struct pg *pg, const char *name, const char *sql, struct hv_err *err)
{
	return copy_begin(pg, name, sql, PG_COPY_OUT, err);
}

int pg_copy_get(struct pg *pg, struct str *ret, struct hv_err *err)
{
	PQfreemem(pg->row);
	pg->row = NULL;
	if (pg->copying != PG_COPY_OUT)
		return hv_fail(err, HV_E_STORE, "a row of a COPY that is not under way");
	int n = PQgetCopyData(pg->conn, &pg->row, 0);
	if (n > 0) {
		*ret = (struct str){ pg->row, (size_t)n };
		return HV_ROW;
	}
	pg->copying = PG_NO_COPY;
	int failed = pg_drain(pg, pg->copy_name, NULL, err);
	if (failed == 0 && n == -2)
		failed = pg_failed(pg, pg->copy_name, NULL, err);
	return failed < 0 ? failed : HV_END;
}

/* Cancelled, or the server would send the whole table; what is on its way has to be read. */
static void stop_copy_out(struct pg *pg)
{
	PGcancel *c = PQgetCancel(pg->conn);
	char text[256], *row = NULL;

	if (c)
		(void)PQcancel(c, text, sizeof(text));
	PQfreeCancel(c);
	while (PQgetCopyData(pg->conn, &row, 0) > 0)
		PQfreemem(row);
}

void pg_abandon(struct pg *pg)
{
	if (pg_lost(pg))
		return;
	if (pg->copying == PG_COPY_IN)
		(void)PQputCopyEnd(pg->conn, "abandoned by the client");
	if (pg->copying == PG_COPY_OUT)
		stop_copy_out(pg);
	if (pg->copying != PG_NO_COPY && pg_drain(pg, "abandoned COPY", NULL, NULL) < 0 && pg_lost(pg))
		return;
	pg->copying = PG_NO_COPY;
	/* Twice: a cancel that comes late may hit the first rollback. */
	for (int i = 0; i < 2 && PQtransactionStatus(pg->conn) != PQTRANS_IDLE && !pg_lost(pg); i++)
		if (pg_exec(pg, "rollback", "rollback", NULL) < 0)
			continue;
}
