/*
 * store/query_dump.h - every live notice of the catalogue, streamed by COPY in the byte order of REF.
 *
 * One statement, hence one state of the catalogue, however long the reader takes; other writers are not held
 * up. While the stream is open the store does nothing else. Tests: tests/integration/test_query.c.
 */
#ifndef STORE_QUERY_DUMP_H
#define STORE_QUERY_DUMP_H

#include "harvester/base/str.h"
#include "store/store.h"

struct live_notice {
	struct str ref, created, changed; /* dates YYYY-MM-DD */
	struct str doc;                   /* JSON as PostgreSQL writes jsonb */
};

int query_live_begin(struct store *s, struct hv_err *err) HV_CHECK;
/* HV_ROW: texts live until the next call; HV_END: that was the last one. */
int query_live_next(struct store *s, struct live_notice *ret, struct hv_err *err) HV_CHECK;
/* Leave early; harmless after HV_END. */
void query_live_stop(struct store *s);

#endif
