/*
 * test_buf.c - base/buf: one builder, its ceiling, and each of its spellings.
 */
#include <check.h>

#include "harvester/base/buf.h"

static struct buf b;
static struct hv_err err;

static void set_up(void)
{
	b = BUF_INIT(1000);
}

static void tear_down(void)
{
	buf_release(&b);
}

START_TEST(an_empty_builder_is_an_empty_string)
{
	ck_assert_str_eq(buf_cstr(&b), "");
	ck_assert_uint_eq(buf_view(&b).n, 0);
	buf_str(&b, STR_NONE);
	buf_put(&b, NULL, 0);
	ck_assert_str_eq(buf_cstr(&b), "");
	ck_assert_int_eq(buf_ok(&b, "nothing", &err), 0);
}
END_TEST

START_TEST(pieces_are_put_one_after_the_other)
{
	buf_puts(&b, "a");
	buf_putc(&b, 'b');
	buf_str(&b, STR("cd"));
	buf_printf(&b, "%03d%s", 7, "");
	buf_put(&b, "\0z", 2);
	ck_assert_uint_eq(b.n, 9);
	ck_assert_mem_eq(b.p, "abcd007\0z\0", 10);
}
END_TEST

START_TEST(the_ceiling_is_reached_but_never_passed_and_the_failure_sticks)
{
	struct buf small = BUF_INIT(5);

	buf_puts(&small, "12345");
	ck_assert(!small.failed);
	buf_putc(&small, '6');
	ck_assert(small.failed);
	ck_assert_str_eq(buf_cstr(&small), "12345");
	buf_clear(&small);
	ck_assert_str_eq(buf_cstr(&small), "");
	buf_printf(&small, "%s", "123456");
	ck_assert(small.failed);
	buf_puts(&small, "x");
	ck_assert_str_eq(buf_cstr(&small), "");
	ck_assert_int_eq(buf_ok(&small, "request address", &err), HV_E_LIMIT);
	ck_assert_ptr_nonnull(strstr(err.text, "request address over 5 bytes"));
	buf_release(&small);
	buf_puts(&small, "12345");
	ck_assert_str_eq(buf_cstr(&small), "12345");
	buf_release(&small);
}
END_TEST

START_TEST(a_length_that_cannot_be_is_refused)
{
	struct buf endless = BUF_INIT(SIZE_MAX);

	buf_puts(&endless, "abc");
	ck_assert_ptr_null(buf_room(&endless, SIZE_MAX - 3));
	ck_assert(endless.failed);
	ck_assert_str_eq(buf_cstr(&endless), "abc");
	buf_release(&endless);
}
END_TEST

START_TEST(a_room_filled_is_a_terminated_string)
{
	buf_puts(&b, "ab");
	memset(buf_room(&b, 300), 'c', 300);
	b.n += 300;
	ck_assert_uint_eq(strlen(buf_cstr(&b)), 302);
}
END_TEST

START_TEST(integers_are_big_endian)
{
	buf_be16(&b, 0x0102);
	buf_be32(&b, 0xFFFEFDFC);
	buf_be64(&b, UINT64_C(0x0102030405060708));
	ck_assert_uint_eq(b.n, 14);
	ck_assert_mem_eq(b.p, "\x01\x02\xFF\xFE\xFD\xFC\x01\x02\x03\x04\x05\x06\x07\x08", 14);
}
END_TEST

START_TEST(urls_keep_only_unreserved_characters)
{
	buf_url(&b, (struct str){ "aZ09-._~ /?&=+%\xC3\xA9\0", 18 });
	ck_assert_str_eq(buf_cstr(&b), "aZ09-._~%20%2F%3F%26%3D%2B%25%C3%A9%00");
}
END_TEST

START_TEST(html_is_escaped_for_text_and_attributes)
{
	buf_html(&b, STR("<a href=\"x\">l'\xC3\xA9t\xC3\xA9 & co</a>"));
	ck_assert_str_eq(buf_cstr(&b), "&lt;a href=&quot;x&quot;&gt;l'\xC3\xA9t\xC3\xA9 &amp; co&lt;/a&gt;");
	buf_clear(&b);
	buf_html(&b, STR_NONE);
	buf_html(&b, STR("&"));
	ck_assert_str_eq(buf_cstr(&b), "&amp;");
}
END_TEST

START_TEST(json_strings_are_quoted_and_escaped)
{
	buf_json(&b, (struct str){ "\"\\/\n\r\t\b\x1f\x7f\0\xC3\xA9", 12 });
	ck_assert_str_eq(buf_cstr(&b), "\"\\\"\\\\/\\n\\r\\t\\u0008\\u001f\\u007f\\u0000\xC3\xA9\"");
	buf_clear(&b);
	buf_json(&b, STR_NONE);
	ck_assert_str_eq(buf_cstr(&b), "\"\"");
}
END_TEST

START_TEST(logfmt_values_are_bare_only_when_simple)
{
	static const char *const cases[][2] = {
		{ "plain/v-1.2:3", "plain/v-1.2:3" }, { "", "\"\"" },
		{ "two words", "\"two words\"" },     { "a=b", "\"a=b\"" },
		{ "say \"x\"", "\"say \\\"x\\\"\"" }, { "a\\b", "\"a\\\\b\"" },
		{ "line\nend", "\"line\\nend\"" },    { "\xC3\xA9t\xC3\xA9", "\xC3\xA9t\xC3\xA9" },
	};

	for (size_t i = 0; i < HV_LEN(cases); i++) {
		buf_clear(&b);
		buf_logfmt(&b, str_of(cases[i][0]));
		ck_assert_str_eq(buf_cstr(&b), cases[i][1]);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("buf");
	TCase *t = tcase_create("buf");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, an_empty_builder_is_an_empty_string);
	tcase_add_test(t, pieces_are_put_one_after_the_other);
	tcase_add_test(t, the_ceiling_is_reached_but_never_passed_and_the_failure_sticks);
	tcase_add_test(t, a_length_that_cannot_be_is_refused);
	tcase_add_test(t, a_room_filled_is_a_terminated_string);
	tcase_add_test(t, integers_are_big_endian);
	tcase_add_test(t, urls_keep_only_unreserved_characters);
	tcase_add_test(t, html_is_escaped_for_text_and_attributes);
	tcase_add_test(t, json_strings_are_quoted_and_escaped);
	tcase_add_test(t, logfmt_values_are_bare_only_when_simple);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
