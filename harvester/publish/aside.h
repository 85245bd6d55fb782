/*
 * publish/aside.h - a file written aside and put in place whole: readers see the former one or the new one.
 *
 * The bytes go to `.NAME.tmp-PID` in the same folder; aside_ready makes them durable, aside_place renames. A
 * failure sticks, so that ten puts need one check. What a process that died left behind is removed by the
 * next one that writes the same name. Tests: tests/unit/publish/test_aside.c.
 */
#ifndef HARVESTER_PUBLISH_ASIDE_H
#define HARVESTER_PUBLISH_ASIDE_H

#include "harvester/base/buf.h"
#include "harvester/base/err.h"
#include "harvester/base/hash.h"

struct aside;

/* The folder is made when it is not there (its parents too). name: without '/'. */
int aside_open(const char *dir, const char *name, struct aside **ret, struct hv_err *err) HV_CHECK;

void aside_put(struct aside *a, struct str s);

/* Everything put is on the disk. HV_E_IO in one line: what failed, and that the former file stays. */
int aside_ready(struct aside *a, struct hv_err *err) HV_CHECK;

/* Rename into place. Only after aside_ready. */
int aside_place(struct aside *a, struct hv_err *err) HV_CHECK;

/* Both. */
int aside_finish(struct aside *a, struct hv_err *err) HV_CHECK;

/* Known after aside_ready. */
uint64_t aside_bytes(const struct aside *a);
void aside_sha256(const struct aside *a, char ret[65]);
const char *aside_path(const struct aside *a); /* dir/name */
const char *aside_name(const struct aside *a);

/* Gives up what was not put in place. Accepts NULL. */
void aside_close(struct aside *a);
HV_DEFINE_AUTO(struct aside, aside_close)

#endif
