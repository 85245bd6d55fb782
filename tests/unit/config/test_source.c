/*
 * tests/unit/config/test_source.c - one source file: its defaults, and the whole line by which each mistake
 * is told.
 */
#include "config/source.h"

#include "tests/unit/config/told.h"

#define TOP "source: s\nconnector: oai\nmapping: lido\nmuseums: [M9871]\n"
#define REFS "new_refs: {prefix: VB}\n" /* line 5 */

static struct arena *arena;
static struct problems problems;

static void setup(void)
{
	arena = arena_new((size_t)64 << 20);
	problems_init(&problems, arena);
}

static void teardown(void)
{
	arena_free(arena);
}

static struct cfg_source read_source(const char *text)
{
	struct cfg_source s;

	source_read(arena, "s", "s.yaml", yaml_parse(arena, "s.yaml", str_of(text), &problems), &s,
		    &problems);
	return s;
}

START_TEST(the_shortest_source_gets_every_default)
{
	struct cfg_source s = read_source(TOP REFS);

	ck_assert_str_eq(told(&problems), "");
	ck_assert_str_eq(s.name, "s");
	ck_assert_str_eq(s.title, "s");
	ck_assert_str_eq(s.connector, "oai");
	ck_assert_ptr_null(s.contact);
	ck_assert(s.enabled && s.match_inventory && s.create);
	ck_assert_int_eq(s.rank, 50);
	ck_assert_uint_eq(s.n_defaults, 0);
	ck_assert_ptr_null(s.official_ref);
	ck_assert_int_eq(s.new_refs.from, REF_DIGITS);
	ck_assert_ptr_null(s.schedule);
	ck_assert_ptr_null(s.full);
	ck_assert_int_eq(s.budget.time, 6 * 3600000);
	ck_assert_int_eq(s.budget.silence, 15 * 60000);
	ck_assert_int_eq(s.budget.memory, 256 << 20);
	ck_assert(s.errors.records == 0.01 && s.errors.fields == 0.05);
	ck_assert_int_eq(s.valves.floor, 20);
	ck_assert_int_eq(s.valves.zero_records, ZERO_FULL);
	ck_assert(s.valves.fewer_than_last == 0.1 && s.valves.disappearing == 0.01);
	ck_assert(s.valves.field_emptied == 0.02 && s.valves.field_changed == 0.3);
	ck_assert(s.valves.identity_changed == 0.005);
	ck_assert_int_eq(s.valves.first_contact, CONTACT_HOLD);
	ck_assert_int_eq(s.withdrawal.action, WITHDRAW_PROPOSE);
	ck_assert_int_eq(s.withdrawal.after, INT64_C(30) * 86400000);
	ck_assert_str_eq(s.report.language, "fr");
	ck_assert_uint_eq(s.report.to.n, 0);
	ck_assert_int_eq(s.report.every, REPORT_WEEK);
	ck_assert_ptr_null(s.section);
}
END_TEST

START_TEST(the_wire_gets_every_default)
{
	struct cfg_source s = read_source(TOP REFS);

	ck_assert_int_eq(s.http.rate, 500);
	ck_assert_int_eq(s.http.connect, 10000);
	ck_assert_int_eq(s.http.first_byte, 120000);
	ck_assert_int_eq(s.http.low_speed.bytes, 100);
	ck_assert_int_eq(s.http.low_speed.during, 60000);
	ck_assert_int_eq(s.http.page, 64 << 20);
	ck_assert_int_eq(s.http.record, 4 << 20);
	ck_assert_int_eq(s.http.retries, 6);
	ck_assert_int_eq(s.http.retry_after_max, 3600000);
	ck_assert_uint_eq(s.http.addresses.n, 0);
	ck_assert_ptr_null(s.http.tls_fingerprint);
	ck_assert_int_eq(s.http.auth, 0);
	ck_assert_ptr_null(s.http.auth_secret.reference);
}
END_TEST

START_TEST(the_section_of_the_connector_is_kept_raw)
{
	struct cfg_source s = read_source(TOP REFS "oai: {base_url: x, whatever: [1]}\n");

	ck_assert_str_eq(told(&problems), "");
	ck_assert(str_is(yaml_get(s.section, "base_url")->text, "x"));
	ck_assert_uint_eq(s.section->line, 6);
}
END_TEST

