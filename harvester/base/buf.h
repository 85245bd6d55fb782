/*
 * base/buf.h - the one string builder.
 *
 * Always a valid NUL-terminated string, always knows its length, refuses to grow past the ceiling set at its
 * birth, and remembers a failure, so that ten appends need one check (buf_ok). May hold NUL bytes.
 * Tests: tests/unit/base/test_buf.c.
 */
#ifndef HARVESTER_BASE_BUF_H
#define HARVESTER_BASE_BUF_H

#include <stdarg.h>

#include "harvester/base/err.h"
#include "harvester/base/str.h"

struct buf {
	char *p;  /* never NULL to readers: use buf_cstr() */
	size_t n; /* bytes used, without the final NUL */
	size_t cap;
	size_t max;  /* the ceiling on n */
	bool failed; /* sticks until buf_clear */
};

#define BUF_INIT(ceiling) ((struct buf){ .max = (ceiling) })

void buf_release(struct buf *b); /* also for hv_auto(buf_release) */
void buf_clear(struct buf *b);   /* empty, memory kept, failure forgotten */

void buf_put(struct buf *b, const void *p, size_t n);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_str(struct buf *b, struct str s);
void buf_printf(struct buf *b, const char *fmt, ...) HV_PRINTF(2, 3);

/* Big-endian integers, for PostgreSQL's binary COPY and packs. */
void buf_be16(struct buf *b, uint16_t v);
void buf_be32(struct buf *b, uint32_t v);
void buf_be64(struct buf *b, uint64_t v);

/* Percent-encode everything but RFC 3986 unreserved characters. */
void buf_url(struct buf *b, struct str s);

/* Escaped for HTML text and double-quoted attributes. */
void buf_html(struct buf *b, struct str s);

/* A JSON string with its quotes: control characters, quote and backslash escaped, UTF-8 as it is. */
void buf_json(struct buf *b, struct str s);

/* A value for logfmt: bare when it is simple, else quoted as JSON. */
void buf_logfmt(struct buf *b, struct str s);

/* Make room for n more bytes and return where to write them (then add n to b->n; who adds fewer writes the
 * NUL behind them), or NULL (failure sticks). */
char *buf_room(struct buf *b, size_t n);

static inline const char *buf_cstr(const struct buf *b)
{
	return b->p ? b->p : "";
}

static inline struct str buf_view(const struct buf *b)
{
	return (struct str){ buf_cstr(b), b->n };
}

/* 0, or hv_fail(HV_E_LIMIT/HV_E_NOMEM, "<what> over N bytes"). */
int buf_ok(const struct buf *b, const char *what, struct hv_err *err) HV_CHECK;

#endif
