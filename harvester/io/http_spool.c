/*
 * io/http_spool.c - where a body goes while it comes: a file without a name, so that nothing is left behind
 * however the program ends, and nobody sees half of it. Tests: tests/unit/io/test_http.c.
 */
#include "harvester/io/http_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int http_spool_open(const char *dir, struct http_failure *f)
{
	if (!dir)
		dir = getenv("TMPDIR");
	if (!dir || !*dir)
		dir = "/tmp";
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	/* Not every file system has nameless files. */
	hv_auto(hv_freep) char *path = NULL;
	if (asprintf(&path, "%s/harvester-XXXXXX", dir) < 0)
		return http_failed(f, HV_E_NOMEM, false, NULL, "out of memory: spool file");
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return http_failed(f, HV_E_IO, false, "give a folder that can be written (TMPDIR)",
				   "no spool file in %s: %s", dir, strerror(errno));
	(void)unlink(path);
	return fd;
}

int http_spool_empty(struct http_try *t)
{
	t->reply.size = 0;
	if (ftruncate(t->reply.fd, 0) == 0 && lseek(t->reply.fd, 0, SEEK_SET) == 0)
		return 0;
	t->spool_errno = errno;
	return -1;
}

size_t http_spool_write(char *data, size_t size, size_t n, void *ctx)
{
	struct http_try *t = ctx;

	n *= size;
	if (n > t->h->o.max_body - t->reply.size) {
		t->stop = HTTP_STOP_TOO_LONG;
		return 0;
	}
	for (size_t done = 0; done < n;) {
		ssize_t w = write(t->reply.fd, data + done, n - done);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0) {
			t->spool_errno = errno;
			t->stop = HTTP_STOP_SPOOL;
			return 0;
		}
		done += (size_t)w;
	}
	t->reply.size += n;
	t->window_bytes += n;
	return n;
}
