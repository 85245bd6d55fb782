/*
 * measure.c - run a command and say what it cost: seconds by the clock, seconds of processor, peak of memory.
 *
 * usage: measure FILE COMMAND [ARGUMENT…]   writes "wall cpu rss_kib" into FILE; ends as the command ended.
 *
 * The peak is the kernel's own high-water mark of the resident set (VmHWM, as wait4 hands it out) of the
 * command and of children it waited for. A part of the benchmark: tests/bench/run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
	struct rusage used;
	int status;

	if (argc < 3) {
		fprintf(stderr, "usage: measure FILE COMMAND [ARGUMENT…]\n");
		return 2;
	}
	double begin = now();
	pid_t child = fork();

	if (child == 0) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &used) < 0) {
		perror("measure");
		return 1;
	}
	double wall = now() - begin;
	FILE *f = fopen(argv[1], "w");

	if (!f ||
	    fprintf(f, "%.3f %.3f %ld\n", wall, seconds(used.ru_utime) + seconds(used.ru_stime),
		    used.ru_maxrss) < 0 ||
	    fclose(f) != 0) {
		perror(argv[1]);
		return 1;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
