/*
 * tests/unit/config/test_field.c - the reader fills a struct of every type, tells every problem with its
 * place and goes on; the printer shows the same table.
 */
#include "config/field.h"

#include "tests/unit/config/told.h"

struct inner {
	int64_t depth;
	const char *word;
};

struct all {
	const char *text, *url, *cron, *need;
	struct cfg_list list;
	bool flag;
	int64_t number, duration, bytes, rate;
	double share;
	int word;
	struct cfg_secret secret;
	struct inner inner;
	const struct yaml *raw;
};

static const char *const words[] = { "propose", "apply", "never", NULL };

static const struct cfg_field inner_fields[] = {
	{ .name = "depth",
	  .type = CFG_NUMBER,
	  .offset = offsetof(struct inner, depth),
	  .fallback = "3",
	  .min = 1,
	  .max = 9,
	  .help = "How deep." },
	{ .name = "word", .type = CFG_TEXT, .offset = offsetof(struct inner, word), .help = "A | word." },
};

static const struct cfg_field fields[] = {
	{ .name = "text", .type = CFG_TEXT, .offset = offsetof(struct all, text), .fallback = "none" },
	{ .name = "list", .type = CFG_LIST, .offset = offsetof(struct all, list), .fallback = "[]" },
	{ .name = "flag", .type = CFG_BOOL, .offset = offsetof(struct all, flag), .fallback = "true" },
	{ .name = "number", .type = CFG_NUMBER, .offset = offsetof(struct all, number), .fallback = "7" },
	{ .name = "duration",
	  .type = CFG_DURATION,
	  .offset = offsetof(struct all, duration),
	  .fallback = "6h" },
	{ .name = "bytes", .type = CFG_BYTES, .offset = offsetof(struct all, bytes), .fallback = "64 MiB" },
	{ .name = "share", .type = CFG_SHARE, .offset = offsetof(struct all, share), .fallback = "50 %" },
	{ .name = "rate", .type = CFG_RATE, .offset = offsetof(struct all, rate), .fallback = "2 / s" },
	{ .name = "url", .type = CFG_URL, .offset = offsetof(struct all, url), .optional = true },
	{ .name = "word",
	  .type = CFG_WORD,
	  .offset = offsetof(struct all, word),
	  .fallback = "apply",
	  .words = words },
	{ .name = "cron", .type = CFG_CRON, .offset = offsetof(struct all, cron), .fallback = "none" },
	{ .name = "secret", .type = CFG_SECRET, .offset = offsetof(struct all, secret), .optional = true },
	{ .name = "inner",
	  .type = CFG_SECTION,
	  .offset = offsetof(struct all, inner),
	  .fields = inner_fields,
	  .n_fields = HV_LEN(inner_fields) },
	{ .name = "raw", .type = CFG_RAW, .offset = offsetof(struct all, raw), .optional = true },
	{ .name = "need", .type = CFG_TEXT, .offset = offsetof(struct all, need), .example = "need: x" },
};

static struct arena *arena;
static struct problems problems;

static void setup(void)
{
	arena = arena_new((size_t)16 << 20);
	problems_init(&problems, arena);
}

static void teardown(void)
{
	arena_free(arena);
}

static struct all read_all(const char *text)
{
	struct all all = { 0 };

	cfg_read(arena, yaml_parse(arena, "f", str_of(text), &problems), fields, HV_LEN(fields), &all,
		 &problems);
	return all;
}

#define ENOUGH "need: n\ninner: {word: w}\n"

START_TEST(what_is_missing_gets_its_fallback)
{
	struct all a = read_all(ENOUGH "flag:\nnumber: ~\n");

	ck_assert_str_eq(told(&problems), "");
	ck_assert_str_eq(a.text, "none");
	ck_assert_uint_eq(a.list.n, 0);
	ck_assert(a.flag);
	ck_assert_int_eq(a.number, 7);
	ck_assert_int_eq(a.duration, 21600000);
	ck_assert_int_eq(a.bytes, 67108864);
	ck_assert(a.share == 0.5);
	ck_assert_int_eq(a.rate, 500);
	ck_assert_int_eq(a.word, 1);
	ck_assert_ptr_null(a.url);
	ck_assert_ptr_null(a.cron);
	ck_assert_ptr_null(a.secret.reference);
	ck_assert_ptr_null(a.raw);
	ck_assert_int_eq(a.inner.depth, 3);
	ck_assert_str_eq(a.inner.word, "w");
}
END_TEST

