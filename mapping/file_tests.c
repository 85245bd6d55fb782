/*
 * mapping/file_tests.c - the tests inside a mapping file: given a record, these fields must hold these
 * values.
 *
 * A failure prints what came, and every step on the way, with lines of the mapping file.
 */
#include "mapping/internal.h"

#include "harvester/base/buf.h"

enum { RECORD_MEMORY = 32u << 20 };

static int read_given(struct arena *a, const char *path, struct str *ret, struct hv_err *err)
{
	hv_auto(hv_fclosep) FILE *f = fopen(path, "rb");
	hv_auto(buf_release) struct buf b = BUF_INIT(8u << 20);

	if (!f)
		return hv_fail(err, HV_E_IO, "%s cannot be opened: %m", path);
	for (char *room; (room = buf_room(&b, 65536));) {
		size_t n = fread(room, 1, 65536, f);

		b.n += n;
		if (n == 0)
			break;
	}
	if (ferror(f))
		return hv_fail(err, HV_E_IO, "%s cannot be read: %m", path);
	if (buf_ok(&b, path, err) < 0)
		return err->code;
	*ret = arena_str(a, buf_view(&b));
	return ret->p ? 0 : hv_nomem(err, path);
}

static void print_steps(struct buf *out, const struct mapping_result *r, field_id field, const char *file)
{
	for (size_t i = 0; i < r->n_steps; i++) {
		const struct mapping_step *s = &r->steps[i];

		if (s->field != field)
			continue;
		buf_printf(out, "    %s:%u: %.*s -> ", file, s->line, STR_ARG(s->what));
		values_write(out, s->after);
		buf_putc(out, '\n');
	}
}

static void print_notes(struct buf *out, const struct mapping_result *r, field_id field)
{
	for (size_t i = 0; i < r->n_notes; i++)
		if (r->notes[i].field == field)
			buf_printf(out, "    %s: %.*s: « %.*s »\n", r->notes[i].code,
				   STR_ARG(r->notes[i].text), STR_ARG(r->notes[i].value));
}

static bool check_field(struct buf *out, const struct mapping *m, const struct map_expect *x,
			const struct mapping_result *r)
{
	struct values got = r->claim.values[x->id];
	bool empty = x->values.n == 1 && x->values.v[0].n == 0;

	if (values_eq(got, empty ? (struct values){ 0 } : x->values))
		return true;
	buf_printf(out, "%s:%u: %s is ", m->file, x->line, fields[x->id].code);
	values_write(out, got);
	buf_puts(out, r->claim.failed[x->id] ? " (failed), expected " : ", expected ");
	values_write(out, x->values);
	buf_putc(out, '\n');
	print_notes(out, r, x->id);
	print_steps(out, r, x->id, m->file);
	return false;
}

static bool check_record(struct buf *out, const struct mapping *m, const struct map_test *t,
			 const struct mapping_result *r)
{
	bool good = true;

	if (t->rejected.n || r->rejected) {
		if (r->rejected && str_is(t->rejected, r->rejected))
			return true;
		buf_printf(out, "%s:%u: %s is %s, expected %.*s\n", m->file, t->line, t->given,
			   r->rejected ? r->rejected : "accepted",
			   STR_ARG(t->rejected.n ? t->rejected : STR("a claim")));
		if (r->rejected)
			buf_printf(out, "    %.*s\n", STR_ARG(r->reason));
		return false;
	}
	for (size_t i = 0; i < t->n_expect; i++)
		good = check_field(out, m, &t->expect[i], r) && good;
	return good;
}

int mapping_run_tests(struct mapping *m, struct mapping_tests *ret, struct buf *out, struct hv_err *err)
{
	hv_auto(arena_freep) struct arena *a = arena_new(RECORD_MEMORY);
	const struct mapping_options explain = { .explain = true };

	*ret = (struct mapping_tests){ 0 };
	if (!a)
		return hv_nomem(err, "mapping tests");
	for (size_t i = 0; i < m->n_tests; i++) {
		const struct map_test *t = &m->tests[i];
		struct mapping_result r;
		struct str body;

		arena_reset(a);
		if (read_given(a, t->given, &body, err) < 0)
			return hv_wrap(err, "%s:%u", m->file, t->line);
		if (mapping_apply(m, body, &explain, a, &r, err) < 0)
			return err->code;
		if (check_record(out, m, t, &r))
			ret->passed++;
		else
			ret->failed++;
	}
	return 0;
}
