/*
 * publish/report.c - see report.h: gathers, has the parts written, puts both files in place.
 */
#include "harvester/publish/report.h"

#include "harvester/publish/report_priv.h"

enum {
	MOST_ARENA = 64 << 20,
	MOST_PART = 32 << 20, /* of the page; the ceilings on rows keep it far below */
	MOST_LINE = 4 << 20
};

static void report_release(struct report *r)
{
	struct buf *const bufs[] = {
		&r->page, &r->changed, &r->created, &r->withdrawn, &r->restored, &r->line
	};

	for (size_t i = 0; i < HV_LEN(bufs); i++)
		buf_release(bufs[i]);
	aside_close(r->table);
	arena_free(r->arena);
	arena_free(r->scratch);
}

static int report_init(struct report *r, struct store *s, const struct report_options *o, struct hv_err *err)
{
	struct buf *const parts[] = { &r->page, &r->changed, &r->created, &r->withdrawn, &r->restored };

	for (size_t i = 0; i < HV_LEN(parts); i++)
		*parts[i] = BUF_INIT(MOST_PART);
	r->line = BUF_INIT(MOST_LINE);
	r->store = s;
	r->o = o;
	r->err = err;
	r->arena = arena_new(MOST_ARENA);
	r->scratch = arena_new(MOST_ARENA);
	return r->arena && r->scratch ? 0 : hv_nomem(err, "report");
}

/* MUSEO becomes part of a file's name. */
static int check_museum(const char *museum, struct hv_err *err)
{
	size_t n = strspn(museum, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

	return n > 0 && n < 16 && !museum[n]
		       ? 0
		       : hv_fail(err, HV_E_USAGE, "'%s' is no Muséofile code: M and four digits or so",
				 museum);
}

int report_notice(struct report *r, struct str doc, struct notice *ret)
{
	memset(ret, 0, sizeof(*ret));
	return doc.p ? notice_read(r->scratch, doc, ret, r->err) : 0;
}

static int read_run(struct report *r, const struct run_row *row, struct report_run *ret)
{
	struct json counts = { .kind = JV_NULL };
	bool day;

	if (row->counts && *row->counts && json_parse(r->arena, str_of(row->counts), &counts, r->err) < 0)
		return hv_wrap(r->err, "counts of run %lld", (long long)row->id);
	*ret = (struct report_run){ .id = row->id,
				    .listed = json_number(&counts, "listed", 0),
				    .unchanged = json_number(&counts, "unchanged", 0),
				    .refused = json_number(&counts, "refused", 0),
				    .failed = json_number(&counts, "fields_failed", 0) };
	if (!clock_parse(str_of(row->started), &ret->started, &day))
		return hv_fail(r->err, HV_E_STORE, "run %lld: '%s' is no time", (long long)row->id,
			       row->started);
	return query_tally(r->store, row->id, r->o->museum, &ret->tally, r->err);
}

static int gather(struct report *r)
{
	struct run_row before;
	int64_t id;

	if (runs_get(r->store, r->o->run, r->arena, &r->row, r->err) < 0)
		return r->err->code;
	if (strcmp(r->row.state, "done") != 0)
		return hv_fail(r->err, HV_E_REFUSED,
			       "run %lld is %s: it changed nothing yet, there is nothing to report",
			       (long long)r->o->run, r->row.state);
	if (read_run(r, &r->row, &r->now) < 0)
		return r->err->code;
	int got = query_applied(r->store, r->row.source, r->o->run, &id, r->err);
	if (got != HV_ROW)
		return got;
	r->has_before = true;
	if (runs_get(r->store, id, r->arena, &before, r->err) < 0)
		return r->err->code;
	return read_run(r, &before, &r->before);
}

/* The head speaks of what is refused, which is known after its list is written: so the list comes first. */
static int write_page(struct report *r)
{
	hv_auto(buf_release) struct buf refused = BUF_INIT(MOST_PART);

	if (report_put_refused(r) < 0)
		return r->err->code;
	buf_str(&refused, buf_view(&r->page));
	buf_clear(&r->page);
	report_put_head(r);
	report_put_counts(r);
	buf_str(&r->page, buf_view(&refused));
	report_put_changes(r);
	if (report_put_findings(r) < 0)
		return r->err->code;
	report_put_foot(r);
	const struct buf *const parts[] = { &refused,      &r->changed,  &r->created,
					    &r->withdrawn, &r->restored, &r->page };
	for (size_t i = 0; i < HV_LEN(parts); i++)
		if (buf_ok(parts[i], "report", r->err) < 0)
			return r->err->code;
	return 0;
}

static int open_file(const struct report *r, const char *suffix, struct aside **ret)
{
	char name[128];

	(void)snprintf(name, sizeof(name), "report-%s-%lld.%s", r->o->museum, (long long)r->o->run, suffix);
	return aside_open(r->o->dir, name, ret, r->err);
}

static int write_files(struct report *r, struct report_paths *ret)
{
	hv_auto(aside_closep) struct aside *page = NULL;

	if (open_file(r, "csv", &r->table) < 0)
		return r->err->code;
	report_table_begin(r);
	if (report_walk_changes(r) < 0 || write_page(r) < 0 || open_file(r, "html", &page) < 0)
		return r->err->code;
	aside_put(page, buf_view(&r->page));
	if (aside_ready(r->table, r->err) < 0 || aside_ready(page, r->err) < 0 ||
	    aside_place(r->table, r->err) < 0 || aside_place(page, r->err) < 0)
		return r->err->code;
	(void)snprintf(ret->page, sizeof(ret->page), "%s", aside_path(page));
	(void)snprintf(ret->table, sizeof(ret->table), "%s", aside_path(r->table));
	return 0;
}

int report_write(struct store *s, const struct report_options *o, struct report_paths *ret,
		 struct hv_err *err)
{
	hv_auto(report_release) struct report r = { 0 };

	if (check_museum(o->museum, err) < 0 || report_init(&r, s, o, err) < 0 || gather(&r) < 0 ||
	    write_files(&r, ret) < 0)
		return hv_wrap(err, "report of run %lld for %s", (long long)o->run, o->museum);
	return 0;
}