START_TEST(every_type_is_read)
{
	struct all a = read_all("text: été\nlist: [a, 'b c']\nflag: false\nnumber: -5\nduration: 30s\n"
				"bytes: 100\nshare: 0.5 %\nrate: 30 / min\nurl: https://h/\nword: never\n"
				"cron: '15 1 * * *'\nsecret: env:X_1\ninner: {depth: 9, word: z}\n"
				"raw: {k: v}\nneed: n\n");

	ck_assert_str_eq(told(&problems), "");
	ck_assert_str_eq(a.text, "été");
	ck_assert_uint_eq(a.list.n, 2);
	ck_assert_str_eq(a.list.v[1], "b c");
	ck_assert(!a.flag);
	ck_assert_int_eq(a.number, -5);
	ck_assert_int_eq(a.duration, 30000);
	ck_assert_int_eq(a.bytes, 100);
	ck_assert(a.share == 0.005);
	ck_assert_int_eq(a.rate, 2000);
	ck_assert_str_eq(a.url, "https://h/");
	ck_assert_int_eq(a.word, 2);
	ck_assert_str_eq(a.cron, "15 1 * * *");
	ck_assert_str_eq(a.secret.reference, "env:X_1");
	ck_assert_str_eq(a.secret.env, "X_1");
	ck_assert_ptr_null(a.secret.file);
	ck_assert_uint_eq(a.secret.where->line, 12);
	ck_assert_int_eq(a.inner.depth, 9);
	ck_assert(str_is(yaml_get(a.raw, "k")->text, "v"));
}
END_TEST

START_TEST(a_single_text_is_a_list_of_one)
{
	struct all a = read_all(ENOUGH "list: solo\n");

	ck_assert_uint_eq(a.list.n, 1);
	ck_assert_str_eq(a.list.v[0], "solo");
}
END_TEST

struct bad {
	const char *text, *told;
};

static const struct bad bads[] = {
	{ ENOUGH "titel: x\n", "f:3:1: unknown key 'titel'; known here: text, list, flag, number, duration, "
			       "bytes, share, rate, url, word, cron, secret, inner, raw, need\n" },
	{ ENOUGH "txet: x\n", "f:3:1: unknown key 'txet'; did you mean 'text'?\n" },
	{ ENOUGH "Number: 1\n", "f:3:1: unknown key 'Number'; did you mean 'number'?\n" },
	{ "need: n\ninner: {word: w, dept: 1}\n", "f:2:18: unknown key 'dept'; did you mean 'depth'?\n" },
	{ "need: n\ninner: {}\n", "f:2:8: the key 'word' is missing\n" },
	{ "need: n\n", "f:1:1: the key 'word' is missing\n" },
	{ "inner: {word: w}\n", "f:1:1: the key 'need' is missing (for example need: x)\n" },
	{ "need: n\ninner: 5\n", "f:2:8: 'inner' must be a map of keys, not a text\n" },
	{ "need: n\ninner: [1]\n", "f:2:8: 'inner' must be a map of keys, not a list\n" },
	{ "- 1\n", "f:1:1: a map of keys is expected here, not a list\n" },
	{ "text\n", "f:1:1: a map of keys is expected here, not a text\n" },
	{ ENOUGH "text: [a]\n", "f:3:7: 'text' must be a single value, not a list\n" },
	{ ENOUGH "number: {a: 1}\n", "f:3:9: 'number' must be a single value, not a map\n" },
	{ ENOUGH "flag: yes\n", "f:3:7: 'flag' must be true or false, not 'yes'\n" },
	{ ENOUGH "flag: True\n", "f:3:7: 'flag' must be true or false, not 'True'\n" },
	{ ENOUGH "number: 1.5\n", "f:3:9: 'number' must be a whole number, not '1.5'\n" },
	{ "need: n\ninner: {word: w, depth: 10}\n",
	  "f:2:25: 'depth' must be a whole number from 1 to 9, not '10'\n" },
	{ ENOUGH "duration: 10\n",
	  "f:3:11: 'duration' must be a duration like 500ms, 30s, 15m, 6h or 30d, not '10'\n" },
	{ ENOUGH "bytes: 64 MB\n",
	  "f:3:8: 'bytes' must be a number of bytes like 512 KiB, 64 MiB or 1 GiB, not '64 MB'\n" },
	{ ENOUGH "share: 0.1\n", "f:3:8: 'share' must be a share like 10 % or 0.5 %, not '0.1'\n" },
	{ ENOUGH "rate: 2\n", "f:3:7: 'rate' must be a rate like 2 / s or 30 / min, not '2'\n" },
	{ ENOUGH "url: https://u:hunter2@h/\n",
	  "f:3:6: 'url' is no usable address: user and password do not belong in an address; use "
	  "http.auth\n" },
	{ ENOUGH "word: nevr\n",
	  "f:3:7: 'word' must be propose, apply or never, not 'nevr'; did you mean 'never'?\n" },
	{ ENOUGH "word: x\n", "f:3:7: 'word' must be propose, apply or never, not 'x'\n" },
	{ ENOUGH "cron: 1 2 3\n",
	  "f:3:7: 'cron': a timetable has five fields (minute hour day month weekday), not 3\n" },
	{ ENOUGH "secret: hunter2\n",
	  "f:3:9: 'secret' must be a reference, file:/PATH or env:NAME, never the secret itself\n" },
	{ ENOUGH "secret: file:relative\n",
	  "f:3:9: 'secret' must be a reference, file:/PATH or env:NAME, never the secret itself\n" },
	{ ENOUGH "secret: env:not a name\n",
	  "f:3:9: 'secret' must be a reference, file:/PATH or env:NAME, never the secret itself\n" },
	{ ENOUGH "list: {a: 1}\n", "f:3:7: 'list' must be a list of texts, not a map\n" },
	{ ENOUGH "list: [a, [b], ~, {c: d}]\n",
	  "f:3:11: 'list' must be a list of texts; this item is a list\n"
	  "f:3:16: an item of 'list' is empty\n"
	  "f:3:19: 'list' must be a list of texts; this item is a map\n" },
};

