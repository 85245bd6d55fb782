/*
 * Tests of store/migrate.c, store/migrations/ and store/store.c against a real server.
 */
#include "store/migrate.h"

#include <check.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/store_priv.h"
#include "tests/support/pgtest.h"

static struct pgtest server;
static struct hv_err err;
static const struct hv_clock fixed = { .fixed = true, .fixed_us = 1803981600000000 };

static struct pg *open_fresh(void)
{
	struct pg *pg = NULL;

	ck_assert_msg(pg_connect(pgtest_url(&server), NULL, "test", &pg, &err) == 0, "%s", err.text);
	return pg;
}

static int newest(void)
{
	int n = 0;

	while (store_migrations[n].number)
		n++;
	return n;
}

START_TEST(a_fresh_database_gets_every_table)
{
	hv_auto(store_closep) struct store *s = pgtest_store(&server, &fixed);

	ck_assert_str_eq(
		pgtest_ask(&server, "select string_agg(tablename, ' ' order by tablename) from pg_tables "
				    "where schemaname = 'harvester'"),
		"change finding gate head lease migration notice pack quarantine run seen source version");
	ck_assert_str_eq(pgtest_ask(&server, "select name || ' ' || applied from harvester.migration"),
			 "0001_first 2027-03-02 10:00:00+00");
	ck_assert_str_eq(pgtest_ask(&server, "select count(*) from harvester.gate"), "1");
	ck_assert_ptr_nonnull(strstr(store_describe(s), "PostgreSQL "));
	ck_assert_int_eq(store_free_space(s), -1);
}
END_TEST

START_TEST(a_second_opening_writes_nothing)
{
	store_close(pgtest_store(&server, &fixed));
	char before[64];

	(void)snprintf(before, sizeof(before), "%s",
		       pgtest_ask(&server, "select pg_snapshot_xmax(pg_current_snapshot())"));
	store_close(pgtest_store_again(&server, &fixed));
	ck_assert_str_eq(pgtest_ask(&server, "select pg_snapshot_xmax(pg_current_snapshot())"), before);
}
END_TEST

/* Each child waits for the gun (a pipe that closes), so that all meet in the fresh database. */
static pid_t opener(const int gun[2])
{
	pid_t pid = fork();
	char c;

	if (pid != 0)
		return pid;
	close(gun[1]);
	if (read(gun[0], &c, 1) != 0)
		_exit(1);
	store_close(pgtest_store_again(&server, &fixed));
	_exit(0);
}

START_TEST(four_processes_open_a_fresh_database_at_once_and_all_succeed)
{
	int gun[2], status;
	pid_t pids[4];

	(void)pgtest_url(&server);
	ck_assert_int_eq(pipe(gun), 0);
	for (size_t i = 0; i < HV_LEN(pids); i++)
		pids[i] = opener(gun);
	close(gun[1]);
	for (size_t i = 0; i < HV_LEN(pids); i++) {
		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert_int_eq(status, 0);
	}
	ck_assert_int_eq(strtol(pgtest_ask(&server, "select count(*) from harvester.migration"), NULL, 10),
			 newest());
}
END_TEST

START_TEST(a_schema_newer_than_the_program_is_refused_clearly)
{
	store_close(pgtest_store(&server, &fixed));
	(void)pgtest_ask(&server,
			 "insert into harvester.migration values (9999, '9999_later', now()) returning 1");
	struct store_options o = { .url = server.url, .role = "test", .clock = &fixed };
	struct store *s = NULL;

	ck_assert_int_eq(store_open(&o, &s, &err), HV_E_STORE);
	ck_assert_msg(strstr(err.text, "newer harvester") && strstr(err.text, "9999"), "%s", err.text);
}
END_TEST

static const struct migration broken[] = {
	{ 1, "0001_good",
	  "create table migration (number bigint, name text, applied timestamptz); create table a ()" },
	{ 2, "0002_bad", "create table b (); select 1 / 0" },
	{ 0, NULL, NULL },
};

static const struct migration mended[] = {
	{ 1, "0001_good", "select 1 / 0" },
	{ 2, "0002_bad", "create table b ()" },
	{ 3, "0003_more", "create table c ()" },
	{ 0, NULL, NULL },
};

START_TEST(a_step_that_fails_leaves_nothing_and_is_tried_again_next_time)
{
	hv_auto(pg_closep) struct pg *pg = open_fresh();

	ck_assert_int_eq(migrate(pg, broken, &fixed, &err), HV_E_STORE);
	ck_assert_msg(strstr(err.text, "0002_bad: division by zero"), "%s", err.text);
	ck_assert_str_eq(pgtest_ask(&server,
				    "select string_agg(tablename, ' ' order by tablename) from pg_tables "
				    "where schemaname = 'harvester'"),
			 "a migration");
	ck_assert_msg(migrate(pg, mended, &fixed, &err) == 0, "%s", err.text);
	ck_assert_str_eq(
		pgtest_ask(&server, "select string_agg(name, ' ' order by number) from harvester.migration"),
		"0001_good 0002_bad 0003_more");
}
END_TEST

