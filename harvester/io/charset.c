/*
 * io/charset.c - see charset.h. iconv of libc does the work; only encodings on our list reach it, because a
 * name from outside chooses code to load there.
 */
#include "harvester/io/charset.h"

#include <errno.h>
#include <iconv.h>
#include <strings.h>

#define HEAD_MAX 1024u /* a longer XML declaration is none */
#define NAME_MAX_ 40u
#define NONE ((iconv_t)-1)

struct charset {
	charset_out *out;
	void *ctx;
	char head[HEAD_MAX]; /* the beginning, until the encoding is known */
	size_t n_head;
	bool known;
	bool started; /* past white space at the beginning */
	iconv_t cd;   /* NONE: UTF-8 as it is */
	char name[NAME_MAX_ + 1];
	char rest[8]; /* the beginning of a character that the next chunk ends */
	size_t n_rest;
	uint64_t done; /* bytes converted, and skipped at the beginning */
};

struct charset *charset_new(charset_out *out, void *ctx)
{
	struct charset *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->out = out;
	c->ctx = ctx;
	c->cd = NONE;
	return c;
}

void charset_free(struct charset *c)
{
	if (!c)
		return;
	if (c->cd != NONE)
		iconv_close(c->cd);
	free(c);
}

const char *charset_name(const struct charset *c)
{
	return c->name;
}

static bool is_blank(char b)
{
	return b == ' ' || b == '\t' || b == '\r' || b == '\n';
}

static bool same_word(struct str s, const char *word)
{
	return s.n == strlen(word) && strncasecmp(s.p, word, s.n) == 0;
}

static bool starts_word(struct str s, const char *word)
{
	return s.n > strlen(word) && strncasecmp(s.p, word, strlen(word)) == 0;
}

/* What sources of museums are known to send; stateful and rare encodings stay outside. */
static bool is_allowed(struct str name)
{
	static const char *const exact[] = { "US-ASCII", "ASCII", "latin1", "macintosh", "IBM850", "CP850" };
	static const char *const families[] = { "ISO-8859-", "ISO8859-", "windows-125", "CP125" };

	for (size_t i = 0; i < name.n; i++)
		if (!((name.p[i] | 32) >= 'a' && (name.p[i] | 32) <= 'z') &&
		    !(name.p[i] >= '0' && name.p[i] <= '9') && name.p[i] != '-')
			return false;
	for (size_t i = 0; i < HV_LEN(exact); i++)
		if (same_word(name, exact[i]))
			return true;
	for (size_t i = 0; i < HV_LEN(families); i++)
		if (starts_word(name, families[i]))
			return true;
	return false;
}

static int use(struct charset *c, struct str name, struct hv_err *err)
{
	c->known = true;
	(void)snprintf(c->name, sizeof(c->name), "%.*s", STR_ARG(str_cut(name, NAME_MAX_)));
	if (same_word(name, "UTF-8") || same_word(name, "UTF8"))
		return 0;
	if (same_word(name, "UTF-16LE") || same_word(name, "UTF-16BE") ||
	    (name.n <= NAME_MAX_ && is_allowed(name)))
		c->cd = iconv_open("UTF-8", c->name);
	if (c->cd == NONE)
		return hv_fail(
			err, HV_E_PARSE,
			"the encoding '%s' is not known here (UTF-8, UTF-16, ISO-8859-n, windows-125n are)",
			c->name);
	return 0;
}

/* The value of encoding="…" in an XML declaration; {NULL,0} when there is none. */
static struct str declared(struct str declaration)
{
	ptrdiff_t at = str_find(declaration, STR("encoding"));

	if (at < 0)
		return STR_NONE;
	struct str s = str_trim(str_from(declaration, (size_t)at + 8));
	if (!s.n || s.p[0] != '=')
		return STR_NONE;
	s = str_trim(str_from(s, 1));
	if (!s.n || (s.p[0] != '"' && s.p[0] != '\''))
		return STR_NONE;
	const char *end = memchr(s.p + 1, s.p[0], s.n - 1);
	return end ? (struct str){ s.p + 1, (size_t)(end - s.p) - 1 } : STR_NONE;
}

/* Some bytes at the beginning say nothing, and are not handed on. */
static void skip(struct charset *c, struct str *head, size_t n)
{
	*head = str_from(*head, n);
	c->done += n;
}

static int from_declaration(struct charset *c, struct str *head, bool whole, struct hv_err *err)
{
	size_t blanks = 0;

	while (blanks < head->n && is_blank(head->p[blanks]))
		blanks++;
	struct str rest = str_from(*head, blanks);
	bool maybe = str_starts(STR("<?xml"), rest) || str_starts(rest, STR("<?xml"));
	ptrdiff_t end = str_find(rest, STR("?>"));
	if (maybe && end < 0 && !whole)
		return HV_END;
	skip(c, head, blanks);
	struct str name = maybe && end >= 0 ? declared(str_cut(rest, (size_t)end)) : STR_NONE;
	/* The declaration could be read byte by byte, so it is not UTF-16, whatever it says (.NET writes so).
	 */
	if (!name.p || same_word(str_cut(name, 6), "UTF-16"))
		name = STR("UTF-8");
	return use(c, name, err) < 0 ? HV_E_PARSE : HV_ROW;
}

