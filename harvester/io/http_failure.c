/*
 * io/http_failure.c - the one line a failed request leaves: where, what, how many tries, what to do.
 *
 * No secret reaches it: URLs hold none (http_check_url), and libcurl's words name hosts and reasons only.
 * Tests: tests/unit/io/test_http.c.
 */
#include "harvester/io/http_internal.h"

int http_failed(struct http_failure *f, enum hv_code code, bool again, const char *advice, const char *fmt,
		...)
{
	va_list ap;

	f->code = code;
	f->again = again;
	f->advice = advice;
	va_start(ap, fmt);
	(void)vsnprintf(f->what, sizeof(f->what), fmt, ap);
	va_end(ap);
	return code;
}

int http_say_stop(const struct http_try *t, struct http_failure *f)
{
	const struct http_options *o = &t->h->o;

	switch (t->stop) {
	case HTTP_STOP_CANCELLED:
		return http_failed(f, HV_E_CANCELLED, false, NULL, "cancelled");
	case HTTP_STOP_FIRST_BYTE:
		return http_failed(f, HV_E_REMOTE, true,
				   "the server is silent; try later or raise http.first_byte",
				   "no byte for %g s", (double)o->first_byte_ms / 1000);
	case HTTP_STOP_SLOW:
		return http_failed(f, HV_E_REMOTE, true,
				   "the server stopped sending; try later or change http.low_speed",
				   "fewer than %lld bytes a second during %g s, after %llu bytes",
				   (long long)o->low_speed_bytes, (double)o->low_speed_ms / 1000,
				   (unsigned long long)t->reply.size);
	case HTTP_STOP_TOTAL:
		return http_failed(f, HV_E_REMOTE, true, "ask the server for smaller pages or try later",
				   "not done after %g s, after %llu bytes", (double)o->total_ms / 1000,
				   (unsigned long long)t->reply.size);
	case HTTP_STOP_TOO_LONG:
		return http_failed(f, HV_E_LIMIT, false, "raise http.page if such pages are meant",
				   "over %llu bytes after decompression", (unsigned long long)o->max_body);
	case HTTP_STOP_HEADERS:
		return http_failed(f, HV_E_LIMIT, false, "this is no answer of a catalogue",
				   "over %d bytes of headers", HTTP_HEADERS_MAX);
	case HTTP_STOP_CERTIFICATE:
		return http_failed(
			f, HV_E_REFUSED, false,
			"ask the museum whether it has a new one, then change http.tls.fingerprint",
			"the server's certificate is not the one accepted");
	case HTTP_STOP_SPOOL:
	case HTTP_STOP_NONE:
		break;
	}
	return http_failed(f, HV_E_IO, false, "see whether the disk is full", "spool file: %s",
			   strerror(t->spool_errno));
}

/* Curl's own words on one line; they name hosts and reasons, never a secret. */
static const char *reason(struct http *h, CURLcode code)
{
	size_t n = strcspn(h->reason, "\r\n");

	h->reason[n] = '\0';
	return n ? h->reason : curl_easy_strerror(code);
}

int http_say_curl(struct http_try *t, CURLcode code, struct http_failure *f)
{
	const char *why = reason(t->h, code);
	bool again = http_retry_curl(code);

	if (code == CURLE_COULDNT_CONNECT && t->refused[0] && !t->opened)
		return http_failed(f, HV_E_REFUSED, false,
				   "if this is meant, list the address in http.addresses",
				   "the host is at %s", t->refused);
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return http_failed(f, HV_E_REMOTE, again, "check the name, or this machine's DNS", "%s", why);
	case CURLE_PEER_FAILED_VERIFICATION:
		return http_failed(f, HV_E_REMOTE, false,
				   "the museum must renew it, or accept this one by http.tls.fingerprint",
				   "the server's certificate is refused: %s", why);
	case CURLE_BAD_CONTENT_ENCODING:
		return http_failed(f, HV_E_REMOTE, false, "the server's compression is broken",
				   "the body is not what its Content-Encoding says: %s", why);
	case CURLE_PARTIAL_FILE:
		return http_failed(f, HV_E_REMOTE, again, "the connection is cut in the middle; try later",
				   "the body ends too early, after %llu bytes: %s",
				   (unsigned long long)t->reply.size, why);
	case CURLE_OUT_OF_MEMORY:
		return http_failed(f, HV_E_NOMEM, false, NULL, "out of memory");
	case CURLE_OPERATION_TIMEDOUT:
		return http_failed(f, HV_E_REMOTE, again, "the server cannot be reached; try later",
				   "no connection within %g s", (double)t->h->o.connect_ms / 1000);
	default:
		return http_failed(f, HV_E_REMOTE, again, again ? "try later" : NULL, "%s", why);
	}
}

/* Where a URL is cut to be shown: not in the middle of a character. */
static int shown_length(const char *url)
{
	size_t n = strlen(url);

	if (n > 300)
		for (n = 300; n > 0 && ((unsigned char)url[n] & 0xC0) == 0x80;)
			n--;
	return (int)n;
}

int http_tell(const struct http_request *r, const struct http_failure *f, unsigned tries, struct hv_err *err)
{
	char count[32] = "";
	int n = shown_length(r->url);

	if (tries > 1)
		(void)snprintf(count, sizeof(count), " (%u tries)", tries);
	return (f->again ? hv_fail_retry : hv_fail)(err, f->code, "%.*s%s: %s%s%s%s", n, r->url,
						    r->url[n] ? "…" : "", f->what, count,
						    f->advice ? "; " : "", f->advice ? f->advice : "");
}
