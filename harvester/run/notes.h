/*
 * run/notes.h - what was odd in a run, counted: unknown terms, values not understood, what a connector
 * noticed.
 *
 * One entry per code and subject, bounded; written as findings with the page they came up in, so that a crash
 * neither loses nor doubles them by more than that page. Tests: tests/unit/run/test_notes.c.
 */
#ifndef HARVESTER_RUN_NOTES_H
#define HARVESTER_RUN_NOTES_H

#include "harvester/base/arena.h"
#include "harvester/base/err.h"

struct notes;

/* At most `most` distinct ones are kept between two drains; further ones are counted under the subject "…".
 */
struct notes *notes_new(size_t most);
void notes_free(struct notes *n);
HV_DEFINE_AUTO(struct notes, notes_free)

void notes_add(struct notes *n, const char *code, struct str subject, struct str example);

/* Hand over each and forget all. times: how often since the last drain. */
int notes_drain(struct notes *n,
		int (*each)(void *ctx, const char *code, const char *subject, const char *example,
			    int64_t times, struct hv_err *err),
		void *ctx, struct hv_err *err) HV_CHECK;

#endif
