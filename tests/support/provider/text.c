/*
 * text.c - see text.h.
 */
#include "tests/support/provider/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TEXT_MAX ((size_t)512 << 20)

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void pv_text_free(struct pv_text *t)
{
	free(t->s);
	*t = (struct pv_text){ 0 };
}

static bool text_reserve(struct pv_text *t, size_t more)
{
	size_t want = t->len + more + 1, cap = t->cap ? t->cap : 256;
	char *s;

	if (t->failed || more > TEXT_MAX || want > TEXT_MAX) {
		t->failed = true;
		return false;
	}
	if (want <= t->cap)
		return true;
	while (cap < want)
		cap *= 2;
	s = realloc(t->s, cap);
	if (!s) {
		t->failed = true;
		return false;
	}
	t->s = s;
	t->cap = cap;
	return true;
}

void pv_text_add(struct pv_text *t, const void *bytes, size_t len)
{
	if (!text_reserve(t, len))
		return;
	if (len)
		memcpy(t->s + t->len, bytes, len);
	t->len += len;
	t->s[t->len] = '\0';
}

void pv_text_puts(struct pv_text *t, const char *s)
{
	pv_text_add(t, s, strlen(s));
}

void pv_text_printf(struct pv_text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || !text_reserve(t, (size_t)n))
		return;
	va_start(ap, fmt);
	(void)vsnprintf(t->s + t->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	t->len += (size_t)n;
}

void pv_text_xml(struct pv_text *t, const char *s)
{
	for (;;) {
		size_t plain = strcspn(s, "&<>\"");

		pv_text_add(t, s, plain);
		s += plain;
		switch (*s++) {
		case '\0':
			return;
		case '&':
			pv_text_puts(t, "&amp;");
			break;
		case '<':
			pv_text_puts(t, "&lt;");
			break;
		case '>':
			pv_text_puts(t, "&gt;");
			break;
		default:
			pv_text_puts(t, "&quot;");
		}
	}
}

bool pv_text_replace(struct pv_text *t, const char *old, const char *new)
{
	size_t old_len = strlen(old), new_len = strlen(new);
	char *at = t->s ? strstr(t->s, old) : NULL;
	size_t offset;

	if (!at || !text_reserve(t, new_len))
		return false;
	at = strstr(t->s, old); /* the bytes may have moved */
	offset = (size_t)(at - t->s);
	memmove(at + new_len, at + old_len, t->len - offset - old_len + 1);
	memcpy(at, new, new_len);
	t->len = t->len - old_len + new_len;
	return true;
}

/* Reads exactly `digits` decimal digits. */
static bool number_at(const char *s, int digits, int *ret)
{
	*ret = 0;
	for (int i = 0; i < digits; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		*ret = *ret * 10 + (s[i] - '0');
	}
	return true;
}

bool pv_stamp_parse(const char *s, int64_t *ret, bool *ret_day)
{
	struct tm tm = { 0 }, back;
	size_t len = strlen(s);
	time_t time;

	if ((len != 10 && len != 20) || !number_at(s, 4, &tm.tm_year) || s[4] != '-' ||
	    !number_at(s + 5, 2, &tm.tm_mon) || s[7] != '-' || !number_at(s + 8, 2, &tm.tm_mday))
		return false;
	if (len == 20 && (s[10] != 'T' || !number_at(s + 11, 2, &tm.tm_hour) || s[13] != ':' ||
			  !number_at(s + 14, 2, &tm.tm_min) || s[16] != ':' ||
			  !number_at(s + 17, 2, &tm.tm_sec) || s[19] != 'Z'))
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	back = tm;
	time = timegm(&back);
	/* timegm turns 31 February into 3 March: a date that moved was not one */
	if (back.tm_mday != tm.tm_mday || back.tm_mon != tm.tm_mon || back.tm_hour != tm.tm_hour ||
	    back.tm_min != tm.tm_min || back.tm_sec != tm.tm_sec)
		return false;
	*ret = (int64_t)time;
	*ret_day = len == 10;
	return true;
}

void pv_stamp_format(int64_t stamp, bool day, char ret[32])
{
	time_t time = (time_t)stamp;
	struct tm tm;

	gmtime_r(&time, &tm);
	if (!strftime(ret, 32, day ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M:%SZ", &tm))
		ret[0] = '\0';
}

void pv_base64_encode(struct pv_text *t, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i += 3) {
		unsigned a = (unsigned char)bytes[i];
		unsigned b = i + 1 < len ? (unsigned char)bytes[i + 1] : 0;
		unsigned c = i + 2 < len ? (unsigned char)bytes[i + 2] : 0;
		char four[4] = { base64_digits[a >> 2], base64_digits[(a & 3) << 4 | b >> 4],
				 i + 1 < len ? base64_digits[(b & 15) << 2 | c >> 6] : '=',
				 i + 2 < len ? base64_digits[c & 63] : '=' };

		pv_text_add(t, four, 4);
	}
}

static int base64_value(char c)
{
	const char *at = c ? strchr(base64_digits, c) : NULL;

	return at ? (int)(at - base64_digits) : -1;
}

bool pv_base64_decode(struct pv_text *t, const char *s)
{
	size_t len = strlen(s);

	if (len == 0 || len % 4)
		return false;
	for (size_t i = 0; i < len; i += 4) {
		bool last = i + 4 == len;
		int pad = !last ? 0 : s[i + 2] == '=' ? 2 : s[i + 3] == '=' ? 1 : 0;
		int v[4];
		char out[3];

		for (int k = 0; k < 4; k++) {
			v[k] = k >= 4 - pad ? 0 : base64_value(s[i + (size_t)k]);
			if (v[k] < 0)
				return false;
		}
		if (pad == 2 && s[i + 3] != '=')
			return false;
		out[0] = (char)(v[0] << 2 | v[1] >> 4);
		out[1] = (char)((v[1] & 15) << 4 | v[2] >> 2);
		out[2] = (char)((v[2] & 3) << 6 | v[3]);
		pv_text_add(t, out, (size_t)(3 - pad));
	}
	return !t->failed;
}

uint64_t pv_hash(const char *bytes, size_t len)
{
	uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)bytes[i]) * UINT64_C(1099511628211);
	return h;
}
