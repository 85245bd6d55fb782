/*
 * base/arena.h - memory that lives and dies with one record.
 *
 * Everything a record needs comes from one arena that is reset before the next record: no frees in mapping
 * code, no leak after ten million records, and a ceiling on what one record may take. Pointers are valid
 * until the next reset. Built with HV_ARENA_MALLOC (make check-asan) every allocation is a malloc of its own,
 * so that sanitizers see overruns. Not thread-safe: one worker, one arena.
 * Tests: tests/unit/base/test_arena.c.
 */
#ifndef HARVESTER_BASE_ARENA_H
#define HARVESTER_BASE_ARENA_H

#include <stdarg.h>

#include "harvester/base/def.h"
#include "harvester/base/str.h"

struct arena;

/* A new arena that refuses to hold more than max bytes. NULL when memory is out. */
struct arena *arena_new(size_t max);
void arena_free(struct arena *a);
HV_DEFINE_AUTO(struct arena, arena_free)

/* Forget everything; the first block is kept for the next record. */
void arena_reset(struct arena *a);

/* Aligned, zeroed memory. NULL when the ceiling or memory is reached; the failure sticks until reset. */
void *arena_alloc(struct arena *a, size_t size) HV_CHECK;
void *arena_array(struct arena *a, size_t n, size_t size) HV_CHECK;

/* Copies, NUL-terminated. NULL on failure as above. */
char *arena_strndup(struct arena *a, const char *s, size_t n) HV_CHECK;
char *arena_strdup(struct arena *a, const char *s) HV_CHECK;
char *arena_printf(struct arena *a, const char *fmt, ...) HV_PRINTF(2, 3) HV_CHECK;

/* A copy as struct str; {NULL, 0} on failure. */
struct str arena_str(struct arena *a, struct str s);

/* Bytes handed out since the last reset, and whether any request failed since then. */
size_t arena_used(const struct arena *a);
bool arena_failed(const struct arena *a);

/* Tests: the nth allocation from now (0 = the next) fails, once. */
void arena_fail_at(struct arena *a, size_t n);

#endif
