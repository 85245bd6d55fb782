/*
 * Tests of run/ref.c: eleven characters, always the same for the same record.
 */
#include "harvester/run/run_priv.h"

#include "tests/support/suite.h"

static struct cfg_source rule(const char *prefix, enum ref_from from)
{
	return (struct cfg_source){ .name = "essai", .create = true, .new_refs = { prefix, (int)from } };
}

static int make(const struct cfg_source *s, const char *id, unsigned try, char ret[12])
{
	hv_auto(hasher_freep) struct hasher *h = hasher_new();
	struct hv_err err = { 0 };

	memset(ret, '?', 12);
	return run_new_ref(s, h, str_of(id), try, ret, &err);
}

START_TEST(digits_are_the_last_number_padded_to_eleven_characters)
{
	static const struct {
		const char *prefix, *id, *ref;
	} rows[] = {
		{ "VB", "oai:collections.valombreuse.example:412", "VB000000412" },
		{ "VB", "412", "VB000000412" },
		{ "VB", "x 000000000000000412 y", "VB000000412" },
		{ "VB", "a:1:b", "VB000000001" },
		{ "VB", "12/34-567z", "VB000000567" },
		{ "VB", "0", "VB000000000" },
		{ "VB", "123456789", "VB123456789" },
		{ "VALOMBREUS", "7", "VALOMBREUS7" },
		{ "V", "7", "V0000000007" },
	};
	char ref[12];

	for (size_t i = 0; i < HV_LEN(rows); i++) {
		struct cfg_source s = rule(rows[i].prefix, REF_DIGITS);

		ck_assert_int_eq(make(&s, rows[i].id, 0, ref), 0);
		ck_assert_str_eq(ref, rows[i].ref);
	}
}
END_TEST

START_TEST(a_record_without_a_number_or_with_too_long_a_one_gets_no_ref_by_digits)
{
	struct cfg_source s = rule("VB", REF_DIGITS);
	char ref[12];

	ck_assert_int_eq(make(&s, "sans", 0, ref), HV_E_LIMIT);
	ck_assert_int_eq(make(&s, "", 0, ref), HV_E_LIMIT);
	ck_assert_int_eq(make(&s, "1234567890", 0, ref), HV_E_LIMIT);
	ck_assert_int_eq(make(&s, "999999999999999999999999999999999999", 0, ref), HV_E_LIMIT);
	ck_assert_int_eq(make(&s, "٤١٢", 0, ref), HV_E_LIMIT);
	/* Taken: there is no second number. */
	ck_assert_int_eq(make(&s, "412", 1, ref), HV_E_LIMIT);
}
END_TEST

START_TEST(a_hash_is_the_same_every_night_another_for_every_try_and_for_every_source)
{
	struct cfg_source s = rule("VB", REF_HASH), other = s;
	char first[12], ref[12];

	other.name = "autre";
	ck_assert_int_eq(make(&s, "x", 0, first), 0);
	ck_assert_int_eq(make(&s, "x", 0, ref), 0);
	ck_assert_str_eq(ref, first);
	ck_assert_int_eq(make(&s, "x", 1, ref), 0);
	ck_assert_str_ne(ref, first);
	ck_assert_int_eq(make(&other, "x", 0, ref), 0);
	ck_assert_str_ne(ref, first);
	ck_assert_int_eq(make(&s, "y", 0, ref), 0);
	ck_assert_str_ne(ref, first);
}
END_TEST

START_TEST(a_hash_has_eleven_characters_of_the_alphabet_under_any_prefix_and_ends_by_itself)
{
	static const char *const prefixes[] = { "V", "VB", "VALO", "VALOMBREU", "VALOMBREUS" };

	for (size_t i = 0; i < HV_LEN(prefixes); i++) {
		struct cfg_source s = rule(prefixes[i], REF_HASH);
		size_t n = strlen(prefixes[i]);
		unsigned try = 0;
		char ref[12];

		for (; make(&s, "x", try, ref) == 0; try++) {
			ck_assert_uint_eq(strlen(ref), 11);
			ck_assert_int_eq(strncmp(ref, prefixes[i], n), 0);
			ck_assert_uint_eq(strspn(ref + n, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"), 11 - n);
		}
		ck_assert_uint_ge(try, 5);
		ck_assert_uint_le(try, 51);
	}
}
END_TEST

SUITE("ref", digits_are_the_last_number_padded_to_eleven_characters,
      a_record_without_a_number_or_with_too_long_a_one_gets_no_ref_by_digits,
      a_hash_is_the_same_every_night_another_for_every_try_and_for_every_source,
      a_hash_has_eleven_characters_of_the_alphabet_under_any_prefix_and_ends_by_itself)
