/*
 * store/private_priv.h - what the private server's files share; tests of single rules include it too.
 */
#ifndef STORE_PRIVATE_PRIV_H
#define STORE_PRIVATE_PRIV_H

#include <limits.h>
#include <sys/types.h>

#include "store/private.h"

#define PRIVATE_ROLE "harvester" /* database role and database */
#define PRIVATE_OLDEST 15        /* major version */
#define PRIVATE_SOCKET_MAX 100   /* bytes of a socket's path; the kernel's own bound is 107 */

/* Who runs the server. drop: the caller is root and has to become this account. */
struct account {
	uid_t uid;
	gid_t gid;
	gid_t groups[64];
	int n_groups;
	bool drop;
	char name[64];
	char caller[64]; /* the account of this process */
};

struct private_server {
	char home[PATH_MAX];
	char data[PATH_MAX]; /* home/pg15 */
	char log[PATH_MAX];
	char bin[PATH_MAX];
	char socket[PATH_MAX];
	char conninfo[PATH_MAX];
	int major;
	struct account account;
	int users; /* descriptor that holds users.lock, or -1 */
};

/* snprintf that fails instead of cutting. */
int private_format(char *ret, size_t size, struct hv_err *err, const char *fmt, ...) HV_PRINTF(4, 5) HV_CHECK;

/* --- private_users.c: accounts and child processes --- */

int account_find(struct account *ret, struct hv_err *err) HV_CHECK;
/* Use the account that owns the cluster instead. */
int account_use(struct account *a, uid_t uid, const char *path, struct hv_err *err) HV_CHECK;

struct process {
	const char *const *argv; /* argv[0]: path of the program; ends with NULL */
	const struct account *account;
	const char *cwd;
	int out;     /* becomes standard output and error */
	bool detach; /* own session, not our child; else it dies with the calling thread */
};

/* Start it. Only standard streams reach it: input empty, output `out`. A failing exec is told here. */
int process_start(const struct process *p, pid_t *ret, struct hv_err *err) HV_CHECK;
/* Exit status of one that was not detached; -1 when a signal ended it. */
int process_wait(pid_t pid);
/* Is it there and not a zombie? */
bool process_alive(pid_t pid);

/* Run fn as the account in a child process; 0 to 255 as fn says, negative with err when that failed. */
int account_do(const struct account *a, int (*fn)(void *ctx), void *ctx, struct hv_err *err) HV_CHECK;

/* --- private_paths.c: folders --- */

/* Find and make the data folder; fills p->home and p->log. */
int private_find_home(struct private_server *p, const char *home, struct hv_err *err) HV_CHECK;
/* Can the account come to the folder? The error names the first one it cannot enter. */
int private_reachable(const struct account *a, const char *path, struct hv_err *err) HV_CHECK;
/* Name of the socket's folder for a data folder; refuses one too long for a socket. base NULL: the default.
 */
int private_socket_name(char *ret, size_t size, const char *base, const char *home,
			struct hv_err *err) HV_CHECK;
/* Make it, or see that it is ours: a folder, owner the account, closed to everybody else. */
int private_socket_ready(const char *path, const struct account *a, struct hv_err *err) HV_CHECK;

/* --- private_bin.c: which PostgreSQL --- */

/* Fills p->bin, p->major, p->data. */
int private_find_binaries(struct private_server *p, struct hv_err *err) HV_CHECK;

/* --- private_cluster.c: initdb --- */

/* Make the cluster when there is none; one that was interrupted is made anew. */
int private_make_cluster(struct private_server *p, struct hv_err *err) HV_CHECK;

/* --- private_start.c --- */

/* Bring the server up, whatever state it is in: running, starting, stopping, dead. */
int private_start(struct private_server *p, struct hv_err *err) HV_CHECK;
void private_stop(const struct private_server *p);
/* The last lines of the log written after `from`, on one line, in ret (size >= 1). */
void private_log_tail(const char *log, int64_t from, char *ret, size_t size);

#endif
