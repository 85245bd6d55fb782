/*
 * config/source_file.h - inside the room: what the tables of config/source_fields.c fill.
 * Tests: tests/unit/config/test_source.c.
 */
#ifndef CONFIG_SOURCE_FILE_H
#define CONFIG_SOURCE_FILE_H

#include "config/source.h"

/* A source, and the keys with several forms as they stand in the file; NULL: not given. */
struct source_file {
	struct cfg_source s;
	const struct yaml *defaults, *by_set, *addresses, *tls, *auth;
};

#endif
