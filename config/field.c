/*
 * config/field.c - see field.h: the reader. One function per type; a fallback is read by the same functions
 * as a written value, so that a table cannot hold a default that nobody could write.
 *
 * Refuses to know any key: tables do. Never shows the text of a secret. Tests:
 * tests/unit/config/test_field.c, tests/unit/config/test_units.c.
 */
#include "config/field.h"

#include "config/cron.h"
#include "config/units.h"
#include "harvester/base/buf.h"
#include "harvester/base/text.h"

struct reading {
	struct arena *arena;
	struct problems *problems;
};

typedef bool read_fn(struct reading *r, const struct cfg_field *f, const struct yaml *v, void *to);

static const char *kind_name(const struct yaml *v)
{
	return v->kind == YAML_LIST ? "a list" : v->kind == YAML_MAP ? "a map" : "a text";
}

/* The scalar of a value, or a problem. */
static bool scalar(struct reading *r, const struct cfg_field *f, const struct yaml *v)
{
	if (v->kind == YAML_TEXT)
		return true;
	problem_at(r->problems, v, "'%s' must be a single value, not %s", f->name, kind_name(v));
	return false;
}

static bool bad(struct reading *r, const struct cfg_field *f, const struct yaml *v, const char *form)
{
	problem_at(r->problems, v, "'%s' must be %s, not '%.*s'", f->name, form, STR_ARG(v->text));
	return false;
}

static bool read_text(struct reading *r, const struct cfg_field *f, const struct yaml *v, void *to)
{
	if (!scalar(r, f, v))
		return false;
	*(const char **)to = v->text.p;
	return true;
}

static bool read_list(struct reading *r, const struct cfg_field *f, const struct yaml *v, void *to)
{
	struct cfg_list list = { 0 };
	const struct yaml *items = v->kind == YAML_LIST ? v->items : v;
	size_t n = v->kind == YAML_LIST ? v->n : 1;

	if (v->kind == YAML_MAP) {
		problem_at(r->problems, v, "'%s' must be a list of texts, not a map", f->name);
		return false;
	}
	list.v = arena_array(r->arena, n ? n : 1, sizeof(*list.v));
	for (size_t i = 0; list.v && i < n; i++) {
		if (items[i].kind != YAML_TEXT)
			problem_at(r->problems, &items[i], "'%s' must be a list of texts; this item is %s",
				   f->name, kind_name(&items[i]));
		else if (yaml_is_nothing(&items[i]))
			problem_at(r->problems, &items[i], "an item of '%s' is empty", f->name);
		else
			list.v[list.n++] = items[i].text.p;
	}
	*(struct cfg_list *)to = list;
	return true;
}

static bool read_bool(struct reading *r, const struct cfg_field *f, const struct yaml *v, void *to)
{
	if (!scalar(r, f, v))
		return false;
	if (!str_is(v->text, "true") && !str_is(v->text, "false"))
		return bad(r, f, v, "true or false");
	*(bool *)to = v->text.p[0] == 't';
	return true;
}

static bool in_range(const struct cfg_field *f, int64_t v)
{
	return (f->min == 0 && f->max == 0) || (v >= f->min && v <= f->max);
}

static bool read_number(struct reading *r, const struct cfg_field *f, const struct yaml *v, void *to)
{
	char form[96] = "a whole number";
	int64_t n;

	if (!scalar(r, f, v))
		return false;
	if (f->min || f->max)
		(void)snprintf(form, sizeof(form), "a whole number from %lld to %lld", (long long)f->min,
			       (long long)f->max);
	if (!units_number(v->text, &n) || !in_range(f, n))
		return bad(r, f, v, form);
	*(int64_t *)to = n;
	return true;
}

static bool read_duration(struct reading *r, const struct cfg_field *f, const struct yaml *v, void *to)
{
	if (!scalar(r, f, v))
		return false;
	return units_duration(v->text, to) || bad(r, f, v, "a duration like 500ms, 30s, 15m, 6h or 30d");
}

static bool read_bytes(struct reading *r, const struct cfg_field *f, const struct yaml *v, void *to)
{
	if (!scalar(r, f, v))
		return false;
	return units_bytes(v->text, to) || bad(r, f, v, "a number of bytes like 512 KiB, 64 MiB or 1 GiB");
}

