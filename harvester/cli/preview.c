/*
 * cli/preview.c - `harvester preview SOURCE`: a record raw, each step of the mapping, the claim, and what
 * merging would do.
 */
#include "harvester/run/preview.h"
#include "harvester/cli/out.h"
#include "harvester/cli/read.h"
#include "harvester/io/json.h"

struct previewing {
	struct app *app;
	struct hv_err *err;
	bool raw;
	size_t shown;
};

static void print_list(struct values v)
{
	if (!v.n)
		(void)fputs("(nothing)", stdout);
	for (size_t i = 0; i < v.n; i++) {
		(void)fputs(i ? " | " : "", stdout);
		out_text(stdout, v.v[i], false);
	}
	(void)putchar('\n');
}

/* A note about a set of nodes belongs to no field. */
static const char *note_field(const struct mapping_note *n)
{
	return n->field < n_fields ? fields[n->field].code : "nodes";
}

/* The text says what was wrong, the value with what. */
static void print_note(const struct mapping_note *n)
{
	(void)printf("  note: %s (%s, line %u): ", n->code, note_field(n), n->line);
	out_text(stdout, n->text, false);
	(void)fputs(": ", stdout);
	out_text(stdout, n->value, false);
	(void)putchar('\n');
}

static void print_line(const char *before, struct str text, bool lines)
{
	(void)fputs(before, stdout);
	out_text(stdout, text, lines);
	(void)putchar('\n');
}

static void print_steps(const struct preview *p)
{
	const struct mapping_result *m = &p->converted->mapped;
	int last = -1;

	if (m->n_steps)
		(void)puts("steps");
	for (size_t i = 0; i < m->n_steps; i++) {
		const struct mapping_step *s = &m->steps[i];

		if (s->field != last)
			(void)printf("  %s\n", fields[s->field].code);
		last = s->field;
		(void)printf("    line %-4u ", s->line);
		out_cell(s->what, 44);
		(void)fputs(" ", stdout);
		if (str_starts(s->what, STR("each "))) /* a node, whose values come below */
			(void)putchar('\n');
		else
			print_list(s->after);
	}
	for (size_t i = 0; i < m->n_notes; i++)
		print_note(&m->notes[i]);
}

static void print_field(const struct preview *p, size_t f)
{
	const struct merged *m = p->after;
	struct values v = m->notice.values[f];

	if (!v.n)
		return;
	(void)fputs("  ", stdout);
	out_cell(str_of(fields[f].code), 14);
	for (size_t i = 0; i < v.n; i++) {
		(void)fputs(i ? " ; " : "", stdout);
		out_text(stdout, v.v[i], false);
	}
	const struct merge_claim *c = &p->claims[m->origin[f][0]];
	(void)printf("   [%.*s%s]\n", STR_ARG(c->source),
		     m->is_default[f] ? ", default of the source file" : "");
}

/* What merging would do, in a sentence; what it would do to each field follows. */
static void print_verdict(const struct preview *p)
{
	static const struct {
		const char *verdict, *before, *after;
	} words[] = {
		{ "created", "a new notice, ", "" },
		{ "changed", "notice ", " would change" },
		{ "same", "notice ", " would stay as it is" },
		{ "restored", "notice ", " would be restored" },
		{ "withdrawn", "notice ", " would be withdrawn: no other source speaks for it" },
		{ "orphan", "notice ", " would be proposed for withdrawal: no other source speaks for it" },
	};

	(void)fputs("merging   ", stdout);
	for (size_t i = 0; i < HV_LEN(words); i++)
		if (strcmp(words[i].verdict, p->verdict) == 0) {
			(void)printf("%s%.*s%s\n", words[i].before, STR_ARG(p->ref), words[i].after);
			return;
		}
	(void)puts(p->record->deleted       ? "nothing: no notice comes from this record"
		   : p->converted->rejected ? "nothing: a refused record makes no notice"
					    : "no reference can be formed from this identifier by new_refs");
}

static void print_merge(const struct preview *p)
{
	print_verdict(p);
	for (size_t f = 0; p->after && f < n_fields; f++)
		print_field(p, f);
	if (p->known && p->diff.p)
		print_line("difference ", p->diff, false);
}

