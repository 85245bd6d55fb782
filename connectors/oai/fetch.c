/*
 * connectors/oai/fetch.c - one question, answered as far as patience goes.
 *
 * The transport's troubles are io/http's; here stands what only the protocol can judge: an answer came whole
 * and is not OAI-PMH (a page of HTML with status 200, half a document). It is asked for again, then told
 * loudly; it is never the end of a list. Tests: tests/unit/connectors/oai/test_list.c.
 */
#include "connectors/oai/harvest.h"

#include <time.h>

#include "harvester/base/text.h"

enum { PAUSE_MS = 1000, PAUSE_MAX_MS = 60000, SLICE_MS = 100 };

static const char *const known_errors[] = { "badArgument",       "badResumptionToken",
					    "badVerb",           "cannotDisseminateFormat",
					    "idDoesNotExist",    "noRecordsMatch",
					    "noMetadataFormats", "noSetHierarchy" };

void oai_finding(const struct connector *c, const char *code, const char *subject, struct str example)
{
	char text[256];

	if (!c->env.finding)
		return;
	(void)snprintf(text, sizeof(text), "%.*s", STR_ARG(text_cut(example, sizeof(text) - 1)));
	c->env.finding(c->env.ctx, code, subject, text);
}

int oai_pause(const struct connector *c, unsigned n, struct hv_err *err)
{
	int64_t most = c->env.retry_ms > 0 ? c->env.retry_ms : PAUSE_MS, now = clock_monotonic();

	for (unsigned i = 0; i < n && most < PAUSE_MAX_MS; i++)
		most *= 2;
	if (most > PAUSE_MAX_MS)
		most = PAUSE_MAX_MS;
	/* Full jitter: several harvesters must not come back in step. */
	uint64_t draw = seen_fingerprint(0, (struct str){ (const char *)&now, sizeof(now) });

	for (int64_t left = (int64_t)(draw % (uint64_t)(most + 1)); left > 0; left -= SLICE_MS) {
		int64_t ms = left < SLICE_MS ? left : SLICE_MS;

		if (c->env.cancelled && c->env.cancelled(c->env.ctx))
			return hv_fail(err, HV_E_CANCELLED, "cancelled while waiting to ask again");
		(void)nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000 }, NULL);
	}
	return 0;
}

static bool errors_known(const struct oai_page *page)
{
	for (size_t i = 0; i < page->n_errors; i++)
		for (size_t k = 0; k < HV_LEN(known_errors); k++)
			if (str_is(page->errors[i].code, known_errors[k]))
				return true;
	return false;
}

static void tell_odd(const struct connector *c, const struct oai_page *page)
{
	for (size_t i = 0; i < page->n_odd; i++)
		oai_finding(c, page->odd[i].code, "page", page->odd[i].example);
}

/* In the thread of io/http: the page is read where it arrives. */
static void arrived(void *ctx, struct http_reply *reply)
{
	struct oai_ahead *ahead = ctx;

	ahead->result = oai_page_read(&ahead->page, ahead->verb, reply->fd, reply->size, &ahead->err);
	reply->fd = -1;
}

/* The page read ahead changes places with the one that is done with. */
static int take_ahead(struct connector *c, struct oai_page *page, struct hv_err *err)
{
	struct oai_page done = *page;

	if (c->ahead.result < 0) {
		if (err)
			*err = c->ahead.err;
		return c->ahead.result;
	}
	*page = c->ahead.page;
	c->ahead.page = done;
	return 0;
}

/* One try. 0: page->answer is set and *ret_status the HTTP status. */
static int try_once(struct connector *c, const struct oai_request *q, bool begun, struct oai_page *page,
		    long *ret_status, struct hv_err *err)
{
	struct http_reply reply = { .fd = -1 };
	int r = begun ? http_wait(c->env.http, &reply, err)
		      : http_fetch(c->env.http, &c->call.http, &reply, err);

	if (r < 0)
		return r;
	if (reply.redirected)
		oai_finding(c, "moved", "base_url", str_of(reply.url));
	*ret_status = reply.status;
	r = begun ? take_ahead(c, page, err) : oai_page_read(page, q->verb, reply.fd, reply.size, err);
	return r < 0 ? r : 0;
}

/* Why the answer is none, for people: what came, from where. */
static int no_answer(const struct connector *c, const struct oai_page *page, long status, unsigned tries,
		     struct hv_err *err)
{
	const char *url = c->section->base_url;
	char why[512];

	if (page->answer == OAI_ERROR)
		oai_page_error_text(page, why, sizeof(why));
	else
		(void)snprintf(why, sizeof(why), "%.*s", STR_ARG(text_cut(page->reason, sizeof(why) - 1)));
	if (status >= 300)
		return hv_fail(err, HV_E_REMOTE,
			       "%s: the source answers with HTTP status %ld and no OAI-PMH document (%s)",
			       url, status, why);
	return hv_fail_retry(err, HV_E_REMOTE, "%s: no OAI-PMH answer in %u tries: %s", url, tries, why);
}

int oai_ask(struct connector *c, const struct oai_request *q, struct oai_page *page, struct hv_err *err)
{
	bool begun = http_under_way(c->env.http);
	unsigned retries = (unsigned)c->env.source->http.retries;

	if (!begun && oai_call_write(&c->call, c->section->base_url, q, err) < 0)
		return hv_wrap(err, "%s", oai_verb_name(q->verb));
	for (unsigned n = 0;; n++, begun = false) {
		long status = 0;
		int r = try_once(c, q, begun, page, &status, err);

		if (r < 0)
			return hv_wrap(err, "%s", oai_verb_name(q->verb));
		if (page->answer == OAI_VALID || (page->answer == OAI_ERROR && errors_known(page))) {
			if (status >= 300) /* noRecordsMatch with 422 has been seen (fault 58) */
				oai_finding(c, "http_status", oai_verb_name(q->verb),
					    STR("OAI-PMH answer with a status that is no success"));
			tell_odd(c, page);
			return 0;
		}
		/* Statuses worth another try were retried by io/http; a 404 stays one. */
		if (n >= retries || status >= 400) {
			(void)no_answer(c, page, status, n + 1, err);
			return hv_wrap(err, "%s", oai_verb_name(q->verb));
		}
		r = oai_pause(c, n, err);
		if (r < 0)
			return r;
	}
}

void oai_ask_ahead(struct connector *c, const struct oai_request *q)
{
	if (oai_call_write(&c->call, c->section->base_url, q, NULL) < 0)
		return;
	struct http_request request = c->call.http;

	c->ahead.verb = q->verb;
	request.arrived = arrived;
	request.ctx = &c->ahead;
	(void)!http_begin(c->env.http, &request, NULL);
}

void oai_drop_ahead(struct connector *c)
{
	if (c->env.http)
		http_drop(c->env.http);
}

int oai_protocol_error(const struct connector *c, const struct oai_request *q, const struct oai_page *page,
		       struct hv_err *err)
{
	char text[512];

	oai_page_error_text(page, text, sizeof(text));
	if (oai_page_has_error(page, "cannotDisseminateFormat"))
		return hv_fail(err, HV_E_CONFIG, "the source refuses metadataPrefix '%s' (%s)%s%.*s",
			       c->section->prefix, text, c->formats.n ? "; it offers: " : "",
			       STR_ARG(c->formats));
	if (oai_page_has_error(page, "noSetHierarchy"))
		return hv_fail(err, HV_E_CONFIG, "the source has no sets (%s); remove `sets`", text);
	return hv_fail(err, HV_E_REMOTE, "%s is refused by the source: %s", oai_verb_name(q->verb), text);
}
