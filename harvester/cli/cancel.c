/*
 * cli/cancel.c - `harvester cancel RUN --why`: give up a held or interrupted run; the cursor stays where it
 * was.
 */
#include "harvester/cli/out.h"

int cmd_cancel(struct app *app, struct hv_err *err)
{
	struct run_env env;
	struct progress p;
	uint64_t id;

	if (!str_to_u64(str_of(app->args.words[0]), &id))
		return hv_fail(err, HV_E_USAGE, "'%s' is no run number; `harvester runs` lists them",
			       app->args.words[0]);
	if (out_run_env(app, &p, &env, err) < 0)
		return err->code;
	env.role = "harvester cancel";
	if (run_cancel(&env, (int64_t)id, out_who(app), arg_value(&app->args, "why"), err) < 0)
		return err->code;
	(void)printf("run %s is cancelled; the next run brings the same records again\n", app->args.words[0]);
	return 0;
}
