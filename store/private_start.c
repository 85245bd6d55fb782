/*
 * store/private_start.c - bring the server up from whatever state it is in, and stop it.
 *
 * `postgres` is started directly: pg_ctl would stand between us and its exit. Ready is what answers a
 * connection attempt. Called with start.lock held. Never removes postmaster.pid: PostgreSQL knows best when
 * it is stale, we only wait and try again. Tests: tests/integration/test_private.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <libpq-fe.h>

#include "harvester/base/buf.h"
#include "harvester/base/clock.h"
#include "store/private_priv.h"

#define SECOND 1000000LL
#define NO_LIFE (60 * SECOND)   /* a server that answers nothing */
#define RECOVERY (600 * SECOND) /* one that answers "starting up" or "shutting down" */
#define ZOMBIE (10 * SECOND)    /* its lock file names a process that is not reaped yet */
#define SURVIVORS (30 * SECOND) /* backends of a killed server still hold its shared memory */
#define STOPPING (30 * SECOND)
#define LOG_MOST (16 << 20) /* bytes after which the log is put aside at a start */

static void pause_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&t, NULL);
}

/* One number out of a small file, 0 when it cannot be had. "max" (no limit) is 0. */
static int64_t number_in(const char *path)
{
	char line[64] = "";
	hv_auto(hv_fclosep) FILE *f = fopen(path, "re");

	return f && fgets(line, sizeof(line), f) ? strtoll(line, NULL, 10) : 0;
}

/* A quarter of the memory we may use, 128 to 512 MB. */
static int buffers_mb(void)
{
	int64_t all = (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
	int64_t ours = number_in("/sys/fs/cgroup/memory.max");
	int64_t mb = (ours > 0 && ours < all ? ours : all) / 4 >> 20;

	return mb < 128 ? 128 : mb > 512 ? 512 : (int)mb;
}

/* Containers often have 64 MB of /dev/shm, where parallel joins of our work_mem do not fit. */
static bool small_shm(void)
{
	struct statvfs fs;

	return statvfs("/dev/shm", &fs) < 0 || fs.f_blocks * fs.f_frsize < 512u << 20;
}

static int open_log(const char *path, struct hv_err *err)
{
	char old[PATH_MAX];
	struct stat st;

	if (stat(path, &st) == 0 && st.st_size > LOG_MOST &&
	    private_format(old, sizeof(old), NULL, "%s.1", path) == 0)
		(void)rename(path, old);
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? hv_fail(err, HV_E_STORE, "%s: %s", path, strerror(errno)) : fd;
}

void private_log_tail(const char *log, int64_t from, char *ret, size_t size)
{
	char text[4096];
	size_t out = 0;
	hv_auto(hv_closep) int fd = open(log, O_RDONLY | O_CLOEXEC);
	int64_t end = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	int64_t at = end - (int64_t)size + 1 > from ? end - (int64_t)size + 1 : from;
	ssize_t n = fd < 0 ? 0 : pread(fd, text, sizeof(text) < size ? sizeof(text) : size - 1, at);

	for (ssize_t i = 0; i < n && out + 3 < size; i++) {
		bool last = i + 1 == n;

		if (text[i] != '\n')
			ret[out++] = text[i];
		else if (!last && out > 0)
			ret[out++] = ';', ret[out++] = ' ';
	}
	ret[out] = '\0';
	if (out == 0)
		(void)snprintf(ret, size, "it left no message in %s", log);
}

/* What postmaster.pid says: the server's process and its socket's folder. */
struct running {
	pid_t pid;
	char socket[PATH_MAX];
};

static bool read_running(const struct private_server *p, struct running *ret)
{
	char path[PATH_MAX], line[PATH_MAX];

	*ret = (struct running){ 0 };
	if (private_format(path, sizeof(path), NULL, "%s/postmaster.pid", p->data) < 0)
		return false;
	hv_auto(hv_fclosep) FILE *f = fopen(path, "re");
	for (int i = 1; f && i <= 5 && fgets(line, sizeof(line), f); i++) {
		line[strcspn(line, "\n")] = '\0';
		if (i == 1)
			ret->pid = (pid_t)strtol(line, NULL, 10);
		if (i == 5)
			(void)snprintf(ret->socket, sizeof(ret->socket), "%s", line);
	}
	return ret->pid > 0;
}

/* Is the process the server of our folder, not another one that got its number? */
static bool is_our_server(const struct private_server *p, pid_t pid)
{
	char path[64], text[2 * PATH_MAX];

	if (!process_alive(pid))
		return false;
	(void)snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	hv_auto(hv_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text));
	/* "-D" "folder": the folder is an argument of its own. */
	return n > 0 && memmem(text, (size_t)n, p->data, strlen(p->data) + 1) != NULL;
}

