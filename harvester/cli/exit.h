/*
 * cli/exit.h - the exit codes, once. `harvester --help` prints them from exit_help().
 */
#ifndef HARVESTER_CLI_EXIT_H
#define HARVESTER_CLI_EXIT_H

#include "harvester/base/err.h"

enum exit_code {
	EXIT_OK = 0,
	EXIT_FAILED = 1,    /* something of this machine: memory, disk, a limit */
	EXIT_USAGE = 2,     /* the command was called in a way it does not understand */
	EXIT_CONFIG = 3,    /* configuration or mapping has errors */
	EXIT_REMOTE = 4,    /* the source or the network failed; nothing is lost, the next run goes on */
	EXIT_STORE = 5,     /* PostgreSQL is not there or refused */
	EXIT_BUSY = 6,      /* somebody else holds the source or the catalogue */
	EXIT_HELD = 7,      /* the run, or the source, is held: a person must decide */
	EXIT_NOT_FOUND = 8, /* the thing named does not exist */
	EXIT_TESTS = 9,     /* tests in a mapping failed */
	EXIT_LOST = 10,     /* the lease was taken over; this process wrote nothing more */
	EXIT_INTERRUPTED = 130
};

enum exit_code exit_of(enum hv_code code);
/* The table above as lines for --help. */
const char *exit_help(void);

#endif
