/*
 * base/err.h - one error object, carried down, told outwards.
 *
 * A function that can fail takes `struct hv_err *err` last and returns a negative code; each level on the way
 * up adds where it was. The object has a fixed size, so it can be filled when memory has run out.
 * Tests: tests/unit/base/test_err.c.
 */
#ifndef HARVESTER_BASE_ERR_H
#define HARVESTER_BASE_ERR_H

#include <stdarg.h>

#include "harvester/base/def.h"

/* What kind of thing went wrong. The command line turns these into exit codes (cli/exit.h). */
enum hv_code {
	HV_OK = 0,
	HV_E_NOMEM = -1,     /* memory, or a ceiling of our own on memory */
	HV_E_PARSE = -2,     /* bytes that are not what they claim to be */
	HV_E_CONFIG = -3,    /* configuration or mapping: the administrator must mend a file */
	HV_E_REMOTE = -4,    /* the source or the network */
	HV_E_STORE = -5,     /* PostgreSQL */
	HV_E_LIMIT = -6,     /* one of our bounds (bytes, depth, seconds, records) was met */
	HV_E_IO = -7,        /* files, disk, processes of this machine */
	HV_E_BUSY = -8,      /* somebody else holds it: lease, lock, gate */
	HV_E_LOST = -9,      /* our lease was taken over: stop, write nothing */
	HV_E_NOTFOUND = -10, /* the thing named does not exist */
	HV_E_USAGE = -11,    /* the command was called in a way it does not understand */
	HV_E_REFUSED = -12,  /* a rule forbids it: address not public, DOCTYPE, valve */
	HV_E_CANCELLED = -13 /* a person or a signal asked us to stop */
};

struct hv_err {
	enum hv_code code;
	bool retryable;  /* trying the same thing again makes sense */
	char text[1024]; /* one line, no final full stop, UTF-8 */
};

/* Fill err (NULL is allowed: the caller does not care) and return code. Long texts are cut, never overrun. */
int hv_fail(struct hv_err *err, enum hv_code code, const char *fmt, ...) HV_PRINTF(3, 4);

/* As hv_fail, for a failure that may go away by itself (timeout, 503, serialization). */
int hv_fail_retry(struct hv_err *err, enum hv_code code, const char *fmt, ...) HV_PRINTF(3, 4);

/* Put "fmt: " before the text that is there; code and retryable stay. Returns the code. */
int hv_wrap(struct hv_err *err, const char *fmt, ...) HV_PRINTF(2, 3);

/* hv_fail(HV_E_NOMEM, "out of memory: <what>"). */
int hv_nomem(struct hv_err *err, const char *what);

/*
 * A C string that snprintf may have cut: without the half character at its end. PostgreSQL refuses a text
 * that is not UTF-8, and with it the whole transaction.
 */
void hv_whole_end(char *text);

/* A stable lower-case word for a code ("config", "remote"), for logs and JSON. */
const char *hv_code_name(enum hv_code code);

#endif
