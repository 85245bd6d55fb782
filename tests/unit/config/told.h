/*
 * tests/unit/config/told.h - what a file makes the room say, as one text to compare: a line per problem.
 */
#ifndef TESTS_CONFIG_TOLD_H
#define TESTS_CONFIG_TOLD_H

#include <check.h>

#include "config/yaml.h"
#include "harvester/base/buf.h"

/* All problems, each with a line feed. Belongs to the arena of the list. */
static inline const char *told(const struct problems *p)
{
	hv_auto(buf_release) struct buf all = BUF_INIT(1 << 20);

	for (size_t i = 0; i < p->n; i++) {
		buf_puts(&all, problem_text(&p->v[i], p->arena));
		buf_putc(&all, '\n');
	}
	const char *copy = arena_strdup(p->arena, buf_cstr(&all));
	ck_assert_ptr_nonnull(copy);
	return copy;
}

/* Run a Check suite of one test case; the exit status for main(). */
static inline int run_tests(const char *name, void (*add)(TCase *t))
{
	Suite *s = suite_create(name);
	TCase *t = tcase_create(name);

	add(t);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);

	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}

#endif
