/*
 * Tests of the private server (store/private*.c): real initdb, real processes, killed for real. Each test has
 * a data folder of its own. As root and as an ordinary user; what only one of them can show is skipped
 * visibly.
 */
#include "store/private.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/pg.h"
#include "store/private_priv.h"
#include "tests/support/pgtest.h"

static struct hv_err err;
static char home[64];

static void make_home(void)
{
	pgtest_folder(home, sizeof(home));
	ck_assert_int_eq(setenv("HARVESTER_HOME", home, 1) | setenv("HARVESTER_TEST_NO_SYNC", "1", 1), 0);
}

static void remove_home(void)
{
	pgtest_remove(home);
}

static struct private_server *open_server(void)
{
	struct private_server *p = NULL;

	ck_assert_msg(private_open(NULL, &p, &err) == 0, "%s", err.text);
	return p;
}

static struct pg *connect_to(const struct private_server *p)
{
	struct pg *pg = NULL;

	ck_assert_msg(pg_connect(private_conninfo(p), NULL, "test", &pg, &err) == 0, "%s", err.text);
	return pg;
}

static void run(const struct private_server *p, const char *sql)
{
	hv_auto(pg_closep) struct pg *pg = connect_to(p);

	ck_assert_msg(pg_exec(pg, "test", sql, &err) == 0, "%s", err.text);
}

static const char *ask(const struct private_server *p, const char *sql)
{
	static char answer[512];
	hv_auto(pg_closep) struct pg *pg = connect_to(p);
	hv_auto(pg_clearp) PGresult *r = NULL;

	ck_assert_msg(pg_query(pg, "test", sql, PG_ONE, NULL, 0, &r, &err) == 1, "%s", err.text);
	(void)snprintf(answer, sizeof(answer), "%s", pg_text(r, 0, 0));
	return answer;
}

