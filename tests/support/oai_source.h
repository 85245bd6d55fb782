/*
 * tests/support/oai_source.h - what run/ would hand to the OAI-PMH connector, for tests: section, HTTP
 * handle, findings, a switch that cancels. The provider on the other side is whoever the address names.
 */
#ifndef TESTS_SUPPORT_OAI_SOURCE_H
#define TESTS_SUPPORT_OAI_SOURCE_H

#include "connectors/oai/oai.h"
#include "harvester/model/connector.h"

struct oai_source {
	struct arena *arena;
	struct cfg_source config;
	struct hv_clock clock;
	struct oai_section section;
	struct http *http;
	struct connector_env env;
	struct buf findings; /* "code subject example\n" … */
	bool cancelled;
};

struct oai_source_options {
	const char *base_url;
	const char
		*more; /* lines of the section besides base_url: "sets: [a, b]\noverlap: 2h\n"; NULL none */
	uint64_t max_body;  /* 0: 64 MiB */
	int64_t silence_ms; /* how long a server may say nothing; 0: 20 s */
	bool system_clock;  /* else one that stands still: the server's date is not compared with ours */
	unsigned retries;   /* of the transport and of the connector */
};

/* Ends the test when anything is wrong. */
void oai_source_start(struct oai_source *s, const struct oai_source_options *o);
void oai_source_stop(struct oai_source *s);

/* Has a finding with this code been made? */
bool oai_source_found(const struct oai_source *s, const char *code);

#endif
