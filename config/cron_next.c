/*
 * config/cron_next.c - see cron.h: from five fields to the next moment.
 *
 * Walks the days and minutes of the wall clock in order and turns each into a moment. That order is also the
 * order of the moments, because times left out move to the change and times that come twice keep the first;
 * so the first one late enough is the answer. Refuses to ask the C library for zones. Tests:
 * tests/unit/config/test_cron.c.
 */
#include "config/cron.h"

#define MINUTE INT64_C(60000000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

enum { DAYS_LOOKED_THROUGH = 41 * 366 };

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* The moment when the wall shows this time, counted as if it were UTC. */
static int64_t moment(int64_t wall)
{
	int64_t summer = wall - 2 * HOUR, winter = wall - HOUR;

	if (clock_paris_offset(summer) == 2 * HOUR) /* summer, or the first of two */
		return summer;
	if (clock_paris_offset(winter) == HOUR)
		return winter;
	return floor_div(winter, HOUR) * HOUR; /* left out: the change is at a full hour of UTC */
}

static bool day_matches(const struct cron *c, int64_t day)
{
	int64_t year;
	unsigned month, date;
	unsigned weekday = (unsigned)(((day + 4) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */

	clock_civil(day, &year, &month, &date);
	if (!(c->months >> month & 1))
		return false;
	bool by_date = c->days >> date & 1, by_weekday = c->weekdays >> weekday & 1;

	return c->any_day || c->any_weekday ? by_date && by_weekday : by_date || by_weekday;
}

/* The first moment of a day that is late enough. */
static bool in_day(const struct cron *c, int64_t day, int64_t after, int64_t *ret)
{
	for (unsigned hour = 0; hour < 24; hour++) {
		if (!(c->hours >> hour & 1) || moment(day * DAY + hour * HOUR + 59 * MINUTE) <= after)
			continue;
		for (unsigned minute = 0; minute < 60; minute++) {
			if (!(c->minutes >> minute & 1))
				continue;
			*ret = moment(day * DAY + hour * HOUR + minute * MINUTE);
			if (*ret > after)
				return true;
		}
	}
	return false;
}

bool cron_next(const struct cron *c, int64_t after, int64_t *ret)
{
	int64_t today = floor_div(after + clock_paris_offset(after), DAY);

	for (int64_t day = today; day <= today + DAYS_LOOKED_THROUGH; day++)
		if (day_matches(c, day) && in_day(c, day, after, ret))
			return true;
	return false;
}
