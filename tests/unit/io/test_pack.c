/*
 * test_pack.c - io/pack: what goes in comes out by its slot; damage is told, never returned as text.
 */
#include <check.h>

#include "harvester/io/pack.h"

#define MANY 5000

static struct arena *arena;
static struct pack_writer *writer;
static struct buf out;
static struct hv_err err;

static void set_up(void)
{
	arena = arena_new(8u << 20);
	writer = pack_writer_new(4u << 20);
	out = BUF_INIT(8u << 20);
	err = (struct hv_err){ 0 };
}

static void tear_down(void)
{
	buf_release(&out);
	pack_writer_free(writer);
	arena_free(arena);
}

static void add(struct str body)
{
	ck_assert_msg(pack_add(writer, body, &err) == 0, "%s", err.text);
}

static void finish(void)
{
	ck_assert_msg(pack_finish(writer, &out, &err) == 0, "%s", err.text);
}

static struct str get(uint32_t slot)
{
	struct str s = STR_NONE;

	ck_assert_msg(pack_get(buf_view(&out), slot, 1u << 20, arena, &s, &err) == 0, "%s", err.text);
	return s;
}

static int try_get(struct str pack, uint32_t slot, size_t max)
{
	struct str s = STR_NONE;
	int r = pack_get(pack, slot, max, arena, &s, &err);

	if (r < 0)
		ck_assert_ptr_null(s.p);
	return r;
}

static void three(void)
{
	add(STR("<record>premier</record>"));
	add(STR(""));
	add(STR("<record>troisi\xC3\xA8me\0</record>"));
	finish();
}

START_TEST(bodies_come_out_by_their_slot_also_empty_ones_and_nul_bytes)
{
	three();
	ck_assert(str_is(get(0), "<record>premier</record>"));
	ck_assert_uint_eq(get(1).n, 0);
	ck_assert_ptr_nonnull(get(1).p);
	ck_assert(str_eq(get(2), STR("<record>troisi\xC3\xA8me\0</record>")));
	ck_assert_int_eq(get(2).p[get(2).n], '\0');
}
END_TEST

START_TEST(the_layout_is_the_documented_one)
{
	static const char head[] = "HVP1\0\0\0\3\0\0\0\x18\0\0\0\x18\0\0\0\x34\x28\xB5\x2F\xFD";

	three();
	ck_assert(str_starts(buf_view(&out), STR(head)));
}
END_TEST

START_TEST(a_slot_that_is_not_there_is_not_found)
{
	three();
	ck_assert_int_eq(try_get(buf_view(&out), 3, 100), HV_E_NOTFOUND);
	ck_assert_int_eq(try_get(buf_view(&out), UINT32_MAX, 100), HV_E_NOTFOUND);
	finish();
	ck_assert_int_eq(try_get(buf_view(&out), 0, 100), HV_E_NOTFOUND);
}
END_TEST

START_TEST(many_bodies_share_one_frame_and_each_is_found)
{
	char body[200];

	for (unsigned i = 0; i < MANY; i++) {
		int n = snprintf(body, sizeof(body), "<record><identifier>oai:musee:%u</identifier></record>",
				 i);
		ck_assert_uint_eq(pack_count(writer), i);
		add((struct str){ body, (size_t)n });
	}
	finish();
	ck_assert_uint_lt(out.n, MANY * 20);
	for (unsigned i = 0; i < MANY; i += 499) {
		(void)snprintf(body, sizeof(body), "<record><identifier>oai:musee:%u</identifier></record>",
			       i);
		ck_assert(str_is(get(i), body));
	}
}
END_TEST

START_TEST(the_writer_starts_anew_after_each_pack)
{
	three();
	ck_assert_uint_eq(pack_count(writer), 0);
	add(STR("next page"));
	finish();
	ck_assert(str_is(get(0), "next page"));
	ck_assert_int_eq(try_get(buf_view(&out), 1, 100), HV_E_NOTFOUND);
}
END_TEST

