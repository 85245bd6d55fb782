/*
 * cli/serve.c - `harvester serve`: what the scheduler needs from the database and from the table of exit
 * codes.
 *
 * The database is asked once, at the start: when each source ran last. The connection then only keeps a
 * private server alive between two runs. Tests: tests/integration/test_serve.c; the daemon itself:
 * tests/unit/scheduler/.
 */
#include <limits.h>
#include <unistd.h>

#include "harvester/cli/exit.h"
#include "harvester/cli/verb.h"
#include "scheduler/scheduler.h"
#include "store/runs.h"

/* How far back a complete listing is looked for; an older one that was applied is known by its number. */
enum { RUNS_LOOKED_AT = 100 };

/* A harvest that failed or was cut short left work; one that is held or waits for its quota did not. */
static bool left_work(const char *state)
{
	static const char *const states[] = { "queued", "collecting", "judging", "applying", "failed" };

	for (size_t i = 0; i < HV_LEN(states); i++)
		if (strcmp(state, states[i]) == 0)
			return true;
	return false;
}

struct search {
	bool full;
	struct scheduler_past *past;
};

static bool take(const struct run_row *r, struct scheduler_past *ret)
{
	bool day;

	ret->again = left_work(r->state);
	return clock_parse(str_of(r->started), &ret->started, &day);
}

/* The latest that is of our kind ends the search. */
static int each_run(void *ctx, const struct run_row *r)
{
	const struct search *s = ctx;

	if (strcmp(r->kind, "harvest") != 0 || (s->full && strcmp(r->listing, "full") != 0))
		return 0;
	return take(r, s->past);
}

static int last_applied_full(struct store *store, const char *source, struct arena *a,
			     struct scheduler_past *ret, struct hv_err *err)
{
	struct source_row row;
	struct run_row run;
	int r = runs_source(store, source, false, a, &row, err);

	if (r < 0 || row.full_run == 0)
		return r;
	r = runs_get(store, row.full_run, a, &run, err);
	if (r == 0)
		(void)take(&run, ret);
	return r;
}

static int last_run(void *ctx, const char *source, bool full, struct scheduler_past *ret, struct hv_err *err)
{
	struct app *app = ctx;
	hv_auto(arena_freep) struct arena *a = arena_new(64u << 20);
	struct search s = { .full = full, .past = ret };

	if (!a)
		return hv_nomem(err, "former runs");
	int r = runs_list(app->store, source, RUNS_LOOKED_AT, a, each_run, &s, err);

	if (r == 0 && full)
		r = last_applied_full(app->store, source, a, ret, err);
	return r < 0 ? r : 0;
}

/* What a person must mend first fails in the same way an hour later. */
static bool worth_retrying(int exit_code)
{
	switch (exit_code) {
	case EXIT_USAGE:
	case EXIT_CONFIG:
	case EXIT_HELD:
	case EXIT_NOT_FOUND:
	case EXIT_TESTS:
		return false;
	default:
		return true;
	}
}

static int own_path(char ret[PATH_MAX], struct hv_err *err)
{
	ssize_t n = readlink("/proc/self/exe", ret, PATH_MAX - 1);

	if (n < 0)
		return hv_fail(err, HV_E_IO, "cannot find our own program: /proc is not mounted");
	ret[n] = '\0';
	return 0;
}

int cmd_serve(struct app *app, struct hv_err *err)
{
	char program[PATH_MAX];
	int64_t children;
	struct scheduler_result result;

	if (arg_number(&app->args, "children", 2, 1, 64, &children, err) < 0 || own_path(program, err) < 0)
		return err->code;
	struct scheduler_options o = { .program = program,
				       .children = (unsigned)children,
				       .once = arg_has(&app->args, "once"),
				       .last_run = last_run,
				       .retry = worth_retrying,
				       .ctx = app };

	if (scheduler_run(app->config, &o, &app->log, &app->clock, &result, err) < 0)
		return err->code;
	if (!o.once || result.failed == 0)
		return EXIT_OK;
	return result.first_exit > 0 ? result.first_exit : EXIT_FAILED;
}
