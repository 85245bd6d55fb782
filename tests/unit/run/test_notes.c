/*
 * Tests of run/notes.c: nothing is counted twice, nothing is forgotten, however many there are.
 */
#include "harvester/run/notes.h"

#include "harvester/base/buf.h"
#include "harvester/base/text.h"
#include "tests/support/suite.h"

struct told {
	int64_t sum;
	size_t n;
	struct buf text;
	int answer;
};

static int each(void *ctx, const char *code, const char *subject, const char *example, int64_t times,
		struct hv_err *err)
{
	struct told *t = ctx;

	ck_assert(text_valid(str_of(subject), NULL));
	ck_assert(text_valid(str_of(example), NULL));
	t->sum += times;
	t->n++;
	buf_printf(&t->text, "%s/%s/%s/%lld ", code, subject, example, (long long)times);
	return t->answer < 0 ? hv_fail(err, HV_E_STORE, "no") : 0;
}

static struct told drained(struct notes *n)
{
	struct told t = { .text = BUF_INIT(1u << 20) };
	struct hv_err err = { 0 };

	ck_assert_int_eq(notes_drain(n, each, &t, &err), 0);
	return t;
}

START_TEST(alike_notes_are_one_with_its_number_and_draining_forgets_them)
{
	hv_auto(notes_freep) struct notes *n = notes_new(10);

	notes_add(n, "unknown", STR("AUTR : x"), STR("1"));
	notes_add(n, "unknown", STR("AUTR : x"), STR("2"));
	notes_add(n, "other", STR("AUTR : x"), STR("3"));
	notes_add(n, "unknown", STR("AUTR : y"), STR_NONE);
	struct told t = drained(n);
	ck_assert_str_eq(buf_cstr(&t.text), "unknown/AUTR : x/1/2 other/AUTR : x/3/1 unknown/AUTR : y//1 ");
	buf_release(&t.text);
	t = drained(n);
	ck_assert_uint_eq(t.n, 0);
	buf_release(&t.text);
}
END_TEST

START_TEST(more_notes_than_are_kept_are_counted_all_the_same)
{
	hv_auto(notes_freep) struct notes *n = notes_new(5);

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 100; i++) {
			char subject[16];

			(void)snprintf(subject, sizeof(subject), "s%d", i % 50);
			notes_add(n, "unknown", str_of(subject), STR("x"));
		}
		struct told t = drained(n);
		ck_assert_int_eq(t.sum, 100);
		ck_assert_uint_le(t.n, 6);
		ck_assert_ptr_nonnull(strstr(buf_cstr(&t.text), "/…/"));
		buf_release(&t.text);
	}
}
END_TEST

START_TEST(notes_of_many_codes_are_bounded_and_none_is_lost)
{
	hv_auto(notes_freep) struct notes *n = notes_new(5);

	for (int i = 0; i < 100; i++) {
		char code[16];

		(void)snprintf(code, sizeof(code), "c%d", i);
		notes_add(n, code, STR("s"), STR("x"));
	}
	struct told t = drained(n);
	ck_assert_int_eq(t.sum, 100);
	buf_release(&t.text);
}
END_TEST

START_TEST(long_subjects_are_cut_between_characters)
{
	hv_auto(notes_freep) struct notes *n = notes_new(500);
	struct buf b = BUF_INIT(4096);

	for (size_t shift = 0; shift < 4; shift++) {
		buf_clear(&b);
		for (size_t i = 0; i < shift; i++)
			buf_putc(&b, 'x');
		while (b.n < 1000)
			buf_puts(&b, "𝄞é");
		notes_add(n, "long", buf_view(&b), buf_view(&b));
	}
	struct told t = drained(n);
	ck_assert_uint_eq(t.n, 4);
	buf_release(&t.text);
	buf_release(&b);
}
END_TEST

START_TEST(a_failing_reader_stops_the_draining_and_its_code_is_handed_back)
{
	hv_auto(notes_freep) struct notes *n = notes_new(5);
	struct told t = { .text = BUF_INIT(4096), .answer = -1 };
	struct hv_err err = { 0 };

	notes_add(n, "a", STR("s"), STR("x"));
	notes_add(n, "b", STR("s"), STR("x"));
	ck_assert_int_eq(notes_drain(n, each, &t, &err), HV_E_STORE);
	ck_assert_uint_eq(t.n, 1);
	buf_release(&t.text);
}
END_TEST

SUITE("notes", alike_notes_are_one_with_its_number_and_draining_forgets_them,
      more_notes_than_are_kept_are_counted_all_the_same, notes_of_many_codes_are_bounded_and_none_is_lost,
      long_subjects_are_cut_between_characters,
      a_failing_reader_stops_the_draining_and_its_code_is_handed_back)
