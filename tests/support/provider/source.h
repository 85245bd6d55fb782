/*
 * source.h - where the test provider's records come from: a folder of files, or a generator.
 *
 * A source is a list of records in a fixed order; a record is asked for by its place in the list. The caller
 * holds the provider's lock around every call. Tests: through tests/unit/support/test_provider.c.
 */
#ifndef TESTS_SUPPORT_PROVIDER_SOURCE_H
#define TESTS_SUPPORT_PROVIDER_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/support/provider/text.h"

struct provider_options;
struct pv_source;

/* What a list needs to choose records by; cheap, so that 100,000 of them can be counted for every page. */
struct pv_key {
	int64_t stamp;
	const char *sets; /* separated by commas, or empty; lives until the next refresh */
	bool deleted;
};

struct pv_source_ops {
	size_t (*count)(const struct pv_source *s);
	void (*key)(const struct pv_source *s, size_t i, struct pv_key *ret);
	void (*identifier)(const struct pv_source *s, size_t i, struct pv_text *out);
	/* Appends the LIDO document without its XML declaration; false, with a line in errtext, when it
	 * cannot. */
	bool (*body)(const struct pv_source *s, size_t i, struct pv_text *out, char *errtext, size_t errsize);
	bool (*find)(const struct pv_source *s, const char *identifier, size_t *ret);
	/* The nth set, NULL after the last. */
	const char *(*set)(const struct pv_source *s, size_t n);
	/* Reads again what may have changed outside; `force` does not look at times. NULL: nothing can
	 * change. */
	bool (*refresh)(struct pv_source *s, bool force, char *errtext, size_t errsize);
	/* Puts `count` records into a new version dated `stamp`. NULL: cannot. */
	void (*change)(struct pv_source *s, size_t count, int64_t stamp);
	void (*free)(struct pv_source *s);
};

/* First member of each kind of source. */
struct pv_source {
	const struct pv_source_ops *ops;
};

struct pv_source *pv_folder_open(const char *folder, char *errtext, size_t errsize);
/* `now` dates the records of options->changed. */
struct pv_source *pv_generator_open(const struct provider_options *options, int64_t now);

/* What makes one generated record: lido_sample.c writes it. */
struct pv_sample {
	size_t number;
	uint64_t seed;
	unsigned version; /* 1 is the first */
	size_t bytes;     /* wanted size */
};
void pv_sample_lido(const struct pv_sample *sample, struct pv_text *out);
/* The set a generated record is in. */
const char *pv_sample_set(uint64_t seed, size_t number);
const char *pv_sample_nth_set(size_t n);

#endif
