/*
 * cli/read.c - see read.h.
 */
#include "harvester/cli/read.h"

#include "harvester/base/text.h"
#include "harvester/cli/out.h"
#include "store/store.h"

struct str read_shown(struct arena *a, struct str s, size_t most)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(256u << 20);
	size_t at = 0, n = 0;

	while (at < s.n) {
		char utf8[4];
		uint32_t c = text_next(s, &at);

		if (most && ++n > most) {
			buf_puts(&b, "…");
			break;
		}
		if (out_unsafe(c))
			buf_putc(&b, ' ');
		else
			buf_put(&b, utf8, text_encode(c, utf8));
	}
	return b.failed ? STR("") : arena_str(a, buf_view(&b));
}

void read_cell(struct arena *a, struct str s, size_t width)
{
	out_cell(read_shown(a, s, 0), width);
}

struct str read_joined(struct arena *a, struct values v, size_t most)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(256u << 20);

	for (size_t i = 0; i < v.n; i++) {
		if (i)
			buf_puts(&b, " ; ");
		buf_str(&b, v.v[i]);
	}
	return read_shown(a, buf_view(&b), most);
}

static void print_side(struct arena *a, const struct json *list)
{
	struct values v;

	if (values_read(a, list, &v, NULL) < 0 || !v.n)
		(void)fputs("(empty)", stdout);
	else
		out_cell(read_joined(a, v, 0), 0);
}

void read_diff(struct arena *a, struct str diff)
{
	struct json v;

	if (json_parse(a, diff, &v, NULL) < 0 || v.kind != JV_OBJECT)
		return;
	for (size_t i = 0; i < v.n; i++) {
		if (v.items[i].kind != JV_ARRAY || v.items[i].n != 2)
			continue;
		(void)fputs("    ", stdout);
		read_cell(a, v.keys[i], 14);
		print_side(a, &v.items[i].items[0]);
		(void)fputs("  ->  ", stdout);
		print_side(a, &v.items[i].items[1]);
		(void)putchar('\n');
	}
}

void read_member(struct buf *b, const char *name, struct str text)
{
	if (!text.p)
		return;
	buf_printf(b, ",\"%s\":", name);
	buf_json(b, text);
}

const char *read_folder(struct app *app, const char *configured, struct hv_err *err)
{
	const char *dir = arg_value(&app->args, "dir"), *home = store_home(app->store), *path;

	if (dir)
		return dir;
	path = configured[0] == '/' || !home ? configured
					     : arena_printf(app->arena, "%s/%s", home, configured);
	if (!path)
		(void)hv_nomem(err, "name of a folder");
	return path;
}
