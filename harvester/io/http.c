/*
 * io/http.c - see http.h. The handle and the loop of tries; http_internal.h says what the other files do.
 */
#include "harvester/io/http_internal.h"

#include <poll.h>
#include <signal.h>
#include <sys/random.h>
#include <unistd.h>

int http_global_init(struct hv_err *err)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return hv_fail(err, HV_E_IO, "libcurl does not start");
	/* OpenSSL writes with write(): a peer that hangs up would end the program. */
	(void)signal(SIGPIPE, SIG_IGN);
	return 0;
}

void http_global_cleanup(void)
{
	curl_global_cleanup();
}

/* ---- waiting ---- */

bool http_is_cancelled(struct http *h)
{
	return atomic_load(&h->closing) || (h->cancelled && h->cancelled(h->ctx));
}

bool http_sleep_until(struct http *h, int64_t until)
{
	for (;;) {
		int64_t left = until - clock_monotonic();

		if (http_is_cancelled(h))
			return false;
		if (left <= 0)
			return true;
		int64_t ms = (left + 999) / 1000;
		(void)poll(NULL, 0, ms < HTTP_SLICE_MS ? (int)ms : HTTP_SLICE_MS);
	}
}

/* ---- the handle ---- */

static int read_options(struct http *h, struct hv_err *err)
{
	struct http_options *o = &h->o;

	if (http_options_check(o, err) < 0)
		return HV_E_CONFIG;
	h->allowed = calloc(o->n_addresses ? o->n_addresses : 1, sizeof(*h->allowed));
	if (!h->allowed)
		return hv_nomem(err, "addresses");
	for (size_t i = 0; i < o->n_addresses; i++)
		(void)http_address_parse(o->addresses[i], &h->allowed[i]);
	h->pinned = o->tls_fingerprint && http_fingerprint_parse(o->tls_fingerprint, &h->pin);
	h->backoff = (struct http_backoff){ o->backoff_ms, o->backoff_max_ms, o->seed };
	if (!o->seed && getrandom(&h->backoff.random, sizeof(h->backoff.random), GRND_NONBLOCK) !=
				sizeof(h->backoff.random))
		h->backoff.random = (uint64_t)clock_monotonic();
	return 0;
}

static void set_auth(struct http *h)
{
	const struct http_options *o = &h->o;

	if (o->auth == HTTP_AUTH_BASIC) {
		curl_easy_setopt(h->easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
		curl_easy_setopt(h->easy, CURLOPT_USERNAME, o->auth_name);
		curl_easy_setopt(h->easy, CURLOPT_PASSWORD, o->auth_secret);
	} else if (o->auth == HTTP_AUTH_BEARER) {
		curl_easy_setopt(h->easy, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
		curl_easy_setopt(h->easy, CURLOPT_XOAUTH2_BEARER, o->auth_secret);
	}
}

/* What stays the same for every request of the handle. */
static void set_easy(struct http *h)
{
	CURL *e = h->easy;

	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	/* Through a proxy of the environment the address of the real host could not be checked. */
	curl_easy_setopt(e, CURLOPT_PROXY, "");
	/* One request at a time gains nothing from HTTP/2. */
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(e, CURLOPT_BUFFERSIZE, 256L << 10);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)h->o.connect_ms);
	curl_easy_setopt(e, CURLOPT_USERAGENT, h->o.user_agent);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, h->reason);
	http_try_callbacks(e);
	set_auth(h);
	if (!h->pinned)
		return;
	/* A certificate is only shown by a full handshake: connections and sessions are not used again. */
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(e, CURLOPT_CERTINFO, 1L);
	curl_easy_setopt(e, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(e, CURLOPT_SSL_SESSIONID_CACHE, 0L);
}

int http_new(const struct http_options *o, bool (*cancelled)(void *ctx), void *ctx, struct http **ret,
	     struct hv_err *err)
{
	hv_auto(http_freep) struct http *h = calloc(1, sizeof(*h));

