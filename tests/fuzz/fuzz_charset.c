/*
 * fuzz_charset.c - any bytes as a page in any encoding, whole and byte by byte: both must give the same text.
 */
#include <stdint.h>

#include "harvester/base/buf.h"
#include "harvester/io/charset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int to_buf(struct str utf8, void *ctx, struct hv_err *err HV_UNUSED)
{
	buf_str(ctx, utf8);
	return 0;
}

static int convert(struct str page, size_t chunk, struct buf *out)
{
	hv_auto(charset_freep) struct charset *c = charset_new(to_buf, out);
	struct hv_err err = { 0 };
	int r = c ? 0 : HV_E_NOMEM;

	for (size_t at = 0; r == 0 && at < page.n; at += chunk)
		r = charset_feed(c, str_cut(str_from(page, at), chunk), &err);
	return r == 0 ? charset_end(c, &err) : r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	hv_auto(buf_release) struct buf whole = BUF_INIT(64u << 20), cut = BUF_INIT(64u << 20);
	struct str page = { (const char *)data, size };
	int r = convert(page, size + 1, &whole), q = convert(page, 1, &cut);

	if (r != q || (r == 0 && !str_eq(buf_view(&whole), buf_view(&cut))))
		abort();
	return 0;
}
