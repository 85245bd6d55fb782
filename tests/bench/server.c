/*
 * server.c - keep the harvester's own PostgreSQL running as long as a benchmark needs it.
 *
 * Registers with the private server of HARVESTER_HOME, prints its conninfo for psql on one line, and leaves
 * when its standard input ends: the server stops behind the last one out. So the plain work and the harvest
 * meet the same server with the same settings. A part of the benchmark: tests/bench/run.
 */
#include <stdio.h>
#include <unistd.h>

#include "store/private.h"

int main(void)
{
	hv_auto(private_closep) struct private_server *server = NULL;
	struct hv_err err;
	char rest[64];

	if (private_open(NULL, &server, &err) < 0) {
		fprintf(stderr, "server: %s\n", err.text);
		return 1;
	}
	printf("%s\n", private_conninfo(server));
	if (fflush(stdout) != 0)
		return 1;
	while (read(STDIN_FILENO, rest, sizeof(rest)) > 0)
		;
	return 0;
}
