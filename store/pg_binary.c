/*
 * store/pg_binary.c - see pg.h: rows of binary COPY (PostgreSQL 15, chapter "COPY", Binary Format) and array
 * literals. Knows bytes only, no connection. Tests: tests/integration/test_pg.c loads what is built here.
 */
#include "store/pg.h"

void pg_binary_header(struct buf *b)
{
	static const char signature[11] = { 'P', 'G', 'C', 'O', 'P', 'Y', '\n', '\377', '\r', '\n', '\0' };

	buf_put(b, signature, sizeof(signature));
	buf_be32(b, 0); /* flags */
	buf_be32(b, 0); /* length of the header's extension */
}

void pg_binary_row(struct buf *b, unsigned fields)
{
	buf_be16(b, (uint16_t)fields);
}

void pg_binary_null(struct buf *b)
{
	buf_be32(b, UINT32_MAX);
}

void pg_binary_text(struct buf *b, struct str s)
{
	if (!s.p) {
		pg_binary_null(b);
		return;
	}
	if (s.n > INT32_MAX) { /* the format has no word for it */
		b->failed = true;
		return;
	}
	buf_be32(b, (uint32_t)s.n);
	buf_str(b, s);
}

void pg_binary_int8(struct buf *b, int64_t v)
{
	buf_be32(b, 8);
	buf_be64(b, (uint64_t)v);
}

void pg_binary_int4(struct buf *b, int32_t v)
{
	buf_be32(b, 4);
	buf_be32(b, (uint32_t)v);
}

void pg_binary_bool(struct buf *b, bool v)
{
	buf_be32(b, 1);
	buf_putc(b, v ? 1 : 0);
}

void pg_binary_trailer(struct buf *b)
{
	buf_be16(b, UINT16_MAX);
}

void pg_array_text(struct buf *b, const struct str *v, size_t n)
{
	buf_putc(b, '{');
	for (size_t i = 0; i < n; i++) {
		buf_puts(b, i ? ",\"" : "\"");
		for (size_t j = 0; j < v[i].n; j++) {
			if (v[i].p[j] == '"' || v[i].p[j] == '\\')
				buf_putc(b, '\\');
			buf_putc(b, v[i].p[j]);
		}
		buf_putc(b, '"');
	}
	buf_putc(b, '}');
}
