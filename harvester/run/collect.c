/*
 * run/collect.c - the first step of a run: page by page, record by record, until the source says the list is
 * over.
 *
 * A record unchanged against its last applied version costs a hash and nothing more. A changed one is mapped
 * and appended once as a version. Records and the checkpoint that covers them commit together, page by page:
 * killed anywhere, the next process goes on behind the last committed page. Of a page only one batch is in
 * memory.
 */
#include "config/secret.h"
#include "harvester/io/pack.h"
#include "harvester/run/batch.h"
#include "harvester/run/run_priv.h"

enum { MOST_PACK = 512 << 20, MOST_NOTES = 200 };

struct collector {
	struct run *run;
	struct connector *connector;
	struct batch *batch;
	struct pack_writer *pack;
	struct notes *notes;
	struct buf pack_text, checkpoint, counts;
	struct collect_version *versions; /* of one batch */
	int64_t *nums;                    /* heads of this page that were seen unchanged */
	size_t n_nums, cap_nums;
	int64_t page;
	int64_t expected;
};

static void noticed(void *ctx, const char *code, const char *subject, const char *example)
{
	struct collector *c = ctx;

	notes_add(c->notes, code, str_of(subject), str_of(example));
	c->run->row.problems = true;
}

static bool is_cancelled(void *ctx)
{
	struct collector *c = ctx;
	const struct run_env *env = c->run->env;

	return env->cancelled && env->cancelled(env->ctx);
}

static int seen(struct collector *c, int64_t num, struct hv_err *err)
{
	if (c->n_nums == c->cap_nums) {
		size_t cap = c->cap_nums ? c->cap_nums * 2 : 1024;
		int64_t *v = realloc(c->nums, cap * sizeof(*v));

		if (!v)
			return hv_nomem(err, "numbers of a page");
		c->nums = v;
		c->cap_nums = cap;
	}
	c->nums[c->n_nums++] = num;
	return 0;
}

static int put_refused(struct collector *c, const struct item *it, struct hv_err *err)
{
	struct collect_refused q = { .slot = it->slot,
				     .external_id = it->id,
				     .datestamp = it->record.datestamp,
				     .hash = it->hash,
				     .fingerprint = c->run->bound->fingerprint,
				     .code = it->code,
				     .field = it->field,
				     .reason = it->reason,
				     .body = it->record.body };

	c->run->counts.refused_new++;
	return collect_refuse(c->run->store, c->run->bound->source->name, c->run->row.id, c->page, &q, err);
}

/* A version for the batch's COPY; its body goes into the page's pack. */
static int put_version(struct collector *c, const struct item *it, size_t *n, struct hv_err *err)
{
	struct collect_version *v = &c->versions[(*n)++];

	*v = (struct collect_version){ .slot = it->slot,
				       .external_id = it->id,
				       .datestamp = it->record.datestamp,
				       .deleted = it->record.deleted,
				       .hash = it->hash,
				       .fingerprint = c->run->bound->fingerprint,
				       .body_slot = -1,
				       .claim = it->claim,
				       .failed = (int32_t)it->failed };
	c->run->counts.versions++;
	c->run->counts.fields_failed += it->failed;
	if (it->record.deleted)
		return 0;
	v->body_slot = (int32_t)pack_count(c->pack);
	return pack_add(c->pack, it->record.body, err);
}

/* A record that was refused and is now as it was applied, or deleted: the refusal is over. */
static int no_more_refused(struct collector *c, const struct item *it, struct hv_err *err)
{
	if (!it->known.refused)
		return 0;
	return collect_solve(c->run->store, c->run->bound->source->name, it->id, it->record.datestamp,
			     c->run->row.id, err);
}

static int put_item(struct collector *c, const struct item *it, size_t *n, struct hv_err *err)
{
	struct counts *k = &c->run->counts;

	k->listed++;
	k->deleted += it->record.deleted;
	for (size_t i = 0; i < it->n_notes; i++)
		notes_add(c->notes, it->notes[i].code, it->notes[i].subject, it->id);
	switch (it->fate) {
	case FATE_UNCHANGED:
		k->unchanged++;
		return seen(c, it->known.num, err) < 0 ? err->code : no_more_refused(c, it, err);
	case FATE_STILL_REFUSED:
		k->refused++;
		return it->known.known ? seen(c, it->known.num, err) : 0;
	case FATE_REFUSED:
		k->refused++;
		return put_refused(c, it, err);
	case FATE_VERSION:
		return put_version(c, it, n, err);
	case FATE_NOTHING: /* deleted, and never here: there is nothing to end */
		return no_more_refused(c, it, err);
	}
	return 0;
}

