/*
 * io/http_tls.c - the one certificate accepted instead of verification.
 *
 * For a museum whose certificate nobody signed: the curator's administrator writes its SHA-256 in the
 * configuration. The certificate is compared after the handshake (in which the server proves that it has the
 * key) and before the request, with its secret, is sent. Tests: tests/unit/io/test_http_tls.c.
 */
#include "harvester/io/http_internal.h"

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "sha256:" and 64 digits, with or without colons between the bytes, as openssl and browsers print it. */
bool http_fingerprint_parse(const char *text, struct sha256 *ret)
{
	struct str s = str_of(text);

	if (!str_starts(s, STR("sha256:")))
		return false;
	s = str_from(s, 7);
	for (size_t i = 0; i < sizeof(ret->b); i++) {
		if (i && str_starts(s, STR(":")))
			s = str_from(s, 1);
		int high = s.n >= 2 ? nibble(s.p[0]) : -1, low = s.n >= 2 ? nibble(s.p[1]) : -1;
		if (high < 0 || low < 0)
			return false;
		ret->b[i] = (unsigned char)(high << 4 | low);
		s = str_from(s, 2);
	}
	return s.n == 0;
}

static int base64_digit(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* The bytes between the lines of a PEM text, hashed. */
static bool hash_pem(struct hasher *h, struct str pem, struct sha256 *ret)
{
	ptrdiff_t from = str_find(pem, STR("-----BEGIN CERTIFICATE-----"));
	ptrdiff_t end = str_find(pem, STR("-----END CERTIFICATE-----"));
	uint32_t bits = 0;
	unsigned have = 0;

	if (from < 0 || end < from)
		return false;
	hasher_begin(h);
	for (ptrdiff_t i = from + (ptrdiff_t)strlen("-----BEGIN CERTIFICATE-----"); i < end; i++) {
		int digit = base64_digit(pem.p[i]);

		if (digit < 0)
			continue; /* line ends and padding */
		bits = bits << 6 | (uint32_t)digit;
		have += 6;
		if (have >= 8) {
			have -= 8;
			char byte = (char)(bits >> have & 0xFF);

			hasher_add(h, (struct str){ &byte, 1 });
		}
	}
	*ret = hasher_end(h);
	return true;
}

bool http_certificate_matches(struct http *h)
{
	struct curl_certinfo *info = NULL;
	struct sha256 found;

	if (curl_easy_getinfo(h->easy, CURLINFO_CERTINFO, &info) != CURLE_OK || !info ||
	    info->num_of_certs < 1)
		return false;
	/* The first of the chain is the server's own. */
	for (const struct curl_slist *l = info->certinfo[0]; l; l = l->next)
		if (str_starts(str_of(l->data), STR("Cert:")))
			return hash_pem(h->hasher, str_of(l->data), &found) && sha256_eq(&found, &h->pin);
	return false;
}
