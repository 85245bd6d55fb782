/*
 * scheduler/record.c - see record.h. Tests: tests/unit/scheduler/test_serve.c.
 */
#include "scheduler/record.h"

#include "harvester/base/buf.h"
#include "harvester/base/text.h"
#include "scheduler/timetable.h"

enum { MOST_LINES = 1000, NUMBER = 32 };

static const char *listing(const struct record *r)
{
	return r->full ? "full" : "new";
}

/* A number as a value; NULL (left out of the line) when it is `none`. */
static const char *number(char ret[NUMBER], int64_t v, int64_t none)
{
	(void)snprintf(ret, NUMBER, "%lld", (long long)v);
	return v == none ? NULL : ret;
}

static const char *moment(char ret[CLOCK_TEXT], int64_t us)
{
	return us == TIMETABLE_NEVER ? NULL : clock_utc(us, ret);
}

void record_started(const struct record *r, unsigned failures)
{
	char pid[NUMBER], again[NUMBER];

	hv_log(r->log, HV_LOG_INFO, "run started",
	       (struct hv_kv[]){ { "source", r->source },
				 { "listing", listing(r) },
				 { "pid", number(pid, r->pid, 0) },
				 { "failures", number(again, failures, 0) },
				 { 0 } });
}

void record_not_started(const struct record *r, int64_t retry, const char *error)
{
	char at[CLOCK_TEXT];

	hv_log(r->log, HV_LOG_ERROR, "run not started",
	       (struct hv_kv[]){ { "source", r->source },
				 { "listing", listing(r) },
				 { "error", error },
				 { "retry", moment(at, retry) },
				 { 0 } });
}

void record_progress(const struct record *r)
{
	char run[NUMBER], done[NUMBER], expected[NUMBER];

	hv_log(r->log, HV_LOG_INFO, "run progress",
	       (struct hv_kv[]){ { "source", r->source },
				 { "run", number(run, r->progress.run, 0) },
				 { "state", r->progress.state },
				 { "done", number(done, r->progress.done, -1) },
				 { "expected", number(expected, r->progress.expected, -1) },
				 { 0 } });
}

/* What log readers can take: strict UTF-8 without control characters, else '?' for each such byte. */
static bool clean(const char *p, size_t n, char *ret)
{
	bool was = true;
	size_t step;

	for (size_t i = 0; i < n; i += step) {
		step = text_sequence(p + i, n - i);
		bool bad = step == 0 || (step == 1 && ((unsigned char)p[i] < 0x20 || p[i] == 0x7F));

		was = was && !bad;
		step = step ? step : 1;
		if (bad)
			ret[i] = p[i] == '\t' ? ' ' : '?';
		else
			memcpy(ret + i, p + i, step);
	}
	ret[n] = '\0';
	return was;
}

/* As much as has room, never half a character. */
static void keep(char *ret, size_t size, const char *text)
{
	size_t n = strlen(text);

	if (n >= size)
		for (n = size - 1; n && ((unsigned char)text[n] & 0xC0) == 0x80;)
			n--;
	memcpy(ret, text, n);
	ret[n] = '\0';
}

/* The child logs in our format: its lines carry their own time and level. */
static bool is_log_line(struct str s)
{
	return str_starts(s, STR("time=")) || str_starts(s, STR("{\"time\":"));
}

void record_line(struct record *r, bool error, struct str s, bool cut)
{
	char text[LINE_CEILING + 2];
	bool was_clean = clean(s.p, s.n, text);

	if (s.n == 0)
		return;
	if (error)
		keep(r->last_line, sizeof(r->last_line), text);
	if (r->lines >= MOST_LINES) {
		r->dropped++;
		return;
	}
	r->lines++;
	if (error && was_clean && !cut && is_log_line(s)) {
		text[s.n] = '\n';
		(void)fwrite(text, 1, s.n + 1, r->log->out);
		(void)fflush(r->log->out);
		return;
	}
	hv_log(r->log, error ? HV_LOG_WARN : HV_LOG_INFO, error ? "run wrote" : "run printed",
	       (struct hv_kv[]){
		       { "source", r->source }, { "text", text }, { "cut", cut ? "yes" : NULL }, { 0 } });
}

static enum hv_level end_level(const struct child_end *end)
{
	if (end->why == CHILD_ASKED || (end->signal == 0 && end->exit == 0))
		return HV_LOG_INFO;
	return end->signal || end->why != CHILD_LEFT ? HV_LOG_ERROR : HV_LOG_WARN;
}

void record_ended(const struct record *r, const struct child_end *end, int64_t retry)
{
	char run[NUMBER], code[NUMBER], signal[NUMBER], seconds[NUMBER], rss[NUMBER], dropped[NUMBER],
		at[CLOCK_TEXT];
	bool well = end->signal == 0 && end->exit == 0;

	(void)snprintf(seconds, sizeof(seconds), "%lld.%03d", (long long)(end->duration_ms / 1000),
		       (int)(end->duration_ms % 1000));
	(void)snprintf(signal, sizeof(signal), "SIG%s", end->signal ? sigabbrev_np(end->signal) : "");
	hv_log(r->log, end_level(end), "run ended",
	       (struct hv_kv[]){ { "source", r->source },
				 { "run", number(run, r->progress.run, 0) },
				 { "listing", listing(r) },
				 { "exit", number(code, end->exit, -1) },
				 { "signal", end->signal ? signal : NULL },
				 { "stopped_for", child_stop_word(end->why) },
				 { "killed", end->killed ? "yes" : NULL },
				 { "seconds", seconds },
				 { "rss_max", number(rss, end->rss_max, 0) },
				 { "state", r->progress.state[0] ? r->progress.state : NULL },
				 { "lines_dropped", number(dropped, (int64_t)r->dropped, 0) },
				 { "retry", moment(at, retry) },
				 { "last_line", well || !r->last_line[0] ? NULL : r->last_line },
				 { 0 } });
}
