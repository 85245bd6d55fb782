/*
 * cli/run.c - `harvester run SOURCE…`: one source after the other.
 *
 * When the database goes away in mid-run (restart, failover) the connection is opened anew a few times: the
 * run goes on behind its last committed page.
 */
#include <unistd.h>

#include "harvester/cli/difference.h"
#include "harvester/cli/exit.h"
#include "harvester/cli/out.h"
#include "store/store.h"

enum { DRY_SHOWN = 200, REOPEN_TRIES = 8 };

/* A wait in slices, so that a signal ends it. */
static bool pause_ms(struct app *app, int ms)
{
	for (; ms > 0 && !app->cancelled(NULL); ms -= 50)
		(void)usleep(50000);
	return !app->cancelled(NULL);
}

static int reopen(struct app *app, const char *role, struct hv_err *err)
{
	struct store_options o = { .url = app->config->store_url,
				   .password = &app->config->store_password,
				   .role = role,
				   .clock = &app->clock };

	store_close(app->store);
	app->store = NULL;
	for (int try = 0, wait = 250; try < REOPEN_TRIES; try++, wait *= 2) {
		if (!pause_ms(app, wait > 5000 ? 5000 : wait))
			return hv_fail(err, HV_E_CANCELLED, "interrupted while waiting for the database");
		if (store_open(&o, &app->store, err) == 0)
			return 0;
	}
	return hv_wrap(err, "the database went away and did not come back; start it and run again, "
			    "what was committed is kept");
}

static int run_one(struct app *app, const char *source, const struct run_options *o, struct run_outcome *out,
		   struct hv_err *err)
{
	struct progress p;
	struct run_env env;
	const char *role = arena_printf(app->arena, "harvester run %s", source);

	if (out_run_env(app, &p, &env, err) < 0)
		return err->code;
	env.role = role ? role : "harvester run";
	for (int again = 0;; again++) {
		int r = run_source(&env, source, o, out, err);

		progress_clear(&p);
		if (r >= 0 || again == 3 || !store_lost(app->store))
			return r;
		struct hv_err lost = *err;
		if (reopen(app, env.role, err) < 0)
			return err->code;
		hv_log(&app->log, HV_LOG_WARN, "database lost and opened anew",
		       (struct hv_kv[]){ { "source", source }, { "error", lost.text }, { 0 } });
		env.store = app->store;
		if (run_ours(&env, out, err) < 0)
			return err->code;
	}
}

static int options(struct app *app, struct run_options *ret, struct hv_err *err)
{
	int64_t workers;

	if (arg_number(&app->args, "workers", 0, 1, 16, &workers, err) < 0)
		return err->code;
	*ret = (struct run_options){ .full = arg_has(&app->args, "full"),
				     .dry_run = arg_has(&app->args, "dry-run"),
				     .workers = (unsigned)workers,
				     .who = out_who(app),
				     .why = arg_value(&app->args, "why") };
	return 0;
}

int cmd_run(struct app *app, struct hv_err *err)
{
	struct run_options o;
	int worst = EXIT_OK;

	if (options(app, &o, err) < 0)
		return err->code;
	for (size_t i = 0; i < app->args.n; i++) {
		const char *source = app->args.words[i];
		struct run_outcome out;
		int r = run_one(app, source, &o, &out, err), code;

		if (r < 0) {
			if (app->args.n == 1)
				return hv_wrap(err, "%s", source);
			(void)fprintf(stderr, "harvester run: %s: %s\n", source, err->text);
			code = (int)exit_of((enum hv_code)r);
		} else {
			out_outcome(app, source, &out);
			code = out_exit(&out);
			if (out.verdict == RUN_DRY && difference_print(app, out.id, DRY_SHOWN, err) < 0)
				return err->code;
		}
		worst = code > worst ? code : worst;
		if (app->cancelled(NULL) || !app->store)
			break;
	}
	return worst;
}
