/*
 * test_path.c - the path language of tree/path.h: what it finds, what it refuses and how it says so.
 * tests/unit/io/test_path_oracle.c compares it with libxml2's on random documents.
 */
#include <check.h>

#include "harvester/base/buf.h"
#include "harvester/io/xml.h"
#include "harvester/tree/path.h"

#define LIDO "http://www.lido-schema.org"

static struct names *names;
static struct arena *arena;
static struct xml_parser *parser;

static void setup(void)
{
	xml_global_init();
	names = names_new(5000);
	arena = arena_new(16u << 20);
	parser = xml_parser_new(names, NULL);
}

static void teardown(void)
{
	xml_parser_free(parser);
	names_free(names);
	arena_free(arena);
}

/* lido: also stands for files without a namespace. */
static const struct str lido_uris[] = { { LIDO, sizeof(LIDO) - 1 }, { "", 0 } };
static const struct str gml_uris[] = { { "urn:gml", 7 } };
static const struct path_prefix prefixes[] = { { { "lido", 4 }, lido_uris, 2 },
					       { { "gml", 3 }, gml_uris, 1 } };
static const struct str variables[] = { { "production", 10 }, { "actors", 6 } };

static struct path_scope scope(void)
{
	return (struct path_scope){ names, prefixes, HV_LEN(prefixes), variables, HV_LEN(variables) };
}

static struct path *compile(const char *text)
{
	struct path_scope s = scope();
	struct path *p = NULL;
	struct hv_err err = { 0 };
	size_t at;

	ck_assert_msg(path_compile(arena, &s, str_of(text), &p, &at, &err) == 0, "%s: %s", text, err.text);
	return p;
}

static struct node *read_xml(const char *xml)
{
	struct node *document = NULL;
	struct hv_err err = { 0 };

	ck_assert_msg(xml_tree(parser, arena, str_of(xml), &document, &err) == 0, "%s: %s", xml, err.text);
	return document;
}

static struct node_set find(const char *path, struct node *from, const struct node_set *vars)
{
	struct node_set set = { NULL, 0 };
	struct hv_err err = { 0 };

	ck_assert_msg(path_eval(compile(path), from, vars, arena, &set, &err) == 0, "%s: %s", path, err.text);
	return set;
}

/* The string values, each in its own brackets. */
static const char *texts(const struct node_set *set)
{
	char *out = arena_strdup(arena, "");

	for (size_t i = 0; i < set->n; i++)
		out = arena_printf(arena, "%s[%.*s]", out, STR_ARG(node_string(arena, set->v[i])));
	return out;
}

struct finds {
	const char *path, *want;
};

static void check_all(const char *xml, const struct finds *table, size_t n)
{
	struct node *root = tree_root(read_xml(xml));

	for (size_t i = 0; i < n; i++) {
		struct node_set set = find(table[i].path, root, NULL);

		ck_assert_msg(strcmp(texts(&set), table[i].want) == 0, "%s finds %s, not %s", table[i].path,
			      texts(&set), table[i].want);
	}
}

static const char work[] =
	"<lido:lido xmlns:lido='" LIDO "' xmlns:gml='urn:gml'>"
	"<lido:recID lido:type='local'>412</lido:recID>"
	"<lido:set lido:sortorder='1'>"
	"<lido:title lido:pref='preferred' xml:lang='fr'>Le Pont</lido:title>"
	"<lido:title lido:pref='alternate' xml:lang='en-GB'>The Bridge</lido:title>"
	"<lido:title> Die\n  Brücke </lido:title>"
	"</lido:set>"
	"<lido:set lido:sortorder='2'><lido:title>Seconde</lido:title><gml:pos>1 2</gml:pos></lido:set>"
	"<lido:date><lido:earliest>1853</lido:earliest><lido:latest>1860</lido:latest></lido:date>"
	"</lido:lido>";