static int put_batch(struct collector *c, struct hv_err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < batch_size(c->batch); i++)
		if (put_item(c, batch_item(c->batch, i), &n, err) < 0)
			return err->code;
	return collect_versions(c->run->store, c->run->row.id, c->page, c->versions, n, err);
}

static int put_finding(void *ctx, const char *code, const char *subject, const char *example, int64_t times,
		       struct hv_err *err)
{
	struct collector *c = ctx;

	return collect_finding(c->run->store, c->run->bound->source->name, c->run->row.id, code, subject,
			       example, times, err);
}

/* Everything of the page into the open transaction. */
static int put_page(struct collector *c, struct hv_err *err)
{
	int32_t slot = 0;
	int r;

	while ((r = batch_fill(c->batch, c->run->bound->ops, c->connector, &slot, err)) == HV_ROW) {
		if (is_cancelled(c))
			return hv_fail(err, HV_E_CANCELLED, "interrupted in page %lld", (long long)c->page);
		if (batch_convert(c->batch, c->run->store, c->run->row.id, c->run->counts.versions > 0, err) <
			    0 ||
		    put_batch(c, err) < 0)
			return err->code;
	}
	if (r < 0)
		return r;
	if (notes_drain(c->notes, put_finding, c, err) < 0)
		return err->code;
	return pack_count(c->pack) ? pack_finish(c->pack, &c->pack_text, err) : 0;
}

/* The last statement of the page's transaction names the position behind it. */
static int end_page(struct collector *c, struct hv_err *err)
{
	struct run *r = c->run;

	buf_clear(&c->checkpoint);
	buf_clear(&c->counts);
	if (r->bound->ops->checkpoint(c->connector, &c->checkpoint, err) < 0)
		return err->code;
	counts_write(&c->counts, &r->counts);
	if (buf_ok(&c->checkpoint, "checkpoint", err) < 0 || buf_ok(&c->counts, "counts", err) < 0)
		return err->code;
	fault_point(&r->faults, "collect.rows");
	struct collect_page p = { .run = r->row.id,
				  .page = c->page,
				  .token = r->token,
				  .checkpoint = buf_cstr(&c->checkpoint),
				  .counts = buf_cstr(&c->counts),
				  .problems = r->row.problems,
				  .pack = buf_view(&c->pack_text),
				  .nums = c->nums,
				  .n_nums = c->n_nums };
	if (collect_page_end(r->store, &p, err) < 0)
		return err->code;
	fault_point(&r->faults, "collect.checkpoint");
	r->row.page = c->page;
	return 0;
}

static int collect_page(struct collector *c, const struct connector_page *page, struct hv_err *err)
{
	struct run *r = c->run;

	fault_point(&r->faults, "collect.page");
	c->page = r->row.page + 1;
	c->n_nums = 0;
	buf_clear(&c->pack_text);
	r->counts.pages++;
	r->counts.bytes += (int64_t)page->bytes;
	if (page->expected > 0)
		c->expected = page->expected;
	if (run_keep_lease(r, err) < 0 || collect_page_begin(r->store, err) < 0)
		return err->code;
	if (put_page(c, err) < 0 || end_page(c, err) < 0) {
		store_rollback(r->store);
		return hv_wrap(err, "page %lld", (long long)c->page);
	}
	if (r->env->progress)
		r->env->progress(r->env->ctx, r->row.id, "collecting", r->counts.listed, c->expected);
	return 0;
}

static int all_pages(struct collector *c, struct hv_err *err)
{
	const struct connector_ops *ops = c->run->bound->ops;
	struct connector_page page;
	int r;

	for (;;) {
		page = (struct connector_page){ .expected = -1 };
		r = ops->page(c->connector, &page, err);
		if (r != HV_ROW)
			return r;
		if (collect_page(c, &page, err) < 0)
			return err->code;
		if (is_cancelled(c))
			return hv_fail(err, HV_E_CANCELLED, "interrupted after page %lld",
				       (long long)c->page);
	}
}

