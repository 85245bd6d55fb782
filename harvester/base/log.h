/*
 * base/log.h - structured logs: an event and its keys, as logfmt or JSON, one line each, on stderr.
 *
 * Libraries return, the edge logs: only cli, run and scheduler call this above debug level. Secrets never
 * reach it: the type that holds one does not print it.
 * Tests: tests/unit/base/test_log.c.
 */
#ifndef HARVESTER_BASE_LOG_H
#define HARVESTER_BASE_LOG_H

#include "harvester/base/clock.h"
#include "harvester/base/def.h"

enum hv_level { HV_LOG_ERROR, HV_LOG_WARN, HV_LOG_INFO, HV_LOG_DEBUG };
enum hv_log_format { HV_LOGFMT, HV_LOG_JSON };

struct hv_log {
	FILE *out;
	enum hv_level level;
	enum hv_log_format format;
	struct hv_clock clock;
};

struct hv_kv {
	const char *key;
	const char *value; /* NULL values are left out */
};

/* Write one line of at most 64 kB: longer values are cut. kv ends with a NULL key; kv itself may be NULL.
 * Never fails, never blocks on memory. */
void hv_log(const struct hv_log *log, enum hv_level level, const char *event, const struct hv_kv *kv);

bool hv_level_parse(const char *word, enum hv_level *ret);

#endif
