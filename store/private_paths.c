/*
 * store/private_paths.c - where the private server keeps its data and its socket.
 *
 * Refuses folders of somebody else: the socket's folder may lie in /tmp, where anybody can be there first.
 * Tests: tests/integration/test_private.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "harvester/base/hash.h"
#include "store/private_priv.h"

int private_format(char *ret, size_t size, struct hv_err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(ret, size, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= size)
		return hv_fail(err, HV_E_STORE, "a path of the private server is over %zu bytes", size - 1);
	return 0;
}

/* An absolute path from the environment, or NULL. */
static const char *env_path(const char *name)
{
	const char *v = getenv(name);

	return v && v[0] == '/' ? v : NULL;
}

static int home_name(char *ret, size_t size, const char *home, struct hv_err *err)
{
	const char *asked = home ? home : getenv("HARVESTER_HOME");

	if (asked && *asked)
		return private_format(ret, size, err, "%s", asked);
	if (geteuid() == 0)
		return private_format(ret, size, err, "/var/lib/harvester");
	if (env_path("XDG_STATE_HOME"))
		return private_format(ret, size, err, "%s/harvester", env_path("XDG_STATE_HOME"));
	if (env_path("HOME"))
		return private_format(ret, size, err, "%s/.local/state/harvester", env_path("HOME"));
	return hv_fail(err, HV_E_STORE, "no place for the database: set HARVESTER_HOME to a folder for it");
}

/* mkdir -p. Open to others for passing through: as root the server's account has to come by. */
static int make_path(const char *path, struct hv_err *err)
{
	char part[PATH_MAX];

	if (private_format(part, sizeof(part), err, "%s", path) < 0)
		return HV_E_STORE;
	for (char *at = part + 1;; at++) {
		char c = *at;

		if (c != '/' && c != '\0')
			continue;
		*at = '\0';
		if (mkdir(part, 0755) < 0 && errno != EEXIST)
			return hv_fail(err, HV_E_STORE, "the folder %s cannot be made: %s", part,
				       strerror(errno));
		*at = c;
		if (c == '\0')
			return 0;
	}
}

/* flock and PostgreSQL's own locks do not hold across machines. */
static bool is_network(const char *path)
{
	static const unsigned kinds[] = { 0x6969, 0x517B, 0xFF534D42, 0xFE534D42 }; /* NFS, SMB, CIFS, SMB2 */
	struct statfs fs;

	if (statfs(path, &fs) < 0)
		return false;
	for (size_t i = 0; i < HV_LEN(kinds); i++)
		if ((unsigned)fs.f_type == kinds[i])
			return true;
	return false;
}

