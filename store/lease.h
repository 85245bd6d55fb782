/*
 * store/lease.h - who works on a source: one lease per source, held by one database session.
 *
 * A lease belongs to the session that took it. It is taken over at once when that session is gone, else when
 * it has expired by the database's clock; then the old session is ended first, so a paused holder that wakes
 * up finds its connection lost. The statements of a run check its token again in each transaction
 * (run.token): whoever lost its lease cannot write. Tests: tests/integration/test_lease.c.
 */
#ifndef STORE_LEASE_H
#define STORE_LEASE_H

#include "store/store.h"

#define LEASE_TOKEN 33 /* bytes of a token with its NUL */

struct lease_want {
	const char *source;
	const char *holder; /* "host, pid 123, `harvester run x`": what a second comer is told */
	int seconds;        /* until it expires unless renewed */
	int patience_ms; /* how long to wait for it; the server needs up to 1 s to notice a killed holder */
};

/*
 * Take it, outside a transaction, on the connection that will write. HV_E_BUSY names the holder and since
 * when; HV_E_BUSY is retryable.
 */
int lease_take(struct store *s, const struct lease_want *want, char ret_token[LEASE_TOKEN],
	       struct hv_err *err) HV_CHECK;

/*
 * Extend it to `seconds` from now. On a second connection (store_again) or between transactions: inside one,
 * nobody sees the new time before commit, and a transaction longer than the lease would be ended by the next
 * comer. HV_E_LOST: it is no longer ours.
 */
int lease_renew(struct store *s, const char *source, const char *token, int seconds,
		struct hv_err *err) HV_CHECK;

/* Note the run it is held for. HV_E_LOST as above. */
int lease_attach(struct store *s, const char *source, const char *token, int64_t run,
		 struct hv_err *err) HV_CHECK;

/* Give it back. HV_E_LOST: it was no longer ours, nothing happened. */
int lease_release(struct store *s, const char *source, const char *token, struct hv_err *err) HV_CHECK;

#endif
