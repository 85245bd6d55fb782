/*
 * page.h - the unchanging part of an answer, plain or compressed, and a small store of such pages.
 *
 * An answer is a head with the time, made afresh, and a rest that may be kept. For gzip the two are
 * compressed apart and joined in one gzip member, so that a kept page costs no compression and its time is
 * still right. Tests: tests/unit/support/test_provider.c.
 */
#ifndef TESTS_SUPPORT_PROVIDER_PAGE_H
#define TESTS_SUPPORT_PROVIDER_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/support/provider/text.h"

struct pv_page {
	struct pv_text bytes; /* as sent: plain, or a finished raw deflate stream */
	size_t plain_len;
	unsigned long crc; /* of the plain bytes; only when deflated */
	bool deflated;
	unsigned refs;
	uint64_t key; /* what it answers; see pv_store */
	struct pv_page *next;
};

/* Takes the bytes over (and empties plain). NULL when memory runs out. One reference. */
struct pv_page *pv_page_new(struct pv_text *plain, bool deflate);
void pv_page_unref(struct pv_page *page);

/* For a deflated page: what must be sent before it and after it to make one gzip stream of head and page. */
bool pv_gzip_join(const struct pv_text *head, const struct pv_page *page, struct pv_text *ret_before,
		  unsigned char ret_after[8]);

/* One gzip stream, in pieces that never stand in memory together: `head`, then `megabytes` MiB of blanks. */
bool pv_gzip_bomb(const char *head, size_t megabytes, struct pv_text *out);

#define PV_STORE_SLOTS 1024

/* Kept pages by key, up to a ceiling of bytes; nothing is thrown out, a full store keeps what it has. */
struct pv_store {
	struct pv_page *slot[PV_STORE_SLOTS];
	size_t bytes, max;
};

struct pv_page *pv_store_find(struct pv_store *s, uint64_t key); /* adds a reference */
void pv_store_add(struct pv_store *s, struct pv_page *page);
void pv_store_clear(struct pv_store *s);

#endif
