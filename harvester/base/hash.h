/*
 * base/hash.h - SHA-256. The only home of OpenSSL's EVP.
 *
 * A hasher is a reusable handle (creating a digest context costs more than hashing a record).
 * Tests: tests/unit/base/test_hash.c.
 */
#ifndef HARVESTER_BASE_HASH_H
#define HARVESTER_BASE_HASH_H

#include "harvester/base/def.h"
#include "harvester/base/str.h"

struct sha256 {
	unsigned char b[32];
};

struct hasher;

/* NULL when OpenSSL or memory fails. One per thread. */
struct hasher *hasher_new(void);
void hasher_free(struct hasher *h);
HV_DEFINE_AUTO(struct hasher, hasher_free)

/* hasher_begin, hasher_add …, hasher_end. OpenSSL cannot fail here once the handle exists. */
void hasher_begin(struct hasher *h);
void hasher_add(struct hasher *h, struct str s);
struct sha256 hasher_end(struct hasher *h);

/* All three in one. */
struct sha256 hash_of(struct hasher *h, struct str s);

bool sha256_eq(const struct sha256 *a, const struct sha256 *b);

/* 64 lower-case hexadecimal digits and a NUL. */
void sha256_hex(const struct sha256 *h, char ret[65]);

/* The first eight bytes as a positive 63-bit number: fingerprints that are kept as bigint. */
int64_t sha256_number(const struct sha256 *h);

#endif
