/*
 * fault.c - see fault.h.
 */
#include "tests/support/provider/fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/support/provider/page.h"

/* Larger than any honest page that tests serve; a harvester's cap must be below. */
#define BOMB_MEGABYTES 80

#define OAI_OPEN                                                \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<OAI-PMH " \
	"xmlns=\"http://www.openarchives.org/OAI/2.0/\">\n"

static void body_is(struct pv_reply *r, int status, const char *type, const char *body)
{
	pv_text_free(&r->body);
	pv_text_puts(&r->body, body);
	r->status = status;
	r->content_type = type;
}

static void fault_503_bare(struct pv_reply *r, const struct pv_fault_context *c)
{
	(void)c;
	body_is(r, 503, "text/plain; charset=utf-8", "Service momentanément indisponible.\n");
}

static void fault_503(struct pv_reply *r, const struct pv_fault_context *c)
{
	fault_503_bare(r, c);
	snprintf(r->retry_after, sizeof r->retry_after, "%u", c->retry_after_s);
}

static void fault_503_date(struct pv_reply *r, const struct pv_fault_context *c)
{
	time_t then = (time_t)c->now + (time_t)c->retry_after_s;
	struct tm tm;

	fault_503_bare(r, c);
	gmtime_r(&then, &tm);
	if (!strftime(r->retry_after, sizeof r->retry_after, "%a, %d %b %Y %H:%M:%S GMT", &tm))
		r->retry_after[0] = '\0';
}

static void fault_500(struct pv_reply *r, const struct pv_fault_context *c)
{
	(void)c;
	body_is(r, 500, "text/plain; charset=utf-8", "Internal Server Error\n");
}

static void fault_502_html(struct pv_reply *r, const struct pv_fault_context *c)
{
	(void)c;
	body_is(r, 502, "text/html; charset=utf-8",
		"<html>\n<head><title>502 Bad Gateway</title></head>\n<body>\n<center><h1>502 Bad "
		"Gateway</h1></center>\n"
		"</body>\n</html>\n");
}

static void fault_html_200(struct pv_reply *r, const struct pv_fault_context *c)
{
	(void)c;
	body_is(r, 200, "text/html; charset=utf-8",
		"<!DOCTYPE html>\n<html lang=\"fr\"><head><title>Maintenance</title></head>\n<body><h1>Site "
		"en "
		"maintenance</h1>\n<p>Les collections en ligne reviennent "
		"bient&ocirc;t.</p></body></html>\n");
}

static void fault_reset(struct pv_reply *r, const struct pv_fault_context *c)
{
	(void)c;
	r->delivery = PV_RESET;
	r->status = 0;
}

static void fault_cut(struct pv_reply *r, const struct pv_fault_context *c)
{
	(void)c;
	r->delivery = PV_CUT;
}

static void fault_truncated(struct pv_reply *r, const struct pv_fault_context *c)
{
	(void)c;
	r->body.len /= 2;
}

static void fault_empty(struct pv_reply *r, const struct pv_fault_context *c)
{
	(void)c;
	pv_text_free(&r->body);
}

static void fault_stall(struct pv_reply *r, const struct pv_fault_context *c)
{
	(void)c;
	r->delivery = PV_STALL;
}

static void fault_slow(struct pv_reply *r, const struct pv_fault_context *c)
{
	(void)c;
	r->delivery = PV_SLOW;
}

static void redirect_to(struct pv_reply *r, const struct pv_fault_context *c, const char *prefix)
{
	size_t path = strlen(c->base_url) - strlen("/oai");

	body_is(r, 302, "text/plain; charset=utf-8", "Found\n");
	snprintf(r->location, sizeof r->location, "%.*s%s?%s", (int)path, c->base_url, prefix, c->query);
}

static void fault_redirect(struct pv_reply *r, const struct pv_fault_context *c)
{
	redirect_to(r, c, "/moved/oai");
}

static void fault_redirect_loop(struct pv_reply *r, const struct pv_fault_context *c)
{
	redirect_to(r, c, strcmp(c->path, "/oai") == 0 ? "/moved/oai" : "/oai");
}

/* A right answer in every respect but that the element of the verb is an error. */
static void fault_bad_token(struct pv_reply *r, const struct pv_fault_context *c)
{
	char date[32];

	pv_stamp_format(c->now, false, date);
	body_is(r, 200, "text/xml; charset=utf-8", OAI_OPEN "<responseDate>");
	pv_text_printf(&r->body,
		       "%s</responseDate>\n<request>%s</request>\n"
		       "<error code=\"badResumptionToken\">the token has expired</error>\n</OAI-PMH>\n",
		       date, c->base_url);
}

