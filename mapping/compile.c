/*
 * mapping/compile.c - the top of a mapping file: root, namespaces, languages, nodes, tables.
 *
 * Fields and rules: compile_field.c; operators: compile_ops.c; the small readers: compile_parts.c. Order
 * matters: tables before nodes, nodes before fields, so that names are known when they are used.
 */
#include "mapping/compile.h"

#include "harvester/base/text.h"

enum { MAPPING_MEMORY = 64u << 20, MOST_NAMES = 1u << 16 };

static const char *const top_keys[] = { "mapping",    "for",       "root",
					"namespaces", "languages", "record_language",
					"nodes",      "tables",    "fields",
					"tests",      "title" };

static struct values namespace_uris(struct compiler *c, const struct yaml *y)
{
	struct values v = compile_texts(c, y);

	if (v.n == 0)
		problem_at(c->p, y, "a prefix stands for at least one namespace address (\"\" = none)");
	return v;
}

static void compile_namespaces(struct compiler *c, const struct yaml *y)
{
	size_t n = y && y->kind == YAML_MAP ? y->n : 0;

	if (y && y->kind != YAML_MAP)
		problem_at(c->p, y, "namespaces: prefix: address, or prefix: [address, address]");
	c->m->prefixes = arena_array(c->a, n + 1, sizeof(*c->m->prefixes));
	for (size_t i = 0; c->m->prefixes && i < n; i++) {
		struct values uris = namespace_uris(c, &y->items[i]);

		c->m->prefixes[c->m->n_prefixes++] = (struct path_prefix){ y->keys[i].text, uris.v, uris.n };
	}
	c->scope.prefixes = c->m->prefixes;
	c->scope.n_prefixes = c->m->n_prefixes;
}

static void compile_root(struct compiler *c, const struct yaml *map, const struct yaml *y)
{
	if (!y) {
		problem_at(c->p, map,
			   "root is missing: the element where every path starts, e.g. root: lido:lido");
		return;
	}
	c->m->root = compile_root_path(c, y);
}

static const char *const table_keys[] = { "file", "map", "unknown" };

static const char *table_path(struct compiler *c, const struct yaml *y)
{
	struct str name = y->text;

	if (str_starts(name, STR("tables/")))
		name = str_from(name, 7);
	if (name.n == 0 || name.p[0] == '/' || str_find(name, STR("..")) >= 0) {
		problem_at(c->p, y, "a table is named inside the folder tables, e.g. tables/roles.csv");
		return NULL;
	}
	const char *word = arena_strndup(c->a, name.p, name.n);
	const char *path = word && c->config ? config_file(c->config, "tables", word, c->a) : NULL;
	if (!path)
		problem_at(c->p, y, "table file 'tables/%.*s' is neither in the configuration nor shipped",
			   STR_ARG(name));
	return path;
}

/* A whole file of at most max bytes into the arena. */
static struct str read_file(struct arena *a, const char *path, size_t max, struct hv_err *err)
{
	hv_auto(hv_fclosep) FILE *f = fopen(path, "rb");
	hv_auto(buf_release) struct buf b = BUF_INIT(max);

	if (!f) {
		(void)hv_fail(err, HV_E_IO, "%s cannot be opened: %m", path);
		return STR_NONE;
	}
	for (char *room; (room = buf_room(&b, 65536));) {
		size_t n = fread(room, 1, 65536, f);

		b.n += n;
		if (n == 0)
			break;
	}
	if (ferror(f) || b.failed) {
		(void)hv_fail(err, HV_E_IO, "%s cannot be read, or holds over %zu bytes", path, max);
		return STR_NONE;
	}
	struct str s = arena_str(a, buf_view(&b));
	if (!s.p)
		(void)hv_nomem(err, path);
	return s;
}

