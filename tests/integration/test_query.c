/*
 * store/query: what was applied, read back from a real PostgreSQL.
 */
#include "store/query.h"

#include <check.h>

#include "harvester/base/buf.h"
#include "store/query_dump.h"
#include "tests/support/catalogue.h"

static struct pgtest pg;
static struct store *s;
static struct arena *arena;
static struct hv_err err;

static void open_catalogue(void)
{
	s = pgtest_store(&pg, NULL);
	catalogue_load(&pg);
	arena = arena_new(1u << 20);
	err = (struct hv_err){ 0 };
}

static void close_catalogue(void)
{
	arena_free(arena);
	store_close(s);
}

/* Walks write what they saw here, one line a row. */
static struct buf seen = { .max = 1u << 20 };

static const char *saw(int r)
{
	ck_assert_msg(r >= 0, "%s", err.text);
	return buf_cstr(&seen);
}

static int see_claim(void *ctx, const struct query_claim *c)
{
	(void)ctx;
	buf_printf(&seen, "%s run %d %s %s\n", c->source, (int)c->run, c->gone ? c->gone : "present",
		   c->claim.p ? "claims" : "silent");
	return 0;
}

static int see_change(void *ctx, const struct query_change *c)
{
	buf_printf(&seen, "%.*s run %d %s by %s of %s\n", STR_ARG(c->ref), (int)c->run, c->what, c->cause,
		   c->source);
	return ctx ? *(int *)ctx : 0;
}

static int see_refused(void *ctx, const struct query_refused *q)
{
	(void)ctx;
	buf_printf(&seen, "%s %.*s run %d notice %.*s, %d bytes\n", q->code, STR_ARG(q->external_id),
		   (int)q->run, STR_ARG(q->ref), (int)q->body_bytes);
	return 0;
}

static int see_finding(void *ctx, const struct query_finding *f)
{
	(void)ctx;
	buf_printf(&seen, "%s %s (%.*s) x%d\n", f->source, f->code, STR_ARG(f->subject), (int)f->times);
	return 0;
}

static int see_museum(void *ctx, const char *museo)
{
	(void)ctx;
	buf_printf(&seen, "%s\n", museo);
	return 0;
}

static int see_last_run(void *ctx, const struct query_last_run *r)
{
	(void)ctx;
	buf_printf(&seen, "%s run %d of %s, %s\n", r->museo, (int)r->run, r->source, r->started);
	return 0;
}

START_TEST(a_notice_is_found_by_its_ref_and_only_so)
{
	struct query_notice n;

	ck_assert_int_eq(query_notice(s, STR("M9871000412"), arena, &n, &err), HV_ROW);
	ck_assert(str_is(n.museo, "M9871"));
	ck_assert_str_eq(n.state, "live");
	ck_assert_str_eq(n.created, "2027-03-02");
	ck_assert(str_find(n.doc, STR("\"Le Pont de pierre\"")) >= 0);
	ck_assert_int_eq(query_notice(s, STR("M9871000999"), arena, &n, &err), HV_END);
	ck_assert_int_eq(query_notice(s, STR("' or true --"), arena, &n, &err), HV_END);
	ck_assert_int_eq(query_notice(s, (struct str){ "M9871000412\0x", 13 }, arena, &n, &err), HV_END);
}
END_TEST

START_TEST(claims_come_with_their_source_and_a_deleted_record_claims_nothing)
{
	int r = query_claims(s, STR("M9871000412"), see_claim, NULL, &err);

	ck_assert_str_eq(saw(r), "musee-m9871 run 1 present claims\nvalombreuse-oai run 4 present claims\n");
	buf_clear(&seen);
	r = query_claims(s, STR("VB000000009"), see_claim, NULL, &err);
	ck_assert_str_eq(saw(r), "valombreuse-oai run 4 deleted silent\n");
}
END_TEST

START_TEST(history_begins_with_the_latest_change)
{
	int r = query_history(s, STR("M9871000412"), see_change, NULL, &err);

	ck_assert_str_eq(saw(r), "M9871000412 run 4 changed by source of valombreuse-oai\n"
				 "M9871000412 run 2 changed by source of valombreuse-oai\n"
				 "M9871000412 run 1 created by source of musee-m9871\n");
}
END_TEST

