/*
 * cli/main.c - the way in: find the verb, open what its row asks for, call it, close everything, exit.
 */
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harvester/base/buf.h"
#include "harvester/base/text.h"
#include "harvester/cli/exit.h"
#include "harvester/cli/out.h"
#include "harvester/cli/verb.h"
#include "harvester/io/http.h"
#include "harvester/io/xml.h"
#include "store/store.h"

/* One of the two mutable globals that are tolerated: a handler can reach nothing else. */
static volatile sig_atomic_t asked_to_stop;

static void on_signal(int number)
{
	asked_to_stop = number;
}

static bool cancelled(void *ctx)
{
	(void)ctx;
	return asked_to_stop != 0;
}

static void catch_signals(void)
{
	struct sigaction stop = { .sa_handler = on_signal }, ignore = { .sa_handler = SIG_IGN };

	sigemptyset(&stop.sa_mask);
	sigemptyset(&ignore.sa_mask);
	(void)sigaction(SIGINT, &stop, NULL);
	(void)sigaction(SIGTERM, &stop, NULL);
	(void)sigaction(SIGPIPE, &ignore, NULL);
}

static void usage(FILE *out)
{
	(void)fprintf(out, "usage: harvester VERB [ARGUMENT] [OPTION]\n\n");
	for (size_t i = 0; i < n_verbs; i++) { /* widths count characters, printf's count bytes */
		int pad = 13 - (int)text_length(str_of(verbs[i].words));

		(void)fprintf(out, "  %-11s %s%*s%s\n", verbs[i].name, verbs[i].words, pad > 1 ? pad : 1, "",
			      verbs[i].summary);
	}
	(void)fprintf(out, "\nEvery verb: --config DIR, --json, --log-level LEVEL, --help\n\n%s",
		      exit_help());
}

static void verb_usage(const struct verb *v)
{
	(void)printf("usage: harvester %s %s\n%s\n\n", v->name, v->words, v->summary);
	for (size_t i = 0; i < v->n_opts; i++) {
		char left[64];

		(void)snprintf(left, sizeof(left), "--%s%s%s", v->opts[i].name, v->opts[i].value ? " " : "",
			       v->opts[i].value ? v->opts[i].value : "");
		(void)printf("  %-20s %s\n", left, v->opts[i].help);
	}
	(void)printf("  %-20s %s\n\n%s", "--config DIR", "folder of the configuration", exit_help());
}

static int set_log(struct app *app, struct hv_err *err)
{
	const char *level = arg_value(&app->args, "log-level"), *format = arg_value(&app->args, "log-format");

	if (!level && app->config)
		level = app->config->log_level;
	if (!format && app->config)
		format = app->config->log_format;
	if (level && !hv_level_parse(level, &app->log.level))
		return hv_fail(err, HV_E_USAGE, "log level '%s' is none of error, warn, info, debug", level);
	if (format && strcmp(format, "json") != 0 && strcmp(format, "logfmt") != 0)
		return hv_fail(err, HV_E_USAGE, "log format '%s' is neither logfmt nor json", format);
	app->log.format = format && strcmp(format, "json") == 0 ? HV_LOG_JSON : HV_LOGFMT;
	return 0;
}

/* harvester.yaml must be sound for verbs that work with it; a source's own errors concern those who use it.
 */
static int check_sound(const struct app *app, struct hv_err *err)
{
	for (size_t i = 0; i < app->config->problems.n; i++) {
		const struct problem *p = &app->config->problems.v[i];
		const char *name = strrchr(p->file, '/');

		if (!p->warning && strcmp(name ? name + 1 : p->file, "harvester.yaml") == 0)
			return hv_fail(err, HV_E_CONFIG, "%s:%u:%u: %s", p->file, p->line, p->column,
				       p->text);
	}
	return 0;
}

static int open_config(struct app *app, const struct verb *v, struct hv_err *err)
{
	const char *dir;

	app->config_option = arg_value(&app->args, "config");
	if (!(v->needs & NEEDS_CONFIG))
		return 0;
	if (config_find(app->config_option, app->arena, &dir, err) < 0 ||
	    config_load(dir, &app->config, err) < 0)
		return err->code;
	return (v->needs & NEEDS_SOUND_CONFIG) == NEEDS_SOUND_CONFIG ? check_sound(app, err) : 0;
}

static int open_store(struct app *app, const struct verb *v, struct hv_err *err)
{
	hv_auto(buf_release) struct buf role = BUF_INIT(256);

	if (!(v->needs & NEEDS_STORE))
		return 0;
	buf_printf(&role, "harvester %s", v->name);
	for (size_t i = 0; i < app->args.n; i++)
		buf_printf(&role, " %s", app->args.words[i]);
	struct store_options o = { .url = app->config->store_url,
				   .password = &app->config->store_password,
				   .role = buf_cstr(&role),
				   .clock = &app->clock };

	return store_open(&o, &app->store, err);
}

static int run_verb(struct app *app, const struct verb *v, int argc, char **argv, struct hv_err *err)
{
	if (args_parse(v, argc, argv, app, err) < 0)
		return err->code;
	if (arg_has(&app->args, "help")) {
		verb_usage(v);
		return 0;
	}
	app->json = arg_has(&app->args, "json");
	if (open_config(app, v, err) < 0 || set_log(app, err) < 0 || http_global_init(err) < 0)
		return err->code;
	xml_global_init();
	return open_store(app, v, err) < 0 ? err->code : v->run(app, err);
}

static int no_verb(const char *word)
{
	const char *names[64], *near;

	for (size_t i = 0; i < n_verbs; i++)
		names[i] = verbs[i].name;
	near = text_nearest(str_of(word), names, n_verbs);
	(void)fprintf(stderr, "harvester: unknown verb '%s'%s%s%s; `harvester --help` lists them\n", word,
		      near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	return EXIT_USAGE;
}

/* An error repeats what a server or a file said. */
static void say_error(const struct verb *v, const struct hv_err *err)
{
	(void)fprintf(stderr, "harvester %s: ", v->name);
	out_text(stderr, str_of(err->text), false);
	(void)fputc('\n', stderr);
}

/* Whoever reads a pipe may stop when he has seen enough (`| head`): that is no fault of ours. */
static bool is_pipe(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
}

int main(int argc, char **argv)
{
	struct app app = { .log = { .out = stderr, .level = HV_LOG_WARN }, .cancelled = cancelled };
	struct hv_err err = { 0 };

	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		usage(argc < 2 ? stderr : stdout);
		return argc < 2 ? EXIT_USAGE : EXIT_OK;
	}
	const struct verb *v = verb_find(argv[1]);
	if (!v)
		return no_verb(argv[1]);
	catch_signals();
	app.arena = arena_new(64u << 20);
	int r = app.arena ? clock_init(&app.clock, &err) : hv_nomem(&err, "command");
	app.log.clock = app.clock;
	if (r == 0)
		r = run_verb(&app, v, argc - 2, argv + 2, &err);
	if (r < 0)
		say_error(v, &err);
	store_close(app.store);
	config_free(app.config);
	arena_free(app.arena);
	http_global_cleanup();
	xml_global_cleanup();
	if (r >= 0 && (fflush(stdout) != 0 || ferror(stdout)) && !is_pipe(STDOUT_FILENO)) {
		(void)fprintf(stderr, "harvester %s: the answer cannot be written: disk full?\n", v->name);
		r = EXIT_FAILED;
	}
	return r < 0 ? (int)exit_of((enum hv_code)r) : r;
}
