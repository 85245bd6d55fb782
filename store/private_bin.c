/*
 * store/private_bin.c - which PostgreSQL runs the private server.
 *
 * A cluster can only be opened by the major version that made it, so the data folder decides; otherwise the
 * newest that is installed. Never upgrades anything by itself. Tests: tests/integration/test_private.c.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harvester/base/str.h"
#include "store/private_priv.h"

#define MOST_MAJORS 32

struct found {
	int major;
	char bin[PATH_MAX];
};

struct all_found {
	struct found v[MOST_MAJORS];
	size_t n;
};

static bool has_program(const char *bin, const char *name)
{
	char path[PATH_MAX];

	return private_format(path, sizeof(path), NULL, "%s/%s", bin, name) == 0 && access(path, X_OK) == 0;
}

/* First line a program prints, without the line feed. */
static int first_line(const char *const *argv, char *ret, size_t size, struct hv_err *err)
{
	int ends[2];
	pid_t pid;
	struct account self = { 0 };
	size_t n = 0;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return hv_fail(err, HV_E_IO, "pipe: %s", strerror(errno));
	int r = process_start(&(struct process){ .argv = argv, .account = &self, .cwd = "/", .out = ends[1] },
			      &pid, err);
	close(ends[1]);
	while (r == 0 && n + 1 < size) {
		ssize_t got = read(ends[0], ret + n, size - 1 - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	close(ends[0]);
	if (r == 0)
		(void)process_wait(pid);
	ret[n] = '\0';
	ret[strcspn(ret, "\n")] = '\0';
	return r;
}

/* "postgres (PostgreSQL) 15.20 (Debian …)" -> 15; 0 when it says something else. */
static int major_of(const char *bin, struct hv_err *err)
{
	char path[PATH_MAX], line[256];
	const char *const argv[] = { path, "--version", NULL };

	if (private_format(path, sizeof(path), err, "%s/postgres", bin) < 0)
		return HV_E_STORE;
	int r = first_line(argv, line, sizeof(line), err);
	if (r < 0)
		return r;
	const char *at = strstr(line, "(PostgreSQL) ");
	return at ? (int)strtol(at + strlen("(PostgreSQL) "), NULL, 10) : 0;
}

static void add(struct all_found *all, int major, const char *bin)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].major == major)
			return;
	if (all->n == MOST_MAJORS || major < PRIVATE_OLDEST || !has_program(bin, "postgres") ||
	    !has_program(bin, "initdb"))
		return;
	all->v[all->n].major = major;
	if (private_format(all->v[all->n].bin, PATH_MAX, NULL, "%s", bin) == 0)
		all->n++;
}

static void look_in_debian(struct all_found *all)
{
	DIR *d = opendir("/usr/lib/postgresql");
	const struct dirent *e;
	char bin[PATH_MAX];

	while (d && (e = readdir(d))) {
		int major = (int)strtol(e->d_name, NULL, 10);

		if (major > 0 &&
		    private_format(bin, sizeof(bin), NULL, "/usr/lib/postgresql/%s/bin", e->d_name) == 0)
			add(all, major, bin);
	}
	if (d)
		closedir(d);
}

/* A folder of the PATH that holds the program. */
static bool on_path(const char *name, char *ret, size_t size)
{
	struct str rest = str_of(getenv("PATH")), item;

	while (rest.p && str_next_item(&rest, ':', &item))
		if (item.n > 0 && item.p[0] == '/' &&
		    private_format(ret, size, NULL, "%.*s", STR_ARG(item)) == 0 && has_program(ret, name))
			return true;
	return false;
}

static void look_on_path(struct all_found *all)
{
	char bin[PATH_MAX], config[PATH_MAX];
	const char *const argv[] = { config, "--bindir", NULL };

	if (on_path("pg_config", bin, sizeof(bin)) &&
	    private_format(config, sizeof(config), NULL, "%s/pg_config", bin) == 0 &&
	    first_line(argv, bin, sizeof(bin), NULL) == 0 && has_program(bin, "postgres"))
		add(all, major_of(bin, NULL), bin);
	if (on_path("postgres", bin, sizeof(bin)))
		add(all, major_of(bin, NULL), bin);
}

