/*
 * run/run_priv.h - inside run/ only: what collect, judge and apply share about the run under way.
 */
#ifndef HARVESTER_RUN_PRIV_H
#define HARVESTER_RUN_PRIV_H

#include "harvester/run/bind.h"
#include "harvester/run/convert.h"
#include "harvester/run/pool.h"
#include "harvester/run/run.h"
#include "store/apply.h"
#include "store/collect.h"
#include "store/lease.h"
#include "store/runs.h"

enum {
	MOST_RECORD = 8 << 20,  /* arena of one record: its tree and its claim */
	MOST_BATCH = 64 << 20,  /* arena of one batch: bodies, claims */
	MOST_IDENTIFIER = 2000, /* bytes; an index of PostgreSQL takes 2,704 */
	BATCH_RECORDS = 512,
	BATCH_BYTES = 2 << 20, /* bodies of a batch: what is held in memory of a page */
};

struct run {
	const struct run_env *env;
	const struct run_options *options;
	struct bound *bound;
	struct store *store;
	struct arena *arena; /* lives as long as the run */
	struct run_row row;  /* as read at the start; page, listing, state are kept current */
	struct source_row source;
	char token[LEASE_TOKEN];
	int lease_seconds;
	int64_t renewed; /* monotonic, when the lease was last extended */
	struct faults faults;
	struct counts counts;
	struct run_outcome *outcome;
};

/* Extends the lease when a third of it is gone; between transactions only. HV_E_LOST: it is somebody else's.
 */
int run_keep_lease(struct run *r, struct hv_err *err) HV_CHECK;

/* The same inside a transaction, on a connection of its own: nobody would see the new time before commit. */
int run_keep_lease_inside(struct run *r, struct hv_err *err) HV_CHECK;

/* Bind a source by name; HV_E_CONFIG with the first error of its own file, section or mapping. */
int run_bind(const struct run_env *env, const char *name, struct arena *a, struct bound *b,
	     struct hv_err *err) HV_CHECK;

/* Collect until the source's list is over; leaves cursor_next in the run's row. */
int run_collect(struct run *r, struct hv_err *err) HV_CHECK;

/*
 * Judge (write=false) or judge and write (write=true) inside ap, filling r->counts. each may be NULL.
 */
int run_judge(struct run *r, struct apply *ap, bool write,
	      int (*each)(void *ctx, const struct run_difference *d), void *ctx, struct hv_err *err) HV_CHECK;

/* Judge, then valves, then apply or hold. */
int run_settle(struct run *r, const struct counts *accepted, struct hv_err *err) HV_CHECK;

/* The reason in French why these counts must not be applied without a person; false: none. */
bool run_valves(const struct run *r, const struct counts *last_full, char *ret, size_t size);

/* A new REF for a record by the rule of the source file; try 0, 1, … when the former is taken. HV_E_LIMIT: no
 * more. */
int run_new_ref(const struct cfg_source *s, struct hasher *h, struct str external_id, unsigned try,
		char ret[12], struct hv_err *err) HV_CHECK;

#endif
