/*
 * Tests of run/valves.c: each valve at its edge, its floor, and the text it leaves.
 */
#include "harvester/run/run_priv.h"

#include "harvester/base/text.h"
#include "tests/support/suite.h"

struct state {
	struct cfg_source source;
	struct bound bound;
	struct run run;
	struct counts last;
	char reason[2048];
};

static struct state *full(void)
{
	static struct state s;

	s = (struct state){ .source = { .name = "essai",
					.errors = { .records = 0.02, .fields = 0.05 },
					.valves = { .floor = 10,
						    .zero_records = ZERO_FULL,
						    .fewer_than_last = 0.1,
						    .disappearing = 0.02,
						    .field_emptied = 0.05,
						    .identity_changed = 0.02,
						    .field_changed = 0.3 } } };
	s.bound.source = &s.source;
	s.run.bound = &s.bound;
	s.run.row.listing = "full";
	s.run.counts = (struct counts){ .listed = 1000, .versions = 1000 };
	s.last = (struct counts){ .listed = 1000 };
	return &s;
}

static bool held(struct state *s)
{
	bool r = run_valves(&s->run, &s->last, s->reason, sizeof(s->reason));

	ck_assert_int_eq(r, s->reason[0] != '\0');
	return r;
}

START_TEST(an_ordinary_night_is_not_held)
{
	struct state *s = full();

	ck_assert(!held(s));
	s->run.counts.created = 1000000; /* growth is tolerated */
	s->run.counts.listed = 1000000;
	ck_assert(!held(s));
}
END_TEST

START_TEST(an_empty_full_listing_is_held_and_an_empty_window_is_a_quiet_night)
{
	struct state *s = full();

	s->run.counts = (struct counts){ 0 };
	ck_assert(held(s));
	ck_assert_ptr_nonnull(strstr(s->reason, "vide"));
	s->run.row.listing = "window";
	ck_assert(!held(s));
	s = full();
	s->run.counts = (struct counts){ .listed = 50, .deleted = 50 }; /* nothing but deletions */
	ck_assert(held(s));
	s = full();
	s->run.counts = (struct counts){ 0 };
	s->source.valves.zero_records = ZERO_NEVER;
	s->last = (struct counts){ 0 };
	ck_assert(!held(s));
}
END_TEST

START_TEST(numbers_that_change_in_many_notices_are_held)
{
	struct state *s = full();
	int inv = field_find(STR("INV")), museo = field_find(STR("MUSEO"));

	s->run.counts.field_changed[inv] = 20;
	ck_assert(!held(s));
	s->run.counts.field_changed[museo] = 1;
	ck_assert(held(s));
	ck_assert_ptr_nonnull(strstr(s->reason, "dans 21 notices (2.1 %)"));
}
END_TEST

START_TEST(a_first_full_listing_is_compared_with_none)
{
	struct state *s = full();

	ck_assert(!run_valves(&s->run, NULL, s->reason, sizeof(s->reason)));
}
END_TEST

START_TEST(fewer_than_last_time_holds_beyond_its_share_and_above_the_floor_only)
{
	struct state *s = full();

	s->run.counts.listed = 900;
	ck_assert(!held(s));
	s->run.counts.listed = 899;
	ck_assert(held(s));
	ck_assert_ptr_nonnull(strstr(s->reason, "899 au lieu de 1000"));
	s->last.listed = 12;
	s->run.counts.listed = 2; /* ten fewer: the floor */
	ck_assert(!held(s));
	s->run.counts.listed = 1;
	ck_assert(held(s));
}
END_TEST

START_TEST(too_many_new_refusals_hold_and_old_ones_do_not)
{
	struct state *s = full();

	s->run.counts.refused = s->run.counts.refused_new = 20;
	ck_assert(!held(s));
	s->run.counts.refused = s->run.counts.refused_new = 21;
	ck_assert(held(s));
	s->run.counts.refused_new = 0;
	ck_assert(!held(s));
}
END_TEST

START_TEST(too_many_values_not_understood_hold)
{
	struct state *s = full();

	s->run.counts.fields_failed = 50;
	ck_assert(!held(s));
	s->run.counts.fields_failed = 51;
	ck_assert(held(s));
}
END_TEST

START_TEST(what_disappears_counts_whether_deleted_or_missing)
{
	struct state *s = full();

	s->run.counts.claims_ended = 10;
	s->run.counts.missing = 10;
	ck_assert(!held(s));
	s->run.counts.missing = 11;
	ck_assert(held(s));
	ck_assert_ptr_nonnull(strstr(s->reason, "21 notices"));
}
END_TEST

START_TEST(fields_that_would_be_emptied_or_changed_are_named)
{
	struct state *s = full();
	int titr = field_find(STR("TITR"));

	s->run.counts.field_emptied[titr] = 50;
	s->run.counts.field_changed[titr] = 300;
	ck_assert(!held(s));
	s->run.counts.field_emptied[titr] = 51;
	ck_assert(held(s));
	ck_assert_ptr_nonnull(strstr(s->reason, "Titre (TITR) serait vidé dans 51 notices"));
	ck_assert_ptr_null(strstr(s->reason, "changerait"));
	s->run.counts.field_changed[titr] = 301;
	ck_assert(held(s));
	ck_assert_ptr_nonnull(strstr(s->reason, "changerait dans 301 notices"));
}
END_TEST

START_TEST(a_reason_too_long_for_its_place_ends_between_characters_whatever_the_place)
{
	struct state *s = full();

	for (size_t f = 0; f < n_fields; f++)
		s->run.counts.field_emptied[f] = s->run.counts.field_changed[f] = 999;
	for (size_t size = 1; size < sizeof(s->reason); size++) {
		ck_assert(run_valves(&s->run, &s->last, s->reason, size));
		ck_assert_uint_lt(strlen(s->reason), size);
		ck_assert(text_valid(str_of(s->reason), NULL));
	}
}
END_TEST

SUITE("valves", an_ordinary_night_is_not_held,
      an_empty_full_listing_is_held_and_an_empty_window_is_a_quiet_night,
      numbers_that_change_in_many_notices_are_held, a_first_full_listing_is_compared_with_none,
      fewer_than_last_time_holds_beyond_its_share_and_above_the_floor_only,
      too_many_new_refusals_hold_and_old_ones_do_not, too_many_values_not_understood_hold,
      what_disappears_counts_whether_deleted_or_missing, fields_that_would_be_emptied_or_changed_are_named,
      a_reason_too_long_for_its_place_ends_between_characters_whatever_the_place)
