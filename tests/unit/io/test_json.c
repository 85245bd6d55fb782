/*
 * test_json.c - io/json: what it accepts, what it refuses and where it says the fault is.
 */
#include <check.h>

#include "harvester/base/buf.h"
#include "harvester/io/json.h"

static struct arena *arena;

static void set_up(void)
{
	arena = arena_new(1u << 20);
}

static void tear_down(void)
{
	arena_free(arena);
}

static void ck_written(const char *text, const char *want)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1u << 16);
	struct hv_err err = { 0 };
	struct json v;

	ck_assert_msg(json_parse(arena, str_of(text), &v, &err) == 0, "%s: %s", text, err.text);
	json_write(&b, &v);
	ck_assert_str_eq(buf_cstr(&b), want);
}

static void ck_refused(struct str text, const char *want)
{
	struct json v = { .kind = JV_TRUE, .n = 77 };
	struct hv_err err = { 0 };

	ck_assert_msg(json_parse(arena, text, &v, &err) == HV_E_PARSE, "accepted: %.*s", STR_ARG(text));
	ck_assert_msg(strstr(err.text, want), "'%s' does not say '%s'", err.text, want);
	ck_assert_ptr_null(strchr(err.text, '\n'));
	ck_assert_uint_eq(v.n, 77); /* untouched on failure */
}

START_TEST(a_document_is_written_as_it_was_read_without_blanks)
{
	ck_written("{ \"b\" : [1, -2.50e+3 , true,false,null], \"a\":{},\"c\":[ ], \"\": \"x\" }",
		   "{\"b\":[1,-2.50e+3,true,false,null],\"a\":{},\"c\":[],\"\":\"x\"}");
	ck_written(" \"seul\" ", "\"seul\"");
	ck_written("7", "7");
	ck_written("null", "null");
}
END_TEST

START_TEST(numbers_keep_their_spelling)
{
	ck_written("[123456789012345678901234567890,1.000,-0,1E400]",
		   "[123456789012345678901234567890,1.000,-0,1E400]");
}
END_TEST

START_TEST(escapes_become_characters)
{
	ck_written("[\"\\u00e9\\ud83d\\ude00\\/\\n\\\\u0000\"]", "[\"é😀/\\n\\\\u0000\"]");
}
END_TEST

START_TEST(text_postgresql_refuses_is_refused_here_with_its_place)
{
	ck_refused(STR("[\"a\\u0000b\"]"), "byte 3: U+0000");
	ck_refused(STR("[\"\\ud800\"]"), "byte 2: lone surrogate \\ud800");
	ck_refused(STR("[\"\\udc00\\ud800\"]"), "byte 2: lone surrogate \\udc00");
	ck_refused(STR("[\"\\uD83D\\u0041\"]"), "byte 2: lone surrogate");
	ck_refused(STR("[\"\\ud83d\\\\ude00\"]"), "lone surrogate");
	ck_refused(STR("[\"\xC0\xAF\"]"), "byte 2: not UTF-8");
	ck_refused(STR("[\"\xED\xA0\x80\"]"), "byte 2: not UTF-8");
	ck_refused(STR("[\"\0\"]"), "byte");
}
END_TEST

START_TEST(a_member_given_twice_is_refused_at_any_depth_and_size)
{
	ck_refused(STR("{\"a\":1,\"b\":2,\"a\":3}"), "byte 16: member \"a\" twice");
	ck_refused(STR("[{\"x\":{\"k\\n\":1,\"k\\u000a\":2}}]"), "member \"k\\n\" twice");

	hv_auto(buf_release) struct buf b = BUF_INIT(1u << 20);
	buf_putc(&b, '{');
	for (int i = 0; i < 2000; i++)
		buf_printf(&b, "\"k%d\":0,", i);
	buf_puts(&b, "\"k1234\":0}");
	ck_refused(buf_view(&b), "member \"k1234\" twice");
}
END_TEST

