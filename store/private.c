/*
 * store/private.c - see private.h: who is registered, who starts, who stops.
 *
 * Two locks. start.lock: one at a time decides about the server. users.lock: shared by everybody registered,
 * so whoever gets it exclusively is alone. Both are flocks: the kernel gives them back when a process dies,
 * and O_CLOEXEC keeps them from children. The server never holds one. Tests:
 * tests/integration/test_private.c.
 */
#include "store/private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "harvester/base/clock.h"
#include "store/pg.h"
#include "store/private_priv.h"

/* Longest waits for another process that starts or stops the server: to use it, to leave it. */
#define OPEN_PATIENCE (660 * 1000000LL)
#define CLOSE_PATIENCE (60 * 1000000LL)

static int lock_open(const struct private_server *p, const char *name, struct hv_err *err)
{
	char path[PATH_MAX];

	if (private_format(path, sizeof(path), err, "%s/%s", p->home, name) < 0)
		return HV_E_STORE;
	int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? hv_fail(err, HV_E_STORE, "%s: %s", path, strerror(errno)) : fd;
}

/* Out of an hv_auto(hv_closep) variable. */
static int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

static int lock_start(const struct private_server *p, int64_t patience, struct hv_err *err)
{
	int64_t until = clock_monotonic() + patience;
	hv_auto(hv_closep) int fd = lock_open(p, "start.lock", err);

	if (fd < 0)
		return take_fd(&fd);
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		struct timespec t = { 0, 10 * 1000000 };

		if (errno != EWOULDBLOCK && errno != EINTR)
			return hv_fail(err, HV_E_STORE, "%s/start.lock: %s", p->home, strerror(errno));
		if (clock_monotonic() > until)
			return hv_fail_retry(
				err, HV_E_BUSY,
				"another process has been starting or stopping the database in %s for "
				"minutes (it holds start.lock)",
				p->home);
		(void)nanosleep(&t, NULL);
	}
	return take_fd(&fd);
}

/* start.lock is held, or somebody registered lives: nobody can hold it exclusively. */
static int register_user(struct private_server *p, struct hv_err *err)
{
	p->users = lock_open(p, "users.lock", err);
	if (p->users < 0)
		return p->users;
	if (flock(p->users, LOCK_SH | LOCK_NB) < 0)
		return hv_fail_retry(err, HV_E_STORE, "%s/users.lock: %s", p->home, strerror(errno));
	return 0;
}

/* The server that answers must be the one of our folder. */
static int check_server(const struct private_server *p, struct pg *pg, struct hv_err *err)
{
	hv_auto(pg_clearp) PGresult *r = NULL;
	int n = pg_query(pg, "data folder", "select current_setting('data_directory')", PG_ONE, NULL, 0, &r,
			 err);

	if (n < 0)
		return n;
	if (strcmp(pg_text(r, 0, 0), p->data) == 0)
		return 0;
	return hv_fail(err, HV_E_STORE, "the server at %s serves %s, not %s: stop it first", p->socket,
		       pg_text(r, 0, 0), p->data);
}

static int make_database(const struct private_server *p, struct hv_err *err)
{
	hv_auto(pg_closep) struct pg *pg = NULL;
	char address[PATH_MAX];
	int r = private_format(address, sizeof(address), err, "host='%s' port=5432 user=%s dbname=postgres",
			       p->socket, PRIVATE_ROLE);

	if (r < 0 || (r = pg_connect(address, NULL, "harvester start", &pg, err)) < 0 ||
	    (r = check_server(p, pg, err)) < 0)
		return r;
	r = pg_query(pg, "find database", "select 1 from pg_database where datname = '" PRIVATE_ROLE "'",
		     PG_MAYBE, NULL, 0, NULL, err);
	if (r != 0)
		return r < 0 ? r : 0;
	return pg_exec(pg, "make database",
		       "create database " PRIVATE_ROLE " template template0 encoding 'UTF8'", err);
}

static int bring_up(struct private_server *p, struct hv_err *err)
{
	int r = private_make_cluster(p, err);

	if (r < 0 || (r = private_start(p, err)) < 0)
		return r;
	r = make_database(p, err);
	/* Up, and of no use (a full disk, say): nobody else would ever stop it. */
	if (r < 0 && flock(p->users, LOCK_EX | LOCK_NB) == 0)
		private_stop(p);
	return r;
}

int private_open(const char *home, struct private_server **ret, struct hv_err *err)
{
	hv_auto(hv_freep) struct private_server *p = calloc(1, sizeof(*p));
	int r;

	if (!p)
		return hv_nomem(err, "private server");
	p->users = -1;
	if ((r = account_find(&p->account, err)) < 0 || (r = private_find_home(p, home, err)) < 0 ||
	    (r = private_reachable(&p->account, p->home, err)) < 0 || (r = private_find_binaries(p, err)) < 0)
		return hv_wrap(err, "private database");
	hv_auto(hv_closep) int start = lock_start(p, OPEN_PATIENCE, err);
	if (start < 0)
		return start;
	r = register_user(p, err);
	if (r == 0)
		r = bring_up(p, err);
	if (r < 0) {
		if (p->users >= 0)
			close(p->users);
		return hv_wrap(err, "private database in %s", p->home);
	}
	*ret = hv_take(p);
	return 0;
}

int private_join(const struct private_server *p, struct private_server **ret, struct hv_err *err)
{
	hv_auto(hv_freep) struct private_server *copy = malloc(sizeof(*copy));

	if (!copy)
		return hv_nomem(err, "private server");
	*copy = *p;
	int r = register_user(copy, err);
	if (r < 0) {
		if (copy->users >= 0)
			close(copy->users);
		return r;
	}
	*ret = hv_take(copy);
	return 0;
}

void private_close(struct private_server *p)
{
	if (!p)
		return;
	hv_auto(hv_closep) int start = lock_start(p, CLOSE_PATIENCE, NULL);
	if (start >= 0 && flock(p->users, LOCK_EX | LOCK_NB) == 0)
		private_stop(p);
	close(p->users);
	free(p);
}

const char *private_conninfo(const struct private_server *p)
{
	return p->conninfo;
}

const char *private_home(const struct private_server *p)
{
	return p->home;
}

const char *private_socket(const struct private_server *p)
{
	return p->socket;
}

int64_t private_free_space(const struct private_server *p)
{
	struct statvfs fs;

	return statvfs(p->home, &fs) < 0 ? -1 : (int64_t)(fs.f_bavail * fs.f_frsize);
}
