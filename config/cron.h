/*
 * config/cron.h - five cron fields, and when they come next on the clocks on the wall in France.
 *
 * minute hour day-of-month month day-of-week; lists, ranges, steps, names of months and days in English
 * (jan, mon), @hourly @daily @weekly @monthly. As in every cron, when both days are restricted (neither field
 * begins with *) either of them suffices. 0 and 7 are Sunday. Pure: no zone database, no environment, no
 * clock. Tests: tests/unit/config/test_cron.c.
 */
#ifndef CONFIG_CRON_H
#define CONFIG_CRON_H

#include "harvester/base/clock.h"
#include "harvester/base/def.h"
#include "harvester/base/str.h"

/* Bit n is set when the field takes the value n. */
struct cron {
	uint64_t minutes; /* 0-59 */
	uint32_t hours;   /* 0-23 */
	uint32_t days;    /* 1-31 */
	uint16_t months;  /* 1-12 */
	uint8_t weekdays; /* 0-6, Sunday is 0 */
	bool any_day;     /* the field day-of-month begins with * */
	bool any_weekday;
};

#define CRON_FAULT 160

/* False, and what is wrong in ret_fault (one line, for people), when the text is no timetable. */
bool cron_parse(struct str s, struct cron *ret, char ret_fault[CRON_FAULT]);

/*
 * The first time strictly after `after` (both in microseconds since 1970, UTC). False: never, as on 30
 * February (41 years are looked through, the longest wait for a 29 February on a given weekday being 40).
 *
 * The two nights when clocks are changed: a time that the spring night leaves out (02:00 to 02:59) comes at
 * the next minute that exists, 03:00, once for all that were left out; a time that the autumn night has twice
 * comes once, the first time.
 */
bool cron_next(const struct cron *c, int64_t after, int64_t *ret);

#endif
