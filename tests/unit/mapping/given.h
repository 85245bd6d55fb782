/*
 * tests/unit/mapping/given.h - a mapping written in a test, and what it makes of a record.
 */
#ifndef TESTS_MAPPING_GIVEN_H
#define TESTS_MAPPING_GIVEN_H

#include <check.h>

#include "harvester/base/buf.h"
#include "harvester/io/xml.h"
#include "mapping/compile.h"

struct given {
	struct arena *told, *record;
	struct problems problems;
	struct mapping *m;
	struct mapping_result r;
	struct hv_err err;
};

static inline void given_begin(struct given *g, size_t record_memory)
{
	*g = (struct given){ 0 };
	g->told = arena_new(8u << 20);
	g->record = arena_new(record_memory);
	ck_assert(g->told && g->record);
	problems_init(&g->problems, g->told);
}

static inline void given_end(struct given *g)
{
	mapping_free(g->m);
	arena_free(g->told);
	arena_free(g->record);
}

/* "line:column: text" of each problem, a line each. */
static inline const char *given_told(struct given *g)
{
	hv_auto(buf_release) struct buf all = BUF_INIT(1 << 20);

	for (size_t i = 0; i < g->problems.n; i++) {
		const struct problem *p = &g->problems.v[i];

		buf_printf(&all, "%u:%u: %s%s\n", p->line, p->column, p->warning ? "warning: " : "", p->text);
	}
	return arena_strdup(g->told, buf_cstr(&all));
}

static inline void given_compile(struct given *g, const struct config *config, const char *yaml)
{
	ck_assert_int_eq(mapping_compile(config, "m.yaml", str_of(yaml), &g->problems, &g->m, &g->err), 0);
}

/* A mapping with these fields (YAML of two blanks) and perhaps more at the top. */
static inline void given_fields(struct given *g, const char *top, const char *fields_yaml)
{
	given_begin(g, 1u << 20);
	given_compile(
		g, NULL,
		arena_printf(g->told, "mapping: m\nfor: xml\nroot: r\n%sfields:\n%s", top, fields_yaml));
	if (!g->m)
		ck_abort_msg("the mapping has problems:\n%s", given_told(g));
}

static inline void given_record(struct given *g, const char *xml)
{
	const struct mapping_options explain = { .explain = true };

	arena_reset(g->record);
	ck_assert_int_eq(mapping_apply(g->m, str_of(xml), &explain, g->record, &g->r, &g->err), 0);
}

/* A field's values as ["a","b"]; "silent", "failed" or the word of the rejection. */
static inline const char *given_field(struct given *g, const char *code)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1 << 20);
	int id = field_find(str_of(code));

	ck_assert_int_ge(id, 0);
	if (g->r.rejected)
		return g->r.rejected;
	if (g->r.claim.failed[id])
		return "failed";
	if (g->r.claim.kind[id] == CLAIM_SILENT)
		return "silent";
	values_write(&b, g->r.claim.values[id]);
	return arena_strdup(g->told, buf_cstr(&b));
}

/* Notes as "code FIELD value", a line each. */
static inline const char *given_notes(struct given *g)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1 << 20);

	for (size_t i = 0; i < g->r.n_notes; i++) {
		const struct mapping_note *n = &g->r.notes[i];

		buf_printf(&b, "%s %s %.*s\n", n->code,
			   n->field == MAPPING_NO_FIELD ? "-" : fields[n->field].code, STR_ARG(n->value));
	}
	return arena_strdup(g->told, buf_cstr(&b));
}

static inline int given_run(const char *name, void (*add)(TCase *t))
{
	Suite *s = suite_create(name);
	TCase *t = tcase_create(name);

	xml_global_init();
	tcase_set_timeout(t, 60);
	add(t);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);

	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}

#endif
