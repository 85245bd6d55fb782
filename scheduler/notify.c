/*
 * scheduler/notify.c - see notify.h. Written by hand: the protocol is five words in a datagram.
 * Tests: tests/unit/scheduler/test_notify.c.
 */
#include "scheduler/notify.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "harvester/base/clock.h"

/* An address that begins with @ is an abstract name: its first byte is NUL. */
static int connect_to(const char *name)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t n = strlen(name);
	hv_auto(hv_closep) int fd = -1;

	if ((name[0] != '/' && name[0] != '@') || n >= sizeof(to.sun_path))
		return -1;
	memcpy(to.sun_path, name, n);
	if (name[0] == '@')
		to.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
	    connect(fd, (struct sockaddr *)&to, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) < 0)
		return -1;
	/* The loop must not hang on a listener that does not read. */
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &(struct timeval){ .tv_usec = 100000 },
			 sizeof(struct timeval));
	int taken = fd;
	fd = -1;
	return taken;
}

/* WATCHDOG_USEC is ours when WATCHDOG_PID is absent or names us. */
static int64_t watchdog_ms(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	uint64_t us, whose;

	if (!usec || !str_to_u64(str_of(usec), &us) || us == 0 || us > INT64_MAX)
		return 0;
	if (pid && (!str_to_u64(str_of(pid), &whose) || whose != (uint64_t)getpid()))
		return 0;
	return us < 2000 ? 1 : (int64_t)(us / 1000);
}

void notify_open(struct notify *n)
{
	const char *name = getenv("NOTIFY_SOCKET");

	*n = (struct notify){ 0 };
	n->fd = name ? connect_to(name) : -1;
	n->watchdog_ms = n->fd < 0 ? 0 : watchdog_ms();
	(void)unsetenv("NOTIFY_SOCKET");
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("WATCHDOG_PID");
}

void notify_close(struct notify *n)
{
	hv_closep(&n->fd);
	n->fd = -1;
}

static void tell(const struct notify *n, const char *text)
{
	if (n->fd >= 0)
		(void)send(n->fd, text, strlen(text), MSG_NOSIGNAL);
}

void notify_ready(const struct notify *n)
{
	tell(n, "READY=1");
}

void notify_reloading(const struct notify *n)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_monotonic());
	tell(n, text);
}

void notify_stopping(const struct notify *n)
{
	tell(n, "STOPPING=1");
}

void notify_alive(const struct notify *n)
{
	tell(n, "WATCHDOG=1");
}

void notify_status(struct notify *n, const char *text)
{
	char line[sizeof(n->status) + 8];

	if (strncmp(n->status, text, sizeof(n->status) - 1) == 0)
		return;
	(void)snprintf(n->status, sizeof(n->status), "%.511s", text);
	(void)snprintf(line, sizeof(line), "STATUS=%s", n->status);
	tell(n, line);
}
