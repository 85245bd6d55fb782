/*
 * test_state.c - cursor and checkpoint of the OAI-PMH connector: what they say, and what is refused.
 */
#include <check.h>

#include "connectors/oai/harvest.h"

static const char *const two_sets[] = { "a", "b" };
static const struct cfg_source source;
static struct oai_section section;
static struct connector c;
static struct hv_err err;

static void before(void)
{
	section = (struct oai_section){
		.base_url = "https://x.example/oai", .prefix = "lido", .overlap = "auto", .from = "none"
	};
	c = (struct connector){ .section = &section, .arena = arena_new(1 << 20), .env.source = &source };
}

static void after(void)
{
	oai_chain_release(&c.chain);
	arena_free(c.arena);
}

#define HEAD "{\"v\":1,\"base_url\":\"https://x.example/oai\",\"prefix\":\"lido\""

static const char *text_of(int (*write)(const struct connector *, struct buf *, struct hv_err *))
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1 << 16);

	ck_assert_int_eq(write(&c, &b, &err), 0);
	return arena_strdup(c.arena, buf_cstr(&b));
}

START_TEST(the_overlap_is_at_least_a_step)
{
	static const struct {
		const char *text;
		bool day;
		int64_t seconds; /* -1: refused */
	} rows[] = {
		{ "auto", false, 3600 }, { "auto", true, 86400 },   { "90s", false, 90 },
		{ "6h", true, 86400 },   { "3d", true, 3 * 86400 }, { "0s", false, 0 },
		{ "", false, -1 },       { "soon", false, -1 },     { "-1h", false, -1 },
	};
	for (size_t i = 0; i < HV_LEN(rows); i++) {
		int64_t us = 0;

		ck_assert_int_eq(oai_overlap(rows[i].text, rows[i].day, &us), rows[i].seconds >= 0);
		if (rows[i].seconds >= 0)
			ck_assert_int_eq(us, rows[i].seconds * 1000000);
	}
}
END_TEST

START_TEST(a_first_harvest_is_full_and_without_from)
{
	ck_assert_int_eq(oai_state_restore(&c, &err), 0);
	ck_assert_int_eq(c.kind, LISTING_FULL);
	ck_assert_uint_eq(c.n_listings, 1);
	ck_assert_ptr_null(c.listings[0].set);
	ck_assert_str_eq(c.listings[0].from, "");
}
END_TEST

START_TEST(the_later_of_cursor_and_option_is_asked_for)
{
	section.from = "2026-01-01";
	c.env.cursor = HEAD ",\"listings\":[{\"set\":\"\",\"from\":\"2025-05-05T00:00:00Z\"}]}";
	ck_assert_int_eq(oai_state_restore(&c, &err), 0);
	ck_assert_str_eq(c.listings[0].from, "2026-01-01T00:00:00Z");
	c.env.cursor = HEAD ",\"listings\":[{\"set\":\"\",\"from\":\"2027-05-05T00:00:00Z\"}]}";
	ck_assert_int_eq(oai_state_restore(&c, &err), 0);
	ck_assert_str_eq(c.listings[0].from, "2027-05-05T00:00:00Z");
	ck_assert_int_eq(c.kind, LISTING_WINDOW);
}
END_TEST

START_TEST(a_set_that_is_new_is_listed_from_its_beginning)
{
	section.sets = (struct cfg_list){ (const char *[]){ "a", "b" }, 2 };
	c.env.cursor = HEAD ",\"listings\":[{\"set\":\"b\",\"from\":\"2027-05-05T00:00:00Z\"}]}";
	ck_assert_int_eq(oai_state_restore(&c, &err), 0);
	ck_assert_str_eq(c.listings[0].from, "");
	ck_assert_str_eq(c.listings[1].from, "2027-05-05T00:00:00Z");
	ck_assert_str_eq(c.listings[1].set, two_sets[1]);
}
END_TEST

START_TEST(a_cursor_that_is_nonsense_costs_a_full_listing)
{
	static const char *const nonsense[] = { "", "{", "[]", "{\"v\":2}", HEAD "}" };

	for (size_t i = 0; i < HV_LEN(nonsense); i++) {
		c.env.cursor = nonsense[i];
		ck_assert_int_eq(oai_state_restore(&c, &err), 0);
		ck_assert_str_eq(c.listings[0].from, "");
	}
	ck_assert_int_eq(c.kind, LISTING_WINDOW); /* the last is ours, but names no listing: no evidence */
}
END_TEST

