/*
 * connectors/registry.c - which connectors exist. A new one is one include and one row here.
 * Tests: tests/unit/connectors/test_registry.c.
 */
#include "connectors/registry.h"

#include "connectors/example/example.h"
#include "connectors/oai/oai.h"

const struct connector_ops *const connectors[] = { &oai_connector, &example_connector };
const size_t n_connectors = HV_LEN(connectors);

const struct connector_ops *connector_find(const char *name)
{
	for (size_t i = 0; name && i < n_connectors; i++)
		if (strcmp(connectors[i]->name, name) == 0)
			return connectors[i];
	return NULL;
}
