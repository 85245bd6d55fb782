/*
 * connectors/example/example.h - the smallest connector that passes everything: a text file of records.
 *
 * Kept as a model to copy (connectors/README.md); its own README.md describes the file.
 * Tests: tests/unit/connectors/test_conformance_example.c.
 */
#ifndef CONNECTORS_EXAMPLE_EXAMPLE_H
#define CONNECTORS_EXAMPLE_EXAMPLE_H

#include "harvester/model/connector.h"

struct example_section {
	const char *path;
	int64_t page_size; /* records */
};

extern const struct connector_ops example_connector;

#endif
