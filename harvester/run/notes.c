/*
 * run/notes.c - see notes.h. Few at a time, searched one by one: the list is emptied every page.
 */
#include "harvester/run/notes.h"

#include "harvester/base/text.h"

enum {
	LONGEST = 200, /* bytes of a subject or an example that are kept */
	OVERFLOWS = 32 /* codes that have an entry "…" of their own; further codes share the last one */
};

struct note {
	char *code, *subject, *example;
	int64_t times;
};

struct notes {
	struct note *v;
	size_t n, most;
	int64_t lost; /* memory gave out: counted, not kept */
};

struct notes *notes_new(size_t most)
{
	struct notes *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->most = most;
	n->v = calloc(most + OVERFLOWS, sizeof(*n->v));
	if (!n->v) {
		free(n);
		return NULL;
	}
	return n;
}

static void clear(struct notes *n)
{
	for (size_t i = 0; i < n->n; i++) {
		free(n->v[i].code);
		free(n->v[i].subject);
		free(n->v[i].example);
	}
	n->n = 0;
}

void notes_free(struct notes *n)
{
	if (!n)
		return;
	clear(n);
	free(n->v);
	free(n);
}

/* Cut at a character, not inside one. */
static char *keep(struct str s)
{
	return strndup(s.p ? s.p : "", text_cut(s, LONGEST).n);
}

static struct note *find(struct notes *n, const char *code, const char *subject)
{
	for (size_t i = 0; i < n->n; i++)
		if (strcmp(n->v[i].subject, subject) == 0 && strcmp(n->v[i].code, code) == 0)
			return &n->v[i];
	return NULL;
}

void notes_add(struct notes *n, const char *code, struct str subject, struct str example)
{
	hv_auto(hv_freep) char *kept = keep(subject);
	struct note *old = kept ? find(n, code, kept) : NULL;

	if (!old && n->n >= n->most)
		old = find(n, code, "…");
	if (!old && n->n == n->most + OVERFLOWS)
		old = &n->v[n->n - 1];
	if (old) {
		old->times++;
		return;
	}
	struct note new = { .code = strdup(code),
			    .subject = n->n >= n->most ? strdup("…") : hv_take(kept),
			    .example = keep(example),
			    .times = 1 };
	if (!new.code || !new.subject || !new.example) {
		free(new.code);
		free(new.subject);
		free(new.example);
		n->lost++;
		return;
	}
	n->v[n->n++] = new;
}

int notes_drain(struct notes *n,
		int (*each)(void *ctx, const char *code, const char *subject, const char *example,
			    int64_t times, struct hv_err *err),
		void *ctx, struct hv_err *err)
{
	for (size_t i = 0; i < n->n; i++) {
		struct note *v = &n->v[i];
		int r = each(ctx, v->code, v->subject, v->example, v->times, err);

		if (r < 0)
			return r;
	}
	clear(n);
	return 0;
}
