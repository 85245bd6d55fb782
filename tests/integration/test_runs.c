/*
 * Tests of store/runs.c, store/collect.c and store/apply.c where they refuse: a process without the lease's
 * token, a second open run, a page whose checkpoint is somebody else's, a gate that is taken.
 */
#include "store/runs.h"

#include <check.h>

#include "harvester/base/hash.h"
#include "store/apply.h"
#include "store/collect.h"
#include "tests/support/pgtest.h"

static struct pgtest server;
static struct hv_err err;
static struct store *s;
static struct arena *arena;

static void begin(void)
{
	s = pgtest_store(&server, NULL);
	arena = arena_new(8u << 20);
	err = (struct hv_err){ 0 };
}

static void end(void)
{
	store_close(s);
	arena_free(arena);
}

#define ask_eq(sql, expected) ck_assert_str_eq(pgtest_ask(&server, sql), expected)

static int64_t new_run(const char *source, const char *token)
{
	struct run_new n = {
		.source = source, .kind = "harvest", .listing = "full", .token = token, .mapping = 7
	};
	struct source_row row;
	int64_t id;

	ck_assert_int_eq(runs_source(s, source, true, arena, &row, &err), 0);
	ck_assert_msg(runs_create(s, &n, &id, &err) == 0, "%s", err.text);
	return id;
}

static int move(int64_t id, const char *token, const char *state)
{
	return runs_move(s, id, token, &(struct run_move){ .state = state }, &err);
}

START_TEST(a_run_obeys_its_token_only)
{
	struct run_row row;
	int64_t id = new_run("lyon", "one");

	ck_assert_int_eq(runs_ours(s, id, "one", &err), 0);
	ck_assert_int_eq(runs_ours(s, id, "two", &err), HV_E_LOST);
	ck_assert_int_eq(move(id, "two", "done"), HV_E_LOST);
	ck_assert_int_eq(runs_listing(s, id, "two", "window", &err), HV_E_LOST);
	ck_assert_int_eq(runs_adopt(s, id, "two", &err), 0);
	ck_assert_int_eq(move(id, "one", "failed"), HV_E_LOST);
	ck_assert_int_eq(move(id, "two", "judging"), 0);
	ck_assert_int_eq(runs_get(s, id, arena, &row, &err), 0);
	ck_assert_str_eq(row.state, "judging");
	ck_assert_int_eq(row.mapping, 7);
	ck_assert_int_eq(runs_get(s, 99, arena, &row, &err), HV_E_NOTFOUND);
}
END_TEST

START_TEST(a_run_that_is_over_is_not_adopted)
{
	static const char *const ends[] = { "done", "failed", "cancelled", "superseded" };

	for (size_t i = 0; i < HV_LEN(ends); i++) {
		int64_t id = new_run("lyon", "one");

		ck_assert_int_eq(move(id, "one", ends[i]), 0);
		ck_assert_int_eq(runs_adopt(s, id, "two", &err), HV_E_LOST);
	}
	ask_eq("select count(*) from harvester.run where ended is null", "0");
	int64_t held = new_run("lyon", "one");
	ck_assert_int_eq(move(held, "one", "held"), 0);
	ck_assert_int_eq(runs_adopt(s, held, "two", &err), 0);
}
END_TEST

START_TEST(a_source_has_one_open_run_and_any_number_of_others)
{
	struct run_new n = { .source = "lyon", .kind = "harvest", .listing = "full", .token = "two" };
	struct run_row row;
	int64_t first = new_run("lyon", "one"), id;

	ck_assert_int_eq(runs_create(s, &n, &id, &err), HV_E_STORE);
	(void)new_run("gent", "three");
	ck_assert_int_eq(runs_open(s, "lyon", arena, &row, &err), HV_ROW);
	ck_assert_int_eq(row.id, first);
	ck_assert_int_eq(move(first, "one", "held"), 0);
	ck_assert_int_eq(runs_open(s, "lyon", arena, &row, &err), HV_END);
	ck_assert_int_eq(runs_create(s, &n, &id, &err), 0);
}
END_TEST

START_TEST(a_reason_that_is_no_text_does_not_keep_a_run_from_ending)
{
	int64_t id = new_run("lyon", "one");
	struct run_move m = { .state = "failed", .reason = "dit \xc3( et \xff puis é" };

	ck_assert_msg(runs_move(s, id, "one", &m, &err) == 0, "%s", err.text);
	ask_eq("select reason from harvester.run", "dit ?( et ? puis é");
}
END_TEST

static struct collect_version version(int32_t slot, const char *id)
{
	return (struct collect_version){ .slot = slot,
					 .external_id = str_of(id),
					 .datestamp = STR("2027"),
					 .body_slot = -1,
					 .claim = STR("{\"INV\":[\"1\"]}") };
}

static int end_page(int64_t run, int64_t page, const char *token)
{
	struct collect_page p = {
		.run = run, .page = page, .token = token, .checkpoint = "here", .counts = "{}"
	};

	return collect_page_end(s, &p, &err);
}

