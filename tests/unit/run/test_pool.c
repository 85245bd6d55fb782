/*
 * Tests of run/pool.c: each item once, the first failure stops the rest, whatever the number of workers.
 */
#include "harvester/run/pool.h"

#include <stdatomic.h>

#include "tests/support/suite.h"

enum { ITEMS = 5000 };

struct work {
	atomic_uint times[ITEMS];
	atomic_uint calls;
	atomic_bool busy[16]; /* a worker is called by one thread at a time */
	size_t fails_at;
};

static int once(void *ctx, unsigned worker, size_t i, struct hv_err *err)
{
	struct work *w = ctx;

	ck_assert(!atomic_exchange(&w->busy[worker], true));
	atomic_fetch_add(&w->times[i], 1);
	atomic_fetch_add(&w->calls, 1);
	atomic_store(&w->busy[worker], false);
	return i == w->fails_at ? hv_fail(err, HV_E_PARSE, "item %zu", i) : 0;
}

static void check(unsigned workers)
{
	static struct work w;
	hv_auto(pool_freep) struct pool *p = NULL;
	struct hv_err err = { 0 };

	ck_assert_int_eq(pool_new(workers, &p, &err), 0);
	ck_assert_uint_ge(pool_workers(p), 1);
	ck_assert_uint_le(pool_workers(p), 16);
	w = (struct work){ .fails_at = SIZE_MAX };
	for (unsigned round = 1; round <= 50; round++) {
		size_t n = round % 2 ? ITEMS : round; /* also fewer items than workers */

		ck_assert_int_eq(pool_run(p, n, once, &w, &err), 0);
	}
	for (size_t i = 60; i < ITEMS; i++)
		ck_assert_uint_eq(atomic_load(&w.times[i]), 25);
	ck_assert_int_eq(pool_run(p, 0, once, &w, &err), 0);
	w = (struct work){ .fails_at = 100 };
	ck_assert_int_eq(pool_run(p, ITEMS, once, &w, &err), HV_E_PARSE);
	ck_assert_str_eq(err.text, "item 100");
	ck_assert_uint_le(atomic_load(&w.calls), ITEMS);
	/* And it works again afterwards. */
	w = (struct work){ .fails_at = SIZE_MAX };
	ck_assert_int_eq(pool_run(p, ITEMS, once, &w, &err), 0);
	ck_assert_uint_eq(atomic_load(&w.calls), ITEMS);
}

START_TEST(every_item_is_worked_on_once_by_any_number_of_workers)
{
	static const unsigned workers[] = { 0, 1, 2, 3, 16, 1000 };

	for (size_t i = 0; i < HV_LEN(workers); i++)
		check(workers[i]);
}
END_TEST

START_TEST(a_pool_that_never_worked_is_freed)
{
	struct pool *p = NULL;
	struct hv_err err = { 0 };

	for (int i = 0; i < 200; i++) {
		ck_assert_int_eq(pool_new(4, &p, &err), 0);
		pool_free(p);
	}
	pool_free(NULL);
}
END_TEST

SUITE("pool", every_item_is_worked_on_once_by_any_number_of_workers, a_pool_that_never_worked_is_freed)
