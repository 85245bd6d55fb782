/*
 * Tests of harvester/run: whole nights against a real PostgreSQL, in process. Looked for: the input that
 * loses a record, doubles one, or keeps an old one.
 */
#include "harvester/run/run.h"

#include <check.h>

#include "store/pg.h"
#include "store/runs.h"
#include "tests/support/night.h"

static struct pgtest server;
static struct night n;

#define A "essai:1"
#define B "essai:2"
#define C "essai:3"
#define DAY1 "2027-01-01"
#define DAY2 "2027-01-02"
#define DAY3 "2027-01-03"

static void begin(void)
{
	night_begin(&n, &server);
}

static void end(void)
{
	night_end(&n);
}

#define ask_eq(sql, expected) ck_assert_str_eq(night_ask(&n, sql), expected)

#define TITLES                                                                                         \
	"select coalesce(string_agg(ref || ' ' || (doc #>> '{TITR,0}'), ', ' order by ref), '') from " \
	"harvester.notice"
#define STATES "select coalesce(string_agg(state, ' ' order by id), '') from harvester.run"
#define OPEN_REFUSALS                                                                                  \
	"select coalesce(string_agg(external_id || ' ' || code, ', ' order by external_id), '') from " \
	"harvester.quarantine where solved_run is null"
#define WRITES                                                                                       \
	"select sum(n_tup_ins + n_tup_upd + n_tup_del) from pg_stat_user_tables where schemaname = " \
	"'harvester' and relname in ('notice', 'head', 'version', 'change', 'pack', 'quarantine', "  \
	"'finding', 'source')"

static void two_records(void)
{
	night_file(&n, night_line(A, DAY1, "1.1", "Un"), night_line(B, DAY1, "1.2", "Deux"), NULL);
	night_done(&n);
	ask_eq(TITLES, "VB000000001 Un, VB000000002 Deux");
}

/* ---- nights ---- */

START_TEST(a_second_night_without_changes_writes_nothing)
{
	two_records();
	night_reopen(&n);
	char before[64];
	(void)snprintf(before, sizeof(before), "%s", night_ask(&n, WRITES));
	ck_assert_str_ne(before, "");
	night_done(&n);
	ck_assert_int_eq(n.out.counts.unchanged, 2);
	ck_assert_int_eq(n.out.counts.versions, 0);
	night_reopen(&n);
	/* The source's cursor may be written again; nothing of the catalogue. */
	long more = strtol(night_ask(&n, WRITES), NULL, 10) - strtol(before, NULL, 10);
	ck_assert_int_le(more, 1);
	ask_eq("select count(*) from harvester.change", "2");
}
END_TEST

START_TEST(a_changed_record_changes_its_notice_and_no_other)
{
	two_records();
	night_file(&n, night_line(A, DAY1, "1.1", "Un"), night_line(B, DAY2, "1.2", "Second"), NULL);
	night_done(&n);
	ck_assert_int_eq(n.out.counts.changed, 1);
	ask_eq(TITLES, "VB000000001 Un, VB000000002 Second");
	ask_eq("select ref || what || cause || diff from harvester.change where run = 2",
	       "VB000000002changedsource{\"TITR\":[[\"Deux\"],[\"Second\"]]}");
}
END_TEST

START_TEST(a_deletion_of_a_record_that_was_never_here_creates_nothing)
{
	night_file(&n, night_deleted(A, DAY1), night_line(B, DAY1, "1.2", "Deux"), NULL);
	night_done(&n);
	ask_eq(TITLES, "VB000000002 Deux");
	ck_assert_int_eq(n.out.counts.deleted, 1);
}
END_TEST

START_TEST(a_deleted_record_is_proposed_for_withdrawal_and_comes_back_under_its_ref)
{
	two_records();
	night_file(&n, night_deleted(A, DAY2), night_line(B, DAY1, "1.2", "Deux"), NULL);
	night_done(&n);
	ck_assert_int_eq(n.out.counts.orphans, 1);
	ck_assert_int_eq(n.out.counts.withdrawn, 0);
	ck_assert(n.out.problems);
	ask_eq(TITLES, "VB000000001 Un, VB000000002 Deux");
	ask_eq("select gone from harvester.head where external_id = '" A "'", "deleted");
	night_done(&n);
	ck_assert_int_eq(n.out.counts.versions, 0);
	night_file(&n, night_line(A, DAY3, "1.1", "Un, retrouvé"), night_line(B, DAY1, "1.2", "Deux"), NULL);
	night_done(&n);
	ask_eq(TITLES, "VB000000001 Un, retrouvé, VB000000002 Deux");
	ask_eq("select count(*) from harvester.head where gone is not null", "0");
}
END_TEST