START_TEST(a_page_is_there_with_its_checkpoint_or_not_at_all)
{
	int64_t id = new_run("lyon", "one");
	struct collect_version v[] = { version(0, "a"), version(1, "b") };
	struct collect_refused q = { .slot = 2, .external_id = STR("c"), .code = "no", .reason = STR("non") };

	ck_assert_int_eq(collect_page_begin(s, &err), 0);
	ck_assert_int_eq(collect_versions(s, id, 1, v, 2, &err), 0);
	ck_assert_int_eq(collect_refuse(s, "lyon", id, 1, &q, &err), 0);
	ck_assert_int_eq(collect_finding(s, "lyon", id, "odd", "x", "y", 3, &err), 0);
	ck_assert_int_eq(end_page(id, 1, "two"), HV_E_LOST); /* somebody else has the run */
	ask_eq("select (select count(*) from harvester.version) + (select count(*) from "
	       "harvester.quarantine) + (select count(*) from harvester.finding)",
	       "0");
	ck_assert_int_eq(collect_page_begin(s, &err), 0);
	ck_assert_int_eq(collect_versions(s, id, 1, v, 2, &err), 0);
	ck_assert_int_eq(end_page(id, 1, "one"), 0);
	ask_eq("select page || checkpoint || (select count(*) from harvester.version) from harvester.run",
	       "1here2");
	/* A page is never written twice, nor behind a run that collects no more. */
	ck_assert_int_eq(collect_page_begin(s, &err), 0);
	ck_assert_int_eq(collect_versions(s, id, 1, v, 2, &err), HV_E_STORE);
	store_rollback(s);
	ck_assert_int_eq(move(id, "one", "judging"), 0);
	ck_assert_int_eq(collect_page_begin(s, &err), 0);
	ck_assert_int_eq(end_page(id, 2, "one"), HV_E_LOST);
	ask_eq("select page from harvester.run", "1");
}
END_TEST

START_TEST(a_record_refused_twice_has_one_open_row_the_last)
{
	int64_t id = new_run("lyon", "one");
	struct collect_refused q = {
		.external_id = STR("c'\"\\é"), .code = "no", .reason = STR("non"), .body = { "\0\xff<", 3 }
	};
	struct str ids[] = { STR("c'\"\\é"), STR("{}"), STR(""), STR("NULL") };
	struct collect_known known[HV_LEN(ids)];

	ck_assert_int_eq(collect_refuse(s, "lyon", id, 1, &q, &err), 0);
	q.fingerprint = 5;
	q.reason = STR("encore");
	ck_assert_int_eq(collect_refuse(s, "lyon", id, 2, &q, &err), 0);
	ask_eq("select count(*) || max(reason) || max(encode(body, 'hex')) from harvester.quarantine",
	       "1encore00ff3c");
	ck_assert_int_eq(collect_known(s, "lyon", ids, HV_LEN(ids), known, &err), 0);
	ck_assert(known[0].refused);
	ck_assert_int_eq(known[0].refused_fingerprint, 5);
	for (size_t i = 1; i < HV_LEN(ids); i++)
		ck_assert(!known[i].refused && !known[i].known);
}
END_TEST

/* One record collected, judged into a notice and applied under `token`. */
static int apply_one(int64_t run, const char *source, const char *ref, const char *token)
{
	hv_auto(apply_closep) struct apply *ap = NULL;
	struct judged j[4];
	size_t n;

	ck_assert_msg(apply_open(s, run, source, true, 0, &ap, &err) == 0, "%s", err.text);
	ck_assert_int_eq(apply_fetch(ap, arena, j, 4, &n, &err), 0);
	ck_assert_uint_eq(n, 1);
	struct apply_notice row = { .ref = str_of(ref), .museo = STR("M1"), .doc = STR("{\"INV\":[\"1\"]}") };
	apply_new_notice(ap, &row);
	apply_new_head(ap, &j[0], str_of(ref));
	apply_change(ap, str_of(ref), "created", "source", STR("{}"));
	struct apply_end e = { .token = token, .cursor = "there", .counts = "{}", .full = true };
	return apply_commit(ap, &e, &err);
}

static void collect_one(int64_t run, const char *id)
{
	struct collect_version v = version(0, id);

	ck_assert_int_eq(collect_page_begin(s, &err), 0);
	ck_assert_int_eq(collect_versions(s, run, 1, &v, 1, &err), 0);
	ck_assert_int_eq(end_page(run, 1, "one"), 0);
}

