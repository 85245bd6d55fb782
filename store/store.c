/*
 * store/store.c - see store.h: opening, transactions, closing.
 *
 * Knows no table: statements are in the files beside it, the schema in migrations/. Tests:
 * tests/integration/test_migrate.c and test_private.c.
 */
#include "store/store.h"

#include "config/secret.h"
#include "store/migrate.h"
#include "store/store_priv.h"

#define OLDEST 150000               /* PostgreSQL 15, as PQserverVersion says it */
#define NO_SPACE (INT64_C(8) << 20) /* less than half a WAL file */

static int read_password(struct store *s, const struct cfg_secret *secret, struct hv_err *err)
{
	if (!secret || !secret->reference)
		return 0;
	int r = secret_read(secret, &s->password, err);
	return r < 0 ? hv_wrap(err, "password of the database") : 0;
}

static int find_server(struct store *s, const struct store_options *o, struct hv_err *err)
{
	const char *conninfo = o->url;

	if (strcmp(o->url, "private") == 0) {
		int r = private_open(o->home, &s->server, err);

		if (r < 0)
			return r;
		conninfo = private_conninfo(s->server);
	} else if (strncmp(o->url, "postgresql://", 13) != 0 && strncmp(o->url, "postgres://", 11) != 0) {
		return hv_fail(err, HV_E_STORE,
			       "store.url must be `private` or begin with postgresql:// "
			       "(postgresql://user@host:5432/name)");
	}
	s->conninfo = strdup(conninfo);
	return s->conninfo ? 0 : hv_nomem(err, "database address");
}

/* What we rely on and an administrator may have set otherwise. */
static int check_server(struct store *s, struct hv_err *err)
{
	const PGconn *conn = pg_conn(s->pg);
	const char *encoding = PQparameterStatus(conn, "server_encoding");

	if (PQserverVersion(conn) < OLDEST)
		return hv_fail(err, HV_E_STORE, "the database server is PostgreSQL %d; 15 or later is needed",
			       PQserverVersion(conn) / 10000);
	if (encoding && strcmp(encoding, "UTF8") != 0)
		return hv_fail(err, HV_E_STORE,
			       "the database is encoded in %s; make one in UTF-8 (create database … template "
			       "template0 encoding 'UTF8')",
			       encoding);
	return 0;
}

static void describe(struct store *s)
{
	const PGconn *conn = pg_conn(s->pg);
	int version = PQserverVersion(conn);
	const char *host = PQhost(conn);

	(void)snprintf(s->describe, sizeof(s->describe), "PostgreSQL %d.%d, %s, %s", version / 10000,
		       version % 10000,
		       s->server       ? "private"
		       : host && *host ? host
				       : "local",
		       s->server ? private_home(s->server) : PQdb(conn));
}

static int connect_store(struct store *s, const char *role, struct hv_err *err)
{
	char application[64];

	(void)snprintf(application, sizeof(application), "harvester %s", role ? role : "");
	return pg_connect(s->conninfo, s->password, application, &s->pg, err);
}

/* On a full disk PostgreSQL fails in many words, and not all of them name the disk. */
static int open_failed(const struct store *s, struct hv_err *err)
{
	int64_t free_space = s->server ? private_free_space(s->server) : -1;

	if (free_space >= 0 && free_space < NO_SPACE)
		return hv_wrap(err, "the disk of %s is full, make room", private_home(s->server));
	return err->code;
}

int store_open(const struct store_options *o, struct store **ret, struct hv_err *err)
{
	hv_auto(store_closep) struct store *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return hv_nomem(err, "store");
	if (o->clock)
		s->clock = *o->clock;
	if ((r = read_password(s, o->password, err)) < 0 || (r = find_server(s, o, err)) < 0 ||
	    (r = connect_store(s, o->role, err)) < 0 || (r = check_server(s, err)) < 0 ||
	    (r = migrate(s->pg, store_migrations, &s->clock, err)) < 0)
		return open_failed(s, err);
	describe(s);
	*ret = hv_take(s);
	return 0;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	pg_close(s->pg);
	private_close(s->server);
	free(s->conninfo);
	secret_free(s->password);
	free(s);
}

int store_again(struct store *s, const char *role, struct store **ret, struct hv_err *err)
{
	hv_auto(store_closep) struct store *twin = calloc(1, sizeof(*twin));
	int r;

	if (!twin)
		return hv_nomem(err, "store");
	twin->clock = s->clock;
	twin->conninfo = strdup(s->conninfo);
	twin->password = s->password ? strdup(s->password) : NULL;
	if (!twin->conninfo || (s->password && !twin->password))
		return hv_nomem(err, "store");
	if ((s->server && (r = private_join(s->server, &twin->server, err)) < 0) ||
	    (r = connect_store(twin, role, err)) < 0)
		return r;
	describe(twin);
	*ret = hv_take(twin);
	return 0;
}

int store_begin(struct store *s, bool durable, struct hv_err *err)
{
	return pg_exec(s->pg, "begin",
		       durable ? "begin isolation level read committed; set local synchronous_commit = on"
			       : "begin isolation level read committed; set local synchronous_commit = off",
		       err);
}

int store_commit(struct store *s, struct hv_err *err)
{
	hv_auto(pg_clearp) PGresult *r = NULL;

	/* In a transaction that has failed the server answers "ROLLBACK" and calls it a success. */
	int n = pg_query(s->pg, "commit", "commit", PG_NONE, NULL, 0, &r, err);
	if (n < 0)
		return n;
	if (strcmp(PQcmdStatus(r), "COMMIT") != 0)
		return hv_fail(err, HV_E_STORE, "commit: the transaction had failed and was rolled back");
	return 0;
}

void store_rollback(struct store *s)
{
	pg_abandon(s->pg);
}

bool store_lost(const struct store *s)
{
	return pg_lost(s->pg);
}

int64_t store_free_space(const struct store *s)
{
	return s->server ? private_free_space(s->server) : -1;
}

const char *store_home(const struct store *s)
{
	return s->server ? private_home(s->server) : NULL;
}

const char *store_describe(const struct store *s)
{
	return s->describe;
}
