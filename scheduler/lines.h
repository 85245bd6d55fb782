/*
 * scheduler/lines.h - inside the room: what a child writes, cut into lines, and the lines that tell progress.
 *
 * Bytes come from a program that may have gone mad: a line has a ceiling, the rest of it is dropped, and
 * nothing here allocates. The form of a progress line: scheduler/README.md. Refuses to judge what lines mean.
 * Tests: tests/unit/scheduler/test_lines.c, tests/fuzz/fuzz_progress.c.
 */
#ifndef SCHEDULER_LINES_H
#define SCHEDULER_LINES_H

#include "harvester/base/str.h"

enum { LINE_CEILING = 4096 };

struct lines {
	size_t n;
	bool cut; /* the present line is longer than the ceiling */
	char text[LINE_CEILING];
};

/* One line without its line feed (and carriage return); s points into the struct, until the next call. */
typedef void line_fn(void *ctx, struct str s, bool cut);

/* Hand over every line that is complete now; bytes and lines_end may call each any number of times. */
void lines_feed(struct lines *l, const char *p, size_t n, line_fn *each, void *ctx);

/* The output has ended: what stands without a line feed is a line too. */
void lines_end(struct lines *l, line_fn *each, void *ctx);

struct progress {
	char state[24];   /* collecting, judging … : lower-case letters */
	int64_t done;     /* records */
	int64_t expected; /* -1: unknown */
	int64_t run;      /* number of the run in the database; 0: not told */
};

/* False: not a progress line. Keys that are not known are passed over. */
bool progress_parse(struct str line, struct progress *ret);

#endif
