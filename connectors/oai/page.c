/*
 * connectors/oai/page.c - one page of an OAI-PMH answer: the file is read once, in chunks, and judged.
 *
 * What is judged here: white space and a byte order mark before the document are skipped (faults 68, 69),
 * text behind it is left unread with a finding (71, 105), everything that is not well-formed up to there is
 * no OAI-PMH answer. Tests: tests/unit/connectors/oai/test_page.c, tests/fuzz/fuzz_oai_page.c.
 */
#include "connectors/oai/page.h"

#include <errno.h>
#include <unistd.h>

#include "connectors/oai/envelope.h"

enum {
	CHUNK = 64 << 10,
	MAX_TEXT = 64 << 10 /* of one leaf of the envelope: tokens of 3,000 bytes have been seen (fault 44) */
};

int oai_page_init(struct oai_page *p, struct hv_err *err)
{
	*p = (struct oai_page){ .fd = -1, .arena = arena_new(OAI_ARENA) };
	return p->arena ? 0 : hv_nomem(err, "a page");
}

void oai_page_release(struct oai_page *p)
{
	hv_closep(&p->fd);
	arena_free(p->arena);
	p->arena = NULL;
}

static void page_clear(struct oai_page *p, int fd)
{
	struct arena *a = p->arena;

	hv_closep(&p->fd);
	arena_reset(a);
	*p = (struct oai_page){ .fd = fd, .arena = a };
}

/* The page is not OAI-PMH, because. Never fails: without memory the reason is short. */
static int not_oai(struct oai_page *p, const char *reason)
{
	const char *copy = arena_strdup(p->arena, reason);

	p->answer = OAI_NOT;
	p->reason = str_of(copy ? copy : "not OAI-PMH");
	return 0;
}

static ssize_t read_at(int fd, char *to, size_t n, uint64_t at)
{
	ssize_t got;

	do
		got = pread(fd, to, n, (off_t)at);
	while (got < 0 && errno == EINTR);
	return got;
}

/* Bytes before the document: a byte order mark and white space. */
static size_t lead(struct str s)
{
	size_t n = str_starts(s, STR("\xEF\xBB\xBF")) ? 3 : 0;

	while (n < s.n && strchr(" \t\r\n", s.p[n]) && s.p[n])
		n++;
	return n;
}

/* 0: fed to the end; negative: the parser's or the disk's word. */
static int feed_all(struct oai_reader *r, char *chunk, uint64_t size, struct hv_err *err)
{
	bool started = false;

	for (uint64_t at = 0; at < size;) {
		size_t want = size - at < CHUNK ? (size_t)(size - at) : CHUNK;
		ssize_t got = read_at(r->page->fd, chunk, want, at);

		if (got <= 0)
			return hv_fail(err, HV_E_IO, "cannot read the spooled page: %s",
				       got < 0 ? strerror(errno) : "it is shorter than it was");
		struct str s = { chunk, (size_t)got };
		size_t skip = started ? 0 : lead(s);

		at += (uint64_t)got;
		if (skip == s.n)
			continue;
		if (!started && skip > 0 && s.p[skip - 1] > 0) /* white space, not only the mark */
			oai_page_odd(r->page, "leading_space", STR_NONE);
		if (!started)
			r->base = at - s.n + skip;
		started = true;
		int n = xml_stream_feed(r->stream, str_from(s, skip), err);

		if (n < 0)
			return n;
	}
	return started ? xml_stream_end(r->stream, err) : hv_fail(err, HV_E_PARSE, "the answer is empty");
}

/* What the whole, well-formed document says. */
static int judge(const struct oai_reader *r)
{
	struct oai_page *p = r->page;
	char text[200];

	if (p->n_errors > 0 && r->verb_seen)
		/* Which half is true? A list that broke off on the server must not look complete. */
		return not_oai(p, "the answer holds an error and a list");
	if (p->n_errors > 0) {
		p->answer = OAI_ERROR;
		return 0;
	}
	if (r->verb_seen) {
		p->answer = OAI_VALID;
		return 0;
	}
	(void)snprintf(text, sizeof(text), "%s%.*s where %s was asked for",
		       r->other_verb.n ? "the answer is to " : "the answer is to no verb",
		       STR_ARG(r->other_verb), oai_verb_name(r->asked));
	return not_oai(p, text);
}

int oai_page_read(struct oai_page *p, enum oai_verb asked, int fd, uint64_t size, const char *content_type,
		  struct hv_err *err)
{
	struct hv_err why = { 0 };
	struct oai_reader r = { .page = p, .asked = asked, .text = BUF_INIT(MAX_TEXT) };

	(void)content_type;
	page_clear(p, fd);
	p->size = size;
	hv_auto(xml_stream_freep) struct xml_stream *stream = xml_stream_new(&oai_envelope_events, NULL, &r);
	hv_auto(hv_freep) char *chunk = malloc(CHUNK);

	if (!stream || !chunk)
		return hv_nomem(err, "a page");
	r.stream = stream;
	int n = feed_all(&r, chunk, size, &why);

	buf_release(&r.text);
	if (n == HV_E_LIMIT || n == HV_E_NOMEM || n == HV_E_IO)
		return hv_fail(err, why.code, "%s", why.text);
	if (n < 0 && !r.closed)
		return not_oai(p, why.text);
	if (n < 0)
		oai_page_odd(p, "text_after_document", str_of(why.text));
	(void)judge(&r);
	return arena_failed(p->arena) ? hv_nomem(err, "the envelope of a page") : 0;
}

const struct oai_entry *oai_page_entry(const struct oai_page *p, size_t n)
{
	return n < p->n_records ? &p->blocks[n / OAI_ENTRY_BLOCK][n % OAI_ENTRY_BLOCK] : NULL;
}

bool oai_page_has_error(const struct oai_page *p, const char *code)
{
	for (size_t i = 0; i < p->n_errors; i++)
		if (str_is(p->errors[i].code, code))
			return true;
	return false;
}

bool oai_page_only_error(const struct oai_page *p, const char *code)
{
	for (size_t i = 0; i < p->n_errors; i++)
		if (!str_is(p->errors[i].code, code))
			return false;
	return p->n_errors > 0;
}

struct str oai_page_fact(const struct oai_page *p, const char *name, size_t group)
{
	for (size_t i = 0; i < p->n_facts; i++)
		if (p->facts[i].group == group && str_is(p->facts[i].name, name))
			return p->facts[i].text;
	return STR_NONE;
}

void oai_page_error_text(const struct oai_page *p, char *ret, size_t size)
{
	size_t at = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < p->n_errors && at < size; i++) {
		const struct oai_error *e = &p->errors[i];
		int n = snprintf(ret + at, size - at, "%s%.*s%s%.*s", i ? "; " : "", STR_ARG(e->code),
				 e->text.n ? ": " : "", STR_ARG(str_cut(e->text, 200)));

		at += n > 0 ? (size_t)n : 0;
	}
}

int64_t oai_page_number(struct str s)
{
	uint64_t n;

	return str_to_u64(str_trim(s), &n) && n <= INT64_MAX ? (int64_t)n : -1;
}
