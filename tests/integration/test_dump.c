/*
 * publish/dump: the catalogue as files, from a real PostgreSQL, on good and bad days.
 */
#include "harvester/publish/dump.h"

#include <check.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harvester/base/hash.h"
#include "harvester/io/json.h"
#include "tests/support/catalogue.h"

static struct pgtest pg;
static struct store *s;
static char dir[64];
static struct hv_err err;
static const struct hv_clock now = { .fixed = true, .fixed_us = INT64_C(1804492800000000) };

static void open_catalogue(void)
{
	s = pgtest_store(&pg, NULL);
	catalogue_load(&pg);
	pgtest_folder(dir, sizeof(dir));
	err = (struct hv_err){ 0 };
}

static void close_catalogue(void)
{
	pgtest_remove(dir);
	store_close(s);
}

static char *content(const char *name)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return catalogue_file(path);
}

static bool is_there(const char *name)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return access(path, F_OK) == 0;
}

static int dump(int formats, struct dump_result *ret)
{
	struct dump_options o = { .dir = dir, .formats = formats, .clock = &now };

	return dump_write(s, &o, ret, &err);
}

START_TEST(the_catalogue_becomes_these_files)
{
	hv_auto(hv_freep) char *golden_csv = catalogue_file("tests/fixtures/publish/joconde.csv");
	hv_auto(hv_freep) char *golden_jsonl = catalogue_file("tests/fixtures/publish/joconde.jsonl");
	struct dump_result r;

	ck_assert_msg(dump(DUMP_ALL, &r) == 0, "%s", err.text);
	hv_auto(hv_freep) char *csv = content("joconde.csv");
	hv_auto(hv_freep) char *jsonl = content("joconde.jsonl");
	ck_assert_str_eq(csv, golden_csv);
	ck_assert_str_eq(jsonl, golden_jsonl);
	ck_assert_uint_eq(r.notices, 4);
	ck_assert_uint_eq(r.semicolons, 1);
}
END_TEST

START_TEST(the_manifest_names_each_file_with_size_and_hash)
{
	hv_auto(arena_freep) struct arena *a = arena_new(1u << 20);
	hv_auto(hasher_freep) struct hasher *h = hasher_new();
	struct dump_result r;
	struct json v;

	ck_assert_int_eq(dump(DUMP_ALL, &r), 0);
	hv_auto(hv_freep) char *manifest = content("manifest.json");
	ck_assert_int_eq(json_parse(a, str_of(manifest), &v, &err), 0);
	ck_assert_int_eq(json_number(&v, "notices", -1), 4);
	ck_assert(str_is(json_text(&v, "generated"), "2027-03-08T08:00:00Z"));
	const struct json *files = json_member(&v, "files");
	ck_assert_uint_eq(files->n, 2);
	for (size_t i = 0; i < files->n; i++) {
		hv_auto(hv_freep) char *text = content(json_text(&files->items[i], "name").p);
		struct sha256 hash = hash_of(h, str_of(text));
		char hex[65];

		sha256_hex(&hash, hex);
		ck_assert(str_is(json_text(&files->items[i], "sha256"), hex));
		ck_assert_int_eq(json_number(&files->items[i], "bytes", -1), (int64_t)strlen(text));
	}
}
END_TEST

START_TEST(twice_the_same_catalogue_gives_the_same_bytes)
{
	static const char *const names[] = { "joconde.csv", "joconde.jsonl", "manifest.json" };
	struct dump_result r;
	char *first[HV_LEN(names)];

	ck_assert_int_eq(dump(DUMP_ALL, &r), 0);
	for (size_t i = 0; i < HV_LEN(names); i++)
		first[i] = content(names[i]);
	/* Another order of rows on the disk. */
	catalogue_sql(&pg, "update notice set changed = changed where ref = 'M9871000412'");
	ck_assert_int_eq(dump(DUMP_ALL, &r), 0);
	for (size_t i = 0; i < HV_LEN(names); i++) {
		hv_auto(hv_freep) char *again = content(names[i]);

		ck_assert_str_eq(again, first[i]);
		free(first[i]);
	}
}
END_TEST

START_TEST(only_the_format_asked_for_is_written)
{
	struct dump_result r;

	ck_assert_int_eq(dump(DUMP_JSONL, &r), 0);
	ck_assert(is_there("joconde.jsonl") && is_there("manifest.json"));
	ck_assert(!is_there("joconde.csv"));
}
END_TEST

START_TEST(an_empty_catalogue_is_a_header_and_no_line)
{
	struct dump_result r;

	catalogue_sql(&pg, "delete from notice");
	ck_assert_int_eq(dump(DUMP_ALL, &r), 0);
	hv_auto(hv_freep) char *csv = content("joconde.csv");
	hv_auto(hv_freep) char *jsonl = content("joconde.jsonl");
	ck_assert_ptr_eq(strchr(csv, '\n'), csv + strlen(csv) - 1);
	ck_assert_str_eq(jsonl, "");
}
END_TEST

