/*
 * tests/support/pgtest.h - a private PostgreSQL for one test program, a fresh database for each test.
 *
 * pgtest_begin in main starts the server in a temporary HARVESTER_HOME (initdb without sync), pgtest_end
 *stops it and removes everything. Between them each test asks for a database or an open store of its own;
 *call from the test itself or from a checked fixture, so that it lives and dies in Check's forked child.
 *
 *	static struct pgtest pg;
 *	… in main: pgtest_begin(&pg); … srunner_run_all(…); return pgtest_end(&pg, srunner_ntests_failed(sr));
 *	… in a test: struct store *s = pgtest_store(&pg, NULL);  …  store_close(s);
 */
#ifndef TESTS_SUPPORT_PGTEST_H
#define TESTS_SUPPORT_PGTEST_H

#include "store/private.h"
#include "store/store.h"

struct pgtest {
	struct private_server *server;
	char home[64];
	char url[512]; /* the last database made */
	unsigned made;
};

/* Ends the program with a line on stderr when there is no PostgreSQL. Sets HARVESTER_HOME for the program. */
void pgtest_begin(struct pgtest *t);

/* Stop and remove; returns the program's exit code. */
int pgtest_end(struct pgtest *t, int failed);

/* An empty database of its own; its address, until the next call. Ends the test when that fails. */
const char *pgtest_url(struct pgtest *t);

/* A store on a fresh database, migrated; clock NULL: the system's. Ends the test when that fails. */
struct store *pgtest_store(struct pgtest *t, const struct hv_clock *clock);

/* A second store on the database made last. */
struct store *pgtest_store_again(struct pgtest *t, const struct hv_clock *clock);

/*
 * Run sql (one statement) on the database made last and return the first column of its first row, "" when
 * there is none or it is null. In a static buffer: use it before the next call.
 */
const char *pgtest_ask(struct pgtest *t, const char *sql);

/* A new empty folder under /tmp that other accounts may enter; written into ret. And the way back. */
void pgtest_folder(char *ret, size_t size);
void pgtest_remove(const char *path);

#endif
