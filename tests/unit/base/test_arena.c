/*
 * test_arena.c - base/arena: zeroed, aligned, bounded memory that a reset takes back.
 */
#include <check.h>
#include <stdalign.h>

#include "harvester/base/arena.h"

static struct arena *a;

static void set_up(void)
{
	a = arena_new(4u << 20);
}

static void tear_down(void)
{
	arena_free(a);
}

START_TEST(memory_is_aligned_zeroed_and_its_pieces_do_not_overlap)
{
	static const size_t sizes[] = { 1, 3, 8, 100, 5000, 40000, 7, 300000, 16, 2000 };
	unsigned char *p[HV_LEN(sizes)];

	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < HV_LEN(sizes); i++) {
			p[i] = arena_alloc(a, sizes[i]);
			ck_assert_ptr_nonnull(p[i]);
			ck_assert_uint_eq((uintptr_t)p[i] % alignof(max_align_t), 0);
			for (size_t k = 0; k < sizes[i]; k++)
				ck_assert_uint_eq(p[i][k], 0);
			memset(p[i], (int)i + 1, sizes[i]);
		}
		for (size_t i = 0; i < HV_LEN(sizes); i++)
			ck_assert(p[i][0] == i + 1 && p[i][sizes[i] - 1] == i + 1);
		arena_reset(a);
	}
}
END_TEST

START_TEST(a_large_first_piece_leaves_the_arena_in_order)
{
	char *large = arena_alloc(a, 900000);
	char *small = arena_alloc(a, 10);

	ck_assert(large && small);
	memset(large, 1, 900000);
	memset(small, 2, 10);
	arena_reset(a);
	for (int i = 0; i < 2000; i++)
		ck_assert_ptr_nonnull(arena_alloc(a, 1000));
}
END_TEST

START_TEST(the_ceiling_holds_and_the_failure_sticks_until_reset)
{
	ck_assert_ptr_null(arena_alloc(a, (4u << 20) + 1));
	ck_assert(arena_failed(a));
	ck_assert_ptr_nonnull(arena_alloc(a, 10));
	ck_assert(arena_failed(a));
	arena_reset(a);
	ck_assert(!arena_failed(a));
	ck_assert_uint_eq(arena_used(a), 0);

	size_t n = 0;
	while (arena_alloc(a, 4096))
		n++;
	ck_assert_uint_eq(n, 1024);
	ck_assert(arena_failed(a));
	ck_assert_uint_le(arena_used(a), 4u << 20);
}
END_TEST

START_TEST(sizes_near_the_end_of_the_numbers_are_refused)
{
	hv_auto(arena_freep) struct arena *endless = arena_new(SIZE_MAX);

	for (size_t i = 0; i < 64; i++) {
		ck_assert_ptr_null(arena_alloc(a, SIZE_MAX - i));
		ck_assert_ptr_null(arena_alloc(endless, SIZE_MAX - i));
	}
	ck_assert_ptr_null(arena_array(a, SIZE_MAX / 8 + 1, 8));
	ck_assert_ptr_null(arena_array(a, SIZE_MAX / 2, 2));
	ck_assert_ptr_null(arena_strndup(a, "x", SIZE_MAX));
	ck_assert_ptr_nonnull(arena_alloc(a, 1));
}
END_TEST

START_TEST(nothing_is_something_that_can_be_pointed_at)
{
	ck_assert_ptr_nonnull(arena_alloc(a, 0));
	ck_assert_ptr_nonnull(arena_array(a, 0, 100));
	ck_assert_ptr_nonnull(arena_array(a, 100, 0));
	ck_assert_ptr_nonnull(arena_str(a, STR_NONE).p);
}
END_TEST

START_TEST(copies_are_terminated_and_their_own)
{
	char text[] = "mus\0e";
	struct str s = arena_str(a, (struct str){ text, 5 });

	text[0] = 'x';
	ck_assert_uint_eq(s.n, 5);
	ck_assert_mem_eq(s.p, "mus\0e\0", 6);
	ck_assert_str_eq(arena_strdup(a, "abc"), "abc");
	ck_assert_str_eq(arena_strndup(a, "abc", 2), "ab");
	ck_assert_str_eq(arena_printf(a, "%s-%05d", "REF", 42), "REF-00042");
	ck_assert_str_eq(arena_printf(a, "%s", ""), "");
}
END_TEST

START_TEST(a_planned_failure_happens_once_at_its_place)
{
	arena_fail_at(a, 2);
	ck_assert_ptr_nonnull(arena_alloc(a, 1));
	ck_assert_ptr_nonnull(arena_alloc(a, 1));
	ck_assert_ptr_null(arena_alloc(a, 1));
	ck_assert(arena_failed(a));
	ck_assert_ptr_nonnull(arena_alloc(a, 1));
	arena_fail_at(a, 0);
	ck_assert_ptr_null(arena_str(a, STR("x")).p);
	arena_fail_at(a, 0);
	ck_assert_ptr_null(arena_printf(a, "x"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("arena");
	TCase *t = tcase_create("arena");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, memory_is_aligned_zeroed_and_its_pieces_do_not_overlap);
	tcase_add_test(t, a_large_first_piece_leaves_the_arena_in_order);
	tcase_add_test(t, the_ceiling_holds_and_the_failure_sticks_until_reset);
	tcase_add_test(t, sizes_near_the_end_of_the_numbers_are_refused);
	tcase_add_test(t, nothing_is_something_that_can_be_pointed_at);
	tcase_add_test(t, copies_are_terminated_and_their_own);
	tcase_add_test(t, a_planned_failure_happens_once_at_its_place);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