/* Run fn in a process of its own, which then dies without closing anything; its exit status. */
static int in_child(int (*fn)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(fn());
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int open_and_vanish(void)
{
	struct private_server *p = NULL;

	return private_open(NULL, &p, NULL) == 0 ? 0 : 1;
}

START_TEST(a_first_opening_makes_a_durable_database_behind_a_closed_door)
{
	struct private_server *p = open_server();
	struct stat st;
	char path[PATH_MAX];

	ck_assert_str_eq(ask(p, "select current_database() || ' ' || current_user"), "harvester harvester");
	ck_assert_str_eq(
		ask(p, "select string_agg(name || '=' || setting, ' ' order by name) from pg_settings where "
		       "name in ('fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums', "
		       "'listen_addresses', 'server_encoding', 'jit', 'wal_compression')"),
		"data_checksums=on fsync=on full_page_writes=on jit=off listen_addresses= "
		"server_encoding=UTF8 synchronous_commit=on wal_compression=lz4");
	ck_assert_int_eq(stat(private_socket(p), &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0700);
	(void)snprintf(path, sizeof(path), "%s/pg%s", home,
		       ask(p, "select current_setting('server_version_num')::int / 10000"));
	ck_assert_str_eq(ask(p, "show data_directory"), path);
	ck_assert_int_gt(private_free_space(p), 1 << 20);
	private_close(p);
}
END_TEST

START_TEST(the_last_one_out_stops_the_server)
{
	struct private_server *a = open_server(), *b = open_server(), *c = NULL;
	char socket[PATH_MAX];
	int pid = private_pid(a);

	(void)snprintf(socket, sizeof(socket), "%s", private_socket(a));
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(private_pid(b), pid);
	ck_assert_msg(private_join(b, &c, &err) == 0, "%s", err.text);
	private_close(a);
	private_close(b);
	ck_assert_str_eq(ask(c, "select 'still here'"), "still here");
	private_close(c);
	ck_assert(!process_alive(pid));
	ck_assert_int_lt(access(socket, F_OK), 0);
	a = open_server();
	ck_assert_int_ne(private_pid(a), pid);
	private_close(a);
}
END_TEST

START_TEST(five_who_come_at_once_share_one_server)
{
	pid_t pids[5];
	int status, said[2], first = 0;

	ck_assert_int_eq(pipe(said), 0);
	for (size_t i = 0; i < HV_LEN(pids); i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			struct private_server *p = open_server();
			int pid = private_pid(p);

			(void)ask(p, "select 1");
			_exit(write(said[1], &pid, sizeof(pid)) == (ssize_t)sizeof(pid) ? 0 : 1);
		}
	}
	for (size_t i = 0; i < HV_LEN(pids); i++) {
		int pid;

		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert_int_eq(status, 0);
		ck_assert_int_eq(read(said[0], &pid, sizeof(pid)), (ssize_t)sizeof(pid));
		first = first ? first : pid;
		ck_assert_int_eq(pid, first);
	}
	private_close(open_server());
	ck_assert(!process_alive(first));
}
END_TEST

START_TEST(a_server_left_behind_is_adopted)
{
	ck_assert_int_eq(in_child(open_and_vanish), 0);
	struct private_server *p = open_server();
	int pid = private_pid(p);

	ck_assert_int_eq(in_child(open_and_vanish), 0);
	ck_assert_int_eq(private_pid(p), pid);
	private_close(p);
	ck_assert(!process_alive(pid));
}
END_TEST

START_TEST(a_server_with_another_socket_folder_is_found)
{
	struct private_server *p = NULL;
	char folder[128];

	if (geteuid() == 0) {
		printf("SKIP: as root the socket's folder does not depend on the environment\n");
		return;
	}
	(void)snprintf(folder, sizeof(folder), "%s/run", home);
	ck_assert_int_eq(mkdir(folder, 0700) | setenv("XDG_RUNTIME_DIR", folder, 1), 0);
	ck_assert_int_eq(in_child(open_and_vanish), 0);
	ck_assert_int_eq(unsetenv("XDG_RUNTIME_DIR"), 0);
	p = open_server();
	ck_assert_int_eq(strncmp(private_socket(p), folder, strlen(folder)), 0);
	private_close(p);
}
END_TEST

/* Processes whose parent is pid. */
static size_t children_of(pid_t pid, pid_t *ret, size_t room)
{
	DIR *d = opendir("/proc");
	const struct dirent *e;
	size_t n = 0;

	while ((e = readdir(d)) && n < room) {
		char path[300], line[512] = "";

		(void)snprintf(path, sizeof(path), "/proc/%s/stat", e->d_name);
		FILE *f = e->d_name[0] >= '1' && e->d_name[0] <= '9' ? fopen(path, "r") : NULL;
		if (f && fgets(line, sizeof(line), f) && strrchr(line, ')') &&
		    strtol(strrchr(line, ')') + 4, NULL, 10) == pid)
			ret[n++] = (pid_t)strtol(e->d_name, NULL, 10);
		if (f)
			fclose(f);
	}
	closedir(d);
	return n;
}

START_TEST(what_was_committed_survives_kill_9_of_everything)
{
	struct private_server *p = open_server();
	hv_auto(pg_closep) struct pg *open = connect_to(p);
	pid_t all[64], postmaster = private_pid(p);

	run(p, "create table t (n int); insert into t select generate_series(1, 10000)");
	ck_assert_int_eq(pg_exec(open, "test", "begin; insert into t values (0)", &err), 0);
	size_t n = children_of(postmaster, all, HV_LEN(all));
	ck_assert_uint_ge(n, 3);
	ck_assert_int_eq(kill(postmaster, SIGKILL), 0);
	for (size_t i = 0; i < n; i++)
		(void)kill(all[i], SIGKILL);
	struct private_server *next = open_server();
	ck_assert_str_eq(ask(next, "select count(*) from t"), "10000");
	ck_assert_int_ne(private_pid(next), postmaster);
	private_close(p);
	private_close(next);
}
END_TEST

START_TEST(a_backend_that_outlives_its_killed_server_is_waited_for)
{
	struct private_server *p = open_server();
	hv_auto(pg_closep) struct pg *busy = connect_to(p);

	/* A second or so of work that does not look up. */
	ck_assert_int_eq(PQsendQuery(pg_conn(busy), "select count(*) from generate_series(1, 4000000)"), 1);
	ck_assert_int_eq(kill(private_pid(p), SIGKILL), 0);
	struct private_server *next = open_server();
	ck_assert_str_eq(ask(next, "select 1"), "1");
	private_close(p);
	private_close(next);
}
END_TEST

/* What the caller has open and would leave to a careless child: a pipe as stdout, a locked file, a raised
 * mask. */
static int open_with_things_to_inherit(void)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/held", home);
	int fd = open(path, O_RDWR | O_CREAT, 0600);
	sigset_t all;

	sigfillset(&all);
	return fd < 0 || flock(fd, LOCK_EX) < 0 || signal(SIGINT, SIG_IGN) == SIG_ERR ||
			       sigprocmask(SIG_BLOCK, &all, NULL) < 0
		       ? 2
		       : open_and_vanish();
}

