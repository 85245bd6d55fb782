/*
 * model/claim.c - see claim.h. The canonical text is written by hand, not by a JSON library: it is hashed.
 */
#include "harvester/model/claim.h"

#include "harvester/io/json.h"

bool values_eq(struct values a, struct values b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (!str_eq(a.v[i], b.v[i]))
			return false;
	return true;
}

void values_write(struct buf *b, struct values v)
{
	buf_putc(b, '[');
	for (size_t i = 0; i < v.n; i++) {
		if (i)
			buf_putc(b, ',');
		buf_json(b, v.v[i]);
	}
	buf_putc(b, ']');
}

/* ,"name":["CODE",…] for the fields that are marked; nothing when none is. */
static void write_marks(struct buf *b, const char *name, const bool marked[FIELD_MAX])
{
	bool any = false;

	for (size_t i = 0; i < n_fields; i++) {
		if (!marked[i])
			continue;
		if (any)
			buf_putc(b, ',');
		else
			buf_printf(b, "%s\"%s\":[", b->p[b->n - 1] == '{' ? "" : ",", name);
		buf_printf(b, "\"%s\"", fields[i].code);
		any = true;
	}
	if (any)
		buf_putc(b, ']');
}

void claim_write(struct buf *b, const struct claim *c)
{
	bool first = true;

	buf_putc(b, '{');
	for (size_t i = 0; i < n_fields && !b->failed; i++) {
		if (c->kind[i] == CLAIM_SILENT)
			continue;
		buf_printf(b, "%s\"%s\":", first ? "" : ",", fields[i].code);
		values_write(b, c->values[i]);
		first = false;
	}
	if (b->failed)
		return;
	write_marks(b, "default", c->is_default);
	write_marks(b, "failed", c->failed);
	if (c->museum_scope)
		buf_puts(b, b->p[b->n - 1] == '{' ? "\"scope\":\"museum\"" : ",\"scope\":\"museum\"");
	buf_putc(b, '}');
}

int values_read(struct arena *a, const struct json *list, struct values *ret, struct hv_err *err)
{
	if (list->kind != JV_ARRAY)
		return hv_fail(err, HV_E_PARSE, "a value is no list");
	struct str *v = arena_array(a, list->n ? list->n : 1, sizeof(*v));
	if (!v)
		return hv_nomem(err, "values");
	for (size_t i = 0; i < list->n; i++) {
		if (list->items[i].kind != JV_STRING)
			return hv_fail(err, HV_E_PARSE, "a value is no text");
		v[i] = list->items[i].text;
	}
	*ret = (struct values){ v, list->n };
	return 0;
}

static int read_marks(const struct json *list, bool marked[FIELD_MAX], struct hv_err *err)
{
	for (size_t i = 0; list->kind == JV_ARRAY && i < list->n; i++) {
		int id = field_find(list->items[i].text);

		if (id < 0)
			return hv_fail(err, HV_E_PARSE, "unknown field '%.*s'", STR_ARG(list->items[i].text));
		marked[id] = true;
	}
	return 0;
}

static int read_member(struct arena *a, struct str key, const struct json *value, struct claim *c,
		       struct hv_err *err)
{
	if (str_is(key, "default"))
		return read_marks(value, c->is_default, err);
	if (str_is(key, "failed"))
		return read_marks(value, c->failed, err);
	if (str_is(key, "scope")) {
		c->museum_scope = str_is(value->text, "museum");
		return 0;
	}
	int id = field_find(key);
	if (id < 0)
		return hv_fail(err, HV_E_PARSE, "unknown field '%.*s'", STR_ARG(key));
	if (values_read(a, value, &c->values[id], err) < 0)
		return hv_wrap(err, "%s", fields[id].code);
	c->kind[id] = c->values[id].n ? CLAIM_VALUE : CLAIM_EMPTY;
	return 0;
}

int claim_read(struct arena *a, struct str text, struct claim *ret, struct hv_err *err)
{
	struct json v;

	memset(ret, 0, sizeof(*ret));
	if (json_parse(a, text, &v, err) < 0)
		return hv_wrap(err, "claim");
	if (v.kind != JV_OBJECT)
		return hv_fail(err, HV_E_PARSE, "claim: no object");
	for (size_t i = 0; i < v.n; i++)
		if (read_member(a, v.keys[i], &v.items[i], ret, err) < 0)
			return hv_wrap(err, "claim");
	return 0;
}
