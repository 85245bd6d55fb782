/*
 * config/units.c - see units.h. Refuses to guess: "10" is no duration and "0.1" no share.
 * Tests: tests/unit/config/test_units.c.
 */
#include "config/units.h"

struct unit {
	const char *name;
	int64_t size;
};

/* "12 KiB" cut into 12 and "KiB". */
static bool number_and_rest(struct str s, uint64_t *ret, struct str *ret_rest)
{
	size_t n = 0;

	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	*ret_rest = str_trim(str_from(s, n));
	return str_to_u64(str_cut(s, n), ret);
}

static const struct unit *find_unit(struct str name, const struct unit *units, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_is(name, units[i].name))
			return &units[i];
	return NULL;
}

static bool scaled(struct str s, const struct unit *units, size_t n, int64_t most, int64_t *ret)
{
	struct str rest;
	uint64_t v;

	if (!number_and_rest(s, &v, &rest))
		return false;
	const struct unit *u = find_unit(rest, units, n);
	if (!u || v > (uint64_t)(most / u->size))
		return false;
	*ret = (int64_t)v * u->size;
	return true;
}

bool units_duration(struct str s, int64_t *ret_ms)
{
	static const struct unit units[] = {
		{ "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 }
	};

	return scaled(s, units, HV_LEN(units), INT64_C(36500) * 86400000, ret_ms);
}

bool units_bytes(struct str s, int64_t *ret)
{
	static const struct unit units[] = {
		{ "", 1 }, { "B", 1 }, { "KiB", 1 << 10 }, { "MiB", 1 << 20 }, { "GiB", 1 << 30 }
	};

	return scaled(s, units, HV_LEN(units), INT64_C(1) << 50, ret);
}

bool units_share(struct str s, double *ret)
{
	uint64_t whole, part = 0, scale = 1;
	struct str rest;

	if (!number_and_rest(s, &whole, &rest) || whole > 100)
		return false;
	if (rest.n && rest.p[0] == '.') {
		size_t n = 1;

		while (n < rest.n && rest.p[n] >= '0' && rest.p[n] <= '9') {
			part = part * 10 + (uint64_t)(rest.p[n++] - '0');
			scale *= 10;
			if (scale > 1000000)
				return false;
		}
		if (n == 1)
			return false;
		rest = str_trim(str_from(rest, n));
	}
	if (!str_is(rest, "%") || (whole == 100 && part))
		return false;
	*ret = (double)(whole * scale + part) / ((double)scale * 100);
	return true;
}

bool units_rate(struct str s, int64_t *ret_ms)
{
	static const struct unit units[] = { { "s", 1000 }, { "min", 60000 }, { "h", 3600000 } };
	struct str rest;
	uint64_t v;

	if (!number_and_rest(s, &v, &rest) || !str_starts(rest, STR("/")) || v == 0)
		return false;
	const struct unit *u = find_unit(str_trim(str_from(rest, 1)), units, HV_LEN(units));
	if (!u || v > (uint64_t)u->size)
		return false;
	*ret_ms = (u->size + (int64_t)v - 1) / (int64_t)v;
	return true;
}

bool units_number(struct str s, int64_t *ret)
{
	bool minus = s.n && s.p[0] == '-';
	uint64_t v;

	if (!str_to_u64(minus ? str_from(s, 1) : s, &v) || v > INT64_MAX)
		return false;
	*ret = minus ? -(int64_t)v : (int64_t)v;
	return true;
}

static bool bad_port(struct str port)
{
	uint64_t v;

	return !str_to_u64(port, &v) || v == 0 || v > 65535;
}

/* Host and port: "host", "host:80", "[::1]:80". */
static const char *authority_fault(struct str s)
{
	struct str host = s, after = STR_NONE;
	ptrdiff_t at = str_starts(s, STR("[")) ? str_find(s, STR("]")) : str_find(s, STR(":"));

	if (str_find(s, STR("@")) >= 0)
		return "user and password do not belong in an address; use http.auth";
	if (str_starts(s, STR("["))) {
		if (at < 0)
			return "the host's ']' is missing";
		host = str_cut(str_from(s, 1), (size_t)at - 1);
		after = str_from(s, (size_t)at + 1);
	} else if (at >= 0) {
		host = str_cut(s, (size_t)at);
		after = str_from(s, (size_t)at);
	}
	if (host.n == 0)
		return "the host is missing";
	if (after.n && (after.p[0] != ':' || bad_port(str_from(after, 1))))
		return "the port is no number from 1 to 65535";
	return NULL;
}

const char *units_url_fault(struct str s)
{
	struct str rest;
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= 0x20 || s.p[i] == 0x7F)
			return "it holds a blank or a control character";
	if (str_starts(s, STR("http://")))
		rest = str_from(s, 7);
	else if (str_starts(s, STR("https://")))
		rest = str_from(s, 8);
	else
		return "it must begin with https:// or http://";
	while (n < rest.n && !strchr("/?#", rest.p[n]))
		n++;
	return authority_fault(str_cut(rest, n));
}
