/*
 * io/json.c - see json.h.
 *
 * yajl is lenient where PostgreSQL's jsonb is not (measured on 2.1.0: overlong UTF-8 passes, a lone surrogate
 * becomes '?', U+0000 becomes a NUL byte, duplicate keys are handed on, no limit of depth), so the text is
 * checked before yajl sees it and the shape while it is built. While a container is open its members are a
 * list in the arena; its end copies them into arrays. So the arena's ceiling bounds everything here.
 */
#include "harvester/io/json.h"

#include <yajl/yajl_parse.h>

#include "harvester/base/buf.h"
#include "harvester/base/text.h"

enum { DEEPEST = 64, SHOWN_KEY = 60 };

struct member {
	struct member *next;
	struct json value;
	struct str key;
	size_t key_end; /* offset behind it in the text */
};

struct open {
	enum json_kind kind;
	struct member *first, *last;
	size_t n;
	struct str key; /* of the member whose value comes next */
	size_t key_end;
};

struct parse {
	struct arena *arena;
	yajl_handle yajl;
	struct json root;
	struct open stack[DEEPEST];
	size_t depth;
	int failed; /* 0, or the code that err holds */
	struct hv_err *err;
};

/* Callbacks answer 0 to stop the parse. */
static int stop(struct parse *p, int code)
{
	p->failed = code;
	return 0;
}

static int stop_nomem(struct parse *p)
{
	return stop(p, hv_nomem(p->err, "JSON text over the ceiling of its arena"));
}

static int add(struct parse *p, struct json value)
{
	if (p->depth == 0) {
		p->root = value;
		return 1;
	}
	struct open *o = &p->stack[p->depth - 1];
	struct member *m = arena_alloc(p->arena, sizeof(*m));
	if (!m)
		return stop_nomem(p);
	*m = (struct member){ .value = value, .key = o->key, .key_end = o->key_end };
	if (o->last)
		o->last->next = m;
	else
		o->first = m;
	o->last = m;
	o->n++;
	return 1;
}

static int on_null(void *ctx)
{
	return add(ctx, (struct json){ .kind = JV_NULL });
}

static int on_boolean(void *ctx, int yes)
{
	return add(ctx, (struct json){ .kind = yes ? JV_TRUE : JV_FALSE });
}

static int add_text(struct parse *p, enum json_kind kind, const char *s, size_t n)
{
	struct str text = arena_str(p->arena, (struct str){ s, n });

	return text.p ? add(p, (struct json){ .kind = kind, .text = text }) : stop_nomem(p);
}

static int on_number(void *ctx, const char *s, size_t n)
{
	return add_text(ctx, JV_NUMBER, s, n);
}

static int on_string(void *ctx, const unsigned char *s, size_t n)
{
	return add_text(ctx, JV_STRING, (const char *)s, n);
}

static int on_key(void *ctx, const unsigned char *s, size_t n)
{
	struct parse *p = ctx;
	struct open *o = &p->stack[p->depth - 1];

	o->key = arena_str(p->arena, (struct str){ (const char *)s, n });
	o->key_end = yajl_get_bytes_consumed(p->yajl);
	return o->key.p ? 1 : stop_nomem(p);
}

static int begin(struct parse *p, enum json_kind kind)
{
	if (p->depth == DEEPEST)
		return stop(p, hv_fail(p->err, HV_E_PARSE, "byte %zu: nested deeper than %d levels",
				       yajl_get_bytes_consumed(p->yajl), DEEPEST));
	p->stack[p->depth++] = (struct open){ .kind = kind };
	return 1;
}

static int on_start_map(void *ctx)
{
	return begin(ctx, JV_OBJECT);
}

static int on_start_array(void *ctx)
{
	return begin(ctx, JV_ARRAY);
}

static int by_key(const void *a, const void *b)
{
	const struct member *const *x = a, *const *y = b;
	int c = str_cmp((*x)->key, (*y)->key);

	return c ? c : ((*x)->key_end > (*y)->key_end) - ((*x)->key_end < (*y)->key_end);
}

/* Sorted, so that an object of many members costs n log n and not n². */
static int refuse_duplicates(struct parse *p, const struct open *o)
{
	if (o->n < 2)
		return 1;
	const struct member **sorted = arena_array(p->arena, o->n, sizeof(const struct member *));
	if (!sorted)
		return stop_nomem(p);
	size_t n = 0;
	for (const struct member *m = o->first; m; m = m->next)
		sorted[n++] = m;
	qsort(sorted, n, sizeof(const struct member *), by_key);
	for (size_t i = 1; i < n; i++) {
		if (!str_eq(sorted[i - 1]->key, sorted[i]->key))
			continue;
		hv_auto(buf_release) struct buf shown = BUF_INIT(8 * SHOWN_KEY);

		buf_json(&shown, str_cut(sorted[i]->key, SHOWN_KEY));
		return stop(p, hv_fail(p->err, HV_E_PARSE, "byte %zu: member %s twice in one object",
				       sorted[i]->key_end, buf_cstr(&shown)));
	}
	return 1;
}

static int end(struct parse *p)
{
	struct open *o = &p->stack[p->depth - 1];
	struct json v = { .kind = o->kind, .n = o->n };

	if (o->n) {
		v.items = arena_array(p->arena, o->n, sizeof(*v.items));
		v.keys = o->kind == JV_OBJECT ? arena_array(p->arena, o->n, sizeof(*v.keys)) : NULL;
		if (!v.items || (o->kind == JV_OBJECT && !v.keys))
			return stop_nomem(p);
	}
	size_t i = 0;
	for (const struct member *m = o->first; m; m = m->next, i++) {
		v.items[i] = m->value;
		if (v.keys)
			v.keys[i] = m->key;
	}
	if (o->kind == JV_OBJECT && !refuse_duplicates(p, o))
		return 0;
	p->depth--;
	return add(p, v);
}