static void print_text(struct previewing *v, const struct preview *p)
{
	print_line(v->shown ? "\nrecord    " : "record    ", p->record->external_id, false);
	print_line("datestamp ", p->record->datestamp, false);
	if (p->record->deleted) {
		(void)puts("deleted   the source says so");
	} else {
		if (v->raw) {
			(void)printf("raw       %zu bytes\n", p->record->body.n);
			print_line("", p->record->body, true);
		}
		print_steps(p);
		if (p->converted->rejected) {
			(void)printf("refused   %s: ", p->converted->rejected);
			print_line("", p->converted->reason, false);
		}
	}
	print_merge(p);
}

static int print_json(const struct preview *p, struct hv_err *err)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(64u << 20);
	const struct mapping_result *m = &p->converted->mapped;

	buf_puts(&b, "{\"record\":");
	buf_json(&b, p->record->external_id);
	buf_puts(&b, ",\"datestamp\":");
	buf_json(&b, p->record->datestamp);
	buf_printf(&b, ",\"deleted\":%s,\"raw\":", p->record->deleted ? "true" : "false");
	buf_json(&b, p->record->body);
	buf_puts(&b, ",\"steps\":[");
	for (size_t i = 0; i < m->n_steps; i++) {
		buf_printf(&b, "%s{\"field\":\"%s\",\"line\":%u,\"what\":", i ? "," : "",
			   fields[m->steps[i].field].code, m->steps[i].line);
		buf_json(&b, m->steps[i].what);
		buf_puts(&b, ",\"after\":");
		values_write(&b, m->steps[i].after);
		buf_putc(&b, '}');
	}
	buf_puts(&b, "],\"notes\":[");
	for (size_t i = 0; i < m->n_notes; i++) {
		buf_printf(&b, "%s{\"code\":\"%s\",\"field\":\"%s\",\"line\":%u", i ? "," : "",
			   m->notes[i].code, note_field(&m->notes[i]), m->notes[i].line);
		read_member(&b, "text", m->notes[i].text);
		read_member(&b, "value", m->notes[i].value);
		buf_putc(&b, '}');
	}
	buf_puts(&b, "],\"refused\":");
	if (p->converted->rejected) {
		buf_json(&b, str_of(p->converted->rejected));
		buf_puts(&b, ",\"reason\":");
		buf_json(&b, p->converted->reason);
	} else {
		buf_puts(&b, "null,\"reason\":null");
	}
	buf_puts(&b, ",\"claim\":");
	claim_write(&b, &m->claim);
	buf_puts(&b, ",\"ref\":");
	buf_json(&b, p->ref);
	buf_printf(&b, ",\"known\":%s,\"merging\":\"%s\",\"notice\":", p->known ? "true" : "false",
		   p->verdict);
	if (p->after)
		notice_write(&b, &p->after->notice);
	else
		buf_puts(&b, "null");
	buf_printf(&b, ",\"diff\":%.*s}\n", p->diff.p ? (int)p->diff.n : 2, p->diff.p ? p->diff.p : "{}");
	if (buf_ok(&b, "preview as JSON", err) < 0)
		return err->code;
	(void)fputs(buf_cstr(&b), stdout);
	return 0;
}

static int each(void *ctx, const struct preview *p)
{
	struct previewing *v = ctx;

	int r = 0;

	if (v->app->json)
		r = print_json(p, v->err);
	else
		print_text(v, p);
	v->shown++;
	return r;
}

int cmd_preview(struct app *app, struct hv_err *err)
{
	struct previewing v = { .app = app, .err = err };
	const char *id = arg_value(&app->args, "record");
	struct progress none;
	struct run_env env;
	int64_t limit;

	if (arg_number(&app->args, "limit", 1, 1, 10000, &limit, err) < 0 ||
	    out_run_env(app, &none, &env, err) < 0)
		return err->code;
	v.raw = limit == 1 || id || arg_has(&app->args, "raw");
	if (run_preview(&env, app->args.words[0], id, (size_t)limit, each, &v, err) < 0)
		return err->code;
	if (!v.shown && !app->json)
		(void)puts("the source listed no record");
	return 0;
}
