/*
 * run/pool.h - a few threads that work through an array of items, each item by one worker.
 *
 * The caller's thread is worker 0. Workers share nothing but the item numbers: each has its own mapping and
 * arenas. Tests: tests/unit/run/test_pool.c.
 */
#ifndef HARVESTER_RUN_POOL_H
#define HARVESTER_RUN_POOL_H

#include "harvester/base/err.h"

struct pool;

/* workers: 1 to 16, the caller included; 0: one per processor, at most 2 (the database needs the rest). */
int pool_new(unsigned workers, struct pool **ret, struct hv_err *err) HV_CHECK;
void pool_free(struct pool *p);
HV_DEFINE_AUTO(struct pool, pool_free)

unsigned pool_workers(const struct pool *p);

/*
 * Call fn(ctx, worker, item, err) for every item in [0, n), in any order, and wait. The first failure stops
 * the rest and is handed back.
 */
typedef int pool_fn(void *ctx, unsigned worker, size_t item, struct hv_err *err);
int pool_run(struct pool *p, size_t n, pool_fn *fn, void *ctx, struct hv_err *err) HV_CHECK;

#endif
