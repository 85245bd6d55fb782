/*
 * Tests of store/pg.c, pg_copy.c, pg_binary.c against a real server.
 */
#include "store/pg.h"

#include <check.h>
#include <inttypes.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/pgtest.h"

static struct pgtest server;
static struct hv_err err;

static struct pg *open_fresh(void)
{
	struct pg *pg = NULL;

	ck_assert_msg(pg_connect(pgtest_url(&server), NULL, "test", &pg, &err) == 0, "%s", err.text);
	return pg;
}

static struct pg *open_again(void)
{
	struct pg *pg = NULL;

	ck_assert_msg(pg_connect(server.url, NULL, "test two", &pg, &err) == 0, "%s", err.text);
	return pg;
}

static void run(struct pg *pg, const char *sql)
{
	ck_assert_msg(pg_exec(pg, "test statement", sql, &err) == 0, "%s", err.text);
}

static const char *ask(struct pg *pg, const char *sql)
{
	static char answer[256];
	hv_auto(pg_clearp) PGresult *r = NULL;

	ck_assert_msg(pg_query(pg, "question", sql, PG_ONE, NULL, 0, &r, &err) == 1, "%s", err.text);
	(void)snprintf(answer, sizeof(answer), "%s", pg_text(r, 0, 0) ? pg_text(r, 0, 0) : "null");
	return answer;
}

START_TEST(a_session_speaks_utf8_utc_iso_and_looks_in_our_schema)
{
	hv_auto(pg_closep) struct pg *pg = open_fresh();

	ck_assert_str_eq(ask(pg, "show client_encoding"), "UTF8");
	ck_assert_str_eq(ask(pg, "show timezone"), "UTC");
	ck_assert_str_eq(ask(pg, "show datestyle"), "ISO, YMD");
	ck_assert_str_eq(ask(pg, "show search_path"), "harvester, public");
	ck_assert_str_eq(ask(pg, "show client_connection_check_interval"), "1s");
	ck_assert_str_eq(ask(pg, "show application_name"), "test");
}
END_TEST

START_TEST(parameters_are_bound_and_rows_are_counted)
{
	hv_auto(pg_closep) struct pg *pg = open_fresh();
	hv_auto(pg_clearp) PGresult *r = NULL;
	const char *const params[] = { "d'Orsay\\", NULL };

	ck_assert_int_eq(pg_query(pg, "echo", "select $1::text, $2::text, 42", PG_ONE, params, 2, &r, &err),
			 1);
	ck_assert_str_eq(pg_text(r, 0, 0), "d'Orsay\\");
	ck_assert_ptr_null(pg_text(r, 0, 1));
	ck_assert_int_eq(pg_number(r, 0, 2), 42);
	ck_assert_int_eq(pg_number(r, 0, 1), 0);
	run(pg, "create table t (n int); insert into t select generate_series(1, 3)");
	ck_assert_int_eq(pg_query(pg, "touch", "update t set n = n + 1", PG_MANY, NULL, 0, NULL, &err), 3);
	ck_assert_int_eq(pg_query(pg, "none", "select n from t where n > 9", PG_MAYBE, NULL, 0, NULL, &err),
			 0);
}
END_TEST

START_TEST(another_number_of_rows_is_an_error_with_the_statements_name)
{
	hv_auto(pg_closep) struct pg *pg = open_fresh();

	ck_assert_int_eq(pg_query(pg, "one row", "select 1 where false", PG_ONE, NULL, 0, NULL, &err),
			 HV_E_STORE);
	ck_assert_str_eq(err.text, "one row: 0 rows where exactly one is expected");
	ck_assert(!err.retryable);
	ck_assert_int_lt(pg_query(pg, "few", "select generate_series(1,2)", PG_MAYBE, NULL, 0, NULL, &err),
			 0);
	ck_assert_str_eq(err.text, "few: 2 rows where at most one is expected");
}
END_TEST

START_TEST(an_error_is_one_line_with_name_message_and_hint)
{
	hv_auto(pg_closep) struct pg *pg = open_fresh();

	ck_assert_int_eq(pg_exec(pg, "find paintings", "select nam from (select 1 as name) x", &err),
			 HV_E_STORE);
	ck_assert_str_eq(err.text, "find paintings: column \"nam\" does not exist - "
				   "Perhaps you meant to reference the column \"x.name\"");
	ck_assert(!err.retryable);
	ck_assert_str_eq(pg_sqlstate(pg), "42703");
	ck_assert_int_lt(pg_exec(pg, "two lines", "do $$ begin raise exception E'a\\nb'; end $$", &err), 0);
	ck_assert_str_eq(err.text, "two lines: a b");
}
END_TEST

static void raises(struct pg *pg, const char *state)
{
	char sql[128];

	(void)snprintf(sql, sizeof(sql),
		       "do $$ begin raise exception using errcode = '%s', message = 'x'; end $$", state);
	ck_assert_int_eq(pg_exec(pg, "s", sql, &err), HV_E_STORE);
	ck_assert_str_eq(pg_sqlstate(pg), state);
}

