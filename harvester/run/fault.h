/*
 * run/fault.h - named points at which a test may kill the process (HARVESTER_KILL_AT=name:count) or pause it
 * (HARVESTER_STOP_AT=name:count, until SIGCONT).
 *
 * "Crash-safe" is only worth what was tried: the points stand where a death hurts most. Without the variable
 * a point costs one comparison. The points: the table in fault.c.
 */
#ifndef HARVESTER_RUN_FAULT_H
#define HARVESTER_RUN_FAULT_H

#include "harvester/base/def.h"

struct faults {
	const char *at; /* name of the point, NULL: none */
	unsigned left;  /* passes until the signal */
	int signal;     /* SIGKILL or SIGSTOP */
};

/* Reads the environment. An unknown name is reported on stderr and ends the process: a test must not pass by
 * a typo. */
void faults_init(struct faults *f);

/* Send ourselves the signal when it is this point's turn. */
void fault_point(struct faults *f, const char *name);

#endif
