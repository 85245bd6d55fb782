/*
 * base/clock.c - see clock.h. Civil dates by the era method (400-year cycles), without the C library's zones.
 */
#include "harvester/base/clock.h"

#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)

int clock_init(struct hv_clock *ret, struct hv_err *err)
{
	const char *now = getenv("HARVESTER_NOW");
	bool day;

	*ret = (struct hv_clock){ 0 };
	if (!now || !*now)
		return 0;
	if (!clock_parse(str_of(now), &ret->fixed_us, &day))
		return hv_fail(err, HV_E_CONFIG,
			       "HARVESTER_NOW='%s' is no time; write it like 2027-03-02T10:00:00Z", now);
	ret->fixed = true;
	return 0;
}

static int64_t read_clock(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * SECOND + t.tv_nsec / 1000;
}

int64_t clock_now(const struct hv_clock *c)
{
	return c->fixed ? c->fixed_us : read_clock(CLOCK_REALTIME);
}

int64_t clock_monotonic(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_days(int64_t year, unsigned month, unsigned day)
{
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t yoe = year - era * 400;
	int64_t doy = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * 146097 + doe - 719468;
}

void clock_civil(int64_t days, int64_t *ret_year, unsigned *ret_month, unsigned *ret_day)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t doe = days - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*ret_day = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
	*ret_month = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
	*ret_year = yoe + era * 400 + (*ret_month <= 2);
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

char *clock_date(int64_t us, char *ret)
{
	int64_t year;
	unsigned month, day;

	clock_civil(floor_div(us, DAY), &year, &month, &day);
	(void)snprintf(ret, CLOCK_TEXT, "%04d-%02u-%02u", (int)year, month % 100, day % 100);
	return ret;
}

char *clock_utc(int64_t us, char *ret)
{
	int64_t s = us % DAY / SECOND - (us % SECOND < 0);
	char date[CLOCK_TEXT];

	s += s < 0 ? 86400 : 0;
	(void)snprintf(ret, CLOCK_TEXT, "%.12sT%02d:%02d:%02dZ", clock_date(us, date), (int)(s / 3600),
		       (int)(s / 60 % 60), (int)(s % 60));
	return ret;
}

/* The last Sunday of a month of 31 days, at 01:00 UTC: when summer time begins and ends in the European
 * Union. */
static int64_t last_sunday(int64_t year, unsigned month)
{
	int64_t days = clock_days(year, month, 31);
	int64_t weekday = ((days + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */

	return (days - weekday) * DAY + 3600 * SECOND;
}

int64_t clock_paris_offset(int64_t us)
{
	int64_t year;
	unsigned month, day;

	clock_civil(floor_div(us, DAY), &year, &month, &day);
	bool summer = us >= last_sunday(year, 3) && us < last_sunday(year, 10);
	return (summer ? 2 : 1) * 3600 * SECOND;
}

char *clock_paris(int64_t us, char *ret, size_t size)
{
	static const char *const months[] = { "janvier",   "février", "mars",     "avril",
					      "mai",       "juin",    "juillet",  "août",
					      "septembre", "octobre", "novembre", "décembre" };
	int64_t year;
	unsigned month, day;

	us += clock_paris_offset(us);
	clock_civil(floor_div(us, DAY), &year, &month, &day);
	int64_t s = (us - floor_div(us, DAY) * DAY) / SECOND;
	(void)snprintf(ret, size, "%u%s %s %d à %02d:%02d", day, day == 1 ? "er" : "",
		       months[(month - 1) % 12], (int)year, (int)(s / 3600), (int)(s / 60 % 60));
	return ret;
}

/* n digits at *at; steps over them. */
static bool digits(struct str s, size_t *at, size_t n, unsigned *ret)
{
	unsigned v = 0;

	if (s.n < *at + n)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = s.p[*at + i];

		if (c < '0' || c > '9')
			return false;
		v = v * 10 + (unsigned)(c - '0');
	}
	*at += n;
	*ret = v;
	return true;
}

static bool one(struct str s, size_t *at, char c)
{
	if (*at >= s.n || s.p[*at] != c)
		return false;
	(*at)++;
	return true;
}

/* "Z", "+02:00" or "-0130" at the end of a time: seconds to take off. */
static bool zone(struct str s, size_t *at, int64_t *ret_offset)
{
	unsigned h, m;
	int sign;

	*ret_offset = 0;
	if (one(s, at, 'Z'))
		return *at == s.n;
	if (one(s, at, '+'))
		sign = 1;
	else if (one(s, at, '-'))
		sign = -1;
	else
		return false;
	if (!digits(s, at, 2, &h))
		return false;
	(void)one(s, at, ':');
	if (!digits(s, at, 2, &m) || h > 14 || m > 59)
		return false;
	*ret_offset = sign * (int64_t)(h * 3600 + m * 60);
	return *at == s.n;
}

static unsigned month_length(unsigned year, unsigned month)
{
	static const unsigned lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return lengths[month - 1] + (month == 2 && leap);
}

/* The digits behind the point; they are not kept. */
static bool fraction(struct str s, size_t *at)
{
	size_t from = *at;

	while (*at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9')
		(*at)++;
	return *at > from;
}

/* "Thh:mm:ss", fraction and zone, to the end: seconds of the day in UTC. */
static bool time_of_day(struct str s, size_t at, int64_t *ret)
{
	unsigned h, mi, sec;
	int64_t offset;

	if (!one(s, &at, 'T') || !digits(s, &at, 2, &h) || !one(s, &at, ':') || !digits(s, &at, 2, &mi) ||
	    !one(s, &at, ':') || !digits(s, &at, 2, &sec) || h > 23 || mi > 59 || sec > 60)
		return false;
	if (one(s, &at, '.') && !fraction(s, &at))
		return false;
	if (!zone(s, &at, &offset))
		return false;
	*ret = (int64_t)(h * 3600 + mi * 60 + sec) - offset;
	return true;
}

bool clock_parse(struct str s, int64_t *ret_us, bool *ret_day)
{
	unsigned y, mo, d;
	int64_t seconds = 0;
	size_t at = 0;

	s = str_trim(s);
	if (!digits(s, &at, 4, &y) || !one(s, &at, '-') || !digits(s, &at, 2, &mo) || !one(s, &at, '-') ||
	    !digits(s, &at, 2, &d) || mo < 1 || mo > 12 || d < 1 || d > month_length(y, mo))
		return false;
	bool day = at == s.n;
	if (!day && !time_of_day(s, at, &seconds))
		return false;
	*ret_us = clock_days(y, mo, d) * DAY + seconds * SECOND;
	*ret_day = day;
	return true;
}
