/*
 * test_charset.c - io/charset.h: which encoding a page is in, and its text as UTF-8, whatever the chunks.
 */
#include <check.h>

#include "harvester/base/buf.h"
#include "harvester/io/charset.h"

static int to_buf(struct str utf8, void *ctx, struct hv_err *err HV_UNUSED)
{
	ck_assert_uint_gt(utf8.n, 0);
	buf_str(ctx, utf8);
	return 0;
}

static const size_t chunks[] = { 1, 2, 3, 7, 1000, 65536 };

static int convert(struct str in, size_t chunk, struct buf *out, char *ret_name, struct hv_err *err)
{
	hv_auto(charset_freep) struct charset *c = charset_new(to_buf, out);
	int r = 0;

	for (size_t at = 0; r == 0 && at < in.n; at += chunk) {
		struct str part = str_cut(str_from(in, at), chunk);
		hv_auto(hv_freep) char *copy = malloc(part.n); /* exact, for sanitizers */

		memcpy(copy, part.p, part.n);
		r = charset_feed(c, (struct str){ copy, part.n }, err);
	}
	if (r == 0)
		r = charset_end(c, err);
	(void)snprintf(ret_name, 64, "%s", charset_name(c));
	return r;
}

static void becomes(struct str in, const char *want, const char *name)
{
	for (size_t i = 0; i < HV_LEN(chunks); i++) {
		hv_auto(buf_release) struct buf out = BUF_INIT(1u << 20);
		struct hv_err err = { 0 };
		char is[64];

		ck_assert_msg(convert(in, chunks[i], &out, is, &err) == 0, "chunks of %zu: %s", chunks[i],
			      err.text);
		ck_assert_str_eq(buf_cstr(&out), want);
		ck_assert_str_eq(is, name);
	}
}

static void refused(struct str in, const char *text)
{
	for (size_t i = 0; i < HV_LEN(chunks); i++) {
		hv_auto(buf_release) struct buf out = BUF_INIT(1u << 20);
		struct hv_err err = { 0 };
		char is[64];

		ck_assert_int_eq(convert(in, chunks[i], &out, is, &err), HV_E_PARSE);
		ck_assert_msg(strstr(err.text, text) != NULL, "chunks of %zu: '%s' lacks '%s'", chunks[i],
			      err.text, text);
	}
}

START_TEST(utf8_passes_untouched)
{
	becomes(STR("<a>é€</a>"), "<a>é€</a>", "UTF-8");
	becomes(STR("<?xml version='1.0'?><a/>"), "<?xml version='1.0'?><a/>", "UTF-8");
	becomes(STR("<?xml version='1.0' encoding='utf-8'?><a>é</a>"),
		"<?xml version='1.0' encoding='utf-8'?><a>é</a>", "utf-8");
	becomes(STR("<a>\xFF broken</a>"), "<a>\xFF broken</a>",
		"UTF-8"); /* the parser says so, with line and column */
	becomes(STR("<"), "<", "UTF-8");
	becomes(STR(""), "", "UTF-8");
}
END_TEST

START_TEST(a_byte_order_mark_decides_and_is_left_out)
{
	becomes(STR("\xEF\xBB\xBF<a>é</a>"), "<a>é</a>", "UTF-8");
	becomes(STR("\xEF\xBB\xBF<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>"),
		"<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>", "UTF-8");
	becomes(STR("\xFF\xFE<\0a\0>\0\xE9\0<\0/\0a\0>\0"), "<a>é</a>", "UTF-16LE");
	becomes(STR("\xFE\xFF\0<\0a\0>\0\xE9\0<\0/\0a\0>"), "<a>é</a>", "UTF-16BE");
}
END_TEST

START_TEST(utf16_is_known_by_its_first_bytes)
{
	becomes(STR("<\0a\0>\0\xAC\x20<\0/\0a\0>\0"), "<a>€</a>", "UTF-16LE");
	becomes(STR("\0<\0a\0>\x20\xAC\0<\0/\0a\0>"), "<a>€</a>", "UTF-16BE");
	/* a surrogate pair: U+1D11E */
	becomes(STR("<\0a\0>\0\x34\xD8\x1E\xDD<\0/\0a\0>\0"), "<a>𝄞</a>", "UTF-16LE");
}
END_TEST

START_TEST(the_declaration_names_the_encoding)
{
	becomes(STR("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xE9\xE0</a>"),
		"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>éà</a>", "ISO-8859-1");
	becomes(STR("<?xml version='1.0' encoding = 'windows-1252' ?><a>\x9C\x80</a>"),
		"<?xml version='1.0' encoding = 'windows-1252' ?><a>œ€</a>", "windows-1252");
	becomes(STR("<?xml version='1.0' encoding='ISO-8859-15'?><a>\xBD\xA4</a>"),
		"<?xml version='1.0' encoding='ISO-8859-15'?><a>œ€</a>", "ISO-8859-15");
}
END_TEST