START_TEST(a_withdrawn_notice_is_restored_by_the_very_record_it_was_made_of)
{
	night_config(
		&n,
		"new_refs: {prefix: VB, from: digits}\nwithdrawal: {do: apply}\nvalves: {floor: 1000000}\n",
		NULL);
	two_records();
	night_file(&n, night_deleted(A, DAY2), night_line(B, DAY1, "1.2", "Deux"), NULL);
	night_done(&n);
	ask_eq("select state from harvester.notice where ref = 'VB000000001'", "withdrawn");
	ask_eq(TITLES, "VB000000001 Un, VB000000002 Deux");
	night_file(&n, night_line(A, DAY1, "1.1", "Un"), night_line(B, DAY1, "1.2", "Deux"), NULL);
	night_done(&n);
	ck_assert_int_eq(n.out.counts.restored, 1);
	ask_eq("select state from harvester.notice where ref = 'VB000000001'", "live");
	ask_eq("select string_agg(what, ' ' order by run) from harvester.change where ref = 'VB000000001'",
	       "created withdrawn restored");
}
END_TEST

START_TEST(a_full_listing_marks_what_it_lacks_and_what_is_there_again)
{
	two_records();
	night_file(&n, night_line(B, DAY1, "1.2", "Deux"), NULL);
	night_done(&n);
	ck_assert_int_eq(n.out.counts.missing, 1);
	ask_eq("select external_id || missed_in from harvester.head where missed_in is not null", A "2");
	ask_eq(TITLES, "VB000000001 Un, VB000000002 Deux");
	night_done(&n);
	ask_eq("select missed_in from harvester.head where external_id = '" A "'", "2");
	night_file(&n, night_line(A, DAY1, "1.1", "Un"), night_line(B, DAY1, "1.2", "Deux"), NULL);
	night_done(&n);
	ask_eq("select count(*) from harvester.head where missed_in is not null", "0");
}
END_TEST

START_TEST(a_known_record_that_is_refused_is_not_missing)
{
	two_records();
	night_file(&n, night_line(A, DAY2, NULL, "Un"), night_line(B, DAY1, "1.2", "Deux"), NULL);
	night_done(&n);
	ck_assert_int_eq(n.out.counts.missing, 0);
	ask_eq(TITLES, "VB000000001 Un, VB000000002 Deux");
	night_done(&n);
	ck_assert_int_eq(n.out.counts.missing, 0);
	ask_eq("select count(*) from harvester.head where missed_in is not null", "0");
}
END_TEST

/* ---- the same record twice in a listing: pages hold two lines ---- */

struct repeat {
	const char *before; /* NULL: first harvest */
	const char *first, *second, *expected;
	bool next_page;
};

/* L: live with a title, D: deleted; day; title. */
static const char *repeat_line(const char *spec)
{
	char day[16];

	(void)snprintf(day, sizeof(day), "2027-01-0%c", spec[1]);
	return spec[0] == 'D' ? night_deleted(A, day) : night_line(A, day, "1.1", spec + 2);
}

static const struct repeat repeats[] = {
	{ NULL, "L1old", "L2new", "live new", false },
	{ NULL, "L1old", "L2new", "live new", true },
	{ NULL, "L2new", "L1old", "live new", false },
	{ NULL, "L2new", "L1old", "live new", true },
	{ NULL, "L1old", "D2", "", false },
	{ NULL, "L1old", "D2", "", true },
	{ NULL, "D1", "L2new", "live new", false },
	{ NULL, "D1", "L2new", "live new", true },
	{ NULL, "L2same", "L2same", "live same", false },
	{ NULL, "L2same", "L2same", "live same", true },
	{ "L1old", "L2new", "L3old", "live old", false },
	{ "L1old", "L2new", "L3old", "live old", true },
	{ "L1old", "L2new", "D3", "gone old", false },
	{ "L1old", "L2new", "D3", "gone old", true },
	{ "L1old", "D2", "L3old", "live old", false },
	{ "L1old", "D2", "L3old", "live old", true },
	{ "L1old", "D2", "L3new", "live new", true },
	{ "L1old", "L1old", "L2new", "live new", true },
	{ "L1old", "L1old", "L1old", "live old", true },
};

START_TEST(of_a_record_that_comes_twice_the_last_by_datestamp_wins)
{
	const struct repeat *r = &repeats[_i];
	const char *filler = night_line(B, DAY1, "1.2", "Deux");

	if (r->before) {
		night_file(&n, repeat_line(r->before), filler, NULL);
		night_done(&n);
	}
	if (r->next_page)
		night_file(&n, repeat_line(r->first), filler, repeat_line(r->second), NULL);
	else
		night_file(&n, repeat_line(r->first), repeat_line(r->second), filler, NULL);
	night_done(&n);
	ask_eq("select coalesce(max(coalesce(nullif(h.gone, 'deleted'), case when h.gone is null then 'live' "
	       "else 'gone' end) "
	       "|| ' ' || (doc #>> '{TITR,0}')), '') from harvester.notice n join harvester.head h using "
	       "(ref) "
	       "where h.external_id = '" A "'",
	       r->expected);
	ask_eq("select count(*) from harvester.notice where ref = 'VB000000002'", "1");
	/* The same file once more: whichever came last, nothing is written twice or turned round. */
	night_done(&n);
	ck_assert_int_eq(n.out.counts.created + n.out.counts.changed + n.out.counts.restored, 0);
}
END_TEST

