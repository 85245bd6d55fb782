/*
 * config/secret.c - see secret.h. Refuses to keep, print or log a value: errors speak of the reference only.
 * Tests: tests/unit/config/test_secret.c.
 */
#include "config/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_BYTES = 64 << 10 };

void secret_free(char *secret)
{
	if (!secret)
		return;
	explicit_bzero(secret, strlen(secret));
	free(secret);
}

/* "FILE:LINE:COLUMN: secret 'file:/x'" before what went wrong. */
static int refuse(const struct cfg_secret *s, struct hv_err *err, const char *why)
{
	if (!s->where || s->where->line == 0)
		return hv_fail(err, HV_E_CONFIG, "secret '%s' %s", s->reference, why);
	return hv_fail(err, HV_E_CONFIG, "%s:%u:%u: secret '%s' %s", s->where->file, s->where->line,
		       s->where->column, s->reference, why);
}

static int read_all(int fd, char *to, size_t room, size_t *ret)
{
	*ret = 0;
	while (*ret < room) {
		ssize_t got = read(fd, to + *ret, room - *ret);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		*ret += (size_t)got;
	}
	return 0;
}

static bool is_below(const char *file, const char *dir)
{
	size_t n = dir ? strlen(dir) : 0;

	return n && strncmp(file, dir, n) == 0 && (file[n] == '/' || dir[n - 1] == '/') &&
	       !strstr(file, "/../");
}

/*
 * Container engines mount secrets as 0444 and systemd's LoadCredential as 0440, in folders that only the
 * service sees: there the mode of the file says nothing.
 */
static bool is_mounted(const char *file)
{
	return is_below(file, "/run/secrets/") || is_below(file, getenv("CREDENTIALS_DIRECTORY"));
}

static const char *mode_fault(const char *file, const struct stat *st)
{
	mode_t open_to_others = is_mounted(file) ? S_IWGRP | S_IWOTH : S_IRWXG | S_IRWXO;

	if (!S_ISREG(st->st_mode))
		return "is not a regular file";
	if (st->st_mode & open_to_others)
		return "is open to others than its owner; run chmod 600 on it";
	if (st->st_size > MOST_BYTES)
		return "is over 64 KiB long; that is no secret";
	return NULL;
}

/* A file of one line; what follows the NUL within the memory was never more than a line end. */
static int from_file(const struct cfg_secret *s, char **ret, struct hv_err *err)
{
	hv_auto(hv_closep) int fd = open(s->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	size_t n;

	if (fd < 0 || fstat(fd, &st) < 0) {
		char why[160];

		(void)snprintf(why, sizeof(why), "cannot be read: %s", strerror(errno));
		return refuse(s, err, why);
	}
	const char *fault = mode_fault(s->file, &st);
	if (fault)
		return refuse(s, err, fault);
	hv_auto(secret_freep) char *text = calloc(1, MOST_BYTES + 1);
	if (!text)
		return hv_nomem(err, "a secret");
	if (read_all(fd, text, MOST_BYTES, &n) < 0)
		return refuse(s, err, "cannot be read");
	if (memchr(text, '\0', n)) {
		explicit_bzero(text, n);
		return refuse(s, err, "holds the character U+0000");
	}
	*ret = hv_take(text);
	return 0;
}

static void cut_line_end(char *text)
{
	size_t n = strlen(text);

	if (n && text[n - 1] == '\n')
		text[--n] = '\0';
	if (n && text[n - 1] == '\r')
		text[--n] = '\0';
}

/* Secrets travel in header lines and connection strings: a control character would forge another line. */
static const char *text_fault(const char *text)
{
	if (!*text)
		return "is empty";
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7F)
			return "holds a control character or a second line";
	return NULL;
}

int secret_read(const struct cfg_secret *s, char **ret, struct hv_err *err)
{
	hv_auto(secret_freep) char *text = NULL;

	*ret = NULL;
	if (!s->reference)
		return hv_fail(err, HV_E_CONFIG, "no secret is configured");
	if (s->file) {
		int r = from_file(s, &text, err);

		if (r < 0)
			return r;
	} else {
		const char *value = s->env ? getenv(s->env) : NULL;

		if (!value)
			return refuse(s, err, "is not in the environment");
		text = strdup(value);
		if (!text)
			return hv_nomem(err, "a secret");
	}
	cut_line_end(text);
	const char *fault = text_fault(text);
	if (fault)
		return refuse(s, err, fault);
	*ret = hv_take(text);
	return 0;
}
