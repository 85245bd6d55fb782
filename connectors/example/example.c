/*
 * connectors/example/example.c - a text file of records, page by page.
 *
 * page() finds where the lines of a page lie and holds only that; next() reads one line back. So a file of
 * any size costs a page of offsets and one record. Tests: tests/unit/connectors/test_conformance_example.c.
 */
#include "connectors/example/example.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connectors/example/lines.h"
#include "harvester/io/json.h"

enum {
	CHUNK = 64 << 10,
	COLUMNS = 8 << 10, /* what identifier, datestamp and status may add to a record's size */
	MAX_PAGE = 1000
};

static const struct cfg_field fields[] = {
	{ .name = "path",
	  .type = CFG_TEXT,
	  .offset = offsetof(struct example_section, path),
	  .help = "File with one record per line: identifier, datestamp, status, XML, separated by tabs.",
	  .example = "/var/lib/harvester/records.tsv" },
	{ .name = "page_size",
	  .type = CFG_NUMBER,
	  .offset = offsetof(struct example_section, page_size),
	  .fallback = "100",
	  .min = 1,
	  .max = MAX_PAGE,
	  .help = "Records a page: what one checkpoint covers." },
};

struct line {
	uint64_t at, n;
};

struct connector {
	struct connector_env env;
	const struct example_section *section;
	int fd;
	uint64_t size;   /* when it was opened; what is added later belongs to the next run */
	uint64_t at;     /* behind the page in hand */
	uint64_t number; /* lines before the page in hand */
	struct line lines[MAX_PAGE];
	size_t n, next;
	char chunk[CHUNK];
};

static void example_close(struct connector *c)
{
	if (!c)
		return;
	hv_closep(&c->fd);
	free(c);
}
HV_DEFINE_AUTO(struct connector, example_close)

/* The checkpoint is our own text, but it comes back from a database: it is read like any input. */
static int restore(struct connector *c, struct hv_err *err)
{
	hv_auto(arena_freep) struct arena *a = arena_new(64 << 10);
	struct json state;

	if (!a)
		return hv_nomem(err, "checkpoint");
	if (json_parse(a, str_of(c->env.checkpoint), &state, err) < 0)
		return hv_wrap(err, "checkpoint");
	int64_t at = json_number(&state, "offset", -1), number = json_number(&state, "lines", -1);

	if (at < 0 || number < 0 || (uint64_t)at > c->size)
		return hv_fail(err, HV_E_CONFIG, "'%s' is not the file that the unfinished run began with",
			       c->section->path);
	c->at = (uint64_t)at;
	c->number = (uint64_t)number;
	return 0;
}