static void fault_gzip_bomb(struct pv_reply *r, const struct pv_fault_context *c)
{
	(void)c;
	pv_text_free(&r->body);
	r->status = 200;
	r->content_type = "text/xml; charset=utf-8";
	r->content_encoding = "gzip";
	if (!pv_gzip_bomb(OAI_OPEN, BOMB_MEGABYTES, &r->body))
		r->body.failed = true;
}

static void fault_doctype(struct pv_reply *r, const struct pv_fault_context *c)
{
	(void)c;
	(void)pv_text_replace(
		&r->body, "?>\n",
		"?>\n<!DOCTYPE OAI-PMH [\n<!ENTITY a \"musée\">\n<!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">\n"
		"]>\n");
	(void)pv_text_replace(&r->body, "</request>", "&b;</request>");
}

static void fault_not_oai(struct pv_reply *r, const struct pv_fault_context *c)
{
	(void)c;
	body_is(r, 200, "text/xml; charset=utf-8",
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel><title>Actualités "
		"du "
		"musée</title></channel></rss>\n");
}

static void odd_same_token(struct pv_oddities *odd)
{
	odd->same_token = true;
}

static void odd_bad_record(struct pv_oddities *odd)
{
	odd->no_identifier = true;
}

const struct pv_fault pv_faults[] = {
	{ "503", "503 with Retry-After in seconds", NULL, fault_503 },
	{ "503date", "503 with Retry-After as an HTTP date", NULL, fault_503_date },
	{ "503bare", "503 without Retry-After", NULL, fault_503_bare },
	{ "500", "500 with a line of text", NULL, fault_500 },
	{ "502html", "502 with an HTML page", NULL, fault_502_html },
	{ "html200", "an HTML page with status 200", NULL, fault_html_200 },
	{ "reset", "the connection ends before any byte", NULL, fault_reset },
	{ "cut", "the body ends half way, shorter than Content-Length", NULL, fault_cut },
	{ "truncated", "half a document with the right Content-Length", NULL, fault_truncated },
	{ "empty", "an empty body with status 200", NULL, fault_empty },
	{ "stall", "some bytes, then silence until the client goes", NULL, fault_stall },
	{ "slow", "the body in twenty pieces over a while", NULL, fault_slow },
	{ "redirect", "302 to the same query at /moved/oai", NULL, fault_redirect },
	{ "redirect_loop", "302 between two paths; play it for ever", NULL, fault_redirect_loop },
	{ "badtoken", "the error badResumptionToken", NULL, fault_bad_token },
	{ "same_token", "the page gives the token it was asked with", odd_same_token, NULL },
	{ "gzip_bomb", "a small gzip body that grows to 80 MiB", NULL, fault_gzip_bomb },
	{ "doctype", "a document type with entities, used in the document", NULL, fault_doctype },
	{ "not_oai", "well-formed XML of another kind", NULL, fault_not_oai },
	{ "bad_record", "the second record of the page has no identifier", odd_bad_record, NULL },
	{ 0 },
};

const struct pv_fault *pv_fault_find(const char *name, size_t len)
{
	for (const struct pv_fault *f = pv_faults; f->name; f++)
		if (strlen(f->name) == len && memcmp(f->name, name, len) == 0)
			return f;
	return NULL;
}

static bool number(const char *s, const char *end, size_t *ret)
{
	if (s == end || end - s > 9)
		return false;
	*ret = 0;
	for (; s < end; s++) {
		if (*s < '0' || *s > '9')
			return false;
		*ret = *ret * 10 + (size_t)(*s - '0');
	}
	return true;
}

const char *pv_fault_plan_parse(const char *script, size_t len, struct pv_fault_plan *ret)
{
	const char *end = script + len, *when, *times, *dot;
	struct pv_fault_plan plan = { .times = 1 };

	when = memchr(script, ':', len);
	if (!when)
		return "needs NAME:WHEN[:TIMES]";
	plan.fault = pv_fault_find(script, (size_t)(when - script));
	if (!plan.fault)
		return "names no known fault";
	when++;
	times = memchr(when, ':', (size_t)(end - when));
	if (times && !number(times + 1, end, &plan.times))
		return "has a TIMES that is no number";
	if (!times)
		times = end;
	dot = memchr(when, '.', (size_t)(times - when));
	if (dot) {
		if ((size_t)(dot - when) >= sizeof plan.verb)
			return "has a verb that is too long";
		memcpy(plan.verb, when, (size_t)(dot - when));
		when = dot + 1;
	}
	if (!number(when, times, &plan.first) || plan.first == 0)
		return "has a WHEN that is no number from 1";
	*ret = plan;
	return NULL;
}
