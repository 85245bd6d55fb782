/*
 * store/private_users.c - the account the server runs under, and child processes that are clean.
 *
 * Between fork and exec only calls are made that a forked copy of a threaded program may make: groups are
 * looked up beforehand, nothing is allocated. Tests: tests/integration/test_private.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/private_priv.h"

/* Fill from the password file. Names that pg_ident.conf would read as a pattern are refused. */
static int account_fill(struct account *a, const struct passwd *pw, struct hv_err *err)
{
	a->uid = pw->pw_uid;
	a->gid = pw->pw_gid;
	a->n_groups = (int)HV_LEN(a->groups);
	if (getgrouplist(pw->pw_name, pw->pw_gid, a->groups, &a->n_groups) < 0)
		a->n_groups = (int)HV_LEN(a->groups); /* more than we carry; the first ones will do */
	if (pw->pw_name[0] == '/' || strchr(pw->pw_name, '"') || strlen(pw->pw_name) >= sizeof(a->name))
		return hv_fail(err, HV_E_STORE, "the account name '%s' cannot be written into pg_ident.conf",
			       pw->pw_name);
	(void)snprintf(a->name, sizeof(a->name), "%s", pw->pw_name);
	return 0;
}

int account_find(struct account *ret, struct hv_err *err)
{
	const struct passwd *pw = getpwuid(geteuid());

	*ret = (struct account){ .drop = geteuid() == 0 };
	if (!pw)
		return hv_fail(err, HV_E_STORE,
			       "user id %u has no name on this system, PostgreSQL refuses to run for it: "
			       "add it to /etc/passwd, or set store.url to a postgresql:// address",
			       (unsigned)geteuid());
	if (strlen(pw->pw_name) >= sizeof(ret->caller))
		return hv_fail(err, HV_E_STORE, "the account name '%s' is too long", pw->pw_name);
	(void)snprintf(ret->caller, sizeof(ret->caller), "%s", pw->pw_name);
	if (!ret->drop)
		return account_fill(ret, pw, err);
	pw = getpwnam("postgres");
	if (!pw)
		pw = getpwnam("harvester");
	if (!pw || pw->pw_uid == 0)
		return hv_fail(err, HV_E_STORE,
			       "PostgreSQL refuses to run as root and there is no account 'postgres' or "
			       "'harvester' to run it under: make one (useradd --system harvester)");
	return account_fill(ret, pw, err);
}

int account_use(struct account *a, uid_t uid, const char *path, struct hv_err *err)
{
	if (uid == a->uid)
		return 0;
	const struct passwd *pw = a->drop && uid != 0 ? getpwuid(uid) : NULL;
	if (!pw)
		return hv_fail(err, HV_E_STORE,
			       "%s belongs to user id %u, but the server runs as '%s': give it back "
			       "(chown -R %s %s), or choose another HARVESTER_HOME",
			       path, (unsigned)uid, a->name, a->name, path);
	return account_fill(a, pw, err);
}

