/*
 * connectors/example/lines.h - the parser of the example connector: one line, one record.
 *
 * Bytes in, record out; no file, no network, which is what makes it easy to test and to fuzz.
 * Tests: tests/unit/connectors/test_conformance_example.c, tests/fuzz/fuzz_example_line.c.
 */
#ifndef CONNECTORS_EXAMPLE_LINES_H
#define CONNECTORS_EXAMPLE_LINES_H

#include "harvester/base/arena.h"
#include "harvester/model/record.h"

/*
 * `id<TAB>datestamp<TAB>status<TAB>xml`, without its line feed. *ret points into the line; a reason for a
 * fault lives in the arena. number is the line's, from 1, for that reason.
 */
void example_line(struct str line, uint64_t number, struct arena *a, struct record *ret);

#endif
