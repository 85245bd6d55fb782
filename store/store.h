/*
 * store/store.h - the database: opened, migrated, closed. What can be asked of it is in the headers beside
 * this one, one per use (lease.h, runs.h, collect.h, apply.h, query.h); SQL and libpq stay inside store/.
 *
 * store.url `private` starts a PostgreSQL of our own on a unix socket (private.h); any postgresql:// address
 * serves instead. One struct store is one connection, used by one thread.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "config/field.h"
#include "harvester/base/clock.h"
#include "harvester/base/err.h"

struct store;

struct store_options {
	const char *url;                   /* "private" or postgresql://… */
	const struct cfg_secret *password; /* NULL or without reference: none */
	const char *home; /* data folder of the private server; NULL: HARVESTER_HOME, else the default */
	const char *role; /* "run paris-musees": shown in pg_stat_activity and to a second comer */
	const struct hv_clock *clock;
};

/*
 * Open: start or adopt the private server when that is asked for, connect, bring the schema up to date (one
 * process at a time). HV_E_STORE with what to do: no binaries, wrong major version, refused, disk full,
 * schema newer than this program.
 */
int store_open(const struct store_options *o, struct store **ret, struct hv_err *err) HV_CHECK;

/* Close; the last user of a private server stops it. */
void store_close(struct store *s);
HV_DEFINE_AUTO(struct store, store_close)

/* A second connection to the same database (a reader beside a writer). Close it with store_close. */
int store_again(struct store *s, const char *role, struct store **ret, struct hv_err *err) HV_CHECK;

/* Transactions. store_begin is READ COMMITTED; durable=false commits with synchronous_commit off. */
int store_begin(struct store *s, bool durable, struct hv_err *err) HV_CHECK;
int store_commit(struct store *s, struct hv_err *err) HV_CHECK;
void store_rollback(struct store *s); /* harmless outside a transaction and on a lost connection */

/* The connection is gone: open anew, nothing else helps. */
bool store_lost(const struct store *s);

/* Free bytes where the private server keeps its data; -1 when the server is not ours to measure. */
int64_t store_free_space(const struct store *s);

/* The data folder of the private server, for what lies beside it; NULL when the database is somebody else's.
 */
const char *store_home(const struct store *s);

/* "PostgreSQL 15.20, private, /var/lib/harvester" for status and the demo's summary; lives with the store. */
const char *store_describe(const struct store *s);

#endif