int private_pid(const struct private_server *p)
{
	struct running r;

	return read_running(p, &r) && is_our_server(p, r.pid) ? (int)r.pid : 0;
}

static PGPing ping(const char *socket)
{
	const char *const keys[] = { "host", "port", "dbname", "user", "connect_timeout", NULL };
	const char *const values[] = { socket, "5432", "postgres", PRIVATE_ROLE, "5", NULL };

	return PQpingParams(keys, values, 0);
}

static int spawn(const struct private_server *p, int log, pid_t *ret, struct hv_err *err)
{
	char program[PATH_MAX], sockets[PATH_MAX], buffers[64];
	const char *const argv[] = { program, "-D", p->data,
				     /* one setting per -c */
				     "-c", "listen_addresses=", "-c", "port=5432", "-c", sockets, "-c",
				     "unix_socket_permissions=0700", "-c", buffers, "-c", "work_mem=32MB",
				     "-c", "maintenance_work_mem=128MB", "-c", "jit=off", "-c",
				     "max_wal_size=4GB", "-c", "checkpoint_timeout=15min", "-c",
				     "wal_compression=lz4", "-c", "ssl=off", "-c", "logging_collector=off",
				     "-c", "log_destination=stderr", "-c", "log_timezone=UTC",
				     /* last, so that it can be left out */
				     small_shm() ? "-c" : NULL, "max_parallel_workers_per_gather=0", NULL };

	if (private_format(program, sizeof(program), err, "%s/postgres", p->bin) < 0 ||
	    private_format(sockets, sizeof(sockets), err, "unix_socket_directories=%s", p->socket) < 0 ||
	    private_format(buffers, sizeof(buffers), err, "shared_buffers=%dMB", buffers_mb()) < 0)
		return HV_E_STORE;
	return process_start(&(struct process){ argv, &p->account, p->data, log, true }, ret, err);
}

/* The server died at once, for a reason that goes away: how long may we hope? */
static int64_t patience(const char *why)
{
	if (strstr(why, "is still in use") || strstr(why, "shared memory block"))
		return SURVIVORS;
	if (strstr(why, "lock file") && strstr(why, "already exists"))
		return ZOMBIE;
	return 0;
}

/* 1: it answers. 0: it died. Negative: it neither answers nor dies. */
static int wait_ready(const struct private_server *p, pid_t pid, struct hv_err *err)
{
	int64_t begin = clock_monotonic(), until = begin + NO_LIFE;

	while (clock_monotonic() < until) {
		PGPing state = ping(p->socket);

		if (state == PQPING_OK)
			return 1;
		if (state == PQPING_REJECT)
			until = begin + RECOVERY;
		else if (!process_alive(pid))
			return 0;
		pause_ms(20);
	}
	return hv_fail_retry(err, HV_E_STORE,
			     "PostgreSQL (process %d) does not get ready in %lld s; its log: %s", (int)pid,
			     (long long)((until - begin) / SECOND), p->log);
}

