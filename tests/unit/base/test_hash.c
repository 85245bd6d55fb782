/*
 * test_hash.c - base/hash: SHA-256 as FIPS 180-4 has it, from a handle used again and again.
 */
#include <check.h>

#include "harvester/base/hash.h"

static struct hasher *h;

static void set_up(void)
{
	h = hasher_new();
}

static void tear_down(void)
{
	hasher_free(h);
}

static void ck_hex(struct sha256 v, const char *want)
{
	char hex[65];

	sha256_hex(&v, hex);
	ck_assert_str_eq(hex, want);
}

START_TEST(known_texts_have_known_sums)
{
	ck_hex(hash_of(h, STR("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	ck_hex(hash_of(h, STR_NONE), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	ck_hex(hash_of(h, STR("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
	       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}
END_TEST

START_TEST(pieces_sum_up_to_the_whole)
{
	hasher_begin(h);
	hasher_add(h, STR("a"));
	hasher_add(h, STR_NONE);
	hasher_add(h, STR("bc"));
	ck_hex(hasher_end(h), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
END_TEST

START_TEST(a_sum_begun_and_left_does_not_reach_the_next)
{
	struct sha256 a = hash_of(h, STR("abc"));

	hasher_begin(h);
	hasher_add(h, STR("left"));
	struct sha256 b = hash_of(h, STR("abc"));
	ck_assert(sha256_eq(&a, &b));
	b.b[31] ^= 1;
	ck_assert(!sha256_eq(&a, &b));
}
END_TEST

START_TEST(a_number_is_positive_and_from_the_first_eight_bytes)
{
	struct sha256 all = { { 0 } };

	memset(all.b, 0xFF, 8);
	ck_assert(sha256_number(&all) == INT64_MAX);
	memset(all.b, 0, 8);
	memset(all.b + 8, 0xFF, 24);
	ck_assert(sha256_number(&all) == 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("hash");
	TCase *t = tcase_create("hash");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, known_texts_have_known_sums);
	tcase_add_test(t, pieces_sum_up_to_the_whole);
	tcase_add_test(t, a_sum_begun_and_left_does_not_reach_the_next);
	tcase_add_test(t, a_number_is_positive_and_from_the_first_eight_bytes);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
