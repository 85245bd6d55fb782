/*
 * scheduler/notify.h - inside the room: telling systemd how we are, by datagrams to $NOTIFY_SOCKET
 * (sd_notify(3)).
 *
 * Without that variable nothing is sent; a datagram waits at most a tenth of a second for room, then it is
 * lost.
 * Tests: tests/unit/scheduler/test_notify.c.
 */
#ifndef SCHEDULER_NOTIFY_H
#define SCHEDULER_NOTIFY_H

#include "harvester/base/def.h"

struct notify {
	int fd;              /* -1: nobody listens */
	int64_t watchdog_ms; /* a sign of life at least so often; 0: nobody asked */
	char status[512];    /* the last one told */
};

/*
 * Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, and takes them out of the environment: children do not
 * speak for us.
 */
void notify_open(struct notify *n);
void notify_close(struct notify *n);

/* READY=1; RELOADING=1 with the moment it began (systemd 253 asks for it, 252 passes it over); STOPPING=1;
 * WATCHDOG=1. */
void notify_ready(const struct notify *n);
void notify_reloading(const struct notify *n);
void notify_stopping(const struct notify *n);
void notify_alive(const struct notify *n);

/* STATUS=text, one line for `systemctl status`; the same text again is not sent. */
void notify_status(struct notify *n, const char *text);

#endif
