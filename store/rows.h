/*
 * store/rows.h - inside store/ only: the rows of one statement, fetched in batches through a cursor.
 *
 * rows_open begins a read-only transaction of its own, rows_close ends it; between them the store does
 * nothing else. What rows_arena gives is forgotten at the next row.
 */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include "harvester/base/arena.h"
#include "store/pg.h"
#include "store/store.h"

struct rows {
	struct store *store;
	const char *name;
	struct arena *arena; /* of the present row */
	PGresult *res;
	int at; /* the present row of res */
	int n;
	bool open;
};

/* select: the statement without "declare …"; parameters are bound. */
int rows_open(struct rows *r, struct store *s, const char *name, const char *select,
	      const char *const *params, size_t n, struct hv_err *err) HV_CHECK;
int rows_next(struct rows *r, struct hv_err *err) HV_CHECK; /* HV_ROW: r->res, r->at */
void rows_close(struct rows *r);                            /* also for hv_auto(rows_close) */

#endif
