/*
 * tests/unit/config/test_config.c - the folder is found by the rules, everything in it is read, and every
 * problem in every file is told.
 */
#include "config/config.h"

#include <errno.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/config/told.h"

static const char good[] = "tests/fixtures/config/good";
static char dir[40], home[4096];
static struct arena *arena;

static void setup(void)
{
	(void)snprintf(dir, sizeof(dir), "/tmp/hv-config-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_ptr_nonnull(getcwd(home, sizeof(home)));
	arena = arena_new(1 << 20);
	(void)unsetenv("HARVESTER_CONFIG");
	(void)unsetenv("HARVESTER_SHARE");
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void teardown(void)
{
	arena_free(arena);
	ck_assert_int_eq(chdir(home), 0);
	ck_assert_int_eq(nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* A file under the scratch folder, with the folders on the way. */
static void put(const char *path, const char *text)
{
	char full[512];

	(void)snprintf(full, sizeof(full), "%s/%s", dir, path);
	for (char *slash = full + strlen(dir) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = '\0';
		ck_assert(mkdir(full, 0700) == 0 || errno == EEXIST);
	}
	FILE *f = fopen(full, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

static struct config *load(const char *folder)
{
	struct config *c = NULL;
	struct hv_err err;

	ck_assert_msg(config_load(folder, &c, &err) == 0, "%s", err.text);
	return c;
}

START_TEST(a_good_folder_is_read_whole)
{
	hv_auto(config_freep) struct config *c = load(good);

	ck_assert_str_eq(told(&c->problems), "");
	ck_assert_str_eq(c->dir, good);
	ck_assert_str_eq(c->store_url, "postgresql://harvester@db.example/joconde");
	ck_assert_str_eq(c->store_password.env, "STORE_PASSWORD");
	ck_assert_str_eq(c->log_level, "debug");
	ck_assert_str_eq(c->log_format, "json");
	ck_assert_str_eq(c->user_agent_contact, "harvester@joconde.example");
	ck_assert_uint_eq(c->addresses.n, 2);
	ck_assert_str_eq(c->addresses.v[1], "::1");
	ck_assert_str_eq(c->reports, "reports");
	ck_assert_str_eq(c->dumps, "dumps");
	ck_assert_uint_eq(c->n_sources, 2);
	ck_assert_str_eq(c->sources[0].name, "brumeval");
	ck_assert_str_eq(c->sources[0].title, "brumeval");
	ck_assert(!c->sources[0].create);
	ck_assert(str_is(yaml_get(c->sources[0].section, "path")->text, "/data/brumeval.csv"));
	ck_assert_str_eq(c->sources[1].title, "Musée de Valombreuse, OAI-PMH");
}
END_TEST

START_TEST(every_key_of_a_source_arrives)
{
	hv_auto(config_freep) struct config *c = load(good);
	const struct cfg_source *s;

	ck_assert_int_eq(config_source(c, "valombreuse-oai", &s, NULL), 0);
	ck_assert_str_eq(s->connector, "oai");
	ck_assert_str_eq(s->contact, "collections@valombreuse.example");
	ck_assert_str_eq(s->mapping, "lido");
	ck_assert_uint_eq(s->museums.n, 2);
	ck_assert_str_eq(s->museums.v[1], "M9873");
	ck_assert_int_eq(s->rank, 60);
	ck_assert_str_eq(s->official_ref, ".//lido:recordID");
	ck_assert(!s->match_inventory && s->create && s->enabled);
	ck_assert_str_eq(s->new_refs.prefix, "VB");
	ck_assert_int_eq(s->new_refs.from, REF_HASH);
	ck_assert_str_eq(s->schedule, "15 1 * * *");
	ck_assert_str_eq(s->full, "15 2 1 * *");
	ck_assert_int_eq(s->budget.time, 3 * 3600000);
	ck_assert_int_eq(s->budget.silence, 300000);
	ck_assert_int_eq(s->budget.memory, 512 << 20);
	ck_assert(s->errors.records == 0.02 && s->errors.fields == 0.06);
	ck_assert_int_eq(s->valves.floor, 30);
	ck_assert_int_eq(s->valves.zero_records, ZERO_NEVER);
	ck_assert(s->valves.fewer_than_last == 0.11 && s->valves.disappearing == 0.03);
	ck_assert(s->valves.field_emptied == 0.04 && s->valves.field_changed == 0.31);
	ck_assert(s->valves.identity_changed == 0.015);
	ck_assert_int_eq(s->valves.first_contact, CONTACT_APPLY);
	ck_assert_int_eq(s->withdrawal.action, WITHDRAW_APPLY);
	ck_assert_int_eq(s->withdrawal.after, INT64_C(60) * 86400000);
	ck_assert_str_eq(s->report.to.v[0], "collections@valombreuse.example");
	ck_assert_int_eq(s->report.every, REPORT_MONTH);
	ck_assert_str_eq(s->file, "tests/fixtures/config/good/sources/valombreuse-oai.yaml");
	ck_assert(str_is(yaml_get(s->root, "rank")->text, "60"));
}
END_TEST

START_TEST(every_key_of_the_wire_arrives)
{
	hv_auto(config_freep) struct config *c = load(good);
	const struct cfg_http *h = &c->sources[1].http;

	ck_assert_int_eq(h->rate, 1000);
	ck_assert_int_eq(h->connect, 5000);
	ck_assert_int_eq(h->first_byte, 60000);
	ck_assert_int_eq(h->low_speed.bytes, 200);
	ck_assert_int_eq(h->low_speed.during, 30000);
	ck_assert_int_eq(h->page, 32 << 20);
	ck_assert_int_eq(h->record, 2 << 20);
	ck_assert_int_eq(h->retries, 3);
	ck_assert_int_eq(h->retry_after_max, 7200000);
	ck_assert_uint_eq(h->addresses.n, 1);
	ck_assert_str_eq(h->addresses.v[0], "127.0.0.1");
	ck_assert_str_eq(h->tls_fingerprint,
			 "sha256:00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF");
	ck_assert_int_eq(h->auth, 1);
	ck_assert_str_eq(h->auth_name, "joconde");
	ck_assert_str_eq(h->auth_secret.file, "/run/secrets/valombreuse");
}
END_TEST

START_TEST(defaults_keep_their_places_and_general_ones_come_first)
{
	hv_auto(config_freep) struct config *c = load(good);
	const struct cfg_source *s = &c->sources[1];

	ck_assert_uint_eq(s->n_defaults, 3);
	ck_assert_str_eq(s->defaults[0].field, "MUSEO");
	ck_assert_str_eq(s->defaults[1].field, "STAT");
	ck_assert_uint_eq(s->defaults[1].values.n, 2);
	ck_assert_str_eq(s->defaults[1].values.v[0], "propriété de la commune");
	ck_assert_ptr_null(s->defaults[1].set);
	ck_assert_uint_eq(s->defaults[1].where->line, 10);
	ck_assert_uint_eq(s->defaults[1].where->column, 3);
	ck_assert_str_eq(s->defaults[2].field, "DOMN");
	ck_assert_str_eq(s->defaults[2].set, "arts:dessins");
	ck_assert_str_eq(s->defaults[2].values.v[0], "dessin");
	ck_assert_uint_eq(s->defaults[2].where->line, 12);
}
END_TEST

#define SOURCE(name) "source: " name "\nconnector: oai\nmapping: lido\nmuseums: [M9871]\ncreate: false\n"

START_TEST(problems_of_several_files_are_all_told)
{
	put("harvester.yaml", "log: {level: inof}\n");
	put("sources/b.yaml", SOURCE("b") "rank: 0\n");
	put("sources/a.yaml", SOURCE("c"));
	put("sources/c.yaml", "a: [\n");
	put("sources/d.yml", "");
	hv_auto(config_freep) struct config *c = load(dir);
	const char *want =
		arena_printf(arena,
			     "%s/harvester.yaml:1:14: 'level' must be error, warn, info or debug, not "
			     "'inof'; did you mean "
			     "'info'?\n"
			     "%s/sources/d.yml: warning: ignored: the name of a source file ends in .yaml\n"
			     "%s/sources/a.yaml:1:9: 'source' must be the name of the file, 'a', not 'c'\n"
			     "%s/sources/b.yaml:6:7: 'rank' must be a whole number from 1 to 100, not '0'\n"
			     "%s/sources/c.yaml:2:1: a value is expected here\n",
			     dir, dir, dir, dir, dir);

	ck_assert_str_eq(told(&c->problems), want);
	ck_assert_uint_eq(c->problems.errors, 4);
	ck_assert_uint_eq(c->n_sources, 3);
	ck_assert_str_eq(c->sources[2].name, "c");
	ck_assert_str_eq(c->log_level, "info");
}
END_TEST

START_TEST(a_source_answers_for_its_own_file_and_the_general_one)
{
	struct hv_err err;

	put("sources/a.yaml", SOURCE("a"));
	put("sources/b.yaml", SOURCE("b") "rank: 0\n");
	put("sources/harvester.yaml", SOURCE("x"));
	hv_auto(config_freep) struct config *c = load(dir);

	ck_assert_int_eq(config_source_err(c, &c->sources[0], &err), 0);
	ck_assert_int_eq(config_source_err(c, &c->sources[1], &err), HV_E_CONFIG);
	ck_assert_str_eq(
		err.text,
		arena_printf(arena,
			     "%s/sources/b.yaml:6:7: 'rank' must be a whole number from 1 to 100, not '0'",
			     dir));
	put("harvester.yaml", "nothing: 1\n");
	hv_auto(config_freep) struct config *again = load(dir);
	ck_assert_int_eq(config_source_err(again, &again->sources[0], &err), HV_E_CONFIG);
}
END_TEST

struct bad {
	const char *text, *told;
};

static const struct bad bads[] = {
	{ "stroe: {}\n", "harvester.yaml:1:1: unknown key 'stroe'; did you mean 'store'?\n" },
	{ "store: {url: mysql://x}\n",
	  "harvester.yaml:1:14: 'url' must be private or an address postgresql://…\n" },
	{ "store: {url: 'postgresql://u:hunter2@h/d'}\n",
	  "harvester.yaml:1:14: a password does not belong in 'url'; give store.password as a reference\n" },
	{ "store: {url: 'postgresql://h/d?password=hunter2'}\n",
	  "harvester.yaml:1:14: a password does not belong in 'url'; give store.password as a reference\n" },
	{ "store: {url: 'postgresql://u@h:5432/d'}\n", "" },
	{ "store: {password: hunter2}\n",
	  "harvester.yaml:1:19: 'password' must be a reference, file:/PATH or env:NAME, never the secret "
	  "itself\n" },
	{ "log: {format: xml}\n", "harvester.yaml:1:15: 'format' must be logfmt or json, not 'xml'\n" },
	{ "contact: us\n", "harvester.yaml:1:10: 'contact' must be a mail address, not 'us'\n" },
	{ "http: {addresses: [10.0.0.0/8]}\n", "harvester.yaml:1:20: 'addresses' must be public or a list of "
					       "IP addresses; '10.0.0.0/8' is none\n" },
	{ "- a\n", "harvester.yaml:1:1: a map of keys is expected here, not a list\n" },
	{ "", "" },
};

START_TEST(mistakes_in_harvester_yaml_are_told)
{
	put("harvester.yaml", bads[_i].text);
	ck_assert_int_eq(chdir(dir), 0);
	hv_auto(config_freep) struct config *c = load(".");
	const char *all = told(&c->problems);

	ck_assert_str_eq(*all ? all + 2 : all, bads[_i].told); /* without "./" */
}
END_TEST

START_TEST(a_missing_harvester_yaml_gives_the_defaults)
{
	put("sources/a.yaml", SOURCE("a"));
	hv_auto(config_freep) struct config *c = load(dir);

	ck_assert_str_eq(told(&c->problems), "");
	ck_assert_str_eq(c->store_url, "private");
	ck_assert_ptr_null(c->store_password.reference);
	ck_assert_str_eq(c->log_level, "info");
	ck_assert_str_eq(c->log_format, "logfmt");
	ck_assert_ptr_null(c->user_agent_contact);
	ck_assert_uint_eq(c->addresses.n, 0);
}
END_TEST

START_TEST(hidden_files_and_leftovers_of_editors_are_no_sources)
{
	static const char *const leftovers[] = { ".a.yaml",     ".#a.yaml", "#a.yaml#",
						 "#a.yaml",     "a.yaml~",  "a.yaml.bak",
						 ".a.yaml.swp", "README",   ".yaml" };

	put("sources/a.yaml", SOURCE("a"));
	for (size_t i = 0; i < HV_LEN(leftovers); i++)
		put(arena_printf(arena, "sources/%s", leftovers[i]), "broken: [");
	hv_auto(config_freep) struct config *c = load(dir);

	ck_assert_str_eq(told(&c->problems), "");
	ck_assert_uint_eq(c->n_sources, 1);
}
END_TEST

START_TEST(a_folder_that_is_none_is_an_error)
{
	struct config *c = NULL;
	struct hv_err err;

	put("file", "");
	ck_assert_int_eq(config_load(arena_printf(arena, "%s/none", dir), &c, &err), HV_E_IO);
	ck_assert_str_eq(
		err.text,
		arena_printf(arena,
			     "configuration folder '%s/none' cannot be read: No such file or directory",
			     dir));
	ck_assert_int_eq(config_load(arena_printf(arena, "%s/file", dir), &c, &err), HV_E_IO);
	ck_assert_str_eq(
		err.text,
		arena_printf(arena, "configuration folder '%s/file' cannot be read: Not a directory", dir));
	ck_assert_ptr_null(c);
	config_free(NULL);
}
END_TEST

START_TEST(a_source_is_found_by_name_or_the_nearest_is_named)
{
	hv_auto(config_freep) struct config *c = load(good);
	const struct cfg_source *s = NULL;
	struct hv_err err;

	ck_assert_int_eq(config_source(c, "brumeval", &s, &err), 0);
	ck_assert_ptr_eq(s, &c->sources[0]);
	ck_assert_int_eq(config_source(c, "brumval", &s, &err), HV_E_NOTFOUND);
	ck_assert_str_eq(err.text,
			 "no source 'brumval' in tests/fixtures/config/good; did you mean 'brumeval'?");
	ck_assert_int_eq(config_source(c, "x", &s, &err), HV_E_NOTFOUND);
	ck_assert_str_eq(
		err.text,
		"no source 'x' in tests/fixtures/config/good; `harvester sources` lists the 2 there");
}
END_TEST

/* Where config_find says the configuration is, or what it says of there being none. */
static const char *found(const char *option)
{
	static char text[1100];
	const char *where = NULL;
	struct hv_err err;
	int r = config_find(option, arena, &where, &err);

	if (r < 0)
		ck_assert_int_eq(r, HV_E_CONFIG);
	(void)snprintf(text, sizeof(text), "%s", r < 0 ? err.text : where);
	return text;
}

START_TEST(the_option_goes_before_the_environment_before_the_usual_places)
{
	put("one/harvester.yaml", "");
	put("two/sources/a.yaml", "");
	put("config/harvester.yaml", "");
	ck_assert_int_eq(chdir(dir), 0);
	ck_assert_str_eq(found(NULL), "config");
	ck_assert_int_eq(setenv("HARVESTER_CONFIG", "two", 1), 0);
	ck_assert_str_eq(found(NULL), "two");
	ck_assert_str_eq(found("one"), "one");
}
END_TEST

START_TEST(a_folder_that_was_named_must_be_one)
{
	put("empty/README", "");
	put("config/harvester.yaml", "");
	ck_assert_int_eq(chdir(dir), 0);
	ck_assert_str_eq(found("none"), "the folder 'none' (--config) does not exist");
	ck_assert_str_eq(found("empty/README"), "the folder 'empty/README' (--config) is no folder");
	ck_assert_int_eq(setenv("HARVESTER_CONFIG", "empty", 1), 0);
	ck_assert_str_eq(found(NULL),
			 "the folder 'empty' (HARVESTER_CONFIG) holds neither harvester.yaml nor "
			 "sources/*.yaml");
}
END_TEST

START_TEST(the_sources_of_the_program_are_no_configuration)
{
	put("config/config.c", "");
	put("config/default/mappings/lido.yaml", "");
	put("config/sources/.a.yaml", "");
	ck_assert_int_eq(chdir(dir), 0);
	if (access("/etc/harvester", F_OK) == 0) {
		printf("SKIP: /etc/harvester exists on this machine\n");
		return;
	}
	ck_assert_str_eq(found(NULL),
			 "no configuration found: ./config holds neither harvester.yaml nor sources/*.yaml; "
			 "/etc/harvester does not exist; name a folder by --config or HARVESTER_CONFIG");
	put("config/sources/a.yaml", "");
	ck_assert_str_eq(found(NULL), "config");
}
END_TEST

START_TEST(own_files_go_before_shipped_ones)
{
	put("share/mappings/own.yaml", "");
	put("share/mappings/lido.yaml", "");
	put("share/tables/domains", "");
	ck_assert_int_eq(setenv("HARVESTER_SHARE", arena_printf(arena, "%s/share", dir), 1), 0);
	hv_auto(config_freep) struct config *c = load(good);

	ck_assert_str_eq(config_file(c, "mappings", "own", arena),
			 "tests/fixtures/config/good/mappings/own.yaml");
	ck_assert_str_eq(config_file(c, "mappings", "lido", arena),
			 arena_printf(arena, "%s/share/mappings/lido.yaml", dir));
	ck_assert_str_eq(config_file(c, "tables", "domains", arena),
			 arena_printf(arena, "%s/share/tables/domains", dir));
	ck_assert_ptr_null(config_file(c, "mappings", "none", arena));
	ck_assert_ptr_null(config_file(c, "mappings", "../harvester", arena));
	ck_assert_ptr_null(config_file(c, "mappings", "", arena));
}
END_TEST

START_TEST(without_an_installation_shipped_files_lie_above_the_program)
{
	if (access(HARVESTER_PREFIX "/share/harvester", F_OK) == 0) {
		printf("SKIP: %s/share/harvester exists on this machine\n", HARVESTER_PREFIX);
		return;
	}
	hv_auto(config_freep) struct config *c = load(good);
	struct str s = str_of(c->shipped);

	ck_assert(s.p[0] == '/');
	ck_assert(str_is(str_from(s, s.n - strlen("/config/default")), "/config/default"));
}
END_TEST

static void add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_good_folder_is_read_whole);
	tcase_add_test(t, every_key_of_a_source_arrives);
	tcase_add_test(t, every_key_of_the_wire_arrives);
	tcase_add_test(t, defaults_keep_their_places_and_general_ones_come_first);
	tcase_add_test(t, problems_of_several_files_are_all_told);
	tcase_add_test(t, a_source_answers_for_its_own_file_and_the_general_one);
	tcase_add_loop_test(t, mistakes_in_harvester_yaml_are_told, 0, HV_LEN(bads));
	tcase_add_test(t, a_missing_harvester_yaml_gives_the_defaults);
	tcase_add_test(t, hidden_files_and_leftovers_of_editors_are_no_sources);
	tcase_add_test(t, a_folder_that_is_none_is_an_error);
	tcase_add_test(t, a_source_is_found_by_name_or_the_nearest_is_named);
	tcase_add_test(t, the_option_goes_before_the_environment_before_the_usual_places);
	tcase_add_test(t, a_folder_that_was_named_must_be_one);
	tcase_add_test(t, the_sources_of_the_program_are_no_configuration);
	tcase_add_test(t, own_files_go_before_shipped_ones);
	tcase_add_test(t, without_an_installation_shipped_files_lie_above_the_program);
}

int main(void)
{
	return run_tests("config", add);
}