START_TEST(the_sqlstate_decides_what_may_be_tried_again)
{
	static const char *const again[] = { "40001", "40P01", "55P03", "57P01", "57P03", "08006", "53300" };
	static const char *const never[] = { "23505", "22P02", "53100", "57014", "42P01", "40002" };
	hv_auto(pg_closep) struct pg *pg = open_fresh();

	for (size_t i = 0; i < HV_LEN(again); i++) {
		raises(pg, again[i]);
		ck_assert_msg(err.retryable, "%s", again[i]);
	}
	for (size_t i = 0; i < HV_LEN(never); i++) {
		raises(pg, never[i]);
		ck_assert_msg(!err.retryable, "%s", never[i]);
	}
	raises(pg, "53100");
	ck_assert_str_eq(err.text, "s: the disk of the database is full: x");
}
END_TEST

START_TEST(a_connection_ended_by_the_server_is_lost_and_retryable)
{
	hv_auto(pg_closep) struct pg *pg = open_fresh();
	hv_auto(pg_closep) struct pg *other = open_again();

	ck_assert(!pg_lost(pg));
	(void)ask(other,
		  "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = "
		  "'test' and datname = current_database()");
	ck_assert_int_eq(pg_exec(pg, "next", "select 1", &err), HV_E_STORE);
	ck_assert(err.retryable);
	ck_assert(pg_lost(pg));
	ck_assert_ptr_nonnull(strstr(err.text, "next: connection to the database lost"));
	pg_abandon(pg);
}
END_TEST

START_TEST(a_password_is_in_no_error)
{
	static const char *const bad[] = {
		"postgresql://u:geheim@127.0.0.1:1/x",
		"postgresql://u:geheim@127.0.0.1:99999999/x",
		"postgresql://u:gehe%zzgeheim@h/x",
		"postgresql://u@h:geheim/x",
		"host=127.0.0.1 port=1 password=geheim",
		"host=/nowhere user=geheim password=geheim",
		"postgresql://u@h/x?geheim",
		"geheim",
	};
	struct pg *pg = NULL;

	for (size_t i = 0; i < HV_LEN(bad); i++) {
		ck_assert_int_eq(pg_connect(bad[i], "geheim", "test", &pg, &err), HV_E_STORE);
		ck_assert_msg(!strstr(err.text, "geheim"), "%s: %s", bad[i], err.text);
		ck_assert_msg(!strchr(err.text, '\n') && err.text[0], "%s", err.text);
	}
}
END_TEST

START_TEST(binary_rows_arrive_as_they_were_given)
{
	hv_auto(pg_closep) struct pg *pg = open_fresh();
	hv_auto(buf_release) struct buf b = BUF_INIT(4096);
	uint64_t rows = 0;

	run(pg, "create table t (a text, b bytea, c bigint, d int, e boolean, f text)");
	ck_assert_int_eq(pg_copy_in(pg, "load", "copy t from stdin (format binary)", &err), 0);
	pg_binary_header(&b);
	for (int i = 0; i < 2; i++) {
		pg_binary_row(&b, 6);
		pg_binary_text(&b, STR("Musée\t\\N"));
		pg_binary_text(&b, ((struct str){ "\0\1", 2 }));
		pg_binary_int8(&b, INT64_MIN);
		pg_binary_int4(&b, -2);
		pg_binary_bool(&b, true);
		pg_binary_null(&b);
	}
	pg_binary_trailer(&b);
	/* Split where it hurts: the server must not care. */
	for (size_t i = 0; i < b.n; i++)
		ck_assert_int_eq(pg_copy_put(pg, (struct str){ b.p + i, 1 }, &err), 0);
	ck_assert_msg(pg_copy_end(pg, &rows, &err) == 0, "%s", err.text);
	ck_assert_uint_eq(rows, 2);
	ck_assert_str_eq(ask(pg, "select concat_ws('|', a, b, c, d, e, f is null) from t limit 1"),
			 "Musée\t\\N|\\x0001|-9223372036854775808|-2|t|t");
}
END_TEST

START_TEST(a_row_the_server_refuses_fails_the_copy_and_nothing_stays)
{
	hv_auto(pg_closep) struct pg *pg = open_fresh();

	run(pg, "create table t (n int primary key)");
	ck_assert_int_eq(pg_copy_in(pg, "load numbers", "copy t from stdin", &err), 0);
	ck_assert_int_eq(pg_copy_put(pg, STR("1\n1\n"), &err), 0);
	ck_assert_int_eq(pg_copy_end(pg, NULL, &err), HV_E_STORE);
	ck_assert_msg(strstr(err.text, "load numbers: duplicate key"), "%s", err.text);
	ck_assert_str_eq(ask(pg, "select count(*) from t"), "0");
	ck_assert_int_lt(pg_copy_put(pg, STR("1\n"), &err), 0);
}
END_TEST

