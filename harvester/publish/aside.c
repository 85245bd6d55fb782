/*
 * publish/aside.c - see aside.h.
 */
#include "harvester/publish/aside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 1 << 18 };

struct aside {
	int dir, fd;
	char name[NAME_MAX + 1], temporary[NAME_MAX + 1], path[PATH_MAX];
	struct hasher *hasher;
	struct sha256 hash;
	struct buf pending;
	uint64_t bytes;
	int failure; /* errno of the first failure, 0 none */
	bool ready, placed;
};

static int make_folders(const char *dir, struct hv_err *err)
{
	char path[PATH_MAX];
	size_t n = strlen(dir);

	if (n == 0 || n >= sizeof(path))
		return hv_fail(err, HV_E_IO, "folder '%s': the path is empty or too long", dir);
	for (size_t i = 1; i <= n; i++) {
		if (dir[i] != '/' && i != n)
			continue;
		memcpy(path, dir, i);
		path[i] = '\0';
		if (mkdir(path, 0777) < 0 && errno != EEXIST)
			return hv_fail(err, HV_E_IO, "cannot make the folder '%s': %s", path,
				       strerror(errno));
	}
	return 0;
}

/* The process number at the end of a temporary name of ours, or 0. */
static pid_t writer_of(const char *entry, const char *prefix)
{
	size_t n = strlen(prefix);
	uint64_t pid;

	if (strncmp(entry, prefix, n) != 0 || !str_to_u64(str_of(entry + n), &pid) || pid > INT_MAX)
		return 0;
	return (pid_t)pid;
}

/* Files of processes that are gone; also one under our own number, which only a former process can have made.
 */
static void remove_stale(const struct aside *a, const char *prefix)
{
	int fd = openat(a->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (!d) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((e = readdir(d))) {
		pid_t pid = writer_of(e->d_name, prefix);

		if (pid > 0 && (pid == getpid() || (kill(pid, 0) < 0 && errno == ESRCH)))
			(void)unlinkat(a->dir, e->d_name, 0);
	}
	closedir(d);
}

static int name_files(struct aside *a, const char *dir, const char *name, struct hv_err *err)
{
	char prefix[NAME_MAX + 1];
	bool fits = (size_t)snprintf(prefix, sizeof(prefix), ".%s.tmp-", name) < sizeof(prefix) - 12 &&
		    (size_t)snprintf(a->name, sizeof(a->name), "%s", name) < sizeof(a->name) &&
		    (size_t)snprintf(a->path, sizeof(a->path), "%s/%s", dir, name) < sizeof(a->path) &&
		    (size_t)snprintf(a->temporary, sizeof(a->temporary), "%s%d", prefix, (int)getpid()) <
			    sizeof(a->temporary);

	if (!fits || strchr(name, '/'))
		return hv_fail(err, HV_E_IO, "'%s' is no name for a file", name);
	a->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (a->dir < 0)
		return hv_fail(err, HV_E_IO, "cannot open the folder '%s': %s", dir, strerror(errno));
	remove_stale(a, prefix);
	return 0;
}

int aside_open(const char *dir, const char *name, struct aside **ret, struct hv_err *err)
{
	hv_auto(aside_closep) struct aside *a = calloc(1, sizeof(*a));

	if (!a)
		return hv_nomem(err, "file to write");
	a->dir = a->fd = -1;
	a->pending = BUF_INIT(2 * CHUNK);
	a->hasher = hasher_new();
	if (!a->hasher)
		return hv_nomem(err, "hasher");
	if (make_folders(dir, err) < 0 || name_files(a, dir, name, err) < 0)
		return err->code;
	hasher_begin(a->hasher);
	a->fd = openat(a->dir, a->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (a->fd < 0)
		return hv_fail(err, HV_E_IO, "cannot write in '%s': %s", dir, strerror(errno));
	*ret = hv_take(a);
	return 0;
}

static void write_out(struct aside *a, struct str s)
{
	while (s.n > 0 && !a->failure) {
		ssize_t n = write(a->fd, s.p, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			a->failure = errno;
		else
			s = str_from(s, (size_t)n);
	}
}

static void flush(struct aside *a)
{
	if (a->pending.failed && !a->failure)
		a->failure = ENOMEM;
	hasher_add(a->hasher, buf_view(&a->pending));
	write_out(a, buf_view(&a->pending));
	buf_clear(&a->pending);
}

void aside_put(struct aside *a, struct str s)
{
	a->bytes += s.n;
	while (s.n > 0 && !a->failure) {
		struct str piece = str_cut(s, CHUNK);

		buf_str(&a->pending, piece);
		s = str_from(s, piece.n);
		if (a->pending.n >= CHUNK || a->pending.failed)
			flush(a);
	}
}

static int failed(const struct aside *a, struct hv_err *err)
{
	return hv_fail(err, HV_E_IO, "cannot write '%s': %s; nothing was replaced, the former file stays",
		       a->path, strerror(a->failure));
}

int aside_ready(struct aside *a, struct hv_err *err)
{
	flush(a);
	if (!a->failure && fsync(a->fd) < 0)
		a->failure = errno;
	if (close(a->fd) < 0 && !a->failure)
		a->failure = errno;
	a->fd = -1;
	if (a->failure)
		return failed(a, err);
	a->hash = hasher_end(a->hasher);
	a->ready = true;
	return 0;
}

int aside_place(struct aside *a, struct hv_err *err)
{
	if (!a->ready || renameat(a->dir, a->temporary, a->dir, a->name) < 0) {
		a->failure = a->ready ? errno : EINVAL;
		return failed(a, err);
	}
	a->placed = true;
	if (fsync(a->dir) < 0)
		return hv_fail(err, HV_E_IO, "'%s' is written, but its folder cannot be made durable: %s",
			       a->path, strerror(errno));
	return 0;
}

int aside_finish(struct aside *a, struct hv_err *err)
{
	int r = aside_ready(a, err);

	return r < 0 ? r : aside_place(a, err);
}

uint64_t aside_bytes(const struct aside *a)
{
	return a->bytes;
}

void aside_sha256(const struct aside *a, char ret[65])
{
	sha256_hex(&a->hash, ret);
}

const char *aside_path(const struct aside *a)
{
	return a->path;
}

const char *aside_name(const struct aside *a)
{
	return a->name;
}

void aside_close(struct aside *a)
{
	if (!a)
		return;
	if (a->fd >= 0)
		close(a->fd);
	if (!a->placed && a->dir >= 0 && *a->temporary)
		(void)unlinkat(a->dir, a->temporary, 0);
	if (a->dir >= 0)
		close(a->dir);
	hasher_free(a->hasher);
	buf_release(&a->pending);
	free(a);
}
