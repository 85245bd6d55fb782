/*
 * config/folder.c - where a configuration lies, and where the shipped one does.
 * Refuses to read any of its files. Tests: tests/unit/config/test_config.c.
 */
#include "config/folder.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harvester/base/buf.h"

#ifndef HARVESTER_PREFIX
#define HARVESTER_PREFIX "/usr/local"
#endif

bool folder_is_dir(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return false;
	errno = ENOTDIR; /* for who tells */
	return S_ISDIR(st.st_mode);
}

bool folder_is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

bool folder_source_file(const char *name)
{
	size_t n = strlen(name);

	return n > 5 && name[0] != '.' && name[0] != '#' && strcmp(name + n - 5, ".yaml") == 0;
}

static bool has_source(const char *dir)
{
	DIR *d = opendir(dir);
	bool found = false;

	for (struct dirent *e; d && !found && (e = readdir(d));)
		found = folder_source_file(e->d_name);
	if (d)
		closedir(d);
	return found;
}

/* A folder that merely is called config (a program's sources, say) is none. */
static int holds_configuration(const char *dir, struct arena *a)
{
	const char *file = arena_printf(a, "%s/harvester.yaml", dir);
	const char *sources = arena_printf(a, "%s/sources", dir);

	if (!file || !sources)
		return HV_E_NOMEM;
	return folder_is_file(file) || has_source(sources);
}

static const char *why_not(const char *dir)
{
	if (!folder_is_dir(dir))
		return errno == EACCES    ? "may not be read"
		       : errno == ENOTDIR ? "is no folder"
					  : "does not exist";
	return "holds neither harvester.yaml nor sources/*.yaml";
}

/* A folder that was named must be right: a fallback would run with somebody else's configuration. */
static int named(const char *dir, const char *by, struct arena *a, const char **ret_dir, struct hv_err *err)
{
	int r = holds_configuration(dir, a);

	if (r < 0)
		return hv_nomem(err, "configuration");
	if (r == 0)
		return hv_fail(err, HV_E_CONFIG, "the folder '%s' (%s) %s", dir, by, why_not(dir));
	*ret_dir = arena_strdup(a, dir);
	return *ret_dir ? 0 : hv_nomem(err, "configuration");
}

int config_find(const char *option, struct arena *a, const char **ret_dir, struct hv_err *err)
{
	static const char *const usual[] = { "config", "/etc/harvester" };
	const char *env = getenv("HARVESTER_CONFIG");

	if (option)
		return named(option, "--config", a, ret_dir, err);
	if (env && *env)
		return named(env, "HARVESTER_CONFIG", a, ret_dir, err);
	for (size_t i = 0; i < HV_LEN(usual); i++) {
		int r = holds_configuration(usual[i], a);

		if (r < 0)
			return hv_nomem(err, "configuration");
		*ret_dir = usual[i];
		if (r > 0)
			return 0;
	}
	*ret_dir = NULL;
	return hv_fail(err, HV_E_CONFIG,
		       "no configuration found: ./config %s; /etc/harvester %s; name a folder by --config or "
		       "HARVESTER_CONFIG",
		       why_not(usual[0]), why_not(usual[1]));
}

/* In a build tree the program stands some folders below the one that holds config/default. */
static const char *beside_program(struct arena *a)
{
	enum { FOLDERS_UP = 5 }; /* build/asan/tests/unit/ROOM/program */
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path));
	struct str s = { path, n > 0 && (size_t)n < sizeof(path) ? (size_t)n : 0 };

	for (int up = 0; up <= FOLDERS_UP && s.n; up++) {
		while (s.n && s.p[s.n - 1] != '/')
			s.n--;
		const char *dir = arena_printf(a, "%.*sconfig/default", STR_ARG(s));
		if (!dir || folder_is_dir(dir))
			return dir;
		s.n -= s.n > 0;
	}
	return NULL;
}

const char *folder_shipped(struct arena *a)
{
	static const char installed[] = HARVESTER_PREFIX "/share/harvester";
	const char *share = getenv("HARVESTER_SHARE");

	if (share && *share)
		return arena_strdup(a, share);
	const char *dir = beside_program(a);
	return dir ? dir : installed;
}

/* A name is one step: neither "../x" nor a hidden file. */
static bool one_step(const char *name)
{
	return *name && *name != '.' && !strchr(name, '/');
}

const char *config_file(const struct config *c, const char *folder, const char *name, struct arena *a)
{
	const char *const places[] = { c->dir, c->shipped };
	const char *suffix = strcmp(folder, "mappings") == 0 ? ".yaml" : "";

	if (!one_step(name))
		return NULL;
	for (size_t i = 0; i < HV_LEN(places); i++) {
		const char *path =
			places[i] ? arena_printf(a, "%s/%s/%s%s", places[i], folder, name, suffix) : NULL;

		if (path && folder_is_file(path))
			return path;
	}
	return NULL;
}