START_TEST(rows_come_out_one_by_one_and_then_the_end)
{
	hv_auto(pg_closep) struct pg *pg = open_fresh();
	struct str row;

	ck_assert_int_eq(pg_copy_out(pg, "dump", "copy (select generate_series(1, 3)) to stdout", &err), 0);
	for (int i = 1; i <= 3; i++) {
		char want[16];

		(void)snprintf(want, sizeof(want), "%d\n", i);
		ck_assert_int_eq(pg_copy_get(pg, &row, &err), HV_ROW);
		ck_assert(str_is(row, want));
	}
	ck_assert_int_eq(pg_copy_get(pg, &row, &err), HV_END);
	ck_assert_int_lt(pg_copy_get(pg, &row, &err), 0);
	ck_assert_str_eq(ask(pg, "select 7"), "7");
}
END_TEST

START_TEST(a_copy_that_fails_half_way_out_is_an_error_not_an_end)
{
	hv_auto(pg_closep) struct pg *pg = open_fresh();
	struct str row;
	int r;

	ck_assert_int_eq(pg_copy_out(pg, "dump",
				     "copy (select 1 / (5000 - n) from generate_series(1, 9000) n) to stdout",
				     &err),
			 0);
	while ((r = pg_copy_get(pg, &row, &err)) == HV_ROW)
		;
	ck_assert_int_eq(r, HV_E_STORE);
	ck_assert_msg(strstr(err.text, "dump: division by zero"), "%s", err.text);
}
END_TEST

START_TEST(an_abandoned_copy_leaves_a_connection_that_works)
{
	hv_auto(pg_closep) struct pg *pg = open_fresh();
	struct str row;

	run(pg, "create table t (n bigint)");
	run(pg, "begin; insert into t values (1)");
	ck_assert_int_eq(pg_copy_in(pg, "load", "copy t from stdin", &err), 0);
	ck_assert_int_eq(pg_copy_put(pg, STR("1\n2\n"), &err), 0);
	pg_abandon(pg);
	ck_assert_str_eq(ask(pg, "select count(*) from t"), "0");
	run(pg, "begin");
	ck_assert_int_eq(
		pg_copy_out(pg, "dump", "copy (select generate_series(1, 1000000000)) to stdout", &err), 0);
	ck_assert_int_eq(pg_copy_get(pg, &row, &err), HV_ROW);
	pg_abandon(pg);
	ck_assert_str_eq(ask(pg, "select pg_current_xact_id_if_assigned()"), "null");
	ck_assert_int_eq(PQtransactionStatus(pg_conn(pg)), PQTRANS_IDLE);
}
END_TEST

START_TEST(an_array_literal_keeps_quotes_and_commas)
{
	hv_auto(pg_closep) struct pg *pg = open_fresh();
	hv_auto(pg_clearp) PGresult *r = NULL;
	hv_auto(buf_release) struct buf b = BUF_INIT(256);
	const struct str v[] = { STR("a,\"b\"\\ {}"), STR(""), STR("NULL") };

	pg_array_text(&b, v, HV_LEN(v));
	const char *const params[] = { buf_cstr(&b) };
	ck_assert_int_eq(pg_query(pg, "array", "select unnest($1::text[])", PG_MANY, params, 1, &r, &err), 3);
	for (int i = 0; i < 3; i++)
		ck_assert(str_is(v[i], pg_text(r, i, 0)));
	buf_clear(&b);
	pg_array_text(&b, NULL, 0);
	ck_assert_str_eq(buf_cstr(&b), "{}");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("pg");
	TCase *c = tcase_create("pg");

	tcase_set_timeout(c, 60);
	tcase_add_test(c, a_session_speaks_utf8_utc_iso_and_looks_in_our_schema);
	tcase_add_test(c, parameters_are_bound_and_rows_are_counted);
	tcase_add_test(c, another_number_of_rows_is_an_error_with_the_statements_name);
	tcase_add_test(c, an_error_is_one_line_with_name_message_and_hint);
	tcase_add_test(c, the_sqlstate_decides_what_may_be_tried_again);
	tcase_add_test(c, a_connection_ended_by_the_server_is_lost_and_retryable);
	tcase_add_test(c, a_password_is_in_no_error);
	tcase_add_test(c, binary_rows_arrive_as_they_were_given);
	tcase_add_test(c, a_row_the_server_refuses_fails_the_copy_and_nothing_stays);
	tcase_add_test(c, rows_come_out_one_by_one_and_then_the_end);
	tcase_add_test(c, a_copy_that_fails_half_way_out_is_an_error_not_an_end);
	tcase_add_test(c, an_abandoned_copy_leaves_a_connection_that_works);
	tcase_add_test(c, an_array_literal_keeps_quotes_and_commas);
	suite_add_tcase(s, c);
	pgtest_begin(&server);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return pgtest_end(&server, failed);
}
