/*
 * model/notice.c - see notice.h.
 */
#include "harvester/model/notice.h"

#include "harvester/io/json.h"

void notice_write(struct buf *b, const struct notice *n)
{
	bool first = true;

	buf_putc(b, '{');
	for (size_t i = 0; i < n_fields; i++) {
		if (!n->values[i].n)
			continue;
		buf_printf(b, "%s\"%s\":", first ? "" : ",", fields[i].code);
		values_write(b, n->values[i]);
		first = false;
	}
	buf_putc(b, '}');
}

int notice_read(struct arena *a, struct str text, struct notice *ret, struct hv_err *err)
{
	struct json v;

	memset(ret, 0, sizeof(*ret));
	if (json_parse(a, text, &v, err) < 0)
		return hv_wrap(err, "notice");
	if (v.kind != JV_OBJECT)
		return hv_fail(err, HV_E_PARSE, "notice: no object");
	for (size_t i = 0; i < v.n; i++) {
		int id = field_find(v.keys[i]);

		if (id < 0)
			return hv_fail(err, HV_E_PARSE, "notice: unknown field '%.*s'", STR_ARG(v.keys[i]));
		if (values_read(a, &v.items[i], &ret->values[id], err) < 0)
			return hv_wrap(err, "notice: %s", fields[id].code);
	}
	return 0;
}

size_t notice_diff(struct buf *b, const struct notice *before, const struct notice *after)
{
	size_t n = 0;

	for (size_t i = 0; i < n_fields; i++) {
		if (values_eq(before->values[i], after->values[i]))
			continue;
		buf_printf(b, "%s\"%s\":[", n ? "," : "{", fields[i].code);
		values_write(b, before->values[i]);
		buf_putc(b, ',');
		values_write(b, after->values[i]);
		buf_putc(b, ']');
		n++;
	}
	if (n)
		buf_putc(b, '}');
	return n;
}

struct str notice_text(const struct notice *n, const char *code)
{
	int id = field_find(str_of(code));

	return id >= 0 && n->values[id].n ? n->values[id].v[0] : STR_NONE;
}

struct str notice_title(const struct notice *n)
{
	static const char *const codes[] = { "TITR", "DENO", "DOMN" };

	for (size_t i = 0; i < HV_LEN(codes); i++) {
		struct str s = notice_text(n, codes[i]);

		if (s.n)
			return s;
	}
	return STR("(sans titre)");
}
