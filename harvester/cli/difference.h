/*
 * cli/difference.h - what a run changed, or would change: shared by `diff` and `run --dry-run`.
 */
#ifndef HARVESTER_CLI_DIFFERENCE_H
#define HARVESTER_CLI_DIFFERENCE_H

#include "harvester/cli/verb.h"

/*
 * Print at most `limit` notices, the rest as a number. Of an applied run what it changed is read from the
 * history; of any other it is judged anew from its versions: nothing is stored of that.
 */
int difference_print(struct app *app, int64_t run, int64_t limit, struct hv_err *err) HV_CHECK;

#endif
