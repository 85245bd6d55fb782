/*
 * io/http.h - the only home of libcurl: one polite, bounded request at a time.
 *
 * Every body goes to an unlinked spool file and is handed over whole or not at all. Limits (DESIGN §10):
 * http/https only; the resolved address is checked at the socket, on every redirect; bytes after
 * decompression, silence and total time are bounded; requests that carry a secret follow no redirect to
 * another host. Retries with full jitter; Retry-After in both forms (seconds, HTTP date), up to a ceiling.
 * Tests: tests/unit/io/test_http.c.
 */
#ifndef HARVESTER_IO_HTTP_H
#define HARVESTER_IO_HTTP_H

#include "harvester/base/clock.h"
#include "harvester/base/err.h"
#include "harvester/base/str.h"

/* Once, before any thread starts. Ignores SIGPIPE from then on: TLS writes would die of it. */
int http_global_init(struct hv_err *err) HV_CHECK;
void http_global_cleanup(void);

enum http_auth { HTTP_AUTH_NONE, HTTP_AUTH_BASIC, HTTP_AUTH_BEARER, HTTP_AUTH_HEADER };

/* All texts belong to the caller and outlive the handle. Durations in milliseconds; where nothing else is
 * said, 0 is the default of http_options_default: no wait is without an end. */
struct http_options {
	const char *user_agent; /* with a contact */
	const char *from;       /* From header: an address a server's administrator can write to; NULL none */
	int64_t min_interval_ms; /* between the starts of two requests (500 = 2 a second), tries and hops of
				    redirects counted; 0 none */
	int64_t connect_ms;
	int64_t first_byte_ms;
	int64_t low_speed_bytes;    /* fewer bytes a second … */
	int64_t low_speed_ms;       /* … during this long: the request fails */
	int64_t total_ms;           /* one request, 0: none */
	uint64_t max_body;          /* bytes after decompression */
	unsigned retries;           /* after the first try */
	int64_t backoff_ms;         /* base of the exponential back-off; 0: 1 s */
	int64_t backoff_max_ms;     /* 0: 60 s */
	int64_t retry_after_max_ms; /* a server that asks for more is a failure */
	const char *const
		*addresses; /* resolved addresses allowed besides public ones ("127.0.0.1", "::1") */
	size_t n_addresses;
	const char *tls_fingerprint; /* "sha256:HEX" (colons between bytes allowed) of the one certificate
					accepted instead of verification; NULL verify */
	enum http_auth auth;
	const char *auth_name;   /* user, or header name */
	const char *auth_secret; /* never logged, never in an error text */
	const char *spool_dir;   /* NULL: TMPDIR or /tmp */
	uint64_t seed;           /* of the jitter; 0: random */
};

void http_options_default(struct http_options *o);

struct http;

/* The handle owns one worker thread for http_begin. cancelled (may be NULL) is polled during waits and
 * transfers, from the thread that does the request. No proxy is used, whatever the environment says: behind
 * one the real host's address could not be checked. HV_E_CONFIG: an option that cannot be sent or read. */
int http_new(const struct http_options *o, bool (*cancelled)(void *ctx), void *ctx, struct http **ret,
	     struct hv_err *err) HV_CHECK;
void http_free(struct http *h); /* waits for a request under way, which is cancelled */
HV_DEFINE_AUTO(struct http, http_free)

struct http_reply;

struct http_request {
	const char *url;
	const char *body; /* NULL: GET; else POST of body_n bytes */
	size_t body_n;
	const char *content_type; /* of the body */
	const char *accept;       /* NULL: no Accept header of ours */
	/*
	 * NULL, or what to do with an answer as soon as it is there: called by the thread behind http_begin,
	 * on success only, while the caller does other work. May take the file and leave fd -1. http_fetch
	 * does not call it.
	 */
	void (*arrived)(void *ctx, struct http_reply *reply);
	void *ctx;
};

struct http_reply {
	int fd;                 /* unlinked spool file, at its start; the caller closes it */
	uint64_t size;          /* decoded bytes in it */
	long status;            /* the last answer's */
	char content_type[128]; /* as sent, "" none */
	char url[2048];         /* where the answer came from, after redirects */
	bool redirected;        /* permanently, every hop (301, 308): the caller may tell */
	unsigned tries;
	int64_t first_byte_us, total_us; /* of the last try */
};

/*
 * Fetch, with retries. An answer with any status that is no reason to try again (2xx, most 4xx) is HV_OK with
 * that status and its body: who called knows what a 422 may hold. Tried again: a connection refused, reset,
 * silent, too slow or cut, 408, 425, 429, 500, 502, 503, 504, and any 4xx or 5xx with a Retry-After.
 * HV_E_REMOTE after the last retry ("… answered 503 (4 tries); …") or when Retry-After asks for more than
 * retry_after_max_ms, HV_E_REFUSED (address, scheme, redirect, certificate not the pinned one), HV_E_LIMIT
 * (too long), HV_E_CANCELLED, HV_E_BUSY (one is under way), HV_E_IO (spool). ret is filled on success only.
 */
int http_fetch(struct http *h, const struct http_request *r, struct http_reply *ret,
	       struct hv_err *err) HV_CHECK;

/* The same in the background: begin one (texts are copied), do other work, then wait. At most one at a time.
 */
int http_begin(struct http *h, const struct http_request *r, struct hv_err *err) HV_CHECK;
int http_wait(struct http *h, struct http_reply *ret, struct hv_err *err) HV_CHECK;
bool http_under_way(const struct http *h);

/* Cancel the one under way and forget its answer; `arrived` is not running any more. Nothing to do when none
 * is.
 */
void http_drop(struct http *h);

void http_reply_close(struct http_reply *r);

/* Is the URL http/https with a host, without user:password@? Else HV_E_CONFIG with the reason. */
int http_check_url(const char *url, struct hv_err *err) HV_CHECK;

#endif