START_TEST(nothing_the_caller_has_open_reaches_the_server)
{
	int out[2], status;
	char c, path[128];

	ck_assert_int_eq(pipe(out), 0);
	pid_t pid = fork();
	if (pid == 0) {
		if (dup2(out[1], 0) < 0 || dup2(out[1], 1) < 0 || dup2(out[1], 2) < 0 || dup2(out[1], 77) < 0)
			_exit(3);
		close(out[0]);
		close(out[1]);
		_exit(open_with_things_to_inherit());
	}
	close(out[1]);
	/* Ends only when nobody has the other end any more: would hang for ever (test timeout). */
	ck_assert_int_eq(read(out[0], &c, 1), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	(void)snprintf(path, sizeof(path), "%s/held", home);
	hv_auto(hv_closep) int fd = open(path, O_RDWR);
	ck_assert_int_eq(flock(fd, LOCK_EX | LOCK_NB), 0);
	struct private_server *p = open_server();
	int server = private_pid(p);
	ck_assert_int_eq(getpgid(server) == getpgid(0), 0);
	private_close(p); /* an ignored or blocked SIGINT would have passed through exec */
	ck_assert(!process_alive(server));
}
END_TEST

START_TEST(a_caller_without_standard_streams_is_served)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		for (int fd = 0; fd < 10; fd++)
			close(fd);
		_exit(open_and_vanish());
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	private_close(open_server());
}
END_TEST

START_TEST(a_socket_path_too_long_is_refused_with_what_to_do)
{
	char name[PATH_MAX], base[101] = "/";

	memset(base + 1, 'x', 70);
	ck_assert_int_eq(private_socket_name(name, sizeof(name), base, "/home", &err), HV_E_STORE);
	ck_assert_msg(strstr(err.text, "100 bytes") && strstr(err.text, "XDG_RUNTIME_DIR"), "%s", err.text);
	base[50] = '\0';
	ck_assert_int_eq(private_socket_name(name, sizeof(name), base, "/home", &err), 0);
	ck_assert_int_eq(private_socket_name(name, sizeof(name), "/it's", "/home", &err), HV_E_STORE);
}
END_TEST

START_TEST(a_socket_folder_of_somebody_else_is_refused)
{
	struct account a;
	char path[PATH_MAX];

	ck_assert_msg(account_find(&a, &err) == 0, "%s", err.text);
	(void)snprintf(path, sizeof(path), "%s/socket", home);
	ck_assert_msg(private_socket_ready(path, &a, &err) == 0, "%s", err.text);
	ck_assert_int_eq(private_socket_ready(path, &a, &err), 0);
	ck_assert_int_eq(chmod(path, 0750), 0);
	ck_assert_int_eq(private_socket_ready(path, &a, &err), HV_E_STORE);
	ck_assert_msg(strstr(err.text, "mode 700"), "%s", err.text);
	ck_assert_int_eq(rmdir(path) | symlink("/tmp", path), 0);
	ck_assert_int_eq(private_socket_ready(path, &a, &err), HV_E_STORE);
	if (geteuid() != 0) {
		printf("SKIP: a folder of another account can only be made by root\n");
		return;
	}
	ck_assert_int_eq(unlink(path) | mkdir(path, 0700) | chown(path, 12345, 12345), 0);
	ck_assert_int_eq(private_socket_ready(path, &a, &err), HV_E_STORE);
	ck_assert_msg(strstr(err.text, "12345"), "%s", err.text);
}
END_TEST