static bool read_share(struct reading *r, const struct cfg_field *f, const struct yaml *v, void *to)
{
	if (!scalar(r, f, v))
		return false;
	return units_share(v->text, to) || bad(r, f, v, "a share like 10 % or 0.5 %");
}

static bool read_rate(struct reading *r, const struct cfg_field *f, const struct yaml *v, void *to)
{
	if (!scalar(r, f, v))
		return false;
	return units_rate(v->text, to) || bad(r, f, v, "a rate like 2 / s or 30 / min");
}

static bool read_url(struct reading *r, const struct cfg_field *f, const struct yaml *v, void *to)
{
	if (!scalar(r, f, v))
		return false;
	const char *fault = units_url_fault(v->text);

	if (fault) { /* the value is not shown: it may hold a password */
		problem_at(r->problems, v, "'%s' is no usable address: %s", f->name, fault);
		return false;
	}
	*(const char **)to = v->text.p;
	return true;
}

static bool read_word(struct reading *r, const struct cfg_field *f, const struct yaml *v, void *to)
{
	hv_auto(buf_release) struct buf all = BUF_INIT(4096);
	size_t n = 0;

	if (!scalar(r, f, v))
		return false;
	for (; f->words[n]; n++) {
		if (str_is(v->text, f->words[n])) {
			*(int *)to = (int)n;
			return true;
		}
		buf_printf(&all, "%s%s", n == 0 ? "" : f->words[n + 1] ? ", " : " or ", f->words[n]);
	}
	const char *near = text_nearest(v->text, f->words, n);

	if (near)
		problem_at(r->problems, v, "'%s' must be %s, not '%.*s'; did you mean '%s'?", f->name,
			   buf_cstr(&all), STR_ARG(v->text), near);
	else
		bad(r, f, v, buf_cstr(&all));
	return false;
}

static bool read_cron(struct reading *r, const struct cfg_field *f, const struct yaml *v, void *to)
{
	char fault[CRON_FAULT];
	struct cron cron;

	if (!scalar(r, f, v))
		return false;
	*(const char **)to = NULL;
	if (str_is(v->text, "none"))
		return true;
	if (!cron_parse(v->text, &cron, fault)) {
		problem_at(r->problems, v, "'%s': %s", f->name, fault);
		return false;
	}
	*(const char **)to = v->text.p;
	return true;
}

