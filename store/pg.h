/*
 * store/pg.h - inside store/ only: one libpq connection, statements with a declared number of rows, COPY.
 *
 * Every statement has a name, which is in every error; parameters are bound, never pasted. Errors that may go
 * away by themselves (40001, 40P01, connection lost, server starting) are marked retryable. Tests:
 * tests/integration/test_pg.c. COPY is in pg_copy.c, its binary rows in pg_binary.c.
 */
#ifndef STORE_PG_H
#define STORE_PG_H

#include <libpq-fe.h>

#include "harvester/base/buf.h"
#include "harvester/base/err.h"

struct pg;

/* How many rows a statement may give or touch; anything else is an error with the statement's name. */
enum pg_rows {
	PG_NONE,  /* a command: rows do not matter */
	PG_ONE,   /* exactly one row given (SELECT/RETURNING) or touched */
	PG_MAYBE, /* none or one */
	PG_MANY   /* any number */
};

/*
 * conninfo may hold a password: it is never part of an error. application: shown in pg_stat_activity. Every
 * session looks in the schemas `harvester, public` (all our tables live in the first), speaks UTF-8, UTC and
 * ISO dates, and asks the server to notice a dead client within a second. Waits at most 10 s for the server
 * unless conninfo says otherwise.
 */
int pg_connect(const char *conninfo, const char *password, const char *application, struct pg **ret,
	       struct hv_err *err) HV_CHECK;
void pg_close(struct pg *pg);
HV_DEFINE_AUTO(struct pg, pg_close)

/* Several statements without parameters and results ("begin", a migration). */
int pg_exec(struct pg *pg, const char *name, const char *sql, struct hv_err *err) HV_CHECK;

/*
 * One statement with text parameters (NULL = null). Returns the number of rows given, or for commands the
 * number touched; negative on failure. ret may be NULL; else *ret is freed with PQclear (pg_clearp below).
 */
int pg_query(struct pg *pg, const char *name, const char *sql, enum pg_rows rows, const char *const *params,
	     size_t n, PGresult **ret, struct hv_err *err) HV_CHECK;

static inline void pg_clearp(PGresult **r)
{
	PQclear(*r);
	*r = NULL;
}

/* A field of a result as text; NULL when null. */
const char *pg_text(const PGresult *r, int row, int column);
int64_t pg_number(const PGresult *r, int row, int column); /* 0 when null */

/* COPY … FROM STDIN: begin, put any number of pieces, end (rows loaded in *ret_rows when not NULL). */
int pg_copy_in(struct pg *pg, const char *name, const char *sql, struct hv_err *err) HV_CHECK;
int pg_copy_put(struct pg *pg, struct str piece, struct hv_err *err) HV_CHECK;
int pg_copy_end(struct pg *pg, uint64_t *ret_rows, struct hv_err *err) HV_CHECK;

/*
 * COPY … TO STDOUT: begin, then HV_ROW with one piece (a row) valid until the next call, HV_END at the end.
 */
int pg_copy_out(struct pg *pg, const char *name, const char *sql, struct hv_err *err) HV_CHECK;
int pg_copy_get(struct pg *pg, struct str *ret, struct hv_err *err) HV_CHECK;

/* Binary COPY rows: header, row start, fields, trailer; into a buf that is then put. */
void pg_binary_header(struct buf *b);
void pg_binary_row(struct buf *b, unsigned fields);
void pg_binary_text(struct buf *b, struct str s); /* also bytea; s.p NULL = null */
void pg_binary_int8(struct buf *b, int64_t v);
void pg_binary_int4(struct buf *b, int32_t v);
void pg_binary_bool(struct buf *b, bool v);
void pg_binary_null(struct buf *b);
void pg_binary_trailer(struct buf *b);

/* An array literal '{"a","b"}' for text[] parameters. */
void pg_array_text(struct buf *b, const struct str *v, size_t n);

/* The connection itself, for what is not covered; stays inside store/. */
PGconn *pg_conn(struct pg *pg);
/* True after an error that ended the connection. */
bool pg_lost(const struct pg *pg);
/* The five characters of the last failure's SQLSTATE; "" when the server gave none. */
const char *pg_sqlstate(const struct pg *pg);
/* Give up a COPY under way and roll back; harmless otherwise and on a lost connection. */
void pg_abandon(struct pg *pg);

/* Fill err from a failed result (NULL: from the connection): "name: message", code, retryable. */
int pg_failed(struct pg *pg, const char *name, const PGresult *r, struct hv_err *err);

#endif
