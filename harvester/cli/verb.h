/*
 * cli/verb.h - the command line as a table: one file per verb, one row each in verbs.c.
 *
 * main() reads the row, parses the options it declares, opens what it asks for, calls it, and closes
 * everything; no verb repeats set-up. Results go to stdout, everything else to stderr. Exit codes are listed
 * once, in exit.h. Tests: tests/unit/cli/test_args.c, tests/acceptance/.
 */
#ifndef HARVESTER_CLI_VERB_H
#define HARVESTER_CLI_VERB_H

#include "config/config.h"
#include "harvester/base/log.h"
#include "harvester/run/fault.h"

struct store;

/* An option of a verb: --name, or --name VALUE when value is not NULL. */
struct opt {
	const char *name;
	const char *value; /* what the value is called in the help: "N", "FILE" */
	const char *help;
};

enum { MOST_ARGS = 64, MOST_OPTS = 24 };

struct args {
	const char *words[MOST_ARGS]; /* what stands beside options */
	size_t n;
	const char *names[MOST_OPTS]; /* options given */
	const char *values[MOST_OPTS];
	size_t n_opts;
};

bool arg_has(const struct args *a, const char *name);
const char *arg_value(const struct args *a, const char *name); /* NULL: not given */
/* A whole number option within [min, max]; fallback when not given; HV_E_USAGE else. */
int arg_number(const struct args *a, const char *name, int64_t fallback, int64_t min, int64_t max,
	       int64_t *ret, struct hv_err *err) HV_CHECK;

/* What main hands to a verb. Nothing here is global. */
struct app {
	struct hv_log log;
	struct hv_clock clock;
	struct arena *arena;       /* for the whole command */
	struct config *config;     /* with NEEDS_CONFIG */
	const char *config_option; /* --config as given, or NULL */
	struct store *store;       /* with NEEDS_STORE */
	struct args args;
	bool json;
	bool (*cancelled)(void *ctx); /* a signal asked us to stop */
};

enum {
	NEEDS_NOTHING = 0,
	NEEDS_CONFIG = 1,       /* a readable configuration; its problems are the verb's to judge */
	NEEDS_SOUND_CONFIG = 3, /* and harvester.yaml without errors */
	NEEDS_STORE = 4,
	TAKES_WHY = 8, /* --why TEXT is required: a person changes something */
};

struct verb {
	const char *name;
	int (*run)(struct app *app,
		   struct hv_err *err); /* 0, an exit code > 0, or a negative code with err */
	int needs;
	size_t min_words, max_words;
	const char *words;   /* "SOURCE…" for the usage line */
	const char *summary; /* one line */
	const struct opt *opts;
	size_t n_opts;
	const char *more; /* further help, or NULL */
};

extern const struct verb verbs[];
extern const size_t n_verbs;
const struct verb *verb_find(const char *name);

/* Parse what follows the verb. HV_E_USAGE names the nearest known option. */
int args_parse(const struct verb *v, int argc, char **argv, struct app *app, struct hv_err *err) HV_CHECK;

/* The verbs. */
int cmd_init(struct app *app, struct hv_err *err);
int cmd_check(struct app *app, struct hv_err *err);
int cmd_test(struct app *app, struct hv_err *err);
int cmd_sources(struct app *app, struct hv_err *err);
int cmd_preview(struct app *app, struct hv_err *err);
int cmd_run(struct app *app, struct hv_err *err);
int cmd_status(struct app *app, struct hv_err *err);
int cmd_runs(struct app *app, struct hv_err *err);
int cmd_diff(struct app *app, struct hv_err *err);
int cmd_show(struct app *app, struct hv_err *err);
int cmd_history(struct app *app, struct hv_err *err);
int cmd_quarantine(struct app *app, struct hv_err *err);
int cmd_findings(struct app *app, struct hv_err *err);
int cmd_hold(struct app *app, struct hv_err *err);
int cmd_release(struct app *app, struct hv_err *err);
int cmd_cancel(struct app *app, struct hv_err *err);
int cmd_dump(struct app *app, struct hv_err *err);
int cmd_report(struct app *app, struct hv_err *err);
int cmd_serve(struct app *app, struct hv_err *err);

#endif
