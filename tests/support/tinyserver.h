/*
 * tests/support/tinyserver.h - a scripted HTTP peer on loopback: each request gets the next answer, byte by
 * byte as the test wrote it, and then what the script says happens to the connection.
 */
#ifndef TESTS_SUPPORT_TINYSERVER_H
#define TESTS_SUPPORT_TINYSERVER_H

#include "harvester/base/def.h"
#include "harvester/base/str.h"

enum tiny_then {
	TINY_CLOSE, /* end the connection properly */
	TINY_KEEP,  /* wait for another request on it */
	TINY_RESET, /* abort it: the client sees a reset */
	TINY_STALL  /* say nothing more until the client leaves */
};

struct tiny_answer {
	const char *text; /* NUL-terminated, or n bytes */
	size_t n;         /* 0: strlen(text) */
	enum tiny_then then;
	unsigned times; /* how often this answer is given; 0: once */
};

struct tiny;

/* Answers end with a NULL text ("" answers nothing); they are copied. After the last
 * one, requests are reset. Aborts when there is no socket: a test cannot go on. */
struct tiny *tiny_start(const struct tiny_answer *answers);

/* The same behind TLS with a fresh self-signed certificate for "127.0.0.1"; ret_fingerprint gets "sha256:…".
 */
struct tiny *tiny_start_tls(const struct tiny_answer *answers, char ret_fingerprint[80]);

void tiny_stop(struct tiny *s);
HV_DEFINE_AUTO(struct tiny, tiny_stop)

unsigned tiny_port(const struct tiny *s);

/* "http://127.0.0.1:PORT" + path; valid until the next call. */
const char *tiny_url(struct tiny *s, const char *path);

/* What has been seen so far. The text of request i (from 0), "" when there was none. */
unsigned tiny_connections(struct tiny *s);
unsigned tiny_requests(struct tiny *s);
const char *tiny_request(struct tiny *s, unsigned i);

/* Is it (has it been) in TINY_STALL? And wait for that. */
bool tiny_stalled(struct tiny *s);
void tiny_wait_stalled(struct tiny *s);

#endif
