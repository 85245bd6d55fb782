/*
 * base/clock.h - the one injectable clock, and dates as the standards write them.
 *
 * Times are microseconds since 1970-01-01T00:00:00Z. What reaches notices, dumps and reports comes from this
 * clock; leases use the database's own (DESIGN: a test with a fixed clock must still see a lease expire).
 * Tests: tests/unit/base/test_clock.c.
 */
#ifndef HARVESTER_BASE_CLOCK_H
#define HARVESTER_BASE_CLOCK_H

#include "harvester/base/err.h"
#include "harvester/base/str.h"

struct hv_clock {
	bool fixed;
	int64_t fixed_us;
};

/* The system's clock, or the fixed one that HARVESTER_NOW (YYYY-MM-DDThh:mm:ssZ) asks for; bad text:
 * HV_E_CONFIG. */
int clock_init(struct hv_clock *ret, struct hv_err *err) HV_CHECK;

int64_t clock_now(const struct hv_clock *c);

/* Monotonic microseconds, for waiting and rates; never the injected clock. */
int64_t clock_monotonic(void);

#define CLOCK_TEXT 32

/* "2027-03-02T10:00:00Z" and "2027-03-02". ret has room for CLOCK_TEXT bytes; both return ret. */
char *clock_utc(int64_t us, char *ret);
char *clock_date(int64_t us, char *ret);

/* How far the clocks on the wall in France are ahead of UTC at a time: one hour, or two in summer, in
 * microseconds. Directive 2000/84/EC: from the last Sunday of March to that of October, each at 01:00 UTC. */
int64_t clock_paris_offset(int64_t us);

/* Date and time of the clocks on the wall in France: "2 mars 2027 à 11:00", for what museums read. */
char *clock_paris(int64_t us, char *ret, size_t size);

/*
 * Parse UTCdatetime (OAI-PMH 2.0 §3.3): YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ; also fractions of seconds and
 * offsets (+02:00), which real servers send. ret_day is true for the short form. False: not a date.
 */
bool clock_parse(struct str s, int64_t *ret_us, bool *ret_day);

/* Days since 1970-01-01 of a proleptic Gregorian date, and back. */
int64_t clock_days(int64_t year, unsigned month, unsigned day);
void clock_civil(int64_t days, int64_t *ret_year, unsigned *ret_month, unsigned *ret_day);

#endif