START_TEST(an_apply_without_the_token_leaves_nothing_and_with_it_everything)
{
	int64_t id = new_run("lyon", "one");

	collect_one(id, "a");
	ck_assert_int_eq(apply_one(id, "lyon", "VB000000001", "two"), HV_E_LOST);
	ask_eq("select (select count(*) from harvester.notice) + (select count(*) from harvester.head) + "
	       "(select count(*) from harvester.change) + (select count(*) from harvester.source where "
	       "cursor is not null)",
	       "0");
	ck_assert_msg(apply_one(id, "lyon", "VB000000001", "one") == 0, "%s", err.text);
	ask_eq("select (select count(*) from harvester.notice) || state || (select cursor from "
	       "harvester.source) from harvester.run",
	       "1donethere");
}
END_TEST

START_TEST(a_taken_gate_is_waited_for_as_long_as_was_said_and_readers_never_wait)
{
	hv_auto(store_closep) struct store *other = pgtest_store_again(&server, NULL);
	hv_auto(apply_closep) struct apply *holder = NULL;
	struct apply *second = NULL, *reader = NULL;
	int64_t id = new_run("lyon", "one");

	collect_one(id, "a");
	ck_assert_int_eq(apply_open(other, id, "lyon", true, 0, &holder, &err), 0);
	ck_assert_int_eq(apply_open(s, id, "lyon", true, 50, &second, &err), HV_E_BUSY);
	ck_assert(err.retryable);
	ck_assert_int_eq(apply_open(s, id, "lyon", false, 50, &reader, &err), 0);
	apply_close(reader);
}
END_TEST

START_TEST(what_two_sources_say_of_one_notice_is_handed_out_together)
{
	struct judged j[4];
	struct apply *ap;
	size_t n;
	int64_t lyon = new_run("lyon", "one");

	collect_one(lyon, "a");
	ck_assert_int_eq(apply_one(lyon, "lyon", "VB000000001", "one"), 0);
	int64_t gent = new_run("gent", "one");
	collect_one(gent, "g");
	ck_assert_int_eq(apply_one(gent, "gent", "VB000000002", "one"), 0);
	(void)pgtest_ask(&server, "update harvester.head set ref = 'VB000000001' where source = 'gent'");
	int64_t again = new_run("lyon", "one");
	collect_one(again, "a");
	ck_assert_int_eq(apply_open(s, again, "lyon", false, 0, &ap, &err), 0);
	ck_assert_int_eq(apply_fetch(ap, arena, j, 4, &n, &err), 0);
	ck_assert_uint_eq(n, 1);
	ck_assert(j[0].known && j[0].has_notice && j[0].same_body);
	ck_assert_ptr_nonnull(strstr(j[0].others.p, "\"gent\""));
	ck_assert_ptr_null(strstr(j[0].others.p, "\"lyon\""));
	struct str refs[] = { STR("VB000000009"), STR("VB000000002"), STR("VB000000002") };
	bool taken[3];
	ck_assert_int_eq(apply_taken(ap, refs, 3, taken, &err), 0);
	ck_assert(!taken[0] && taken[1] && taken[2]);
	apply_close(ap);
}
END_TEST

START_TEST(superseding_deletes_the_rows_of_what_will_never_be_applied_and_no_others)
{
	int64_t done = new_run("lyon", "one");
	collect_one(done, "a");
	ck_assert_int_eq(apply_one(done, "lyon", "VB000000001", "one"), 0);
	int64_t held = new_run("lyon", "one");
	collect_one(held, "a");
	ck_assert_int_eq(move(held, "one", "held"), 0);
	int64_t other = new_run("gent", "one");
	collect_one(other, "a");
	ck_assert_int_eq(move(other, "one", "held"), 0);
	int64_t now = new_run("lyon", "one");
	collect_one(now, "a");
	ck_assert_int_eq(runs_supersede(s, "lyon", now, &err), 0);
	ask_eq("select string_agg(r.source || ' ' || state || ' ' || (select count(*) from harvester.version "
	       "where run = r.id), ', ' order by id) from harvester.run r",
	       "lyon done 1, lyon superseded 0, gent held 1, lyon collecting 1");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("runs");
	TCase *t = tcase_create("runs");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, a_run_obeys_its_token_only);
	tcase_add_test(t, a_run_that_is_over_is_not_adopted);
	tcase_add_test(t, a_source_has_one_open_run_and_any_number_of_others);
	tcase_add_test(t, a_reason_that_is_no_text_does_not_keep_a_run_from_ending);
	tcase_add_test(t, a_page_is_there_with_its_checkpoint_or_not_at_all);
	tcase_add_test(t, a_record_refused_twice_has_one_open_row_the_last);
	tcase_add_test(t, an_apply_without_the_token_leaves_nothing_and_with_it_everything);
	tcase_add_test(t, a_taken_gate_is_waited_for_as_long_as_was_said_and_readers_never_wait);
	tcase_add_test(t, what_two_sources_say_of_one_notice_is_handed_out_together);
	tcase_add_test(t, superseding_deletes_the_rows_of_what_will_never_be_applied_and_no_others);
	suite_add_tcase(suite, t);
	pgtest_begin(&server);
	SRunner *sr = srunner_create(suite);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return pgtest_end(&server, failed);
}
