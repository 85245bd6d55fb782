/*
 * store/pg_priv.h - what pg.c and pg_copy.c share; nobody else includes it.
 */
#ifndef STORE_PG_PRIV_H
#define STORE_PG_PRIV_H

#include "store/pg.h"

enum pg_copying { PG_NO_COPY, PG_COPY_IN, PG_COPY_OUT };

struct pg {
	PGconn *conn;
	bool lost;
	enum pg_copying copying;
	char copy_name[64]; /* the COPY statement under way, for its errors */
	char *row;          /* the piece pg_copy_get gave last */
	char sqlstate[6];
};

/* Read the results that are left; the first failure among them is told. */
int pg_drain(struct pg *pg, const char *name, uint64_t *ret_rows, struct hv_err *err) HV_CHECK;

#endif
