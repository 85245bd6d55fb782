/*
 * store/migrate.h - inside store/ only: the schema, brought up to date by numbered steps that only go
 * forward.
 *
 * The steps are the files store/migrations/NNNN_name.sql, which the Makefile turns into store_migrations.
 * Each runs in one transaction, in the schema `harvester`. Tests: tests/integration/test_migrate.c.
 */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "harvester/base/clock.h"
#include "store/pg.h"

struct migration {
	int number;
	const char *name; /* "0001_first" */
	const char *sql;
};

/* By number, without gaps from 1; ends with number 0. */
extern const struct migration store_migrations[];

/*
 * Run what the database lacks. Two processes may call it at once: one works, the other waits (ten minutes at
 * most) and finds nothing to do. Nothing is written when nothing lacks. HV_E_STORE: a step failed (all of it
 * is undone), or the database is newer than this program.
 */
int migrate(struct pg *pg, const struct migration *steps, const struct hv_clock *clock,
	    struct hv_err *err) HV_CHECK;

#endif
