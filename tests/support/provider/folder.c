/*
 * folder.c - records from a folder: records.tsv names them, one file per record holds the LIDO document.
 *
 * records.tsv: one record a line, columns separated by one tab: identifier, datestamp, sets (separated by
 * commas, may be empty), status (live or deleted), file name in the same folder (may be empty when deleted).
 * Lines that are empty or start with "#" are skipped; the order of lines is the order of lists. Documents are
 * read when they are asked for, so an edited file shows at once. Tests: tests/unit/support/test_provider.c.
 */
#include "tests/support/provider/source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define RECORDS_MAX 200000
#define FILE_MAX ((size_t)64 << 20)

struct row {
	char *identifier, *sets, *file; /* inside folder.text */
	int64_t stamp;
	bool deleted;
};

struct table {
	struct pv_text text; /* records.tsv, cut into strings */
	struct row *rows;
	size_t n;
	char **sets; /* distinct, owned */
	size_t n_sets;
};

struct folder {
	struct pv_source source;
	char *path;
	struct table table;
	struct timespec mtime; /* of records.tsv as read */
	off_t size;
};

static const struct folder *self(const struct pv_source *s)
{
	return (const struct folder *)(const void *)s;
}

static bool read_file(const char *folder, const char *name, struct pv_text *out, char *errtext,
		      size_t errsize)
{
	struct pv_text path = { 0 };
	char chunk[16384];
	size_t n, start = out->len;
	FILE *f;

	pv_text_printf(&path, "%s/%s", folder, name);
	f = path.failed ? NULL : fopen(path.s, "rb");
	if (!f) {
		snprintf(errtext, errsize, "%s/%s: %s", folder, name, strerror(errno));
		pv_text_free(&path);
		return false;
	}
	while ((n = fread(chunk, 1, sizeof chunk, f)) > 0 && out->len - start < FILE_MAX)
		pv_text_add(out, chunk, n);
	if (ferror(f) || out->failed || n > 0)
		snprintf(errtext, errsize, "%s: cannot be read, or over %zu bytes", path.s, FILE_MAX);
	n = ferror(f) || out->failed || n > 0;
	fclose(f);
	pv_text_free(&path);
	return n == 0;
}

static void table_free(struct table *t)
{
	for (size_t i = 0; i < t->n_sets; i++)
		free(t->sets[i]);
	free(t->sets);
	free(t->rows);
	pv_text_free(&t->text);
	*t = (struct table){ 0 };
}

static bool table_add_set(struct table *t, const char *name, size_t len)
{
	char **more;

	for (size_t i = 0; i < t->n_sets; i++)
		if (strlen(t->sets[i]) == len && memcmp(t->sets[i], name, len) == 0)
			return true;
	more = realloc(t->sets, (t->n_sets + 1) * sizeof *more);
	if (!more)
		return false;
	t->sets = more;
	t->sets[t->n_sets] = strndup(name, len);
	return t->sets[t->n_sets++] != NULL;
}

/* Fills row from one line; NULL when it is right, else what is wrong with it. */
static const char *row_parse(char *line, struct row *row)
{
	char *cell[5] = { NULL };
	bool day;

	for (int i = 0; i < 5; i++)
		cell[i] = strsep(&line, "\t");
	if (line)
		return "has more than five columns";
	if (!cell[3])
		return "needs identifier, datestamp, set, status and file, separated by tabs";
	row->identifier = cell[0];
	row->sets = cell[2];
	row->file = cell[4] ? cell[4] : cell[3] + strlen(cell[3]);
	row->deleted = strcmp(cell[3], "deleted") == 0;
	if (!*row->identifier)
		return "has no identifier";
	if (!pv_stamp_parse(cell[1], &row->stamp, &day))
		return "has a datestamp that is neither YYYY-MM-DD nor YYYY-MM-DDThh:mm:ssZ";
	if (!row->deleted && strcmp(cell[3], "live") != 0)
		return "has a status that is neither live nor deleted";
	if (strchr(row->file, '/') || strcmp(row->file, "..") == 0)
		return "has a file outside the folder";
	if (!row->deleted && !*row->file)
		return "is live and has no file";
	return NULL;
}

static bool table_add_row(struct table *t, const struct row *row)
{
	if (t->n % 256 == 0) {
		struct row *more = realloc(t->rows, (t->n + 256) * sizeof *more);

		if (!more)
			return false;
		t->rows = more;
	}
	t->rows[t->n++] = *row;
	for (const char *s = row->sets; *s;) {
		size_t len = strcspn(s, ",");

		if (len && !table_add_set(t, s, len))
			return false;
		s += len + (s[len] == ',');
	}
	return true;
}

