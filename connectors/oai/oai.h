/*
 * connectors/oai/oai.h - the connector for OAI-PMH 2.0 data providers: its row and its section.
 *
 * README.md beside this file says what it talks to and which leniencies it has. Tests:
 * tests/unit/connectors/test_conformance_oai.c, tests/unit/connectors/oai/.
 */
#ifndef CONNECTORS_OAI_OAI_H
#define CONNECTORS_OAI_OAI_H

#include "harvester/model/connector.h"

enum oai_deletions { OAI_DELETIONS_AUTO, OAI_DELETIONS_NONE };

struct oai_section {
	const char *base_url, *prefix;
	struct cfg_list sets; /* none: everything in one listing */
	const char *overlap;  /* "auto" or a duration */
	int deletions;        /* enum oai_deletions */
	const char *from;     /* "none" or a date */
};

extern const struct connector_ops oai_connector;

#endif
