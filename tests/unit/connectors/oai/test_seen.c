/*
 * test_seen.c - the set of fingerprints: new, known, full, cleared.
 */
#include <check.h>

#include "connectors/oai/seen.h"

START_TEST(what_was_added_is_known_and_nothing_else)
{
	struct seen s = { .max = 100000 };
	char text[32];

	for (unsigned i = 0; i < 50000; i++) {
		(void)snprintf(text, sizeof(text), "oai:x:%u", i);
		ck_assert_int_eq(seen_add(&s, seen_fingerprint(0, str_of(text))), SEEN_NEW);
	}
	for (unsigned i = 0; i < 50000; i++) {
		(void)snprintf(text, sizeof(text), "oai:x:%u", i);
		ck_assert_int_eq(seen_add(&s, seen_fingerprint(0, str_of(text))), SEEN_BEFORE);
	}
	ck_assert_uint_eq(s.n, 50000);
	seen_release(&s);
}
END_TEST

START_TEST(a_full_set_still_knows_its_members)
{
	struct seen s = { .max = 2 };

	ck_assert_int_eq(seen_add(&s, 7), SEEN_NEW);
	ck_assert_int_eq(seen_add(&s, 0), SEEN_NEW);
	ck_assert_int_eq(seen_add(&s, 9), SEEN_FULL);
	ck_assert_int_eq(seen_add(&s, 7), SEEN_BEFORE);
	ck_assert_int_eq(seen_add(&s, 0), SEEN_BEFORE);
	seen_clear(&s);
	ck_assert_int_eq(seen_add(&s, 9), SEEN_NEW);
	seen_release(&s);
	ck_assert_int_eq(seen_add(&s, 9), SEEN_NEW);
	seen_release(&s);
}
END_TEST

START_TEST(fingerprints_chain)
{
	uint64_t ab = seen_fingerprint(seen_fingerprint(0, STR("a")), STR("b"));

	ck_assert(ab != seen_fingerprint(seen_fingerprint(0, STR("b")), STR("a")));
	ck_assert(ab != seen_fingerprint(seen_fingerprint(0, STR("ab")), STR("")));
	ck_assert(ab == seen_fingerprint(seen_fingerprint(0, STR("a")), STR("b")));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("oai seen");
	TCase *c = tcase_create("seen");

	tcase_add_test(c, what_was_added_is_known_and_nothing_else);
	tcase_add_test(c, a_full_set_still_knows_its_members);
	tcase_add_test(c, fingerprints_chain);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);

	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);

	srunner_free(r);
	return failed ? 1 : 0;
}
