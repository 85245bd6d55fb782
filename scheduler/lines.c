/*
 * scheduler/lines.c - see lines.h. Tests: tests/unit/scheduler/test_lines.c, tests/fuzz/fuzz_progress.c.
 */
#include "scheduler/lines.h"

static void put(struct lines *l, const char *p, size_t n)
{
	size_t room = sizeof(l->text) - l->n;

	if (n > room) {
		n = room;
		l->cut = true;
	}
	memcpy(l->text + l->n, p, n);
	l->n += n;
}

static void hand_over(struct lines *l, line_fn *each, void *ctx)
{
	struct str s = { l->text, l->n };

	if (s.n && s.p[s.n - 1] == '\r')
		s.n--;
	each(ctx, s, l->cut);
	l->n = 0;
	l->cut = false;
}

void lines_feed(struct lines *l, const char *p, size_t n, line_fn *each, void *ctx)
{
	while (n) {
		const char *feed = memchr(p, '\n', n);
		size_t part = feed ? (size_t)(feed - p) : n;

		put(l, p, part);
		if (!feed)
			return;
		hand_over(l, each, ctx);
		p += part + 1;
		n -= part + 1;
	}
}

void lines_end(struct lines *l, line_fn *each, void *ctx)
{
	if (l->n || l->cut)
		hand_over(l, each, ctx);
}

static bool state_word(struct str v, char *ret, size_t size)
{
	if (v.n == 0 || v.n >= size)
		return false;
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] < 'a' || v.p[i] > 'z')
			return false;
	memcpy(ret, v.p, v.n);
	ret[v.n] = '\0';
	return true;
}

static bool count(struct str v, int64_t *ret)
{
	uint64_t n;

	if (!str_to_u64(v, &n) || n > INT64_MAX)
		return false;
	*ret = (int64_t)n;
	return true;
}

static bool pair(struct str key, struct str v, struct progress *ret)
{
	if (str_is(key, "state"))
		return state_word(v, ret->state, sizeof(ret->state));
	if (str_is(key, "done"))
		return count(v, &ret->done);
	if (str_is(key, "expected"))
		return str_is(v, "-1") || count(v, &ret->expected);
	if (str_is(key, "run"))
		return count(v, &ret->run);
	return true;
}

bool progress_parse(struct str line, struct progress *ret)
{
	static const struct str begin = { "progress ", 9 };
	struct progress p = { .done = -1, .expected = -1 };
	struct str rest = str_from(line, begin.n), item;

	if (!str_starts(line, begin))
		return false;
	while (str_next_item(&rest, ' ', &item)) {
		ptrdiff_t is = str_find(item, STR("="));

		if (item.n == 0)
			continue;
		if (is < 0 || !pair(str_cut(item, (size_t)is), str_from(item, (size_t)is + 1), &p))
			return false;
	}
	if (!p.state[0] || p.done < 0)
		return false;
	*ret = p;
	return true;
}
