/*
 * connectors/oai/fetch.c - one question, answered as far as patience goes.
 *
 * The transport's troubles are io/http's; here stands what only the protocol can judge: an answer came whole
 * and is not OAI-PMH (a page of HTML with status 200, half a document). It is asked for again, then told
 * loudly; it is never the end of a list. Tests: tests/unit/connectors/oai/test_list.c.
 */
#include "connectors/oai/harvest.h"

#include <strings.h>
#include <time.h>
#include <unistd.h>

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
	(void)snprintf(text, sizeof(text), "%.*s", STR_ARG(str_cut(example, sizeof(text) - 1)));
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

/* A page for people: maintenance, a login, a wrong address. "A DOCTYPE is not allowed" would not say so. */
static bool is_html(int fd)
{
	char head[256];
	ssize_t n = pread(fd, head, sizeof(head), 0);
	struct str s = { head, n > 0 ? (size_t)n : 0 };

	if (str_starts(s, STR("\xef\xbb\xbf")))
		s = str_from(s, 3);
	s = str_trim(s);
	return (s.n > 14 && strncasecmp(s.p, "<!doctype html", 14) == 0) ||
	       (s.n > 5 && strncasecmp(s.p, "<html", 5) == 0);
}

/* One try. 0: page->answer is set and *ret_status the HTTP status. */
static int try_once(struct connector *c, const struct oai_request *q, bool begun, struct oai_page *page,
		    long *ret_status, bool *ret_html, struct hv_err *err)
{
	struct http_reply reply = { .fd = -1 };
	int r = begun ? http_wait(c->env.http, &reply, err)
		      : http_fetch(c->env.http, &c->call.http, &reply, err);

	if (r < 0)
		return r;
	if (reply.redirected)
		oai_finding(c, "moved", "base_url", str_of(reply.url));
	*ret_status = reply.status;
	*ret_html = is_html(reply.fd);
	r = oai_page_read(page, q->verb, reply.fd, reply.size, err);
	return r < 0 ? r : 0;
}

/* Why the answer is none, for people: what came, from where. */
static int no_answer(const struct connector *c, const struct oai_page *page, long status, bool html,
		     unsigned tries, struct hv_err *err)
{
	const char *url = c->section->base_url;
	char why[512];

	if (html)
		(void)snprintf(why, sizeof(why),
			       "it sends a page of HTML: open the address in a browser; maintenance, a login "
			       "or a wrong base_url");
	else if (page->answer == OAI_ERROR)
		oai_page_error_text(page, why, sizeof(why));
	else
		(void)snprintf(why, sizeof(why), "%.*s", STR_ARG(page->reason));
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
		bool html = false;
		int r = try_once(c, q, begun, page, &status, &html, err);

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
			(void)no_answer(c, page, status, html, n + 1, err);
			return hv_wrap(err, "%s", oai_verb_name(q->verb));
		}
		r = oai_pause(c, n, err);
		if (r < 0)
			return r;
	}
}

void oai_ask_ahead(struct connector *c, const struct oai_request *q)
{
	if (oai_call_write(&c->call, c->section->base_url, q, NULL) == 0)
		(void)!http_begin(c->env.http, &c->call.http, NULL);
}

void oai_drop_ahead(struct connector *c)
{
	struct http_reply reply = { .fd = -1 };

	if (http_under_way(c->env.http) && http_wait(c->env.http, &reply, NULL) == 0)
		http_reply_close(&reply);
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