START_TEST(broken_documents_are_refused_with_a_byte_offset)
{
	static const char *const broken[] = {
		"",
		" ",
		"{",
		"[1,]",
		"[1 2]",
		"{\"a\"}",
		"{\"a\":}",
		"{a:1}",
		"'a'",
		"nul",
		"NaN",
		"[Infinity]",
		"01",
		"[1.]",
		"[.5]",
		"+1",
		"1 2",
		"{}x",
		"[\"a",
		"[\"\\x\"]",
		"[\"\\u12\"]",
		"\"\\ud8",
		"\"\\",
		"// c\n1",
		"[\"\n\"]",
		"\xEF\xBB\xBF{}",
		"[\"\\u00e9\",\\u0041]",
	};

	for (size_t i = 0; i < HV_LEN(broken); i++)
		ck_refused(str_of(broken[i]), "byte ");
}
END_TEST

static void nested(struct buf *b, size_t depth)
{
	for (size_t i = 0; i < depth; i++)
		buf_putc(b, '[');
	for (size_t i = 0; i < depth; i++)
		buf_putc(b, ']');
}

START_TEST(the_64th_level_is_read_and_the_65th_refused)
{
	hv_auto(buf_release) struct buf deep = BUF_INIT(1000), deeper = BUF_INIT(1000);

	nested(&deep, 64);
	nested(&deeper, 65);
	ck_written(buf_cstr(&deep), buf_cstr(&deep));
	ck_refused(buf_view(&deeper), "deeper than 64 levels");
}
END_TEST

START_TEST(a_full_arena_is_no_memory_at_whichever_allocation)
{
	static const char text[] = "{\"a\":[1,\"x\",{\"b\":null}],\"c\":true}";
	struct hv_err err = { 0 };
	struct json v;
	size_t n = 0;

	for (;; n++) {
		arena_reset(arena);
		arena_fail_at(arena, n);
		int r = json_parse(arena, STR(text), &v, &err);
		if (r == 0)
			break;
		ck_assert_int_eq(r, HV_E_NOMEM);
	}
	ck_assert_uint_gt(n, 5);
}
END_TEST

START_TEST(members_are_found_by_name_and_kind)
{
	struct json v;
	struct hv_err err = { 0 };

	ck_assert_int_eq(
		json_parse(arena,
			   STR("{\"s\":\"x\",\"n\":-42,\"f\":1.5,\"e\":\"\",\"min\":-9223372036854775808,"
			       "\"over\":9223372036854775808,\"max\":9223372036854775807}"),
			   &v, &err),
		0);
	ck_assert(str_is(json_text(&v, "s"), "x"));
	ck_assert_ptr_nonnull(json_text(&v, "e").p);
	ck_assert_ptr_null(json_text(&v, "n").p);
	ck_assert_ptr_null(json_text(&v, "none").p);
	ck_assert_ptr_null(json_text(NULL, "s").p);
	ck_assert_int_eq(json_number(&v, "n", 7), -42);
	ck_assert_int_eq(json_number(&v, "f", 7), 7);
	ck_assert_int_eq(json_number(&v, "s", 7), 7);
	ck_assert_int_eq(json_number(&v, "over", 7), 7);
	ck_assert(json_number(&v, "min", 7) == INT64_MIN);
	ck_assert(json_number(&v, "max", 7) == INT64_MAX);
	ck_assert_ptr_null(json_member(json_member(&v, "s"), "x"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("json");
	TCase *t = tcase_create("json");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, a_document_is_written_as_it_was_read_without_blanks);
	tcase_add_test(t, numbers_keep_their_spelling);
	tcase_add_test(t, escapes_become_characters);
	tcase_add_test(t, text_postgresql_refuses_is_refused_here_with_its_place);
	tcase_add_test(t, a_member_given_twice_is_refused_at_any_depth_and_size);
	tcase_add_test(t, broken_documents_are_refused_with_a_byte_offset);
	tcase_add_test(t, the_64th_level_is_read_and_the_65th_refused);
	tcase_add_test(t, a_full_arena_is_no_memory_at_whichever_allocation);
	tcase_add_test(t, members_are_found_by_name_and_kind);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
