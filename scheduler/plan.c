/*
 * scheduler/plan.c - see plan.h. Tests: tests/unit/scheduler/test_serve.c.
 */
#include "scheduler/plan.h"

static bool has_times(const struct cfg_source *s)
{
	return s->enabled && (s->schedule || s->full);
}

static struct timetable_source wanted(const struct cfg_source *s, const struct scheduler_past *past)
{
	return (struct timetable_source){ .name = s->name,
					  .schedule = s->schedule,
					  .full = s->full,
					  .limits = { .time_ms = s->budget.time,
						      .silence_ms = s->budget.silence,
						      .memory = s->budget.memory },
					  .past = past };
}

static void left_out(const struct hv_log *log, const char *source, const char *event,
		     const struct hv_err *err)
{
	hv_log(log, HV_LOG_ERROR, event,
	       (struct hv_kv[]){ { "source", source }, { "error", err->text }, { 0 } });
}

/*
 * Who answers for nothing lets a source wait for its next time; but `once`, called by somebody else's timer,
 * would then do nothing and say that all is well. What never ran would never be due there either.
 */
static int ask_past(const struct scheduler_options *o, const struct hv_log *log, const char *source,
		    struct scheduler_past past[LINES], struct hv_err *err)
{
	for (int line = 0; line < LINES; line++) {
		struct hv_err why = { 0 };

		past[line] = (struct scheduler_past){ .started = SCHEDULER_NEVER };
		if (!o->last_run)
			continue;
		if (o->last_run(o->ctx, source, line == LINE_FULL, &past[line], &why) < 0) {
			if (o->once)
				return hv_fail(err, why.code, "last run of '%s': %s", source, why.text);
			past[line] = (struct scheduler_past){ .started = SCHEDULER_NEVER };
			left_out(log, source, "last run unknown", &why);
		} else if (o->once && past[line].started == SCHEDULER_NEVER) {
			past[line].again = true;
		}
	}
	return 0;
}

static int add_first(struct timetable *t, const struct cfg_source *s, const struct scheduler_options *o,
		     const struct hv_log *log, int64_t now, struct hv_err *err)
{
	struct scheduler_past past[LINES];
	struct timetable_source one = wanted(s, past);
	struct hv_err why = { 0 };

	if (ask_past(o, log, s->name, past, err) < 0)
		return err->code;
	if (timetable_add(t, &one, now, &why) < 0)
		left_out(log, s->name, "source left out", &why);
	return 0;
}

int plan_first(const struct config *config, const struct scheduler_options *o, const struct hv_log *log,
	       int64_t now, struct timetable **ret, struct hv_err *err)
{
	hv_auto(timetable_freep) struct timetable *t = timetable_new(config->n_sources);

	if (!t)
		return hv_nomem(err, "timetable");
	for (size_t i = 0; i < config->n_sources; i++) {
		const struct cfg_source *s = &config->sources[i];
		struct hv_err why = { 0 };

		if (config_source_err(config, s, &why) < 0)
			left_out(log, s->name, "source left out", &why);
		else if (has_times(s) && add_first(t, s, o, log, now, err) < 0)
			return err->code;
	}
	*ret = hv_take(t);
	return 0;
}

int plan_again(const char *dir, const struct timetable *old, int64_t now, struct timetable **ret,
	       struct hv_err *err)
{
	hv_auto(config_freep) struct config *config = NULL;
	hv_auto(timetable_freep) struct timetable *t = NULL;

	if (config_load(dir, &config, err) < 0)
		return err->code;
	if (problems_err(&config->problems, err) < 0)
		return err->code;
	t = timetable_new(config->n_sources);
	if (!t)
		return hv_nomem(err, "timetable");
	for (size_t i = 0; i < config->n_sources; i++) {
		struct timetable_source one = wanted(&config->sources[i], NULL);

		if (has_times(&config->sources[i]) && timetable_add(t, &one, now, err) < 0)
			return err->code;
	}
	timetable_carry(t, old);
	*ret = hv_take(t);
	return 0;
}
