/*
 * store/apply_priv.h - inside store/ only: the handle shared by apply.c and apply_rows.c.
 */
#ifndef STORE_APPLY_PRIV_H
#define STORE_APPLY_PRIV_H

#include "store/apply.h"
#include "store/pg.h"

enum apply_table {
	TO_NOTICE,
	TO_STAGE_NOTICE,
	TO_HEAD,
	TO_STAGE_HEAD,
	TO_CHANGE,
	TO_QUARANTINE,
	APPLY_TABLES
};

struct apply {
	struct store *store;
	int64_t run;
	const char *source;
	bool write, open;
	struct buf rows[APPLY_TABLES]; /* binary COPY rows waiting for apply_flush */
	int32_t today;                 /* days since 2000-01-01, PostgreSQL's epoch */
};

void apply_buffers(struct apply *ap);
/* Temporary tables of this transaction. No checkpoint covers them: the transaction is whole or nothing. */
int apply_stages(struct apply *ap, struct hv_err *err) HV_CHECK;

/* Send one buffer. */
int apply_send(struct apply *ap, enum apply_table t, struct hv_err *err) HV_CHECK;

#endif
