/*
 * io/json.h - the only home of yajl: JSON text to a small value in an arena.
 *
 * For our own documents (claims, checkpoints, counts, diffs); sources' JSON becomes a tree instead. Depth is
 * capped (64), UTF-8 is checked by us, U+0000 and lone surrogates are refused, duplicate keys are refused,
 * numbers keep their spelling. Tests: tests/unit/io/test_json.c, tests/fuzz/fuzz_json.c.
 */
#ifndef HARVESTER_IO_JSON_H
#define HARVESTER_IO_JSON_H

#include "harvester/base/arena.h"
#include "harvester/base/err.h"
#include "harvester/base/str.h"

enum json_kind { JV_NULL, JV_FALSE, JV_TRUE, JV_NUMBER, JV_STRING, JV_ARRAY, JV_OBJECT };

struct json {
	enum json_kind kind;
	struct str text;    /* string, or the number as spelt */
	struct json *items; /* array: items; object: values */
	struct str *keys;   /* object */
	size_t n;
};

/* HV_E_PARSE with the byte offset in the text; HV_E_NOMEM when the arena is full. */
int json_parse(struct arena *a, struct str text, struct json *ret, struct hv_err *err) HV_CHECK;

/* The member of an object, or NULL (also when v is NULL or no object). */
const struct json *json_member(const struct json *v, const char *key);

/* A string member's text, or {NULL,0}; a whole number member, or fallback. */
struct str json_text(const struct json *v, const char *key);
int64_t json_number(const struct json *v, const char *key, int64_t fallback);

/* Write as one line of canonical JSON: no blanks, members in the order they have. */
struct buf;
void json_write(struct buf *b, const struct json *v);

#endif
