/*
 * question.h - what a request asks: form-encoded arguments, and the resumption token that stands for a list.
 *
 * Tokens are stateless: they hold the whole question and the place in the list, in base64 with its plus
 * signs, so that a harvester must percent-encode them. Tests: tests/unit/support/test_provider.c.
 */
#ifndef TESTS_SUPPORT_PROVIDER_QUESTION_H
#define TESTS_SUPPORT_PROVIDER_QUESTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/support/provider/text.h"

#define PV_ARGUMENTS 16

struct pv_argument {
	char *key, *value; /* decoded, inside pv_arguments.text */
};

struct pv_arguments {
	struct pv_text text;
	struct pv_argument item[PV_ARGUMENTS];
	size_t n;
	bool too_many;
};

/* Decodes "a=b&c=d". An argument without "=" has an empty value. */
void pv_arguments_parse(struct pv_arguments *a, const char *form);
void pv_arguments_free(struct pv_arguments *a);
/* NULL when it is not there. */
const char *pv_argument(const struct pv_arguments *a, const char *key);

/* A list as asked for, by arguments or by token; empty text means absent. */
struct pv_list {
	char verb[16], prefix[32], set[64], from[32], until[32];
	size_t position; /* place in the source where this page starts */
	size_t cursor;   /* records sent before this page */
};

void pv_token_write(const struct pv_list *list, struct pv_text *out);
/* False for anything this provider has not written. */
bool pv_token_read(const char *token, struct pv_list *ret);

#endif