START_TEST(a_refusal_of_the_newer_body_is_not_solved_by_an_older_one_of_the_same_run)
{
	night_file(&n, night_line(A, DAY1, "1.1", "Un"), night_line(A, DAY2, NULL, "Un bis"), NULL);
	night_done(&n);
	ask_eq(TITLES, "VB000000001 Un");
	ask_eq(OPEN_REFUSALS, A " mandatory_missing");
}
END_TEST

START_TEST(a_refusal_of_an_older_body_is_solved_by_the_newer_one_of_the_same_run)
{
	night_file(&n, night_line(A, DAY1, NULL, "Un"), night_line(A, DAY2, "1.1", "Un bis"), NULL);
	night_done(&n);
	ask_eq(TITLES, "VB000000001 Un bis");
	ask_eq(OPEN_REFUSALS, "");
}
END_TEST

/* The newer word is on an earlier page (offset tokens without a snapshot); the older one is what was applied.
 */
START_TEST(a_refusal_is_not_solved_by_the_old_body_of_the_same_run)
{
	two_records();
	night_file(&n, night_line(A, DAY2, NULL, "Un bis"), night_line(B, DAY1, "1.2", "Deux"),
		   night_line(A, DAY1, "1.1", "Un"), NULL);
	night_done(&n);
	ask_eq(TITLES, "VB000000001 Un, VB000000002 Deux");
	ask_eq(OPEN_REFUSALS, A " mandatory_missing");
	/* In a later run the old body is the newer word. */
	night_file(&n, night_line(A, DAY1, "1.1", "Un"), night_line(B, DAY1, "1.2", "Deux"), NULL);
	night_done(&n);
	ask_eq(OPEN_REFUSALS, "");
}
END_TEST

/* ---- mapping ---- */

START_TEST(a_changed_mapping_maps_known_records_again_and_says_so)
{
	two_records();
	night_config(&n, NULL, "titre");
	night_done(&n);
	ck_assert_int_eq(n.out.counts.changed, 2);
	ask_eq("select count(*) from harvester.change where run = 2 and cause = 'mapping'", "2");
	ask_eq("select doc #>> '{DENO,0}' from harvester.notice where ref = 'VB000000001'", "Un");
	night_done(&n);
	ck_assert_int_eq(n.out.counts.unchanged, 2);
}
END_TEST

START_TEST(a_changed_default_fills_again_but_never_over_a_real_value)
{
	night_records(&n, A "\t" DAY1 "\tlive\t<objet><inv>1</inv><domn>dessin</domn></objet>\n" B "\t" DAY1
			    "\tlive\t<objet><inv>2</inv></objet>\n");
	night_done(&n);
	ask_eq("select string_agg(doc #>> '{DOMN,0}', ' ' order by ref) from harvester.notice",
	       "dessin peinture");
	night_config(&n,
		     "new_refs: {prefix: VB, from: digits}\nvalves: {floor: 1000000}\n"
		     "defaults_by_set: {\"jamais\": {DENO: croquis}}\n",
		     NULL);
	night_done(&n);
	ck_assert_int_eq(n.out.counts.versions, 2);
	ck_assert_int_eq(n.out.counts.same, 2);
}
END_TEST

START_TEST(an_interrupted_run_is_begun_anew_when_the_mapping_has_changed)
{
	n.stop_at = "collecting";
	night_file(&n, night_line(A, DAY1, "1.1", "Un"), night_line(B, DAY1, "1.2", "Deux"),
		   night_line(C, DAY1, "1.3", "Trois"), NULL);
	ck_assert_int_eq(night_run(&n), 0);
	ck_assert_int_eq(n.out.verdict, RUN_INTERRUPTED);
	ask_eq("select page || state from harvester.run", "1collecting");
	n.stop_at = NULL;
	night_config(&n, NULL, "titre");
	night_done(&n);
	ck_assert(!n.out.resumed);
	ask_eq(STATES, "cancelled done");
	ask_eq("select count(*) from harvester.notice where doc #>> '{DENO,0}' is not null", "3");
	ask_eq("select count(*) from harvester.version where run = 1", "0");
}
END_TEST

/* ---- refusals ---- */

START_TEST(a_record_refused_again_unchanged_costs_no_write_and_is_solved_when_mended)
{
	night_file(&n, night_line(A, DAY1, NULL, "Un"), night_line(B, DAY1, "1.2", "Deux"), NULL);
	night_done(&n);
	ck_assert_int_eq(n.out.counts.refused_new, 1);
	ask_eq(OPEN_REFUSALS, A " mandatory_missing");
	ask_eq("select convert_from(body, 'UTF8') from harvester.quarantine",
	       "<objet><titre>Un</titre></objet>");
	night_reopen(&n);
	char before[64];
	(void)snprintf(before, sizeof(before), "%s", night_ask(&n, WRITES));
	night_done(&n);
	ck_assert_int_eq(n.out.counts.refused, 1);
	ck_assert_int_eq(n.out.counts.refused_new, 0);
	night_reopen(&n);
	ck_assert_int_le(strtol(night_ask(&n, WRITES), NULL, 10) - strtol(before, NULL, 10), 1);
	night_file(&n, night_line(A, DAY2, "1.1", "Un"), night_line(B, DAY1, "1.2", "Deux"), NULL);
	night_done(&n);
	ask_eq(OPEN_REFUSALS, "");
	ask_eq(TITLES, "VB000000001 Un, VB000000002 Deux");
}
END_TEST

