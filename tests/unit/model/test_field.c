/*
 * Tests of model/field.c: the table is what every other room believes it to be.
 */
#include "harvester/model/field.h"

#include "tests/support/suite.h"

START_TEST(codes_are_sorted_and_each_is_found_at_its_place)
{
	for (size_t i = 0; i < n_fields; i++) {
		if (i)
			ck_assert_int_lt(str_cmp(str_of(fields[i - 1].code), str_of(fields[i].code)), 0);
		ck_assert_int_eq(field_find(str_of(fields[i].code)), (int)i);
		ck_assert_uint_gt(strlen(fields[i].label), 0);
	}
}
END_TEST

START_TEST(a_code_is_found_whole_and_as_it_is_written_or_not_at_all)
{
	static const char *const none[] = { "",    "A",       "AUT",    "AUTRE", "autr",
					    "ZZZ", "default", "failed", "scope", " AUTR" };

	for (size_t i = 0; i < HV_LEN(none); i++)
		ck_assert_int_eq(field_find(str_of(none[i])), -1);
	ck_assert_int_eq(field_find(STR_NONE), -1);
	ck_assert_str_eq(field_nearest(STR("AUTRE")), "AUTR");
}
END_TEST

START_TEST(the_dump_has_67_columns_each_once_with_a_header)
{
	field_id order[DUMP_COLUMNS];
	bool there[FIELD_MAX] = { false };

	memset(order, 255, sizeof(order));
	field_dump_order(order);
	for (size_t i = 0; i < DUMP_COLUMNS; i++) {
		ck_assert_uint_lt(order[i], n_fields);
		ck_assert(!there[order[i]]);
		there[order[i]] = true;
		ck_assert_ptr_nonnull(fields[order[i]].column);
	}
	for (size_t i = 0; i < n_fields; i++)
		ck_assert_int_eq(fields[i].column != NULL, there[i]);
	ck_assert_str_eq(fields[order[0]].code, "REF");
}
END_TEST

START_TEST(five_fields_are_mandatory)
{
	static const char *const codes[] = { "DOMN", "INV", "MUSEO", "REF", "STAT" };
	size_t n = 0;

	for (size_t i = 0; i < n_fields; i++)
		if (fields[i].mandatory)
			ck_assert_str_eq(fields[i].code, codes[n++]);
	ck_assert_uint_eq(n, HV_LEN(codes));
}
END_TEST

START_TEST(no_mapping_writes_a_reference_a_link_or_what_is_derived)
{
	static const char *const no[] = { "REF",  "REFMER",  "REFPAL",   "REFMEM",        "RETIF",
					  "LARC", "VIDEO",   "MANQUANT", "MANQUANT_COM",  "REGION",
					  "DPT",  "VILLE_M", "NOMOFF",   "CONTACT",       "POP_COORDONNEES",
					  "DMIS", "DMAJ",    "LABEL",    "CONTIENT_IMAGE" };
	size_t refused = 0;

	for (size_t i = 0; i < HV_LEN(no); i++)
		ck_assert(!field_is_target((field_id)field_find(str_of(no[i]))));
	for (size_t i = 0; i < n_fields; i++)
		refused += !field_is_target((field_id)i);
	ck_assert_uint_eq(refused, HV_LEN(no));
}
END_TEST

START_TEST(the_ten_harmonised_fields_are_those_of_the_specification)
{
	static const char *const ten[] = { "AUTR", "DENO", "DEPO", "DOMN", "ECOL",
					   "LOCA", "PEOC", "PERI", "PERU", "STAT" };
	size_t n = 0;

	for (size_t i = 0; i < n_fields; i++)
		if (fields[i].owner == OWNER_HARMONISED)
			ck_assert_str_eq(fields[i].code, ten[n++]);
	ck_assert_uint_eq(n, HV_LEN(ten));
}
END_TEST

SUITE("field", codes_are_sorted_and_each_is_found_at_its_place,
      a_code_is_found_whole_and_as_it_is_written_or_not_at_all,
      the_dump_has_67_columns_each_once_with_a_header, five_fields_are_mandatory,
      no_mapping_writes_a_reference_a_link_or_what_is_derived,
      the_ten_harmonised_fields_are_those_of_the_specification)
