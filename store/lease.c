/*
 * store/lease.c - see lease.h.
 *
 * Taking is a short transaction of several statements, not one: the list of sessions (pg_stat_activity) is
 * read once per transaction unless it is cleared, so it must be read after the wait for the row, or a holder
 * that connected meanwhile would look gone. pg_stat_activity hides backend_start of other roles: all
 * instances share one role. Time is clock_timestamp(), never the injected clock. Tests:
 * tests/integration/test_lease.c.
 */
#include "store/lease.h"

#include <errno.h>
#include <sys/random.h>

#include "harvester/base/clock.h"
#include "store/store_priv.h"

/* A row found taken while it was read may be given back before it is locked: look again, so many times. */
#define LOOKS 10

static int new_token(char ret[LEASE_TOKEN], struct hv_err *err)
{
	unsigned char raw[16];

	if (getrandom(raw, sizeof(raw), 0) != (ssize_t)sizeof(raw))
		return hv_fail(err, HV_E_IO, "no random numbers: %s", strerror(errno));
	for (size_t i = 0; i < sizeof(raw); i++)
		(void)snprintf(ret + 2 * i, 3, "%02x", raw[i]);
	return 0;
}

struct attempt {
	struct pg *pg;
	const struct lease_want *want;
	const char *token;
	char seconds[16];
};

/* 1: the lease was free and is ours. 0: there is a row. */
static int insert(const struct attempt *a, struct hv_err *err)
{
	const char *const params[] = { a->want->source, a->token, a->want->holder, a->seconds };

	return pg_query(a->pg, "lease, free",
			"insert into lease (source, token, holder, since, backend_pid, backend_start, until) "
			"select $1, $2, $3, clock_timestamp(), pid, backend_start, "
			"clock_timestamp() + $4::int * interval '1 second' "
			"from pg_stat_activity where pid = pg_backend_pid() "
			"on conflict (source) do nothing",
			PG_MAYBE, params, HV_LEN(params), NULL, err);
}

/* End the session of an expired holder. 1: it is gone. */
static int end_session(const struct attempt *a, struct hv_err *err)
{
	hv_auto(pg_clearp) PGresult *r = NULL;
	const char *const params[] = { a->want->source };
	int n = pg_query(a->pg, "lease, end session",
			 "select pg_terminate_backend(a.pid, 5000) from lease l join pg_stat_activity a "
			 "on a.pid = l.backend_pid and a.backend_start = l.backend_start "
			 "where l.source = $1 and a.pid <> pg_backend_pid()",
			 PG_MAYBE, params, HV_LEN(params), &r, err);

	if (n <= 0)
		return n < 0 ? n : 1;
	if (strcmp(pg_text(r, 0, 0), "t") == 0)
		return 1;
	return hv_fail_retry(
		err, HV_E_BUSY,
		"the lease of '%s' has expired, but its holder's database session cannot be ended",
		a->want->source);
}

static int replace(const struct attempt *a, struct hv_err *err)
{
	const char *const params[] = { a->want->source, a->token, a->want->holder, a->seconds };
	int n = pg_query(a->pg, "lease, take over",
			 "update lease l set token = $2, holder = $3, since = clock_timestamp(), run = null, "
			 "backend_pid = a.pid, backend_start = a.backend_start, "
			 "until = clock_timestamp() + $4::int * interval '1 second' "
			 "from pg_stat_activity a where l.source = $1 and a.pid = pg_backend_pid()",
			 PG_ONE, params, HV_LEN(params), NULL, err);

	return n < 0 ? n : 1;
}