START_TEST(a_refusal_is_over_when_the_record_is_again_what_was_applied)
{
	two_records();
	night_file(&n, night_line(A, DAY2, NULL, "Un"), night_line(B, DAY1, "1.2", "Deux"), NULL);
	night_done(&n);
	ask_eq(OPEN_REFUSALS, A " mandatory_missing");
	night_file(&n, night_line(A, DAY3, "1.1", "Un"), night_line(B, DAY1, "1.2", "Deux"), NULL);
	night_done(&n);
	ask_eq(OPEN_REFUSALS, "");
}
END_TEST

START_TEST(a_refusal_is_over_when_the_source_deletes_the_record)
{
	night_file(&n, night_line(A, DAY1, NULL, "Un"), NULL);
	night_done(&n);
	night_file(&n, night_deleted(A, DAY2), NULL);
	night_done(&n);
	ask_eq(OPEN_REFUSALS, "");
}
END_TEST

START_TEST(a_record_refused_under_one_mapping_is_tried_again_under_the_next)
{
	night_records(&n, A "\t" DAY1 "\tlive\t<objet><inv>1</inv><inv>2</inv></objet>\n");
	night_done(&n);
	ask_eq(OPEN_REFUSALS, A " mandatory_not_understood");
	night_config(&n, NULL, "titre");
	night_done(&n);
	ck_assert_int_eq(n.out.counts.refused_new, 1);
	ask_eq("select count(*) from harvester.quarantine", "1");
}
END_TEST

START_TEST(records_without_an_identifier_are_refused_one_by_one_and_only_once)
{
	night_records(&n, "\t" DAY1 "\tlive\t<objet><inv>1</inv></objet>\n\t" DAY1
			  "\tlive\t<objet><inv>2</inv></objet>\n" B "\t" DAY1
			  "\tlive\t<objet><inv>3</inv></objet>\n");
	night_done(&n);
	ck_assert_int_eq(n.out.counts.refused, 2);
	ask_eq("select count(*) from harvester.notice", "1");
	ask_eq("select count(*) || ' ' || max(code) from harvester.quarantine where solved_run is null",
	       "2 no_identifier");
	night_done(&n);
	ck_assert_int_eq(n.out.counts.refused_new, 0);
	ask_eq("select count(*) from harvester.quarantine", "2");
}
END_TEST

START_TEST(a_record_of_another_museum_is_refused)
{
	night_records(&n, A "\t" DAY1 "\tlive\t<objet><inv>1</inv><museo>M9999</museo></objet>\n");
	night_done(&n);
	ask_eq(OPEN_REFUSALS, A " museum_not_allowed");
	ask_eq("select field from harvester.quarantine", "MUSEO");
	ask_eq("select count(*) from harvester.notice", "0");
}
END_TEST

START_TEST(an_identifier_too_long_for_an_index_is_one_refused_record_and_stops_nothing)
{
	static char text[16384];
	size_t at = 0;
	unsigned x = 12345;

	for (; at < 9000; at++) /* nothing that compresses */
		text[at] = (char)('a' + (x = x * 1103515245u + 12345u) / 65536u % 26u);
	(void)snprintf(text + at, sizeof(text) - at,
		       "\t" DAY1 "\tlive\t<objet><inv>1</inv></objet>\n" B "\t" DAY1
		       "\tlive\t<objet><inv>2</inv></objet>\n");
	night_records(&n, text);
	night_done(&n);
	ck_assert_int_eq(n.out.counts.refused, 1);
	ask_eq("select count(*) from harvester.notice", "1");
	ask_eq("select code from harvester.quarantine where solved_run is null", "identifier_too_long");
	night_done(&n);
	ck_assert_int_eq(n.out.counts.refused_new, 0);
}
END_TEST

/* ---- values that were not understood ---- */

START_TEST(a_value_not_understood_leaves_the_former_one_in_its_place)
{
	night_records(&n, A "\t" DAY1 "\tlive\t<objet><inv>1</inv><titre>Un</titre></objet>\n");
	night_done(&n);
	night_records(&n, A "\t" DAY2
			    "\tlive\t<objet><inv>1b</inv><titre>Un</titre><titre>Deux</titre></objet>\n");
	night_done(&n);
	ck_assert_int_eq(n.out.counts.fields_failed, 1);
	ask_eq("select (doc #>> '{INV,0}') || ' ' || (doc #>> '{TITR,0}') from harvester.notice", "1b Un");
	night_done(&n);
	ask_eq("select (doc #>> '{INV,0}') || ' ' || (doc #>> '{TITR,0}') from harvester.notice", "1b Un");
}
END_TEST