static void compile_table(struct compiler *c, struct map_table *t, const struct yaml *key,
			  const struct yaml *y)
{
	const struct yaml *file = yaml_get(y, "file"), *map = yaml_get(y, "map");
	struct hv_err err = { 0 };

	t->name = arena_strndup(c->a, key->text.p, key->text.n);
	t->line = key->line;
	if (y->kind != YAML_MAP) {
		problem_at(c->p, y,
			   "a table is {file: tables/NAME.csv} or {map: {from: to}}, with unknown: …");
		return;
	}
	compile_keys(c, y, "key of a table", table_keys, HV_LEN(table_keys));
	if (yaml_get(y, "unknown"))
		(void)compile_unknown(c, yaml_get(y, "unknown"), &t->unknown, &t->fallback);
	if (!file == !map || (file && file->kind != YAML_TEXT)) {
		problem_at(c->p, key, "table '%s' needs either file: or map:", t->name);
		return;
	}
	if (map) {
		(void)table_from_map(c->a, t, map, c->p);
		return;
	}
	const char *path = table_path(c, file);
	struct str text = path ? read_file(c->a, path, 8u << 20, &err) : STR_NONE;
	if (path && !text.p)
		problem_at(c->p, file, "%s", err.text);
	else if (path)
		(void)table_from_csv(c->a, t, path, text, c->p);
}

static void compile_tables(struct compiler *c, const struct yaml *y)
{
	size_t n = y && y->kind == YAML_MAP ? y->n : 0;

	if (y && y->kind != YAML_MAP)
		problem_at(c->p, y, "tables: name: {file: …}");
	if (n > MAX_TABLES) {
		problem_at(c->p, y, "more than %d tables", MAX_TABLES);
		n = MAX_TABLES;
	}
	c->m->tables = arena_array(c->a, n + 1, sizeof(*c->m->tables));
	c->table_used = arena_array(c->a, n + 1, sizeof(*c->table_used));
	if (!c->m->tables || !c->table_used)
		return;
	c->m->n_tables = n;
	for (size_t i = 0; i < n; i++) {
		c->m->tables[i].unknown = UNKNOWN_FLAG;
		compile_table(c, &c->m->tables[i], &y->keys[i], &y->items[i]);
	}
}

static const char *const node_keys[] = { "from", "where" };

static void compile_node_set(struct compiler *c, struct map_nodes *s, const struct yaml *key,
			     const struct yaml *y)
{
	s->name = key->text;
	s->line = key->line;
	if (y->kind != YAML_MAP || !yaml_get(y, "from")) {
		problem_at(c->p, y,
			   "a node set is {from: PATH} with where: … if only some of the nodes count");
		return;
	}
	compile_keys(c, y, "key of a node set", node_keys, HV_LEN(node_keys));
	s->from = compile_paths(c, yaml_get(y, "from"), &s->n_from);
	if (yaml_get(y, "where"))
		s->where = compile_conds(c, yaml_get(y, "where"), &s->n_where);
}

/* A set may start from those before it, never from itself or a later one: the scope grows as they are read.
 */
static void compile_nodes(struct compiler *c, const struct yaml *y)
{
	size_t n = y && y->kind == YAML_MAP ? y->n : 0;

	if (y && y->kind != YAML_MAP)
		problem_at(c->p, y, "nodes: name: {from: PATH}");
	if (n > MAX_NODE_SETS) {
		problem_at(c->p, y, "more than %d node sets", MAX_NODE_SETS);
		n = MAX_NODE_SETS;
	}
	c->m->nodes = arena_array(c->a, n + 1, sizeof(*c->m->nodes));
	c->variables = arena_array(c->a, n + 1, sizeof(*c->variables));
	if (!c->m->nodes || !c->variables)
		return;
	c->scope.variables = c->variables;
	for (size_t i = 0; i < n; i++) {
		compile_node_set(c, &c->m->nodes[i], &y->keys[i], &y->items[i]);
		c->variables[i] = y->keys[i].text;
		c->scope.n_variables = i + 1;
		c->m->n_nodes = i + 1;
	}
}

static void compile_head(struct compiler *c, const struct yaml *y)
{
	const struct yaml *form = yaml_get(y, "for"), *lang = yaml_get(y, "languages"),
			  *record = yaml_get(y, "record_language");

	if (!form)
		problem_at(c->p, y, "for: is missing: the form of the records, here: for: xml");
	else if (form->kind != YAML_TEXT || !str_is(form->text, "xml"))
		problem_at(c->p, form, "the form of records is xml");
	compile_namespaces(c, yaml_get(y, "namespaces"));
	compile_root(c, y, yaml_get(y, "root"));
	if (lang) {
		const struct map_languages *l = compile_languages(c, lang);

		if (l)
			c->m->languages = *l;
	}
	if (record)
		c->m->record_language = compile_path(c, record);
}

