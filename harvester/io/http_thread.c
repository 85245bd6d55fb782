/*
 * io/http_thread.c - the worker behind http_begin: the next page comes while the last one is read.
 *
 * The thread starts with the first http_begin and belongs to the handle. The easy handle is used by one
 * thread at a time: under_way keeps the caller's thread out, the mutex orders the two.
 * Tests: tests/unit/io/test_http.c.
 */
#include "harvester/io/http_internal.h"

#include <signal.h>

#define LARGEST_REQUEST (16u << 20)

int http_thread_init(struct http *h, struct hv_err *err)
{
	struct http_thread *w = &h->worker;

	w->text = arena_new(LARGEST_REQUEST);
	if (!w->text || pthread_mutex_init(&w->mutex, NULL) != 0)
		return hv_nomem(err, "HTTP worker");
	if (pthread_cond_init(&w->changed, NULL) != 0) {
		pthread_mutex_destroy(&w->mutex);
		return hv_nomem(err, "HTTP worker");
	}
	w->ready = true;
	return 0;
}

static void *work(void *ctx)
{
	struct http *h = ctx;
	struct http_thread *w = &h->worker;

	pthread_mutex_lock(&w->mutex);
	while (!w->quit) {
		if (!w->posted) {
			pthread_cond_wait(&w->changed, &w->mutex);
			continue;
		}
		w->posted = false;
		pthread_mutex_unlock(&w->mutex);
		int result = http_run(h, &w->request, &w->reply, &w->err);
		if (result == 0 && w->request.arrived)
			w->request.arrived(w->request.ctx, &w->reply);
		pthread_mutex_lock(&w->mutex);
		w->result = result;
		w->done = true;
		pthread_cond_broadcast(&w->changed);
	}
	pthread_mutex_unlock(&w->mutex);
	return NULL;
}

/* Signals are for the thread that has a loop for them. */
static int start(struct http *h, struct hv_err *err)
{
	sigset_t all, before;

	if (h->worker.started)
		return 0;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int r = pthread_create(&h->worker.thread, NULL, work, h);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r != 0)
		return hv_fail(err, HV_E_IO, "no thread for HTTP: %s", strerror(r));
	h->worker.started = true;
	return 0;
}

static bool copy(struct arena *a, const char *from, size_t n, const char **ret)
{
	*ret = from ? arena_strndup(a, from, n) : NULL;
	return !from || *ret;
}

static bool copy_request(struct http_thread *w, const struct http_request *r)
{
	struct http_request c = *r;

	arena_reset(w->text);
	if (!copy(w->text, r->url, str_of(r->url).n, &c.url) || !copy(w->text, r->body, r->body_n, &c.body) ||
	    !copy(w->text, r->content_type, str_of(r->content_type).n, &c.content_type) ||
	    !copy(w->text, r->accept, str_of(r->accept).n, &c.accept))
		return false;
	w->request = c;
	return true;
}

int http_begin(struct http *h, const struct http_request *r, struct hv_err *err)
{
	struct http_thread *w = &h->worker;

	if (http_under_way(h))
		return hv_fail(err, HV_E_BUSY, "a request of this handle is under way already");
	if (!copy_request(w, r))
		return hv_fail(err, HV_E_NOMEM, "request over %u bytes, or memory is out", LARGEST_REQUEST);
	int started = start(h, err);
	if (started < 0)
		return started;
	pthread_mutex_lock(&w->mutex);
	w->done = false;
	w->posted = true;
	atomic_store(&h->under_way, true);
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->mutex);
	return 0;
}

int http_wait(struct http *h, struct http_reply *ret, struct hv_err *err)
{
	struct http_thread *w = &h->worker;

	if (!http_under_way(h))
		return hv_fail(err, HV_E_USAGE, "no request of this handle is under way");
	pthread_mutex_lock(&w->mutex);
	while (!w->done)
		pthread_cond_wait(&w->changed, &w->mutex);
	int result = w->result;
	if (result == 0)
		*ret = w->reply;
	else if (err)
		*err = w->err;
	atomic_store(&h->under_way, false);
	pthread_mutex_unlock(&w->mutex);
	return result;
}

bool http_under_way(const struct http *h)
{
	return atomic_load(&h->under_way);
}

void http_drop(struct http *h)
{
	struct http_reply reply = { .fd = -1 };

	if (!http_under_way(h))
		return;
	atomic_store(&h->closing, true);
	if (http_wait(h, &reply, NULL) == 0)
		http_reply_close(&reply);
	atomic_store(&h->closing, false);
}

void http_thread_end(struct http *h)
{
	struct http_thread *w = &h->worker;

	if (w->started) {
		pthread_mutex_lock(&w->mutex);
		w->quit = true;
		pthread_cond_broadcast(&w->changed);
		pthread_mutex_unlock(&w->mutex);
		pthread_join(w->thread, NULL);
		if (atomic_load(&h->under_way) && w->done && w->result == 0)
			http_reply_close(&w->reply);
	}
	if (w->ready) {
		pthread_cond_destroy(&w->changed);
		pthread_mutex_destroy(&w->mutex);
	}
	arena_free(w->text);
}