START_TEST(steps_find_nodes_in_document_order)
{
	static const struct finds table[] = {
		{ "lido:recID", "[412]" },
		{ "lido:recID/@lido:type", "[local]" },
		{ "lido:set/lido:title", "[Le Pont][The Bridge][ Die\n  Brücke ][Seconde]" },
		{ ".//lido:title", "[Le Pont][The Bridge][ Die\n  Brücke ][Seconde]" },
		{ "//lido:title/@xml:lang", "[fr][en-GB]" },
		{ ".//@xml:lang", "[fr][en-GB]" },
		{ "/lido:lido/lido:recID", "[412]" },
		{ "lido:set[1]/@*", "[1]" },
		{ "lido:set[2]/*", "[Seconde][1 2]" },
		{ "lido:set[2]/gml:*", "[1 2]" },
		{ "lido:date/*/text()", "[1853][1860]" },
		{ "lido:date/node()/node()", "[1853][1860]" },
		{ "lido:date/*/..", "[18531860]" },
		{ ".//lido:title/../@lido:sortorder", "[1][2]" },
		{ "lido:date/lido:latest | lido:recID | lido:date/lido:earliest", "[412][1853][1860]" },
		{ "lido:recID | lido:recID", "[412]" },
		{ "./lido:recID/.", "[412]" },
		{ "lido:nothing", "" },
		{ "lido:recID/lido:nothing", "" },
		{ "recID", "" }, /* without a prefix: no namespace */
		{ " lido:set [ 2 ] / lido:title ", "[Seconde]" },
	};

	check_all(work, table, HV_LEN(table));
}
END_TEST

START_TEST(conditions_choose_among_nodes)
{
	static const struct finds table[] = {
		{ ".//lido:title[@lido:pref]", "[Le Pont][The Bridge]" },
		{ ".//lido:title[@lido:pref='preferred']", "[Le Pont]" },
		{ ".//lido:title['preferred'=@lido:pref]", "[Le Pont]" },
		{ ".//lido:title[@lido:pref!='preferred']", "[The Bridge]" },
		{ ".//lido:title[not(@lido:pref='preferred')]", "[The Bridge][ Die\n  Brücke ][Seconde]" },
		{ ".//lido:title[@lido:pref and @xml:lang='fr']", "[Le Pont]" },
		{ ".//lido:title[@xml:lang='fr' or not(@lido:pref)]", "[Le Pont][ Die\n  Brücke ][Seconde]" },
		{ ".//lido:title[lang('en')]", "[The Bridge]" },
		{ ".//lido:title[contains(., 'ridg')]", "[The Bridge]" },
		{ ".//lido:title[starts-with(., 'Le ')]", "[Le Pont]" },
		{ ".//lido:title[normalize-space()='Die Brücke']", "[ Die\n  Brücke ]" },
		{ ".//lido:title[normalize-space(.)='Die Brücke']", "[ Die\n  Brücke ]" },
		{ "lido:set/lido:title[1]", "[Le Pont][Seconde]" },
		{ "lido:set/lido:title[last()]", "[ Die\n  Brücke ][Seconde]" },
		{ "lido:set/lido:title[position()=2]", "[The Bridge]" },
		{ "lido:set/lido:title[position()<last()]", "[Le Pont][The Bridge]" },
		{ "lido:set/lido:title[@lido:pref][2]", "[The Bridge]" },
		{ "lido:set/lido:title[2][@lido:pref='preferred']", "" },
		{ "lido:set/lido:title[@lido:pref][last()]", "[The Bridge]" },
		{ ".//lido:title[1]", "[Le Pont][Seconde]" }, /* the first of each parent, as in XPath */
		{ "lido:set[lido:title[@xml:lang='fr']]/@lido:sortorder", "[1]" },
		{ "lido:set[count(lido:title)=3]/@lido:sortorder", "[1]" },
		{ "lido:set[count(lido:title)>=1]/@lido:sortorder", "[1][2]" },
		{ "lido:date[lido:earliest < lido:latest]/lido:latest", "[1860]" },
		{ "lido:date[lido:earliest > 1853.5]/lido:latest", "" },
		{ "lido:date/*[. <= 1853]", "[1853]" },
		{ "*[local-name()='recID']", "[412]" },
		{ "*[name()='lido:recID']", "[412]" },
		{ "lido:set/*[name()='gml:pos']", "[1 2]" },
		{ "*[string-length(@lido:type)=5]", "[412]" },
		{ ".//lido:title[string-length()=7]", "[Le Pont][Seconde]" },
		{ ".//lido:title[(@lido:pref='preferred') = (@xml:lang='fr')]/text()",
		  "[Le Pont][The Bridge][ Die\n  Brücke ][Seconde]" },
		{ "lido:set[.//gml:pos]/@lido:sortorder", "[2]" },
		{ "lido:set[lido:title|gml:pos='1 2']/@lido:sortorder", "[2]" },
		{ "lido:set[/lido:lido/lido:recID='412']/@lido:sortorder", "[1][2]" },
		{ "lido:recID[text()=\"412\"]", "[412]" },
		{ "lido:recID[.=412.0]", "[412]" },
		{ "lido:recID[0]", "" },
		{ "lido:recID['']", "" },
	};

	check_all(work, table, HV_LEN(table));
}
END_TEST