START_TEST(a_mandatory_value_not_understood_leaves_the_former_one_in_its_place_too)
{
	night_records(&n, A "\t" DAY1 "\tlive\t<objet><inv>1</inv><titre>Un</titre></objet>\n");
	night_done(&n);
	night_records(&n,
		      A "\t" DAY2 "\tlive\t<objet><inv>1</inv><inv>2</inv><titre>Nouveau</titre></objet>\n");
	night_done(&n);
	ask_eq("select (doc #>> '{INV,0}') || ' ' || (doc #>> '{TITR,0}') from harvester.notice",
	       "1 Nouveau");
	ck_assert_int_eq(n.out.counts.refused, 0);
	ck_assert_int_eq(n.out.counts.fields_failed, 1);
}
END_TEST

/* ---- references ---- */

START_TEST(a_ref_that_another_record_has_is_refused_and_nothing_else_is_lost)
{
	night_file(&n, night_line("a:1", DAY1, "1", "Un"), night_line("b:1", DAY1, "2", "Deux"),
		   night_line("a:2", DAY1, "3", "Trois"), NULL);
	night_done(&n);
	ask_eq(TITLES, "VB000000001 Un, VB000000002 Trois");
	ask_eq(OPEN_REFUSALS, "b:1 ref_taken");
	ck_assert_int_eq(n.out.counts.clashes, 1);
	night_done(&n);
	ask_eq(TITLES, "VB000000001 Un, VB000000002 Trois");
	ck_assert_int_eq(n.out.counts.refused, 1);
	ck_assert_int_eq(n.out.counts.refused_new, 0);
}
END_TEST

START_TEST(a_ref_taken_over_five_hundred_records_before_is_seen_too)
{
	hv_auto(buf_release) struct buf text = BUF_INIT(1u << 20);

	for (int i = 1; i <= 600; i++)
		buf_printf(&text, "a:%d\t" DAY1 "\tlive\t<objet><inv>a%d</inv></objet>\n", i, i);
	for (int i = 600; i <= 1199; i++)
		buf_printf(&text, "b:%d\t" DAY1 "\tlive\t<objet><inv>b%d</inv></objet>\n", i, i);
	night_records(&n, buf_cstr(&text));
	night_done(&n);
	ask_eq("select count(*) || ' ' || count(distinct ref) from harvester.notice", "1199 1199");
	ask_eq(OPEN_REFUSALS, "b:600 ref_taken");
}
END_TEST

START_TEST(a_record_without_a_ref_is_tried_again_when_the_rule_for_refs_has_changed)
{
	night_file(&n, night_line("sans numero", DAY1, "1", "Un"), NULL);
	night_done(&n);
	ask_eq(OPEN_REFUSALS, "sans numero ref_taken");
	night_config(&n, "new_refs: {prefix: VB, from: hash}\nvalves: {floor: 1000000}\n", NULL);
	night_done(&n);
	ask_eq(OPEN_REFUSALS, "");
	ask_eq("select count(*) || ' ' || max(length(ref)) from harvester.notice", "1 11");
}
END_TEST

START_TEST(a_reason_is_cut_between_characters_whatever_the_identifier)
{
	for (int shift = 0; shift < 2; shift++) {
		hv_auto(buf_release) struct buf id = BUF_INIT(1024);

		buf_puts(&id, shift ? "xx" : "x");
		while (id.n < 500)
			buf_puts(&id, "é");
		night_file(&n, night_line(buf_cstr(&id), DAY1, "1", "Un"), night_line(B, DAY1, "1.2", "Deux"),
			   NULL);
		night_done(&n);
		ask_eq(TITLES, "VB000000002 Deux");
	}
	ask_eq("select count(*) || ' ' || max(code) from harvester.quarantine", "2 ref_taken");
}
END_TEST

/* ---- held, released, cancelled ---- */

#define STRICT                                                                                            \
	"new_refs: {prefix: VB, from: digits}\nvalves: {floor: 0, field_changed: 1 %, disappearing: 100 " \
	"%}\n"

static void held_second_night(void)
{
	two_records();
	night_config(&n, STRICT, NULL);
	night_file(&n, night_line(A, DAY2, "1.1", "Un bis"), night_line(B, DAY1, "1.2", "Deux"), NULL);
	ck_assert_msg(night_run(&n) == 0, "%s", n.err.text);
	ck_assert_int_eq(n.out.verdict, RUN_HELD);
	ask_eq(STATES, "done held");
	ask_eq(TITLES, "VB000000001 Un, VB000000002 Deux");
}

START_TEST(a_held_run_is_superseded_by_the_next_and_leaves_no_rows)
{
	held_second_night();
	night_config(&n, NULL, NULL);
	night_done(&n);
	ask_eq(STATES, "done superseded done");
	ask_eq(TITLES, "VB000000001 Un bis, VB000000002 Deux");
	ask_eq("select (select count(*) from harvester.version where run = 2) + (select count(*) from "
	       "harvester.pack where run = 2) "
	       "+ (select count(*) from harvester.seen where run = 2)",
	       "0");
	ck_assert_int_eq(night_release(&n, 2), HV_E_USAGE);
	ask_eq(TITLES, "VB000000001 Un bis, VB000000002 Deux");
}
END_TEST

