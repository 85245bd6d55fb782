/*
 * records.h - lists and single records: the half of the protocol that touches metadata.
 *
 * Private to protocol.c and records.c. Tests: tests/unit/support/test_provider.c.
 */
#ifndef TESTS_SUPPORT_PROVIDER_RECORDS_H
#define TESTS_SUPPORT_PROVIDER_RECORDS_H

#include "tests/support/provider/protocol.h"

struct pv_request {
	const struct pv_repository *repository;
	const struct pv_arguments *arguments;
	const struct pv_oddities *odd;
	char *errtext;
	size_t errsize;
};

struct pv_format {
	const char *prefix, *schema, *namespace;
	void (*write)(struct pv_text *lido, struct pv_text *out);
};

extern const struct pv_format pv_formats[]; /* ended by an empty row */

/* Appends an error element; always true, so that an answer can end with it. */
bool pv_error(struct pv_text *out, const char *code, const char *text);
/* What is wrong with from and until; NULL when nothing is. */
const char *pv_list_wrong(const struct pv_request *q);
/* Both lists; false when a record cannot be read. */
bool pv_list_records(const struct pv_request *q, struct pv_text *out);
bool pv_get_record(const struct pv_request *q, struct pv_text *out);

#endif
