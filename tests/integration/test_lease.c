/*
 * Tests of store/lease.c against a real server, with real processes that are killed and paused.
 */
#include "store/lease.h"

#include <check.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/store_priv.h"
#include "tests/support/pgtest.h"

static struct pgtest server;
static struct hv_err err;

static struct lease_want want(const char *holder, int seconds, int patience_ms)
{
	return (struct lease_want){ "lyon", holder, seconds, patience_ms };
}

static void take(struct store *s, const char *holder, int seconds, char token[LEASE_TOKEN])
{
	struct lease_want w = want(holder, seconds, 0);

	ck_assert_msg(lease_take(s, &w, token, &err) == 0, "%s", err.text);
}

START_TEST(a_free_lease_is_taken_and_the_second_comer_is_told_the_holder)
{
	hv_auto(store_closep) struct store *a = pgtest_store(&server, NULL);
	hv_auto(store_closep) struct store *b = pgtest_store_again(&server, NULL);
	struct lease_want w = want("b", 60, 0);
	char token[LEASE_TOKEN], none[LEASE_TOKEN] = "untouched";

	take(a, "atlas, pid 123, `harvester run lyon`", 60, token);
	ck_assert_uint_eq(strlen(token), 32);
	ck_assert_int_eq(lease_take(b, &w, none, &err), HV_E_BUSY);
	ck_assert_ptr_nonnull(
		strstr(err.text,
		       "'lyon' is being worked on: held by atlas, pid 123, `harvester run lyon`, since 2"));
	ck_assert(err.retryable);
	ck_assert_str_eq(none, "untouched");
	ck_assert(PQtransactionStatus(pg_conn(b->pg)) == PQTRANS_IDLE);
	w.source = "gent";
	ck_assert_int_eq(lease_take(b, &w, none, &err), 0);
}
END_TEST

START_TEST(a_released_lease_is_free_and_its_token_is_worth_nothing)
{
	hv_auto(store_closep) struct store *a = pgtest_store(&server, NULL);
	hv_auto(store_closep) struct store *b = pgtest_store_again(&server, NULL);
	char first[LEASE_TOKEN], second[LEASE_TOKEN];

	take(a, "a", 60, first);
	ck_assert_int_eq(lease_attach(a, "lyon", first, 77, &err), 0);
	ck_assert_str_eq(pgtest_ask(&server, "select run from harvester.lease"), "77");
	ck_assert_int_eq(lease_release(a, "lyon", first, &err), 0);
	take(b, "b", 60, second);
	ck_assert_str_ne(first, second);
	ck_assert_int_eq(lease_renew(a, "lyon", first, 60, &err), HV_E_LOST);
	ck_assert_int_eq(lease_attach(a, "lyon", first, 78, &err), HV_E_LOST);
	ck_assert_int_eq(lease_release(a, "lyon", first, &err), HV_E_LOST);
	ck_assert_str_eq(pgtest_ask(&server, "select holder from harvester.lease"), "b");
}
END_TEST

START_TEST(renewing_moves_the_end_also_from_a_second_connection)
{
	hv_auto(store_closep) struct store *a = pgtest_store(&server, NULL);
	hv_auto(store_closep) struct store *helper = NULL;
	char token[LEASE_TOKEN];

	take(a, "a", 10, token);
	ck_assert_int_eq(store_again(a, "renewal", &helper, &err), 0);
	ck_assert_int_eq(lease_renew(helper, "lyon", token, 1000, &err), 0);
	ck_assert_str_eq(
		pgtest_ask(&server,
			   "select until > clock_timestamp() + interval '900 s' from harvester.lease"),
		"t");
}
END_TEST

/* A child that takes the lease, says so through the pipe, and then waits in read() for ever. */
static pid_t holder(int seconds, char token[LEASE_TOKEN], int *ret_wake)
{
	int said[2], wake[2];

	ck_assert_int_eq(pipe(said) | pipe(wake), 0);
	pid_t pid = fork();
	if (pid == 0) {
		struct store *s = pgtest_store_again(&server, NULL);
		struct lease_want w = want("the holder", seconds, 0);
		char own[LEASE_TOKEN], c;

		close(wake[1]);
		if (lease_take(s, &w, own, &err) < 0 || store_begin(s, true, &err) < 0 ||
		    write(said[1], own, sizeof(own)) < 0 || read(wake[0], &c, 1) < 0)
			_exit(1);
		/* Awake again: what it had begun must not go through. */
		int r = lease_attach(s, "lyon", own, 1, &err);
		_exit(r == HV_E_LOST || (r < 0 && store_lost(s)) ? 0 : 2);
	}
	close(said[1]);
	close(wake[0]);
	ck_assert_int_eq(read(said[0], token, LEASE_TOKEN), LEASE_TOKEN);
	close(said[0]);
	*ret_wake = wake[1];
	return pid;
}

START_TEST(a_killed_holder_is_replaced_at_once)
{
	char token[LEASE_TOKEN], mine[LEASE_TOKEN];
	int wake, status;
	hv_auto(store_closep) struct store *s = pgtest_store(&server, NULL);
	struct lease_want w = want("me", 60, 20000);
	pid_t pid = holder(3600, token, &wake);

	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(lease_take(s, &w, mine, &err) == 0, "%s", err.text);
	ck_assert_str_eq(pgtest_ask(&server, "select holder from harvester.lease"), "me");
}
END_TEST

