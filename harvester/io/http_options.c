/*
 * io/http_options.c - what a handle is asked to be: defaults, and refusal of what cannot be sent.
 *
 * Texts of the configuration end up in request lines and headers, so none may hold a line end.
 * Tests: tests/unit/io/test_http.c.
 */
#include "harvester/io/http_internal.h"

void http_options_default(struct http_options *o)
{
	*o = (struct http_options){
		.user_agent = "harvester",
		.min_interval_ms = 500,
		.connect_ms = 10000,
		.first_byte_ms = 120000,
		.low_speed_bytes = 100,
		.low_speed_ms = 60000,
		.max_body = 64u << 20,
		.retries = 6,
		.backoff_ms = 1000,
		.backoff_max_ms = 60000,
		.retry_after_max_ms = 3600000,
	};
}

static void fill(int64_t *value, int64_t by)
{
	if (*value <= 0)
		*value = by;
}

/* Every wait has an end: a zero is the default, not "for ever". */
static void fill_zeros(struct http_options *o)
{
	struct http_options d;

	http_options_default(&d);
	fill(&o->connect_ms, d.connect_ms);
	fill(&o->first_byte_ms, d.first_byte_ms);
	fill(&o->low_speed_bytes, d.low_speed_bytes);
	fill(&o->low_speed_ms, d.low_speed_ms);
	fill(&o->backoff_ms, d.backoff_ms);
	fill(&o->backoff_max_ms, d.backoff_max_ms);
	fill(&o->retry_after_max_ms, d.retry_after_max_ms);
	if (!o->max_body)
		o->max_body = d.max_body;
	if (!o->user_agent)
		o->user_agent = d.user_agent;
}

static bool one_line(const char *s)
{
	for (; s && *s; s++)
		if (((unsigned char)*s < ' ' && *s != '\t') || *s == 0x7F)
			return false;
	return true;
}

/* A header's name is a token (RFC 9110 §5.6.2). */
static bool is_token(const char *s)
{
	static const char others[] =
		"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

	return s && *s && s[strspn(s, others)] == '\0';
}

static int check_auth(const struct http_options *o, struct hv_err *err)
{
	if (o->auth == HTTP_AUTH_NONE)
		return 0;
	if (!o->auth_secret || !*o->auth_secret)
		return hv_fail(err, HV_E_CONFIG, "http.auth: the secret is empty");
	if (!one_line(o->auth_secret))
		return hv_fail(err, HV_E_CONFIG,
			       "http.auth: the secret holds a line end or control character");
	if (o->auth == HTTP_AUTH_BASIC && (!o->auth_name || !one_line(o->auth_name)))
		return hv_fail(err, HV_E_CONFIG, "http.auth.basic: no user name that can be sent");
	if (o->auth == HTTP_AUTH_HEADER && !is_token(o->auth_name))
		return hv_fail(err, HV_E_CONFIG, "http.auth.header: '%.60s' is no name of a header",
			       o->auth_name ? o->auth_name : "");
	return 0;
}

int http_options_check(struct http_options *o, struct hv_err *err)
{
	struct http_address a;
	struct sha256 pin;

	fill_zeros(o);
	if (!one_line(o->user_agent) || !one_line(o->from))
		return hv_fail(err, HV_E_CONFIG,
			       "http: User-Agent or From holds a line end or control character");
	for (size_t i = 0; i < o->n_addresses; i++)
		if (!http_address_parse(o->addresses[i], &a))
			return hv_fail(
				err, HV_E_CONFIG,
				"http.addresses: '%.60s' is no IP address; write it like 127.0.0.1 or ::1",
				o->addresses[i]);
	if (o->tls_fingerprint && !http_fingerprint_parse(o->tls_fingerprint, &pin))
		return hv_fail(err, HV_E_CONFIG,
			       "http.tls.fingerprint: '%.100s' is not sha256: and 64 hexadecimal digits",
			       o->tls_fingerprint);
	return check_auth(o, err);
}

/* A part of a URL, or NULL when it has none; free with curl_free. */
static char *part(CURLU *u, CURLUPart what)
{
	char *s = NULL;

	return curl_url_get(u, what, &s, CURLU_DEFAULT_PORT) == CURLUE_OK ? s : NULL;
}

static bool url_reason(CURLU *u, const char *url, char *reason, size_t size)
{
	if (strlen(url) >= sizeof(((struct http_reply *)NULL)->url)) {
		(void)snprintf(reason, size, "has over %zu bytes",
			       sizeof(((struct http_reply *)NULL)->url) - 1);
		return false;
	}
	CURLUcode c = curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME);
	if (c != CURLUE_OK) {
		(void)snprintf(reason, size, "is no URL: %s", curl_url_strerror(c));
		return false;
	}
	char *scheme = part(u, CURLUPART_SCHEME), *user = part(u, CURLUPART_USER),
	     *password = part(u, CURLUPART_PASSWORD), *host = part(u, CURLUPART_HOST);
	bool ok = false;
	if (!scheme || (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0))
		(void)snprintf(reason, size, "has the scheme '%.20s', and only http and https are fetched",
			       scheme ? scheme : "");
	else if (user || password)
		(void)snprintf(reason, size, "holds a user name or password; they belong in http.auth");
	else if (!host || !*host)
		(void)snprintf(reason, size, "has no host");
	else
		ok = true;
	curl_free(scheme);
	curl_free(user);
	curl_free(password);
	curl_free(host);
	return ok;
}

bool http_url_ok(const char *url, char *ret_reason, size_t size)
{
	CURLU *u = curl_url();

	if (!u) {
		(void)snprintf(ret_reason, size, "cannot be read: out of memory");
		return false;
	}
	bool ok = url && url_reason(u, url, ret_reason, size);
	if (!url)
		(void)snprintf(ret_reason, size, "is missing");
	curl_url_cleanup(u);
	return ok;
}

int http_check_url(const char *url, struct hv_err *err)
{
	char reason[160];

	if (http_url_ok(url, reason, sizeof(reason)))
		return 0;
	/* From the last @ on: what stands before it may be a password. Up to a line end: an error is one
	 * line. */
	const char *shown = url ? strrchr(url, '@') : NULL;
	shown = shown ? shown : url ? url : "";
	int n = 0;
	while (n < 200 && (unsigned char)shown[n] >= ' ' && shown[n] != 0x7F)
		n++;
	return hv_fail(err, HV_E_CONFIG, "URL '%s%.*s' %s", shown == url ? "" : "…", n, shown, reason);
}

static bool same_part(CURLU *a, CURLU *b, CURLUPart what)
{
	char *x = part(a, what), *y = part(b, what);
	bool same = x && y && strcasecmp(x, y) == 0;

	curl_free(x);
	curl_free(y);
	return same;
}

bool http_same_origin(const char *a, const char *b)
{
	CURLU *x = curl_url(), *y = curl_url();
	bool same = x && y && curl_url_set(x, CURLUPART_URL, a, 0) == CURLUE_OK &&
		    curl_url_set(y, CURLUPART_URL, b, 0) == CURLUE_OK && same_part(x, y, CURLUPART_SCHEME) &&
		    same_part(x, y, CURLUPART_HOST) && same_part(x, y, CURLUPART_PORT);

	curl_url_cleanup(x);
	curl_url_cleanup(y);
	return same;
}