static int start_dead(const struct private_server *p, struct hv_err *err)
{
	int64_t begin = clock_monotonic();
	char tail[700];

	for (;;) {
		pid_t pid;
		hv_auto(hv_closep) int log = open_log(p->log, err);
		if (log < 0)
			return log;
		int64_t from = lseek(log, 0, SEEK_END);
		int r = spawn(p, log, &pid, err);
		if (r == 0)
			r = wait_ready(p, pid, err);
		if (r != 0)
			return r < 0 ? r : 0;
		private_log_tail(p->log, from, tail, sizeof(tail));
		if (clock_monotonic() - begin >= patience(tail))
			return hv_fail(err, HV_E_STORE,
				       "PostgreSQL %d does not start in %s; the end of %s: %s", p->major,
				       p->data, p->log, tail);
		pause_ms(250);
	}
}

static int connect_info(struct private_server *p, struct hv_err *err)
{
	return private_format(p->conninfo, sizeof(p->conninfo), err, "host='%s' port=5432 user=%s dbname=%s",
			      p->socket, PRIVATE_ROLE, PRIVATE_ROLE);
}

/* A folder of sockets may be swept away (/tmp, /run) while its server lives; only a restart makes a new one.
 */
static int check_socket(const struct running *r, struct hv_err *err)
{
	char path[PATH_MAX];

	if (private_format(path, sizeof(path), err, "%s/.s.PGSQL.5432", r->socket) < 0)
		return HV_E_STORE;
	if (access(path, F_OK) == 0 || errno != ENOENT)
		return 0;
	return hv_fail(err, HV_E_STORE,
		       "PostgreSQL (process %d) runs, but its socket %s was removed: stop it with "
		       "`kill -INT %d` and try again",
		       (int)r->pid, path, (int)r->pid);
}

/* 1: a server was running and answers now. 0: there is none. */
static int adopt(struct private_server *p, struct hv_err *err)
{
	struct running old;

	/* The fifth line is written with the socket: before that the server is just being born. */
	for (int64_t until = clock_monotonic() + NO_LIFE;; pause_ms(20)) {
		if (!read_running(p, &old) || !is_our_server(p, old.pid))
			return 0;
		if (old.socket[0] == '/')
			break;
		if (clock_monotonic() > until)
			return hv_fail(err, HV_E_STORE,
				       "PostgreSQL (process %d) does not get ready; its log: %s",
				       (int)old.pid, p->log);
	}
	/* Its folder, not the one we would choose: it may have been started without XDG_RUNTIME_DIR. */
	int r = private_format(p->socket, sizeof(p->socket), err, "%s", old.socket);
	if (r < 0 || (r = check_socket(&old, err)) < 0 ||
	    (r = private_socket_ready(p->socket, &p->account, err)) < 0)
		return r;
	return wait_ready(p, old.pid, err);
}

int private_start(struct private_server *p, struct hv_err *err)
{
	int r = adopt(p, err);

	if (r != 0)
		return r < 0 ? r : connect_info(p, err);
	if ((r = private_socket_name(p->socket, sizeof(p->socket), NULL, p->home, err)) < 0 ||
	    (r = private_socket_ready(p->socket, &p->account, err)) < 0)
		return r;
	r = start_dead(p, err);
	if (r < 0)
		(void)rmdir(p->socket);
	return r < 0 ? r : connect_info(p, err);
}

static int interrupt(void *ctx)
{
	return kill(*(pid_t *)ctx, SIGINT) < 0 ? 1 : 0;
}

void private_stop(const struct private_server *p)
{
	pid_t pid = private_pid(p);
	int64_t until = clock_monotonic() + STOPPING;

	/* As the account, which can only reach processes of its own, whatever postmaster.pid says. */
	if (pid <= 0 || account_do(&p->account, interrupt, &pid, NULL) != 0)
		return;
	while (process_alive(pid) && clock_monotonic() < until)
		pause_ms(10);
	if (!process_alive(pid))
		(void)rmdir(p->socket);
}
