/*
 * cli/out.h - what verbs share when they print: aligned columns, names of people, progress.
 */
#ifndef HARVESTER_CLI_OUT_H
#define HARVESTER_CLI_OUT_H

#include <stdatomic.h>

#include "harvester/base/buf.h"
#include "harvester/cli/verb.h"
#include "harvester/run/run.h"

/* Print text and blanks up to a width, counted in characters, not bytes. */
void out_cell(struct str s, size_t width);

/* C0, DEL, C1, and the marks that turn the direction of writing: what may give a terminal orders. */
bool out_unsafe(uint32_t c);

/*
 * What came from outside, for people: unsafe characters are written as <1B>; line feeds and tabs too, unless
 * `lines`.
 */
void out_text(FILE *out, struct str s, bool lines);

/* --who, else the system user's name; lives with the app. */
const char *out_who(struct app *app);

/* The run environment of a verb: config, store, log, clock, cancellation; progress as --progress asks. */
struct progress {
	int form; /* 0 none, 1 lines, 2 bar */
	bool shown;
	int64_t begun;
	atomic_llong last; /* also read and set by the thread that waits for an answer */
	struct app *app;
};
int out_run_env(struct app *app, struct progress *p, struct run_env *ret, struct hv_err *err) HV_CHECK;

/* Wipe the bar before something else is printed. */
void progress_clear(struct progress *p);

/* What came of a run: a few lines for people, or one JSON object. */
void out_outcome(const struct app *app, const char *source, const struct run_outcome *o);

/* The exit code of an outcome: held is 7, interrupted 130. */
int out_exit(const struct run_outcome *o);

#endif
