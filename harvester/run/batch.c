/*
 * run/batch.c - see batch.h. Bodies and claims live in arenas that are reset with the batch; a record's tree
 * in an arena that is reset with the record.
 */
#include "harvester/run/batch.h"

struct batch_worker {
	struct convert *convert;
	struct arena *scratch; /* one record */
	struct arena *keep;    /* what the batch keeps of it */
	struct buf text;
};

struct batch {
	const struct bound *bound;
	struct pool *pool;
	struct batch_worker *workers;
	unsigned n_workers;
	struct arena *arena; /* the records themselves */
	struct item *items;
	size_t n;
	struct str *ids;
	struct collect_known *known;
};

static int new_worker(struct batch *b, struct batch_worker *w, bool own_mapping, struct hv_err *err)
{
	w->text = BUF_INIT(MOST_RECORD);
	w->scratch = arena_new(MOST_RECORD);
	w->keep = arena_new(MOST_BATCH);
	if (!w->scratch || !w->keep)
		return hv_nomem(err, "worker");
	return convert_new(b->bound, own_mapping, &w->convert, err);
}

int batch_new(const struct bound *bound, unsigned workers, struct batch **ret, struct hv_err *err)
{
	struct batch *b = calloc(1, sizeof(*b));

	if (!b)
		return hv_nomem(err, "batch");
	b->bound = bound;
	b->arena = arena_new(MOST_BATCH);
	b->items = calloc(BATCH_RECORDS, sizeof(*b->items));
	b->ids = calloc(BATCH_RECORDS, sizeof(*b->ids));
	b->known = calloc(BATCH_RECORDS, sizeof(*b->known));
	int r = !b->arena || !b->items || !b->ids || !b->known ? hv_nomem(err, "batch")
							       : pool_new(workers, &b->pool, err);
	if (r == 0) {
		b->n_workers = pool_workers(b->pool);
		b->workers = calloc(b->n_workers, sizeof(*b->workers));
		r = b->workers ? 0 : hv_nomem(err, "workers");
	}
	for (unsigned i = 0; r == 0 && i < b->n_workers; i++)
		r = new_worker(b, &b->workers[i], i > 0, err);
	if (r < 0) {
		batch_free(b);
		return r;
	}
	*ret = b;
	return 0;
}

void batch_free(struct batch *b)
{
	if (!b)
		return;
	pool_free(b->pool);
	for (unsigned i = 0; b->workers && i < b->n_workers; i++) {
		convert_free(b->workers[i].convert);
		arena_free(b->workers[i].scratch);
		arena_free(b->workers[i].keep);
		buf_release(&b->workers[i].text);
	}
	free(b->workers);
	arena_free(b->arena);
	free(b->items);
	free(b->ids);
	free(b->known);
	free(b);
}

int batch_fill(struct batch *b, const struct connector_ops *ops, struct connector *c, int32_t *slot,
	       struct hv_err *err)
{
	size_t bytes = 0;

	arena_reset(b->arena);
	for (unsigned i = 0; i < b->n_workers; i++)
		arena_reset(b->workers[i].keep);
	b->n = 0;
	while (b->n < BATCH_RECORDS && bytes < BATCH_BYTES) {
		struct item *it = &b->items[b->n];

		memset(it, 0, sizeof(*it));
		int r = ops->next(c, b->arena, &it->record, err);
		if (r < 0)
			return r;
		if (r == HV_END)
			break;
		it->slot = (*slot)++;
		it->field = "";
		bytes += it->record.body.n + 256;
		b->n++;
	}
	return b->n ? HV_ROW : HV_END;
}

static int hash_item(void *ctx, unsigned worker, size_t i, struct hv_err *err)
{
	struct batch *b = ctx;
	struct item *it = &b->items[i];

	it->hash = convert_hash(b->workers[worker].convert, &it->record);
	it->id = it->record.external_id;
	if (it->id.n > MOST_IDENTIFIER && !it->record.fault) {
		it->record.fault = "identifier_too_long";
		it->record.fault_reason =
			STR("L’identifiant de la notice est trop long (plus de 2 000 octets) : on ne "
			    "pourrait pas la retrouver. À corriger dans la base source.");
	}
	if (it->id.n && it->id.n <= MOST_IDENTIFIER)
		return 0;
	/* A record without a usable name is known by its body: refused once, not every night anew. */
	char hex[65];
	sha256_hex(&it->hash, hex);
	char *id = arena_printf(b->workers[worker].keep, "?%.16s", hex);
	if (!id)
		return hv_nomem(err, "identifier");
	it->id = str_of(id);
	return 0;
}

