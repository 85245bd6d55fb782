/*
 * tests/support/fake_run.c - see fake_run.h.
 */
#include "tests/support/fake_run.h"

#include <limits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "harvester/base/def.h"

static volatile sig_atomic_t told_to_stop;

static void on_term(int signum)
{
	(void)signum;
	told_to_stop = 1;
}

static void say(FILE *to, const char *text)
{
	(void)fputs(text, to);
	(void)fflush(to);
}

static void ready(void)
{
	say(stderr, "progress state=collecting done=1 expected=-1 run=7\n");
}

/* Until SIGTERM; with the signal blocked outside sigsuspend it cannot come between the look and the wait. */
static int wait_for_term(void)
{
	sigset_t term, before;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, &before);
	(void)signal(SIGTERM, on_term);
	ready();
	while (!told_to_stop)
		sigsuspend(&before);
	return 130;
}

/* Progress as fast as it is read, until we are ended. */
static int grow(void)
{
	for (size_t mib = 1;; mib++) {
		char *block = malloc(1u << 20);

		if (!block)
			return 1;
		memset(block, 1, 1u << 20);
		ready();
	}
}

static int flood(void)
{
	for (int i = 0; i < 5000; i++)
		(void)fprintf(stderr, "something is odd %d\n", i);
	say(stderr, "error: the last word\n");
	return 4;
}

/* One line of a megabyte, then a proper one. */
static int long_line(void)
{
	static char block[1 << 20];

	memset(block, 'x', sizeof(block));
	(void)fwrite(block, 1, sizeof(block), stderr);
	say(stderr, "\nprogress state=judging done=2 expected=2\n");
	return 0;
}

static int ignore(void)
{
	(void)signal(SIGTERM, SIG_IGN);
	ready();
	while (pause() < 0)
		continue;
	return 0;
}

/* As the kernel's memory killer would do it; a sanitizer cannot catch it. */
static int die(void)
{
	ready();
	(void)raise(SIGKILL);
	return 0;
}

/* A grandchild keeps our pipes open after we are gone; it goes when its reader closes them. */
static int leave_heir(void)
{
	if (fork() == 0) {
		for (;;) {
			if (write(STDERR_FILENO, "heir\n", 5) < 0)
				_exit(0);
			(void)usleep(20000);
		}
	}
	ready();
	return 0;
}

static int well(void)
{
	say(stderr, "time=2027-01-01T00:00:00Z level=info event=\"page stored\" source=well\n");
	ready();
	say(stderr, "progress state=applying done=2000 expected=2000 run=7\n");
	say(stdout, "2000 seen");
	return 0;
}

static int quiet(void)
{
	(void)signal(SIGTERM, SIG_DFL);
	while (pause() < 0)
		continue;
	return 0;
}

/* The argument list, for the test to read. */
static int arguments(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		(void)printf("%s%s", argv[i], i + 1 < argc ? " " : "\n");
	return 0;
}

/* What we inherited beside the three streams. */
static int descriptors(void)
{
	char name[32], target[PATH_MAX];

	for (int fd = 3; fd < 1024; fd++) {
		(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
		ssize_t n = readlink(name, target, sizeof(target));
		if (n > 0)
			(void)printf("inherited %.*s\n", (int)n, target);
	}
	return 0;
}

static int exit_with(const char *source)
{
	char *end;
	long code = strtol(source + strlen("exit"), &end, 10);

	say(stderr, "error: the source said no\n");
	return (int)code;
}

void fake_run(int argc, char **argv)
{
	static const struct {
		const char *source;
		int (*run)(void);
	} runs[] = { { "well", well },          { "waits", wait_for_term },
		     { "grows", grow },         { "floods", flood },
		     { "longline", long_line }, { "ignores", ignore },
		     { "dies", die },           { "heir", leave_heir },
		     { "quiet", quiet },        { "descriptors", descriptors } };

	if (argc < 3 || strcmp(argv[1], "run") != 0)
		return;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nobody behind */
	if (strcmp(argv[2], "arguments") == 0)
		exit(arguments(argc, argv));
	if (strncmp(argv[2], "exit", 4) == 0)
		exit(exit_with(argv[2]));
	for (size_t i = 0; i < HV_LEN(runs); i++)
		if (strncmp(argv[2], runs[i].source, strlen(runs[i].source)) == 0)
			exit(runs[i].run());
	exit(8);
}

const char *fake_program(void)
{
	static char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	path[n < 0 ? 0 : n] = '\0';
	return path;
}