START_TEST(the_run_after_a_held_full_listing_is_full_and_the_one_after_that_is_not)
{
	held_second_night();
	night_config(&n, NULL, NULL);
	night_done(&n);
	ask_eq("select cursor_from is null from harvester.run order by id desc limit 1", "t");
	night_done(&n);
	ask_eq("select cursor_from is null from harvester.run order by id desc limit 1", "f");
}
END_TEST

START_TEST(a_held_run_is_released_once)
{
	held_second_night();
	ck_assert_msg(night_release(&n, 2) == 0, "%s", n.err.text);
	ck_assert_int_eq(n.out.verdict, RUN_DONE);
	ask_eq(TITLES, "VB000000001 Un bis, VB000000002 Deux");
	ask_eq("select who || why from harvester.run where id = 2", "essaivu");
	ck_assert_int_eq(night_release(&n, 2), HV_E_USAGE);
	ask_eq("select count(*) from harvester.change where run = 2", "1");
}
END_TEST

START_TEST(a_release_is_refused_when_more_would_change_than_was_held)
{
	held_second_night();
	/* Meanwhile the catalogue has moved: the other field of the notice now differs as well. */
	(void)night_ask(&n, "update harvester.notice set doc = jsonb_set(doc, '{INV}', '[\"9.9\"]') where "
			    "ref = 'VB000000001'");
	ck_assert_msg(night_release(&n, 2) == 0, "%s", n.err.text);
	ck_assert_int_eq(n.out.verdict, RUN_HELD);
	ck_assert_ptr_nonnull(strstr(n.out.reason, "harvester release 2"));
	ask_eq("select doc #>> '{TITR,0}' from harvester.notice where ref = 'VB000000001'", "Un");
	ask_eq(STATES, "done held");
}
END_TEST

START_TEST(a_release_beside_an_unfinished_run_is_refused_and_harms_neither)
{
	held_second_night();
	n.stop_at = "collecting";
	ck_assert_int_eq(night_run(&n), 0);
	n.stop_at = NULL;
	ask_eq(STATES, "done held collecting");
	ck_assert_int_eq(night_release(&n, 2), HV_E_BUSY);
	ck_assert_ptr_nonnull(strstr(n.err.text, "run 3"));
	ask_eq(STATES, "done held collecting");
	night_config(&n, NULL, NULL);
	night_done(&n);
	ck_assert(n.out.resumed);
	ask_eq(TITLES, "VB000000001 Un bis, VB000000002 Deux");
}
END_TEST

START_TEST(a_held_run_keeps_the_command_that_releases_it_however_long_its_reason)
{
	two_records();
	night_config(&n, STRICT, "deno");
	/* Every field there is changes: the reason is far longer than its column on a screen. */
	night_records(&n,
		      A "\t" DAY2 "\tlive\t<objet><inv>a</inv><titre>b</titre><deno>c</deno><domn>d</domn>"
			"<stat>e</stat></objet>\n" B "\t" DAY2
			"\tlive\t<objet><inv>a</inv><titre>b</titre><deno>c</deno><domn>d</domn><stat>e</"
			"stat></objet>\n");
	ck_assert_int_eq(night_run(&n), 0);
	ck_assert_int_eq(n.out.verdict, RUN_HELD);
	ck_assert_ptr_nonnull(strstr(n.out.reason, "Pour appliquer : harvester release 2"));
	ask_eq("select reason like '%harvester release 2%' from harvester.run where id = 2", "t");
}
END_TEST

START_TEST(a_cancelled_run_leaves_the_cursor_and_the_next_brings_the_same_again)
{
	held_second_night();
	struct run_env env = {
		.config = n.config, .log = &n.log, .clock = &n.clock, .store = n.store, .role = "cancel"
	};
	ck_assert_int_eq(run_cancel(&env, 2, "essai", "à refaire", &n.err), 0);
	ck_assert_int_lt(run_cancel(&env, 2, "essai", "encore", &n.err), 0);
	ck_assert_int_lt(run_cancel(&env, 1, "essai", "encore", &n.err), 0);
	ask_eq(STATES, "done cancelled");
	night_config(&n, NULL, NULL);
	night_done(&n);
	ask_eq(TITLES, "VB000000001 Un bis, VB000000002 Deux");
	ask_eq("select count(*) from harvester.version where run = 2", "0");
}
END_TEST

START_TEST(a_held_source_does_not_run_until_it_is_released)
{
	two_records();
	ck_assert_int_eq(runs_hold_source(n.store, "essai", "c.durand", "serveur en travaux", &n.err), 0);
	ck_assert_int_eq(night_run(&n), 0);
	ck_assert_int_eq(n.out.verdict, RUN_HELD);
	ck_assert_int_eq(n.out.id, 0);
	ck_assert_ptr_nonnull(strstr(n.out.reason, "serveur en travaux"));
	ask_eq(STATES, "done");
	ck_assert_int_eq(runs_hold_source(n.store, "essai", NULL, NULL, &n.err), 0);
	night_done(&n);
	ask_eq("select count(*) from harvester.lease", "0");
}
END_TEST

