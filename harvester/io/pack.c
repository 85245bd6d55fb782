/*
 * io/pack.c - see pack.h.
 *
 * Level 3: measured on LIDO, EDM and MODS pages it makes 7.2 : 1 at 470 MB/s where level 1 makes 6.7 : 1 at
 * 550 MB/s; packs are kept for years and XML is parsed more slowly than either, so the smaller one wins.
 * Level 5 is 2.6 times slower for another tenth.
 */
#include "harvester/io/pack.h"

#include <zstd.h>

#define MAGIC "HVP1"

enum {
	LEVEL = 3,
	LARGEST_WINDOW_LOG = 23, /* 8 MB: a damaged or foreign frame may not ask for more memory */
	HEADER = 8,
	SKIP_CHUNK = 32 << 10
};

struct pack_writer {
	ZSTD_CCtx *ctx;
	struct buf frame;
	struct buf ends; /* u32 each, as they will stand in the pack */
	uint64_t decoded;
	size_t n;
	bool failed;
};

static void start_anew(struct pack_writer *w)
{
	(void)ZSTD_CCtx_reset(w->ctx, ZSTD_reset_session_only);
	buf_clear(&w->frame);
	buf_clear(&w->ends);
	w->decoded = 0;
	w->n = 0;
	w->failed = false;
}

struct pack_writer *pack_writer_new(size_t max_compressed)
{
	struct pack_writer *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->frame = BUF_INIT(max_compressed);
	w->ends = BUF_INIT(max_compressed);
	w->ctx = ZSTD_createCCtx();
	if (!w->ctx || ZSTD_isError(ZSTD_CCtx_setParameter(w->ctx, ZSTD_c_compressionLevel, LEVEL)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(w->ctx, ZSTD_c_checksumFlag, 1))) {
		pack_writer_free(w);
		return NULL;
	}
	return w;
}

void pack_writer_free(struct pack_writer *w)
{
	if (!w)
		return;
	ZSTD_freeCCtx(w->ctx);
	buf_release(&w->frame);
	buf_release(&w->ends);
	free(w);
}

static int over(struct pack_writer *w, struct hv_err *err)
{
	w->failed = true;
	return hv_fail(err, HV_E_LIMIT, "pack over %zu bytes compressed (body %zu of the page)", w->frame.max,
		       w->n);
}

/* Feed s into the frame; with ZSTD_e_end until the frame is closed. */
static int compress(struct pack_writer *w, struct str s, ZSTD_EndDirective mode, struct hv_err *err)
{
	ZSTD_inBuffer in = { s.p, s.n, 0 };
	size_t left = 1;

	while (mode == ZSTD_e_end ? left > 0 : in.pos < in.size) {
		size_t used = HEADER + w->ends.n + w->frame.n;
		size_t room = used < w->frame.max ? w->frame.max - used : 0;

		if (room > ZSTD_CStreamOutSize())
			room = ZSTD_CStreamOutSize();
		char *at = room ? buf_room(&w->frame, room) : NULL;
		if (!at)
			return over(w, err);
		ZSTD_outBuffer out = { at, room, 0 };
		left = ZSTD_compressStream2(w->ctx, &out, &in, mode);
		if (ZSTD_isError(left)) {
			w->failed = true;
			return hv_fail(err, HV_E_NOMEM, "zstd: %s", ZSTD_getErrorName(left));
		}
		w->frame.n += out.pos;
	}
	return 0;
}

int pack_add(struct pack_writer *w, struct str body, struct hv_err *err)
{
	if (w->failed)
		return over(w, err);
	if (body.n > UINT32_MAX - w->decoded) {
		w->failed = true;
		return hv_fail(err, HV_E_LIMIT, "pack over 4 GiB before compression (body %zu of the page)",
			       w->n);
	}
	w->decoded += body.n;
	buf_be32(&w->ends, (uint32_t)w->decoded);
	if (w->ends.failed)
		return over(w, err);
	if (compress(w, body, ZSTD_e_continue, err) < 0)
		return err ? (int)err->code : HV_E_LIMIT;
	w->n++;
	return 0;
}

size_t pack_count(const struct pack_writer *w)
{
	return w->n;
}

static int finish(struct pack_writer *w, struct buf *out, struct hv_err *err)
{
	if (w->failed)
		return over(w, err);
	int r = compress(w, STR_NONE, ZSTD_e_end, err);
	if (r < 0)
		return r;
	buf_puts(out, MAGIC);
	buf_be32(out, (uint32_t)w->n);
	buf_str(out, buf_view(&w->ends));
	buf_str(out, buf_view(&w->frame));
	return buf_ok(out, "pack", err);
}

