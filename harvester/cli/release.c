/*
 * cli/release.c - `harvester release RUN|SOURCE --why`: apply a held run after a person looked at it, or free
 * a source.
 */
#include "harvester/cli/out.h"
#include "store/runs.h"

static int release_source(struct app *app, const char *source, struct hv_err *err)
{
	const struct cfg_source *known;
	struct source_row row;

	if (config_source(app->config, source, &known, err) < 0 ||
	    runs_source(app->store, source, false, app->arena, &row, err) < 0)
		return err->code;
	if (!row.held)
		return hv_fail(err, HV_E_USAGE, "source '%s' is not held", source);
	if (runs_hold_source(app->store, source, NULL, NULL, err) < 0)
		return err->code;
	(void)printf("%s: runs again\n", source);
	return 0;
}

int cmd_release(struct app *app, struct hv_err *err)
{
	const char *word = app->args.words[0];
	struct run_outcome out;
	struct run_env env;
	struct progress p;
	uint64_t id;

	if (!str_to_u64(str_of(word), &id))
		return release_source(app, word, err);
	if (out_run_env(app, &p, &env, err) < 0)
		return err->code;
	env.role = arena_printf(app->arena, "harvester release %s", word);
	int r = run_release(&env, (int64_t)id, out_who(app), arg_value(&app->args, "why"), &out, err);
	progress_clear(&p);
	if (r < 0)
		return r;
	out_outcome(app, "release", &out);
	return out_exit(&out);
}