static bool variable_name(const char *s)
{
	if (!(*s == '_' || (*s >= 'A' && *s <= 'Z') || (*s >= 'a' && *s <= 'z')))
		return false;
	return s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

static bool read_secret(struct reading *r, const struct cfg_field *f, const struct yaml *v, void *to)
{
	struct cfg_secret secret = { .where = v };

	if (!scalar(r, f, v))
		return false;
	secret.reference = v->text.p;
	if (str_starts(v->text, STR("file:/")))
		secret.file = v->text.p + strlen("file:");
	else if (str_starts(v->text, STR("env:")) && variable_name(v->text.p + strlen("env:")))
		secret.env = v->text.p + strlen("env:");
	if (!secret.file && !secret.env) { /* never show it: it may be the secret itself */
		problem_at(r->problems, v,
			   "'%s' must be a reference, file:/PATH or env:NAME, never the secret itself",
			   f->name);
		return false;
	}
	*(struct cfg_secret *)to = secret;
	return true;
}

static bool read_raw(struct reading *r, const struct cfg_field *f, const struct yaml *v, void *to)
{
	(void)r;
	(void)f;
	*(const struct yaml **)to = v;
	return true;
}

static read_fn *const readers[] = {
	[CFG_TEXT] = read_text,     [CFG_LIST] = read_list,         [CFG_BOOL] = read_bool,
	[CFG_NUMBER] = read_number, [CFG_DURATION] = read_duration, [CFG_BYTES] = read_bytes,
	[CFG_SHARE] = read_share,   [CFG_RATE] = read_rate,         [CFG_URL] = read_url,
	[CFG_WORD] = read_word,     [CFG_CRON] = read_cron,         [CFG_SECRET] = read_secret,
	[CFG_RAW] = read_raw,
};

/* The fallback as a value; `[]` is an empty list, everything else one scalar. */
static void read_fallback(struct reading *r, const struct cfg_field *f, const struct yaml *where, void *to)
{
	struct yaml *v = arena_alloc(r->arena, sizeof(*v));

	if (!v)
		return;
	*v = (struct yaml){ .kind = YAML_TEXT,
			    .plain = true,
			    .text = str_of(f->fallback),
			    .file = where->file,
			    .line = where->line,
			    .column = where->column };
	if (f->type == CFG_LIST && strcmp(f->fallback, "[]") == 0)
		v->kind = YAML_LIST;
	if (f->type != CFG_RAW)
		(void)readers[f->type](r, f, v, to);
}

static void unknown_keys(struct reading *r, const struct yaml *map, const struct cfg_field *fields, size_t n)
{
	const char **known = arena_array(r->arena, n ? n : 1, sizeof(*known));

	for (size_t i = 0; known && i < n; i++)
		known[i] = fields[i].name;
	for (size_t k = 0; known && k < map->n; k++) {
		size_t i = 0;

		while (i < n && !str_is(map->keys[k].text, fields[i].name))
			i++;
		if (i == n)
			cfg_unknown(r->problems, &map->keys[k], "key", map->keys[k].text, known, n);
	}
}

static void read_map(struct reading *r, const struct yaml *map, const struct yaml *where,
		     const struct cfg_field *fields, size_t n, char *target);

/* A section that is absent, or no map, still gets its fallbacks. */
static void read_section(struct reading *r, const struct cfg_field *f, const struct yaml *v,
			 const struct yaml *where, char *to)
{
	if (!v && f->optional)
		return;
	if (v && v->kind != YAML_MAP) {
		problem_at(r->problems, v, "'%s' must be a map of keys, not %s", f->name, kind_name(v));
		where = NULL; /* what is missing inside is no news */
	}
	read_map(r, v && v->kind == YAML_MAP ? v : NULL, v && where ? v : where, f->fields, f->n_fields, to);
}

static void read_field(struct reading *r, const struct cfg_field *f, const struct yaml *v,
		       const struct yaml *where, char *to)
{
	static const struct yaml nowhere = { .file = "" };

	if (v && f->type != CFG_RAW && yaml_is_nothing(v))
		v = NULL;
	if (f->type == CFG_SECTION)
		read_section(r, f, v, where, to);
	else if (v && readers[f->type](r, f, v, to))
		return;
	else if (f->fallback)
		read_fallback(r, f, where ? where : &nowhere, to);
	else if (!v && !f->optional && where)
		problem_at(r->problems, where, "the key '%s' is missing%s%s%s", f->name,
			   f->example ? " (for example " : "", f->example ? f->example : "",
			   f->example ? ")" : "");
}

/* where: the place to name when something is missing; NULL: missing keys are not told. */
static void read_map(struct reading *r, const struct yaml *map, const struct yaml *where,
		     const struct cfg_field *fields, size_t n, char *target)
{
	if (map)
		unknown_keys(r, map, fields, n);
	for (size_t i = 0; i < n; i++)
		read_field(r, &fields[i], map ? yaml_get(map, fields[i].name) : NULL, where,
			   target + fields[i].offset);
}

void cfg_read(struct arena *a, const struct yaml *map, const struct cfg_field *fields, size_t n, void *target,
	      struct problems *p)
{
	struct reading r = { a, p };
	const struct yaml *where = map;

	if (map && map->kind != YAML_MAP) {
		if (!yaml_is_nothing(map)) {
			problem_at(p, map, "a map of keys is expected here, not %s", kind_name(map));
			where = NULL;
		}
		map = NULL;
	}
	read_map(&r, map, where, fields, n, target);
}

void cfg_unknown(struct problems *p, const struct yaml *where, const char *what, struct str name,
		 const char *const *known, size_t n)
{
	const char *near = text_nearest(name, known, n);
	hv_auto(buf_release) struct buf all = BUF_INIT(400);

	name = str_cut(name, 80);
	if (near) {
		problem_at(p, where, "unknown %s '%.*s'; did you mean '%s'?", what, STR_ARG(name), near);
		return;
	}
	for (size_t i = 0; i < n; i++)
		buf_printf(&all, "%s%s", i ? ", " : "", known[i]);
	if (n == 0 || all.failed)
		problem_at(p, where, "unknown %s '%.*s'", what, STR_ARG(name));
	else
		problem_at(p, where, "unknown %s '%.*s'; known here: %s", what, STR_ARG(name),
			   buf_cstr(&all));
}