START_TEST(changes_of_a_run_come_in_byte_order_of_ref)
{
	int r = query_changes(s, 4, NULL, see_change, NULL, &err);

	ck_assert_str_eq(saw(r), "M9871000412 run 4 changed by source of valombreuse-oai\n"
				 "M9871000413 run 4 changed by mapping of valombreuse-oai\n"
				 "VB000000009 run 4 withdrawn by source of valombreuse-oai\n"
				 "VB000000500 run 4 created by source of valombreuse-oai\n");
}
END_TEST

START_TEST(changes_can_be_those_of_one_museum)
{
	int r = query_changes(s, 1, "M9872", see_change, NULL, &err);

	ck_assert_str_eq(saw(r), "M9872000007 run 1 created by source of musee-m9871\n");
}
END_TEST

START_TEST(an_answer_of_the_callback_stops_the_walk_and_the_store_is_usable_again)
{
	int answer = 42;
	struct query_notice n;

	ck_assert_int_eq(query_changes(s, 4, NULL, see_change, &answer, &err), 42);
	ck_assert_str_eq(buf_cstr(&seen), "M9871000412 run 4 changed by source of valombreuse-oai\n");
	ck_assert_int_eq(query_notice(s, STR("M9871000412"), arena, &n, &err), HV_ROW);
}
END_TEST

static int count_change(void *ctx, const struct query_change *c)
{
	(void)c;
	++*(int *)ctx;
	return 0;
}

START_TEST(a_long_list_passes_through_the_cursor_whole)
{
	int n = 0;

	catalogue_sql(&pg,
		      "insert into notice select 'X' || lpad(i::text, 10, '0'), 'M9873', '{}', '', 'live', "
		      "'2027-03-01', '2027-03-01' from generate_series(1, 1203) i; "
		      "insert into change select ref, 5, 'created', 'source', '{}' from notice where museo = "
		      "'M9873'");
	ck_assert_int_eq(query_changes(s, 5, NULL, count_change, &n, &err), 0);
	ck_assert_int_eq(n, 1203);
}
END_TEST

START_TEST(a_run_is_tallied_by_museum)
{
	struct query_tally t;

	ck_assert_int_eq(query_tally(s, 4, "M9871", &t, &err), 0);
	ck_assert_int_eq(t.created, 1);
	ck_assert_int_eq(t.changed, 2);
	ck_assert_int_eq(t.withdrawn, 1);
	ck_assert_int_eq(t.restored, 0);
	ck_assert_int_eq(query_tally(s, 1, NULL, &t, &err), 0);
	ck_assert_int_eq(t.created, 3);
}
END_TEST

START_TEST(museums_of_a_run_and_the_last_run_of_each_museum)
{
	int r = query_museums(s, 1, see_museum, NULL, &err);

	ck_assert_str_eq(saw(r), "M9871\nM9872\n");
	buf_clear(&seen);
	r = query_last_runs(s, NULL, see_last_run, NULL, &err);
	ck_assert_str_eq(saw(r), "M9871 run 4 of valombreuse-oai, 2027-03-08T01:10:00Z\n"
				 "M9872 run 1 of musee-m9871, 2027-03-02T10:00:00Z\n");
}
END_TEST

START_TEST(held_runs_are_not_applied_runs)
{
	int64_t run = 0;

	ck_assert_int_eq(query_applied(s, "valombreuse-oai", 0, &run, &err), HV_ROW);
	ck_assert_int_eq(run, 5);
	ck_assert_int_eq(query_applied(s, "valombreuse-oai", 4, &run, &err), HV_ROW);
	ck_assert_int_eq(run, 2);
	ck_assert_int_eq(query_applied(s, "valombreuse-oai", 2, &run, &err), HV_END);
}
END_TEST

#define OAI "oai:collections.valombreuse.example:"

START_TEST(open_refusals_stand_in_groups_and_know_their_notice)
{
	struct query_refused_filter f = { .source = "valombreuse-oai" };
	int r = query_refused(s, &f, see_refused, NULL, &err);

	ck_assert_str_eq(saw(r), "inventory_missing " OAI "77 run 2 notice , 36 bytes\n"
				 "inventory_missing " OAI "78 run 4 notice , 25 bytes\n"
				 "museum_not_allowed " OAI "412 run 4 notice M9871000412, 3 bytes\n");
}
END_TEST

START_TEST(refusals_can_be_those_open_at_an_earlier_run)
{
	struct query_refused_filter f = { .source = "valombreuse-oai", .open_at = 2 };
	int r = query_refused(s, &f, see_refused, NULL, &err);

	ck_assert_str_eq(saw(r), "inventory_missing " OAI "77 run 2 notice , 36 bytes\n"
				 "not_xml " OAI "500 run 2 notice VB000000500, 5 bytes\n");
}
END_TEST

