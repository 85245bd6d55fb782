/*
 * tests/support/night.h - whole runs in process: a configuration, a file of records, a database,
 * `run_source`.
 *
 * The source `essai` reads a file by the connector `example`: one page holds `page_size` lines, every listing
 * is full. Its mapping knows <objet><inv/><titre/><deno/><domn/></objet>; two <titre> or two <inv> are a
 * value that is not understood. Everything fails the test that is under way when it cannot be done. Tests:
 * those that use it.
 */
#ifndef TESTS_SUPPORT_NIGHT_H
#define TESTS_SUPPORT_NIGHT_H

#include "harvester/run/run.h"
#include "tests/support/pgtest.h"

struct night {
	struct pgtest *pg;
	char dir[64];
	struct hv_log log;
	struct hv_clock clock;
	struct config *config;
	struct store *store;
	struct run_outcome out;
	struct hv_err err;
	const char *stop_at;        /* a state of `progress` in which the run is asked to stop; NULL: never */
	const char *end_session_at; /* … in which its database session is ended */
	void (*on_progress)(struct night *n, const char *state); /* NULL: nothing */
	bool stop;
};

/* A fresh database and configuration. */
void night_begin(struct night *n, struct pgtest *pg);
void night_end(struct night *n);

/*
 * The source file, read anew: more lines of YAML; NULL: `new_refs: {prefix: VB, from: digits}` and no valve
 * in the way. `deno` is the path of DENO in the mapping, NULL: "deno".
 */
void night_config(struct night *n, const char *lines, const char *deno);

/* The file of records, whole: lines "id\tdatestamp\tlive\txml\n". Or composed: night_record for each, in
 * order. */
void night_records(const struct night *n, const char *lines);

/* A line of a record: inv and title as given; NULL inv: none. Into a static buffer of eight, used in turn. */
const char *night_line(const char *id, const char *datestamp, const char *inv, const char *title);
const char *night_deleted(const char *id, const char *datestamp);
/* Several lines become the file. Ends with NULL. */
void night_file(const struct night *n, const char *line, ...);

int night_run(struct night *n);
int night_run_with(struct night *n, const struct run_options *o);
/* Runs that must be applied. */
void night_done(struct night *n);
int night_release(struct night *n, int64_t run);

/* Close and open the database: its statistics are written, a lost connection is replaced. */
void night_reopen(struct night *n);

/* One value of the database, as pgtest_ask; %s is not a format. Tables are in the schema harvester. */
const char *night_ask(struct night *n, const char *sql);

#endif
