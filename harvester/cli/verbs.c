/*
 * cli/verbs.c - the table of verbs: one row each.
 */
#include "harvester/base/text.h"
#include "harvester/cli/verb.h"

static const struct opt run_opts[] = {
	{ "full", NULL, "ask for a complete listing, whatever the cursor says" },
	{ "dry-run", NULL, "collect and judge, print what would change, write no notice" },
	{ "progress", "FORM", "bar, lines or none (default: a bar on a terminal, else none)" },
	{ "workers", "N", "mapping threads, 1 to 16" },
	{ "who", "NAME", "who asked for it (default: the system user)" },
	{ "why", "TEXT", "kept with the run" },
};
static const struct opt preview_opts[] = {
	{ "record", "ID", "one record by its identifier" },
	{ "limit", "N", "how many records (default 1)" },
	{ "raw", NULL, "print the record as received, too" },
};
static const struct opt runs_opts[] = {
	{ "source", "NAME", "only this source" },
	{ "limit", "N", "how many, latest first (default 20)" },
};
static const struct opt diff_opts[] = { { "limit", "N", "how many notices (default 200)" } };
static const struct opt person_opts[] = {
	{ "why", "TEXT", "the reason, kept in the history" },
	{ "who", "NAME", "who decides (default: the system user)" },
};
static const struct opt init_opts[] = { { "example", NULL, "also write a first source to start from" } };

static const struct opt show_opts[] = {
	{ "explain", "FIELD", "one field: what each source says of it, and who decides" },
};
static const struct opt quarantine_opts[] = {
	{ "run", "N", "those that this run refused, solved ones too" },
	{ "record", "ID", "one record: the reason on stderr, its bytes on stdout" },
};
static const struct opt dump_opts[] = {
	{ "dir", "DIR", "folder of the files (default: dumps of the configuration)" },
	{ "format", "FORM", "csv, jsonl or all (default: all)" },
};
static const struct opt report_opts[] = {
	{ "source", "NAME", "the last applied run of this source" },
	{ "museum", "CODE", "only this museum" },
	{ "dir", "DIR", "folder of the files (default: reports of the configuration)" },
};
static const struct opt serve_opts[] = {
	{ "once", NULL, "run what is due now, wait for it, exit: for timers of systemd or cron" },
	{ "children", "N", "at most so many runs at a time, 1 to 64 (default 2)" },
};

#define OPTS(array) (array), HV_LEN(array)
#define NO_OPTS NULL, 0

const struct verb verbs[] = {
	{ "init", cmd_init, NEEDS_NOTHING, 0, 1, "[DIR]", "make a configuration folder", OPTS(init_opts),
	  NULL },
	{ "check", cmd_check, NEEDS_CONFIG, 0, MOST_ARGS, "[SOURCE…]",
	  "read configuration and mappings, tell every fault", NO_OPTS, NULL },
	{ "test", cmd_test, NEEDS_SOUND_CONFIG, 0, MOST_ARGS, "[MAPPING…]",
	  "run the tests inside mapping files", NO_OPTS, NULL },
	{ "sources", cmd_sources, NEEDS_CONFIG, 0, 0, "", "list the sources and when they run", NO_OPTS,
	  NULL },
	{ "preview", cmd_preview, NEEDS_SOUND_CONFIG | NEEDS_STORE, 1, 1, "SOURCE",
	  "fetch a record and show what would become of it", OPTS(preview_opts), NULL },
	{ "run", cmd_run, NEEDS_SOUND_CONFIG | NEEDS_STORE, 1, MOST_ARGS, "SOURCE…",
	  "harvest: collect, judge, apply", OPTS(run_opts), NULL },
	{ "status", cmd_status, NEEDS_SOUND_CONFIG | NEEDS_STORE, 0, 0, "",
	  "sources, open runs, what waits for a person", NO_OPTS, NULL },
	{ "runs", cmd_runs, NEEDS_SOUND_CONFIG | NEEDS_STORE, 0, 0, "", "the runs, latest first",
	  OPTS(runs_opts), NULL },
	{ "diff", cmd_diff, NEEDS_SOUND_CONFIG | NEEDS_STORE, 1, 1, "RUN",
	  "what a run changed, or would change", OPTS(diff_opts), NULL },
	{ "show", cmd_show, NEEDS_SOUND_CONFIG | NEEDS_STORE, 1, 1, "REF",
	  "a notice, and the source of each value", OPTS(show_opts), NULL },
	{ "history", cmd_history, NEEDS_SOUND_CONFIG | NEEDS_STORE, 1, 1, "REF",
	  "every change of a notice, with its cause", NO_OPTS, NULL },
	{ "quarantine", cmd_quarantine, NEEDS_SOUND_CONFIG | NEEDS_STORE, 0, 1, "[SOURCE]",
	  "refused records, and why", OPTS(quarantine_opts), NULL },
	{ "findings", cmd_findings, NEEDS_SOUND_CONFIG | NEEDS_STORE, 0, 1, "[SOURCE]",
	  "what was odd, grouped", NO_OPTS, NULL },
	{ "report", cmd_report, NEEDS_SOUND_CONFIG | NEEDS_STORE, 0, 1, "[RUN]",
	  "write what a run did, for each museum", OPTS(report_opts), NULL },
	{ "dump", cmd_dump, NEEDS_SOUND_CONFIG | NEEDS_STORE, 0, 0, "",
	  "write the catalogue as CSV and JSON Lines", OPTS(dump_opts), NULL },
	{ "hold", cmd_hold, NEEDS_SOUND_CONFIG | NEEDS_STORE | TAKES_WHY, 1, 1, "SOURCE",
	  "let the source run no more until released", OPTS(person_opts), NULL },
	{ "release", cmd_release, NEEDS_SOUND_CONFIG | NEEDS_STORE | TAKES_WHY, 1, 1, "RUN|SOURCE",
	  "apply a held run, or let a held source run again", OPTS(person_opts), NULL },
	{ "cancel", cmd_cancel, NEEDS_SOUND_CONFIG | NEEDS_STORE | TAKES_WHY, 1, 1, "RUN",
	  "give up a held or interrupted run", OPTS(person_opts), NULL },
	{ "serve", cmd_serve, NEEDS_SOUND_CONFIG | NEEDS_STORE, 0, 0, "",
	  "the daemon: every source at its time, each run a process of its own", OPTS(serve_opts), NULL },
};
const size_t n_verbs = HV_LEN(verbs);

const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < n_verbs; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}
