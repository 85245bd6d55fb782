/*
 * store/row.h - inside store/ only: small helpers between C values and rows.
 */
#ifndef STORE_ROW_H
#define STORE_ROW_H

#include "harvester/base/arena.h"
#include "store/pg.h"

/* A column as text in the arena; NULL when null (or when the arena is full: see row_ok). */
static inline const char *row_text(struct arena *a, const PGresult *res, int row, int column)
{
	if (PQgetisnull(res, row, column))
		return NULL;
	return arena_strndup(a, PQgetvalue(res, row, column), (size_t)PQgetlength(res, row, column));
}

static inline struct str row_str(struct arena *a, const PGresult *res, int row, int column)
{
	if (PQgetisnull(res, row, column))
		return STR_NONE;
	return arena_str(a,
			 (struct str){ PQgetvalue(res, row, column), (size_t)PQgetlength(res, row, column) });
}

static inline bool row_bool(const PGresult *res, int row, int column)
{
	return !PQgetisnull(res, row, column) && PQgetvalue(res, row, column)[0] == 't';
}

/* bytea in text form (\x…) into exactly n bytes; false when it is something else. */
bool row_bytes(const PGresult *res, int row, int column, unsigned char *ret, size_t n);

/* A bytea of any length, decoded into the arena. */
struct str row_blob(struct arena *a, const PGresult *res, int row, int column);

/* A number as a parameter. */
static inline const char *row_number(char ret[24], int64_t v)
{
	(void)snprintf(ret, 24, "%lld", (long long)v);
	return ret;
}

/* "\x…" for a bytea parameter; ret has room for 2 n + 3 bytes. */
const char *row_hex(char *ret, const unsigned char *p, size_t n);

/* 0, or HV_E_NOMEM when the arena could not hold the answer. */
static inline int row_ok(const struct arena *a, struct hv_err *err)
{
	return arena_failed(a) ? hv_nomem(err, "an answer of the database") : 0;
}

#endif
