/*
 * tests/support/night.c - see night.h.
 */
#include "tests/support/night.h"

#include <check.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "harvester/io/xml.h"
#include "store/pg.h"
#include "store/store_priv.h"

static const char plain[] = "new_refs: {prefix: VB, from: digits}\n"
			    "valves: {floor: 1000000, zero_records: never}\n";

static void put(const struct night *n, const char *name, const char *text)
{
	char path[160];

	(void)snprintf(path, sizeof(path), "%s/%s", n->dir, name);
	FILE *f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

static void folder(const struct night *n, const char *name)
{
	char path[160];

	(void)snprintf(path, sizeof(path), "%s/%s", n->dir, name);
	ck_assert_int_eq(mkdir(path, 0755), 0);
}

void night_config(struct night *n, const char *lines, const char *deno)
{
	char text[8192];

	(void)snprintf(text, sizeof(text),
		       "mapping: essai\nfor: xml\nroot: objet\nfields:\n"
		       "  INV: {from: inv}\n  TITR: {from: titre}\n  DENO: {from: %s}\n  DOMN: {from: domn}\n"
		       "  STAT: {from: stat}\n  MUSEO: {from: museo}\n",
		       deno ? deno : "deno");
	put(n, "mappings/essai.yaml", text);
	(void)snprintf(text, sizeof(text),
		       "source: essai\nconnector: example\nmapping: essai\nmuseums: [M9871]\n"
		       "defaults: {MUSEO: [M9871], DOMN: [peinture], STAT: [propriété de la commune]}\n"
		       "example: {path: \"%s/records.tsv\", page_size: 2}\n%s",
		       n->dir, lines ? lines : plain);
	put(n, "sources/essai.yaml", text);
	config_free(n->config);
	n->config = NULL;
	ck_assert_msg(config_load(n->dir, &n->config, &n->err) == 0, "%s", n->err.text);
	ck_assert_msg(problems_err(&n->config->problems, &n->err) == 0, "%s", n->err.text);
}

void night_begin(struct night *n, struct pgtest *pg)
{
	*n = (struct night){ .pg = pg, .log = { .out = stderr, .level = HV_LOG_ERROR } };
	n->clock = (struct hv_clock){ .fixed = true, .fixed_us = INT64_C(1803950100000000) };
	n->log.clock = n->clock;
	xml_global_init();
	pgtest_folder(n->dir, sizeof(n->dir));
	folder(n, "sources");
	folder(n, "mappings");
	put(n, "harvester.yaml", "store: {url: private}\n");
	put(n, "records.tsv", "");
	night_config(n, NULL, NULL);
	n->store = pgtest_store(pg, &n->clock);
}

void night_end(struct night *n)
{
	store_close(n->store);
	config_free(n->config);
	pgtest_remove(n->dir);
}

void night_records(const struct night *n, const char *lines)
{
	put(n, "records.tsv", lines);
}

static char *next_line(size_t *size)
{
	static char lines[8][4096];
	static unsigned at;

	*size = sizeof(lines[0]);
	return lines[at++ % 8];
}

const char *night_line(const char *id, const char *datestamp, const char *inv, const char *title)
{
	size_t size;
	char *line = next_line(&size);

	(void)snprintf(line, size, "%s\t%s\tlive\t<objet>%s%s%s<titre>%s</titre></objet>\n", id, datestamp,
		       inv ? "<inv>" : "", inv ? inv : "", inv ? "</inv>" : "", title);
	return line;
}

const char *night_deleted(const char *id, const char *datestamp)
{
	size_t size;
	char *line = next_line(&size);

	(void)snprintf(line, size, "%s\t%s\tdeleted\n", id, datestamp);
	return line;
}

void night_file(const struct night *n, const char *line, ...)
{
	char text[32768] = "";
	va_list ap;

	va_start(ap, line);
	for (; line; line = va_arg(ap, const char *))
		(void)strncat(text, line, sizeof(text) - strlen(text) - 1);
	va_end(ap);
	night_records(n, text);
}

static bool cancelled(void *ctx)
{
	return __atomic_load_n(&((struct night *)ctx)->stop, __ATOMIC_RELAXED);
}

static void progress(void *ctx, int64_t run, const char *state, int64_t done, int64_t expected)
{
	struct night *n = ctx;
	char sql[96];

	(void)run;
	(void)done;
	(void)expected;
	if (n->on_progress)
		n->on_progress(n, state);
	if (n->stop_at && strcmp(n->stop_at, state) == 0)
		__atomic_store_n(&n->stop, true, __ATOMIC_RELAXED);
	if (n->end_session_at && strcmp(n->end_session_at, state) == 0) {
		n->end_session_at = NULL;
		(void)snprintf(sql, sizeof(sql), "select pg_terminate_backend(%d, 5000)",
			       PQbackendPID(pg_conn(n->store->pg)));
		(void)pgtest_ask(n->pg, sql);
	}
}

static struct run_env environment(struct night *n)
{
	n->err = (struct hv_err){ 0 };
	n->stop = false;
	return (struct run_env){ .config = n->config,
				 .log = &n->log,
				 .clock = &n->clock,
				 .store = n->store,
				 .role = "harvester run essai",
				 .cancelled = cancelled,
				 .progress = progress,
				 .ctx = n };
}

int night_run_with(struct night *n, const struct run_options *o)
{
	struct run_env env = environment(n);

	return run_source(&env, "essai", o, &n->out, &n->err);
}

int night_run(struct night *n)
{
	struct run_options o = { .workers = 2 };

	return night_run_with(n, &o);
}

void night_done(struct night *n)
{
	int r = night_run(n);

	ck_assert_msg(r == 0, "%s", n->err.text);
	ck_assert_msg(n->out.verdict == RUN_DONE, "%s", n->out.reason);
}

int night_release(struct night *n, int64_t run)
{
	struct run_env env = environment(n);

	return run_release(&env, run, "essai", "vu", &n->out, &n->err);
}

void night_reopen(struct night *n)
{
	store_close(n->store);
	n->store = pgtest_store_again(n->pg, &n->clock);
}

const char *night_ask(struct night *n, const char *sql)
{
	return pgtest_ask(n->pg, sql);
}
