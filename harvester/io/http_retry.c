/*
 * io/http_retry.c - what is worth another try, and when. Pure functions. Tests: tests/unit/io/test_http.c.
 */
#include "harvester/io/http_internal.h"

/* splitmix64: enough for jitter, and the same waits again for the same seed. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

int64_t http_backoff_wait(struct http_backoff *b, unsigned tries)
{
	int64_t top = b->base_ms;

	for (unsigned i = 0; i < tries && top < b->max_ms; i++)
		top = top > INT64_MAX / 2 ? INT64_MAX : top * 2;
	if (top > b->max_ms)
		top = b->max_ms;
	return (int64_t)(next_random(&b->random) % ((uint64_t)top + 1));
}

static int64_t as_ms(uint64_t seconds)
{
	return seconds > INT64_MAX / 1000 ? INT64_MAX : (int64_t)seconds * 1000;
}

int64_t http_retry_after(const char *value, const char *date, int64_t now_s)
{
	struct str s = str_trim(str_of(value));
	uint64_t seconds;

	if (s.n && strspn(s.p, "0123456789") >= s.n)
		return as_ms(str_to_u64(s, &seconds) ? seconds : UINT64_MAX);
	/* curl_getdate() makes something of almost anything, also of "-5": a date begins with its weekday. */
	if (s.n < 8 || !((s.p[0] >= 'A' && s.p[0] <= 'Z') || (s.p[0] >= 'a' && s.p[0] <= 'z')))
		return -1;
	time_t when = curl_getdate(s.p, NULL), now = date ? curl_getdate(date, NULL) : -1;
	if (when < 0)
		return -1;
	int64_t left = (int64_t)when - (now >= 0 ? (int64_t)now : now_s);
	return left > 0 ? as_ms((uint64_t)left) : 0;
}

bool http_retry_status(long status)
{
	switch (status) {
	case 408:
	case 425:
	case 429:
	case 500:
	case 502:
	case 503:
	case 504:
		return true;
	default:
		return false;
	}
}

bool http_retry_curl(CURLcode code)
{
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST: /* curl does not tell "no such host" from "no answer" */
	case CURLE_COULDNT_CONNECT:
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_PARTIAL_FILE:
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_SSL_CONNECT_ERROR: /* also what a connection lost during the handshake looks like */
	case CURLE_WEIRD_SERVER_REPLY:
		return true;
	default:
		return false;
	}
}