START_TEST(the_forms_of_auth_are_read)
{
	struct cfg_source bearer = read_source(TOP REFS "http: {auth: {bearer: 'env:T'}}\n");
	struct cfg_source header =
		read_source(TOP REFS "http: {auth: {header: X-API-KEY, value: 'file:/k'}}\n");
	struct cfg_source none = read_source(TOP REFS "http: {auth: none, tls: verify, addresses: public}\n");

	ck_assert_str_eq(told(&problems), "");
	ck_assert_int_eq(bearer.http.auth, 2);
	ck_assert_str_eq(bearer.http.auth_secret.env, "T");
	ck_assert_int_eq(header.http.auth, 3);
	ck_assert_str_eq(header.http.auth_name, "X-API-KEY");
	ck_assert_str_eq(header.http.auth_secret.file, "/k");
	ck_assert_int_eq(none.http.auth, 0);
}
END_TEST

START_TEST(an_address_list_may_name_public_ones_too)
{
	struct cfg_source s = read_source(TOP REFS "http: {addresses: [public, 10.1.2.3, 'fd00::1']}\n");

	ck_assert_str_eq(told(&problems), "");
	ck_assert_uint_eq(s.http.addresses.n, 2);
	ck_assert_str_eq(s.http.addresses.v[1], "fd00::1");
}
END_TEST

struct bad {
	const char *text, *told;
};

