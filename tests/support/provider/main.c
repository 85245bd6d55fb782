/*
 * main.c - the test provider as a program, for the demo and the benchmark. See --help.
 *
 * Prints its address on the first line of its output, ends on SIGTERM or SIGINT.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/provider/provider.h"

#define FAULTS_MAX 1024

static const char usage[] =
	"usage: provider --records DIR | --generate N [options]\n"
	"\n"
	"  --records DIR          serve the records that DIR/records.tsv names\n"
	"  --generate N           serve N generated records\n"
	"  --size BYTES           wanted size of a generated document (10000)\n"
	"  --seed S               another seed, other records (1)\n"
	"  --changed K            K generated records are in a second version, dated now\n"
	"  --deleted-every N      every Nth generated record is deleted\n"
	"  --port N               port on 127.0.0.1 (any free one)\n"
	"  --port-file FILE       write the port into FILE once it listens\n"
	"  --page N               records a page (100)\n"
	"  --granularity G        second or day (second)\n"
	"  --no-last-token        no empty resumptionToken at the end of a list\n"
	"  --no-gzip              never compress\n"
	"  --name TEXT            repositoryName\n"
	"  --response-date DATE   a fixed clock, such as 2026-01-31T00:00:00Z\n"
	"  --cache-mb N           keep up to N MiB of generated pages (256)\n"
	"  --retry-after S        what the 503 faults announce (1)\n"
	"  --slow-ms N            how long a page of the fault \"slow\" takes (1000)\n"
	"  --fault NAME:WHEN[:TIMES]  play a fault at a request; WHEN is a number, or VERB.NUMBER;\n"
	"                         TIMES is 1, or 0 for ever; may be repeated\n"
	"\n"
	"faults:\n";

struct settings {
	struct provider_options options;
	char faults[FAULTS_MAX];
	const char *port_file;
};

enum option_code {
	OPT_RECORDS = 1,
	OPT_GENERATE,
	OPT_SIZE,
	OPT_SEED,
	OPT_CHANGED,
	OPT_DELETED,
	OPT_PORT,
	OPT_PORT_FILE,
	OPT_PAGE,
	OPT_GRANULARITY,
	OPT_NO_LAST_TOKEN,
	OPT_NO_GZIP,
	OPT_NAME,
	OPT_RESPONSE_DATE,
	OPT_CACHE,
	OPT_RETRY_AFTER,
	OPT_SLOW,
	OPT_FAULT,
	OPT_HELP,
};

static const struct option long_options[] = {
	{ "records", required_argument, NULL, OPT_RECORDS },
	{ "generate", required_argument, NULL, OPT_GENERATE },
	{ "size", required_argument, NULL, OPT_SIZE },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "changed", required_argument, NULL, OPT_CHANGED },
	{ "deleted-every", required_argument, NULL, OPT_DELETED },
	{ "port", required_argument, NULL, OPT_PORT },
	{ "port-file", required_argument, NULL, OPT_PORT_FILE },
	{ "page", required_argument, NULL, OPT_PAGE },
	{ "granularity", required_argument, NULL, OPT_GRANULARITY },
	{ "no-last-token", no_argument, NULL, OPT_NO_LAST_TOKEN },
	{ "no-gzip", no_argument, NULL, OPT_NO_GZIP },
	{ "name", required_argument, NULL, OPT_NAME },
	{ "response-date", required_argument, NULL, OPT_RESPONSE_DATE },
	{ "cache-mb", required_argument, NULL, OPT_CACHE },
	{ "retry-after", required_argument, NULL, OPT_RETRY_AFTER },
	{ "slow-ms", required_argument, NULL, OPT_SLOW },
	{ "fault", required_argument, NULL, OPT_FAULT },
	{ "help", no_argument, NULL, OPT_HELP },
	{ 0 },
};

static void print_help(FILE *out)
{
	char list[4096] = "";

	(void)provider_fault_list(list, sizeof list);
	fprintf(out, "%s%s", usage, list);
}

/* Reads a number up to max. */
static bool number(const char *text, unsigned long long max, unsigned long long *ret)
{
	char *end;

	errno = 0;
	*ret = strtoull(text, &end, 10);
	if (text[0] >= '0' && text[0] <= '9' && !*end && !errno && *ret <= max)
		return true;
	fprintf(stderr, "provider: '%s' is no number up to %llu\n", text, max);
	return false;
}

static bool add_fault(struct settings *s, const char *fault)
{
	size_t len = strlen(s->faults);

	if (len + strlen(fault) + 2 > sizeof s->faults) {
		fprintf(stderr, "provider: too many faults\n");
		return false;
	}
	snprintf(s->faults + len, sizeof s->faults - len, "%s%s", len ? "," : "", fault);
	s->options.fault = s->faults;
	return true;
}

