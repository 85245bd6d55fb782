/*
 * tests/support/catalogue.c - see catalogue.h.
 */
#include "tests/support/catalogue.h"

#include "store/pg.h"

static _Noreturn void give_up(const char *what, const char *why)
{
	fprintf(stderr, "catalogue: %s: %s\n", what, why);
	exit(1);
}

void catalogue_sql(struct pgtest *t, const char *sql)
{
	hv_auto(pg_closep) struct pg *pg = NULL;
	struct hv_err err = { 0 };

	if (pg_connect(t->url, NULL, "catalogue", &pg, &err) < 0 || pg_exec(pg, "fixture", sql, &err) < 0)
		give_up("statements", err.text);
}

char *catalogue_file(const char *path)
{
	hv_auto(hv_fclosep) FILE *f = fopen(path, "rb");
	hv_auto(buf_release) struct buf b = BUF_INIT(64u << 20);
	char piece[4096];
	size_t n;

	if (!f)
		give_up(path, "cannot be read");
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_put(&b, piece, n);
	char *text = strdup(buf_cstr(&b));
	if (b.failed || !text)
		give_up(path, "too large");
	return text;
}

void catalogue_load(struct pgtest *t)
{
	hv_auto(hv_freep) char *sql = catalogue_file("tests/fixtures/publish/catalogue.sql");

	catalogue_sql(t, sql);
}
