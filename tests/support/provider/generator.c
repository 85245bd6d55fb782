/*
 * generator.c - any number of records made on the fly from a seed; nothing is held but the settings.
 *
 * Record i (from 0) has the identifier oai:generated.example:I (I = i + 1), a datestamp of one minute after
 * the record before it, and stands in one set. A version is dated when it is made (provider_change), so that
 * an incremental harvest after an earlier one finds it. Tests: tests/unit/support/test_provider.c.
 */
#include "tests/support/provider/source.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/provider/provider.h"

#define IDENTIFIER "oai:generated.example:"
#define FIRST_STAMP INT64_C(1735689600) /* 2025-01-01T00:00:00Z */

struct generator {
	struct pv_source source;
	size_t n, bytes, deleted_every;
	uint64_t seed;
	size_t changed; /* so many records are in `version`, dated `stamp` */
	unsigned version;
	int64_t stamp;
	size_t stride; /* coprime to n: spreads the changed records over the list */
};

static const struct generator *self(const struct pv_source *s)
{
	return (const struct generator *)(const void *)s;
}

static size_t gcd(size_t a, size_t b)
{
	while (b) {
		size_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

static bool is_changed(const struct generator *g, size_t i)
{
	return g->changed && i % g->n * g->stride % g->n < g->changed;
}

static size_t generator_count(const struct pv_source *s)
{
	return self(s)->n;
}

static void generator_key(const struct pv_source *s, size_t i, struct pv_key *ret)
{
	const struct generator *g = self(s);

	*ret = (struct pv_key){ .stamp = is_changed(g, i) ? g->stamp : FIRST_STAMP + (int64_t)i * 60,
				.sets = pv_sample_set(g->seed, i + 1),
				.deleted = g->deleted_every && (i + 1) % g->deleted_every == 0 };
}

static void generator_identifier(const struct pv_source *s, size_t i, struct pv_text *out)
{
	(void)s;
	pv_text_printf(out, IDENTIFIER "%zu", i + 1);
}

static bool generator_body(const struct pv_source *s, size_t i, struct pv_text *out, char *errtext,
			   size_t errsize)
{
	const struct generator *g = self(s);

	(void)errtext;
	(void)errsize;
	pv_sample_lido(&(struct pv_sample){ .number = i + 1,
					    .seed = g->seed,
					    .version = is_changed(g, i) ? g->version : 1,
					    .bytes = g->bytes },
		       out);
	return true;
}

static bool generator_find(const struct pv_source *s, const char *identifier, size_t *ret)
{
	const char *digits = identifier + strlen(IDENTIFIER);
	size_t n = 0;

	if (strncmp(identifier, IDENTIFIER, strlen(IDENTIFIER)) != 0 || *digits == '0' || !*digits ||
	    strlen(digits) > 9)
		return false;
	for (; *digits; digits++) {
		if (*digits < '0' || *digits > '9')
			return false;
		n = n * 10 + (size_t)(*digits - '0');
	}
	*ret = n - 1;
	return n <= self(s)->n;
}

static const char *generator_set(const struct pv_source *s, size_t n)
{
	return self(s)->n ? pv_sample_nth_set(n) : NULL;
}

static void generator_change(struct pv_source *s, size_t count, int64_t stamp)
{
	struct generator *g = (struct generator *)(void *)s;

	g->changed = count < g->n ? count : g->n;
	g->version++;
	g->stamp = stamp;
}

static void generator_free(struct pv_source *s)
{
	free(s);
}

static const struct pv_source_ops generator_ops = {
	.count = generator_count,
	.key = generator_key,
	.identifier = generator_identifier,
	.body = generator_body,
	.find = generator_find,
	.set = generator_set,
	.change = generator_change,
	.free = generator_free,
};

struct pv_source *pv_generator_open(const struct provider_options *options, int64_t now)
{
	struct generator *g = calloc(1, sizeof *g);

	if (!g)
		return NULL;
	*g = (struct generator){ .source.ops = &generator_ops,
				 .n = options->generate,
				 .bytes = options->record_bytes,
				 .deleted_every = options->deleted_every,
				 .seed = options->seed,
				 .version = 1 };
	g->stride = g->n * 5 / 8 + 1;
	while (g->n && gcd(g->stride, g->n) != 1)
		g->stride++;
	if (options->changed)
		generator_change(&g->source, options->changed, now);
	return &g->source;
}