static int look(struct all_found *all, struct hv_err *err)
{
	const char *named = getenv("HARVESTER_PG_BIN");

	if (!named || !*named) {
		look_in_debian(all);
		if (all->n == 0)
			look_on_path(all);
		return 0;
	}
	if (!has_program(named, "postgres") || !has_program(named, "initdb"))
		return hv_fail(err, HV_E_STORE, "HARVESTER_PG_BIN=%s holds no PostgreSQL (postgres, initdb)",
			       named);
	int major = major_of(named, err);
	if (major < 0)
		return major;
	if (major < PRIVATE_OLDEST)
		return hv_fail(err, HV_E_STORE, "HARVESTER_PG_BIN=%s is PostgreSQL %d; %d or later is needed",
			       named, major, PRIVATE_OLDEST);
	add(all, major, named);
	return 0;
}

static const struct found *by_major(const struct all_found *all, int major)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].major == major)
			return &all->v[i];
	return NULL;
}

static const struct found *newest(const struct all_found *all)
{
	const struct found *best = NULL;

	for (size_t i = 0; i < all->n; i++)
		if (!best || all->v[i].major > best->major)
			best = &all->v[i];
	return best;
}

/* Majors of the clusters pgNN in the data folder, newest first. */
static size_t clusters(const char *home, int *majors, size_t room)
{
	DIR *d = opendir(home);
	const struct dirent *e;
	size_t n = 0;

	while (d && (e = readdir(d)) && n < room) {
		char *end;
		long major = strncmp(e->d_name, "pg", 2) == 0 ? strtol(e->d_name + 2, &end, 10) : 0;

		if (major <= 0 || major > 999 || *end)
			continue;
		size_t at = n++;
		for (; at > 0 && majors[at - 1] < major; at--)
			majors[at] = majors[at - 1];
		majors[at] = (int)major;
	}
	if (d)
		closedir(d);
	return n;
}

/* pg15/PG_VERSION must say what the folder's name says. A folder without it is not ours to touch. */
static int check_version(const struct private_server *p, struct hv_err *err)
{
	char path[PATH_MAX], line[16] = "";

	if (access(p->data, F_OK) < 0)
		return 0;
	if (private_format(path, sizeof(path), err, "%s/PG_VERSION", p->data) < 0)
		return HV_E_STORE;
	hv_auto(hv_fclosep) FILE *f = fopen(path, "re");
	if (!f || !fgets(line, sizeof(line), f))
		return hv_fail(
			err, HV_E_STORE,
			"%s is no PostgreSQL data folder (%s: %s): move it away, or set HARVESTER_HOME to "
			"another folder",
			p->data, path, f ? "empty" : strerror(errno));
	long major = strtol(line, NULL, 10);
	if (major == p->major)
		return 0;
	return hv_fail(
		err, HV_E_STORE,
		"%s was made by PostgreSQL %ld, but its name and %s are of PostgreSQL %d: rename it to pg%ld "
		"and install postgresql-%ld",
		p->data, major, p->bin, p->major, major, major);
}

int private_find_binaries(struct private_server *p, struct hv_err *err)
{
	hv_auto(hv_freep) struct all_found *all = calloc(1, sizeof(*all));
	int have[MOST_MAJORS];

	if (!all)
		return hv_nomem(err, "list of PostgreSQL versions");
	int r = look(all, err);
	if (r < 0)
		return r;
	const struct found *use = newest(all);
	if (!use)
		return hv_fail(
			err, HV_E_STORE,
			"no PostgreSQL %d or later on this machine: install it (apt install postgresql), or "
			"name its folder in HARVESTER_PG_BIN, or set store.url to a postgresql:// address",
			PRIVATE_OLDEST);
	size_t n = clusters(p->home, have, HV_LEN(have));
	const struct found *fitting = NULL;
	for (size_t i = 0; i < n && !fitting; i++)
		fitting = by_major(all, have[i]);
	if (n > 0 && !fitting)
		return hv_fail(
			err, HV_E_STORE,
			"the data in %s/pg%d was made by PostgreSQL %d, but PostgreSQL %d is what is here "
			"(%s): install postgresql-%d, or dump the data with version %d and restore it with "
			"version %d",
			p->home, have[0], have[0], use->major, use->bin, have[0], have[0], use->major);
	use = fitting ? fitting : use;
	p->major = use->major;
	if ((r = private_format(p->bin, sizeof(p->bin), err, "%s", use->bin)) < 0 ||
	    (r = private_format(p->data, sizeof(p->data), err, "%s/pg%d", p->home, p->major)) < 0)
		return r;
	return check_version(p, err);
}