START_TEST(the_cursor_moves_only_when_a_run_is_applied)
{
	struct run_options dry = { .dry_run = true };

	night_file(&n, night_line(A, DAY1, "1.1", "Un"), NULL);
	ck_assert_int_eq(night_run_with(&n, &dry), 0);
	ck_assert_int_eq(n.out.verdict, RUN_DRY);
	ask_eq("select cursor is null and full_run is null from harvester.source", "t");
	ask_eq("select count(*) from harvester.notice", "0");
	night_done(&n);
	ask_eq("select cursor is not null and full_run = 2 from harvester.source", "t");
}
END_TEST

/* ---- crashes short of kill -9 (those: tests/acceptance/30-kill) ---- */

static void resumed_after(const char *state)
{
	char before[4096];

	two_records();
	night_file(&n, night_line(A, DAY2, "1.1", "Un bis"), night_line(B, DAY1, "1.2", "Deux"),
		   night_line(C, DAY2, "1.3", "Trois"), NULL);
	n.stop_at = state;
	ck_assert_int_eq(night_run(&n), 0);
	ck_assert_int_eq(n.out.verdict, RUN_INTERRUPTED);
	(void)snprintf(before, sizeof(before), "%s", night_ask(&n, TITLES));
	ck_assert_str_eq(before, "VB000000001 Un, VB000000002 Deux");
	n.stop_at = NULL;
	night_done(&n);
	ck_assert(n.out.resumed);
	ck_assert_int_eq(n.out.id, 2);
	ck_assert_int_eq(n.out.counts.listed, 3);
	ck_assert_int_eq(n.out.counts.created, 1);
	ck_assert_int_eq(n.out.counts.changed, 1);
	ask_eq(TITLES, "VB000000001 Un bis, VB000000002 Deux, VB000000003 Trois");
	ask_eq("select count(*) from harvester.change where run = 2", "2");
}

static const char *const stages[] = { "collecting", "judging", "applying" };

START_TEST(an_interrupted_run_goes_on_where_it_was)
{
	resumed_after(stages[_i]);
}
END_TEST

START_TEST(a_run_whose_database_session_ended_is_gone_on_with)
{
	two_records();
	night_file(&n, night_line(A, DAY2, "1.1", "Un bis"), night_line(B, DAY1, "1.2", "Deux"),
		   night_line(C, DAY2, "1.3", "Trois"), NULL);
	n.end_session_at = stages[_i];
	ck_assert_int_eq(night_run(&n), HV_E_STORE);
	ck_assert(store_lost(n.store));
	ask_eq(TITLES, "VB000000001 Un, VB000000002 Deux");
	struct run_outcome former = n.out;
	night_reopen(&n);
	struct run_env env = { .config = n.config, .log = &n.log, .clock = &n.clock, .store = n.store };
	ck_assert_int_eq(run_ours(&env, &former, &n.err), 0);
	night_done(&n);
	ck_assert(n.out.resumed);
	ask_eq(TITLES, "VB000000001 Un bis, VB000000002 Deux, VB000000003 Trois");
	ck_assert_int_eq(run_ours(&env, &former, &n.err), HV_E_LOST);
}
END_TEST

START_TEST(problems_found_before_a_crash_are_problems_after_it)
{
	/* The connector notices something on page 1; the process ends after it. */
	night_file(&n, night_line(A, DAY1, NULL, "Un"), night_line(B, DAY1, "1.2", "Deux"),
		   night_line(C, DAY1, "1.3", "Trois"), NULL);
	n.stop_at = "collecting";
	ck_assert_int_eq(night_run(&n), 0);
	n.stop_at = NULL;
	night_done(&n);
	ck_assert(n.out.problems);
	ask_eq("select problems from harvester.run where id = 1", "t");
}
END_TEST

/* ---- long waits ---- */

/* A run that applies for hours, or one that was stopped half way, has the gate. */
START_TEST(a_run_that_waits_for_the_gate_can_be_interrupted_and_goes_on_later)
{
	struct pg *other;

	two_records();
	night_file(&n, night_line(A, DAY2, "1.1", "Un bis"), night_line(B, DAY1, "1.2", "Deux"), NULL);
	ck_assert_int_eq(pg_connect(server.url, NULL, "gate", &other, &n.err), 0);
	ck_assert_int_eq(pg_exec(other, "gate", "begin; select id from gate where id = 1 for update", &n.err),
			 0);
	n.stop_at = "applying";
	ck_assert_msg(night_run(&n) == 0, "%s", n.err.text);
	ck_assert_int_eq(n.out.verdict, RUN_INTERRUPTED);
	n.stop_at = NULL;
	pg_close(other);
	night_done(&n);
	ck_assert(n.out.resumed);
	ask_eq(TITLES, "VB000000001 Un bis, VB000000002 Deux");
}
END_TEST

static char until[2][64];
static unsigned batches;

/* Slow work: the first batch takes most of the lease. */
static void slow_batch(struct night *night, const char *state)
{
	if (strcmp(state, "applying") != 0 || batches == 2)
		return;
	(void)snprintf(until[batches++], sizeof(until[0]), "%s",
		       night_ask(night, "select until from harvester.lease"));
	if (batches == 1)
		(void)night_ask(night, "select pg_sleep(0.7)");
}