START_TEST(words_of_operators_can_be_names)
{
	static const struct finds table[] = {
		{ "and", "[1]" },      { "and[or and mod]", "" },
		{ "div/mod", "[2]" },  { "div[mod or and]/mod", "[2]" },
		{ "text", "[3]" },     { "a-b.c", "[4]" },
		{ "*[. = 3]", "[3]" }, { "* [2]", "[2]" },
	};

	check_all("<r><and>1</and><div><mod>2</mod></div><text>3</text><a-b.c>4</a-b.c></r>", table,
		  HV_LEN(table));
}
END_TEST

START_TEST(a_prefix_stands_for_all_its_namespaces)
{
	static const struct finds table[] = {
		{ "lido:a", "[1][2]" },
		{ ".//lido:a", "[1][2]" },
		{ "a", "[1]" },
		{ "lido:*", "[1][2]" },
		{ "*[name()='lido:a']", "[1][2]" },
		{ "*[local-name()='a']", "[1][2][3]" },
		{ "lido:a[2]", "[2]" },
		{ "*/@lido:x", "[p]" },
		{ "lido:a[last()]", "[2]" },
	};

	check_all("<r xmlns:l='" LIDO
		  "' xmlns:o='urn:other'><a x='p'>1</a><l:a>2</l:a><o:a o:x='q'>3</o:a></r>",
		  table, HV_LEN(table));
}
END_TEST

START_TEST(nested_nodes_come_once_and_in_order)
{
	static const struct finds table[] = {
		{ ".//s//t", "[1][2]" },      { ".//s/t", "[1][2]" },  { ".//t/..", "[12][2]" },
		{ ".//t/../..", "[12][12]" }, { ".//s//s//t", "[2]" }, { ".//node()/..//t", "[1][2]" },
	};

	check_all("<r><s><t>1</t><s><t>2</t></s></s></r>", table, HV_LEN(table));
}
END_TEST

START_TEST(a_condition_on_space_knows_only_the_blanks_of_xml)
{
	static const struct finds table[] = {
		{ "a[normalize-space()='x\xC2\xA0y']", "[x\xC2\xA0y]" },
		{ "b[normalize-space()='']", "[ \n ]" },
		{ "c[normalize-space()='p q r']", "[  p\tq\n\nr ]" },
	};

	check_all("<r><a>x\xC2\xA0y</a><b> \n </b><c>  p\tq\n\nr </c></r>", table, HV_LEN(table));
}
END_TEST

START_TEST(values_of_mixed_content_are_compared_whole)
{
	static const struct finds table[] = {
		{ "a[.='onetwothree']/@i", "[1]" },
		{ "a[.='onetwo']/@i", "[2]" },
		{ "a[.='one']/@i", "" },
		{ "a[.!='onetwo']/@i", "[1]" },
		{ "a[contains(., 'etwo')]/@i", "[1][2]" },
		{ "a[starts-with(b, 'two')]/@i", "[1][2]" },
	};

	check_all("<r><a i='1'>one<b>two</b>three</a><a i='2'>one<b>two</b></a></r>", table, HV_LEN(table));
}
END_TEST

START_TEST(a_path_can_start_with_a_named_node_set)
{
	struct node *root = tree_root(read_xml(work));
	struct node_set vars[2] = { find("lido:set", root, NULL), find("lido:recID", root, NULL) };
	struct node_set set = find("$production/lido:title[1]", root, vars);

	ck_assert_str_eq(texts(&set), "[Le Pont][Seconde]");
	set = find("$production[2]/lido:title", root, vars);
	ck_assert_str_eq(texts(&set), "[Seconde]");
	set = find("$production[last()][lido:title]//gml:pos", root, vars);
	ck_assert_str_eq(texts(&set), "[1 2]");
	set = find("$actors", root, vars);
	ck_assert_str_eq(texts(&set), "[412]");
	set = find("lido:recID[. = $actors]", root, vars);
	ck_assert_str_eq(texts(&set), "[412]");
	set = find("$production/lido:title | $actors", root, vars);
	ck_assert_uint_eq(set.n, 5);
	ck_assert_ptr_eq(set.v[0], vars[1].v[0]);
}
END_TEST

