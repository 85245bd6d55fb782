/*
 * io/http_try.c - one try of a request: hop after hop, each one transfer with its limits.
 *
 * Redirects are followed by us and not by libcurl, which takes custom headers with secrets along to another
 * host. The transfer runs on a multi handle with our own loop, because its waits can be cut short: silence,
 * slowness, total time and cancellation are looked at every HTTP_SLICE_MS. Tests: tests/unit/io/test_http.c.
 */
#include "harvester/io/http_internal.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- what libcurl asks during a transfer ---- */

static bool is_allowed(const struct http *h, const struct http_address *a)
{
	for (size_t i = 0; i < h->o.n_addresses; i++)
		if (memcmp(h->allowed[i].b, a->b, sizeof(a->b)) == 0)
			return true;
	return false;
}

static curl_socket_t on_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct http_try *t = ctx;
	struct http_address a;
	char text[64];

	(void)purpose;
	if (!http_address_of(&to->addr, &a))
		return CURL_SOCKET_BAD;
	const char *what = http_address_not_public(&a);
	if (what && !is_allowed(t->h, &a)) {
		http_address_text(&a, text, sizeof(text));
		(void)snprintf(t->refused, sizeof(t->refused), "%s, %s", text, what);
		return CURL_SOCKET_BAD;
	}
	t->opened++;
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* The connection stands, the request has not been sent. */
static int on_connected(void *ctx, char *peer, char *own, int peer_port, int own_port)
{
	struct http_try *t = ctx;

	(void)peer;
	(void)own;
	(void)peer_port;
	(void)own_port;
	t->sent = clock_monotonic();
	if (t->h->pinned && !http_certificate_matches(t->h)) {
		t->stop = HTTP_STOP_CERTIFICATE;
		return CURL_PREREQFUNC_ABORT;
	}
	return CURL_PREREQFUNC_OK;
}

static size_t on_header(char *data, size_t size, size_t n, void *ctx)
{
	struct http_try *t = ctx;

	(void)data;
	if (!t->first_byte)
		t->first_byte = t->window_began = clock_monotonic();
	t->window_bytes += size * n;
	t->header_bytes += size * n;
	if (t->header_bytes > HTTP_HEADERS_MAX) {
		t->stop = HTTP_STOP_HEADERS;
		return 0;
	}
	return size * n;
}

void http_try_callbacks(CURL *easy)
{
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, http_spool_write);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connected);
}

/* ---- time ---- */

static bool over(int64_t since, int64_t ms, int64_t now)
{
	return since && now - since >= ms * 1000;
}

static enum http_stop limits(struct http_try *t)
{
	const struct http_options *o = &t->h->o;
	int64_t now = clock_monotonic();

	if (http_is_cancelled(t->h))
		return HTTP_STOP_CANCELLED;
	if (o->total_ms > 0 && over(t->began, o->total_ms, now))
		return HTTP_STOP_TOTAL;
	if (!t->first_byte)
		return over(t->sent, o->first_byte_ms, now) ? HTTP_STOP_FIRST_BYTE : HTTP_STOP_NONE;
	if (!over(t->window_began, o->low_speed_ms, now))
		return HTTP_STOP_NONE;
	double seconds = (double)(now - t->window_began) / 1e6;
	if ((double)t->window_bytes < (double)o->low_speed_bytes * seconds)
		return HTTP_STOP_SLOW;
	t->window_began = now;
	t->window_bytes = 0;
	return HTTP_STOP_NONE;
}

static int smaller(int a, int64_t b)
{
	return b < a ? (int)(b < 1 ? 1 : b) : a;
}

/* How long may be slept before a limit must be looked at. */
static int slice(const struct http_options *o)
{
	int ms = smaller(HTTP_SLICE_MS, o->first_byte_ms);

	ms = smaller(ms, o->low_speed_ms);
	return o->total_ms > 0 ? smaller(ms, o->total_ms) : ms;
}

static CURLcode result_of(CURLM *multi)
{
	int left;

	for (CURLMsg *m; (m = curl_multi_info_read(multi, &left));)
		if (m->msg == CURLMSG_DONE)
			return m->data.result;
	return CURLE_FAILED_INIT;
}

/* Until the transfer is done or a limit stops it (t->stop). */
static CURLcode transfer(struct http_try *t)
{
	CURLM *multi = t->h->multi;
	int running = 0;

	if (curl_multi_add_handle(multi, t->h->easy) != CURLM_OK)
		return CURLE_OUT_OF_MEMORY;
	CURLcode code = CURLE_FAILED_INIT;
	for (;;) {
		if (curl_multi_perform(multi, &running) != CURLM_OK)
			break;
		if (!running) {
			code = result_of(multi);
			break;
		}
		enum http_stop stop = limits(t);
		if (stop != HTTP_STOP_NONE) {
			t->stop = stop;
			break;
		}
		if (curl_multi_poll(multi, NULL, 0, slice(&t->h->o), NULL) != CURLM_OK)
			break;
	}
	(void)curl_multi_remove_handle(multi, t->h->easy);
	return code;
}

/* ---- one hop ---- */

static bool add_header(struct curl_slist **list, const char *name, const char *value)
{
	hv_auto(hv_freep) char *line = NULL;

	if (!value)
		return true;
	if (asprintf(&line, "%s: %s", name, value) < 0)
		return false;
	struct curl_slist *more = curl_slist_append(*list, line);
	if (more)
		*list = more;
	return more != NULL;
}

