/*
 * cli/diff.c - `harvester diff RUN`: what a run changed, or would change when it is released.
 */
#include "harvester/cli/difference.h"

int cmd_diff(struct app *app, struct hv_err *err)
{
	int64_t limit;
	uint64_t id;

	if (!str_to_u64(str_of(app->args.words[0]), &id) || id > INT64_MAX)
		return hv_fail(err, HV_E_USAGE, "'%s' is no run number; `harvester runs` lists them",
			       app->args.words[0]);
	if (arg_number(&app->args, "limit", 200, 0, INT32_MAX, &limit, err) < 0)
		return err->code;
	return difference_print(app, (int64_t)id, limit, err);
}
