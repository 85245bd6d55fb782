/*
 * run/batch.h - a few hundred records of a page: recognised by hash, and mapped by several workers where they
 * changed.
 */
#ifndef HARVESTER_RUN_BATCH_H
#define HARVESTER_RUN_BATCH_H

#include "harvester/run/notes.h"
#include "harvester/run/run_priv.h"

enum fate {
	FATE_NOTHING,       /* a deletion of a record that was never here */
	FATE_UNCHANGED,     /* body and mapping are those of the applied version */
	FATE_STILL_REFUSED, /* refused before, for the same body under the same mapping */
	FATE_REFUSED,
	FATE_VERSION /* new, changed, come back, or deleted */
};

struct item_note {
	const char *code;
	struct str subject;
};

struct item {
	struct record record;
	struct str id; /* the external id, or "?" and a hash where the source gave none */
	int32_t slot;
	struct sha256 hash;
	struct collect_known known;
	bool map; /* the body has to be mapped to know the fate */
	enum fate fate;
	struct str claim;
	uint32_t failed;
	const char *code, *field; /* of a refusal */
	struct str reason;
	struct item_note *notes;
	size_t n_notes;
};

struct batch;

int batch_new(const struct bound *b, unsigned workers, struct batch **ret, struct hv_err *err) HV_CHECK;
void batch_free(struct batch *b);

/* Forget the former records and read the next ones of the page. HV_END: the page has no more. */
int batch_fill(struct batch *b, const struct connector_ops *ops, struct connector *c, int32_t *slot,
	       struct hv_err *err) HV_CHECK;

/*
 * Hash, look up, map: every item has its fate afterwards. run_has_versions: the run wrote versions before
 * this batch, so that a record may have come already.
 */
int batch_convert(struct batch *b, struct store *s, int64_t run, bool run_has_versions,
		  struct hv_err *err) HV_CHECK;

size_t batch_size(const struct batch *b);
const struct item *batch_item(const struct batch *b, size_t i);

/* Paths of the mapping that matched nothing in any worker. */
void batch_unmatched(const struct batch *b, void (*each)(void *ctx, const char *path, unsigned line),
		     void *ctx);

#endif