static int check_home(const char *home, struct hv_err *err)
{
	struct stat st;

	if (stat(home, &st) < 0)
		return hv_fail(err, HV_E_STORE, "%s: %s", home, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return hv_fail(err, HV_E_STORE, "%s is no folder: set HARVESTER_HOME to another", home);
	if (st.st_uid != geteuid())
		return hv_fail(
			err, HV_E_STORE,
			"the data folder %s belongs to user id %u, not to us (%u): run as its owner, or set "
			"HARVESTER_HOME to a folder of your own",
			home, (unsigned)st.st_uid, (unsigned)geteuid());
	if (st.st_mode & S_IWOTH)
		return hv_fail(err, HV_E_STORE, "everybody may write in the data folder %s: chmod o-w %s",
			       home, home);
	if (is_network(home))
		return hv_fail(err, HV_E_STORE,
			       "the data folder %s is on a network file system, where locks do not hold: set "
			       "HARVESTER_HOME to a local folder",
			       home);
	return 0;
}

int private_find_home(struct private_server *p, const char *home, struct hv_err *err)
{
	char name[PATH_MAX];
	int r = home_name(name, sizeof(name), home, err);

	if (r < 0)
		return r;
	/* Before anything is made where it could not be used. */
	if ((r = private_reachable(&p->account, name, err)) < 0 || (r = make_path(name, err)) < 0)
		return r;
	hv_auto(hv_freep) char *real = realpath(name, NULL);
	if (!real)
		return hv_fail(err, HV_E_STORE, "%s: %s", name, strerror(errno));
	if ((r = private_format(p->home, sizeof(p->home), err, "%s", real)) < 0 ||
	    (r = check_home(p->home, err)) < 0 ||
	    (r = private_format(p->log, sizeof(p->log), err, "%s/log", p->home)) < 0)
		return r;
	if (mkdir(p->log, 0700) < 0 && errno != EEXIST)
		return hv_fail(err, HV_E_STORE, "the folder %s cannot be made: %s", p->log, strerror(errno));
	return private_format(p->log, sizeof(p->log), err, "%s/log/postgres.log", p->home);
}

/* Number of the first path component that cannot be entered, 0 when all can. Runs as the account. */
static int first_closed(void *ctx)
{
	char *path = ctx;
	int i = 0;

	for (char *at = path + 1;; at++) {
		char c = *at;

		if (c != '/' && c != '\0')
			continue;
		*at = '\0';
		i++;
		if (access(path, X_OK) < 0) /* what does not exist yet will be made, and looked at again */
			return errno == ENOENT ? 0 : i < 254 ? i : 254;
		*at = c;
		if (c == '\0')
			return 0;
	}
}

int private_reachable(const struct account *a, const char *path, struct hv_err *err)
{
	char part[PATH_MAX];
	int r = private_format(part, sizeof(part), err, "%s", path);

	if (r < 0)
		return r;
	int closed = account_do(a, first_closed, part, err);
	if (closed <= 0)
		return closed;
	char *at = part;
	for (int i = 0; i < closed && at; i++)
		at = strchr(at + 1, '/');
	if (at)
		*at = '\0';
	return hv_fail(
		err, HV_E_STORE,
		"PostgreSQL runs as '%s', which may not enter %s: set HARVESTER_HOME to a folder outside it "
		"(default: /var/lib/harvester), or allow it (chmod o+x %s)",
		a->name, part, part);
}

/* Of the folders that may hold sockets, the first that exists and is ours to use. */
static const char *socket_base(void)
{
	const char *mine = env_path("XDG_RUNTIME_DIR");
	struct stat st;

	if (geteuid() == 0) /* not XDG_RUNTIME_DIR: the server's account may not enter it */
		return access("/run", W_OK | X_OK) == 0 ? "/run" : "/tmp";
	if (mine && stat(mine, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid())
		return mine;
	return "/tmp";
}

int private_socket_name(char *ret, size_t size, const char *base, const char *home, struct hv_err *err)
{
	hv_auto(hasher_freep) struct hasher *h = hasher_new();
	char hex[65];

	if (!h)
		return hv_nomem(err, "hash");
	struct sha256 hash = hash_of(h, str_of(home));
	sha256_hex(&hash, hex);
	if (!base)
		base = socket_base();
	int r = private_format(ret, size, err, "%s/harvester-%u-%.8s", base, (unsigned)geteuid(), hex);
	if (r < 0)
		return r;
	if (strpbrk(ret, "'\"\\,"))
		return hv_fail(err, HV_E_STORE,
			       "the socket folder %s has a quote, comma or backslash in its name: set "
			       "XDG_RUNTIME_DIR "
			       "to another, or unset it (then /tmp is used)",
			       ret);
	if (strlen(ret) + strlen("/.s.PGSQL.5432") > PRIVATE_SOCKET_MAX)
		return hv_fail(
			err, HV_E_STORE,
			"the socket %s/.s.PGSQL.5432 would have a path over %d bytes: set XDG_RUNTIME_DIR to "
			"a shorter folder of your own, or unset it (then /tmp is used)",
			ret, PRIVATE_SOCKET_MAX);
	return 0;
}

int private_socket_ready(const char *path, const struct account *a, struct hv_err *err)
{
	struct stat st;

	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return hv_fail(err, HV_E_STORE, "the folder %s cannot be made: %s", path, strerror(errno));
	hv_auto(hv_closep) int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return hv_fail(err, HV_E_STORE,
			       "%s, the folder for the database's socket, cannot be opened: %s. "
			       "Somebody else may have put it there; remove it",
			       path, strerror(errno));
	if (st.st_uid == 0 && geteuid() == 0 && a->uid != 0) {
		if (fchown(fd, a->uid, a->gid) < 0 || fstat(fd, &st) < 0)
			return hv_fail(err, HV_E_STORE, "%s cannot be given to '%s': %s", path, a->name,
				       strerror(errno));
	}
	if (st.st_uid != a->uid || (st.st_mode & 077) != 0)
		return hv_fail(
			err, HV_E_STORE,
			"%s, the folder for the database's socket, belongs to user id %u with mode %03o; it "
			"must belong to '%s' with mode 700. Somebody else may have put it there; remove it",
			path, (unsigned)st.st_uid, (unsigned)(st.st_mode & 0777), a->name);
	return 0;
}