START_TEST(a_body_over_the_ceiling_is_refused_and_one_just_under_is_not)
{
	three();
	ck_assert_int_eq(try_get(buf_view(&out), 0, 23), HV_E_LIMIT);
	ck_assert_int_eq(try_get(buf_view(&out), 0, 24), 0);
	/* what lies before the body does not count */
	ck_assert_int_eq(try_get(buf_view(&out), 1, 0), 0);
}
END_TEST

START_TEST(a_pack_over_its_ceiling_fails_and_the_next_page_is_whole_again)
{
	static char noise[100000];
	hv_auto(pack_writer_freep) struct pack_writer *small = pack_writer_new(20000);
	uint32_t x = 1;
	int r = 0;

	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (char)((x = x * 1664525u + 1013904223u) >> 24);
	for (int i = 0; i < 10 && r == 0; i++)
		r = pack_add(small, (struct str){ noise, sizeof(noise) }, &err);
	ck_assert_int_eq(r, HV_E_LIMIT);
	ck_assert_int_eq(pack_add(small, STR("x"), &err), HV_E_LIMIT);
	ck_assert_int_eq(pack_finish(small, &out, &err), HV_E_LIMIT);
	ck_assert_int_eq(pack_add(small, STR("x"), &err), 0);
	ck_assert_int_eq(pack_finish(small, &out, &err), 0);
	ck_assert(str_is(get(0), "x"));
}
END_TEST

START_TEST(the_ceiling_counts_header_and_offsets)
{
	hv_auto(pack_writer_freep) struct pack_writer *small = pack_writer_new(400);
	int r = 0;

	for (int i = 0; i < 200 && r == 0; i++)
		r = pack_add(small, STR("x"), &err);
	if (r == 0)
		r = pack_finish(small, &out, &err);
	ck_assert_int_eq(r, HV_E_LIMIT);
}
END_TEST

START_TEST(every_cut_of_a_pack_is_told)
{
	three();
	for (size_t n = 0; n < out.n; n++)
		ck_assert_int_eq(try_get(str_cut(buf_view(&out), n), 2, 1000), HV_E_PARSE);
	buf_puts(&out, "more");
	ck_assert_int_eq(try_get(buf_view(&out), 2, 1000), HV_E_PARSE);
}
END_TEST

START_TEST(a_changed_byte_is_told_when_the_last_body_is_read)
{
	three();
	size_t text = 8 + 3 * 4;
	for (size_t i = text; i < out.n; i++) {
		out.p[i] = (char)(out.p[i] ^ 0x10);
		int r = try_get(buf_view(&out), 2, 1000);
		out.p[i] = (char)(out.p[i] ^ 0x10);
		/* a few bits of the frame's header carry no meaning */
		ck_assert_msg(r == HV_E_PARSE || i < text + 6, "byte %zu: %d", i, r);
	}
	out.p[4] = 0x7F;
	ck_assert_int_eq(try_get(buf_view(&out), 0, 1000), HV_E_PARSE);
	out.p[4] = 0;
	out.p[8] = 0x7F; /* body 0 ends behind body 1 */
	ck_assert_int_eq(try_get(buf_view(&out), 1, 1000), HV_E_PARSE);
}
END_TEST

START_TEST(a_full_arena_is_no_memory)
{
	three();
	arena_fail_at(arena, 0);
	ck_assert_int_eq(try_get(buf_view(&out), 0, 1000), HV_E_NOMEM);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("pack");
	TCase *t = tcase_create("pack");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, bodies_come_out_by_their_slot_also_empty_ones_and_nul_bytes);
	tcase_add_test(t, the_layout_is_the_documented_one);
	tcase_add_test(t, a_slot_that_is_not_there_is_not_found);
	tcase_add_test(t, many_bodies_share_one_frame_and_each_is_found);
	tcase_add_test(t, the_writer_starts_anew_after_each_pack);
	tcase_add_test(t, a_body_over_the_ceiling_is_refused_and_one_just_under_is_not);
	tcase_add_test(t, a_pack_over_its_ceiling_fails_and_the_next_page_is_whole_again);
	tcase_add_test(t, the_ceiling_counts_header_and_offsets);
	tcase_add_test(t, every_cut_of_a_pack_is_told);
	tcase_add_test(t, a_changed_byte_is_told_when_the_last_body_is_read);
	tcase_add_test(t, a_full_arena_is_no_memory);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
