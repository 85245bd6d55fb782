/*
 * config/config.c - see config.h: harvester.yaml and every file of sources/, all problems told at once.
 *
 * Refuses to stop at the first problem and to know connectors. Tests: tests/unit/config/test_config.c.
 */
#include "config/config.h"

#include <dirent.h>
#include <errno.h>

#include "config/folder.h"
#include "config/source.h"
#include "harvester/base/text.h"

enum { MOST_SOURCES = 1000 };

/* A file of 1 MiB takes at most some 20 MB as a tree. */
#define MOST_MEMORY ((size_t)512 << 20)

/* What the table of harvester.yaml fills. */
struct main_file {
	const char *store_url, *contact, *reports, *dumps;
	struct cfg_secret store_password;
	int level, format;
	const struct yaml *addresses;
};

#define AT(member) offsetof(struct main_file, member)

static const char *const level_words[] = { "error", "warn", "info", "debug", NULL };
static const char *const format_words[] = { "logfmt", "json", NULL };

static const struct cfg_field store_fields[] = {
	{ .name = "url",
	  .type = CFG_TEXT,
	  .offset = AT(store_url),
	  .fallback = "private",
	  .help = "`private` (a PostgreSQL of the program's own, started at need) or a postgresql:// address "
		  "without password." },
	{ .name = "password",
	  .type = CFG_SECRET,
	  .offset = AT(store_password),
	  .optional = true,
	  .help = "Password for that address.",
	  .example = "file:/run/secrets/store" },
};

static const struct cfg_field log_fields[] = {
	{ .name = "level",
	  .type = CFG_WORD,
	  .offset = AT(level),
	  .fallback = "info",
	  .words = level_words,
	  .help = "What is logged." },
	{ .name = "format",
	  .type = CFG_WORD,
	  .offset = AT(format),
	  .fallback = "logfmt",
	  .words = format_words,
	  .help = "Form of a line of the log, on stderr." },
};

static const struct cfg_field main_http_fields[] = {
	{ .name = "addresses",
	  .type = CFG_RAW,
	  .offset = AT(addresses),
	  .fallback = "public",
	  .help = "`public`, or a list of IP addresses that all sources may reach besides public ones.",
	  .example = "[127.0.0.1]" },
};

const struct cfg_field main_fields[] = {
	{ .name = "store", .type = CFG_SECTION, .fields = store_fields, .n_fields = HV_LEN(store_fields) },
	{ .name = "log", .type = CFG_SECTION, .fields = log_fields, .n_fields = HV_LEN(log_fields) },
	{ .name = "contact",
	  .type = CFG_TEXT,
	  .offset = AT(contact),
	  .optional = true,
	  .help = "Mail address that servers are told in the User-Agent, so that their people can write.",
	  .example = "harvester@joconde.example" },
	{ .name = "http",
	  .type = CFG_SECTION,
	  .fields = main_http_fields,
	  .n_fields = HV_LEN(main_http_fields) },
	{ .name = "reports",
	  .type = CFG_TEXT,
	  .offset = AT(reports),
	  .fallback = "reports",
	  .help = "Folder of the reports; relative to the data folder." },
	{ .name = "dumps",
	  .type = CFG_TEXT,
	  .offset = AT(dumps),
	  .fallback = "dumps",
	  .help = "Folder of the dumps; relative to the data folder." },
};
const size_t main_fields_n = HV_LEN(main_fields);

/* libpq would take a password from either place; it would then stand in every process list and log. */
static bool holds_password(const char *url)
{
	const char *authority = strstr(url, "://") + 3;
	const char *at = strchr(authority, '@'), *colon = strchr(authority, ':');

	return (at && colon && colon < at) || strstr(url, "?password=") || strstr(url, "&password=");
}

static void check_store(const struct main_file *m, const struct yaml *root, struct problems *p)
{
	const struct yaml *store = yaml_get(root, "store");
	const struct yaml *at = store ? yaml_get(store, "url") : NULL;
	const char *url = m->store_url;

	if (!at || strcmp(url, "private") == 0)
		return;
	if (strncmp(url, "postgresql://", 13) != 0 && strncmp(url, "postgres://", 11) != 0)
		problem_at(p, at, "'url' must be private or an address postgresql://…");
	else if (holds_password(url))
		problem_at(p, at, "a password does not belong in 'url'; give store.password as a reference");
}

static void read_main(struct config *c, const struct yaml *root)
{
	struct main_file m = { 0 };

	cfg_read(c->arena, root, main_fields, main_fields_n, &m, &c->problems);
	source_addresses(c->arena, m.addresses, &c->addresses, &c->problems);
	c->store_url = m.store_url;
	c->store_password = m.store_password;
	c->log_level = level_words[m.level];
	c->log_format = format_words[m.format];
	c->user_agent_contact = m.contact;
	c->reports = m.reports;
	c->dumps = m.dumps;
	if (!root || root->kind != YAML_MAP || arena_failed(c->arena))
		return;
	check_store(&m, root, &c->problems);
	if (m.contact && !source_mail_valid(m.contact))
		problem_at(&c->problems, yaml_get(root, "contact"),
			   "'contact' must be a mail address, not '%s'", m.contact);
}

