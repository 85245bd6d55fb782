/*
 * mapping/ops_text.c - operators that look at one value at a time and know nothing of museums.
 */
#include "mapping/ops.h"

#include "harvester/base/text.h"

/* Apply a function to every value. */
static int map_values(const struct op_call *c, struct vlist *v,
		      struct str (*fn)(const struct op_call *c, struct str s))
{
	for (size_t i = 0; i < v->n; i++) {
		v->v[i] = fn(c, v->v[i]);
		if (!v->v[i].p)
			return HV_E_NOMEM;
	}
	return 0;
}

static struct str squeeze_one(const struct op_call *c, struct str s)
{
	return text_squeeze(c->a, s);
}

int op_squeeze(const struct op_call *c, struct vlist *v)
{
	return map_values(c, v, squeeze_one);
}

static struct str upper_one(const struct op_call *c, struct str s)
{
	return text_upper(c->a, s);
}

int op_upper(const struct op_call *c, struct vlist *v)
{
	return map_values(c, v, upper_one);
}

static struct str lower_one(const struct op_call *c, struct str s)
{
	return text_lower(c->a, s);
}

int op_lower(const struct op_call *c, struct vlist *v)
{
	return map_values(c, v, lower_one);
}

/* Is the character at p, of n bytes, one of the set? */
static bool in_set(struct str set, const char *p, size_t n)
{
	return str_find(set, (struct str){ p, n }) >= 0;
}

static struct str trim_one(const struct op_call *c, struct str s)
{
	struct str set = c->step->args[0].text;
	size_t from = 0, end = 0;
	bool leading = true;

	for (size_t i = 0; i < s.n;) {
		size_t at = i;
		bool off = text_is_space(text_next(s, &i)) || in_set(set, s.p + at, i - at);

		if (!off) {
			if (leading)
				from = at;
			leading = false;
			end = i;
		}
	}
	return (struct str){ s.p + from, leading ? 0 : end - from };
}

int op_trim(const struct op_call *c, struct vlist *v)
{
	return map_values(c, v, trim_one);
}

static struct str glue(struct arena *a, struct str x, struct str y)
{
	char *p = arena_alloc(a, x.n + y.n + 1);

	if (!p)
		return STR_NONE;
	if (x.n)
		memcpy(p, x.p, x.n);
	if (y.n)
		memcpy(p + x.n, y.p, y.n);
	return (struct str){ p, x.n + y.n };
}

static struct str prefix_one(const struct op_call *c, struct str s)
{
	return glue(c->a, c->step->args[0].text, s);
}

int op_prefix(const struct op_call *c, struct vlist *v)
{
	return map_values(c, v, prefix_one);
}

static struct str suffix_one(const struct op_call *c, struct str s)
{
	return glue(c->a, s, c->step->args[0].text);
}

int op_suffix(const struct op_call *c, struct vlist *v)
{
	return map_values(c, v, suffix_one);
}

static struct str replaced(struct arena *a, struct str s, struct str from, struct str to)
{
	size_t count = 0, n = 0;

	for (struct str r = s; from.n && str_find(r, from) >= 0; count++)
		r = str_from(r, (size_t)str_find(r, from) + from.n);
	if (count == 0)
		return s;
	char *p = arena_alloc(a, s.n + count * to.n + 1);
	if (!p)
		return STR_NONE;
	for (ptrdiff_t at; (at = str_find(s, from)) >= 0; s = str_from(s, (size_t)at + from.n)) {
		memcpy(p + n, s.p, (size_t)at);
		n += (size_t)at;
		if (to.n)
			memcpy(p + n, to.p, to.n);
		n += to.n;
	}
	memcpy(p + n, s.p, s.n);
	return (struct str){ p, n + s.n };
}

static struct str replace_one(const struct op_call *c, struct str s)
{
	return replaced(c->a, s, c->step->args[0].text, c->step->args[1].text);
}

int op_replace(const struct op_call *c, struct vlist *v)
{
	return map_values(c, v, replace_one);
}

static struct str format_one(const struct op_call *c, struct str s)
{
	return replaced(c->a, c->step->args[0].text, STR("{}"), s);
}

int op_format(const struct op_call *c, struct vlist *v)
{
	return map_values(c, v, format_one);
}

int op_split(const struct op_call *c, struct vlist *v)
{
	struct str on = c->step->args[0].text;
	struct vlist out = { 0 };

	for (size_t i = 0; i < v->n; i++) {
		struct str rest = v->v[i];

		for (bool more = true; more;) {
			ptrdiff_t at = str_find(rest, on);
			struct str one = str_trim(at < 0 ? rest : str_cut(rest, (size_t)at));

			more = at >= 0;
			rest = str_from(rest, more ? (size_t)at + on.n : rest.n);
			int r = one.n ? vlist_add(c->a, &out, one) : 0;
			if (r < 0)
				return r;
		}
	}
	*v = out;
	return 0;
}

static struct str cut_one(const struct op_call *c, struct str s)
{
	size_t at = 0;

	for (uint64_t n = 0; n < c->step->args[0].number && at < s.n; n++)
		(void)text_next(s, &at);
	return str_trim(str_cut(s, at));
}

int op_cut(const struct op_call *c, struct vlist *v)
{
	return map_values(c, v, cut_one);
}

static struct str before_one(const struct op_call *c, struct str s)
{
	ptrdiff_t at = str_find(s, c->step->args[0].text);

	return at < 0 ? s : str_trim(str_cut(s, (size_t)at));
}

int op_before(const struct op_call *c, struct vlist *v)
{
	return map_values(c, v, before_one);
}

static struct str after_one(const struct op_call *c, struct str s)
{
	struct str text = c->step->args[0].text;
	ptrdiff_t at = str_find(s, text);

	return at < 0 ? s : str_trim(str_from(s, (size_t)at + text.n));
}

int op_after(const struct op_call *c, struct vlist *v)
{
	return map_values(c, v, after_one);
}
