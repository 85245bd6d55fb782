/*
 * Tests of model/notice.c.
 */
#include "harvester/model/notice.h"

#include "tests/support/suite.h"

static struct notice notice(const char *text)
{
	static struct arena *a;
	struct hv_err err = { 0 };
	struct notice n;

	if (!a)
		a = arena_new(8u << 20);
	ck_assert_msg(notice_read(a, str_of(text), &n, &err) == 0, "%s", err.text);
	return n;
}

START_TEST(a_document_is_sorted_and_says_nothing_of_empty_fields)
{
	struct notice n =
		notice("{\"TITR\": [\"Un\"], \"DESC\": [], \"AUTR\": [\"b\", \"a\"], \"WWW\": [\"é\\n\"]}");
	struct buf b = BUF_INIT(4096);

	notice_write(&b, &n);
	ck_assert_str_eq(buf_cstr(&b), "{\"AUTR\":[\"b\",\"a\"],\"TITR\":[\"Un\"],\"WWW\":[\"é\\n\"]}");
	struct notice again = notice(buf_cstr(&b));
	ck_assert_uint_eq(notice_diff(&b, &n, &again), 0);
	buf_clear(&b);
	notice_write(&b, &(struct notice){ 0 });
	ck_assert_str_eq(buf_cstr(&b), "{}");
	buf_release(&b);
}
END_TEST

START_TEST(a_diff_tells_old_and_new_of_the_fields_that_differ_and_order_of_values_counts)
{
	struct notice before = notice("{\"AUTR\":[\"a\",\"b\"],\"DENO\":[\"x\"],\"TITR\":[\"Un\"]}"),
		      after = notice("{\"AUTR\":[\"b\",\"a\"],\"INV\":[\"1\"],\"TITR\":[\"Un\"]}");
	struct buf b = BUF_INIT(4096);

	ck_assert_uint_eq(notice_diff(&b, &before, &after), 3);
	ck_assert_str_eq(
		buf_cstr(&b),
		"{\"AUTR\":[[\"a\",\"b\"],[\"b\",\"a\"]],\"DENO\":[[\"x\"],[]],\"INV\":[[],[\"1\"]]}");
	buf_clear(&b);
	ck_assert_uint_eq(notice_diff(&b, &before, &before), 0);
	ck_assert_uint_eq(b.n, 0);
	buf_release(&b);
}
END_TEST

START_TEST(a_notice_is_called_by_title_else_denomination_else_domain)
{
	struct notice titled = notice("{\"TITR\":[\"T\"],\"DENO\":[\"D\"]}"),
		      named = notice("{\"DENO\":[\"D\"],\"DOMN\":[\"O\"]}"),
		      bare = notice("{\"DOMN\":[\"O\"]}"), nothing = { 0 };

	ck_assert(str_is(notice_title(&titled), "T"));
	ck_assert(str_is(notice_title(&named), "D"));
	ck_assert(str_is(notice_title(&bare), "O"));
	ck_assert(str_is(notice_title(&nothing), "(sans titre)"));
	ck_assert(!notice_text(&nothing, "XYZ").p);
}
END_TEST

START_TEST(a_document_with_a_field_of_a_later_program_is_refused)
{
	struct arena *a = arena_new(1u << 20);
	struct hv_err err = { 0 };
	struct notice n;

	ck_assert_int_eq(notice_read(a, STR("{\"XYZ\":[\"1\"]}"), &n, &err), HV_E_PARSE);
	ck_assert_ptr_nonnull(strstr(err.text, "XYZ"));
	ck_assert_int_lt(notice_read(a, STR("[1]"), &n, &err), 0);
	ck_assert_int_lt(notice_read(a, STR(""), &n, &err), 0);
	arena_free(a);
}
END_TEST

SUITE("notice", a_document_is_sorted_and_says_nothing_of_empty_fields,
      a_diff_tells_old_and_new_of_the_fields_that_differ_and_order_of_values_counts,
      a_notice_is_called_by_title_else_denomination_else_domain,
      a_document_with_a_field_of_a_later_program_is_refused)
