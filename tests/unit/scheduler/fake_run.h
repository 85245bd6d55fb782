/*
 * fake_run.h - a harvester whose `run` does what the name of its source says: the test program, started again
 * by itself. It speaks only by what it prints and how it dies, as the real one does; it waits for signals,
 * never for time.
 */
#ifndef TESTS_SCHEDULER_FAKE_RUN_H
#define TESTS_SCHEDULER_FAKE_RUN_H

#include <limits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "harvester/base/def.h"

static volatile sig_atomic_t fake_told_to_stop;

static void fake_on_term(int signum)
{
	(void)signum;
	fake_told_to_stop = 1;
}

static void fake_say(FILE *to, const char *text)
{
	(void)fputs(text, to);
	(void)fflush(to);
}

static void fake_ready(void)
{
	fake_say(stderr, "progress state=collecting done=1 expected=-1 run=7\n");
}

/* Until SIGTERM; with the signal blocked outside sigsuspend it cannot come between the look and the wait. */
static int fake_wait(void)
{
	sigset_t term, before;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, &before);
	(void)signal(SIGTERM, fake_on_term);
	fake_ready();
	while (!fake_told_to_stop)
		sigsuspend(&before);
	return 130;
}

/* Progress as fast as it is read, until we are ended. */
static int fake_grow(void)
{
	for (size_t mib = 1;; mib++) {
		char *block = malloc(1u << 20);

		if (!block)
			return 1;
		memset(block, 1, 1u << 20);
		fake_ready();
	}
}

static int fake_flood(void)
{
	for (int i = 0; i < 5000; i++)
		(void)fprintf(stderr, "something is odd %d\n", i);
	fake_say(stderr, "error: the last word\n");
	return 4;
}

/* One line of a megabyte, then a proper one. */
static int fake_long_line(void)
{
	static char block[1 << 20];

	memset(block, 'x', sizeof(block));
	(void)fwrite(block, 1, sizeof(block), stderr);
	fake_say(stderr, "\nprogress state=judging done=2 expected=2\n");
	return 0;
}

static int fake_ignore(void)
{
	(void)signal(SIGTERM, SIG_IGN);
	fake_ready();
	while (pause() < 0)
		continue;
	return 0;
}

/* As the kernel's memory killer would do it; a sanitizer cannot catch it. */
static int fake_die(void)
{
	fake_ready();
	(void)raise(SIGKILL);
	return 0;
}

/* A grandchild keeps our pipes open after we are gone; it goes when its reader closes them. */
static int fake_leave_heir(void)
{
	if (fork() == 0) {
		for (;;) {
			if (write(STDERR_FILENO, "heir\n", 5) < 0)
				_exit(0);
			(void)usleep(20000);
		}
	}
	fake_ready();
	return 0;
}

static int fake_well(void)
{
	fake_say(stderr, "time=2027-01-01T00:00:00Z level=info event=\"page stored\" source=well\n");
	fake_ready();
	fake_say(stderr, "progress state=applying done=2000 expected=2000 run=7\n");
	fake_say(stdout, "2000 seen");
	return 0;
}

static int fake_quiet(void)
{
	(void)signal(SIGTERM, SIG_DFL);
	while (pause() < 0)
		continue;
	return 0;
}

/* The argument list, for the test to read. */
static int fake_arguments(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		(void)printf("%s%s", argv[i], i + 1 < argc ? " " : "\n");
	return 0;
}

static int fake_exit(const char *source)
{
	char *end;
	long code = strtol(source + strlen("exit"), &end, 10);

	fake_say(stderr, "error: the source said no\n");
	return (int)code;
}

/* main() of a test calls this first; never returns when the program was started as a run. */
static void fake_run(int argc, char **argv)
{
	static const struct {
		const char *source;
		int (*run)(void);
	} runs[] = { { "well", fake_well },    { "waits", fake_wait },         { "grows", fake_grow },
		     { "floods", fake_flood }, { "longline", fake_long_line }, { "ignores", fake_ignore },
		     { "dies", fake_die },     { "heir", fake_leave_heir },    { "quiet", fake_quiet } };

	if (argc < 3 || strcmp(argv[1], "run") != 0)
		return;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nobody behind */
	if (strcmp(argv[2], "arguments") == 0)
		exit(fake_arguments(argc, argv));
	if (strncmp(argv[2], "exit", 4) == 0)
		exit(fake_exit(argv[2]));
	for (size_t i = 0; i < HV_LEN(runs); i++)
		if (strncmp(argv[2], runs[i].source, strlen(runs[i].source)) == 0)
			exit(runs[i].run());
	exit(8);
}

/* The path of this very program. */
static const char *fake_program(void)
{
	static char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	path[n < 0 ? 0 : n] = '\0';
	return path;
}

#endif
