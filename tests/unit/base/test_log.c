/*
 * test_log.c - base/log: one event, one line, whatever its values hold.
 */
#include <check.h>

#include "harvester/base/log.h"

static struct hv_log log_;
static char *text;
static size_t size;

static void set_up(void)
{
	text = NULL;
	log_ = (struct hv_log){ .out = open_memstream(&text, &size),
				.level = HV_LOG_INFO,
				.clock = { .fixed = true, .fixed_us = INT64_C(1803981600) * 1000000 } };
}

static void tear_down(void)
{
	fclose(log_.out);
	free(text);
}

START_TEST(logfmt_has_time_level_event_and_keys)
{
	hv_log(&log_, HV_LOG_WARN, "page refused",
	       (struct hv_kv[]){ { "source", "lyon" },
				 { "left out", NULL },
				 { "error", "line 3: no \"end\"" },
				 { 0 } });
	ck_assert_str_eq(text, "time=2027-03-02T10:00:00Z level=warn event=\"page refused\" source=lyon "
			       "error=\"line 3: no \\\"end\\\"\"\n");
}
END_TEST

START_TEST(json_has_the_same_in_one_object)
{
	log_.format = HV_LOG_JSON;
	hv_log(&log_, HV_LOG_ERROR, "stopped", (struct hv_kv[]){ { "error", "a\nb" }, { 0 } });
	ck_assert_str_eq(text, "{\"time\":\"2027-03-02T10:00:00Z\",\"level\":\"error\",\"event\":\"stopped\","
			       "\"error\":\"a\\nb\"}\n");
}
END_TEST

START_TEST(what_is_under_the_level_is_not_written)
{
	hv_log(&log_, HV_LOG_DEBUG, "detail", NULL);
	hv_log(NULL, HV_LOG_ERROR, "nowhere", NULL);
	fflush(log_.out);
	ck_assert_uint_eq(size, 0);
	hv_log(&log_, HV_LOG_INFO, "x", NULL);
	ck_assert_uint_gt(size, 0);
}
END_TEST

START_TEST(a_value_too_long_leaves_a_whole_line_with_its_beginning)
{
	static char huge[200000];

	for (int format = 0; format < 2; format++) {
		rewind(log_.out);
		log_.format = format ? HV_LOG_JSON : HV_LOGFMT;
		for (size_t i = 0; i < sizeof(huge) - 1; i++)
			huge[i] = i % 2 ? '\xA9' : '\xC3';
		hv_log(&log_, HV_LOG_INFO, "event",
		       (struct hv_kv[]){ { "value", huge }, { "after", "seen" }, { 0 } });
		ck_assert_ptr_eq(strchr(text, '\n'), text + size - 1);
		ck_assert_ptr_nonnull(strstr(text, "\xC3\xA9\xC3\xA9\xC3\xA9"));
		ck_assert_ptr_nonnull(strstr(text, format ? "\"after\":\"seen\"}\n" : "after=seen\n"));
		memset(huge, 1, sizeof(huge) - 1);
		rewind(log_.out);
		hv_log(&log_, HV_LOG_INFO, "event",
		       (struct hv_kv[]){ { "value", huge }, { "after", "seen" }, { 0 } });
		ck_assert_ptr_nonnull(strstr(text, format ? "\"after\":\"seen\"}\n" : "after=seen\n"));
	}
}
END_TEST

START_TEST(more_values_than_a_line_holds_still_make_a_whole_line)
{
	static char long_[4001];
	struct hv_kv kv[101] = { { 0 } };

	memset(long_, 'x', sizeof(long_) - 1);
	for (size_t i = 0; i < 100; i++)
		kv[i] = (struct hv_kv){ "key", long_ };
	log_.format = HV_LOG_JSON;
	hv_log(&log_, HV_LOG_INFO, "event", kv);
	ck_assert_ptr_eq(strchr(text, '\n'), text + size - 1);
	ck_assert_int_eq(text[size - 2], '}');
	ck_assert_int_eq(text[size - 3], '"');
}
END_TEST

START_TEST(levels_are_words)
{
	enum hv_level l = HV_LOG_ERROR;

	ck_assert(hv_level_parse("debug", &l) && l == HV_LOG_DEBUG);
	ck_assert(hv_level_parse("error", &l) && l == HV_LOG_ERROR);
	ck_assert(!hv_level_parse("DEBUG", &l) && l == HV_LOG_ERROR);
	ck_assert(!hv_level_parse("", &l));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("log");
	TCase *t = tcase_create("log");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, logfmt_has_time_level_event_and_keys);
	tcase_add_test(t, json_has_the_same_in_one_object);
	tcase_add_test(t, what_is_under_the_level_is_not_written);
	tcase_add_test(t, a_value_too_long_leaves_a_whole_line_with_its_beginning);
	tcase_add_test(t, more_values_than_a_line_holds_still_make_a_whole_line);
	tcase_add_test(t, levels_are_words);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
