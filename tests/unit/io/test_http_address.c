/*
 * test_http_address.c - io/http_address: public or not, also in disguise.
 */
#include <check.h>

#include "harvester/io/http_internal.h"

START_TEST(addresses_that_are_not_public_are_named)
{
	static const struct {
		const char *address, *what;
	} cases[] = {
		{ "0.0.0.0", "unspecified" },
		{ "0.1.2.3", "unspecified" },
		{ "10.255.255.255", "private" },
		{ "100.64.0.1", "carrier-grade NAT" },
		{ "100.127.255.255", "carrier-grade NAT" },
		{ "127.0.0.1", "loopback" },
		{ "127.255.255.254", "loopback" },
		{ "169.254.169.254", "link-local" },
		{ "172.16.0.1", "private" },
		{ "172.31.255.255", "private" },
		{ "192.0.2.1", "documentation" },
		{ "192.168.1.1", "private" },
		{ "198.51.100.7", "documentation" },
		{ "203.0.113.7", "documentation" },
		{ "224.0.0.1", "multicast" },
		{ "239.255.255.255", "multicast" },
		{ "240.0.0.1", "reserved" },
		{ "255.255.255.255", "reserved" },
		{ "::", "unspecified" },
		{ "::1", "loopback" },
		{ "::ffff:127.0.0.1", "loopback" },
		{ "::ffff:10.0.0.1", "private" },
		{ "::127.0.0.1", "reserved" },
		{ "64:ff9b::10.0.0.1", "private" },
		{ "64:ff9b:1::1", "reserved" },
		{ "100::1", "reserved" },
		{ "2001:0:4136:e378::1", "reserved" },
		{ "2001:db8::1", "documentation" },
		{ "2002:7f00:1::", "6to4" },
		{ "3fff:fff::1", "documentation" },
		{ "fc00::1", "private" },
		{ "fdff::1", "private" },
		{ "fe80::1", "link-local" },
		{ "febf::1", "link-local" },
		{ "fec0::1", "reserved" },
		{ "ff02::1", "multicast" },
	};

	for (size_t i = 0; i < HV_LEN(cases); i++) {
		struct http_address a;

		ck_assert(http_address_parse(cases[i].address, &a));
		const char *what = http_address_not_public(&a);
		ck_assert_msg(what && strstr(what, cases[i].what), "%s is %s", cases[i].address,
			      what ? what : "public");
	}
}
END_TEST

START_TEST(public_addresses_and_the_neighbours_of_ranges_pass)
{
	static const char *const cases[] = {
		"1.1.1.1",       "9.255.255.255",   "11.0.0.1",         "100.63.255.255",  "100.128.0.1",
		"126.255.255.1", "128.0.0.1",       "169.253.1.1",      "172.15.255.255",  "172.32.0.1",
		"192.0.1.1",     "192.167.255.255", "192.169.0.1",      "198.17.255.255",  "198.20.0.1",
		"223.255.255.1", "::ffff:8.8.8.8",  "64:ff9b::8.8.8.8", "2001:4860::8888", "2001:200::1",
		"2a01:e0a::1",   "3fff:1000::1",
	};

	for (size_t i = 0; i < HV_LEN(cases); i++) {
		struct http_address a;

		ck_assert(http_address_parse(cases[i], &a));
		ck_assert_msg(!http_address_not_public(&a), "%s is %s", cases[i],
			      http_address_not_public(&a));
	}
}
END_TEST

START_TEST(an_ipv4_address_and_its_mapped_form_are_one_address)
{
	struct http_address a, b;
	char text[64];

	ck_assert(http_address_parse("127.0.0.1", &a));
	ck_assert(http_address_parse("::ffff:127.0.0.1", &b));
	ck_assert_mem_eq(a.b, b.b, sizeof(a.b));
	http_address_text(&b, text, sizeof(text));
	ck_assert_str_eq(text, "127.0.0.1");
	ck_assert(http_address_parse("2A01::1", &a));
	http_address_text(&a, text, sizeof(text));
	ck_assert_str_eq(text, "2a01::1");
}
END_TEST

START_TEST(what_is_no_address_is_not_parsed)
{
	static const char *const cases[] = { "",          "localhost", "127.1", "127.0.0.1 ", "127.0.0.0/8",
					     "1.2.3.256", "[::1]" };
	struct http_address a;

	for (size_t i = 0; i < HV_LEN(cases); i++)
		ck_assert_msg(!http_address_parse(cases[i], &a), "%s", cases[i]);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("http_address");
	TCase *t = tcase_create("http_address");

	tcase_add_test(t, addresses_that_are_not_public_are_named);
	tcase_add_test(t, public_addresses_and_the_neighbours_of_ranges_pass);
	tcase_add_test(t, an_ipv4_address_and_its_mapped_form_are_one_address);
	tcase_add_test(t, what_is_no_address_is_not_parsed);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