static int on_end(void *ctx)
{
	return end(ctx);
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_start_map,
	.yajl_map_key = on_key,
	.yajl_end_map = on_end,
	.yajl_start_array = on_start_array,
	.yajl_end_array = on_end,
};

/* The four digits of the \u escape at text[at], or -1: yajl says what is wrong with those. */
static int32_t escaped(struct str text, size_t at)
{
	int32_t v = 0;

	if (text.n - at < 6 || text.p[at] != '\\' || text.p[at + 1] != 'u')
		return -1;
	for (size_t i = at + 2; i < at + 6; i++) {
		char c = text.p[i];
		int digit = c >= '0' && c <= '9'   ? c - '0'
			    : c >= 'a' && c <= 'f' ? c - 'a' + 10
			    : c >= 'A' && c <= 'F' ? c - 'A' + 10
						   : -1;
		if (digit < 0)
			return -1;
		v = v * 16 + digit;
	}
	return v;
}

/* Backslashes stand only inside strings (yajl refuses others), so the whole text can be walked for them. */
static int check_escapes(struct str text, struct hv_err *err)
{
	const char *found;

	for (size_t i = 0; i < text.n && (found = memchr(text.p + i, '\\', text.n - i)); i += 2) {
		i = (size_t)(found - text.p);
		int32_t c = escaped(text, i);
		if (c == 0)
			return hv_fail(err, HV_E_PARSE, "byte %zu: U+0000 (\\u0000) in a text", i);
		if (c < 0xD800 || c > 0xDFFF)
			continue;
		int32_t low = c < 0xDC00 ? escaped(text, i + 6) : -1;
		if (low < 0xDC00 || low > 0xDFFF)
			return hv_fail(err, HV_E_PARSE, "byte %zu: lone surrogate \\u%04x", i, (unsigned)c);
		i += 6;
	}
	return 0;
}

static int check_text(struct str text, struct hv_err *err)
{
	size_t at;

	if (!text_valid(text, &at))
		return hv_fail(err, HV_E_PARSE, "byte %zu: not UTF-8", at);
	return check_escapes(text, err);
}

static int yajl_failure(struct parse *p, struct str text)
{
	unsigned char *why = yajl_get_error(p->yajl, 0, (const unsigned char *)text.p, text.n);
	struct str reason = str_trim(str_of((const char *)why));
	size_t at = yajl_get_bytes_consumed(p->yajl);

	int r = hv_fail(p->err, HV_E_PARSE, "byte %zu: %.*s", at, STR_ARG(reason));
	yajl_free_error(p->yajl, why);
	return r;
}

int json_parse(struct arena *a, struct str text, struct json *ret, struct hv_err *err)
{
	struct parse p = { .arena = a, .err = err };

	if (check_text(text, err) < 0)
		return HV_E_PARSE;
	p.yajl = yajl_alloc(&callbacks, NULL, &p);
	if (!p.yajl || !yajl_config(p.yajl, yajl_dont_validate_strings, 1)) {
		if (p.yajl)
			yajl_free(p.yajl);
		return hv_nomem(err, "JSON parser");
	}
	yajl_status s = yajl_parse(p.yajl, (const unsigned char *)text.p, text.n);
	if (s == yajl_status_ok)
		s = yajl_complete_parse(p.yajl);
	int r = p.failed ? p.failed : s == yajl_status_ok ? 0 : yajl_failure(&p, text);
	yajl_free(p.yajl);
	if (r == 0)
		*ret = p.root;
	return r;
}

const struct json *json_member(const struct json *v, const char *key)
{
	if (!v || v->kind != JV_OBJECT)
		return NULL;
	for (size_t i = 0; i < v->n; i++)
		if (str_is(v->keys[i], key))
			return &v->items[i];
	return NULL;
}

struct str json_text(const struct json *v, const char *key)
{
	const struct json *m = json_member(v, key);

	return m && m->kind == JV_STRING ? m->text : STR_NONE;
}

int64_t json_number(const struct json *v, const char *key, int64_t fallback)
{
	const struct json *m = json_member(v, key);
	uint64_t n;

	if (!m || m->kind != JV_NUMBER)
		return fallback;
	bool minus = str_starts(m->text, STR("-"));
	if (!str_to_u64(str_from(m->text, minus), &n) || n > (uint64_t)INT64_MAX + minus)
		return fallback;
	return minus ? (int64_t)(0 - n) : (int64_t)n;
}

static void write_container(struct buf *b, const struct json *v)
{
	buf_putc(b, v->kind == JV_OBJECT ? '{' : '[');
	for (size_t i = 0; i < v->n; i++) {
		if (i)
			buf_putc(b, ',');
		if (v->kind == JV_OBJECT) {
			buf_json(b, v->keys[i]);
			buf_putc(b, ':');
		}
		json_write(b, &v->items[i]);
	}
	buf_putc(b, v->kind == JV_OBJECT ? '}' : ']');
}

void json_write(struct buf *b, const struct json *v)
{
	switch (v->kind) {
	case JV_NULL:
		buf_puts(b, "null");
		break;
	case JV_FALSE:
		buf_puts(b, "false");
		break;
	case JV_TRUE:
		buf_puts(b, "true");
		break;
	case JV_NUMBER:
		buf_str(b, v->text);
		break;
	case JV_STRING:
		buf_json(b, v->text);
		break;
	case JV_ARRAY:
	case JV_OBJECT:
		write_container(b, v);
		break;
	}
}
