/*
 * store/private.h - a PostgreSQL of our own: found, made, started, adopted, left, stopped.
 *
 * It listens on a unix socket only, in a folder nobody else may enter, and runs detached: no descriptor and
 * no standard stream of the caller reaches it. It lives as long as somebody is registered with it; the last
 * one out stops it; one left behind by a crash is adopted by the next comer. As root it runs under an
 * unprivileged account (PostgreSQL refuses root). Tests: tests/integration/test_private.c.
 *
 * Layout of the data folder: pg15/ (the cluster, major version in its name), log/postgres.log, start.lock
 * (exclusive while starting, adopting, stopping), users.lock (shared by everybody registered).
 */
#ifndef STORE_PRIVATE_H
#define STORE_PRIVATE_H

#include "harvester/base/err.h"

struct private_server;

/*
 * Register, and start the server when it does not run. home: data folder, made when it does not exist; NULL:
 * HARVESTER_HOME, else /var/lib/harvester as root, else $XDG_STATE_HOME/harvester or
 * ~/.local/state/harvester. Binaries: HARVESTER_PG_BIN, else the version the data folder was made by, else
 * the newest of /usr/lib/postgresql (15 or later), else those on the PATH. Waits at most about ten minutes
 * (crash recovery), one minute for a server that shows no sign of life. HV_E_STORE with what to do.
 */
int private_open(const char *home, struct private_server **ret, struct hv_err *err) HV_CHECK;

/* A second registration beside one that is held. */
int private_join(const struct private_server *p, struct private_server **ret, struct hv_err *err) HV_CHECK;

/* Leave; the last one out stops the server (at most 30 s). Close your connections first. */
void private_close(struct private_server *p);
HV_DEFINE_AUTO(struct private_server, private_close)

/* For pg_connect: the database `harvester`, which exists. All three live as long as p. */
const char *private_conninfo(const struct private_server *p);
const char *private_home(const struct private_server *p);   /* real path */
const char *private_socket(const struct private_server *p); /* the socket's folder */

/* Process id of the running server, 0 when there is none. */
int private_pid(const struct private_server *p);

/* Free bytes on the data folder's file system for the server's account; -1 when it cannot be measured. */
int64_t private_free_space(const struct private_server *p);

#endif
