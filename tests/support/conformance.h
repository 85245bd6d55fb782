/*
 * tests/support/conformance.h - what every connector must do, asked of each in the same way.
 *
 * A connector brings an adaptor: how to start a source that holds so many records and misbehaves as wished.
 * Its test program is then a few lines: tests/unit/connectors/test_conformance_example.c is the model.
 */
#ifndef TESTS_SUPPORT_CONFORMANCE_H
#define TESTS_SUPPORT_CONFORMANCE_H

#include "harvester/model/connector.h"

enum conformance_fault {
	CONFORMANCE_WELL,
	CONFORMANCE_ENDLESS, /* a list whose pages never stop */
	CONFORMANCE_STALL,   /* silence in the middle of an answer; give up after at most two seconds */
	CONFORMANCE_TOO_LONG /* an answer over the limit of bytes of one answer */
};

struct conformance_wish {
	size_t records, page_size;
	size_t deleted_every;         /* every nth record is deleted; 0: none */
	enum conformance_fault fault; /* of the second page */
};

struct conformance_adaptor {
	const struct connector_ops *ops;
	/*
	 * Start a source with at least these records and fill in what run/ would hand over: source, section,
	 * http, clock. NULL: this connector cannot meet the fault (a file does not stall), the test is then
	 * nothing. cancelled and ctx are there already, for the HTTP handle.
	 */
	void *(*start)(const struct conformance_wish *w, struct connector_env *env);
	void (*stop)(void *source);
};

/* Run everything, and a suite of the connector's own (NULL: none); the exit status of main(). */
struct Suite;
int conformance_run(const struct conformance_adaptor *a, struct Suite *more);

#endif
