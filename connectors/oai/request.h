/*
 * connectors/oai/request.h - the address of one OAI-PMH request.
 *
 * Arguments are percent-encoded once, whatever they hold (faults 37 to 43); a resumption token excludes every
 * other argument (OAI-PMH 2.0 §3.5); the base address keeps a query string of its own (fault 113). An address
 * over 2,000 bytes becomes a POST (fault 44). Tests: tests/unit/connectors/oai/test_request.c.
 */
#ifndef CONNECTORS_OAI_REQUEST_H
#define CONNECTORS_OAI_REQUEST_H

#include "connectors/oai/page.h"
#include "harvester/base/buf.h"
#include "harvester/io/http.h"

struct oai_request {
	enum oai_verb verb;
	const char *token;  /* excludes all below */
	const char *prefix; /* of these, NULL is left out */
	const char *set, *from, *identifier;
};

/* A written request: what http_fetch wants, and the texts it points at. */
struct oai_call {
	struct buf url, body;
	struct http_request http;
};

#define OAI_CALL_INIT ((struct oai_call){ .url = BUF_INIT(16u << 10), .body = BUF_INIT(128u << 10) })

/* Write (again) into a call; HV_E_LIMIT when the address is longer than any server takes. */
int oai_call_write(struct oai_call *c, const char *base_url, const struct oai_request *q,
		   struct hv_err *err) HV_CHECK;
void oai_call_release(struct oai_call *c); /* also for hv_auto */

#endif
