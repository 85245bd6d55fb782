/*
 * Tests of run/convert.c and run/bind.c: a source file bound to what it names; a record to a claim or a
 * refusal.
 */
#include "harvester/run/convert.h"

#include <sys/stat.h>

#include "harvester/io/xml.h"
#include "tests/support/pgtest.h"
#include "tests/support/suite.h"

static char dir[64];
static struct config *config;
static struct arena *arena;
static struct bound bound;
static struct problems problems;
static struct convert *convert;
static struct converted got;
static struct hv_err err;

static void put(const char *name, const char *text)
{
	char path[160];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	FILE *f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

static const char mapping[] =
	"mapping: essai\nfor: xml\nroot: objet\nfields:\n"
	"  INV: {from: inv}\n  TITR: {from: titre}\n  DENO: {from: deno}\n  DOMN: {from: domn}\n"
	"  STAT: {from: stat}\n  DEPO: {from: depo}\n  MUSEO: {from: museo}\n"
	"  DESC: {from: desc, when_empty: erase}\n";

/* Bind a source with these further lines; the number of problems. */
static size_t bind(const char *lines)
{
	char path[96], text[8192];

	if (!*dir) {
		xml_global_init();
		pgtest_folder(dir, sizeof(dir));
		(void)snprintf(path, sizeof(path), "%s/sources", dir);
		ck_assert_int_eq(mkdir(path, 0755), 0);
		(void)snprintf(path, sizeof(path), "%s/mappings", dir);
		ck_assert_int_eq(mkdir(path, 0755), 0);
		put("mappings/essai.yaml", mapping);
		put("harvester.yaml", "store: {url: private}\n");
		arena = arena_new(64u << 20);
	}
	(void)snprintf(text, sizeof(text),
		       "source: essai\nmapping: essai\nmuseums: [M9871, M9873]\nnew_refs: {prefix: VB, from: "
		       "digits}\n%s",
		       lines);
	put("sources/essai.yaml", text);
	convert_free(convert);
	convert = NULL;
	bound_release(&bound);
	config_free(config);
	ck_assert_int_eq(config_load(dir, &config, &err), 0);
	problems_init(&problems, arena);
	ck_assert_int_eq(bind_source(config, &config->sources[0], arena, &problems, &bound, &err), 0);
	return problems.errors;
}

#define FILE_SOURCE "connector: example\nexample: {path: /nowhere}\n"
#define DEFAULTS \
	FILE_SOURCE "defaults: {MUSEO: [M9871], DOMN: [peinture], STAT: [propriété de la commune, don]}\n"

static void ready(const char *lines)
{
	size_t errors = bind(lines);

	ck_assert_msg(errors == 0, "%s", errors ? problems.v[0].text : "");
	ck_assert_msg(convert_new(&bound, false, &convert, &err) == 0, "%s", err.text);
}

static void record(const char *inner, const char *set, const char *former)
{
	char body[4096];
	struct str sets[] = { str_of(set) };
	struct record r = { .external_id = STR("1"), .sets = sets, .n_sets = set != NULL };

	(void)snprintf(body, sizeof(body), "<objet>%s</objet>", inner);
	r.body = arena_str(arena, str_of(body));
	ck_assert_msg(convert_record(convert, &r, former ? str_of(former) : STR_NONE, false, arena, &got,
				     &err) == 0,
		      "%s", err.text);
}

static const char *claim(void)
{
	static struct buf b = BUF_INIT(1u << 20);

	ck_assert_msg(!got.rejected, "%s: %.*s", got.rejected ? got.rejected : "", STR_ARG(got.reason));
	buf_clear(&b);
	claim_write(&b, &got.mapped.claim);
	return buf_cstr(&b);
}

static void refused(const char *code, const char *field)
{
	ck_assert_ptr_nonnull(got.rejected);
	ck_assert_str_eq(got.rejected, code);
	ck_assert_str_eq(got.field, field);
	ck_assert_uint_gt(got.reason.n, 20);
}

#define FILLED "\"MUSEO\":[\"M9871\"],\"STAT\":[\"propriété de la commune\",\"don\"]"

START_TEST(defaults_fill_what_the_record_leaves_silent_and_are_marked)
{
	ready(DEFAULTS);
	record("<inv>1</inv>", NULL, NULL);
	ck_assert_str_eq(claim(), "{\"DESC\":[],\"DOMN\":[\"peinture\"],\"INV\":[\"1\"]," FILLED
				  ",\"default\":[\"DOMN\",\"MUSEO\",\"STAT\"]}");
	record("<inv>1</inv><domn>dessin</domn><desc>d</desc>", NULL, NULL);
	ck_assert_str_eq(claim(), "{\"DESC\":[\"d\"],\"DOMN\":[\"dessin\"],\"INV\":[\"1\"]," FILLED
				  ",\"default\":[\"MUSEO\",\"STAT\"]}");
}
END_TEST

START_TEST(a_default_of_a_set_wins_and_speaks_for_its_subsets_only)
{
	ready(DEFAULTS "defaults_by_set: {\"arts:dessins\": {DOMN: dessin}, \"arts\": {DENO: oeuvre}}\n");
	ck_assert(bound.sets_matter);
	record("<inv>1</inv>", "arts:dessins:rares", NULL);
	ck_assert_ptr_nonnull(strstr(claim(), "\"DENO\":[\"oeuvre\"],\"DESC\":[],\"DOMN\":[\"dessin\"]"));
	record("<inv>1</inv>", "arts:dessinsx", NULL);
	ck_assert_ptr_nonnull(strstr(claim(), "\"DENO\":[\"oeuvre\"],\"DESC\":[],\"DOMN\":[\"peinture\"]"));
	record("<inv>1</inv>", "art", NULL);
	ck_assert_ptr_null(strstr(claim(), "DENO"));
}
END_TEST

START_TEST(sets_belong_to_the_hash_only_where_a_default_depends_on_them)
{
	struct str a[] = { STR("a") }, b[] = { STR("b") };
	struct record x = { .body = STR("<objet/>"), .sets = a, .n_sets = 1 },
		      y = { .body = STR("<objet/>"), .sets = b, .n_sets = 1 };

	ready(DEFAULTS);
	struct sha256 h = convert_hash(convert, &x), k = convert_hash(convert, &y);
	ck_assert(sha256_eq(&h, &k));
	ready(DEFAULTS "defaults_by_set: {a: {DOMN: dessin}}\n");
	h = convert_hash(convert, &x);
	k = convert_hash(convert, &y);
	ck_assert(!sha256_eq(&h, &k));
}
END_TEST

START_TEST(a_deposit_is_not_given_the_status_of_the_house)
{
	ready(DEFAULTS);
	record("<inv>1</inv><depo>musée de Brumeval</depo>", NULL, NULL);
	refused("mandatory_missing", "STAT");
	record("<inv>1</inv><depo>musée de Brumeval</depo><stat>dépôt</stat>", NULL, NULL);
	ck_assert_ptr_nonnull(strstr(claim(), "\"STAT\":[\"dépôt\"]"));
}
END_TEST

START_TEST(each_mandatory_field_is_missed_by_its_name)
{
	ready(FILE_SOURCE);
	record("<inv>1</inv><stat>s</stat><museo>M9871</museo>", NULL, NULL);
	refused("mandatory_missing", "DOMN");
	record("<domn>d</domn><stat>s</stat><museo>M9871</museo>", NULL, NULL);
	refused("mandatory_missing", "INV");
	record("<domn>d</domn><inv>1</inv><stat>s</stat>", NULL, NULL);
	refused("mandatory_missing", "MUSEO");
	record("<domn>d</domn><inv>1</inv><museo>M9871</museo>", NULL, NULL);
	refused("mandatory_missing", "STAT");
	record("<domn>d</domn><inv>1</inv><inv>2</inv><stat>s</stat><museo>M9871</museo>", NULL, NULL);
	refused("mandatory_not_understood", "INV");
}
END_TEST

START_TEST(a_museum_that_the_source_may_not_write_is_refused_with_those_it_may)
{
	ready(DEFAULTS);
	record("<inv>1</inv><museo>M9999</museo>", NULL, NULL);
	refused("museum_not_allowed", "MUSEO");
	ck_assert_ptr_nonnull(strstr(got.reason.p, "M9871, M9873"));
	record("<inv>1</inv><museo>M9873</museo>", NULL, NULL);
	ck_assert_ptr_nonnull(strstr(claim(), "\"MUSEO\":[\"M9873\"]"));
	record("<inv>1</inv><museo>M987</museo>", NULL, NULL);
	refused("museum_not_allowed", "MUSEO");
}
END_TEST

START_TEST(a_value_not_understood_keeps_the_former_one_but_never_a_former_default)
{
	ready(DEFAULTS);
	record("<inv>1</inv><titre>a</titre><titre>b</titre>", NULL,
	       "{\"INV\":[\"0\"],\"TITR\":[\"ancien\"]}");
	ck_assert_ptr_nonnull(strstr(claim(), "\"TITR\":[\"ancien\"]"));
	ck_assert_ptr_nonnull(strstr(claim(), "\"failed\":[\"TITR\"]"));
	ck_assert_ptr_nonnull(strstr(claim(), "\"INV\":[\"1\"]"));
	ck_assert_uint_eq(got.mapped.fields_failed, 1);
	record("<inv>1</inv><titre>a</titre><titre>b</titre>", NULL, NULL);
	ck_assert_ptr_null(strstr(claim(), "\"TITR\":["));
	record("<inv>1</inv><titre>a</titre><titre>b</titre>", NULL,
	       "{\"TITR\":[\"d\"],\"default\":[\"TITR\"]}");
	ck_assert_ptr_null(strstr(claim(), "\"TITR\":[\"d\"]"));
	record("<inv>1</inv><inv>2</inv>", NULL, "{\"INV\":[\"0\"]}");
	ck_assert_ptr_nonnull(strstr(claim(), "\"INV\":[\"0\"]"));
}
END_TEST

START_TEST(a_record_that_the_connector_found_faulty_is_refused_as_it_said)
{
	struct record r = { .fault = "no_metadata",
			    .fault_reason = STR("La notice n'a pas de contenu du tout.") };

	ready(DEFAULTS);
	ck_assert_int_eq(convert_record(convert, &r, STR_NONE, false, arena, &got, &err), 0);
	refused("no_metadata", "");
	r = (struct record){ .external_id = STR("1"), .body = STR("<objet><inv>1</objet>") };
	ck_assert_int_eq(convert_record(convert, &r, STR_NONE, false, arena, &got, &err), 0);
	ck_assert_ptr_nonnull(got.rejected);
	r.body = STR_NONE;
	ck_assert_int_eq(convert_record(convert, &r, STR_NONE, false, arena, &got, &err), 0);
	ck_assert_ptr_nonnull(got.rejected);
}
END_TEST

/* ---- bind ---- */

START_TEST(what_a_source_names_must_be_there)
{
	ck_assert_uint_gt(bind("connector: exemple\n"), 0);
	ck_assert_ptr_nonnull(strstr(problems.v[0].text, "example"));
	ck_assert_uint_gt(bind("connector: example\n"), 0); /* its section lacks the path */
	ck_assert_uint_gt(bind(FILE_SOURCE "defaults: {AUTRE: [x]}\n"), 0);
	ck_assert_ptr_nonnull(strstr(problems.v[0].text, "AUTR"));
	ck_assert_uint_gt(bind(FILE_SOURCE "defaults: {REF: [x]}\n"), 0);
	ck_assert_uint_gt(bind(FILE_SOURCE "defaults: {REFPAL: [x]}\n"), 0);
	ck_assert_uint_gt(bind(FILE_SOURCE "defaults: {MUSEO: [M9871, M9873]}\n"), 0);
	ck_assert_uint_eq(bind(DEFAULTS), 0);
	ck_assert_ptr_nonnull(bound.mapping);
}
END_TEST

START_TEST(the_fingerprint_changes_with_whatever_changes_a_claim_and_with_nothing_else)
{
	static const char *const others[] = {
		FILE_SOURCE
		"defaults: {MUSEO: [M9871], DOMN: [dessin], STAT: [propriété de la commune, don]}\n",
		FILE_SOURCE
		"defaults: {MUSEO: [M9871], DOMN: [peinture], STAT: [\"propriété de la commune,don\"]}\n",
		FILE_SOURCE
		"defaults: {MUSEO: [M9873], DOMN: [peinture], STAT: [propriété de la commune, don]}\n",
		DEFAULTS "defaults_by_set: {a: {DOMN: dessin}}\n",
		DEFAULTS "defaults_by_set: {b: {DOMN: dessin}}\n",
	};
	int64_t seen[HV_LEN(others) + 1];

	ck_assert_uint_eq(bind(DEFAULTS), 0);
	seen[0] = bound.fingerprint;
	for (size_t i = 0; i < HV_LEN(others); i++) {
		ck_assert_uint_eq(bind(others[i]), 0);
		seen[i + 1] = bound.fingerprint;
		for (size_t k = 0; k <= i; k++)
			ck_assert_int_ne(seen[i + 1], seen[k]);
	}
	ck_assert_uint_eq(bind(DEFAULTS "title: Autre\nrank: 7\nschedule: \"1 2 * * *\"\n# un mot\n"), 0);
	ck_assert_int_eq(bound.fingerprint, seen[0]);
}
END_TEST

static void clean(void)
{
	if (*dir)
		pgtest_remove(dir);
}

int main(void)
{
	Suite *s = suite_create("convert");
	TCase *t = tcase_create("convert");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, NULL, clean);
	tcase_add_test(t, defaults_fill_what_the_record_leaves_silent_and_are_marked);
	tcase_add_test(t, a_default_of_a_set_wins_and_speaks_for_its_subsets_only);
	tcase_add_test(t, sets_belong_to_the_hash_only_where_a_default_depends_on_them);
	tcase_add_test(t, a_deposit_is_not_given_the_status_of_the_house);
	tcase_add_test(t, each_mandatory_field_is_missed_by_its_name);
	tcase_add_test(t, a_museum_that_the_source_may_not_write_is_refused_with_those_it_may);
	tcase_add_test(t, a_value_not_understood_keeps_the_former_one_but_never_a_former_default);
	tcase_add_test(t, a_record_that_the_connector_found_faulty_is_refused_as_it_said);
	tcase_add_test(t, what_a_source_names_must_be_there);
	tcase_add_test(t, the_fingerprint_changes_with_whatever_changes_a_claim_and_with_nothing_else);
	suite_add_tcase(s, t);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? 1 : 0;
}