static bool set_granularity(struct settings *s, const char *name)
{
	s->options.day_granularity = strcmp(name, "day") == 0;
	if (s->options.day_granularity || strcmp(name, "second") == 0)
		return true;
	fprintf(stderr, "provider: the granularity is second or day, not '%s'\n", name);
	return false;
}

/* Options that take a number. True when code was one of them; *good says whether the number was right. */
static bool set_number(struct provider_options *o, int code, const char *text, bool *good)
{
	unsigned long long n = 0, max = code == OPT_PORT ? 65535 : 100000000;

	switch (code) {
	case OPT_GENERATE:
	case OPT_SIZE:
	case OPT_SEED:
	case OPT_CHANGED:
	case OPT_DELETED:
	case OPT_PORT:
	case OPT_PAGE:
	case OPT_CACHE:
	case OPT_RETRY_AFTER:
	case OPT_SLOW:
		*good = number(text, max, &n);
		break;
	default:
		return false;
	}
	if (code == OPT_GENERATE)
		o->generate = (size_t)n;
	else if (code == OPT_SIZE)
		o->record_bytes = (size_t)n;
	else if (code == OPT_SEED)
		o->seed = n;
	else if (code == OPT_CHANGED)
		o->changed = (size_t)n;
	else if (code == OPT_DELETED)
		o->deleted_every = (size_t)n;
	else if (code == OPT_PORT)
		o->port = (uint16_t)n;
	else if (code == OPT_PAGE)
		o->page_size = (size_t)n;
	else if (code == OPT_CACHE)
		o->cache_bytes = (size_t)n << 20;
	else if (code == OPT_RETRY_AFTER)
		o->retry_after_s = (unsigned)n;
	else
		o->slow_ms = (unsigned)n;
	return true;
}

static bool set_option(struct settings *s, int code, const char *text)
{
	struct provider_options *o = &s->options;
	bool good = true;

	if (set_number(o, code, text, &good))
		return good;
	switch (code) {
	case OPT_RECORDS:
		o->records = text;
		return true;
	case OPT_PORT_FILE:
		s->port_file = text;
		return true;
	case OPT_GRANULARITY:
		return set_granularity(s, text);
	case OPT_NO_LAST_TOKEN:
		o->no_last_token = true;
		return true;
	case OPT_NO_GZIP:
		o->no_gzip = true;
		return true;
	case OPT_NAME:
		o->repository_name = text;
		return true;
	case OPT_RESPONSE_DATE:
		o->response_date = text;
		return true;
	case OPT_FAULT:
		return add_fault(s, text);
	default:
		return false;
	}
}

/* Written aside and renamed: who sees the file sees the whole port. */
static bool write_port(const char *path, const char *url)
{
	char aside[4096];
	const char *port = strrchr(url, ':') + 1;
	FILE *f;
	bool good;

	if (snprintf(aside, sizeof aside, "%s.new", path) >= (int)sizeof aside)
		return false;
	f = fopen(aside, "w");
	good = f && fprintf(f, "%.*s\n", (int)strcspn(port, "/"), port) > 0;
	if (f && fclose(f) != 0)
		good = false;
	if (good && rename(aside, path) == 0)
		return true;
	fprintf(stderr, "provider: %s: %s\n", path, strerror(errno));
	return false;
}

static int serve(const struct settings *s)
{
	char errtext[512];
	sigset_t ends;
	int which;
	struct provider *p;
	bool good;

	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	/* before any thread starts, so that all of them leave these signals to sigwait */
	sigprocmask(SIG_BLOCK, &ends, NULL);
	signal(SIGPIPE, SIG_IGN);
	p = provider_start(&s->options, errtext, sizeof errtext);
	if (!p) {
		fprintf(stderr, "provider: %s\n", errtext);
		return 1;
	}
	printf("%s\n", provider_url(p));
	good = fflush(stdout) == 0 && (!s->port_file || write_port(s->port_file, provider_url(p)));
	if (good)
		sigwait(&ends, &which);
	provider_stop(p);
	return good ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct settings s = { .options = {
				      .record_bytes = 10000, .seed = 1, .cache_bytes = (size_t)256 << 20 } };
	bool generate = false;
	int code;

	while ((code = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (code == OPT_HELP) {
			print_help(stdout);
			return 0;
		}
		if (code == '?' || !set_option(&s, code, optarg))
			return 2;
		generate |= code == OPT_GENERATE;
	}
	if (optind < argc || generate == (s.options.records != NULL)) {
		fprintf(stderr, "provider: needs either --records DIR or --generate N; see --help\n");
		return 2;
	}
	return serve(&s);
}