static const struct bad bads[] = {
	/* keys */
	{ TOP REFS "titel: x\n", "s.yaml:6:1: unknown key 'titel'; did you mean 'title'?\n" },
	{ TOP REFS "oia: {base_url: x}\n", "s.yaml:6:1: unknown key 'oia'; did you mean 'oai'?\n" },
	{ TOP REFS "csvfile: {path: x}\n",
	  "s.yaml:6:1: unknown section 'csvfile'; the only section of a connector here is 'oai'\n" },
	{ TOP REFS "oai: {a: b}\nopendata: {path: x}\n",
	  "s.yaml:7:1: unknown section 'opendata'; the only section of a connector here is 'oai'\n" },
	{ TOP REFS "http: {retrys: 3}\n", "s.yaml:6:8: unknown key 'retrys'; did you mean 'retries'?\n" },
	{ "source: s\nmapping: lido\nmuseums: [M9871]\n" REFS,
	  "s.yaml:1:1: the key 'connector' is missing (for example connector: oai)\n" },
	{ "create: false\n", "s.yaml:1:1: the key 'source' is missing (for example source: valombreuse-oai)\n"
			     "s.yaml:1:1: the key 'connector' is missing (for example connector: oai)\n"
			     "s.yaml:1:1: the key 'mapping' is missing (for example mapping: lido)\n"
			     "s.yaml:1:1: the key 'museums' is missing (for example museums: [M9871])\n" },
	{ "[]\n", "s.yaml:1:1: a map of keys is expected here, beginning with 'source: s'\n" },
	/* names */
	{ "source: other\nconnector: oai\nmapping: lido\nmuseums: [M9871]\n" REFS,
	  "s.yaml:1:9: 'source' must be the name of the file, 's', not 'other'\n" },
	{ "source: s\nconnector: O A I\nmapping: lido\nmuseums: [M9871]\n" REFS,
	  "s.yaml:2:12: 'O A I' is no name of a connector\n" },
	{ "source: s\nconnector: oai\nmapping: ../lido\nmuseums: [M9871]\n" REFS,
	  "s.yaml:3:10: 'mapping' must be the name of a mapping, without folder and .yaml, not '../lido'\n" },
	{ TOP REFS "contact: nobody\n", "s.yaml:6:10: 'contact' must be a mail address, not 'nobody'\n" },
	{ TOP REFS "report: {to: [a@b, c d@e]}\n", "s.yaml:6:14: 'c d@e' is no mail address\n" },
	{ TOP REFS "report: {language: en}\n",
	  "s.yaml:6:20: 'language' must be fr, not 'en': reports are written in French\n" },
	/* museums */
	{ "source: s\nconnector: oai\nmapping: lido\nmuseums: []\n" REFS,
	  "s.yaml:4:10: 'museums' is empty; name the MUSEO codes this source may write\n" },
	{ "source: s\nconnector: oai\nmapping: lido\nmuseums: [M9871, 9872, M98725]\n" REFS,
	  "s.yaml:4:18: '9872' is no MUSEO code; they are M and four digits, like M9871\n"
	  "s.yaml:4:24: 'M98725' is no MUSEO code; they are M and four digits, like M9871\n" },
	{ "source: s\nconnector: oai\nmapping: lido\nmuseums: m9871\n" REFS,
	  "s.yaml:4:10: 'm9871' is no MUSEO code; they are M and four digits, like M9871\n" },
	/* new REFs */
	{ TOP,
	  "s.yaml:1:1: the key 'prefix' of 'new_refs' is missing; give two or three letters for the REF of "
	  "new notices, or say create: false\n" },
	{ TOP "new_refs: {from: hash}\n",
	  "s.yaml:5:11: the key 'prefix' of 'new_refs' is missing; give two or three letters for the REF of "
	  "new notices, or say create: false\n" },
	{ TOP "new_refs: {prefix: PM}\n",
	  "s.yaml:5:20: 'prefix' must not be PM, which belongs to another base of POP\n" },
	{ TOP "new_refs: {prefix: M0}\n",
	  "s.yaml:5:20: 'prefix' must be two or three letters A-Z, not 'M0'\n" },
	{ TOP "new_refs: {prefix: V}\n",
	  "s.yaml:5:20: 'prefix' must be two or three letters A-Z, not 'V'\n" },
	{ TOP "new_refs: {prefix: VBXY}\n",
	  "s.yaml:5:20: 'prefix' must be two or three letters A-Z, not 'VBXY'\n" },
	{ TOP "new_refs: {prefix: vb}\n",
	  "s.yaml:5:20: 'prefix' must be two or three letters A-Z, not 'vb'\n" },
	{ TOP "new_refs: {prefix: VB, from: hsah}\n",
	  "s.yaml:5:30: 'from' must be digits or hash, not 'hsah'; did you mean 'hash'?\n" },
	/* values */
	{ TOP REFS "rank: 0\n", "s.yaml:6:7: 'rank' must be a whole number from 1 to 100, not '0'\n" },
	{ TOP REFS "rank: 101\n", "s.yaml:6:7: 'rank' must be a whole number from 1 to 100, not '101'\n" },
	{ TOP REFS "enabled: yes\n", "s.yaml:6:10: 'enabled' must be true or false, not 'yes'\n" },
	{ TOP REFS "schedule: 15 25 * * *\n", "s.yaml:6:11: 'schedule': '25' is no hour (0 to 23)\n" },
	{ TOP REFS "full: monthly\n",
	  "s.yaml:6:7: 'full': a timetable has five fields (minute hour day month weekday), not 1\n" },
	{ TOP REFS "valves: {floor: -1}\n",
	  "s.yaml:6:17: 'floor' must be a whole number from 0 to 1000000, not '-1'\n" },
	{ TOP REFS "http: {retries: 21}\n",
	  "s.yaml:6:17: 'retries' must be a whole number from 0 to 20, not '21'\n" },
	/* defaults */
	{ TOP REFS "defaults: [DOMN]\n", "s.yaml:6:11: 'defaults' must be a map from fields to values\n" },
	{ TOP REFS "defaults: {DOMN: {a: b}}\n", "s.yaml:6:18: 'DOMN' must be a list of texts, not a map\n" },
	{ TOP REFS "defaults:\n  DOMN: []\n  STAT:\n",
	  "s.yaml:7:3: 'DOMN' has no value; remove it or give one\n"
	  "s.yaml:8:3: 'STAT' has no value; remove it or give one\n" },
	{ TOP REFS "defaults_by_set: {x: [DOMN]}\n",
	  "s.yaml:6:22: 'x' must be a map from fields to values\n" },
	{ TOP REFS "defaults_by_set: x\n",
	  "s.yaml:6:18: 'defaults_by_set' must be a map from sets to maps of fields\n" },
	/* the wire */
	{ TOP REFS "http: {addresses: [localhost]}\n",
	  "s.yaml:6:20: 'addresses' must be public or a list of IP addresses; 'localhost' is none\n" },
	{ TOP REFS "http: {addresses: {a: b}}\n",
	  "s.yaml:6:19: 'addresses' must be public or a list of IP addresses\n" },
	{ TOP REFS "http: {tls: off}\n",
	  "s.yaml:6:13: 'tls' must be verify or {fingerprint: \"sha256:…\"}\n" },
	{ TOP REFS "http: {tls: {fingerprint: 'sha256:12'}}\n",
	  "s.yaml:6:27: 'fingerprint' must be sha256: and the 64 hexadecimal digits of the certificate\n" },
	{ TOP REFS "http: {tls: {}}\n",
	  "s.yaml:6:13: the key 'fingerprint' is missing (for example fingerprint: \"sha256:…\")\n" },
	{ TOP REFS "http: {auth: hunter2}\n",
	  "s.yaml:6:14: 'auth' must be none, or have exactly one of basic, bearer and header\n" },
	{ TOP REFS "http: {auth: {}}\n",
	  "s.yaml:6:14: 'auth' must be none, or have exactly one of basic, bearer and header\n" },
	{ TOP REFS "http: {auth: {bearer: hunter2}}\n",
	  "s.yaml:6:23: 'bearer' must be a reference, file:/PATH or env:NAME, never the secret itself\n" },
	{ TOP REFS "http: {auth: {bearer: 'env:A', header: X, value: 'env:B'}}\n",
	  "s.yaml:6:14: 'auth' must be none, or have exactly one of basic, bearer and header\n" },
	{ TOP REFS "http: {auth: {bearer: 'env:A', value: 'env:B'}}\n",
	  "s.yaml:6:32: 'value' belongs to 'header', which is missing\n" },
	{ TOP REFS "http: {auth: {header: X-Key}}\n",
	  "s.yaml:6:14: the key 'value' is missing (for example value: \"file:/run/secrets/key\")\n" },
	{ TOP REFS "http: {auth: {header: 'X: Y', value: 'env:B'}}\n",
	  "s.yaml:6:23: 'header' must be the name of an HTTP header\n" },
	{ TOP REFS "http: {auth: {basic: {user: x}}}\n",
	  "s.yaml:6:22: the key 'password' is missing (for example password: \"file:/run/secrets/x\")\n" },
	{ TOP REFS "http: {auth: {basic: {user: 'a:b', password: 'env:P'}}}\n",
	  "s.yaml:6:29: 'user' must not hold a colon\n" },
};