/* What can be told without mapping. */
static void classify(const struct batch *b, struct item *it)
{
	const struct collect_known *k = &it->known;
	bool same = sha256_eq(&k->hash, &it->hash) && k->fingerprint == b->bound->fingerprint;
	bool same_refused =
		sha256_eq(&k->refused_hash, &it->hash) && k->refused_fingerprint == b->bound->fingerprint;

	it->map = false;
	if (it->record.deleted)
		it->fate = k->known && !k->gone ? FATE_VERSION : k->known ? FATE_UNCHANGED : FATE_NOTHING;
	else if (k->known && !k->gone && same)
		it->fate = FATE_UNCHANGED;
	else if (k->refused && same_refused)
		it->fate = FATE_STILL_REFUSED;
	else
		it->map = true;
}

static int by_id(const void *a, const void *b)
{
	const struct item *const *x = a, *const *y = b;

	return str_cmp((*x)->id, (*y)->id);
}

/*
 * Tokens expire and pages repeat, so an external id may come twice in a run, live and deleted, new and as it
 * was. The last by datestamp must win, so every coming but a refused one needs its row: what looks as if
 * nothing had happened may be the newer word.
 */
static void write_out(struct item *it)
{
	if (it->fate == FATE_STILL_REFUSED || it->map)
		return;
	it->map = !it->record.deleted;
	it->fate = FATE_VERSION;
}

static int mark_repeats(struct batch *b, struct store *s, int64_t run, bool run_has_versions,
			struct hv_err *err)
{
	struct item *sorted[BATCH_RECORDS];
	bool in_run[BATCH_RECORDS] = { 0 };
	size_t quiet = 0;

	for (size_t i = 0; i < b->n; i++)
		sorted[i] = &b->items[i];
	qsort(sorted, b->n, sizeof(sorted[0]), by_id);
	for (size_t i = 1; i < b->n; i++)
		if (str_eq(sorted[i - 1]->id, sorted[i]->id)) {
			write_out(sorted[i - 1]);
			write_out(sorted[i]);
		}
	for (size_t i = 0; i < b->n; i++) {
		struct item *it = &b->items[i];

		if (!it->map && (it->fate == FATE_UNCHANGED || it->fate == FATE_NOTHING)) {
			sorted[quiet] = it;
			b->ids[quiet++] = it->id;
		}
	}
	if (!run_has_versions || !quiet)
		return 0;
	if (collect_in_run(s, run, b->ids, quiet, in_run, err) < 0)
		return err->code;
	for (size_t i = 0; i < quiet; i++)
		if (in_run[i])
			write_out(sorted[i]);
	return 0;
}

static int keep_notes(struct batch_worker *w, const struct converted *c, struct item *it, struct hv_err *err)
{
	const struct mapping_result *m = &c->mapped;

	it->notes = arena_array(w->keep, m->n_notes ? m->n_notes : 1, sizeof(*it->notes));
	if (!it->notes)
		return hv_nomem(err, "notes");
	for (size_t i = 0; i < m->n_notes; i++) {
		/* Notes of named nodes belong to no field. */
		bool of_field = m->notes[i].field < n_fields;
		char *subject =
			arena_printf(w->keep, "%s%s%.*s", of_field ? fields[m->notes[i].field].code : "",
				     of_field ? " : " : "", STR_ARG(m->notes[i].value));

		if (!subject)
			return hv_nomem(err, "notes");
		it->notes[i] = (struct item_note){ m->notes[i].code, str_of(subject) };
	}
	it->n_notes = m->n_notes;
	return 0;
}

