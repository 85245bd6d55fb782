/*
 * Tests of run/counts.c: what is written is read again, and what a release must not let grow.
 */
#include "harvester/run/counts.h"

#include "tests/support/suite.h"

static struct counts numbered(void)
{
	struct counts c = { 0 };

	for (size_t i = 0; i < n_count_names; i++) {
		int64_t v = (int64_t)i * 1000003 + 1;

		memcpy((char *)&c + count_names[i].offset, &v, sizeof(v));
	}
	c.field_changed[0] = 3;
	c.field_emptied[n_fields - 1] = INT64_C(5000000000);
	c.field_filled[7] = 1;
	return c;
}

static struct counts again(const struct counts *c)
{
	hv_auto(arena_freep) struct arena *a = arena_new(1u << 20);
	hv_auto(buf_release) struct buf b = BUF_INIT(64u << 10);
	struct hv_err err = { 0 };
	struct counts ret;

	counts_write(&b, c);
	ck_assert_msg(counts_read(a, buf_cstr(&b), &ret, &err) == 0, "%s", err.text);
	return ret;
}

START_TEST(counts_written_are_counts_read)
{
	struct counts c = numbered(), back = again(&c), nothing = { 0 };

	ck_assert_mem_eq(&back, &c, sizeof(c));
	back = again(&nothing);
	ck_assert_mem_eq(&back, &nothing, sizeof(nothing));
}
END_TEST

START_TEST(every_count_has_a_name_of_its_own)
{
	ck_assert_uint_eq(n_count_names, offsetof(struct counts, field_changed) / sizeof(int64_t));
	for (size_t i = 0; i < n_count_names; i++)
		for (size_t k = 0; k < i; k++) {
			ck_assert_str_ne(count_names[i].name, count_names[k].name);
			ck_assert_uint_ne(count_names[i].offset, count_names[k].offset);
		}
}
END_TEST

START_TEST(nothing_to_read_is_zero_and_nonsense_is_an_error)
{
	hv_auto(arena_freep) struct arena *a = arena_new(1u << 20);
	struct hv_err err = { 0 };
	struct counts c = numbered();

	ck_assert_int_eq(counts_read(a, NULL, &c, &err), 0);
	ck_assert_int_eq(c.listed, 0);
	ck_assert_int_eq(counts_read(a, "", &c, &err), 0);
	ck_assert_int_lt(counts_read(a, "{", &c, &err), 0);
	/* Of a later program: unknown names do no harm. */
	ck_assert_int_eq(
		counts_read(a, "{\"listed\":4,\"later\":9,\"fields\":{\"XYZ\":{\"changed\":1}}}", &c, &err),
		0);
	ck_assert_int_eq(c.listed, 4);
}
END_TEST

START_TEST(judging_again_forgets_what_was_judged_and_keeps_what_was_collected)
{
	struct counts c = numbered();

	counts_clear_judged(&c);
	for (size_t i = 0; i < n_count_names; i++) {
		bool collected = count_names[i].offset < offsetof(struct counts, created);

		ck_assert_int_eq(count_get(&c, i), collected ? (int64_t)i * 1000003 + 1 : 0);
	}
	ck_assert_int_eq(c.field_emptied[n_fields - 1], 0);
}
END_TEST

START_TEST(growth_of_anything_that_hurts_is_named_and_its_absence_accepted)
{
	struct counts held = numbered(), now = held;

	ck_assert_ptr_null(counts_exceed(&now, &held));
	now.created++;
	now.same++;
	ck_assert_ptr_null(counts_exceed(&now, &held));
	now.claims_ended++;
	ck_assert_str_eq(counts_exceed(&now, &held), "claims_ended");
	now = held;
	now.field_changed[0]++;
	ck_assert_str_eq(counts_exceed(&now, &held), fields[0].code);
	now = held;
	now.field_emptied[3]++;
	ck_assert_str_eq(counts_exceed(&now, &held), fields[3].code);
	now = (struct counts){ 0 };
	ck_assert_ptr_null(counts_exceed(&now, &held));
}
END_TEST

SUITE("counts", counts_written_are_counts_read, every_count_has_a_name_of_its_own,
      nothing_to_read_is_zero_and_nonsense_is_an_error,
      judging_again_forgets_what_was_judged_and_keeps_what_was_collected,
      growth_of_anything_that_hurts_is_named_and_its_absence_accepted)
