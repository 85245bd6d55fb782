/*
 * tests/support/pgtest.c - see pgtest.h. Databases of a program go with its server, nothing is dropped
 * singly.
 */
#include "tests/support/pgtest.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harvester/base/buf.h"
#include "store/pg.h"

static _Noreturn void give_up(const char *what, const struct hv_err *err)
{
	fprintf(stderr, "pgtest: %s: %s\n", what, err ? err->text : "failed");
	exit(1);
}

void pgtest_folder(char *ret, size_t size)
{
	(void)snprintf(ret, size, "/tmp/harvester-test-XXXXXX");
	/* As root the server has another account. */
	if (!mkdtemp(ret) || chmod(ret, 0755) < 0)
		give_up("temporary folder", NULL);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st;
	(void)where;
	return kind == FTW_DP ? rmdir(path) : unlink(path);
}

void pgtest_remove(const char *path)
{
	if (strncmp(path, "/tmp/harvester-test-", 20) == 0)
		(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A test's database need not survive the machine: "create database" is five times faster so. */
static void no_fsync(const struct pgtest *t)
{
	hv_auto(pg_closep) struct pg *pg = NULL;
	struct hv_err err = { 0 };

	if (pg_connect(private_conninfo(t->server), NULL, "pgtest", &pg, &err) < 0 ||
	    pg_exec(pg, "settings", "alter system set fsync = off", &err) < 0 ||
	    pg_exec(pg, "settings", "select pg_reload_conf()", &err) < 0)
		give_up("settings", &err);
}

void pgtest_begin(struct pgtest *t)
{
	struct hv_err err = { 0 };

	*t = (struct pgtest){ 0 };
	pgtest_folder(t->home, sizeof(t->home));
	if (setenv("HARVESTER_HOME", t->home, 1) < 0 || setenv("HARVESTER_TEST_NO_SYNC", "1", 1) < 0)
		give_up("environment", NULL);
	if (private_open(NULL, &t->server, &err) < 0) {
		pgtest_remove(t->home);
		give_up("server", &err);
	}
	no_fsync(t);
}

int pgtest_end(struct pgtest *t, int failed)
{
	private_close(t->server);
	pgtest_remove(t->home);
	return failed ? 1 : 0;
}

const char *pgtest_url(struct pgtest *t)
{
	hv_auto(pg_closep) struct pg *pg = NULL;
	hv_auto(buf_release) struct buf url = BUF_INIT(sizeof(t->url) - 1);
	struct hv_err err = { 0 };
	char sql[128], name[64];

	/* Tests run in forked children, whose count is lost: the process number makes the name fresh. */
	(void)snprintf(name, sizeof(name), "t%d_%u", (int)getpid(), ++t->made);
	(void)snprintf(sql, sizeof(sql), "create database %s template template0 encoding 'UTF8'", name);
	if (pg_connect(private_conninfo(t->server), NULL, "pgtest", &pg, &err) < 0 ||
	    pg_exec(pg, "make database", sql, &err) < 0)
		give_up("database", &err);
	buf_puts(&url, "postgresql://harvester@");
	buf_url(&url, str_of(private_socket(t->server)));
	buf_printf(&url, "/%s", name);
	if (buf_ok(&url, "address", &err) < 0)
		give_up("address", &err);
	(void)snprintf(t->url, sizeof(t->url), "%s", buf_cstr(&url));
	return t->url;
}

struct store *pgtest_store(struct pgtest *t, const struct hv_clock *clock)
{
	(void)pgtest_url(t);
	return pgtest_store_again(t, clock);
}

struct store *pgtest_store_again(struct pgtest *t, const struct hv_clock *clock)
{
	static const struct hv_clock system = { 0 };
	struct store_options o = { .url = t->url, .role = "test", .clock = clock ? clock : &system };
	struct hv_err err = { 0 };
	struct store *s = NULL;

	if (store_open(&o, &s, &err) < 0)
		give_up("store", &err);
	return s;
}

const char *pgtest_ask(struct pgtest *t, const char *sql)
{
	static char answer[4096];
	hv_auto(pg_closep) struct pg *pg = NULL;
	hv_auto(pg_clearp) PGresult *r = NULL;
	struct hv_err err = { 0 };

	if (pg_connect(t->url, NULL, "pgtest", &pg, &err) < 0 ||
	    pg_query(pg, "question", sql, PG_MANY, NULL, 0, &r, &err) < 0)
		give_up(sql, &err);
	(void)snprintf(answer, sizeof(answer), "%s",
		       PQntuples(r) > 0 && pg_text(r, 0, 0) ? pg_text(r, 0, 0) : "");
	return answer;
}