/* Else a second daemon takes the source over and ends the session, night after night. */
START_TEST(the_lease_is_extended_while_a_long_run_is_applied)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1 << 20);

	for (int i = 1; i <= 600; i++)
		buf_printf(&b, "essai:%d\t" DAY1 "\tlive\t<objet><inv>%d</inv><titre>T</titre></objet>\n", i,
			   i);
	night_records(&n, buf_cstr(&b));
	ck_assert_int_eq(setenv("HARVESTER_LEASE_SECONDS", "2", 1), 0);
	batches = 0;
	n.on_progress = slow_batch;
	night_done(&n);
	ck_assert_uint_eq(batches, 2);
	ck_assert_str_ne(until[0], until[1]);
	ask_eq("select count(*) from harvester.notice", "600");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("run");
	TCase *t = tcase_create("nights");

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, a_second_night_without_changes_writes_nothing);
	tcase_add_test(t, a_changed_record_changes_its_notice_and_no_other);
	tcase_add_test(t, a_deletion_of_a_record_that_was_never_here_creates_nothing);
	tcase_add_test(t, a_deleted_record_is_proposed_for_withdrawal_and_comes_back_under_its_ref);
	tcase_add_test(t, a_withdrawn_notice_is_restored_by_the_very_record_it_was_made_of);
	tcase_add_test(t, a_full_listing_marks_what_it_lacks_and_what_is_there_again);
	tcase_add_test(t, a_known_record_that_is_refused_is_not_missing);
	tcase_add_loop_test(t, of_a_record_that_comes_twice_the_last_by_datestamp_wins, 0, HV_LEN(repeats));
	tcase_add_test(t, a_refusal_of_the_newer_body_is_not_solved_by_an_older_one_of_the_same_run);
	tcase_add_test(t, a_refusal_of_an_older_body_is_solved_by_the_newer_one_of_the_same_run);
	tcase_add_test(t, a_refusal_is_not_solved_by_the_old_body_of_the_same_run);
	tcase_add_test(t, a_changed_mapping_maps_known_records_again_and_says_so);
	tcase_add_test(t, a_changed_default_fills_again_but_never_over_a_real_value);
	tcase_add_test(t, an_interrupted_run_is_begun_anew_when_the_mapping_has_changed);
	tcase_add_test(t, a_record_refused_again_unchanged_costs_no_write_and_is_solved_when_mended);
	tcase_add_test(t, a_refusal_is_over_when_the_record_is_again_what_was_applied);
	tcase_add_test(t, a_refusal_is_over_when_the_source_deletes_the_record);
	tcase_add_test(t, a_record_refused_under_one_mapping_is_tried_again_under_the_next);
	tcase_add_test(t, records_without_an_identifier_are_refused_one_by_one_and_only_once);
	tcase_add_test(t, a_record_of_another_museum_is_refused);
	tcase_add_test(t, an_identifier_too_long_for_an_index_is_one_refused_record_and_stops_nothing);
	tcase_add_test(t, a_value_not_understood_leaves_the_former_one_in_its_place);
	tcase_add_test(t, a_mandatory_value_not_understood_leaves_the_former_one_in_its_place_too);
	tcase_add_test(t, a_ref_that_another_record_has_is_refused_and_nothing_else_is_lost);
	tcase_add_test(t, a_ref_taken_over_five_hundred_records_before_is_seen_too);
	tcase_add_test(t, a_record_without_a_ref_is_tried_again_when_the_rule_for_refs_has_changed);
	tcase_add_test(t, a_reason_is_cut_between_characters_whatever_the_identifier);
	tcase_add_test(t, a_held_run_is_superseded_by_the_next_and_leaves_no_rows);
	tcase_add_test(t, the_run_after_a_held_full_listing_is_full_and_the_one_after_that_is_not);
	tcase_add_test(t, a_held_run_is_released_once);
	tcase_add_test(t, a_release_is_refused_when_more_would_change_than_was_held);
	tcase_add_test(t, a_release_beside_an_unfinished_run_is_refused_and_harms_neither);
	tcase_add_test(t, a_held_run_keeps_the_command_that_releases_it_however_long_its_reason);
	tcase_add_test(t, a_cancelled_run_leaves_the_cursor_and_the_next_brings_the_same_again);
	tcase_add_test(t, a_held_source_does_not_run_until_it_is_released);
	tcase_add_test(t, the_cursor_moves_only_when_a_run_is_applied);
	tcase_add_loop_test(t, an_interrupted_run_goes_on_where_it_was, 0, HV_LEN(stages));
	tcase_add_loop_test(t, a_run_whose_database_session_ended_is_gone_on_with, 0, HV_LEN(stages));
	tcase_add_test(t, problems_found_before_a_crash_are_problems_after_it);
	tcase_add_test(t, a_run_that_waits_for_the_gate_can_be_interrupted_and_goes_on_later);
	tcase_add_test(t, the_lease_is_extended_while_a_long_run_is_applied);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	pgtest_begin(&server);
	SRunner *sr = srunner_create(suite());
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return pgtest_end(&server, failed);
}