static int example_open(const struct connector_env *env, struct connector **ret, struct hv_err *err)
{
	hv_auto(example_closep) struct connector *c = calloc(1, sizeof(*c));
	struct stat st;

	if (!c)
		return hv_nomem(err, "the connector");
	c->env = *env;
	c->section = env->section;
	c->fd = open(c->section->path, O_RDONLY | O_CLOEXEC);
	if (c->fd < 0 || fstat(c->fd, &st) < 0)
		return hv_fail(err, HV_E_IO, "cannot read '%s': %s", c->section->path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return hv_fail(err, HV_E_CONFIG, "'%s' is not a file", c->section->path);
	c->size = (uint64_t)st.st_size;
	if (env->checkpoint) {
		int r = restore(c, err);

		if (r < 0)
			return r;
	}
	*ret = hv_take(c);
	return 0;
}

/* A file is read whole every time: what is not in it is not there. */
static enum listing example_listing(const struct connector *c)
{
	(void)c;
	return LISTING_FULL;
}

static int read_at(const struct connector *c, char *to, size_t n, uint64_t at, struct hv_err *err)
{
	for (size_t done = 0; done < n;) {
		ssize_t got = pread(c->fd, to + done, n - done, (off_t)(at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return hv_fail(err, HV_E_IO, "cannot read '%s': %s", c->section->path,
				       got < 0 ? strerror(errno) : "it became shorter");
		done += (size_t)got;
	}
	return 0;
}

static int example_page(struct connector *c, struct connector_page *ret, struct hv_err *err)
{
	uint64_t start = c->at, line = c->at, at = c->at;

	if (c->env.cancelled && c->env.cancelled(c->env.ctx))
		return hv_fail(err, HV_E_CANCELLED, "cancelled between two pages");
	c->number += c->n;
	c->n = c->next = 0;
	while (at < c->size && c->n < (size_t)c->section->page_size) {
		size_t want = c->size - at < CHUNK ? (size_t)(c->size - at) : CHUNK;
		int r = read_at(c, c->chunk, want, at, err);

		if (r < 0)
			return r;
		for (size_t i = 0; i < want && c->n < (size_t)c->section->page_size; i++) {
			if (c->chunk[i] != '\n')
				continue;
			c->lines[c->n++] = (struct line){ line, at + i - line };
			line = at + i + 1;
		}
		at += want;
	}
	if (at >= c->size && line < c->size && c->n < (size_t)c->section->page_size) {
		c->lines[c->n++] = (struct line){ line, c->size - line }; /* no line feed at the end */
		line = c->size;
	}
	c->at = line;
	if (c->n == 0)
		return HV_END;
	*ret = (struct connector_page){
		.records = c->n, .bytes = c->at - start, .expected = -1, .last = c->at == c->size
	};
	return HV_ROW;
}

/* Over the limit: only the columns before the XML are read, to name the record. */
static void too_large(struct connector *c, struct arena *a, struct record *r)
{
	r->fault = "too_large";
	r->body = STR_NONE;
	r->fault_reason = str_of(arena_printf(
		a, "La notice « %.*s » dépasse la taille admise de %zu octets. Réduire la notice.",
		STR_ARG(r->external_id), c->env.max_record));
}

static int example_next(struct connector *c, struct arena *a, struct record *ret, struct hv_err *err)
{
	if (c->next == c->n)
		return HV_END;
	const struct line *l = &c->lines[c->next];
	bool large = l->n > c->env.max_record + COLUMNS;
	size_t n = large ? COLUMNS : (size_t)l->n;
	char *text = arena_alloc(a, n + 1);
	struct record r;

	if (!text)
		return hv_nomem(err, "a record");
	int e = read_at(c, text, n, l->at, err);

	if (e < 0)
		return e;
	while (large && n > 0 && text[n - 1] != '\t')
		n--; /* whole columns only: a cut inside a character would look like a fault of the source */
	example_line((struct str){ text, n }, c->number + c->next + 1, a, &r);
	if (large || r.body.n > c->env.max_record)
		too_large(c, a, &r);
	if (arena_failed(a))
		return hv_nomem(err, "a record");
	*ret = r;
	c->next++;
	return HV_ROW;
}

static int example_checkpoint(const struct connector *c, struct buf *out, struct hv_err *err)
{
	buf_printf(out, "{\"v\":1,\"offset\":%llu,\"lines\":%llu}", (unsigned long long)c->at,
		   (unsigned long long)(c->number + c->n));
	return buf_ok(out, "checkpoint", err);
}

/* Every run reads the whole file, so there is nothing to remember. */
static int example_cursor(const struct connector *c, struct buf *out, struct hv_err *err)
{
	(void)c;
	buf_puts(out, "{\"v\":1}");
	return buf_ok(out, "cursor", err);
}

const struct connector_ops example_connector = {
	.name = "example",
	.summary = "a text file, one record per line (a model for new connectors)",
	.fields = fields,
	.n_fields = HV_LEN(fields),
	.section_size = sizeof(struct example_section),
	.open = example_open,
	.listing = example_listing,
	.page = example_page,
	.next = example_next,
	.checkpoint = example_checkpoint,
	.cursor = example_cursor,
	.close = example_close,
};
