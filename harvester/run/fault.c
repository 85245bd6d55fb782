/*
 * run/fault.c - see fault.h.
 */
#include "harvester/run/fault.h"

#include <signal.h>

static const char *const points[] = {
	"collect.page",       /* a page was fetched and checked, nothing of it is written */
	"collect.rows",       /* its versions are sent, the transaction is open */
	"collect.checkpoint", /* the page is committed, the next is not begun */
	"collect.end",        /* the list is over, the run is still collecting */
	"judge.begin",        /* the run is judging, nothing was read */
	"judge.batch",        /* some of it was judged */
	"judge.end",          /* the verdict is known, nothing is written */
	"apply.begin",        /* the gate is ours */
	"apply.batch",        /* some notices are written, the transaction is open */
	"apply.commit",       /* everything is written, the commit is not sent */
	"apply.end",          /* committed; tidying up is left */
};

void faults_init(struct faults *f)
{
	const char *variable = "HARVESTER_KILL_AT", *env = getenv(variable);

	*f = (struct faults){ .signal = SIGKILL };
	if (!env || !*env) {
		f->signal = SIGSTOP;
		env = getenv(variable = "HARVESTER_STOP_AT");
	}
	if (!env || !*env)
		return;
	const char *colon = strchr(env, ':');
	size_t n = colon ? (size_t)(colon - env) : strlen(env);

	for (size_t i = 0; i < HV_LEN(points); i++)
		if (strlen(points[i]) == n && strncmp(points[i], env, n) == 0)
			f->at = points[i];
	if (!f->at) {
		(void)fprintf(stderr, "%s='%s' names no point of this program\n", variable, env);
		exit(2);
	}
	f->left = colon ? (unsigned)strtoul(colon + 1, NULL, 10) : 1;
}

void fault_point(struct faults *f, const char *name)
{
	if (f->at && strcmp(f->at, name) == 0 && --f->left == 0)
		(void)raise(f->signal);
}
