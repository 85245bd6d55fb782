/*
 * base/buf.c - see buf.h.
 */
#include "harvester/base/buf.h"

void buf_release(struct buf *b)
{
	free(b->p);
	*b = BUF_INIT(b->max);
}

void buf_clear(struct buf *b)
{
	b->n = 0;
	b->failed = false;
	if (b->p)
		b->p[0] = '\0';
}

char *buf_room(struct buf *b, size_t n)
{
	if (b->failed || n > b->max || b->n > b->max - n || n >= SIZE_MAX / 2 - b->n) {
		b->failed = true;
		return NULL;
	}
	size_t need = b->n + n + 1;
	if (need > b->cap) {
		size_t cap = b->cap ? b->cap : 64;

		while (cap < need)
			cap = cap > SIZE_MAX / 2 ? need : cap * 2;
		char *p = realloc(b->p, cap);
		if (!p) {
			b->failed = true;
			return NULL;
		}
		b->p = p;
		b->cap = cap;
	}
	b->p[b->n + n] = '\0'; /* who fills the whole room has a string */
	return b->p + b->n;
}

void buf_put(struct buf *b, const void *p, size_t n)
{
	char *at = buf_room(b, n);

	if (!at)
		return;
	if (n)
		memcpy(at, p, n);
	b->n += n;
	b->p[b->n] = '\0';
}

void buf_puts(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void buf_putc(struct buf *b, char c)
{
	buf_put(b, &c, 1);
}

void buf_str(struct buf *b, struct str s)
{
	buf_put(b, s.p, s.n);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;

	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	char *at = n < 0 ? NULL : buf_room(b, (size_t)n);
	if (at) {
		(void)vsnprintf(at, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	} else {
		b->failed = true;
	}
	va_end(again);
}

void buf_be16(struct buf *b, uint16_t v)
{
	unsigned char x[2] = { (unsigned char)(v >> 8), (unsigned char)v };

	buf_put(b, x, sizeof(x));
}

void buf_be32(struct buf *b, uint32_t v)
{
	buf_be16(b, (uint16_t)(v >> 16));
	buf_be16(b, (uint16_t)v);
}

void buf_be64(struct buf *b, uint64_t v)
{
	buf_be32(b, (uint32_t)(v >> 32));
	buf_be32(b, (uint32_t)v);
}

static bool is_alnum(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

void buf_url(struct buf *b, struct str s)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (is_alnum(c) || (c && strchr("-._~", c))) {
			buf_putc(b, (char)c);
		} else {
			char x[3] = { '%', hex[c >> 4], hex[c & 15] };

			buf_put(b, x, sizeof(x));
		}
	}
}

void buf_html(struct buf *b, struct str s)
{
	for (size_t i = 0, from = 0; s.n && i <= s.n; i++) {
		const char *as = NULL;

		if (i < s.n)
			as = s.p[i] == '&'   ? "&amp;"
			     : s.p[i] == '<' ? "&lt;"
			     : s.p[i] == '>' ? "&gt;"
			     : s.p[i] == '"' ? "&quot;"
					     : NULL;
		if (i == s.n || as) {
			buf_put(b, s.p + from, i - from);
			from = i + 1;
		}
		if (as)
			buf_puts(b, as);
	}
}

static void json_escape(struct buf *b, unsigned char c)
{
	switch (c) {
	case '"':
		buf_puts(b, "\\\"");
		break;
	case '\\':
		buf_puts(b, "\\\\");
		break;
	case '\n':
		buf_puts(b, "\\n");
		break;
	case '\r':
		buf_puts(b, "\\r");
		break;
	case '\t':
		buf_puts(b, "\\t");
		break;
	default:
		buf_printf(b, "\\u%04x", c);
	}
}

void buf_json(struct buf *b, struct str s)
{
	size_t from = 0;

	buf_putc(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7F)
			continue;
		buf_put(b, s.p + from, i - from);
		json_escape(b, c);
		from = i + 1;
	}
	if (s.n)
		buf_put(b, s.p + from, s.n - from);
	buf_putc(b, '"');
}

void buf_logfmt(struct buf *b, struct str s)
{
	bool plain = s.n > 0;

	for (size_t i = 0; i < s.n && plain; i++) {
		unsigned char c = (unsigned char)s.p[i];

		plain = c > ' ' && c != '"' && c != '=' && c != '\\' && c != 0x7F;
	}
	if (plain)
		buf_str(b, s);
	else
		buf_json(b, s);
}

int buf_ok(const struct buf *b, const char *what, struct hv_err *err)
{
	if (!b->failed)
		return 0;
	return hv_fail(err, HV_E_LIMIT, "%s over %zu bytes, or memory is out", what, b->max);
}
