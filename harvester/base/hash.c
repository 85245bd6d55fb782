/*
 * base/hash.c - see hash.h.
 */
#include "harvester/base/hash.h"

#include <openssl/evp.h>

struct hasher {
	EVP_MD *md; /* fetched once: an implicit fetch at each record is measurably slower */
	EVP_MD_CTX *ctx;
};

struct hasher *hasher_new(void)
{
	struct hasher *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->md = EVP_MD_fetch(NULL, "SHA256", NULL);
	h->ctx = EVP_MD_CTX_new();
	if (!h->md || !h->ctx) {
		hasher_free(h);
		return NULL;
	}
	return h;
}

void hasher_free(struct hasher *h)
{
	if (!h)
		return;
	EVP_MD_CTX_free(h->ctx);
	EVP_MD_free(h->md);
	free(h);
}

void hasher_begin(struct hasher *h)
{
	(void)EVP_DigestInit_ex2(h->ctx, h->md, NULL);
}

void hasher_add(struct hasher *h, struct str s)
{
	if (s.n)
		(void)EVP_DigestUpdate(h->ctx, s.p, s.n);
}

struct sha256 hasher_end(struct hasher *h)
{
	struct sha256 r = { { 0 } };
	unsigned int n = 0;

	(void)EVP_DigestFinal_ex(h->ctx, r.b, &n);
	return r;
}

struct sha256 hash_of(struct hasher *h, struct str s)
{
	hasher_begin(h);
	hasher_add(h, s);
	return hasher_end(h);
}

bool sha256_eq(const struct sha256 *a, const struct sha256 *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

void sha256_hex(const struct sha256 *h, char ret[65])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < sizeof(h->b); i++) {
		ret[2 * i] = digits[h->b[i] >> 4];
		ret[2 * i + 1] = digits[h->b[i] & 15];
	}
	ret[64] = '\0';
}

int64_t sha256_number(const struct sha256 *h)
{
	uint64_t v = 0;

	for (size_t i = 0; i < 8; i++)
		v = v << 8 | h->b[i];
	return (int64_t)(v >> 1);
}
