/*
 * config/field_reference.c - the printer of field tables: Markdown rows for docs/configuration.md.
 * Refuses to know any key. Tests: tests/unit/config/test_field.c.
 */
#include "config/field.h"
#include "harvester/base/buf.h"

static const char *const type_names[] = {
	[CFG_TEXT] = "text",           [CFG_LIST] = "list of texts", [CFG_BOOL] = "`true` or `false`",
	[CFG_NUMBER] = "whole number", [CFG_DURATION] = "duration",  [CFG_BYTES] = "bytes",
	[CFG_SHARE] = "share",         [CFG_RATE] = "rate",          [CFG_URL] = "http(s) address",
	[CFG_WORD] = "word",           [CFG_CRON] = "timetable",     [CFG_SECRET] = "secret by reference",
	[CFG_SECTION] = "section",     [CFG_RAW] = "several forms",
};

/* A bar would end the cell of a Markdown table. */
static void cell(struct buf *out, const char *s)
{
	for (; *s; s++) {
		if (*s == '|')
			buf_putc(out, '\\');
		buf_putc(out, *s);
	}
}

static void type_cell(struct buf *out, const struct cfg_field *f)
{
	if (f->type != CFG_WORD) {
		buf_puts(out, type_names[f->type]);
		if (f->type == CFG_NUMBER && (f->min || f->max))
			buf_printf(out, ", %lld to %lld", (long long)f->min, (long long)f->max);
		return;
	}
	for (size_t i = 0; f->words[i]; i++)
		buf_printf(out, "%s`%s`", i == 0 ? "" : f->words[i + 1] ? ", " : " or ", f->words[i]);
}

static void default_cell(struct buf *out, const struct cfg_field *f)
{
	if (f->fallback) {
		buf_puts(out, "`");
		cell(out, f->fallback);
		buf_puts(out, "`");
	} else {
		buf_puts(out, f->optional ? "none" : "**required**");
	}
}

static void row(struct buf *out, const struct cfg_field *f, const char *prefix)
{
	buf_printf(out, "| `%s%s` | ", prefix, f->name);
	type_cell(out, f);
	buf_puts(out, " | ");
	default_cell(out, f);
	buf_puts(out, " | ");
	cell(out, f->help ? f->help : "");
	if (f->example) {
		buf_puts(out, " Example: `");
		cell(out, f->example);
		buf_puts(out, "`");
	}
	buf_puts(out, " |\n");
}

void cfg_reference(struct buf *out, const struct cfg_field *fields, size_t n, const char *prefix)
{
	for (size_t i = 0; i < n; i++) {
		const struct cfg_field *f = &fields[i];

		if (f->type != CFG_SECTION) {
			row(out, f, prefix);
			continue;
		}
		hv_auto(buf_release) struct buf inner = BUF_INIT(1000);

		buf_printf(&inner, "%s%s.", prefix, f->name);
		cfg_reference(out, f->fields, f->n_fields, buf_cstr(&inner));
	}
}