static void refused(const char *word)
{
	struct private_server *p = NULL;

	ck_assert_int_eq(private_open(NULL, &p, &err), HV_E_STORE);
	ck_assert_ptr_null(p);
	ck_assert_msg(strstr(err.text, word), "%s: %s", word, err.text);
}

START_TEST(a_data_folder_of_somebody_else_is_refused)
{
	ck_assert_int_eq(setenv("HARVESTER_HOME", geteuid() == 0 ? home : "/usr", 1), 0);
	if (geteuid() == 0)
		ck_assert_int_eq(chown(home, 12345, 12345), 0);
	refused("HARVESTER_HOME");
	ck_assert_ptr_nonnull(strstr(err.text, "belongs to user id"));
	if (geteuid() == 0)
		ck_assert_int_eq(chown(home, 0, 0) | chmod(home, 0777), 0);
	else
		ck_assert_int_eq(setenv("HARVESTER_HOME", home, 1) | chmod(home, 0777), 0);
	refused("everybody may write");
}
END_TEST

START_TEST(a_folder_the_servers_account_cannot_enter_is_named)
{
	char inner[128], word[160];

	if (geteuid() != 0) {
		printf("SKIP: only as root the server has another account\n");
		return;
	}
	(void)snprintf(inner, sizeof(inner), "%s/closed/data", home);
	(void)snprintf(word, sizeof(word), "may not enter %s/closed:", home);
	ck_assert_int_eq(setenv("HARVESTER_HOME", inner, 1), 0);
	inner[strlen(inner) - 5] = '\0';
	ck_assert_int_eq(mkdir(inner, 0700), 0);
	refused(word);
	ck_assert_int_eq(rmdir(inner), 0); /* and nothing was made in it */
}
END_TEST

static void write_text(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
	ck_assert_int_eq(chmod(path, mode), 0);
}

START_TEST(data_of_another_major_version_are_refused_naming_both)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/pg9", home);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	refused("was made by PostgreSQL 9, but PostgreSQL 1");
	ck_assert_ptr_nonnull(strstr(err.text, "install postgresql-9, or dump"));
	ck_assert_int_eq(rmdir(path), 0);
	struct private_server *p = open_server();
	int major = (int)strtol(ask(p, "show server_version"), NULL, 10);
	private_close(p);
	/* The one whose binaries are here wins over a newer one that has none. */
	(void)snprintf(path, sizeof(path), "%s/pg99", home);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	private_close(open_server());
	ck_assert_int_eq(rmdir(path), 0);
	(void)snprintf(path, sizeof(path), "%s/pg%d/PG_VERSION", home, major);
	write_text(path, "12\n", 0644);
	refused("was made by PostgreSQL 12, but its name");
	ck_assert_int_eq(unlink(path), 0);
	refused("is no PostgreSQL data folder");
}
END_TEST

/* A bin folder with the real postgres and an initdb of our own. */
static void fake_bin(char *ret, size_t size, const char *initdb)
{
	struct private_server *p = calloc(1, sizeof(*p));
	char path[256], real[PATH_MAX + 16];

	ck_assert_msg(p && private_find_home(p, NULL, &err) == 0 && private_find_binaries(p, &err) == 0, "%s",
		      err.text);
	(void)snprintf(ret, size, "%s/bin", home);
	ck_assert_int_eq(mkdir(ret, 0755), 0);
	(void)snprintf(path, sizeof(path), "%s/initdb", ret);
	write_text(path, initdb, 0755);
	(void)snprintf(path, sizeof(path), "%s/postgres", ret);
	(void)snprintf(real, sizeof(real), "%s/postgres", p->bin);
	ck_assert_int_eq(symlink(real, path), 0);
	free(p);
}

/* Entries of the data folder that begin with pg. */
static int clusters(void)
{
	DIR *d = opendir(home);
	const struct dirent *e;
	int n = 0;

	while ((e = readdir(d)))
		n += strncmp(e->d_name, "pg", 2) == 0;
	closedir(d);
	return n;
}