START_TEST(a_path_tells_its_text_and_its_variable)
{
	ck_assert(str_is(path_text(compile("$actors/lido:a")), "$actors/lido:a"));
	ck_assert_int_eq(path_variable(compile("$production")), 0);
	ck_assert_int_eq(path_variable(compile("$actors/lido:a")), 1);
	ck_assert_int_eq(path_variable(compile("$actors/lido:a | $actors/lido:b")), 1);
	ck_assert_int_eq(path_variable(compile("$actors/lido:a | lido:b")), -1);
	ck_assert_int_eq(path_variable(compile("$actors | $production")), -1);
	ck_assert_int_eq(path_variable(compile("lido:a[$actors]")), -1);
}
END_TEST

START_TEST(what_is_outside_of_the_subset_is_refused_with_its_column)
{
	static const struct {
		const char *path;
		size_t at; /* byte offset */
		const char *says;
	} table[] = {
		{ "", 0, "column 1: an empty path; '.' is the node itself" },
		{ "  ", 0, "column 1: an empty path" },
		{ "lidoo:workID", 0, "column 1: the prefix 'lidoo' is not declared (did you mean 'lido'?)" },
		{ "lido:a/zzzzzz:b", 7, "column 8: the prefix 'zzzzzz' is not declared" },
		{ "lido:é/x:b", 8, "column 8: the prefix 'x' is not declared" },
		{ "$prodction/a", 0,
		  "column 1: there is no node set named '$prodction' (did you mean 'production'?)" },
		{ "a/ancestor::b", 2,
		  "column 3: the axis 'ancestor::' is not in the path language; climb with '..'" },
		{ "child::a", 0, "column 1: the axis 'child::' is not in the path language; leave it out" },
		{ "a/following-sibling::b", 2, "column 3: the axis 'following-sibling::'" },
		{ "a[preceding :: b]", 2, "column 3: the axis 'preceding::'" },
		{ "a[substring(., 1)]", 2,
		  "column 3: substring() is not in the path language; values are changed" },
		{ "a[conatins(., 'x')]", 2,
		  "column 3: there is no function 'conatins()' (did you mean 'contains'?)" },
		{ "a[string(.)='x']", 2,
		  "column 3: string() is not in the path language; a node stands for its text" },
		{ "count(a)", 0, "column 1: count() is no step of a path; functions stand inside [ ]" },
		{ "a/text()/b/comment()", 11, "column 12: comment() finds nothing" },
		{ "a[b + 1]", 4, "column 5: arithmetic ('+') is not in the path language" },
		{ "a[position() = last() - 1]", 22, "column 23: arithmetic ('-')" },
		{ "a[b * 2 = 4]", 4, "column 5: arithmetic ('*')" },
		{ "a[b div 2 = 4]", 4, "column 5: arithmetic ('div')" },
		{ "a[b = -1]", 6, "column 7: arithmetic ('-')" },
		{ "a - b", 2, "column 3: arithmetic ('-')" },
		{ "a[1", 1, "column 2: this '[' is not closed" },
		{ "a[b[1]", 1, "column 2: this '[' is not closed" },
		{ "a[(b]", 4, "column 5: expected ')', but found ']'" },
		{ "a[(b", 2, "column 3: this '(' is not closed" },
		{ "a]", 1, "column 2: ']' closes nothing" },
		{ "a)", 1, "column 2: ')' closes nothing" },
		{ "a[]", 2, "column 3: expected a condition, but found ']'" },
		{ "a[@x=]", 5, "column 6: expected a condition, but found ']'" },
		{ "a[@x='y]", 5, "column 6: the quote is not closed" },
		{ "a/", 2, "column 3: expected a step (a name, *, @name, '.', '..'), but the path ends" },
		{ "a//", 3, "column 4: expected a step" },
		{ "a///b", 3, "column 4: expected a step (a name, *, @name, '.', '..'), but found '/'" },
		{ "a/@", 3, "column 4: expected the name of an attribute, but the path ends" },
		{ "a |", 3, "column 4: expected a step" },
		{ "a b", 2, "column 3: expected '/', '[', '|' or the end, but found 'b'" },
		{ "a = 'x'", 2, "column 3: comparisons stand inside [ ]; a path gives nodes" },
		{ "(a)[1]", 0, "column 1: a path does not begin with '('" },
		{ "'text'", 0, "column 1: a text or a number is no path" },
		{ ".[a]", 1, "column 2: '.' and '..' take no condition in XPath" },
		{ "a/..[b]", 4, "column 5: '.' and '..' take no condition in XPath" },
		{ "a[contains(b)]", 2, "column 3: contains() takes two arguments" },
		{ "a[contains(b, c, d)]", 2, "column 3: contains() takes two arguments" },
		{ "a[not()]", 2, "column 3: not() takes one argument" },
		{ "a[last(1)]", 2, "column 3: last() takes nothing" },
		{ "a[count('x')]", 8, "column 9: count() takes a path" },
		{ "a[contains(b, 'c']", 17, "column 18: expected ')' or ',', but found ']'" },
		{ "a[last()/b]", 8, "column 9: '/' can only follow a step of a path" },
		{ "a[(b)/c]", 5, "column 6: '/' can only follow a step of a path" },
		{ "a[b c]", 4, "column 5: expected ']' or an operator" },
		{ "a#b", 1, "column 2: expected '/', '[', '|' or the end, but found '#'" },
		{ "a$", 1, "column 2: expected" },
		{ "a\xFF", 1, "column 2: not UTF-8" },
		{ "a[1][1][1][1][1][1][1][1][1]", 25, "column 26: more than 8 conditions on one step" },
	};
	struct path_scope s = scope();

	for (size_t i = 0; i < HV_LEN(table); i++) {
		struct path *p = NULL;
		struct hv_err err = { 0 };
		size_t at = 9999;
		int r = path_compile(arena, &s, str_of(table[i].path), &p, &at, &err);

		ck_assert_msg(r == HV_E_CONFIG && err.code == HV_E_CONFIG, "%s: %d", table[i].path, r);
		ck_assert_msg(str_starts(str_of(err.text), str_of(table[i].says)), "%s: %s", table[i].path,
			      err.text);
		ck_assert_msg(at == table[i].at, "%s: at %zu, not %zu", table[i].path, at, table[i].at);
		ck_assert_ptr_null(p);
	}
}
END_TEST

