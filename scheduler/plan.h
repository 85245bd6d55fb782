/*
 * scheduler/plan.h - inside the room: the timetable that a configuration folder asks for.
 *
 * A source whose file has errors is left out and told, the others are not made to wait for it; a folder that
 * is read again is taken whole or not at all. Tests: tests/unit/scheduler/test_serve.c.
 */
#ifndef SCHEDULER_PLAN_H
#define SCHEDULER_PLAN_H

#include "config/config.h"
#include "scheduler/timetable.h"

/* At the start: with what is known of former runs. */
int plan_first(const struct config *config, const struct scheduler_options *o, const struct hv_log *log,
	       int64_t now, struct timetable **ret, struct hv_err *err) HV_CHECK;

/* Read the folder again; HV_E_CONFIG when anything in it is wrong. What `old` knows is carried over. */
int plan_again(const char *dir, const struct timetable *old, int64_t now, struct timetable **ret,
	       struct hv_err *err) HV_CHECK;

#endif