static int keep_result(struct batch_worker *w, const struct converted *c, struct item *it, struct hv_err *err)
{
	if (keep_notes(w, c, it, err) < 0)
		return err->code;
	if (c->rejected) {
		it->fate = FATE_REFUSED;
		it->code = c->rejected;
		it->field = c->field;
		it->reason = arena_str(w->keep, c->reason);
		return it->reason.p ? 0 : hv_nomem(err, "refusal");
	}
	buf_clear(&w->text);
	claim_write(&w->text, &c->mapped.claim);
	if (buf_ok(&w->text, "claim", err) < 0)
		return err->code;
	it->fate = FATE_VERSION;
	it->failed = c->mapped.fields_failed;
	it->claim = arena_str(w->keep, buf_view(&w->text));
	return it->claim.p ? 0 : hv_nomem(err, "claim");
}

static int convert_item(struct batch_worker *w, struct item *it, struct str former, struct hv_err *err)
{
	struct converted c;

	arena_reset(w->scratch);
	if (convert_record(w->convert, &it->record, former, false, w->scratch, &c, err) < 0)
		return hv_wrap(err, "record '%.*s'", STR_ARG(it->id));
	return keep_result(w, &c, it, err);
}

static int convert_one(void *ctx, unsigned worker, size_t i, struct hv_err *err)
{
	struct batch *b = ctx;
	struct item *it = &b->items[i];

	if (!it->map)
		return 0;
	return convert_item(&b->workers[worker], it, STR_NONE, err);
}

static bool wants_former(const struct item *it)
{
	return (it->fate == FATE_VERSION && it->failed) ||
	       (it->fate == FATE_REFUSED && it->map && strcmp(it->code, "mandatory_not_understood") == 0);
}

/* Values that were not understood keep what this source said before: once more, with the former claim. */
static int with_former_claims(struct batch *b, struct store *s, struct hv_err *err)
{
	for (size_t i = 0; i < b->n; i++) {
		struct item *it = &b->items[i];
		struct str former;

		if (!it->known.known || !wants_former(it))
			continue;
		int r = collect_claim(s, b->bound->source->name, it->id, b->arena, &former, err);
		if (r < 0)
			return r;
		if (r == HV_ROW && convert_item(&b->workers[0], it, former, err) < 0)
			return err->code;
	}
	return 0;
}

int batch_convert(struct batch *b, struct store *s, int64_t run, bool run_has_versions, struct hv_err *err)
{
	if (pool_run(b->pool, b->n, hash_item, b, err) < 0)
		return err->code;
	for (size_t i = 0; i < b->n; i++)
		b->ids[i] = b->items[i].id;
	if (collect_known(s, b->bound->source->name, b->ids, b->n, b->known, err) < 0)
		return err->code;
	for (size_t i = 0; i < b->n; i++) {
		b->items[i].known = b->known[i];
		classify(b, &b->items[i]);
	}
	if (mark_repeats(b, s, run, run_has_versions, err) < 0)
		return err->code;
	if (pool_run(b->pool, b->n, convert_one, b, err) < 0)
		return err->code;
	return with_former_claims(b, s, err);
}

size_t batch_size(const struct batch *b)
{
	return b->n;
}

const struct item *batch_item(const struct batch *b, size_t i)
{
	return &b->items[i];
}

struct unmatched {
	const struct batch *b;
	void (*each)(void *ctx, const char *path, unsigned line);
	void *ctx;
	unsigned line;
	const char *path;
	bool found;
};

static void same_path(void *ctx, const char *path, unsigned line)
{
	struct unmatched *u = ctx;

	u->found |= line == u->line && strcmp(path, u->path) == 0;
}

/* A path counts as unmatched when no worker's mapping ever matched it. */
static void in_all_workers(void *ctx, const char *path, unsigned line)
{
	struct unmatched *u = ctx;

	u->path = path;
	u->line = line;
	for (unsigned i = 1; i < u->b->n_workers; i++) {
		u->found = false;
		(void)mapping_unmatched(convert_mapping(u->b->workers[i].convert), same_path, u);
		if (!u->found)
			return;
	}
	u->each(u->ctx, path, line);
}

void batch_unmatched(const struct batch *b, void (*each)(void *ctx, const char *path, unsigned line),
		     void *ctx)
{
	struct unmatched u = { .b = b, .each = each, .ctx = ctx };

	(void)mapping_unmatched(convert_mapping(b->workers[0].convert), in_all_workers, &u);
}
