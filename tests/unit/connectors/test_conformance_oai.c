/*
 * test_conformance_oai.c - the OAI-PMH connector keeps the contract, against the test provider.
 */
#include <check.h>

#include "tests/support/conformance.h"
#include "tests/support/oai_source.h"
#include "tests/support/provider/provider.h"

struct source {
	struct provider *provider;
	struct oai_source oai;
};

/* Of the second page, for ever. */
static const char *const faults[] = {
	[CONFORMANCE_ENDLESS] = "same_token:ListRecords.2:0",
	[CONFORMANCE_STALL] = "stall:ListRecords.2:0",
	[CONFORMANCE_TOO_LONG] = "gzip_bomb:ListRecords.2:0",
};

static void *start(const struct conformance_wish *w, struct connector_env *env)
{
	struct source *s = calloc(1, sizeof(*s));
	struct provider_options o = {
		.generate = w->records,
		.page_size = w->page_size,
		.deleted_every = w->deleted_every,
		.fault = faults[w->fault],
	};
	char errtext[512];

	ck_assert_ptr_nonnull(s);
	s->provider = provider_start(&o, errtext, sizeof(errtext));
	ck_assert_msg(s->provider != NULL, "%s", errtext);
	oai_source_start(&s->oai,
			 &(struct oai_source_options){ .base_url = provider_url(s->provider),
						       .max_body = 8u << 20,
						       .silence_ms = w->fault == CONFORMANCE_STALL ? 500 : 0,
						       .retries = 1 });
	env->source = &s->oai.config;
	env->section = &s->oai.section;
	env->http = s->oai.http;
	env->clock = &s->oai.clock;
	return s;
}

static void stop(void *source)
{
	struct source *s = source;

	oai_source_stop(&s->oai);
	provider_stop(s->provider);
	free(s);
}

int main(void)
{
	static const struct conformance_adaptor adaptor = { &oai_connector, start, stop };

	return conformance_run(&adaptor, NULL);
}