START_TEST(a_live_holder_is_not_replaced_before_its_time)
{
	char token[LEASE_TOKEN], mine[LEASE_TOKEN];
	int wake;
	hv_auto(store_closep) struct store *s = pgtest_store(&server, NULL);
	struct lease_want w = want("me", 60, 0);
	pid_t pid = holder(3600, token, &wake);

	ck_assert_int_eq(kill(pid, SIGSTOP), 0);
	ck_assert_int_eq(lease_take(s, &w, mine, &err), HV_E_BUSY);
	ck_assert_ptr_nonnull(strstr(err.text, "the holder"));
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}
END_TEST

START_TEST(a_paused_holder_whose_lease_expired_wakes_and_writes_nothing)
{
	char token[LEASE_TOKEN], mine[LEASE_TOKEN];
	int wake, status;
	hv_auto(store_closep) struct store *s = pgtest_store(&server, NULL);
	struct lease_want w = want("me", 60, 20000);
	pid_t pid = holder(3600, token, &wake);

	ck_assert_int_eq(kill(pid, SIGSTOP), 0);
	/* The database's clock says when: let it be past, rather than wait for it. */
	(void)pgtest_ask(&server,
			 "update harvester.lease set until = clock_timestamp() - interval '1 s' returning 1");
	ck_assert_msg(lease_take(s, &w, mine, &err) == 0, "%s", err.text);
	ck_assert_str_eq(
		pgtest_ask(&server,
			   "select count(*) from pg_stat_activity where state = 'idle in transaction' "
			   "and datname = current_database()"),
		"0");
	ck_assert_int_eq(kill(pid, SIGCONT), 0);
	close(wake);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ck_assert_str_eq(pgtest_ask(&server, "select holder || coalesce(run::text, '') from harvester.lease"),
			 "me");
}
END_TEST

START_TEST(the_injected_clock_has_no_say)
{
	static const struct hv_clock far = { .fixed = true,
					     .fixed_us = 4102444800000000 }; /* the year 2100 */
	hv_auto(store_closep) struct store *a = pgtest_store(&server, NULL);
	hv_auto(store_closep) struct store *b = pgtest_store_again(&server, &far);
	struct lease_want w = want("b", 60, 0);
	char token[LEASE_TOKEN];

	take(a, "a", 60, token);
	ck_assert_int_eq(lease_take(b, &w, token, &err), HV_E_BUSY);
}
END_TEST

/* Meets the others at the gun; 0: took it, 1: busy, 2: something else. */
static pid_t comer(const int gun[2], const int hold[2])
{
	pid_t pid = fork();
	char c, token[LEASE_TOKEN];
	struct lease_want w = want("comer", 60, 0);

	if (pid != 0)
		return pid;
	struct store *s = pgtest_store_again(&server, NULL);
	close(gun[1]);
	close(hold[1]);
	if (read(gun[0], &c, 1) != 0)
		_exit(2);
	int r = lease_take(s, &w, token, &err);
	if (r == 0 && read(hold[0], &c, 1) != 0) /* keep the session until all have tried */
		_exit(2);
	_exit(r == 0 ? 0 : r == HV_E_BUSY ? 1 : 2);
}

START_TEST(of_six_who_come_at_once_one_gets_it)
{
	int gun[2], hold[2], status, busy = 0;
	pid_t pids[6], pid;

	store_close(pgtest_store(&server, NULL));
	/* A lease whose holder is gone: the harder case, all want to take it over. */
	(void)pgtest_ask(&server, "insert into harvester.lease values ('lyon', 'x', null, 'gone', now(), 0, "
				  "'epoch', 'infinity') returning 1");
	ck_assert_int_eq(pipe(gun) | pipe(hold), 0);
	for (size_t i = 0; i < HV_LEN(pids); i++)
		pids[i] = comer(gun, hold);
	close(gun[1]);
	for (size_t i = 0; i + 1 < HV_LEN(pids); i++) {
		pid = waitpid(-1, &status, 0);
		ck_assert_int_gt(pid, 0);
		ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 1, "status %d", status);
		busy++;
	}
	close(hold[1]);
	ck_assert_int_gt(waitpid(-1, &status, 0), 0);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(busy, 5);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lease");
	TCase *c = tcase_create("lease");

	tcase_set_timeout(c, 60);
	tcase_add_test(c, a_free_lease_is_taken_and_the_second_comer_is_told_the_holder);
	tcase_add_test(c, a_released_lease_is_free_and_its_token_is_worth_nothing);
	tcase_add_test(c, renewing_moves_the_end_also_from_a_second_connection);
	tcase_add_test(c, a_killed_holder_is_replaced_at_once);
	tcase_add_test(c, a_live_holder_is_not_replaced_before_its_time);
	tcase_add_test(c, a_paused_holder_whose_lease_expired_wakes_and_writes_nothing);
	tcase_add_test(c, the_injected_clock_has_no_say);
	tcase_add_test(c, of_six_who_come_at_once_one_gets_it);
	suite_add_tcase(s, c);
	pgtest_begin(&server);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return pgtest_end(&server, failed);
}
