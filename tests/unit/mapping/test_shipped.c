/*
 * The shipped mappings: their own tests, the record of the design's example, and real records when they are
 * at hand (they are not part of the repository).
 */
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/mapping/given.h"

static const struct config shipped = { .dir = "/nonexistent", .shipped = "config/default" };

static void begin(struct given *g, const char *name)
{
	given_begin(g, 32u << 20);
	ck_assert_int_eq(mapping_load(&shipped, name, &g->problems, &g->m, &g->err), 0);
	ck_assert_msg(g->m && g->problems.n == 0, "%s", given_told(g));
}

static const char *const names[] = { "lido", "oai_dc" };

START_TEST(a_shipped_mapping_has_no_problems_and_passes_its_own_tests)
{
	struct given g;
	struct mapping_tests t;
	hv_auto(buf_release) struct buf out = BUF_INIT(1 << 20);

	begin(&g, names[_i]);
	ck_assert_int_eq(mapping_run_tests(g.m, &t, &out, &g.err), 0);
	ck_assert_msg(t.failed == 0, "%s", buf_cstr(&out));
	ck_assert_uint_ge(t.passed, 2);
	given_end(&g);
}
END_TEST

/* A file's bytes in the arena of the test; {NULL,0} when it is not there. */
static struct str file_of(struct given *g, const char *path)
{
	hv_auto(hv_fclosep) FILE *f = fopen(path, "rb");
	struct stat st;

	if (!f || fstat(fileno(f), &st) < 0 || st.st_size > (4 << 20))
		return STR_NONE;
	char *p = arena_alloc(g->told, (size_t)st.st_size + 1);
	ck_assert_ptr_nonnull(p);
	return (struct str){ p, fread(p, 1, (size_t)st.st_size, f) };
}

START_TEST(the_record_of_the_example_becomes_its_claim)
{
	struct given g;
	hv_auto(buf_release) struct buf b = BUF_INIT(1 << 16);

	begin(&g, "lido");
	struct str body = file_of(&g, "config/default/mappings/tests/lido-pont.xml");
	given_record(&g, arena_strndup(g.told, body.p, body.n));
	ck_assert_ptr_null(g.r.rejected);
	claim_write(&b, &g.r.claim);
	ck_assert_str_eq(buf_cstr(&b),
			 "{\"AUTR\":[\"MERCIER Jeanne (peintre)\"],\"DENO\":[\"toile\"],"
			 "\"INV\":[\"1923.4.12\"],\"MILL\":[\"1853\"],\"TITR\":[\"Le Pont de pierre\"]}");
	ck_assert_str_eq(given_notes(&g), "");
	given_end(&g);
}
END_TEST

START_TEST(a_test_that_fails_prints_every_step)
{
	struct given g;
	struct mapping_tests t;
	hv_auto(buf_release) struct buf out = BUF_INIT(1 << 20);
	char dir[] = "/tmp/mapping-XXXXXX", path[64];

	given_begin(&g, 1 << 20);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/x.xml", dir);
	hv_auto(hv_fclosep) FILE *f = fopen(path, "wb");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_gt(fputs("<r><n>Mercier, Jeanne</n></r>", f), 0);
	ck_assert_int_eq(fflush(f), 0);
	(void)snprintf(path, sizeof(path), "%s/m.yaml", dir);
	ck_assert_int_eq(mapping_compile(NULL, path,
					 STR("for: xml\nroot: r\nfields:\n  AUTR: {from: n, do: [person]}\n"
					     "tests:\n  - given: x.xml\n    expect: {AUTR: Jeanne}\n"
					     "  - given: x.xml\n    expect_rejected: no_root\n"),
					 &g.problems, &g.m, &g.err),
			 0);
	ck_assert_int_eq(mapping_run_tests(g.m, &t, &out, &g.err), 0);
	ck_assert_uint_eq(t.failed, 2);
	ck_assert_ptr_nonnull(
		strstr(buf_cstr(&out), "m.yaml:7: AUTR is [\"MERCIER Jeanne\"], expected [\"Jeanne\"]\n"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&out), "m.yaml:4: from n -> [\"Mercier, Jeanne\"]\n"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&out), "m.yaml:4: person -> [\"MERCIER Jeanne\"]\n"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&out), "x.xml is accepted, expected no_root\n"));
	(void)snprintf(path, sizeof(path), "%s/x.xml", dir);
	(void)unlink(path);
	(void)rmdir(dir);
	given_end(&g);
}
END_TEST

/* The files whose one live record has no inventory number (tests/acceptance/lido-quarantine-expected.tsv). */
static const char *const without_number[] = { "ddb_Deutsche_Fotothek.xml",
					      "ddb_Ethnologisches_Museum.xml",
					      "ddb_Herzog_Anton_Ulrich.xml",
					      "ddb_Bildarchiv_Foto_Marburg.xml",
					      "vkc_msk.xml",
					      "vkc.xml" };

static bool is_without_number(const char *name)
{
	for (size_t i = 0; i < HV_LEN(without_number); i++)
		if (strcmp(name, without_number[i]) == 0)
			return true;
	return false;
}

#define SAMPLES "../shared/samples/oai/lido"

START_TEST(of_real_records_exactly_those_without_a_number_are_refused)
{
	struct given g;
	DIR *d = opendir(SAMPLES);
	size_t mapped = 0, refused = 0;

	if (!d) {
		printf("SKIP: no real records under %s\n", SAMPLES);
		return;
	}
	begin(&g, "lido");
	for (struct dirent *e; (e = readdir(d));) {
		char path[512];

		(void)snprintf(path, sizeof(path), SAMPLES "/%s", e->d_name);
		struct str body = e->d_name[0] == '.' ? STR_NONE : file_of(&g, path);
		if (body.n == 0 || strncmp(e->d_name, "fi_rm", 5) == 0) /* no namespace: counted by nobody */
			continue;
		arena_reset(g.record);
		ck_assert_int_eq(mapping_apply(g.m, body, NULL, g.record, &g.r, &g.err), 0);
		if (g.r.rejected &&
		    (strcmp(g.r.rejected, "several_roots") == 0 || strcmp(g.r.rejected, "no_root") == 0 ||
		     strcmp(g.r.rejected, "not_xml") == 0))
			continue; /* pages of many records, and two that are no LIDO: not this room's matter
				   */
		bool missing = g.r.rejected && strcmp(g.r.rejected, "inventory_missing") == 0;
		ck_assert_msg(missing == is_without_number(e->d_name), "%s: %s", e->d_name,
			      g.r.rejected ? g.r.rejected : "mapped");
		ck_assert_uint_eq(g.r.fields_failed, 0);
		refused += missing;
		mapped += !missing;
	}
	(void)closedir(d);
	ck_assert_uint_eq(refused, HV_LEN(without_number));
	ck_assert_uint_ge(mapped, 8);
	given_end(&g);
}
END_TEST

static void add(TCase *t)
{
	tcase_add_loop_test(t, a_shipped_mapping_has_no_problems_and_passes_its_own_tests, 0,
			    (int)HV_LEN(names));
	tcase_add_test(t, the_record_of_the_example_becomes_its_claim);
	tcase_add_test(t, a_test_that_fails_prints_every_step);
	tcase_add_test(t, of_real_records_exactly_those_without_a_number_are_refused);
}

int main(void)
{
	return given_run("mapping shipped", add);
}