START_TEST(a_schema_made_by_an_administrator_is_used)
{
	hv_auto(pg_closep) struct pg *pg = open_fresh();
	hv_auto(pg_closep) struct pg *guest = NULL;
	char address[640];

	ck_assert_msg(
		pg_exec(pg, "test",
			"do $$ begin if not exists (select from pg_roles where rolname = 'guest') then "
			"create role guest; end if; end $$; create schema harvester authorization guest",
			&err) == 0,
		"%s", err.text);
	(void)snprintf(address, sizeof(address), "%s?options=-crole%%3Dguest", server.url);
	ck_assert_msg(pg_connect(address, NULL, "guest", &guest, &err) == 0, "%s", err.text);
	ck_assert_int_lt(pg_exec(guest, "test", "create schema other", &err), 0);
	ck_assert_msg(migrate(guest, store_migrations, &fixed, &err) == 0, "%s", err.text);
}
END_TEST

START_TEST(a_record_refused_twice_has_one_open_row)
{
	const char *insert = "insert into harvester.quarantine (source, external_id, run, hash, fingerprint, "
			     "code, reason) "
			     "values ('a', 'x', 1, '\\x00', 1, 'c', 'r') on conflict (source, external_id) "
			     "where solved_run is null do nothing returning id";

	store_close(pgtest_store(&server, &fixed));
	ck_assert_str_eq(pgtest_ask(&server, insert), "1");
	ck_assert_str_eq(pgtest_ask(&server, insert), "");
	(void)pgtest_ask(&server, "update harvester.quarantine set solved_run = 2 returning 1");
	ck_assert_str_ne(pgtest_ask(&server, insert), "");
}
END_TEST

START_TEST(a_commit_of_a_failed_transaction_is_an_error)
{
	hv_auto(store_closep) struct store *s = pgtest_store(&server, &fixed);

	ck_assert_int_eq(store_begin(s, true, &err), 0);
	ck_assert_int_eq(store_commit(s, &err), 0);
	ck_assert_int_eq(store_begin(s, false, &err), 0);
	ck_assert_int_lt(pg_exec(s->pg, "fault", "select 1 / 0", NULL), 0);
	ck_assert_int_eq(store_commit(s, &err), HV_E_STORE);
	ck_assert_str_eq(err.text, "commit: the transaction had failed and was rolled back");
	store_rollback(s);
	ck_assert(!store_lost(s));
}
END_TEST

START_TEST(an_address_that_is_none_is_refused)
{
	struct store_options o = { .url = "mysql://x", .role = "test", .clock = &fixed };
	struct store *s = NULL;

	ck_assert_int_eq(store_open(&o, &s, &err), HV_E_STORE);
	ck_assert_ptr_nonnull(strstr(err.text, "postgresql://"));
}
END_TEST

START_TEST(a_second_connection_sees_what_the_first_commits)
{
	hv_auto(store_closep) struct store *s = pgtest_store(&server, &fixed);
	hv_auto(store_closep) struct store *reader = NULL;

	ck_assert_msg(store_again(s, "reader", &reader, &err) == 0, "%s", err.text);
	ck_assert_str_eq(store_describe(reader), store_describe(s));
	ck_assert_str_eq(pgtest_ask(&server,
				    "select string_agg(application_name, ',' order by application_name) "
				    "from pg_stat_activity where datname = current_database() and "
				    "application_name like 'harvester%'"),
			 "harvester reader,harvester test");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("migrate");
	TCase *c = tcase_create("migrate");

	tcase_set_timeout(c, 60);
	tcase_add_test(c, a_fresh_database_gets_every_table);
	tcase_add_test(c, a_second_opening_writes_nothing);
	tcase_add_test(c, four_processes_open_a_fresh_database_at_once_and_all_succeed);
	tcase_add_test(c, a_schema_newer_than_the_program_is_refused_clearly);
	tcase_add_test(c, a_step_that_fails_leaves_nothing_and_is_tried_again_next_time);
	tcase_add_test(c, a_schema_made_by_an_administrator_is_used);
	tcase_add_test(c, a_record_refused_twice_has_one_open_row);
	tcase_add_test(c, a_commit_of_a_failed_transaction_is_an_error);
	tcase_add_test(c, an_address_that_is_none_is_refused);
	tcase_add_test(c, a_second_connection_sees_what_the_first_commits);
	suite_add_tcase(s, c);
	pgtest_begin(&server);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return pgtest_end(&server, failed);
}
