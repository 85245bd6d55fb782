/*
 * store/pg.c - see pg.h: connecting, statements, errors.
 *
 * Refuses to paste values into SQL and to print a password. Blocking calls only: a store is used by one
 * thread, and the server notices a dead client by itself. Tests: tests/integration/test_pg.c.
 */
#include "store/pg.h"

#include <limits.h>

#include "store/pg_priv.h"

/* PostgreSQL would print them on stderr, which belongs to the edge. */
static void ignore_notice(void *ctx, const char *message)
{
	(void)ctx;
	(void)message;
}

/* Append text on one line: libpq's messages end with a line feed and may have several. */
static void one_line(struct buf *b, const char *text)
{
	size_t n = strlen(text);

	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '.' || text[n - 1] == ' '))
		n--;
	for (size_t i = 0; i < n; i++) {
		bool blank = text[i] == '\n' || text[i] == '\t' || text[i] == '\r' || text[i] == ' ';

		if (!blank)
			buf_putc(b, text[i]);
		else if (b->n > 0 && b->p[b->n - 1] != ' ')
			buf_putc(b, ' ');
	}
}

/* May the same statement, in a new transaction or connection, succeed? */
static bool is_retryable(const char *state)
{
	static const char *const exact[] = { "40001", "40P01", "55P03", "53300" };

	for (size_t i = 0; i < HV_LEN(exact); i++)
		if (strcmp(state, exact[i]) == 0)
			return true;
	return strncmp(state, "57P0", 4) == 0 || strncmp(state, "08", 2) == 0;
}

/* What an administrator should read first, for the states where the server's own words are not enough. */
static const char *meaning(const char *state)
{
	if (strcmp(state, "53100") == 0)
		return "the disk of the database is full: ";
	if (strcmp(state, "53200") == 0)
		return "the database server is out of memory: ";
	if (strcmp(state, "53300") == 0)
		return "too many connections: ";
	return "";
}

static void add_field(struct buf *b, const PGresult *r, int field, const char *label)
{
	const char *text = PQresultErrorField(r, field);

	if (!text || strlen(text) > 200)
		return;
	buf_puts(b, label);
	one_line(b, text);
}

int pg_failed(struct pg *pg, const char *name, const PGresult *r, struct hv_err *err)
{
	hv_auto(buf_release) struct buf text = BUF_INIT(900);
	const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
	const char *severity = r ? PQresultErrorField(r, PG_DIAG_SEVERITY_NONLOCALIZED) : NULL;
	const char *primary = r ? PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY) : NULL;

	(void)snprintf(pg->sqlstate, sizeof(pg->sqlstate), "%s", state ? state : "");
	if (PQstatus(pg->conn) == CONNECTION_BAD || (severity && strcmp(severity, "FATAL") == 0) ||
	    (severity && strcmp(severity, "PANIC") == 0))
		pg->lost = true;
	buf_puts(&text, meaning(pg->sqlstate));
	one_line(&text, primary ? primary : PQerrorMessage(pg->conn));
	if (primary) {
		add_field(&text, r, PG_DIAG_MESSAGE_DETAIL, " - ");
		add_field(&text, r, PG_DIAG_MESSAGE_HINT, " - ");
	}
	bool retry = pg->lost || is_retryable(pg->sqlstate);
	const char *lost = pg->lost ? "connection to the database lost: " : "";
	const char *why = text.n ? buf_cstr(&text) : "no message from the server";
	return retry ? hv_fail_retry(err, HV_E_STORE, "%s: %s%s", name, lost, why)
		     : hv_fail(err, HV_E_STORE, "%s: %s%s", name, lost, why);
}

/* Put *** where the password stands in libpq's own words. */
static void hide(struct buf *b, const char *text, const char *secret)
{
	size_t n = secret ? strlen(secret) : 0;
	const char *at;

	while (n > 0 && (at = strstr(text, secret))) {
		buf_put(b, text, (size_t)(at - text));
		buf_puts(b, "***");
		text = at + n;
	}
	buf_puts(b, text);
}

/* The password inside conninfo, or NULL; *ret_ok is false when conninfo cannot be parsed. */
static char *password_in(const char *conninfo, bool *ret_ok)
{
	PQconninfoOption *all = PQconninfoParse(conninfo, NULL);
	char *found = NULL;

	*ret_ok = all != NULL;
	for (PQconninfoOption *o = all; o && o->keyword; o++)
		if (strcmp(o->keyword, "password") == 0 && o->val)
			found = strdup(o->val);
	PQconninfoFree(all);
	return found;
}

