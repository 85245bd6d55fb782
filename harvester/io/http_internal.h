/*
 * io/http_internal.h - what the files of io/http share. Nobody else includes it, but for tests of the pure
 * functions.
 *
 * http.c          the handle and the loop of tries
 * http_failure.c  the text of a failure
 * http_options.c  what a handle is asked to be: defaults, checks, URLs
 * http_address.c  which addresses may be spoken to
 * http_try.c      one try: hops, the transfer, its time limits
 * http_spool.c    where a body goes while it comes
 * http_retry.c    what is worth another try, and when
 * http_tls.c      the one certificate accepted instead of verification
 * http_thread.c   the worker behind http_begin
 */
#ifndef HARVESTER_IO_HTTP_INTERNAL_H
#define HARVESTER_IO_HTTP_INTERNAL_H

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>

#include "harvester/base/arena.h"
#include "harvester/base/hash.h"
#include "harvester/io/http.h"

struct sockaddr;

/* Waits are cut into slices so that a cancellation is seen soon. */
enum { HTTP_SLICE_MS = 100, HTTP_REDIRECTS = 10, HTTP_HEADERS_MAX = 256 << 10 };

/* ---- http_address.c ---- */

/* An IPv6 address, or an IPv4 one in its mapped form (::ffff:a.b.c.d). */
struct http_address {
	unsigned char b[16];
};

bool http_address_parse(const char *text, struct http_address *ret);
bool http_address_of(const struct sockaddr *sa, struct http_address *ret);
void http_address_text(const struct http_address *a, char *ret, size_t size);

/* NULL for a public address, else what it is: "a loopback address". */
const char *http_address_not_public(const struct http_address *a);

/* ---- http_retry.c ---- */

struct http_backoff {
	int64_t base_ms, max_ms;
	uint64_t random; /* state */
};

/* Full jitter: anything from 0 to base × 2^tries, at most max. tries counts from 0. */
int64_t http_backoff_wait(struct http_backoff *b, unsigned tries);

/*
 * Retry-After (RFC 9110 §10.2.3), seconds or an HTTP date, as milliseconds from now; date is the answer's own
 * Date header (NULL: none, our clock counts): a server whose clock is wrong still means the difference.
 * A date that is past: 0. Anything else: -1.
 */
int64_t http_retry_after(const char *value, const char *date, int64_t now_s);

bool http_retry_status(long status);
bool http_retry_curl(CURLcode code);

/* ---- http_try.c, http_failure.c ---- */

enum http_stop {
	HTTP_STOP_NONE,
	HTTP_STOP_CANCELLED,
	HTTP_STOP_FIRST_BYTE,
	HTTP_STOP_SLOW,
	HTTP_STOP_TOTAL,
	HTTP_STOP_TOO_LONG,
	HTTP_STOP_HEADERS,
	HTTP_STOP_SPOOL,
	HTTP_STOP_CERTIFICATE
};

/* One try of a request: one transfer for each hop. Times are monotonic microseconds, 0: not yet. */
struct http_try {
	struct http *h;
	const struct http_request *request;
	struct http_reply reply;
	int64_t retry_after_ms; /* -1 none */
	bool post;              /* the next hop sends the body */
	enum http_stop stop;
	int64_t began, sent, first_byte, window_began;
	uint64_t window_bytes, header_bytes;
	unsigned opened;   /* sockets of this hop */
	char refused[128]; /* address of this hop that was refused, and why */
	int spool_errno;
};

/* Why a try failed; http_tell adds the URL and the number of tries. */
struct http_failure {
	enum hv_code code;
	bool again; /* worth another try */
	char what[400];
	const char *advice; /* NULL none */
};

int http_failed(struct http_failure *f, enum hv_code code, bool again, const char *advice, const char *fmt,
		...) HV_PRINTF(5, 6);
int http_say_stop(const struct http_try *t, struct http_failure *f);
int http_say_curl(struct http_try *t, CURLcode code, struct http_failure *f);
int http_tell(const struct http_request *r, const struct http_failure *f, unsigned tries, struct hv_err *err);

/* The callbacks of an easy handle; their data is set for each hop. */
void http_try_callbacks(CURL *easy);

/* 0: an answer in t->reply, whatever its status; else f is filled. t->reply.fd is the caller's either way. */
int http_try(struct http_try *t, struct http_failure *f) HV_CHECK;

/* ---- http_spool.c ---- */

int http_spool_open(const char *dir, struct http_failure *f);
int http_spool_empty(struct http_try *t);
size_t http_spool_write(char *data, size_t size, size_t n, void *ctx); /* CURLOPT_WRITEFUNCTION */

/* ---- http_options.c ---- */

/* URL as http_check_url; ret_reason without the URL's own user name or password. */
bool http_url_ok(const char *url, char *ret_reason, size_t size);

/* Do both URLs have the same scheme, host and port? */
bool http_same_origin(const char *a, const char *b);

/* Fill zeros with defaults; HV_E_CONFIG when something in it cannot be sent. */
int http_options_check(struct http_options *o, struct hv_err *err) HV_CHECK;

/* ---- http_tls.c ---- */

bool http_fingerprint_parse(const char *text, struct sha256 *ret);

/* Is the peer's own certificate of the connection just made the one accepted? */
bool http_certificate_matches(struct http *h);

/* ---- http_thread.c ---- */

struct http_thread {
	pthread_t thread;
	bool started, ready;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	struct http_request request; /* copies, owned by text */
	struct arena *text;
	bool posted, done, quit;
	int result;
	struct http_reply reply;
	struct hv_err err;
};

int http_thread_init(struct http *h, struct hv_err *err) HV_CHECK;
void http_thread_end(struct http *h);

/* ---- http.c ---- */

struct http {
	struct http_options o;
	bool (*cancelled)(void *ctx);
	void *ctx;
	CURL *easy;
	CURLM *multi; /* keeps the connections */
	struct http_address *allowed;
	struct http_backoff backoff;
	int64_t last_start; /* monotonic microseconds of the last request sent, 0 none */
	bool pinned;
	struct sha256 pin;
	struct hasher *hasher;
	char reason[CURL_ERROR_SIZE]; /* curl's words about the last failure */
	atomic_bool closing, under_way;
	struct http_thread worker;
};

bool http_is_cancelled(struct http *h);

/* Wait until a monotonic time in microseconds; false when cancelled. */
bool http_sleep_until(struct http *h, int64_t until);

/* The whole of http_fetch, in whichever thread. */
int http_run(struct http *h, const struct http_request *r, struct http_reply *ret,
	     struct hv_err *err) HV_CHECK;

#endif
