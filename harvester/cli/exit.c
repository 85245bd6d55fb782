/*
 * cli/exit.c - see exit.h.
 */
#include "harvester/cli/exit.h"

enum exit_code exit_of(enum hv_code code)
{
	switch (code) {
	case HV_OK:
		return EXIT_OK;
	case HV_E_CONFIG:
		return EXIT_CONFIG;
	case HV_E_REMOTE:
	case HV_E_REFUSED:
		return EXIT_REMOTE;
	case HV_E_STORE:
		return EXIT_STORE;
	case HV_E_BUSY:
		return EXIT_BUSY;
	case HV_E_LOST:
		return EXIT_LOST;
	case HV_E_NOTFOUND:
		return EXIT_NOT_FOUND;
	case HV_E_USAGE:
		return EXIT_USAGE;
	case HV_E_CANCELLED:
		return EXIT_INTERRUPTED;
	default:
		return EXIT_FAILED;
	}
}

const char *exit_help(void)
{
	return "Exit codes:\n"
	       "    0  done\n"
	       "    1  this machine: memory, disk, files, a limit\n"
	       "    2  the command was called in a way it does not understand\n"
	       "    3  configuration or mapping has errors\n"
	       "    4  the source or the network failed; the next run goes on\n"
	       "    5  PostgreSQL is not there or refused\n"
	       "    6  somebody else holds the source or the catalogue\n"
	       "    7  the run or the source is held: a person must decide\n"
	       "    8  the thing named does not exist\n"
	       "    9  tests in a mapping failed\n"
	       "   10  the lease was taken over; nothing more was written\n"
	       "  130  interrupted\n";
}