static void compile_top(struct compiler *c, const struct yaml *y)
{
	if (y->kind != YAML_MAP) {
		problem_at(c->p, y, "a mapping file is a map: mapping: …, for: xml, root: …, fields: …");
		return;
	}
	compile_keys(c, y, "key", top_keys, HV_LEN(top_keys));
	compile_head(c, y);
	compile_tables(c, yaml_get(y, "tables"));
	compile_nodes(c, yaml_get(y, "nodes"));
	if (!yaml_get(y, "fields"))
		problem_at(c->p, y, "fields: is missing: the Joconde fields to fill");
	else
		compile_fields(c, yaml_get(y, "fields"));
	for (size_t i = 0; i < c->m->n_tables; i++)
		if (!c->table_used[i])
			warning_at(c->p, yaml_key(yaml_get(y, "tables"), c->m->tables[i].name),
				   "table '%s' is not used", c->m->tables[i].name);
	if (yaml_get(y, "tests"))
		compile_tests(c, yaml_get(y, "tests"));
}

static struct mapping *mapping_new(void)
{
	struct mapping *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->arena = arena_new(MAPPING_MEMORY);
	m->names = names_new(MOST_NAMES);
	m->last_path = &m->paths;
	if (m->names)
		m->parser = xml_parser_new(m->names, NULL);
	if (m->arena && m->parser)
		return m;
	mapping_free(m);
	return NULL;
}

void mapping_free(struct mapping *m)
{
	if (!m)
		return;
	xml_parser_free(m->parser);
	names_free(m->names);
	arena_free(m->arena);
	free(m);
}

static const char *folder_of(struct arena *a, const char *file)
{
	const char *slash = strrchr(file, '/');

	return slash ? arena_strndup(a, file, (size_t)(slash - file)) : arena_strdup(a, ".");
}

int mapping_compile(const struct config *config, const char *file, struct str text, struct problems *p,
		    struct mapping **ret, struct hv_err *err)
{
	hv_auto(mapping_freep) struct mapping *m = mapping_new();
	size_t errors = p->errors;

	*ret = NULL;
	if (!m)
		return hv_nomem(err, "mapping");
	/* Problems outlive a mapping that failed: the name they point at is theirs. */
	const char *told = arena_strdup(p->arena, file);
	m->file = arena_strdup(m->arena, file);
	struct compiler c = { .m = m, .a = m->arena, .p = p, .config = config };
	c.folder = folder_of(m->arena, file);
	c.scope.names = m->names;
	if (!told || !m->file || !c.folder)
		return hv_nomem(err, file);
	const struct yaml *y = yaml_parse(m->arena, told, text, p);
	if (y)
		compile_top(&c, y);
	if (arena_failed(m->arena))
		return hv_fail(err, HV_E_NOMEM, "%s: over %u bytes once compiled, or out of memory", file,
			       MAPPING_MEMORY);
	if (!y || p->errors > errors)
		return 0;
	if (mapping_fingerprint_make(m, err) < 0)
		return hv_wrap(err, "%s", file);
	*ret = hv_take(m);
	return 0;
}

int mapping_load(const struct config *config, const char *name, struct problems *p, struct mapping **ret,
		 struct hv_err *err)
{
	hv_auto(arena_freep) struct arena *a = arena_new(4u << 20);

	*ret = NULL;
	if (!a)
		return hv_nomem(err, "mapping");
	const char *path = config_file(config, "mappings", name, a);
	if (!path) {
		problem_file(
			p, name, 0, 0,
			"mapping '%s' is neither in the folder mappings of the configuration nor shipped",
			name);
		return 0;
	}
	struct str text = read_file(a, path, 1u << 20, err);
	if (!text.p)
		return err->code;
	return mapping_compile(config, path, text, p, ret, err);
}

const struct sha256 *mapping_fingerprint(const struct mapping *m)
{
	return &m->fingerprint;
}

const char *mapping_file(const struct mapping *m)
{
	return m->file;
}

size_t mapping_unmatched(const struct mapping *m, void (*each)(void *ctx, const char *path, unsigned line),
			 void *ctx)
{
	size_t n = 0;

	for (const struct map_path *p = m->paths; p; p = p->next) {
		if (p->hits)
			continue;
		n++;
		if (each)
			each(ctx, p->text.p, p->line);
	}
	return n;
}
