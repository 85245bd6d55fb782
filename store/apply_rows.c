/*
 * store/apply_rows.c - the rows an apply writes: binary COPY, a buffer per table, sent once a batch.
 */
#include "store/apply_priv.h"
#include "store/store_priv.h"

#define BATCH_CEILING (256u << 20)

static const struct {
	const char *name, *copy;
	unsigned columns;
} tables[APPLY_TABLES] = {
	[TO_NOTICE] = { "notices",
			"copy notice (ref, museo, doc, hash, state, created, changed) from stdin (format "
			"binary)",
			7 },
	[TO_STAGE_NOTICE] = { "stage notices",
			      "copy stage_notice (ref, museo, doc, hash) from stdin (format binary)", 4 },
	[TO_HEAD] = { "heads",
		      "copy head (source, external_id, run, page, slot, hash, fingerprint, ref) from stdin "
		      "(format binary)",
		      8 },
	[TO_STAGE_HEAD] = { "stage heads",
			    "copy stage_head (num, page, slot, hash, fingerprint, gone) from stdin (format "
			    "binary)",
			    6 },
	[TO_QUARANTINE] = { "refusals",
			    "copy stage_refused (source, external_id, run, page, slot, datestamp, hash, "
			    "fingerprint, code, field, reason) from stdin (format binary)",
			    11 },
	[TO_CHANGE] = { "changes", "copy change (ref, run, what, cause, diff) from stdin (format binary)",
			5 },
};

void apply_buffers(struct apply *ap)
{
	int64_t day_us = INT64_C(86400000000);

	for (size_t i = 0; i < APPLY_TABLES; i++)
		ap->rows[i] = BUF_INIT(BATCH_CEILING);
	ap->today = (int32_t)(clock_now(&ap->store->clock) / day_us - clock_days(2000, 1, 1));
}

int apply_stages(struct apply *ap, struct hv_err *err)
{
	return pg_exec(ap->store->pg, "stages",
		       "create temporary table stage_notice (ref text, museo text, doc jsonb, hash bytea) on "
		       "commit drop; "
		       "create temporary table stage_head (num bigint, page bigint, slot int, hash bytea, "
		       "fingerprint bigint, gone text) on commit drop; "
		       "create temporary table stage_refused (source text, external_id text, run bigint, "
		       "page bigint, slot int, datestamp text, hash bytea, fingerprint bigint, code text, "
		       "field text, reason text) on commit drop",
		       err);
}

static struct buf *row(struct apply *ap, enum apply_table t)
{
	struct buf *b = &ap->rows[t];

	if (!b->n)
		pg_binary_header(b);
	pg_binary_row(b, tables[t].columns);
	return b;
}

static void put_hash(struct buf *b, const struct sha256 *h)
{
	pg_binary_text(b, (struct str){ (const char *)h->b, sizeof(h->b) });
}

/* jsonb in binary form: a version byte, then the text. */
static void put_jsonb(struct buf *b, struct str doc)
{
	buf_be32(b, (uint32_t)(doc.n + 1));
	buf_putc(b, 1);
	buf_str(b, doc);
}

void apply_new_notice(struct apply *ap, const struct apply_notice *n)
{
	struct buf *b = row(ap, TO_NOTICE);

	pg_binary_text(b, n->ref);
	pg_binary_text(b, n->museo);
	put_jsonb(b, n->doc);
	put_hash(b, &n->hash);
	pg_binary_text(b, STR("live"));
	pg_binary_int4(b, ap->today);
	pg_binary_int4(b, ap->today);
}

void apply_changed_notice(struct apply *ap, const struct apply_notice *n)
{
	struct buf *b = row(ap, TO_STAGE_NOTICE);

	pg_binary_text(b, n->ref);
	pg_binary_text(b, n->museo);
	put_jsonb(b, n->doc);
	put_hash(b, &n->hash);
}

void apply_withdrawn_notice(struct apply *ap, struct str ref)
{
	struct buf *b = row(ap, TO_STAGE_NOTICE);

	pg_binary_text(b, ref);
	pg_binary_null(b);
	pg_binary_null(b);
	pg_binary_null(b);
}

void apply_new_head(struct apply *ap, const struct judged *j, struct str ref)
{
	struct buf *b = row(ap, TO_HEAD);

	pg_binary_text(b, str_of(ap->source));
	pg_binary_text(b, j->external_id);
	pg_binary_int8(b, ap->run);
	pg_binary_int8(b, j->page);
	pg_binary_int4(b, j->slot);
	put_hash(b, &j->hash);
	pg_binary_int8(b, j->fingerprint);
	pg_binary_text(b, ref);
}

void apply_moved_head(struct apply *ap, const struct judged *j, const char *gone)
{
	struct buf *b = row(ap, TO_STAGE_HEAD);

	pg_binary_int8(b, j->num);
	pg_binary_int8(b, j->page);
	pg_binary_int4(b, j->slot);
	put_hash(b, &j->hash);
	pg_binary_int8(b, j->fingerprint);
	if (gone)
		pg_binary_text(b, str_of(gone));
	else
		pg_binary_null(b);
}

void apply_change(struct apply *ap, struct str ref, const char *what, const char *cause, struct str diff)
{
	struct buf *b = row(ap, TO_CHANGE);

	pg_binary_text(b, ref);
	pg_binary_int8(b, ap->run);
	pg_binary_text(b, str_of(what));
	pg_binary_text(b, str_of(cause));
	pg_binary_text(b, diff);
}

void apply_refuse(struct apply *ap, const struct judged *j, const char *code, struct str reason)
{
	struct buf *b = row(ap, TO_QUARANTINE);

	pg_binary_text(b, str_of(ap->source));
	pg_binary_text(b, j->external_id);
	pg_binary_int8(b, ap->run);
	pg_binary_int8(b, j->page);
	pg_binary_int4(b, j->slot);
	pg_binary_text(b, STR(""));
	put_hash(b, &j->hash);
	pg_binary_int8(b, j->fingerprint);
	pg_binary_text(b, str_of(code));
	pg_binary_text(b, STR(""));
	pg_binary_text(b, reason);
}

int apply_send(struct apply *ap, enum apply_table t, struct hv_err *err)
{
	struct buf *b = &ap->rows[t];

	if (!b->n)
		return 0;
	pg_binary_trailer(b);
	if (buf_ok(b, tables[t].name, err) < 0 ||
	    pg_copy_in(ap->store->pg, tables[t].name, tables[t].copy, err) < 0 ||
	    pg_copy_put(ap->store->pg, buf_view(b), err) < 0 || pg_copy_end(ap->store->pg, NULL, err) < 0)
		return err->code;
	buf_clear(b);
	return 0;
}

int apply_flush(struct apply *ap, struct hv_err *err)
{
	for (size_t i = 0; i < APPLY_TABLES; i++)
		if (apply_send(ap, (enum apply_table)i, err) < 0)
			return err->code;
	return 0;
}
