/*
 * run/pool.c - see pool.h.
 */
#include "harvester/run/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

enum { MOST_WORKERS = 16 };

struct worker {
	struct pool *pool;
	unsigned number;
	pthread_t thread;
};

struct pool {
	struct worker workers[MOST_WORKERS]; /* [0] is the caller: no thread */
	unsigned n, started;
	pthread_mutex_t lock;
	pthread_cond_t begin, done;
	uint64_t round;   /* a new one begins when it grows */
	unsigned running; /* threads still at work in this round */
	bool stop;
	size_t items;
	atomic_size_t next;
	atomic_bool failed;
	pool_fn *fn;
	void *ctx;
	struct hv_err err; /* the first failure, under the lock */
};

static void work(struct pool *p, unsigned worker)
{
	for (;;) {
		size_t i = atomic_fetch_add(&p->next, 1);
		struct hv_err err = { 0 };

		if (i >= p->items || atomic_load(&p->failed))
			return;
		if (p->fn(p->ctx, worker, i, &err) >= 0)
			continue;
		pthread_mutex_lock(&p->lock);
		if (!atomic_exchange(&p->failed, true))
			p->err = err;
		pthread_mutex_unlock(&p->lock);
	}
}

static void *thread_main(void *arg)
{
	struct worker *w = arg;
	struct pool *p = w->pool;
	uint64_t round = 0;

	pthread_mutex_lock(&p->lock);
	for (;;) {
		while (p->round == round && !p->stop)
			pthread_cond_wait(&p->begin, &p->lock);
		if (p->stop)
			break;
		round = p->round;
		pthread_mutex_unlock(&p->lock);
		work(p, w->number);
		pthread_mutex_lock(&p->lock);
		if (--p->running == 0)
			pthread_cond_signal(&p->done);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static unsigned default_workers(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n >= 2 ? 2 : 1;
}

int pool_new(unsigned workers, struct pool **ret, struct hv_err *err)
{
	hv_auto(pool_freep) struct pool *p = calloc(1, sizeof(*p));

	if (!p)
		return hv_nomem(err, "workers");
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->begin, NULL);
	pthread_cond_init(&p->done, NULL);
	p->n = workers ? workers : default_workers();
	if (p->n > MOST_WORKERS)
		p->n = MOST_WORKERS;
	p->started = 1;
	for (unsigned i = 1; i < p->n; i++) {
		p->workers[i] = (struct worker){ .pool = p, .number = i };
		if (pthread_create(&p->workers[i].thread, NULL, thread_main, &p->workers[i]) != 0)
			return hv_fail(err, HV_E_IO, "a worker thread cannot be started");
		p->started++;
	}
	*ret = hv_take(p);
	return 0;
}

void pool_free(struct pool *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_broadcast(&p->begin);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 1; i < p->started; i++)
		pthread_join(p->workers[i].thread, NULL);
	pthread_cond_destroy(&p->done);
	pthread_cond_destroy(&p->begin);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

unsigned pool_workers(const struct pool *p)
{
	return p->n;
}

int pool_run(struct pool *p, size_t n, pool_fn *fn, void *ctx, struct hv_err *err)
{
	if (!n)
		return 0;
	pthread_mutex_lock(&p->lock);
	p->items = n;
	p->fn = fn;
	p->ctx = ctx;
	atomic_store(&p->next, 0);
	atomic_store(&p->failed, false);
	p->running = p->n - 1;
	p->round++;
	pthread_cond_broadcast(&p->begin);
	pthread_mutex_unlock(&p->lock);

	work(p, 0);

	pthread_mutex_lock(&p->lock);
	while (p->running)
		pthread_cond_wait(&p->done, &p->lock);
	pthread_mutex_unlock(&p->lock);
	if (!atomic_load(&p->failed))
		return 0;
	if (err)
		*err = p->err;
	return p->err.code;
}
