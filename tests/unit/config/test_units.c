/*
 * tests/unit/config/test_units.c - the small notations: what they mean, and what is none of them.
 */
#include "config/units.h"

#include <math.h>

#include "tests/unit/config/told.h"

struct number_case {
	bool (*read)(struct str s, int64_t *ret);
	const char *text;
	int64_t value; /* -1: refused */
};

static const struct number_case numbers[] = {
	{ units_duration, "500ms", 500 },
	{ units_duration, "30s", 30000 },
	{ units_duration, "15m", 900000 },
	{ units_duration, "6h", 21600000 },
	{ units_duration, "30d", INT64_C(2592000000) },
	{ units_duration, "30 d", INT64_C(2592000000) },
	{ units_duration, "0s", 0 },
	{ units_duration, "36500d", INT64_C(3153600000000) },
	{ units_duration, "36501d", -1 },
	{ units_duration, "99999999999999999999s", -1 },
	{ units_duration, "10", -1 },
	{ units_duration, "1.5h", -1 },
	{ units_duration, "-1s", -1 },
	{ units_duration, "6 hours", -1 },
	{ units_duration, "", -1 },
	{ units_duration, "h", -1 },
	{ units_bytes, "512 KiB", 524288 },
	{ units_bytes, "64MiB", 67108864 },
	{ units_bytes, "1 GiB", 1073741824 },
	{ units_bytes, "100", 100 },
	{ units_bytes, "100 B", 100 },
	{ units_bytes, "1048576 GiB", INT64_C(1) << 50 },
	{ units_bytes, "1048577 GiB", -1 },
	{ units_bytes, "64 MB", -1 },
	{ units_bytes, "64 mib", -1 },
	{ units_bytes, "0.5 GiB", -1 },
	{ units_rate, "2 / s", 500 },
	{ units_rate, "2/s", 500 },
	{ units_rate, "30 / min", 2000 },
	{ units_rate, "100 / h", 36000 },
	{ units_rate, "3 / s", 334 }, /* never faster than asked */
	{ units_rate, "1000 / s", 1 },
	{ units_rate, "1001 / s", -1 },
	{ units_rate, "0 / s", -1 },
	{ units_rate, "2 s", -1 },
	{ units_rate, "2 / d", -1 },
	{ units_rate, "2", -1 },
	{ units_number, "0", 0 },
	{ units_number, "9223372036854775807", INT64_MAX },
	{ units_number, "9223372036854775808", -1 },
	{ units_number, "0x10", -1 },
	{ units_number, "1_000", -1 },
	{ units_number, "1e3", -1 },
	{ units_number, " 1", -1 },
	{ units_number, "-", -1 },
};

START_TEST(a_notation_means_one_number_or_is_refused)
{
	const struct number_case *c = &numbers[_i];
	int64_t v = 0;
	bool ok = c->read(str_of(c->text), &v);

	ck_assert_msg(ok == (c->value >= 0), "'%s' was %s", c->text, ok ? "taken" : "refused");
	if (ok)
		ck_assert_int_eq(v, c->value);
}
END_TEST

START_TEST(a_number_may_be_negative)
{
	int64_t v;

	ck_assert(units_number(STR("-12"), &v));
	ck_assert_int_eq(v, -12);
}
END_TEST

struct share_case {
	const char *text;
	double value;
};

static const struct share_case shares[] = {
	{ "10 %", 0.1 },
	{ "0.5 %", 0.005 },
	{ "0.5%", 0.005 },
	{ "0 %", 0 },
	{ "100 %", 1 },
	{ "100.0 %", 1 },
	{ "33.333333 %", 0.33333333 },
	{ "0.1", -1 },
	{ "10", -1 },
	{ "101 %", -1 },
	{ "100.1 %", -1 },
	{ ".5 %", -1 },
	{ "1. %", -1 },
	{ "1,5 %", -1 },
	{ "-1 %", -1 },
	{ "%", -1 },
	{ "0.1234567 %", -1 },
	{ "1 % of all", -1 },
};

START_TEST(a_share_is_a_number_with_a_percent_sign)
{
	const struct share_case *c = &shares[_i];
	double v = 0;
	bool ok = units_share(str_of(c->text), &v);

	ck_assert_msg(ok == (c->value >= 0), "'%s' was %s", c->text, ok ? "taken" : "refused");
	if (ok)
		ck_assert(fabs(v - c->value) < 1e-12);
}
END_TEST

struct url_case {
	const char *text, *fault;
};

static const struct url_case urls[] = {
	{ "https://collections.valombreuse.example/oai?x=1#f", NULL },
	{ "http://127.0.0.1:8080", NULL },
	{ "http://[::1]:8080/oai", NULL },
	{ "https://host/a@b", NULL },
	{ "ftp://host/", "it must begin with https:// or http://" },
	{ "host/oai", "it must begin with https:// or http://" },
	{ "", "it must begin with https:// or http://" },
	{ "https://user:pass@host/", "user and password do not belong in an address; use http.auth" },
	{ "https://user@host", "user and password do not belong in an address; use http.auth" },
	{ "https:///oai", "the host is missing" },
	{ "https://:80/", "the host is missing" },
	{ "https://[]/", "the host is missing" },
	{ "https://[::1/", "the host's ']' is missing" },
	{ "https://host:0/", "the port is no number from 1 to 65535" },
	{ "https://host:65536/", "the port is no number from 1 to 65535" },
	{ "https://host:/", "the port is no number from 1 to 65535" },
	{ "https://[::1]x/", "the port is no number from 1 to 65535" },
	{ "https://ho st/", "it holds a blank or a control character" },
};

START_TEST(an_address_has_a_scheme_and_a_host_and_no_password)
{
	const char *fault = units_url_fault(str_of(urls[_i].text));

	if (urls[_i].fault)
		ck_assert_pstr_eq(fault, urls[_i].fault);
	else
		ck_assert_ptr_null(fault);
}
END_TEST

static void add(TCase *t)
{
	tcase_add_loop_test(t, a_notation_means_one_number_or_is_refused, 0, HV_LEN(numbers));
	tcase_add_test(t, a_number_may_be_negative);
	tcase_add_loop_test(t, a_share_is_a_number_with_a_percent_sign, 0, HV_LEN(shares));
	tcase_add_loop_test(t, an_address_has_a_scheme_and_a_host_and_no_password, 0, HV_LEN(urls));
}

int main(void)
{
	return run_tests("units", add);
}