int pack_finish(struct pack_writer *w, struct buf *out, struct hv_err *err)
{
	buf_clear(out);
	int r = finish(w, out, err);
	start_anew(w);
	return r;
}

static uint32_t be32(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3];
}

/* Where a body lies in the decoded text, and the frame that holds it. */
struct place {
	uint32_t from, end;
	struct str frame;
	bool last; /* nothing but the frame's end comes behind it */
};

static int locate(struct str pack, uint32_t slot, struct place *ret, struct hv_err *err)
{
	if (!str_starts(pack, STR(MAGIC)) || pack.n < HEADER)
		return hv_fail(err, HV_E_PARSE, "damaged pack: does not begin with " MAGIC);
	uint32_t n = be32(pack.p + 4);
	if (n > (pack.n - HEADER) / 4)
		return hv_fail(err, HV_E_PARSE, "damaged pack: %zu bytes cannot hold %u bodies", pack.n, n);
	if (slot >= n)
		return hv_fail(err, HV_E_NOTFOUND, "pack of %u bodies has no slot %u", n, slot);
	const char *ends = pack.p + HEADER;
	ret->from = slot ? be32(ends + 4 * ((size_t)slot - 1)) : 0;
	ret->end = be32(ends + 4 * (size_t)slot);
	ret->frame = str_from(pack, HEADER + 4 * (size_t)n);
	ret->last = slot == n - 1;
	if (ret->end < ret->from)
		return hv_fail(err, HV_E_PARSE, "damaged pack: body %u ends before it begins", slot);
	return 0;
}

struct decoding {
	ZSTD_DCtx *ctx;
	ZSTD_inBuffer in;
	bool over; /* the frame ended */
};

/* Exactly n bytes into to (or into nothing: to NULL). */
static int decode(struct decoding *d, char *to, size_t n, struct hv_err *err)
{
	char skipped[SKIP_CHUNK];

	for (size_t done = 0; done < n;) {
		size_t chunk = to ? n - done : n - done < SKIP_CHUNK ? n - done : SKIP_CHUNK;
		ZSTD_outBuffer out = { to ? to + done : skipped, chunk, 0 };
		size_t before = d->in.pos;
		size_t left = d->over ? 0 : ZSTD_decompressStream(d->ctx, &out, &d->in);

		if (ZSTD_isError(left))
			return hv_fail(err, HV_E_PARSE, "damaged pack: %s", ZSTD_getErrorName(left));
		d->over = left == 0;
		done += out.pos;
		if (out.pos == 0 && d->in.pos == before)
			return hv_fail(err, HV_E_PARSE, "damaged pack: ends too early");
	}
	return 0;
}

/* Behind the last body stand only the frame's end and its checksum, which zstd compares. */
static int decode_end(struct decoding *d, struct hv_err *err)
{
	char none;
	ZSTD_outBuffer out = { &none, 0, 0 };
	size_t left = d->over ? 0 : ZSTD_decompressStream(d->ctx, &out, &d->in);

	if (ZSTD_isError(left))
		return hv_fail(err, HV_E_PARSE, "damaged pack: %s", ZSTD_getErrorName(left));
	if (left != 0 || d->in.pos != d->in.size)
		return hv_fail(err, HV_E_PARSE, "damaged pack: does not end with its last body");
	return 0;
}

static int decode_body(const struct place *at, char *to, struct hv_err *err)
{
	struct decoding d = { .ctx = ZSTD_createDCtx(), .in = { at->frame.p, at->frame.n, 0 } };

	if (!d.ctx || ZSTD_isError(ZSTD_DCtx_setParameter(d.ctx, ZSTD_d_windowLogMax, LARGEST_WINDOW_LOG))) {
		ZSTD_freeDCtx(d.ctx);
		return hv_nomem(err, "decoder of packs");
	}
	int r = decode(&d, NULL, at->from, err);
	if (r == 0)
		r = decode(&d, to, at->end - at->from, err);
	if (r == 0 && at->last)
		r = decode_end(&d, err);
	ZSTD_freeDCtx(d.ctx);
	return r;
}

int pack_get(struct str pack, uint32_t slot, size_t max, struct arena *a, struct str *ret, struct hv_err *err)
{
	struct place at = { 0 };
	int r = locate(pack, slot, &at, err);

	if (r < 0)
		return r;
	size_t n = at.end - at.from;
	if (n > max)
		return hv_fail(err, HV_E_LIMIT, "body %u of a pack has %zu bytes, over %zu", slot, n, max);
	char *to = arena_alloc(a, n + 1);
	if (!to)
		return hv_nomem(err, "body of a pack");
	r = decode_body(&at, to, err);
	if (r == 0)
		*ret = (struct str){ to, n };
	return r;
}
