/*
 * fault.h - everything the test provider can do wrong, one row each.
 *
 * To add a fault: one function and one row in fault.c. A fault either asks for an oddity before the answer is
 * written, or changes the finished reply. Tests: tests/unit/support/test_provider.c.
 */
#ifndef TESTS_SUPPORT_PROVIDER_FAULT_H
#define TESTS_SUPPORT_PROVIDER_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/support/provider/protocol.h"
#include "tests/support/provider/text.h"

/* How the body goes out. */
enum pv_delivery {
	PV_WHOLE,
	PV_CUT,   /* half of what Content-Length announces, then the connection ends */
	PV_STALL, /* some bytes, then silence until the client or the provider goes */
	PV_SLOW,  /* in twenty pieces */
	PV_RESET, /* nothing at all: the connection ends */
};

struct pv_reply {
	int status;
	const char *content_type;
	const char *content_encoding; /* NULL: none */
	char retry_after[64], location[2048];
	struct pv_text body;
	enum pv_delivery delivery;
};

/* What a fault may know. */
struct pv_fault_context {
	const char *base_url; /* http://127.0.0.1:PORT/oai */
	const char *path;     /* as asked for */
	const char *query;    /* as asked for, still encoded */
	int64_t now;
	unsigned retry_after_s;
};

struct pv_fault {
	const char *name, *help;
	void (*before)(struct pv_oddities *odd);                                 /* or NULL */
	void (*after)(struct pv_reply *reply, const struct pv_fault_context *c); /* or NULL */
};

extern const struct pv_fault pv_faults[]; /* ended by an empty row */

const struct pv_fault *pv_fault_find(const char *name, size_t len);

/* When to play a fault. */
struct pv_fault_plan {
	const struct pv_fault *fault;
	char verb[32];       /* count the requests of this verb; empty: count all */
	size_t first, times; /* times 0: for ever */
};

/* Reads one NAME:WHEN[:TIMES] of len bytes; NULL when right, else what is wrong. */
const char *pv_fault_plan_parse(const char *script, size_t len, struct pv_fault_plan *ret);

#endif