START_TEST(an_initdb_killed_half_way_is_done_again)
{
	char bin[128], c;
	int said[2];

	/* It writes half a cluster, says so through a fifo, and never ends. */
	(void)snprintf(bin, sizeof(bin), "%s/ready", home);
	ck_assert_int_eq(mkfifo(bin, 0666) | chmod(bin, 0666), 0);
	fake_bin(bin, sizeof(bin),
		 "#!/bin/sh\nmkdir $2/base; echo 15 >$2/PG_VERSION; echo x >$2/../ready; exec sleep 1000\n");
	ck_assert_int_eq(setenv("HARVESTER_PG_BIN", bin, 1), 0);
	pid_t pid = fork();
	if (pid == 0)
		_exit(open_and_vanish());
	(void)snprintf(bin, sizeof(bin), "%s/ready", home);
	said[0] = open(bin, O_RDONLY);
	ck_assert_int_eq(read(said[0], &c, 1), 1);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_int_eq(clusters(), 1);
	ck_assert_int_eq(unsetenv("HARVESTER_PG_BIN"), 0);
	private_close(open_server());
	ck_assert_int_eq(clusters(), 1);
	close(said[0]);
}
END_TEST

START_TEST(an_initdb_that_fails_says_why_and_leaves_nothing)
{
	char bin[128];

	fake_bin(bin, sizeof(bin), "#!/bin/sh\necho half >$2/x; echo 'No space left on device'; exit 1\n");
	ck_assert_int_eq(setenv("HARVESTER_PG_BIN", bin, 1), 0);
	refused("initdb failed");
	ck_assert_ptr_nonnull(strstr(err.text, "No space left on device"));
	ck_assert_int_eq(clusters(), 0);
	ck_assert_int_eq(setenv("HARVESTER_PG_BIN", "/nowhere", 1), 0);
	refused("HARVESTER_PG_BIN=/nowhere holds no PostgreSQL");
}
END_TEST

START_TEST(a_server_that_does_not_start_shows_the_end_of_its_log)
{
	char path[128];
	struct private_server *p = open_server();
	int major = (int)strtol(ask(p, "show server_version"), NULL, 10);

	private_close(p);
	(void)snprintf(path, sizeof(path), "%s/pg%d/postgresql.conf", home, major);
	FILE *f = fopen(path, "a");
	ck_assert_ptr_nonnull(f);
	fputs("no_such_setting = 1\n", f);
	fclose(f);
	refused("no_such_setting");
}
END_TEST

START_TEST(a_server_whose_socket_was_swept_away_is_named)
{
	struct private_server *p = open_server();
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/.s.PGSQL.5432", private_socket(p));
	ck_assert_int_eq(unlink(path), 0);
	refused("kill -INT");
	private_close(p);
	private_close(open_server());
}
END_TEST

int main(void)
{
	Suite *s = suite_create("private");
	TCase *c = tcase_create("private");

	tcase_set_timeout(c, 120);
	tcase_add_checked_fixture(c, make_home, remove_home);
	tcase_add_test(c, a_first_opening_makes_a_durable_database_behind_a_closed_door);
	tcase_add_test(c, the_last_one_out_stops_the_server);
	tcase_add_test(c, five_who_come_at_once_share_one_server);
	tcase_add_test(c, a_server_left_behind_is_adopted);
	tcase_add_test(c, a_server_with_another_socket_folder_is_found);
	tcase_add_test(c, what_was_committed_survives_kill_9_of_everything);
	tcase_add_test(c, a_backend_that_outlives_its_killed_server_is_waited_for);
	tcase_add_test(c, nothing_the_caller_has_open_reaches_the_server);
	tcase_add_test(c, a_caller_without_standard_streams_is_served);
	tcase_add_test(c, a_socket_path_too_long_is_refused_with_what_to_do);
	tcase_add_test(c, a_socket_folder_of_somebody_else_is_refused);
	tcase_add_test(c, a_data_folder_of_somebody_else_is_refused);
	tcase_add_test(c, a_folder_the_servers_account_cannot_enter_is_named);
	tcase_add_test(c, data_of_another_major_version_are_refused_naming_both);
	tcase_add_test(c, an_initdb_killed_half_way_is_done_again);
	tcase_add_test(c, an_initdb_that_fails_says_why_and_leaves_nothing);
	tcase_add_test(c, a_server_that_does_not_start_shows_the_end_of_its_log);
	tcase_add_test(c, a_server_whose_socket_was_swept_away_is_named);
	suite_add_tcase(s, c);
	SRunner *sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? 1 : 0;
}