START_TEST(a_mistake_is_told_with_its_place)
{
	struct cfg_source s = read_source(bads[_i].text);

	ck_assert_str_eq(told(&problems), bads[_i].told);
	ck_assert(s.name && s.title && s.connector && s.mapping && s.report.language);
}
END_TEST

START_TEST(create_false_needs_no_prefix)
{
	struct cfg_source s = read_source(TOP "create: false\n");

	ck_assert_str_eq(told(&problems), "");
	ck_assert_ptr_null(s.new_refs.prefix);
}
END_TEST

START_TEST(a_file_that_is_no_yaml_still_gives_a_source)
{
	struct cfg_source s = read_source("a: [\n");

	ck_assert_uint_eq(problems.n, 1);
	ck_assert_str_eq(s.name, "s");
	ck_assert_str_eq(s.connector, "");
	ck_assert_int_eq(s.rank, 50);
	ck_assert_ptr_null(s.root);
}
END_TEST

START_TEST(a_file_name_has_few_characters)
{
	struct cfg_source s;

	source_read(arena, "S p", "S p.yaml",
		    yaml_parse(arena, "S p.yaml",
			       STR("source: S p\nconnector: oai\nmapping: m\nmuseums: M9871\n"
				   "create: false\n"),
			       &problems),
		    &s, &problems);
	ck_assert_str_eq(
		told(&problems),
		"S p.yaml: the name of a source file has 1 to 64 characters a-z 0-9 - _ before .yaml\n");
	ck_assert(!source_name_valid(STR("")));
	ck_assert(source_name_valid(STR("abcdefghijklmnopqrstuvwxyz0123456789-_abcdefghijklmnopqrstuvwxyz")));
	ck_assert(
		!source_name_valid(STR("abcdefghijklmnopqrstuvwxyz0123456789-_abcdefghijklmnopqrstuvwxyz1")));
	ck_assert(!source_name_valid(STR("a/b")));
}
END_TEST

/* A copy of a table is read with nothing but its own fallbacks: each must be a value one could write. */
static void walk(const struct cfg_field *f, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		ck_assert_msg(f[i].help || f[i].type == CFG_SECTION, "'%s' has no help", f[i].name);
		ck_assert_msg(!(f[i].fallback && f[i].optional), "'%s' has a fallback and is optional",
			      f[i].name);
		ck_assert_msg(f[i].fallback || f[i].optional || f[i].example || f[i].type == CFG_SECTION,
			      "'%s' is required and has no example", f[i].name);
		for (size_t j = 0; j < i; j++)
			ck_assert_str_ne(f[i].name, f[j].name);
		if (f[i].type == CFG_SECTION)
			walk(f[i].fields, f[i].n_fields);
	}
}

START_TEST(every_table_is_sound)
{
	walk(source_fields, source_fields_n);
	walk(main_fields, main_fields_n);
	walk(auth_fields, auth_fields_n);
}
END_TEST

static void add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, the_shortest_source_gets_every_default);
	tcase_add_test(t, the_wire_gets_every_default);
	tcase_add_test(t, the_section_of_the_connector_is_kept_raw);
	tcase_add_test(t, the_forms_of_auth_are_read);
	tcase_add_test(t, an_address_list_may_name_public_ones_too);
	tcase_add_loop_test(t, a_mistake_is_told_with_its_place, 0, HV_LEN(bads));
	tcase_add_test(t, create_false_needs_no_prefix);
	tcase_add_test(t, a_file_that_is_no_yaml_still_gives_a_source);
	tcase_add_test(t, a_file_name_has_few_characters);
	tcase_add_test(t, every_table_is_sound);
}

int main(void)
{
	return run_tests("source", add);
}
