/*
 * cli/hold.c - `harvester hold SOURCE --why`: the source runs no more until it is released.
 */
#include "harvester/cli/out.h"
#include "store/runs.h"

int cmd_hold(struct app *app, struct hv_err *err)
{
	const char *source = app->args.words[0];
	const struct cfg_source *known;
	struct source_row row;

	if (config_source(app->config, source, &known, err) < 0 ||
	    runs_source(app->store, source, true, app->arena, &row, err) < 0 ||
	    runs_hold_source(app->store, source, out_who(app), arg_value(&app->args, "why"), err) < 0)
		return err->code;
	(void)printf("%s: held; `harvester release %s --why \"…\"` lets it run again\n", source, source);
	return 0;
}
