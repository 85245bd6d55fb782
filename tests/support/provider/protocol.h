/*
 * protocol.h - the answers of OAI-PMH 2.0 (specification sections 3 and 4): verbs, arguments, error codes,
 * envelope.
 *
 * Knows no HTTP and keeps no state. The oddities are the faults that must be made while the answer is
 * written; all others are made afterwards, in fault.c. Tests: tests/unit/support/test_provider.c.
 */
#ifndef TESTS_SUPPORT_PROVIDER_PROTOCOL_H
#define TESTS_SUPPORT_PROVIDER_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/support/provider/question.h"
#include "tests/support/provider/source.h"
#include "tests/support/provider/text.h"

struct pv_oddities {
	bool same_token; /* the page gives the token it was asked with; the first page gives a normal one */
	bool no_identifier; /* the second record of the page has none */
};

struct pv_repository {
	struct pv_source *source;
	const char *name, *base_url, *deleted_record;
	size_t page_size;
	bool day_granularity, no_last_token, gzip;
};

/* Appends everything up to and with responseDate: the only part of an answer that time changes. */
void pv_answer_head(struct pv_text *out, int64_t now);
/* Appends the rest. False, with a line in errtext, when a record cannot be read: that is a fault of the test
 * set. */
bool pv_answer_rest(struct pv_text *out, const struct pv_repository *r, const struct pv_arguments *a,
		    const struct pv_oddities *odd, char *errtext, size_t errsize);

#endif
