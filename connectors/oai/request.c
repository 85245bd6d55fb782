/*
 * connectors/oai/request.c - the address of one OAI-PMH request.
 * Tests: tests/unit/connectors/oai/test_request.c.
 */
#include "connectors/oai/request.h"

enum { LONG_URL = 2000 };

static void put_argument(struct buf *b, const char *name, const char *value)
{
	if (!value)
		return;
	if (b->n)
		buf_putc(b, '&');
	buf_puts(b, name);
	buf_putc(b, '=');
	buf_url(b, str_of(value));
}

static void put_arguments(struct buf *b, const struct oai_request *q)
{
	put_argument(b, "verb", oai_verb_name(q->verb));
	put_argument(b, "resumptionToken", q->token);
	if (q->token)
		return;
	put_argument(b, "metadataPrefix", q->prefix);
	put_argument(b, "set", q->set);
	put_argument(b, "from", q->from);
	put_argument(b, "identifier", q->identifier);
}

/* The base address up to where arguments go, without a fragment. */
static void put_base(struct buf *b, const char *base_url, bool arguments)
{
	struct str base = { base_url, strcspn(base_url, "#") };
	bool query = memchr(base.p, '?', base.n);
	char last = base.n ? base.p[base.n - 1] : '\0';

	buf_str(b, base);
	if (arguments && last != '?' && last != '&')
		buf_putc(b, query ? '&' : '?');
}

int oai_call_write(struct oai_call *c, const char *base_url, const struct oai_request *q, struct hv_err *err)
{
	buf_clear(&c->url);
	buf_clear(&c->body);
	put_arguments(&c->body, q);
	bool post = strlen(base_url) + c->body.n > LONG_URL;

	put_base(&c->url, base_url, !post);
	if (!post)
		buf_str(&c->url, buf_view(&c->body));
	if (buf_ok(&c->url, "request address", err) < 0 || buf_ok(&c->body, "request", err) < 0)
		return HV_E_LIMIT;
	c->http = (struct http_request){
		.url = buf_cstr(&c->url),
		.body = post ? buf_cstr(&c->body) : NULL,
		.body_n = post ? c->body.n : 0,
		.content_type = post ? "application/x-www-form-urlencoded" : NULL,
		/* No server is refused for its label, and none shall refuse ours: the body is judged. */
		.accept = "text/xml, application/xml;q=0.9, */*;q=0.1",
	};
	return 0;
}

void oai_call_release(struct oai_call *c)
{
	buf_release(&c->url);
	buf_release(&c->body);
}