static void told_unmatched(void *ctx, const char *path, unsigned line)
{
	struct collector *c = ctx;
	char where[64];

	(void)snprintf(where, sizeof(where), "ligne %u de la correspondance", line);
	notes_add(c->notes, "path_never_matched", str_of(path), str_of(where));
}

/* The list is over: say what the mapping never found, and move on to judging with the next cursor. */
static int finish(struct collector *c, struct hv_err *err)
{
	struct run *r = c->run;
	hv_auto(buf_release) struct buf cursor = BUF_INIT(64u << 10);

	fault_point(&r->faults, "collect.end");
	if (r->bound->ops->cursor(c->connector, &cursor, err) < 0)
		return err->code;
	if (r->counts.versions >= 20 && !r->outcome->resumed)
		batch_unmatched(c->batch, told_unmatched, c);
	if (store_begin(r->store, false, err) < 0)
		return err->code;
	buf_clear(&c->counts);
	counts_write(&c->counts, &r->counts);
	struct run_move m = { .state = "judging",
			      .cursor_next = buf_cstr(&cursor),
			      .problems = r->row.problems,
			      .counts = buf_cstr(&c->counts) };
	if (notes_drain(c->notes, put_finding, c, err) < 0 ||
	    runs_move(r->store, r->row.id, r->token, &m, err) < 0) {
		store_rollback(r->store);
		return err->code;
	}
	r->row.cursor_next = arena_strdup(r->arena, buf_cstr(&cursor));
	r->row.state = "judging";
	return store_commit(r->store, err);
}

static int open_connector(struct collector *c, struct http *http, struct hv_err *err)
{
	struct run *r = c->run;
	struct connector_env env = { .source = r->bound->source,
				     .section = r->bound->section,
				     .http = http,
				     .clock = r->env->clock,
				     .cursor = r->row.cursor_from,
				     .checkpoint = r->row.checkpoint,
				     .full = strcmp(r->row.listing, "full") == 0,
				     .max_record = (size_t)r->bound->source->http.record,
				     .finding = noticed,
				     .cancelled = is_cancelled,
				     .ctx = c };

	if (r->bound->ops->open(&env, &c->connector, err) < 0)
		return err->code;
	const char *listing = r->bound->ops->listing(c->connector) == LISTING_FULL ? "full" : "window";
	if (strcmp(listing, r->row.listing) == 0)
		return 0;
	r->row.listing = listing;
	return runs_listing(r->store, r->row.id, r->token, listing, err);
}

static void release(struct collector *c)
{
	if (c->connector)
		c->run->bound->ops->close(c->connector);
	batch_free(c->batch);
	pack_writer_free(c->pack);
	notes_free(c->notes);
	buf_release(&c->pack_text);
	buf_release(&c->checkpoint);
	buf_release(&c->counts);
	free(c->versions);
	free(c->nums);
}

static int collect_with(struct run *r, struct http *http, struct hv_err *err)
{
	hv_auto(release) struct collector c = { .run = r,
						.pack_text = BUF_INIT(MOST_PACK),
						.checkpoint = BUF_INIT(1u << 20),
						.counts = BUF_INIT(64u << 10),
						.expected = -1 };

	c.pack = pack_writer_new(MOST_PACK);
	c.notes = notes_new(MOST_NOTES);
	c.versions = calloc(BATCH_RECORDS, sizeof(*c.versions));
	if (!c.pack || !c.notes || !c.versions)
		return hv_nomem(err, "collecting");
	if (batch_new(r->bound, r->options->workers, &c.batch, err) < 0 ||
	    open_connector(&c, http, err) < 0 || all_pages(&c, err) < 0)
		return err->code;
	return finish(&c, err);
}

int run_collect(struct run *r, struct hv_err *err)
{
	hv_auto(http_freep) struct http *http = NULL;
	hv_auto(secret_freep) char *secret = NULL;
	struct http_options o;

	if (r->bound->ops->uses_http) {
		if (bind_http(r->bound, &o, &secret, err) < 0 ||
		    http_new(&o, r->env->cancelled, r->env->ctx, &http, err) < 0)
			return err->code;
	}
	return collect_with(r, http, err);
}