START_TEST(a_checkpoint_gives_back_what_it_was_made_of)
{
	const char *token = "a\"\\\n\xC3\xA9&<";

	section.sets = (struct cfg_list){ (const char *[]){ "a", "b" }, 2 };
	ck_assert_int_eq(oai_state_restore(&c, &err), 0);
	c.listing = 1;
	c.restarted = true;
	c.chain.records = 412;
	(void)snprintf(c.listings[0].date, OAI_DATE, "2027-03-02T01:15:04Z");
	ck_assert_int_eq(oai_chain_token(&c.chain, str_of(token), &err), 0);
	const char *text = text_of(oai_state_checkpoint);

	c.env.checkpoint = text;
	c.listing = 0;
	c.restarted = false;
	ck_assert_msg(oai_state_restore(&c, &err) == 0, "%s", err.text);
	ck_assert_uint_eq(c.listing, 1);
	ck_assert(c.restarted);
	ck_assert_uint_eq(c.chain.records, 412);
	ck_assert_str_eq(c.chain.token, token);
	ck_assert_str_eq(c.listings[0].date, "2027-03-02T01:15:04Z");
	ck_assert_str_eq(text_of(oai_state_checkpoint), text);
}
END_TEST

START_TEST(a_listing_that_is_over_is_left_behind)
{
	section.sets = (struct cfg_list){ (const char *[]){ "a", "b" }, 2 };
	ck_assert_int_eq(oai_state_restore(&c, &err), 0);
	c.chain.over = true;
	ck_assert_ptr_nonnull(
		strstr(text_of(oai_state_checkpoint), "\"listing\":1,\"records\":0,\"token\":\"\""));
}
END_TEST

START_TEST(checkpoints_that_do_not_fit_are_refused)
{
	static const char *const rows[] = {
		HEAD "}",
		HEAD ",\"listing\":0,\"listings\":[]}",
		HEAD ",\"listing\":2,\"listings\":[{\"set\":\"\"}]}",
		HEAD ",\"listing\":-1,\"listings\":[{\"set\":\"\"}]}",
		HEAD ",\"listing\":0,\"listings\":[{\"set\":\"z\"}]}",
		"{\"v\":1,\"base_url\":\"https://x.example/"
		"oai\",\"prefix\":\"oai_dc\",\"listing\":0,\"listings\":[{\"set\":"
		"\"\"}]}",
	};
	for (size_t i = 0; i < HV_LEN(rows); i++) {
		c.env.checkpoint = rows[i];
		ck_assert_msg(oai_state_restore(&c, &err) == HV_E_CONFIG, "%s", rows[i]);
	}
}
END_TEST

START_TEST(the_cursor_is_the_servers_date_less_the_overlap)
{
	ck_assert_int_eq(oai_state_restore(&c, &err), 0);
	(void)snprintf(c.listings[0].date, OAI_DATE, "2027-03-01T00:30:00Z");
	ck_assert_str_eq(text_of(oai_state_cursor),
			 HEAD ",\"listings\":[{\"set\":\"\",\"from\":\"2027-02-28T23:30:00Z\"}]}");
	c.identity.day = true;
	ck_assert_str_eq(text_of(oai_state_cursor),
			 HEAD ",\"listings\":[{\"set\":\"\",\"from\":\"2027-02-28\"}]}");
	/* Without a date of the server's, the old place is kept. */
	(void)snprintf(c.listings[0].date, OAI_DATE, "yesterday");
	(void)snprintf(c.listings[0].from, OAI_DATE, "2026-01-01");
	ck_assert_str_eq(text_of(oai_state_cursor),
			 HEAD ",\"listings\":[{\"set\":\"\",\"from\":\"2026-01-01\"}]}");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("oai state");
	TCase *t = tcase_create("state");

	tcase_add_checked_fixture(t, before, after);
	tcase_add_test(t, the_overlap_is_at_least_a_step);
	tcase_add_test(t, a_first_harvest_is_full_and_without_from);
	tcase_add_test(t, the_later_of_cursor_and_option_is_asked_for);
	tcase_add_test(t, a_set_that_is_new_is_listed_from_its_beginning);
	tcase_add_test(t, a_cursor_that_is_nonsense_costs_a_full_listing);
	tcase_add_test(t, a_checkpoint_gives_back_what_it_was_made_of);
	tcase_add_test(t, a_listing_that_is_over_is_left_behind);
	tcase_add_test(t, checkpoints_that_do_not_fit_are_refused);
	tcase_add_test(t, the_cursor_is_the_servers_date_less_the_overlap);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);

	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);

	srunner_free(r);
	return failed ? 1 : 0;
}