START_TEST(a_bad_value_is_told_with_its_place)
{
	read_all(bads[_i].text);
	ck_assert_str_eq(told(&problems), bads[_i].told);
}
END_TEST

START_TEST(a_bad_value_gets_the_fallback_and_the_rest_is_read)
{
	struct all a = read_all(ENOUGH "number: x\nduration: y\nbytes: 5\n");

	ck_assert_uint_eq(problems.n, 2);
	ck_assert_int_eq(a.number, 7);
	ck_assert_int_eq(a.duration, 21600000);
	ck_assert_int_eq(a.bytes, 5);
}
END_TEST

START_TEST(an_optional_section_that_is_absent_stays_zero)
{
	const struct cfg_field section = { .name = "inner",
					   .type = CFG_SECTION,
					   .optional = true,
					   .fields = inner_fields,
					   .n_fields = HV_LEN(inner_fields) };
	struct inner in = { 0 };

	cfg_read(arena, yaml_parse(arena, "f", STR(""), &problems), &section, 1, &in, &problems);
	ck_assert_uint_eq(problems.n, 0);
	ck_assert_int_eq(in.depth, 0);
}
END_TEST

START_TEST(without_a_map_everything_gets_its_fallback_in_silence)
{
	struct all a = { 0 };

	cfg_read(arena, NULL, fields, HV_LEN(fields), &a, &problems);
	ck_assert_uint_eq(problems.n, 0);
	ck_assert_int_eq(a.number, 7);
	ck_assert_ptr_null(a.need);
}
END_TEST

START_TEST(the_reference_shows_key_form_default_and_meaning)
{
	hv_auto(buf_release) struct buf out = BUF_INIT(1 << 16);

	cfg_reference(&out, fields + 9, 4, "x.");
	ck_assert_str_eq(buf_cstr(&out), "| `x.word` | `propose`, `apply` or `never` | `apply` |  |\n"
					 "| `x.cron` | timetable | `none` |  |\n"
					 "| `x.secret` | secret by reference | none |  |\n"
					 "| `x.inner.depth` | whole number, 1 to 9 | `3` | How deep. |\n"
					 "| `x.inner.word` | text | **required** | A \\| word. |\n");
}
END_TEST

START_TEST(memory_that_runs_out_is_survived)
{
	for (size_t n = 0; n < 80; n++) {
		struct arena *small = arena_new((size_t)1 << 20);
		struct problems p;
		struct all a = { 0 };

		problems_init(&p, small);
		const struct yaml *y = yaml_parse(small, "f", STR("x: 1\nlist: [a]\ninner: {}\n"), &p);
		arena_fail_at(small, n);
		cfg_read(small, y, fields, HV_LEN(fields), &a, &p);
		arena_free(small);
	}
}
END_TEST

static void add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, what_is_missing_gets_its_fallback);
	tcase_add_test(t, every_type_is_read);
	tcase_add_test(t, a_single_text_is_a_list_of_one);
	tcase_add_loop_test(t, a_bad_value_is_told_with_its_place, 0, HV_LEN(bads));
	tcase_add_test(t, a_bad_value_gets_the_fallback_and_the_rest_is_read);
	tcase_add_test(t, an_optional_section_that_is_absent_stays_zero);
	tcase_add_test(t, without_a_map_everything_gets_its_fallback_in_silence);
	tcase_add_test(t, the_reference_shows_key_form_default_and_meaning);
	tcase_add_test(t, memory_that_runs_out_is_survived);
}

int main(void)
{
	return run_tests("field", add);
}
