/*
 * config/problems.c - the list of problems of yaml.h: kept in the order found, told all at once.
 *
 * Refuses to print anything: who prints is the command line. Texts are one line whatever a file holds, and
 * bounded. Tests: tests/unit/config/test_yaml.c.
 */
#include "config/yaml.h"

#include "harvester/base/text.h"

enum { MOST_KEPT = 1000, LONGEST_TEXT = 600 };

void problems_init(struct problems *p, struct arena *a)
{
	*p = (struct problems){ .arena = a };
}

/* Room for one more, or NULL when the list is full or memory is out. */
static struct problem *add(struct problems *p)
{
	if (p->n == MOST_KEPT)
		return NULL;
	if (p->n == p->cap) {
		size_t cap = p->cap ? p->cap * 4 : 16;
		struct problem *v = arena_array(p->arena, cap, sizeof(*v));

		if (!v)
			return NULL;
		if (p->n)
			memcpy(v, p->v, p->n * sizeof(*v));
		p->v = v;
		p->cap = cap;
	}
	return &p->v[p->n++];
}

/* A quoted name may hold line feeds; a problem is one line. The cut never splits a character. */
static void one_line(char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7F)
			text[i] = ' ';
	for (size_t i = 0; i < n;) {
		size_t step = text_sequence(text + i, n - i);

		if (step == 0) {
			text[i] = '\0';
			return;
		}
		i += step;
	}
}

static HV_PRINTF(6, 0) void tell(struct problems *p, const char *file, unsigned line, unsigned column,
				 bool warning, const char *fmt, va_list ap)
{
	char text[LONGEST_TEXT];
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	struct problem *new = add(p);

	p->errors += !warning;
	if (!new)
		return;
	one_line(text, n < 0 ? 0 : (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
	const char *copy = arena_strdup(p->arena, n < 0 ? "a problem that cannot be told" : text);
	*new = (struct problem){ file, line, column, warning, copy ? copy : "out of memory" };
}

/* Without a node (a file that is no YAML has none) a problem still is one. */
static HV_PRINTF(4, 0) void tell_at(struct problems *p, const struct yaml *where, bool warning,
				    const char *fmt, va_list ap)
{
	static const struct yaml nowhere = { .file = "configuration" };

	if (!where)
		where = &nowhere;
	tell(p, where->file, where->line, where->column, warning, fmt, ap);
}

void problem_at(struct problems *p, const struct yaml *where, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell_at(p, where, false, fmt, ap);
	va_end(ap);
}

void warning_at(struct problems *p, const struct yaml *where, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell_at(p, where, true, fmt, ap);
	va_end(ap);
}

void problem_file(struct problems *p, const char *file, unsigned line, unsigned column, const char *fmt, ...)
{
	const char *copy = arena_strdup(p->arena, file);
	va_list ap;

	va_start(ap, fmt);
	tell(p, copy ? copy : "", line, column, false, fmt, ap);
	va_end(ap);
}

char *problem_text(const struct problem *one, struct arena *a)
{
	const char *kind = one->warning ? "warning: " : "";

	if (one->line == 0)
		return arena_printf(a, "%s: %s%s", one->file, kind, one->text);
	return arena_printf(a, "%s:%u:%u: %s%s", one->file, one->line, one->column, kind, one->text);
}

int problems_err(const struct problems *p, struct hv_err *err)
{
	char more[48] = "";

	if (p->errors == 0)
		return 0;
	if (p->errors > 1)
		(void)snprintf(more, sizeof(more), " (and %zu more)", p->errors - 1);
	for (size_t i = 0; i < p->n; i++) {
		const struct problem *one = &p->v[i];

		if (one->warning)
			continue;
		if (one->line == 0)
			return hv_fail(err, HV_E_CONFIG, "%s: %s%s", one->file, one->text, more);
		return hv_fail(err, HV_E_CONFIG, "%s:%u:%u: %s%s", one->file, one->line, one->column,
			       one->text, more);
	}
	return hv_fail(err, HV_E_CONFIG, "%zu problems, none of which could be kept", p->errors);
}
