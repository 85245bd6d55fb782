/*
 * cli/out.c - see out.h.
 */
#include "harvester/cli/out.h"

#include <pwd.h>
#include <unistd.h>

#include "harvester/base/text.h"
#include "harvester/cli/exit.h"

void out_cell(struct str s, size_t width)
{
	size_t n = text_length(s);

	(void)fwrite(s.p ? s.p : "", 1, s.n, stdout);
	for (; n < width; n++)
		(void)putchar(' ');
}

bool out_unsafe(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) ||
	       (c >= 0x2066 && c <= 0x2069);
}

void out_text(FILE *out, struct str s, bool lines)
{
	for (size_t at = 0; at < s.n;) {
		char utf8[4];
		uint32_t c = text_next(s, &at);

		if (out_unsafe(c) && !(lines && (c == '\n' || c == '\t')))
			(void)fprintf(out, "<%02X>", c);
		else
			(void)fwrite(utf8, 1, text_encode(c, utf8), out);
	}
}

const char *out_who(struct app *app)
{
	const char *who = arg_value(&app->args, "who");

	if (who)
		return who;
	struct passwd entry, *found = NULL;
	char space[4096];
	if (getpwuid_r(getuid(), &entry, space, sizeof(space), &found) == 0 && found)
		return arena_strdup(app->arena, entry.pw_name);
	return "?";
}

void progress_clear(struct progress *p)
{
	if (p->shown && p->form == 2)
		(void)fprintf(stderr, "\r\033[K");
	p->shown = false;
}

static void show_bar(const char *state, int64_t done, int64_t expected, double seconds)
{
	double rate = seconds > 0 ? (double)done / seconds : 0;

	if (expected > 0) {
		int filled = (int)(done >= expected ? 30 : done * 30 / expected);
		double left = rate > 0 && expected > done ? (double)(expected - done) / rate : 0;

		(void)fprintf(stderr, "\r\033[K%-10s [%.*s%.*s] %lld/%lld  %.0f/s  %d:%02d left", state,
			      filled, "##############################", 30 - filled,
			      "..............................", (long long)done, (long long)expected, rate,
			      (int)left / 60, (int)left % 60);
	} else {
		(void)fprintf(stderr, "\r\033[K%-10s %lld records  %.0f/s", state, (long long)done, rate);
	}
	(void)fflush(stderr);
}

static void progress(void *ctx, int64_t run, const char *state, int64_t done, int64_t expected)
{
	struct progress *p = ctx;
	int64_t now = clock_monotonic();

	if (p->form == 0 || (p->form == 2 && p->shown && now - atomic_load(&p->last) < 100000))
		return;
	atomic_store(&p->last, now);
	p->shown = true;
	if (p->form == 1) /* what the scheduler reads; scheduler/README.md */
		(void)fprintf(stderr, "progress state=%s done=%lld expected=%lld run=%lld\n", state,
			      (long long)done, (long long)expected, (long long)run);
	else
		show_bar(state, done, expected, (double)(now - p->begun) / 1e6);
}

/*
 * Asked between records and several times a second during waits, so it is a sign of life: a server may ask us
 * to come back in half an hour, and the scheduler must not take that for silence. A process that hangs does
 * not ask.
 */
static void alive(struct progress *p)
{
	enum { EVERY_US = 30000000 };
	long long last = atomic_load(&p->last), now = clock_monotonic();

	if (p->form != 1 || now - last < EVERY_US || !atomic_compare_exchange_strong(&p->last, &last, now))
		return;
	(void)fprintf(stderr, "progress state=waiting done=0 expected=-1\n");
}

static bool stop(void *ctx)
{
	struct progress *p = ctx;

	alive(p);
	return p->app->cancelled(NULL);
}

int out_run_env(struct app *app, struct progress *p, struct run_env *ret, struct hv_err *err)
{
	const char *form = arg_value(&app->args, "progress");

	*p = (struct progress){ .app = app,
				.begun = clock_monotonic(),
				.last = clock_monotonic(),
				.form = isatty(STDERR_FILENO) ? 2 : 0 };
	if (form) {
		if (strcmp(form, "none") != 0 && strcmp(form, "lines") != 0 && strcmp(form, "bar") != 0)
			return hv_fail(err, HV_E_USAGE, "--progress '%s' is none of bar, lines, none", form);
		p->form = strcmp(form, "lines") == 0 ? 1 : strcmp(form, "bar") == 0 ? 2 : 0;
	}
	*ret = (struct run_env){ .config = app->config,
				 .log = &app->log,
				 .clock = &app->clock,
				 .store = app->store,
				 .cancelled = stop,
				 .progress = progress,
				 .ctx = p };
	return 0;
}

static const char *verdict_word(const struct run_outcome *o)
{
	static const char *const words[] = { "done", "held", "dry run", "interrupted" };

	return words[o->verdict];
}

static void print_json(const char *source, const struct run_outcome *o)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1u << 20);

	buf_puts(&b, "{\"source\":");
	buf_json(&b, str_of(source));
	buf_printf(&b, ",\"run\":%lld,\"verdict\":\"%s\",\"problems\":%s,\"resumed\":%s,\"reason\":",
		   (long long)o->id, verdict_word(o), o->problems ? "true" : "false",
		   o->resumed ? "true" : "false");
	buf_json(&b, str_of(o->reason));
	buf_puts(&b, ",\"counts\":");
	counts_write(&b, &o->counts);
	buf_puts(&b, "}\n");
	(void)fputs(buf_cstr(&b), stdout);
}

static void print_counts(const struct counts *c)
{
	if (c->created + c->changed + c->withdrawn + c->restored == 0)
		(void)printf("  nothing changed");
	else
		(void)printf("  %lld created, %lld changed", (long long)c->created, (long long)c->changed);
	if (c->withdrawn || c->restored)
		(void)printf(", %lld withdrawn, %lld restored", (long long)c->withdrawn,
			     (long long)c->restored);
	(void)printf("; %lld received: %lld unchanged, %lld refused, %lld deleted\n", (long long)c->listed,
		     (long long)c->unchanged, (long long)c->refused, (long long)c->deleted);
	if (c->fields_failed)
		(void)printf("  %lld values not understood\n", (long long)c->fields_failed);
	if (c->orphans)
		(void)printf("  %lld notices are left without a source: proposed for withdrawal\n",
			     (long long)c->orphans);
	if (c->missing)
		(void)printf("  %lld known records were not in this listing\n", (long long)c->missing);
}

void out_outcome(const struct app *app, const char *source, const struct run_outcome *o)
{
	if (app->json) {
		print_json(source, o);
		return;
	}
	if (o->id)
		(void)printf("%s: run %lld %s%s%s\n", source, (long long)o->id, verdict_word(o),
			     o->resumed ? " (resumed)" : "",
			     o->verdict == RUN_DONE && o->problems ? ", with problems" : "");
	else
		(void)printf("%s: %s\n", source, verdict_word(o));
	if (o->id)
		print_counts(&o->counts);
	if (o->reason[0]) {
		(void)fputs("  ", stdout);
		out_text(stdout, str_of(o->reason), false);
		(void)putchar('\n');
	}
	if (o->id && o->counts.refused)
		(void)printf("  refused records: harvester quarantine %s\n", source);
	if (o->verdict == RUN_INTERRUPTED)
		(void)printf("  what was collected is kept; `harvester run %s` goes on\n", source);
}

int out_exit(const struct run_outcome *o)
{
	return o->verdict == RUN_HELD          ? EXIT_HELD
	       : o->verdict == RUN_INTERRUPTED ? EXIT_INTERRUPTED
					       : EXIT_OK;
}
