/*
 * publish/dump.c - see dump.h: one walk over the catalogue fills all files.
 */
#include "harvester/publish/dump.h"

#include "harvester/publish/aside.h"
#include "store/query_dump.h"

enum {
	MOST_NOTICE = 64 << 20, /* arena of one notice */
	MOST_LINE = 64 << 20,
	LOOK_UP = 1024 /* notices between two looks whether somebody wants us to stop */
};

static const struct {
	int format;
	const char *file, *name;
} formats[] = { { DUMP_CSV, "joconde.csv", "csv" }, { DUMP_JSONL, "joconde.jsonl", "jsonl" } };

enum { FORMATS = HV_LEN(formats) };

struct dump {
	const struct dump_options *o;
	struct aside *file[FORMATS]; /* NULL: not asked for */
	struct arena *arena;
	struct buf line;
	int dmis, dmaj, ref, image, img, refim;
	struct dump_result result;
};

static void dump_close(struct dump *d)
{
	for (size_t i = 0; i < FORMATS; i++)
		aside_close(d->file[i]);
	arena_free(d->arena);
	buf_release(&d->line);
}

static int dump_open(struct dump *d, const struct dump_options *o, struct hv_err *err)
{
	d->o = o;
	d->arena = arena_new(MOST_NOTICE);
	d->line = BUF_INIT(MOST_LINE);
	d->dmis = field_find(STR("DMIS"));
	d->dmaj = field_find(STR("DMAJ"));
	d->ref = field_find(STR("REF"));
	d->image = field_find(STR("CONTIENT_IMAGE"));
	d->img = field_find(STR("IMG"));
	d->refim = field_find(STR("REFIM"));
	if (!d->arena)
		return hv_nomem(err, "dump");
	for (size_t i = 0; i < FORMATS; i++)
		if ((o->formats & formats[i].format) &&
		    aside_open(o->dir, formats[i].file, &d->file[i], err) < 0)
			return err->code;
	return 0;
}

/* The fields that are columns of the notice's row, not of its document. */
static void fill_derived(const struct dump *d, const struct live_notice *row, struct notice *n,
			 struct str one[4])
{
	const int ids[4] = { d->ref, d->dmis, d->dmaj, d->image };

	one[0] = row->ref;
	one[1] = row->created;
	one[2] = row->changed;
	one[3] = n->values[d->img].n || n->values[d->refim].n ? STR("oui") : STR("non");
	for (size_t i = 0; i < 4; i++)
		n->values[ids[i]] = (struct values){ &one[i], 1 };
}

static int dump_one(struct dump *d, const struct live_notice *row, struct hv_err *err)
{
	struct notice n;
	struct str one[4];

	arena_reset(d->arena);
	if (notice_read(d->arena, row->doc, &n, err) < 0)
		return hv_wrap(err, "notice %.*s", STR_ARG(row->ref));
	fill_derived(d, row, &n, one);
	for (size_t i = 0; i < FORMATS; i++) {
		if (!d->file[i])
			continue;
		buf_clear(&d->line);
		if (formats[i].format == DUMP_CSV)
			dump_csv_line(&d->line, &n, &d->result.semicolons);
		else
			dump_jsonl_line(&d->line, &n);
		if (buf_ok(&d->line, "line of a dump", err) < 0)
			return hv_wrap(err, "notice %.*s", STR_ARG(row->ref));
		aside_put(d->file[i], buf_view(&d->line));
	}
	d->result.notices++;
	return 0;
}

static int dump_rows(struct dump *d, struct store *s, struct hv_err *err)
{
	struct live_notice row;
	int r;

	while ((r = query_live_next(s, &row, err)) == HV_ROW) {
		if (d->o->cancelled && d->result.notices % LOOK_UP == 0 && d->o->cancelled(d->o->ctx))
			return hv_fail(err, HV_E_CANCELLED, "dump stopped; the former files stay");
		if (dump_one(d, &row, err) < 0)
			return err->code;
	}
	return r;
}

static void write_manifest(struct dump *d, struct buf *b)
{
	char now[CLOCK_TEXT], hash[65];
	bool first = true;

	buf_printf(b, "{\n  \"catalogue\": \"joconde\",\n  \"generated\": \"%s\",\n  \"notices\": %llu,\n",
		   clock_utc(clock_now(d->o->clock), now), (unsigned long long)d->result.notices);
	if (d->o->formats & DUMP_CSV)
		buf_printf(b, "  \"columns\": %d,\n  \"semicolons_written_as_commas\": %llu,\n", DUMP_COLUMNS,
			   (unsigned long long)d->result.semicolons);
	buf_puts(b, "  \"files\": [");
	for (size_t i = 0; i < FORMATS; i++) {
		if (!d->file[i])
			continue;
		aside_sha256(d->file[i], hash);
		buf_printf(
			b,
			"%s\n    {\"name\": \"%s\", \"format\": \"%s\", \"bytes\": %llu, \"sha256\": \"%s\"}",
			first ? "" : ",", aside_name(d->file[i]), formats[i].name,
			(unsigned long long)aside_bytes(d->file[i]), hash);
		first = false;
	}
	buf_puts(b, "\n  ]\n}\n");
}

/* Everything whole before anything is put in place. */
static int finish(struct dump *d, struct hv_err *err)
{
	hv_auto(aside_closep) struct aside *manifest = NULL;

	for (size_t i = 0; i < FORMATS; i++) {
		if (d->file[i] && aside_ready(d->file[i], err) < 0)
			return err->code;
		d->result.bytes += d->file[i] ? aside_bytes(d->file[i]) : 0;
	}
	buf_clear(&d->line);
	write_manifest(d, &d->line);
	if (buf_ok(&d->line, "manifest", err) < 0 ||
	    aside_open(d->o->dir, "manifest.json", &manifest, err) < 0)
		return err->code;
	aside_put(manifest, buf_view(&d->line));
	if (aside_ready(manifest, err) < 0)
		return err->code;
	for (size_t i = 0; i < FORMATS; i++)
		if (d->file[i] && aside_place(d->file[i], err) < 0)
			return err->code;
	return aside_place(manifest, err);
}

int dump_write(struct store *s, const struct dump_options *o, struct dump_result *ret, struct hv_err *err)
{
	hv_auto(dump_close) struct dump d = { 0 };

	if (dump_open(&d, o, err) < 0)
		return err->code;
	if (d.file[0]) {
		dump_csv_header(&d.line);
		if (buf_ok(&d.line, "header of a dump", err) < 0)
			return err->code;
		aside_put(d.file[0], buf_view(&d.line));
	}
	if (query_live_begin(s, err) < 0)
		return err->code;
	int r = dump_rows(&d, s, err);
	if (r < 0) {
		query_live_stop(s);
		return r;
	}
	if (finish(&d, err) < 0)
		return err->code;
	*ret = d.result;
	return 0;
}