static void refused_as_too_much(const char *piece, int times, const char *says)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1u << 20);
	struct path_scope s = scope();
	struct path *p;
	struct hv_err err = { 0 };
	size_t at;

	buf_puts(&b, "a");
	for (int i = 0; i < times; i++)
		buf_puts(&b, piece);
	ck_assert_int_eq(path_compile(arena, &s, buf_view(&b), &p, &at, &err), HV_E_CONFIG);
	ck_assert_msg(strstr(err.text, says) != NULL, "%s", err.text);
}

START_TEST(a_path_has_ceilings)
{
	refused_as_too_much("/a", 64, "more than 64 steps");
	refused_as_too_much("[a", 33, "more than 32 brackets inside one another");
	refused_as_too_much("[not(not(not(not(not(not(not(not(not(a", 10, "more than 32 brackets");
	refused_as_too_much("[((((((((((((((((((((a", 20, "more than 32 brackets");
	refused_as_too_much("/a", 10000, "a path of more than 8192 bytes");
}
END_TEST

START_TEST(work_beyond_reason_is_stopped)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1u << 20);
	struct node_set set;
	struct hv_err err = { 0 };

	buf_puts(&b, "<r>");
	for (int i = 0; i < 10000; i++)
		buf_puts(&b, "<a>x</a>");
	buf_puts(&b, "</r>");
	struct node *root = tree_root(read_xml(buf_cstr(&b)));

	ck_assert_int_eq(path_eval(compile("a[../a != .]"), root, NULL, arena, &set, &err), HV_E_LIMIT);
	ck_assert_str_eq(err.text, "path 'a[../a != .]' takes more than 16777216 visits of nodes here");
	/* deep and repeated, but not multiplied */
	buf_clear(&b);
	for (int i = 0; i < 500; i++)
		buf_puts(&b, "<a>");
	for (int i = 0; i < 500; i++)
		buf_puts(&b, "</a>");
	root = tree_root(read_xml(buf_cstr(&b)));
	ck_assert_msg(path_eval(compile("//a//a//a//a"), root, NULL, arena, &set, &err) == 0, "%s", err.text);
	ck_assert_uint_eq(set.n, 497);
}
END_TEST

START_TEST(common_paths_allocate_their_result_and_no_more)
{
	static const char *const paths[] = { ".//lido:title",
					     "lido:set/lido:title",
					     ".//lido:title[@lido:pref='preferred']",
					     ".//lido:title[.='Seconde']",
					     "lido:set[lido:title]/@lido:sortorder",
					     "lido:recID[normalize-space()='412']" };
	struct node *root = tree_root(read_xml(work));

	for (size_t i = 0; i < HV_LEN(paths); i++) {
		struct path *p = compile(paths[i]);
		struct node_set set;
		struct hv_err err = { 0 };
		size_t before = arena_used(arena);

		ck_assert_int_eq(path_eval(p, root, NULL, arena, &set, &err), 0);
		ck_assert_uint_gt(set.n, 0);
		ck_assert_msg(arena_used(arena) - before <= set.n * sizeof(struct node *) + 15,
			      "%s takes %zu bytes", paths[i], arena_used(arena) - before);
	}
}
END_TEST

