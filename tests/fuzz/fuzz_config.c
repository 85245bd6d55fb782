/*
 * tests/fuzz/fuzz_config.c - any YAML as a source file: read to the end, whatever it holds; timetables that
 * were taken can be parsed again.
 */
#include "config/cron.h"
#include "config/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_cron(const char *s)
{
	char fault[CRON_FAULT];
	struct cron cron;

	if (s)
		must(cron_parse(str_of(s), &cron, fault) && cron.minutes && cron.hours && cron.days &&
		     cron.months && cron.weekdays);
}

static void check(const struct cfg_source *s)
{
	must(s->name && s->title && s->connector && s->mapping && s->report.language);
	must(s->rank >= 1 && s->rank <= 100 && s->http.rate >= 1 && s->http.retries >= 0);
	must(s->errors.records >= 0 && s->errors.records <= 1);
	must(s->new_refs.from >= REF_DIGITS && s->new_refs.from <= REF_HASH);
	must(s->http.auth >= 0 && s->http.auth <= 3);
	check_cron(s->schedule);
	check_cron(s->full);
	for (size_t i = 0; i < s->n_defaults; i++)
		must(s->defaults[i].field && s->defaults[i].values.n > 0 && s->defaults[i].where);
	for (size_t i = 0; i < s->museums.n; i++)
		must(s->museums.v[i] != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	hv_auto(arena_freep) struct arena *a = arena_new((size_t)64 << 20);
	struct problems p;
	struct cfg_source s;

	if (!a)
		return 0;
	problems_init(&p, a);
	source_read(a, "s", "s.yaml", yaml_parse(a, "s.yaml", (struct str){ (const char *)data, size }, &p),
		    &s, &p);
	if (!arena_failed(a))
		check(&s);
	return 0;
}
