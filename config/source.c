/*
 * config/source.c - see source.h: one source file from tree to struct, and the rules that no table can say.
 *
 * Refuses to know connectors, mappings and Joconde fields: run/ binds their names. Tests:
 * tests/unit/config/test_source.c.
 */
#include "config/source.h"

#include "config/source_file.h"
#include "harvester/base/text.h"

enum { MOST_DEFAULTS = 1000 };

bool source_name_valid(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
			return false;
	}
	return s.n >= 1 && s.n <= 64;
}

bool source_mail_valid(const char *s)
{
	const char *at = strchr(s, '@');

	for (const char *c = s; *c; c++)
		if ((unsigned char)*c <= 0x20 || strchr("<>,;\"", *c))
			return false;
	return at && at > s && at[1] && !strchr(at + 1, '@');
}

/* The node of a key that was read, for problems found later; the root when it is absent. */
static const struct yaml *place(const struct yaml *root, const char *section, const char *key)
{
	const struct yaml *map = section ? yaml_get(root, section) : root;
	const struct yaml *v = map ? yaml_get(map, key) : NULL;

	return v ? v : section && map ? map : root;
}

/*
 * The keys that the table knows, as a map of its own; what is left is the connector's section or a problem.
 * Exactly one further key may stand in the file, and it is named like the connector.
 */
static struct yaml general_part(struct arena *a, const struct yaml *root, struct str connector,
				const struct yaml **ret_section, struct problems *p)
{
	const char **known = arena_array(a, source_fields_n + 1, sizeof(*known));
	struct yaml part = *root;

	part.n = 0;
	part.keys = arena_array(a, root->n + 1, sizeof(*part.keys));
	part.items = arena_array(a, root->n + 1, sizeof(*part.items));
	if (!known || !part.keys || !part.items)
		return part;
	for (size_t i = 0; i < source_fields_n; i++)
		known[i] = source_fields[i].name;
	known[source_fields_n] = connector.p;
	for (size_t k = 0; k < root->n; k++) {
		struct str name = root->keys[k].text;
		size_t i = 0;

		while (i < source_fields_n && !str_is(name, known[i]))
			i++;
		if (i < source_fields_n) {
			part.keys[part.n] = root->keys[k];
			part.items[part.n++] = root->items[k];
		} else if (connector.n && str_eq(name, connector)) {
			*ret_section = &root->items[k];
		} else if (connector.n && root->items[k].kind == YAML_MAP &&
			   !text_nearest(name, known, source_fields_n + 1)) {
			problem_at(p, &root->keys[k],
				   "unknown section '%.*s'; the only section of a connector here is '%.*s'",
				   STR_ARG(name), STR_ARG(connector));
		} else {
			cfg_unknown(p, &root->keys[k], "key", name, known,
				    source_fields_n + (connector.n ? 1 : 0));
		}
	}
	return part;
}

/* FIELD: value or list of values. */
static void add_defaults(struct arena *a, const struct yaml *map, const char *what, const char *set,
			 struct cfg_source *s, struct problems *p)
{
	if (map->kind != YAML_MAP) {
		if (!yaml_is_nothing(map))
			problem_at(p, map, "'%s' must be a map from fields to values", what);
		return;
	}
	for (size_t i = 0; i < map->n && s->n_defaults < MOST_DEFAULTS; i++) {
		const struct yaml one = { .kind = YAML_MAP,
					  .file = map->file,
					  .line = map->keys[i].line,
					  .column = map->keys[i].column,
					  .keys = &map->keys[i],
					  .items = &map->items[i],
					  .n = 1 };
		const struct cfg_field field = { .name = map->keys[i].text.p,
						 .type = CFG_LIST,
						 .fallback = "[]" };
		struct cfg_default *d = &s->defaults[s->n_defaults];

		cfg_read(a, &one, &field, 1, &d->values, p);
		d->field = field.name;
		d->set = set;
		d->where = &map->keys[i];
		if (d->values.n)
			s->n_defaults++;
		else if (map->items[i].kind == YAML_LIST ? map->items[i].n == 0
							 : yaml_is_nothing(&map->items[i]))
			problem_at(p, &map->keys[i], "'%s' has no value; remove it or give one", field.name);
	}
}

static size_t defaults_of(const struct yaml *map)
{
	return map && map->kind == YAML_MAP ? map->n : 0;
}

static void read_defaults(struct arena *a, struct source_file *f, struct problems *p)
{
	size_t n = defaults_of(f->defaults);

	for (size_t i = 0; i < defaults_of(f->by_set); i++)
		n += defaults_of(&f->by_set->items[i]);
	if (n > MOST_DEFAULTS)
		problem_at(p, f->defaults ? f->defaults : f->by_set, "more than %d defaults in one source",
			   MOST_DEFAULTS);
	f->s.defaults = arena_array(a, n + 1, sizeof(*f->s.defaults));
	if (!f->s.defaults)
		return;
	if (f->defaults)
		add_defaults(a, f->defaults, "defaults", NULL, &f->s, p);
	if (f->by_set && f->by_set->kind != YAML_MAP && !yaml_is_nothing(f->by_set))
		problem_at(p, f->by_set, "'defaults_by_set' must be a map from sets to maps of fields");
	for (size_t i = 0; i < defaults_of(f->by_set); i++)
		add_defaults(a, &f->by_set->items[i], f->by_set->keys[i].text.p, f->by_set->keys[i].text.p,
			     &f->s, p);
}