/* In the child. */
static bool become(const struct account *a)
{
	if (!a->drop)
		return true;
	return setgroups((size_t)a->n_groups, a->groups) == 0 && setgid(a->gid) == 0 && setuid(a->uid) == 0 &&
	       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

/* Back to what a program expects to be born with; ignored signals would pass through exec. */
static void reset_signals(void)
{
	struct sigaction normal = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		(void)sigaction(i, &normal, NULL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static void close_from(unsigned first)
{
	if (close_range(first, ~0U, 0) == 0)
		return;
	long top = sysconf(_SC_OPEN_MAX);
	for (int fd = (int)first; fd < (top > 65536 || top < 0 ? 65536 : top); fd++)
		close(fd);
}

/* What the child says through the report pipe: its pid, then nothing when exec worked, else errno. */
struct report {
	pid_t pid;
	int failed;
};

static _Noreturn void say_and_exit(int report, int failed)
{
	struct report r = { getpid(), failed };

	if (write(report, &r, sizeof(r)) < 0)
		_exit(126);
	_exit(127);
}

static _Noreturn void child(const struct process *p, int report)
{
	static const char *const env[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", NULL };
	int in = open("/dev/null", O_RDWR | O_CLOEXEC);
	int out = fcntl(p->out, F_DUPFD_CLOEXEC, 10);
	int tell = fcntl(report, F_DUPFD_CLOEXEC, 10);

	/* Above 10 first: the caller may have closed its own standard streams, so anything may sit on 0 to 3.
	 */
	in = in < 0 ? in : fcntl(in, F_DUPFD_CLOEXEC, 10);
	if (in < 0 || out < 0 || tell < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0 ||
	    dup3(tell, 3, O_CLOEXEC) < 0)
		say_and_exit(report, errno);
	close_from(4);
	reset_signals();
	umask(077);
	if (!become(p->account) || chdir(p->cwd) < 0)
		say_and_exit(3, errno);
	if (!p->detach)
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	struct report born = { getpid(), 0 };
	if (write(3, &born, sizeof(born)) != (ssize_t)sizeof(born))
		_exit(126);
	/* execve takes char *const[] for history's sake; it writes nothing. */
	union {
		const char *const *from;
		char *const *to;
	} argv = { p->argv }, environment = { env };
	execve(p->argv[0], argv.to, environment.to);
	say_and_exit(3, errno);
}

/* A session of its own, and a parent that is gone: the server outlives us and never is our child. */
static _Noreturn void between(const struct process *p, int report)
{
	(void)setsid();
	pid_t pid = fork();
	if (pid == 0)
		child(p, report);
	_exit(pid < 0);
}

static ssize_t read_report(int fd, struct report *r)
{
	ssize_t n;

	do
		n = read(fd, r, sizeof(*r));
	while (n < 0 && errno == EINTR);
	return n;
}

int process_start(const struct process *p, pid_t *ret, struct hv_err *err)
{
	int ends[2];
	sigset_t all, before;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return hv_fail(err, HV_E_IO, "pipe: %s", strerror(errno));
	sigfillset(&all); /* a handler of the caller must not run in the child */
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	pid_t pid = fork();
	int why = errno;
	if (pid == 0) {
		if (p->detach)
			between(p, ends[1]);
		child(p, ends[1]);
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	close(ends[1]);
	struct report first = { 0, 0 }, second = { 0, 0 };
	ssize_t n = pid < 0 ? 0 : read_report(ends[0], &first);
	ssize_t more = n == (ssize_t)sizeof(first) && !first.failed ? read_report(ends[0], &second) : 0;
	close(ends[0]);
	if (pid > 0 && p->detach)
		(void)process_wait(pid);
	if (pid < 0 || n != (ssize_t)sizeof(first))
		return hv_fail(err, HV_E_IO, "no new process for %s: %s", p->argv[0],
			       pid < 0 ? strerror(why) : "it ended at once");
	if (first.failed || more > 0) {
		if (!p->detach)
			(void)process_wait(pid);
		return hv_fail(err, HV_E_IO, "%s cannot be run in %s as '%s': %s", p->argv[0], p->cwd,
			       p->account->name, strerror(first.failed ? first.failed : second.failed));
	}
	*ret = first.pid;
	return 0;
}

int process_wait(pid_t pid)
{
	int status = 0;
	pid_t r;

	do
		r = waitpid(pid, &status, 0);
	while (r < 0 && errno == EINTR);
	/* ECHILD: the caller has children reaped for it (SIGCHLD ignored); what they left behind must tell.
	 */
	if (r < 0)
		return 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool process_alive(pid_t pid)
{
	char path[64], line[512];

	if (pid <= 0 || (kill(pid, 0) < 0 && errno == ESRCH))
		return false;
	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	hv_auto(hv_fclosep) FILE *f = fopen(path, "re");
	if (!f || !fgets(line, sizeof(line), f))
		return access("/proc/self/stat", R_OK) != 0; /* gone meanwhile, unless there is no /proc */
	const char *state = strrchr(line, ')');
	return !(state && state[1] == ' ' && state[2] == 'Z');
}

int account_do(const struct account *a, int (*fn)(void *ctx), void *ctx, struct hv_err *err)
{
	sigset_t all, before;

	sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	pid_t pid = fork();
	int why = errno;
	if (pid == 0) {
		reset_signals();
		umask(077);
		_exit(become(a) ? fn(ctx) : 255);
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (pid < 0)
		return hv_fail(err, HV_E_IO, "no new process: %s", strerror(why));
	int status = process_wait(pid);
	if (status < 0 || status == 255)
		return hv_fail(err, HV_E_IO, "this process may not become '%s'", a->name);
	return status;
}
