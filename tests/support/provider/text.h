/*
 * text.h - a growing byte string, UTC dates and base64 for the test provider.
 *
 * Failure (no memory, over the ceiling of 512 MiB) sticks: many appends need one check of `failed`.
 * Tests: through tests/unit/support/test_provider.c.
 */
#ifndef TESTS_SUPPORT_PROVIDER_TEXT_H
#define TESTS_SUPPORT_PROVIDER_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pv_text {
	char *s; /* NULL while empty, otherwise always ended by a zero byte */
	size_t len, cap;
	bool failed;
};

void pv_text_free(struct pv_text *t);
void pv_text_add(struct pv_text *t, const void *bytes, size_t len);
void pv_text_puts(struct pv_text *t, const char *s);
void pv_text_printf(struct pv_text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Adds s with & < > " escaped. */
void pv_text_xml(struct pv_text *t, const char *s);
/* Takes the first occurrence of `old` away and puts `new` there. False when there is none. */
bool pv_text_replace(struct pv_text *t, const char *old, const char *new);

/* YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ to seconds since 1970; says which. False for anything else. */
bool pv_stamp_parse(const char *s, int64_t *ret, bool *ret_day);
/* The other way; ret holds 21 bytes. */
void pv_stamp_format(int64_t stamp, bool day, char ret[32]);

void pv_base64_encode(struct pv_text *t, const char *bytes, size_t len);
/* Appends the decoded bytes; false when s is no padded base64. */
bool pv_base64_decode(struct pv_text *t, const char *s);

uint64_t pv_hash(const char *bytes, size_t len);

#endif