static void check_name(const struct yaml *root, const char *name, const struct cfg_source *s,
		       struct problems *p)
{
	const struct yaml *at = yaml_get(root, "source");

	if (!source_name_valid(str_of(name)))
		problem_file(p, s->file, 0, 0,
			     "the name of a source file has 1 to 64 characters a-z 0-9 - _ before .yaml");
	else if (s->name && strcmp(s->name, name) != 0)
		problem_at(p, at, "'source' must be the name of the file, '%s', not '%s'", name, s->name);
}

static void check_words(const struct yaml *root, const struct cfg_source *s, struct problems *p)
{
	const char *m = s->mapping;

	if (s->connector && !source_name_valid(str_of(s->connector)))
		problem_at(p, place(root, NULL, "connector"), "'%s' is no name of a connector", s->connector);
	if (m && (!*m || *m == '.' || strchr(m, '/')))
		problem_at(p, place(root, NULL, "mapping"),
			   "'mapping' must be the name of a mapping, without folder and .yaml, not '%s'", m);
	if (s->contact && !source_mail_valid(s->contact))
		problem_at(p, place(root, NULL, "contact"), "'contact' must be a mail address, not '%s'",
			   s->contact);
	if (strcmp(s->report.language, "fr") != 0)
		problem_at(p, place(root, "report", "language"),
			   "'language' must be fr, not '%s': reports are written in French",
			   s->report.language);
	for (size_t i = 0; i < s->report.to.n; i++)
		if (!source_mail_valid(s->report.to.v[i]))
			problem_at(p, place(root, "report", "to"), "'%s' is no mail address",
				   s->report.to.v[i]);
}

static void check_museums(const struct yaml *root, const struct cfg_source *s, struct problems *p)
{
	const struct yaml *v = yaml_get(root, "museums");

	if (v && v->kind == YAML_LIST && v->n == 0)
		problem_at(p, v, "'museums' is empty; name the MUSEO codes this source may write");
	for (size_t i = 0; i < s->museums.n; i++) {
		const char *m = s->museums.v[i];

		if (!(m[0] == 'M' && strlen(m) == 5 && strspn(m + 1, "0123456789") == 4))
			problem_at(p, v->kind == YAML_LIST && v->n == s->museums.n ? &v->items[i] : v,
				   "'%s' is no MUSEO code; they are M and four digits, like M9871", m);
	}
}

/*
 * POP asks for 11 characters and gives PA, PM … to its other bases. Letters only: what begins with M and a
 * digit is the range of the museum tools (MUSEO and digits), where two programs would invent the same REF.
 */
static void check_new_refs(const struct yaml *root, const struct cfg_source *s, struct problems *p)
{
	static const char *const taken[] = { "PA", "PM", "IA", "IM", "EA", "EM" };
	const char *prefix = s->new_refs.prefix;
	const struct yaml *at = place(root, "new_refs", "prefix");

	if (!prefix) {
		if (s->create)
			problem_at(p, at,
				   "the key 'prefix' of 'new_refs' is missing; give two or three letters for "
				   "the REF of new notices, or say create: false");
		return;
	}
	if (strlen(prefix) < 2 || strlen(prefix) > 3 ||
	    strspn(prefix, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != strlen(prefix)) {
		problem_at(p, at, "'prefix' must be two or three letters A-Z, not '%s'", prefix);
		return;
	}
	for (size_t i = 0; i < HV_LEN(taken); i++)
		if (strcmp(prefix, taken[i]) == 0)
			problem_at(p, at, "'prefix' must not be %s, which belongs to another base of POP",
				   prefix);
}

/* Readers compare these without looking for NULL first. */
static void never_null(struct cfg_source *s, const char *name)
{
	s->name = name;
	if (!s->title || !*s->title)
		s->title = name;
	if (!s->connector)
		s->connector = "";
	if (!s->mapping)
		s->mapping = "";
	if (s->official_ref && (!*s->official_ref || strcmp(s->official_ref, "none") == 0))
		s->official_ref = NULL;
}

void source_read(struct arena *a, const char *name, const char *file, const struct yaml *root,
		 struct cfg_source *ret, struct problems *p)
{
	struct source_file f = { .s = { .file = file, .root = root } };
	const struct yaml *section = NULL;

	if (!root || root->kind != YAML_MAP) {
		struct problems unheard;

		if (root)
			problem_at(p, root, "a map of keys is expected here, beginning with 'source: %s'",
				   name);
		problems_init(&unheard, a);
		cfg_read(a, NULL, source_fields, source_fields_n, &f, &unheard);
		never_null(&f.s, name);
		*ret = f.s;
		return;
	}
	const struct yaml *connector = yaml_get(root, "connector");
	struct str word = connector && connector->kind == YAML_TEXT ? connector->text : STR_NONE;
	struct yaml part = general_part(a, root, word, &section, p);

	cfg_read(a, &part, source_fields, source_fields_n, &f, p);
	f.s.section = section;
	read_defaults(a, &f, p);
	source_addresses(a, f.addresses, &f.s.http.addresses, p);
	source_tls(f.tls, &f.s.http, p);
	source_auth(a, f.auth, &f.s.http, p);
	if (arena_failed(a)) {
		problem_file(p, file, 0, 0, "cannot be read: out of memory");
		never_null(&f.s, name);
		*ret = f.s;
		return;
	}
	check_name(root, name, &f.s, p);
	check_words(root, &f.s, p);
	check_museums(root, &f.s, p);
	check_new_refs(root, &f.s, p);
	never_null(&f.s, name);
	*ret = f.s;
}