START_TEST(the_bytes_of_a_refused_record_come_back_as_received)
{
	struct str body;
	int64_t id = strtoll(pgtest_ask(&pg, "select id from quarantine where code = 'museum_not_allowed'"),
			     NULL, 10);

	ck_assert_int_eq(query_refused_body(s, id, arena, &body, &err), 0);
	ck_assert_uint_eq(body.n, 3);
	ck_assert_mem_eq(body.p, "<\0\xff", 3);
	ck_assert_int_eq(query_refused_body(s, 99, arena, &body, &err), HV_E_NOTFOUND);
}
END_TEST

START_TEST(findings_come_most_frequent_first_and_not_from_later_runs)
{
	int r = query_findings(s, "valombreuse-oai", 0, see_finding, NULL, &err);

	ck_assert_str_eq(saw(r), "valombreuse-oai base_url_differs (Identify) x2\n"
				 "valombreuse-oai not_understood (MILL : vers l’an <mil>) x1\n"
				 "valombreuse-oai unknown_term (TECH : huille) x12\n"
				 "valombreuse-oai unknown_term (TECH : chassis) x2\n");
	buf_clear(&seen);
	r = query_findings(s, "valombreuse-oai", 2, see_finding, NULL, &err);
	ck_assert_str_eq(saw(r), "valombreuse-oai base_url_differs (Identify) x2\n"
				 "valombreuse-oai unknown_term (TECH : huille) x12\n");
}
END_TEST

START_TEST(the_stream_of_live_notices_is_in_byte_order_and_its_json_is_whole)
{
	struct live_notice n;

	ck_assert_int_eq(query_live_begin(s, &err), 0);
	ck_assert_int_eq(query_live_next(s, &n, &err), HV_ROW);
	ck_assert(str_is(n.ref, "M9871000412"));
	ck_assert(str_is(n.created, "2027-03-02"));
	ck_assert(str_is(n.changed, "2027-03-08"));
	ck_assert_msg(str_find(n.doc, STR("rive droite,\\nau soleil \\\\ couchant")) >= 0, "%.*s",
		      STR_ARG(n.doc));
	for (int left = 3; left > 0; left--)
		ck_assert_int_eq(query_live_next(s, &n, &err), HV_ROW);
	ck_assert(str_is(n.ref, "VB000000500"));
	ck_assert_int_eq(query_live_next(s, &n, &err), HV_END);
}
END_TEST

START_TEST(a_stream_can_be_left_early)
{
	struct live_notice n;
	struct query_notice one;

	ck_assert_int_eq(query_live_begin(s, &err), 0);
	ck_assert_int_eq(query_live_next(s, &n, &err), HV_ROW);
	query_live_stop(s);
	ck_assert_int_eq(query_notice(s, STR("M9871000412"), arena, &one, &err), HV_ROW);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("store/query");
	TCase *t = tcase_create("query");

	pgtest_begin(&pg);
	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, open_catalogue, close_catalogue);
	tcase_add_test(t, a_notice_is_found_by_its_ref_and_only_so);
	tcase_add_test(t, claims_come_with_their_source_and_a_deleted_record_claims_nothing);
	tcase_add_test(t, history_begins_with_the_latest_change);
	tcase_add_test(t, changes_of_a_run_come_in_byte_order_of_ref);
	tcase_add_test(t, changes_can_be_those_of_one_museum);
	tcase_add_test(t, an_answer_of_the_callback_stops_the_walk_and_the_store_is_usable_again);
	tcase_add_test(t, a_long_list_passes_through_the_cursor_whole);
	tcase_add_test(t, a_run_is_tallied_by_museum);
	tcase_add_test(t, museums_of_a_run_and_the_last_run_of_each_museum);
	tcase_add_test(t, held_runs_are_not_applied_runs);
	tcase_add_test(t, open_refusals_stand_in_groups_and_know_their_notice);
	tcase_add_test(t, refusals_can_be_those_open_at_an_earlier_run);
	tcase_add_test(t, the_bytes_of_a_refused_record_come_back_as_received);
	tcase_add_test(t, findings_come_most_frequent_first_and_not_from_later_runs);
	tcase_add_test(t, the_stream_of_live_notices_is_in_byte_order_and_its_json_is_whole);
	tcase_add_test(t, a_stream_can_be_left_early);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return pgtest_end(&pg, failed);
}