static bool headers_of(const struct http_try *t, struct curl_slist **list)
{
	const struct http_options *o = &t->h->o;
	bool keyed = o->auth == HTTP_AUTH_HEADER;

	/* "Expect:" without a value: a server that does not know 100-continue would cost a second. */
	return add_header(list, "From", o->from) && add_header(list, "Accept", t->request->accept) &&
	       add_header(list, "Content-Type", t->post ? t->request->content_type : NULL) &&
	       add_header(list, "Expect", t->post ? "" : NULL) &&
	       add_header(list, keyed ? o->auth_name : "", keyed ? o->auth_secret : NULL);
}

static void set_request(struct http_try *t, struct curl_slist *headers)
{
	CURL *e = t->h->easy;

	curl_easy_setopt(e, CURLOPT_URL, t->reply.url);
	curl_easy_setopt(e, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, t);
	curl_easy_setopt(e, CURLOPT_PREREQDATA, t);
	if (t->post) {
		curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->request->body_n);
		curl_easy_setopt(e, CURLOPT_POSTFIELDS, t->request->body);
	} else {
		curl_easy_setopt(e, CURLOPT_HTTPGET, 1L);
	}
}

/* Politeness counts every request sent, hops too. */
static bool wait_for_turn(struct http *h)
{
	if (h->last_start && !http_sleep_until(h, h->last_start + h->o.min_interval_ms * 1000))
		return false;
	h->last_start = clock_monotonic();
	return !http_is_cancelled(h);
}

static int hop(struct http_try *t, struct http_failure *f)
{
	struct curl_slist *headers = NULL;

	if (!wait_for_turn(t->h)) {
		t->stop = HTTP_STOP_CANCELLED;
		return http_say_stop(t, f);
	}
	if (http_spool_empty(t) < 0) {
		t->stop = HTTP_STOP_SPOOL;
		return http_say_stop(t, f);
	}
	t->sent = t->first_byte = 0;
	t->header_bytes = 0;
	t->opened = 0;
	t->refused[0] = t->h->reason[0] = '\0';
	CURLcode code = CURLE_OUT_OF_MEMORY;
	if (headers_of(t, &headers)) {
		set_request(t, headers);
		code = transfer(t);
	}
	curl_easy_setopt(t->h->easy, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(headers);
	if (t->stop != HTTP_STOP_NONE)
		return http_say_stop(t, f);
	return code == CURLE_OK ? 0 : http_say_curl(t, code, f);
}

/* ---- redirects ---- */

static bool is_redirect(long status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static int follow(struct http_try *t, const char *to, struct http_failure *f)
{
	char why[160];

	if (!http_url_ok(to, why, sizeof(why)))
		return http_failed(f, HV_E_REFUSED, false, NULL, "redirected to an address that %s", why);
	if (t->h->o.auth != HTTP_AUTH_NONE && !http_same_origin(t->reply.url, to))
		return http_failed(
			f, HV_E_REFUSED, false,
			"requests with a secret stay with their host; if the new address is right, "
			"configure it",
			"redirected to %.200s", to);
	/* As every client does: 301, 302 and 303 turn a POST into a GET. */
	if (t->reply.status <= 303)
		t->post = false;
	(void)snprintf(t->reply.url, sizeof(t->reply.url), "%s", to);
	return 0;
}

static const char *header(CURL *e, const char *name)
{
	struct curl_header *h = NULL;

	return curl_easy_header(e, name, 0, CURLH_HEADER, -1, &h) == CURLHE_OK ? h->value : NULL;
}

static void read_answer(struct http_try *t)
{
	CURL *e = t->h->easy;
	const char *type = NULL, *again = header(e, "Retry-After");
	curl_off_t first = 0, total = 0;

	curl_easy_getinfo(e, CURLINFO_RESPONSE_CODE, &t->reply.status);
	curl_easy_getinfo(e, CURLINFO_CONTENT_TYPE, &type);
	curl_easy_getinfo(e, CURLINFO_STARTTRANSFER_TIME_T, &first);
	curl_easy_getinfo(e, CURLINFO_TOTAL_TIME_T, &total);
	(void)snprintf(t->reply.content_type, sizeof(t->reply.content_type), "%s", type ? type : "");
	t->reply.first_byte_us = first;
	t->reply.total_us = total;
	t->retry_after_ms = again ? http_retry_after(again, header(e, "Date"), (int64_t)time(NULL)) : -1;
	/* A value that says nothing still says "again". */
	if (again && t->retry_after_ms < 0)
		t->retry_after_ms = 0;
}

int http_try(struct http_try *t, struct http_failure *f)
{
	bool permanent = true;

	t->began = clock_monotonic();
	for (unsigned hops = 0; hops <= HTTP_REDIRECTS; hops++) {
		const char *to = NULL;

		int r = hop(t, f);
		if (r < 0)
			return r;
		read_answer(t);
		if (is_redirect(t->reply.status))
			curl_easy_getinfo(t->h->easy, CURLINFO_REDIRECT_URL, &to);
		if (!to) {
			t->reply.redirected = hops > 0 && permanent;
			if (lseek(t->reply.fd, 0, SEEK_SET) == 0)
				return 0;
			return http_failed(f, HV_E_IO, false, NULL, "spool file: %s", strerror(errno));
		}
		permanent = permanent && (t->reply.status == 301 || t->reply.status == 308);
		r = follow(t, to, f);
		if (r < 0)
			return r;
	}
	return http_failed(f, HV_E_REMOTE, false,
			   "the server sends in circles; open the address in a browser",
			   "more than %d redirects, the last to %.200s", HTTP_REDIRECTS, t->reply.url);
}
