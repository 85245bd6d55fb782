/*
 * connectors/registry.h - which connectors exist: one row each in registry.c.
 */
#ifndef CONNECTORS_REGISTRY_H
#define CONNECTORS_REGISTRY_H

#include "harvester/model/connector.h"

extern const struct connector_ops *const connectors[];
extern const size_t n_connectors;

/* By name; NULL when there is none (text_nearest over connector names helps the message). */
const struct connector_ops *connector_find(const char *name);

#endif
