/*
 * config/yaml_file.c - see yaml.h: from a path to bytes, and the look-ups in a tree.
 * Refuses to wait for a pipe and to read more than a configuration can be long. Tests:
 * tests/unit/config/test_yaml.c.
 */
#include "config/yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* The whole of a regular file, up to one byte over the ceiling. -1 with errno. */
static ssize_t read_file(const char *path, char *to, size_t room)
{
	/* a FIFO would make open() wait for ever */
	hv_auto(hv_closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	size_t n = 0;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	if (!S_ISREG(st.st_mode)) {
		errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
		return -1;
	}
	while (n < room) {
		ssize_t got = read(fd, to + n, room - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	return (ssize_t)n;
}

struct yaml *yaml_load(struct arena *a, const char *path, struct problems *p)
{
	hv_auto(hv_freep) char *bytes = malloc(YAML_MOST_BYTES + 1);
	ssize_t n = bytes ? read_file(path, bytes, YAML_MOST_BYTES + 1) : -1;

	if (n < 0) {
		problem_file(p, path, 0, 0, "cannot be read: %s",
			     !bytes            ? "out of memory"
			     : errno == EINVAL ? "not a regular file"
					       : strerror(errno));
		return NULL;
	}
	if (n > YAML_MOST_BYTES) {
		problem_file(p, path, 0, 0, "over 1 MiB long; at most 1 MiB is read");
		return NULL;
	}
	return yaml_parse(a, path, (struct str){ bytes, (size_t)n }, p);
}

static ptrdiff_t find(const struct yaml *m, const char *key)
{
	if (!m || m->kind != YAML_MAP)
		return -1;
	for (size_t i = 0; i < m->n; i++)
		if (str_is(m->keys[i].text, key))
			return (ptrdiff_t)i;
	return -1;
}

const struct yaml *yaml_get(const struct yaml *m, const char *key)
{
	ptrdiff_t at = find(m, key);

	return at < 0 ? NULL : &m->items[at];
}

const struct yaml *yaml_key(const struct yaml *m, const char *key)
{
	ptrdiff_t at = find(m, key);

	return at < 0 ? NULL : &m->keys[at];
}

bool yaml_is_nothing(const struct yaml *y)
{
	return y->kind == YAML_TEXT && y->plain &&
	       (y->text.n == 0 || str_is(y->text, "~") || str_is(y->text, "null"));
}