START_TEST(an_arena_that_fails_anywhere_fails_the_compilation)
{
	static const char text[] =
		"$production[2]//lido:a[@x='y' and name()='lido:a'][count(b|c) > 1]/.. | lido:*";
	struct path_scope s = scope();
	size_t tries = 0;

	for (;; tries++) {
		struct path *p = NULL;
		struct hv_err err = { 0 };
		size_t at;

		arena_fail_at(arena, tries);
		int r = path_compile(arena, &s, STR(text), &p, &at, &err);
		if (r == 0)
			break;
		ck_assert_msg(r == HV_E_NOMEM && err.code == HV_E_NOMEM, "try %zu: %s", tries, err.text);
		ck_assert_ptr_null(p);
	}
	ck_assert_uint_gt(tries, 20);
	for (tries = 0; tries < 100; tries++) { /* with suggestions */
		struct path *p = NULL;
		struct hv_err err = { 0 };
		size_t at;

		arena_fail_at(arena, tries);
		ck_assert_int_lt(path_compile(arena, &s, STR("$producton | lidoo:a"), &p, &at, &err), 0);
	}
	arena_fail_at(arena, SIZE_MAX);
}
END_TEST

START_TEST(an_arena_that_fails_anywhere_fails_the_evaluation)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1u << 20);
	hv_auto(arena_freep) struct arena *scratch = arena_new(16u << 20);
	size_t tries = 0;

	buf_puts(&b, "<r>");
	for (int i = 0; i < 200; i++)
		buf_puts(&b, "<a>x<b> y  z </b></a>");
	buf_puts(&b, "</r>");
	struct node *root = tree_root(read_xml(buf_cstr(&b)));
	struct path *p =
		compile("a[contains(., 'x')][normalize-space(b)='y z'][.=../a][name()='lido:a'][last()>1]");

	for (;; tries++) {
		struct node_set set = { NULL, 0 };
		struct hv_err err = { 0 };

		arena_reset(scratch);
		arena_fail_at(scratch, tries);
		int r = path_eval(p, root, NULL, scratch, &set, &err);
		if (r == 0) {
			ck_assert_uint_eq(set.n, 200);
			break;
		}
		ck_assert_msg(r == HV_E_NOMEM && err.code == HV_E_NOMEM, "try %zu: %s", tries, err.text);
		ck_assert_ptr_null(set.v);
	}
	ck_assert_uint_gt(tries, 50);
}
END_TEST

START_TEST(a_full_table_of_names_is_told)
{
	hv_auto(names_freep) struct names *few = names_new(2);
	struct path_scope s = { .names = few };
	struct path *p;
	struct hv_err err = { 0 };
	size_t at;

	ck_assert_int_eq(path_compile(arena, &s, STR("a/b"), &p, &at, &err), HV_E_NOMEM);
	ck_assert_str_eq(err.text, "out of memory: table of names");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("path");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, steps_find_nodes_in_document_order);
	tcase_add_test(tc, conditions_choose_among_nodes);
	tcase_add_test(tc, words_of_operators_can_be_names);
	tcase_add_test(tc, a_prefix_stands_for_all_its_namespaces);
	tcase_add_test(tc, nested_nodes_come_once_and_in_order);
	tcase_add_test(tc, a_condition_on_space_knows_only_the_blanks_of_xml);
	tcase_add_test(tc, values_of_mixed_content_are_compared_whole);
	tcase_add_test(tc, a_path_can_start_with_a_named_node_set);
	tcase_add_test(tc, a_path_tells_its_text_and_its_variable);
	tcase_add_test(tc, what_is_outside_of_the_subset_is_refused_with_its_column);
	tcase_add_test(tc, a_path_has_ceilings);
	tcase_add_test(tc, work_beyond_reason_is_stopped);
	tcase_add_test(tc, common_paths_allocate_their_result_and_no_more);
	tcase_add_test(tc, an_arena_that_fails_anywhere_fails_the_compilation);
	tcase_add_test(tc, an_arena_that_fails_anywhere_fails_the_evaluation);
	tcase_add_test(tc, a_full_table_of_names_is_told);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
