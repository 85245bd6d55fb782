/*
 * connectors/oai/page.c - one page of an OAI-PMH answer: the file is read once, in chunks, and judged.
 *
 * What is judged here: white space and a byte order mark before the document are skipped (faults 68, 69),
 * text behind it is left unread with a finding (71, 105), everything that is not well-formed up to there is
 * no OAI-PMH answer. Tests: tests/unit/connectors/oai/test_page.c, tests/fuzz/fuzz_oai_page.c.
 */
#include "connectors/oai/page.h"
#include "harvester/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <strings.h>
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

/* An unlinked file for the page as UTF-8. */
static int new_spool(struct hv_err *err)
{
	const char *dir = getenv("TMPDIR");
	hv_auto(buf_release) struct buf path = BUF_INIT(4096);

	buf_printf(&path, "%s/harvester-page-XXXXXX", dir && *dir ? dir : "/tmp");
	if (buf_ok(&path, "TMPDIR", err) < 0)
		return HV_E_LIMIT;
	int fd = mkostemp(path.p, O_CLOEXEC);

	if (fd < 0)
		return hv_fail(err, HV_E_IO, "cannot make '%s': %s", path.p, strerror(errno));
	(void)unlink(path.p);
	return fd;
}

static int spool(struct oai_reader *r, struct str s, struct hv_err *err)
{
	if (r->recoded < 0)
		r->recoded = new_spool(err);
	if (r->recoded < 0)
		return r->recoded;
	for (size_t done = 0; done < s.n;) {
		ssize_t n = write(r->recoded, s.p + done, s.n - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return hv_fail(err, HV_E_IO, "cannot spool a page: %s", strerror(errno));
		done += (size_t)n;
	}
	return 0;
}

static int on_utf8(struct str utf8, void *ctx, struct hv_err *err)
{
	struct oai_reader *r = ctx;

	if (strcasecmp(charset_name(r->charset), "UTF-8") != 0) {
		int n = spool(r, utf8, err);

		if (n < 0)
			return n;
	}
	return xml_stream_feed(r->stream, utf8, err);
}

/* The first bytes: what is skipped, and where the file begins for the parser. */
static struct str begin(struct oai_reader *r, struct str s, uint64_t at)
{
	size_t skip = lead(s), mark = str_starts(s, STR("\xEF\xBB\xBF")) ? 3 : 0;

	if (skip > mark)
		oai_page_odd(r->page, "leading_space", STR_NONE);
	r->base = at + skip;
	if (mark) { /* UTF-8 by its mark, whatever the declaration says */
		charset_free(r->charset);
		r->charset = NULL;
	}
	return str_from(s, skip);
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

		if (!started)
			s = begin(r, s, at);
		at += (uint64_t)got;
		if (s.n == 0)
			continue;
		started = true;
		int n = r->charset ? charset_feed(r->charset, s, err) : xml_stream_feed(r->stream, s, err);

		if (n < 0)
			return n;
	}
	if (!started)
		return hv_fail(err, HV_E_PARSE, "the answer is empty");
	int n = r->charset ? charset_end(r->charset, err) : 0;

	return n < 0 ? n : xml_stream_end(r->stream, err);
}

/* Bodies lie in the second spool when there is one: offsets are those of UTF-8, counted from its start. */
static void settle(struct oai_reader *r)
{
	struct oai_page *p = r->page;

	if (r->recoded < 0)
		return;
	(void)close(p->fd);
	p->fd = r->recoded;
	for (size_t i = 0; i < p->n_records; i++)
		p->blocks[i / OAI_ENTRY_BLOCK][i % OAI_ENTRY_BLOCK].body_at -= r->base;
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

static int read_page(struct oai_reader *r, uint64_t size, struct hv_err *err)
{
	hv_auto(hv_freep) char *chunk = malloc(CHUNK);

	r->stream = xml_stream_new(&oai_envelope_events, NULL, r);
	r->charset = charset_new(on_utf8, r);
	int n = chunk && r->stream && r->charset ? feed_all(r, chunk, size, err) : hv_nomem(err, "a page");

	charset_free(r->charset);
	xml_stream_free(r->stream);
	buf_release(&r->text);
	settle(r);
	return n;
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

int oai_page_read(struct oai_page *p, enum oai_verb asked, int fd, uint64_t size, struct hv_err *err)
{
	struct hv_err why = { 0 };
	struct oai_reader r = { .page = p, .asked = asked, .text = BUF_INIT(MAX_TEXT), .recoded = -1 };

	page_clear(p, fd);
	p->size = size;
	int n = read_page(&r, size, &why);

	if (n == HV_E_LIMIT || n == HV_E_NOMEM || n == HV_E_IO)
		return hv_fail(err, why.code, "%s", why.text);
	if (n < 0 && !r.closed)
		return not_oai(p, is_html(p->fd) ? "it sends a page of HTML: open the address in a browser; "
						   "maintenance, a login or a wrong base_url"
						 : why.text);
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
				 e->text.n ? ": " : "", STR_ARG(text_cut(e->text, 200)));

		at += n > 0 ? (size_t)n : 0;
	}
	hv_whole_end(ret);
}

int64_t oai_page_number(struct str s)
{
	uint64_t n;

	return str_to_u64(str_trim(s), &n) && n <= INT64_MAX ? (int64_t)n : -1;
}
