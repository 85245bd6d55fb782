/*
 * connectors/oai/body.c - a record's body, read back from the spooled page as a document of its own.
 *
 * The bytes are the server's own; nothing is parsed and written anew. Declarations go right behind the name
 * of the first tag, where attributes, an empty-element slash or a `>` inside a value cannot be in the way.
 * Tests: tests/unit/connectors/oai/test_page.c.
 */
#include "connectors/oai/body.h"

#include <errno.h>
#include <unistd.h>

#include "harvester/base/buf.h"

/* "lido:" anywhere: in a name, or in a value that may be a qualified name. Too many does no harm. */
static bool prefix_used(struct str bytes, struct str prefix)
{
	for (struct str rest = bytes;;) {
		ptrdiff_t at = str_find(rest, prefix);

		if (at < 0)
			return false;
		rest = str_from(rest, (size_t)at + prefix.n);
		if (rest.n && rest.p[0] == ':')
			return true;
	}
}

static void put_value(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '&' || c == '<' || c == '"' || c < 0x20)
			buf_printf(b, "&#%u;", c);
		else
			buf_putc(b, s.p[i]);
	}
}

static void put_declarations(struct buf *b, struct str bytes, const struct oai_scope *scope)
{
	for (size_t i = 0; scope && i < scope->n; i++) {
		const struct oai_namespace *ns = &scope->v[i];

		if (ns->prefix.n > 0 && !prefix_used(bytes, ns->prefix))
			continue;
		buf_puts(b, ns->prefix.n ? " xmlns:" : " xmlns");
		buf_str(b, ns->prefix);
		buf_puts(b, "=\"");
		put_value(b, ns->uri);
		buf_putc(b, '"');
	}
}

/* Behind `<name`. */
static size_t name_end(struct str bytes)
{
	size_t at = 1;

	while (at < bytes.n && !memchr(" \t\r\n/>", bytes.p[at], 6))
		at++;
	return at < bytes.n ? at : bytes.n;
}

/* Room that all declarations of a scope can take at most: every byte of an address as a reference. */
static size_t room_for(const struct oai_scope *scope)
{
	size_t n = 0;

	for (size_t i = 0; scope && i < scope->n; i++)
		n += strlen(" xmlns:=\"\"") + scope->v[i].prefix.n + strlen("&#38;") * scope->v[i].uri.n;
	return n;
}

static int read_back(int fd, char *to, uint64_t n, uint64_t at, struct hv_err *err)
{
	for (uint64_t done = 0; done < n;) {
		ssize_t got = pread(fd, to + done, (size_t)(n - done), (off_t)(at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return hv_fail(err, HV_E_IO, "cannot read a record back from the spooled page: %s",
				       got < 0 ? strerror(errno) : "it is shorter than it was");
		done += (uint64_t)got;
	}
	return 0;
}

int oai_body_read(const struct oai_page *p, const struct oai_entry *e, struct arena *a, struct str *ret,
		  struct hv_err *err)
{
	size_t room = room_for(e->scope), n = (size_t)e->body_n;
	char *to = arena_alloc(a, room + n + 1);

	if (!to)
		return hv_nomem(err, "a record");
	int r = read_back(p->fd, to + room, e->body_n, e->body_at, err);

	if (r < 0)
		return r;
	hv_auto(buf_release) struct buf b = BUF_INIT(room + 1);
	struct str body = { to + room, n };
	size_t name = name_end(body);

	put_declarations(&b, body, e->scope);
	if (b.failed)
		return hv_nomem(err, "a record");
	/* `<name` moves to the left and the declarations fill the gap. */
	char *start = to + room - b.n;

	memmove(start, to + room, name);
	if (b.n)
		memcpy(start + name, b.p, b.n);
	*ret = (struct str){ start, b.n + n };
	return 0;
}
