/*
 * config/units.h - the small notations of configuration values: durations, bytes, shares, rates, addresses of
 * the web.
 *
 * Pure functions from text to number; the caller tells what was wrong and where (config/field.c). All are
 * exact: digits only, no floating point in durations or bytes, no locale.
 * Tests: tests/unit/config/test_units.c.
 */
#ifndef CONFIG_UNITS_H
#define CONFIG_UNITS_H

#include "harvester/base/str.h"

/* "500ms", "30s", "15m", "6h", "30d" (a blank before the unit is allowed) in ms; at most 36,500 days. */
bool units_duration(struct str s, int64_t *ret_ms);

/* "512 KiB", "64 MiB", "1 GiB", "100 B" or a plain number of bytes; at most 1,048,576 GiB. */
bool units_bytes(struct str s, int64_t *ret);

/* "10 %", "0.5 %": 0.1 and 0.005. From 0 % to 100 %, at most six decimals. */
bool units_share(struct str s, double *ret);

/* "2 / s", "30 / min", "100 / h": ms between two, rounded up (never faster than asked); at most 1000 / s. */
bool units_rate(struct str s, int64_t *ret_ms);

/* A whole number with an optional '-'. */
bool units_number(struct str s, int64_t *ret);

/* NULL when s is an http or https address with a host; else what is wrong with it, as the end of a sentence.
 * An address that holds user:password@ is refused: secrets are given by reference. */
const char *units_url_fault(struct str s);

#endif