static int connect_failed(struct pg *pg, const char *password, const char *inside, struct hv_err *err)
{
	hv_auto(buf_release) struct buf once = BUF_INIT(4096), twice = BUF_INIT(4096), line = BUF_INIT(800);

	hide(&once, PQerrorMessage(pg->conn), password);
	hide(&twice, buf_cstr(&once), inside);
	one_line(&line, buf_cstr(&twice));
	return hv_fail_retry(err, HV_E_STORE, "the database cannot be reached: %s", buf_cstr(&line));
}

/* Claims, notices and differences are compressed by the server, row by row: lz4, where it was built with it,
 * takes a fifth of the time of its own method for nearly the same size. */
static int session(struct pg *pg, struct hv_err *err)
{
	int r = pg_exec(pg, "session settings",
			"set search_path = harvester, public; set timezone = 'UTC'; "
			"set datestyle = 'ISO, YMD'; set bytea_output = 'hex'; "
			"select set_config(name, 'lz4', false) from pg_settings "
			"where name = 'default_toast_compression' and 'lz4' = any (enumvals)",
			err);

	if (r < 0)
		return r;
	/* Unknown to PostgreSQL before 14, refused on systems that cannot tell: worth having, not worth
	 * failing.
	 */
	PQclear(PQexec(pg->conn, "set client_connection_check_interval = '1s'"));
	return 0;
}

int pg_connect(const char *conninfo, const char *password, const char *application, struct pg **ret,
	       struct hv_err *err)
{
	/* What stands before dbname can be overruled by the address, what stands after cannot. */
	const char *const keys[] = {
		"connect_timeout",  "keepalives_idle", "keepalives_interval",        "dbname",
		"application_name", "client_encoding", password ? "password" : NULL, NULL
	};
	const char *const values[] = { "10", "30", "10", conninfo, application, "UTF8", password, NULL };
	bool ok;
	hv_auto(hv_freep) char *inside = password_in(conninfo, &ok);
	hv_auto(pg_closep) struct pg *pg = calloc(1, sizeof(*pg));

	if (!pg)
		return hv_nomem(err, "database connection");
	if (!ok) /* libpq would quote the piece it does not understand, which may be the password */
		return hv_fail(err, HV_E_STORE,
			       "the database address is not understood: write it as "
			       "postgresql://user@host:5432/name, special characters as %%XX");
	pg->conn = PQconnectdbParams(keys, values, 1);
	if (!pg->conn)
		return hv_nomem(err, "database connection");
	if (PQstatus(pg->conn) != CONNECTION_OK)
		return connect_failed(pg, password, inside, err);
	PQsetNoticeProcessor(pg->conn, ignore_notice, NULL);
	int r = session(pg, err);
	if (r < 0)
		return r;
	*ret = hv_take(pg);
	return 0;
}

void pg_close(struct pg *pg)
{
	if (!pg)
		return;
	PQfreemem(pg->row);
	PQfinish(pg->conn);
	free(pg);
}

int pg_exec(struct pg *pg, const char *name, const char *sql, struct hv_err *err)
{
	hv_auto(pg_clearp) PGresult *r = PQexec(pg->conn, sql);
	ExecStatusType status = PQresultStatus(r);

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY)
		return 0;
	return pg_failed(pg, name, r, err);
}

/* Rows given, or touched by a command. */
static int row_count(PGresult *r)
{
	if (PQresultStatus(r) == PGRES_TUPLES_OK)
		return PQntuples(r);
	unsigned long long n = strtoull(PQcmdTuples(r), NULL, 10);
	return n > INT_MAX ? INT_MAX : (int)n;
}

int pg_query(struct pg *pg, const char *name, const char *sql, enum pg_rows rows, const char *const *params,
	     size_t n, PGresult **ret, struct hv_err *err)
{
	hv_auto(pg_clearp) PGresult *r = PQexecParams(pg->conn, sql, (int)n, NULL, params, NULL, NULL, 0);
	ExecStatusType status = PQresultStatus(r);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		return pg_failed(pg, name, r, err);
	int count = row_count(r);
	if ((rows == PG_ONE && count != 1) || (rows == PG_MAYBE && count > 1))
		return hv_fail(err, HV_E_STORE, "%s: %d rows where %s expected", name, count,
			       rows == PG_ONE ? "exactly one is" : "at most one is");
	if (ret)
		*ret = hv_take(r);
	return count;
}

const char *pg_text(const PGresult *r, int row, int column)
{
	return PQgetisnull(r, row, column) ? NULL : PQgetvalue(r, row, column);
}

int64_t pg_number(const PGresult *r, int row, int column)
{
	const char *text = pg_text(r, row, column);

	return text ? strtoll(text, NULL, 10) : 0;
}

PGconn *pg_conn(struct pg *pg)
{
	return pg->conn;
}

bool pg_lost(const struct pg *pg)
{
	return pg->lost || PQstatus(pg->conn) == CONNECTION_BAD;
}

const char *pg_sqlstate(const struct pg *pg)
{
	return pg->sqlstate;
}