static int load_main(struct config *c)
{
	const char *path = arena_printf(c->arena, "%s/harvester.yaml", c->dir);

	if (!path)
		return -1;
	read_main(c, folder_is_file(path) ? yaml_load(c->arena, path, &c->problems) : NULL);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "x.yml" is what somebody meant as a source and would wonder about. */
static void warn_of_yml(struct config *c, const char *dir, const char *name)
{
	const char *dot = strrchr(name, '.');

	if (dot && dot != name && strcmp(dot, ".yml") == 0) {
		struct yaml at = { .file = arena_printf(c->arena, "%s/%s", dir, name) };

		if (at.file)
			warning_at(&c->problems, &at, "ignored: the name of a source file ends in .yaml");
	}
}

/* Names of the source files, in the order of bytes. -1 without memory. */
static ssize_t list_sources(struct config *c, const char *dir, const char **names)
{
	DIR *d = opendir(dir);
	ssize_t n = 0;

	if (!d && errno != ENOENT)
		problem_file(&c->problems, dir, 0, 0, "cannot be read: %s", strerror(errno));
	for (struct dirent *e; d && n >= 0 && (e = readdir(d));) {
		warn_of_yml(c, dir, e->d_name);
		if (!folder_source_file(e->d_name))
			continue;
		if (n == MOST_SOURCES) {
			problem_file(&c->problems, dir, 0, 0, "more than %d source files", MOST_SOURCES);
			break;
		}
		names[n] = arena_strdup(c->arena, e->d_name);
		n = names[n] ? n + 1 : -1;
	}
	if (d)
		closedir(d);
	if (n > 1)
		qsort(names, (size_t)n, sizeof(*names), by_name);
	return n;
}

static int load_sources(struct config *c)
{
	const char *dir = arena_printf(c->arena, "%s/sources", c->dir);
	const char **names = arena_array(c->arena, MOST_SOURCES, sizeof(*names));
	ssize_t n = dir && names ? list_sources(c, dir, names) : -1;

	if (n < 0)
		return -1;
	c->sources = arena_array(c->arena, (size_t)n + 1, sizeof(*c->sources));
	for (size_t i = 0; c->sources && i < (size_t)n; i++) {
		const char *path = arena_printf(c->arena, "%s/%s", dir, names[i]);
		const char *name = arena_strndup(c->arena, names[i], strlen(names[i]) - strlen(".yaml"));

		if (!path || !name)
			return -1;
		source_read(c->arena, name, path, yaml_load(c->arena, path, &c->problems),
			    &c->sources[c->n_sources++], &c->problems);
	}
	return c->sources ? 0 : -1;
}

void config_free(struct config *c)
{
	if (c)
		arena_free(c->arena); /* c itself lies in it */
}

int config_load(const char *dir, struct config **ret, struct hv_err *err)
{
	struct arena *a = arena_new(MOST_MEMORY);
	hv_auto(config_freep) struct config *c = a ? arena_alloc(a, sizeof(*c)) : NULL;

	if (!c) {
		arena_free(a);
		return hv_nomem(err, "configuration");
	}
	c->arena = a;
	problems_init(&c->problems, a);
	c->dir = arena_strdup(a, dir);
	c->shipped = folder_shipped(a);
	if (!folder_is_dir(dir))
		return hv_fail(err, HV_E_IO, "configuration folder '%s' cannot be read: %s", dir,
			       strerror(errno));
	if (!c->dir || !c->shipped || load_main(c) < 0 || load_sources(c) < 0 || arena_failed(a))
		return hv_nomem(err, "configuration");
	*ret = hv_take(c);
	return 0;
}

int config_source(const struct config *c, const char *name, const struct cfg_source **ret, struct hv_err *err)
{
	hv_auto(hv_freep) const char **names = calloc(c->n_sources + 1, sizeof(*names));

	if (!names)
		return hv_nomem(err, "a list of names");
	for (size_t i = 0; i < c->n_sources; i++) {
		names[i] = c->sources[i].name;
		if (strcmp(names[i], name) == 0) {
			*ret = &c->sources[i];
			return 0;
		}
	}
	const char *near = text_nearest(str_of(name), names, c->n_sources);

	if (near)
		return hv_fail(err, HV_E_NOTFOUND, "no source '%s' in %s; did you mean '%s'?", name, c->dir,
			       near);
	return hv_fail(err, HV_E_NOTFOUND, "no source '%s' in %s; `harvester sources` lists the %zu there",
		       name, c->dir, c->n_sources);
}

int config_source_err(const struct config *c, const struct cfg_source *s, struct hv_err *err)
{
	size_t dir = strlen(c->dir);
	struct problems own = { .v = calloc(c->problems.n + 1, sizeof(*own.v)) };

	if (!own.v)
		return hv_nomem(err, "a list of problems");
	for (size_t i = 0; i < c->problems.n; i++) {
		const struct problem *one = &c->problems.v[i];
		bool general = strncmp(one->file, c->dir, dir) == 0 &&
			       strcmp(one->file + dir, "/harvester.yaml") == 0;

		if (general || strcmp(one->file, s->file) == 0) {
			own.v[own.n++] = *one;
			own.errors += !one->warning;
		}
	}
	int r = problems_err(&own, err);

	free(own.v);
	return r;
}
