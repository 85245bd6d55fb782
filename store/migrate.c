/*
 * store/migrate.c - see migrate.h.
 *
 * Refuses to go backwards and to touch a schema it does not know. Tests: tests/integration/test_migrate.c.
 */
#include "store/migrate.h"

/* One process at a time: an advisory lock of the database, let go at commit. The number means nothing. */
#define LOCK "select pg_advisory_xact_lock(7306927416)"

/* Number of the last step the database has seen, 0 for a fresh one. */
static int present(struct pg *pg, int *ret, struct hv_err *err)
{
	hv_auto(pg_clearp) PGresult *last = NULL;
	/* Not to_regclass: it answers from a cache that the wait for the migration lock does not refresh. */
	int r = pg_query(pg, "find migrations",
			 "select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace "
			 "where n.nspname = 'harvester' and c.relname = 'migration'",
			 PG_MAYBE, NULL, 0, NULL, err);

	*ret = 0;
	if (r <= 0)
		return r;
	r = pg_query(pg, "read migrations", "select max(number) from harvester.migration", PG_ONE, NULL, 0,
		     &last, err);
	if (r < 0)
		return r;
	*ret = (int)pg_number(last, 0, 0);
	return 0;
}

/* The schema may have been made by an administrator who gives us no right to make one. */
static int make_schema(struct pg *pg, struct hv_err *err)
{
	int r = pg_query(pg, "find schema", "select 1 from pg_namespace where nspname = 'harvester'",
			 PG_MAYBE, NULL, 0, NULL, err);

	return r != 0 ? (r < 0 ? r : 0) : pg_exec(pg, "make schema", "create schema harvester", err);
}

static int record_step(struct pg *pg, const struct migration *step, const struct hv_clock *clock,
		       struct hv_err *err)
{
	char number[16], now[CLOCK_TEXT];
	const char *const params[] = { number, step->name, now };

	(void)snprintf(number, sizeof(number), "%d", step->number);
	clock_utc(clock_now(clock), now);
	return pg_query(pg, "record migration",
			"insert into harvester.migration (number, name, applied) values ($1, $2, $3)", PG_ONE,
			params, HV_LEN(params), NULL, err);
}

static const struct migration *step_after(const struct migration *steps, int number)
{
	while (steps->number != 0 && steps->number <= number)
		steps++;
	return steps->number != 0 ? steps : NULL;
}

/* Inside the transaction. 1: a step was made, 0: another process made them all. */
static int next_step(struct pg *pg, const struct migration *steps, const struct hv_clock *clock,
		     struct hv_err *err)
{
	int number, r = pg_exec(pg, "migration lock", "set local lock_timeout = '10min'; " LOCK, err);

	if (r < 0 || (r = present(pg, &number, err)) < 0)
		return r;
	const struct migration *step = step_after(steps, number);
	if (!step)
		return 0;
	if ((r = make_schema(pg, err)) < 0)
		return r;
	if ((r = pg_exec(pg, step->name, step->sql, err)) < 0)
		return hv_wrap(err, "migration of the database");
	r = record_step(pg, step, clock, err);
	return r < 0 ? r : 1;
}

int migrate(struct pg *pg, const struct migration *steps, const struct hv_clock *clock, struct hv_err *err)
{
	int number, newest = 0, r = present(pg, &number, err);

	for (const struct migration *m = steps; m->number; m++)
		newest = m->number;
	if (r == 0 && number > newest)
		return hv_fail(
			err, HV_E_STORE,
			"the database was made by a newer harvester (its schema is number %d, this program "
			"knows %d): use that version, or another database",
			number, newest);
	while (r >= 0 && number < newest) {
		r = pg_exec(pg, "begin", "begin", err);
		if (r < 0)
			return r;
		r = next_step(pg, steps, clock, err);
		if (r == 1)
			r = pg_exec(pg, "commit", "commit", err);
		else
			pg_abandon(pg);
		if (r >= 0)
			r = present(pg, &number, err);
	}
	return r;
}