static bool table_read(const char *folder, struct table *ret, char *errtext, size_t errsize)
{
	struct table t = { 0 };
	char *rest, *line;
	size_t number = 0;

	if (!read_file(folder, "records.tsv", &t.text, errtext, errsize))
		goto fail;
	rest = t.text.s;
	while ((line = strsep(&rest, "\n"))) {
		struct row row;
		const char *wrong;

		number++;
		line[strcspn(line, "\r")] = '\0';
		if (!*line || *line == '#')
			continue;
		wrong = row_parse(line, &row);
		if (!wrong && (t.n >= RECORDS_MAX || !table_add_row(&t, &row)))
			wrong = "is one too many, or memory has run out";
		if (wrong) {
			snprintf(errtext, errsize, "%s/records.tsv:%zu: the line %s", folder, number, wrong);
			goto fail;
		}
	}
	*ret = t;
	return true;
fail:
	table_free(&t);
	return false;
}

static bool folder_refresh(struct pv_source *s, bool force, char *errtext, size_t errsize)
{
	struct folder *f = (struct folder *)(void *)s;
	struct pv_text path = { 0 };
	struct stat st = { 0 };
	struct table t;

	pv_text_printf(&path, "%s/records.tsv", f->path);
	if (path.failed || stat(path.s, &st) < 0) {
		snprintf(errtext, errsize, "%s/records.tsv: %s", f->path, strerror(errno));
		pv_text_free(&path);
		return false;
	}
	pv_text_free(&path);
	if (!force && st.st_size == f->size && st.st_mtim.tv_sec == f->mtime.tv_sec &&
	    st.st_mtim.tv_nsec == f->mtime.tv_nsec)
		return true;
	if (!table_read(f->path, &t, errtext, errsize))
		return false;
	table_free(&f->table);
	f->table = t;
	f->mtime = st.st_mtim;
	f->size = st.st_size;
	return true;
}

static size_t folder_count(const struct pv_source *s)
{
	return self(s)->table.n;
}

static void folder_key(const struct pv_source *s, size_t i, struct pv_key *ret)
{
	const struct row *row = &self(s)->table.rows[i];

	*ret = (struct pv_key){ .stamp = row->stamp, .sets = row->sets, .deleted = row->deleted };
}

static void folder_identifier(const struct pv_source *s, size_t i, struct pv_text *out)
{
	pv_text_puts(out, self(s)->table.rows[i].identifier);
}

static bool folder_body(const struct pv_source *s, size_t i, struct pv_text *out, char *errtext,
			size_t errsize)
{
	struct pv_text doc = { 0 };
	const char *at;
	bool good = read_file(self(s)->path, self(s)->table.rows[i].file, &doc, errtext, errsize);

	if (good && doc.s) {
		at = doc.s;
		if (strncmp(at, "\xef\xbb\xbf", 3) == 0)
			at += 3;
		/* a declaration may only stand at the start of the whole answer */
		if (strncmp(at, "<?xml", 5) == 0 && strstr(at, "?>"))
			at = strstr(at, "?>") + 2;
		at += strspn(at, " \t\r\n");
		pv_text_add(out, at, doc.len - (size_t)(at - doc.s));
	}
	pv_text_free(&doc);
	return good;
}

static bool folder_find(const struct pv_source *s, const char *identifier, size_t *ret)
{
	const struct table *t = &self(s)->table;

	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->rows[i].identifier, identifier) == 0) {
			*ret = i;
			return true;
		}
	return false;
}

static const char *folder_set(const struct pv_source *s, size_t n)
{
	return n < self(s)->table.n_sets ? self(s)->table.sets[n] : NULL;
}

static void folder_free(struct pv_source *s)
{
	struct folder *f = (struct folder *)(void *)s;

	table_free(&f->table);
	free(f->path);
	free(f);
}

static const struct pv_source_ops folder_ops = {
	.count = folder_count,
	.key = folder_key,
	.identifier = folder_identifier,
	.body = folder_body,
	.find = folder_find,
	.set = folder_set,
	.refresh = folder_refresh,
	.free = folder_free,
};

struct pv_source *pv_folder_open(const char *folder, char *errtext, size_t errsize)
{
	struct folder *f = calloc(1, sizeof *f);

	if (!f)
		return NULL;
	f->source.ops = &folder_ops;
	f->path = strdup(folder);
	if (!f->path || !folder_refresh(&f->source, true, errtext, errsize)) {
		folder_free(&f->source);
		return NULL;
	}
	return &f->source;
}