	if (!h)
		return hv_nomem(err, "HTTP handle");
	h->o = *o;
	h->cancelled = cancelled;
	h->ctx = ctx;
	int r = http_thread_init(h, err);
	if (r == 0)
		r = read_options(h, err);
	if (r < 0)
		return r;
	h->easy = curl_easy_init();
	h->multi = curl_multi_init();
	h->hasher = h->pinned ? hasher_new() : NULL;
	if (!h->easy || !h->multi || (h->pinned && !h->hasher))
		return hv_nomem(err, "HTTP handle");
	set_easy(h);
	*ret = hv_take(h);
	return 0;
}

void http_free(struct http *h)
{
	if (!h)
		return;
	atomic_store(&h->closing, true);
	http_thread_end(h);
	curl_easy_cleanup(h->easy);
	curl_multi_cleanup(h->multi);
	hasher_free(h->hasher);
	free(h->allowed);
	free(h);
}

/* ---- a request ---- */

static const char *advice_for(long status)
{
	switch (status) {
	case 429:
		return "it wants fewer requests: lower http.rate";
	case 500:
		return "the server fails on this request; tell its administrator if it lasts";
	default:
		return "the server is overloaded or under maintenance; try later";
	}
}

/* An answer that asks for another try, by its status or by a Retry-After on any refusal (real servers send it
 * with 403 and 422 too). */
static bool wants_again(const struct http_try *t)
{
	return http_retry_status(t->reply.status) || (t->reply.status >= 400 && t->retry_after_ms >= 0);
}

/* Milliseconds to the next try, or -1: there is none. */
static int64_t next_wait(struct http *h, const struct http_try *t, unsigned tries, struct http_failure *f)
{
	if (t->retry_after_ms > h->o.retry_after_max_ms) {
		(void)http_failed(f, HV_E_REMOTE, true, "try then, or raise http.retry_after_max",
				  "answered %ld and asks to come back in %lld s", t->reply.status,
				  (long long)(t->retry_after_ms / 1000));
		return -1;
	}
	if (!f->again || tries > h->o.retries)
		return -1;
	return t->retry_after_ms > 0 ? t->retry_after_ms : http_backoff_wait(&h->backoff, tries - 1);
}

static int try_until(struct http *h, const struct http_request *r, int fd, struct http_reply *ret,
		     struct hv_err *err)
{
	for (unsigned tries = 1;; tries++) {
		struct http_try t = { .h = h,
				      .request = r,
				      .reply = { .fd = fd, .tries = tries },
				      .retry_after_ms = -1,
				      .post = r->body != NULL };
		struct http_failure f = { 0 };

		(void)snprintf(t.reply.url, sizeof(t.reply.url), "%s", r->url);
		int result = http_try(&t, &f);
		if (result == 0 && !wants_again(&t)) {
			*ret = t.reply;
			return 0;
		}
		if (result == 0)
			(void)http_failed(&f, HV_E_REMOTE, true, advice_for(t.reply.status), "answered %ld",
					  t.reply.status);
		else
			t.retry_after_ms = -1;
		int64_t wait = next_wait(h, &t, tries, &f);
		if (wait < 0)
			return http_tell(r, &f, tries, err);
		if (!http_sleep_until(h, clock_monotonic() + wait * 1000)) {
			(void)http_failed(&f, HV_E_CANCELLED, false, NULL, "cancelled");
			return http_tell(r, &f, tries, err);
		}
	}
}

int http_run(struct http *h, const struct http_request *r, struct http_reply *ret, struct hv_err *err)
{
	struct http_failure f = { 0 };

	if (http_check_url(r->url, err) < 0)
		return HV_E_CONFIG;
	int fd = http_spool_open(h->o.spool_dir, &f);
	if (fd < 0)
		return http_tell(r, &f, 1, err);
	int result = try_until(h, r, fd, ret, err);
	if (result < 0)
		close(fd);
	return result;
}

int http_fetch(struct http *h, const struct http_request *r, struct http_reply *ret, struct hv_err *err)
{
	if (http_under_way(h))
		return hv_fail(err, HV_E_BUSY, "a request of this handle is under way already");
	return http_run(h, r, ret, err);
}

void http_reply_close(struct http_reply *r)
{
	hv_closep(&r->fd);
}