START_TEST(a_notice_this_program_does_not_understand_stops_the_dump_by_name)
{
	struct dump_result r;

	catalogue_sql(&pg, "update notice set doc = '{\"NEWF\":[\"x\"]}' where ref = 'M9871000413'");
	ck_assert_int_eq(dump(DUMP_ALL, &r), HV_E_PARSE);
	ck_assert_msg(strstr(err.text, "notice M9871000413") && strstr(err.text, "NEWF"), "%s", err.text);
	ck_assert(!is_there("joconde.csv") && !is_there("manifest.json"));
	/* The connection is free again. */
	catalogue_sql(&pg, "update notice set doc = '{}' where ref = 'M9871000413'");
	ck_assert_int_eq(dump(DUMP_ALL, &r), 0);
}
END_TEST

static void many_notices(void)
{
	catalogue_sql(&pg,
		      "insert into notice select 'X' || lpad(i::text, 10, '0'), 'M9873', "
		      "jsonb_build_object('TITR', "
		      "jsonb_build_array(repeat('titre ', 50))), '', 'live', '2027-03-01', '2027-03-01' from "
		      "generate_series(1, 3000) i");
}

START_TEST(a_disk_that_takes_no_more_leaves_the_former_dump)
{
	const struct rlimit small = { 1 << 17, 1 << 17 };
	struct dump_result r;

	ck_assert_int_eq(dump(DUMP_ALL, &r), 0);
	hv_auto(hv_freep) char *before = content("joconde.csv");
	hv_auto(hv_freep) char *manifest_before = content("manifest.json");
	many_notices();
	(void)signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	ck_assert_int_eq(dump(DUMP_ALL, &r), HV_E_IO);
	ck_assert_msg(strstr(err.text, "joconde.csv': File too large; nothing was replaced"), "%s", err.text);
	hv_auto(hv_freep) char *after = content("joconde.csv");
	hv_auto(hv_freep) char *manifest_after = content("manifest.json");
	ck_assert_str_eq(after, before);
	ck_assert_str_eq(manifest_after, manifest_before);
}
END_TEST

START_TEST(a_dump_killed_half_way_leaves_the_former_one_and_the_next_succeeds)
{
	const struct rlimit small = { 1 << 19, 1 << 19 };
	struct dump_result r;
	int status;

	ck_assert_int_eq(dump(DUMP_ALL, &r), 0);
	hv_auto(hv_freep) char *before = content("joconde.csv");
	many_notices();
	pid_t child = fork();
	if (child == 0) {
		/* Its own connection; the signal of the limit kills it in the midst of writing. */
		struct store *own = pgtest_store_again(&pg, NULL);
		struct dump_options o = { .dir = dir, .formats = DUMP_ALL, .clock = &now };

		if (setrlimit(RLIMIT_FSIZE, &small) == 0 && dump_write(own, &o, &r, NULL) < 0)
			_exit(1);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGXFSZ);
	hv_auto(hv_freep) char *after = content("joconde.csv");
	ck_assert_str_eq(after, before);
	ck_assert_int_eq(dump(DUMP_ALL, &r), 0);
	ck_assert_uint_eq(r.notices, 3004);
}
END_TEST

static bool yes(void *ctx)
{
	(void)ctx;
	return true;
}

START_TEST(a_dump_that_is_cancelled_leaves_nothing)
{
	struct dump_options o = { .dir = dir, .formats = DUMP_ALL, .clock = &now, .cancelled = yes };
	struct dump_result r;

	ck_assert_int_eq(dump_write(s, &o, &r, &err), HV_E_CANCELLED);
	ck_assert(!is_there("joconde.csv"));
	ck_assert_int_eq(dump(DUMP_ALL, &r), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("publish/dump");
	TCase *t = tcase_create("files");

	pgtest_begin(&pg);
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, open_catalogue, close_catalogue);
	tcase_add_test(t, the_catalogue_becomes_these_files);
	tcase_add_test(t, the_manifest_names_each_file_with_size_and_hash);
	tcase_add_test(t, twice_the_same_catalogue_gives_the_same_bytes);
	tcase_add_test(t, only_the_format_asked_for_is_written);
	tcase_add_test(t, an_empty_catalogue_is_a_header_and_no_line);
	tcase_add_test(t, a_notice_this_program_does_not_understand_stops_the_dump_by_name);
	tcase_add_test(t, a_disk_that_takes_no_more_leaves_the_former_dump);
	tcase_add_test(t, a_dump_killed_half_way_leaves_the_former_one_and_the_next_succeeds);
	tcase_add_test(t, a_dump_that_is_cancelled_leaves_nothing);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return pgtest_end(&pg, failed);
}