/* HV_ROW when the encoding is known by now; *head loses what is not to be handed on. */
static int detect(struct charset *c, struct str *head, bool whole, struct hv_err *err)
{
	static const struct {
		struct str bytes;
		const char *name;
		bool mark; /* a byte order mark: no text */
	} shapes[] = {
		{ { "\xEF\xBB\xBF", 3 }, "UTF-8", true }, { { "\xFF\xFE", 2 }, "UTF-16LE", true },
		{ { "\xFE\xFF", 2 }, "UTF-16BE", true },  { { "<\0", 2 }, "UTF-16LE", false },
		{ { "\0<", 2 }, "UTF-16BE", false },
	};

	if (head->n < 3 && !whole)
		return HV_END;
	for (size_t i = 0; i < HV_LEN(shapes); i++) {
		if (!str_starts(*head, shapes[i].bytes))
			continue;
		if (shapes[i].mark) /* and the declaration is not asked */
			skip(c, head, shapes[i].bytes.n);
		return use(c, str_of(shapes[i].name), err) < 0 ? HV_E_PARSE : HV_ROW;
	}
	return from_declaration(c, head, whole, err);
}

static int hand_out(struct charset *c, struct str utf8, struct hv_err *err)
{
	while (!c->started && utf8.n && is_blank(utf8.p[0]))
		utf8 = str_from(utf8, 1);
	if (utf8.n == 0)
		return 0;
	c->started = true;
	return c->out(utf8, c->ctx, err);
}

/* Converts what is whole; *in keeps the beginning of a character at its end. */
static int convert(struct charset *c, struct str *in, struct hv_err *err)
{
	char out[16384];

	while (in->n) {
		char *from = (char *)(uintptr_t)in->p, *to = out;
		size_t left = in->n, room = sizeof(out);
		size_t r = iconv(c->cd, &from, &left, &to, &room);
		int why = r == (size_t)-1 ? errno : 0;

		c->done += in->n - left;
		*in = (struct str){ from, left };
		int handed = hand_out(c, (struct str){ out, sizeof(out) - room }, err);
		if (handed < 0)
			return handed;
		if (why == EINVAL)
			return 0;
		if (why && why != E2BIG)
			return hv_fail(err, HV_E_PARSE, "byte %llu: 0x%02X is not %s here",
				       (unsigned long long)c->done + 1, (unsigned char)in->p[0], c->name);
	}
	return 0;
}

/* A character cut by the end of the chunk before: bytes are added until it is whole. */
static int convert_rest(struct charset *c, struct str *in, struct hv_err *err)
{
	while (c->n_rest && in->n) {
		if (c->n_rest == sizeof(c->rest))
			return hv_fail(err, HV_E_PARSE, "byte %llu: not %s", (unsigned long long)c->done + 1,
				       c->name);
		c->rest[c->n_rest++] = in->p[0];
		*in = str_from(*in, 1);
		struct str one = { c->rest, c->n_rest };
		int r = convert(c, &one, err);
		if (r < 0)
			return r;
		memmove(c->rest, one.p, one.n);
		c->n_rest = one.n;
	}
	return 0;
}

static int pass(struct charset *c, struct str in, struct hv_err *err)
{
	if (c->cd == NONE) {
		c->done += in.n;
		return hand_out(c, in, err);
	}
	int r = convert_rest(c, &in, err);
	if (r == 0)
		r = convert(c, &in, err);
	if (r < 0 || in.n == 0)
		return r;
	if (in.n > sizeof(c->rest))
		return hv_fail(err, HV_E_PARSE, "byte %llu: not %s", (unsigned long long)c->done + 1,
			       c->name);
	memcpy(c->rest, in.p, in.n);
	c->n_rest = in.n;
	return 0;
}

/* Look for the encoding in what was kept back; when found, hand that on. */
static int settle(struct charset *c, bool whole, struct hv_err *err)
{
	struct str head = { c->head, c->n_head };
	int r = detect(c, &head, whole || c->n_head == HEAD_MAX, err);

	return r == HV_ROW ? pass(c, head, err) : r;
}

int charset_feed(struct charset *c, struct str bytes, struct hv_err *err)
{
	while (!c->known && bytes.n) {
		size_t n = HEAD_MAX - c->n_head < bytes.n ? HEAD_MAX - c->n_head : bytes.n;

		memcpy(c->head + c->n_head, bytes.p, n);
		c->n_head += n;
		bytes = str_from(bytes, n);
		int r = settle(c, false, err);
		if (r < 0)
			return r;
	}
	return bytes.n ? pass(c, bytes, err) : 0;
}

int charset_end(struct charset *c, struct hv_err *err)
{
	int r = c->known ? 0 : settle(c, true, err);

	if (r < 0)
		return r;
	if (c->n_rest)
		return hv_fail(err, HV_E_PARSE, "byte %llu: the text ends inside a character",
			       (unsigned long long)c->done + 1);
	return 0;
}