START_TEST(white_space_before_the_declaration_is_left_out)
{
	becomes(STR("\r\n \t<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE9</a>"),
		"<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>", "ISO-8859-1");
	becomes(STR("\xEF\xBB\xBF\n\n<?xml version='1.0'?><a> b</a>"), "<?xml version='1.0'?><a> b</a>",
		"UTF-8");
	becomes(STR("  <a> b </a> "), "<a> b </a> ", "UTF-8");
}
END_TEST

START_TEST(utf16_declared_in_readable_bytes_is_utf8)
{
	becomes(STR("<?xml version='1.0' encoding='utf-16'?><a>é</a>"),
		"<?xml version='1.0' encoding='utf-16'?><a>é</a>", "UTF-8");
}
END_TEST

START_TEST(a_long_page_in_latin1_comes_whole)
{
	hv_auto(buf_release) struct buf in = BUF_INIT(1u << 20), want = BUF_INIT(1u << 20);

	buf_puts(&in, "<?xml version='1.0' encoding='ISO-8859-1'?><a>");
	buf_puts(&want, "<?xml version='1.0' encoding='ISO-8859-1'?><a>");
	for (int i = 0; i < 20000; i++) {
		buf_puts(&in, "\xE9 t\xE9 ");
		buf_puts(&want, "é té ");
	}
	becomes(buf_view(&in), buf_cstr(&want), "ISO-8859-1");
}
END_TEST

START_TEST(an_unknown_encoding_is_refused_by_name)
{
	refused(STR("<?xml version='1.0' encoding='klingon'?><a/>"),
		"the encoding 'klingon' is not known here");
	refused(STR("<?xml version='1.0' encoding='ISO-2022-CN-EXT'?><a/>"), "not known here");
	refused(STR("<?xml version='1.0' encoding='ISO-8859-1//TRANSLIT'?><a/>"), "not known here");
	refused(STR("<?xml version='1.0' encoding='ISO-8859-99'?><a/>"), "not known here");
}
END_TEST

START_TEST(bytes_outside_of_their_encoding_are_refused_with_their_place)
{
	refused(STR("<?xml version='1.0' encoding='windows-1252'?><a>\x81</a>"),
		"byte 49: 0x81 is not windows-1252");
	refused(STR("\xFF\xFE<\0a\0>\0\x00\xDC<\0"), "byte 9: 0x00 is not UTF-16LE");
}
END_TEST

START_TEST(a_character_cut_by_the_end_is_told)
{
	refused(STR("<\0a\0>\0\x34\xD8\x1E"), "byte 7: the text ends inside a character");
	refused(STR("<\0a"), "byte 3: the text ends inside a character");
}
END_TEST

START_TEST(a_declaration_that_never_ends_is_not_waited_for)
{
	hv_auto(buf_release) struct buf in = BUF_INIT(10000);

	buf_puts(&in, "<?xml ");
	for (int i = 0; i < 5000; i++)
		buf_putc(&in, 'x');
	becomes(buf_view(&in), buf_cstr(&in), "UTF-8");
}
END_TEST

static int say_no(struct str utf8 HV_UNUSED, void *ctx HV_UNUSED, struct hv_err *err)
{
	return hv_fail(err, HV_E_CANCELLED, "no");
}

START_TEST(an_answer_below_zero_comes_back)
{
	hv_auto(charset_freep) struct charset *c = charset_new(say_no, NULL);
	struct hv_err err = { 0 };

	ck_assert_int_eq(charset_feed(c, STR("<?xml version='1.0' encoding='ISO-8859-1'?><a>"), &err),
			 HV_E_CANCELLED);
	ck_assert_str_eq(err.text, "no");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("charset");
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, utf8_passes_untouched);
	tcase_add_test(tc, a_byte_order_mark_decides_and_is_left_out);
	tcase_add_test(tc, utf16_is_known_by_its_first_bytes);
	tcase_add_test(tc, the_declaration_names_the_encoding);
	tcase_add_test(tc, white_space_before_the_declaration_is_left_out);
	tcase_add_test(tc, utf16_declared_in_readable_bytes_is_utf8);
	tcase_add_test(tc, a_long_page_in_latin1_comes_whole);
	tcase_add_test(tc, an_unknown_encoding_is_refused_by_name);
	tcase_add_test(tc, bytes_outside_of_their_encoding_are_refused_with_their_place);
	tcase_add_test(tc, a_character_cut_by_the_end_is_told);
	tcase_add_test(tc, a_declaration_that_never_ends_is_not_waited_for);
	tcase_add_test(tc, an_answer_below_zero_comes_back);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