/* With the row locked: is the holder alive, has it expired? 1: ours. 0: no row any more. HV_E_BUSY: held. */
static int take_over(const struct attempt *a, struct hv_err *err)
{
	hv_auto(pg_clearp) PGresult *row = NULL, *state = NULL;
	const char *const params[] = { a->want->source };
	int n = pg_query(a->pg, "lease, lock", "select holder from lease where source = $1 for update",
			 PG_MAYBE, params, HV_LEN(params), &row, err);

	if (n <= 0)
		return n;
	if ((n = pg_query(a->pg, "lease, sessions", "select pg_stat_clear_snapshot()", PG_ONE, NULL, 0, NULL,
			  err)) < 0)
		return n;
	n = pg_query(a->pg, "lease, holder",
		     "select a.pid is not null, l.until < clock_timestamp(), l.holder, "
		     "to_char(l.since at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS \"UTC\"') "
		     "from lease l left join pg_stat_activity a "
		     "on a.pid = l.backend_pid and a.backend_start = l.backend_start where l.source = $1",
		     PG_ONE, params, HV_LEN(params), &state, err);
	if (n < 0)
		return n;
	bool alive = strcmp(pg_text(state, 0, 0), "t") == 0, expired = strcmp(pg_text(state, 0, 1), "t") == 0;
	if (alive && !expired)
		return hv_fail_retry(err, HV_E_BUSY, "'%s' is being worked on: held by %s, since %s",
				     a->want->source, pg_text(state, 0, 2), pg_text(state, 0, 3));
	n = alive ? end_session(a, err) : 1;
	return n < 0 ? n : replace(a, err);
}

/* One transaction. 1: ours. 0: look again. */
static int try_once(const struct attempt *a, struct hv_err *err)
{
	/* Above the 5 s that another comer may spend on ending a session while it has the row. */
	int r = pg_exec(a->pg, "lease, begin",
			"begin isolation level read committed; set local lock_timeout = '15s'; "
			"set local synchronous_commit = off", /* a crash ends all sessions anyway */
			err);

	if (r < 0)
		return r;
	r = insert(a, err);
	if (r == 0)
		r = take_over(a, err);
	if (r == 1) {
		r = pg_exec(a->pg, "lease, commit", "commit", err);
		return r < 0 ? r : 1;
	}
	pg_abandon(a->pg);
	return r;
}

int lease_take(struct store *s, const struct lease_want *want, char ret_token[LEASE_TOKEN],
	       struct hv_err *err)
{
	struct attempt a = { .pg = s->pg, .want = want };
	int64_t until = clock_monotonic() + want->patience_ms * 1000LL;
	char token[LEASE_TOKEN];
	int r = new_token(token, err);

	if (r < 0)
		return r;
	a.token = token;
	(void)snprintf(a.seconds, sizeof(a.seconds), "%d", want->seconds);
	for (int looks = 0; looks < LOOKS; looks += r == 0) {
		struct timespec nap = { 0, 50 * 1000000 };

		r = try_once(&a, err);
		if (r == 1)
			memcpy(ret_token, token, LEASE_TOKEN);
		if (r == 1 || (r < 0 && (r != HV_E_BUSY || clock_monotonic() >= until)))
			return r < 0 ? r : 0;
		if (r == HV_E_BUSY)
			(void)nanosleep(&nap, NULL);
	}
	return hv_fail_retry(err, HV_E_BUSY, "the lease of '%s' comes and goes; try again", want->source);
}

/* An update or delete of our row: exactly one, or the lease is lost. */
static int ours(struct store *s, const char *name, const char *sql, const char *const *params, size_t n,
		struct hv_err *err)
{
	int r = pg_query(s->pg, name, sql, PG_MAYBE, params, n, NULL, err);

	if (r == 0)
		return hv_fail(err, HV_E_LOST,
			       "the lease of '%s' was taken over by another process; nothing more is written",
			       params[0]);
	return r < 0 ? r : 0;
}

int lease_renew(struct store *s, const char *source, const char *token, int seconds, struct hv_err *err)
{
	char number[16];
	const char *const params[] = { source, token, number };

	(void)snprintf(number, sizeof(number), "%d", seconds);
	return ours(s, "lease, renew",
		    "update lease set until = clock_timestamp() + $3::int * interval '1 second' "
		    "where source = $1 and token = $2",
		    params, HV_LEN(params), err);
}

int lease_attach(struct store *s, const char *source, const char *token, int64_t run, struct hv_err *err)
{
	char number[24];
	const char *const params[] = { source, token, number };

	(void)snprintf(number, sizeof(number), "%lld", (long long)run);
	return ours(s, "lease, attach", "update lease set run = $3::bigint where source = $1 and token = $2",
		    params, HV_LEN(params), err);
}

int lease_release(struct store *s, const char *source, const char *token, struct hv_err *err)
{
	const char *const params[] = { source, token };

	return ours(s, "lease, release", "delete from lease where source = $1 and token = $2", params,
		    HV_LEN(params), err);
}
