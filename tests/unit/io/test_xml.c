/*
 * test_xml.c - io/xml.h: one document to a tree, and what is refused.
 */
#include <check.h>

#include "harvester/base/buf.h"
#include "harvester/io/xml.h"

static struct names *names;
static struct arena *arena;
static struct xml_parser *parser;

static void setup(void)
{
	xml_global_init();
	names = names_new(5000);
	arena = arena_new(64u << 20);
	parser = xml_parser_new(names, NULL);
}

static void teardown(void)
{
	xml_parser_free(parser);
	names_free(names);
	arena_free(arena);
}

/* The tree as text, so that a table can say what it must be: element(@attribute=value){children}. */
static void dump(struct buf *b, const struct node *n)
{
	if (n->kind == NODE_TEXT) {
		buf_printf(b, "'%.*s'", STR_ARG(n->text));
		return;
	}
	if (n->kind == NODE_ELEMENT) {
		if (n->name->uri.n)
			buf_printf(b, "{%.*s}", STR_ARG(n->name->uri));
		buf_str(b, n->name->local);
	}
	for (const struct node *a = n->attrs; a; a = a->next)
		buf_printf(b, " %s%.*s=%.*s", a->name->uri.n ? "*" : "", STR_ARG(a->name->local),
			   STR_ARG(a->text));
	buf_puts(b, "(");
	for (const struct node *c = n->first; c; c = c->next)
		dump(b, c);
	buf_puts(b, ")");
}

static void becomes(struct str xml, const char *want)
{
	hv_auto(buf_release) struct buf out = BUF_INIT(1u << 20);
	hv_auto(hv_freep) char *exact = malloc(xml.n + !xml.n);
	struct node *document = NULL;
	struct hv_err err = { 0 };

	memcpy(exact, xml.p, xml.n);
	int r = xml_tree(parser, arena, (struct str){ exact, xml.n }, &document, &err);
	ck_assert_msg(r == 0, "%s: %s", xml.p, err.text);
	dump(&out, document);
	ck_assert_str_eq(buf_cstr(&out), want);
}

static void refused(struct str xml, enum hv_code code, const char *part)
{
	struct node *document = NULL;
	struct hv_err err = { 0 };
	int r = xml_tree(parser, arena, xml, &document, &err);

	ck_assert_msg(r == code && err.code == code, "%s: %d %s", xml.p, r, err.text);
	ck_assert_msg(strstr(err.text, part) != NULL, "'%s' lacks '%s'", err.text, part);
	ck_assert_ptr_null(strchr(err.text, '\n'));
	ck_assert_ptr_null(document);
	becomes(STR("<ok/>"), "(ok())"); /* and the parser works on */
}

START_TEST(elements_attributes_and_texts_become_nodes)
{
	becomes(STR("<a><b x='1' y=''>t</b>u<c/></a>"), "(a(b x=1 y=('t')'u'c()))");
	becomes(STR("<?xml version='1.0'?>\n<!--c-->\n<a> </a>\n<?p?>"), "(a(' '))");
	becomes(STR("\xEF\xBB\xBF<a/>"), "(a())");
}
END_TEST

START_TEST(namespaces_are_resolved_and_declarations_are_no_attributes)
{
	becomes(STR("<p:a xmlns:p='u' p:x='1' x='2' xmlns='v'><b xmlns=''/><c/></p:a>"),
		"({u}a *x=1 x=2(b(){v}c()))");
	becomes(STR("<a xml:lang='fr'/>"), "(a *lang=fr())");
	becomes(STR("<a xmlns='no URI' xmlns:p='100%'><p:b/></a>"), "({no URI}a({100%}b()))");
}
END_TEST

START_TEST(texts_in_pieces_are_one_node)
{
	becomes(STR("<a>x&amp;é<![CDATA[<b>]]>&#233;<!-- c -->y<?p?>z</a>"), "(a('x&é<b>éyz'))");
	becomes(STR("<a>x<b/>y</a>"), "(a('x'b()'y'))");
	becomes(STR("<a>line\r\nline</a>"), "(a('line\nline'))");
}
END_TEST

START_TEST(ampersands_in_attributes_are_resolved_once)
{
	becomes(STR("<a x='&amp;' y='&amp;amp;' z='&#38;lt;&#38;#38;&amp;#38;&lt;'/>"),
		"(a x=& y=&amp; z=&lt;&#38;&#38;<())");
}
END_TEST

START_TEST(the_declared_encoding_is_not_believed)
{
	becomes(STR("<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>"), "(a('é'))");
	becomes(STR("<?xml version='1.0' encoding='UTF-16'?><a>é</a>"), "(a('é'))");
	becomes(STR("<?xml version='1.0' encoding='nonsense'?><a>é</a>"), "(a('é'))");
}
END_TEST

START_TEST(lines_are_kept)
{
	struct node *document;
	struct hv_err err = { 0 };

	ck_assert_int_eq(xml_tree(parser, arena, STR("<a>\n<b/>\n\n<c x='1'/></a>"), &document, &err), 0);
	ck_assert_uint_eq(tree_root(document)->line, 1);
	ck_assert_uint_eq(tree_root(document)->first->next->line, 2);
	ck_assert_uint_eq(tree_root(document)->last->line, 4);
	ck_assert_uint_eq(tree_root(document)->last->attrs->line, 4);
}
END_TEST

START_TEST(bad_xml_is_refused_with_line_and_column)
{
	refused(STR("<a>\n<b></a>"), HV_E_PARSE,
		"line 2, column 8: Opening and ending tag mismatch: b line 2 and a");
	refused(STR("<a>&eacute;</a>"), HV_E_PARSE, "line 1, column 12: Entity 'eacute' not defined");
	refused(STR("<a x='&eacute;'/>"), HV_E_PARSE, "Entity 'eacute' not defined");
	refused(STR("<a>&#1;</a>"), HV_E_PARSE, "line 1, column ");
	refused(STR("<a>\x0B</a>"), HV_E_PARSE, "line 1, column ");
	refused(STR("<a>R&D</a>"), HV_E_PARSE, "line 1, column ");
	refused(STR("<a><lido:b/></a>"), HV_E_PARSE, "Namespace prefix lido on b is not defined");
	refused(STR("<a xsi:type='x'/>"), HV_E_PARSE, "Namespace prefix xsi for type on a is not defined");
	refused(STR("<a/><b/>"), HV_E_PARSE, "Extra content");
	refused(STR("<a><b></b>"), HV_E_PARSE, "line 1");
	refused(STR(""), HV_E_PARSE, "empty");
	refused(STR("  "), HV_E_PARSE, "line 1");
	refused(STR("{\"a\": 1}"), HV_E_PARSE, "Start tag expected");
	refused(STR("<a>\xE9</a>"), HV_E_PARSE, "byte 4: 0xE9 is not UTF-8");
	refused(STR("<\0a\0/\0>\0"), HV_E_PARSE, "byte 2: a NUL");
}
END_TEST

START_TEST(a_doctype_is_refused_and_nothing_is_loaded)
{
	refused(STR("<?xml version='1.0'?>\n<!DOCTYPE a><a/>"), HV_E_REFUSED,
		"line 2: a DOCTYPE is not allowed");
	refused(STR("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"), HV_E_REFUSED, "line 1: a DOCTYPE");
	refused(STR("<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>"), HV_E_REFUSED,
		"DOCTYPE");
	refused(STR("<!DOCTYPE a [<!ENTITY b 'xxxxxxxxxxx'><!ENTITY c '&b;&b;&b;&b;'>]><a>&c;</a>"),
		HV_E_REFUSED, "DOCTYPE");
}
END_TEST

/* <a><a>…</a></a>, n deep */
static void nest(struct buf *b, int n)
{
	buf_clear(b);
	for (int i = 0; i < n; i++)
		buf_puts(b, "<a>");
	for (int i = 0; i < n; i++)
		buf_puts(b, "</a>");
}

START_TEST(depth_is_ours_to_limit)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1u << 20);
	struct node *document = NULL;
	struct hv_err err = { 0 };

	nest(&b, 1000);
	ck_assert_msg(xml_tree(parser, arena, buf_view(&b), &document, &err) == 0, "%s", err.text);
	document = NULL;
	nest(&b, 1001);
	refused(buf_view(&b), HV_E_LIMIT, "line 1: more than 1000 elements inside one another");
	nest(&b, 100000);
	refused(buf_view(&b), HV_E_LIMIT, "more than 1000 elements");
}
END_TEST

static void with_attributes(struct buf *b, int n)
{
	buf_clear(b);
	buf_puts(b, "<a");
	for (int i = 0; i < n; i++)
		buf_printf(b, " x%d='%d'", i, i);
	buf_puts(b, "/>");
}

START_TEST(attributes_are_limited_before_they_cost_their_square)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(16u << 20);
	struct node *document = NULL;
	struct hv_err err = { 0 };

	with_attributes(&b, 1000);
	ck_assert_msg(xml_tree(parser, arena, buf_view(&b), &document, &err) == 0, "%s", err.text);
	with_attributes(&b, 1001);
	refused(buf_view(&b), HV_E_LIMIT, "line 1: an element with more than 1000 attributes");
	with_attributes(&b, 200000);
	refused(buf_view(&b), HV_E_LIMIT, "an element with more than 1000 attributes");
}
END_TEST

static void with_namespaces(struct buf *b, int n)
{
	buf_clear(b);
	for (int i = 0; i < n; i++)
		buf_printf(b, "%s xmlns:n%d='u'%s", i % 100 ? "" : "<a", i, i % 100 == 99 ? ">" : "");
	for (int i = 0; i < n; i += 100)
		buf_puts(b, "</a>");
}

START_TEST(namespaces_in_scope_are_limited_since_every_prefix_walks_them)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1u << 20);
	struct node *document = NULL;
	struct hv_err err = { 0 };

	with_namespaces(&b, 1000);
	ck_assert_msg(xml_tree(parser, arena, buf_view(&b), &document, &err) == 0, "%s", err.text);
	with_namespaces(&b, 2100);
	refused(buf_view(&b), HV_E_LIMIT, "line 1: more than 1000 namespaces declared");
	buf_clear(&b);
	buf_puts(&b, "<l>");
	for (int i = 0; i < 3000; i++) /* one after the other are not in scope together */
		buf_printf(&b, "<a xmlns='u' xmlns:b='v%d'/>", i);
	buf_puts(&b, "</l>");
	ck_assert_msg(xml_tree(parser, arena, buf_view(&b), &document, &err) == 0, "%s", err.text);
}
END_TEST

START_TEST(a_large_document_is_scanned_and_still_parsed)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(4u << 20);
	struct node *document = NULL;
	struct hv_err err = { 0 };

	buf_puts(&b, "<a>");
	for (int i = 0; i < 20000; i++)
		buf_puts(&b, "<b x='>'>é<!-- <c> --></b>");
	buf_puts(&b, "</a>");
	ck_assert_msg(xml_tree(parser, arena, buf_view(&b), &document, &err) == 0, "%s", err.text);
	size_t n = 0;
	for (const struct node *c = tree_root(document)->first; c; c = c->next)
		n++;
	ck_assert_uint_eq(n, 20000);
}
END_TEST

START_TEST(a_text_of_12_mb_is_one_node)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(32u << 20);
	struct node *document = NULL;
	struct hv_err err = { 0 };
	static const char *const shapes[][2] = { { "<a>", "</a>" }, { "<a><![CDATA[", "]]></a>" } };

	for (size_t k = 0; k < HV_LEN(shapes); k++) {
		buf_clear(&b);
		arena_reset(arena);
		buf_puts(&b, shapes[k][0]);
		for (int i = 0; i < (1 << 20); i++)
			buf_puts(&b, "octobre \xC3\xA9t\xC3\xA9");
		buf_puts(&b, shapes[k][1]);
		ck_assert_msg(xml_tree(parser, arena, buf_view(&b), &document, &err) == 0, "%s", err.text);
		const struct node *a = tree_root(document);

		ck_assert_uint_eq(a->first->text.n, 13u << 20);
		ck_assert_uint_lt(arena_used(arena), 14u << 20);
	}
}
END_TEST

START_TEST(a_full_table_of_names_is_told)
{
	hv_auto(names_freep) struct names *few = names_new(4);
	hv_auto(xml_parser_freep) struct xml_parser *p = xml_parser_new(few, NULL);
	struct node *document;
	struct hv_err err = { 0 };

	ck_assert_int_eq(xml_tree(p, arena, STR("<a>\n<b/><c/><d/></a>"), &document, &err), HV_E_LIMIT);
	ck_assert_str_eq(err.text, "line 2: too many different names of elements");
}
END_TEST

START_TEST(many_different_names_do_not_fill_the_parser)
{
	hv_auto(names_freep) struct names *many = names_new(1u << 20);
	hv_auto(xml_parser_freep) struct xml_parser *p = xml_parser_new(many, NULL);
	char text[512];
	struct node *document;
	struct hv_err err = { 0 };

	for (int i = 0; i < 20000; i++) {
		int n = snprintf(text, sizeof(text), "<x><a%0100d y%d='1'/></x>", i, i);

		arena_reset(arena);
		ck_assert_int_eq(xml_tree(p, arena, (struct str){ text, (size_t)n }, &document, &err), 0);
		n = snprintf(text, sizeof(text), "a%0100d", i);
		ck_assert(str_is(tree_root(document)->first->name->local, text));
	}
}
END_TEST

START_TEST(an_arena_that_fails_anywhere_fails_the_document)
{
	static const char xml[] = "<a x='1' y='&amp;'>é<b>two</b>&lt;<c/></a>";
	struct hv_err err = { 0 };
	size_t tries = 0;

	for (;; tries++) {
		struct node *document = NULL;

		arena_reset(arena);
		arena_fail_at(arena, tries);
		int r = xml_tree(parser, arena, STR(xml), &document, &err);
		if (r == 0)
			break;
		ck_assert_msg(r == HV_E_NOMEM && err.code == HV_E_NOMEM, "try %zu: %s", tries, err.text);
		ck_assert_ptr_null(document);
	}
	arena_fail_at(arena, SIZE_MAX);
	ck_assert_uint_gt(tries, 10);
}
END_TEST

START_TEST(a_document_larger_than_the_arena_is_told)
{
	hv_auto(arena_freep) struct arena *little = arena_new(2000);
	hv_auto(buf_release) struct buf b = BUF_INIT(1u << 20);
	struct node *document;
	struct hv_err err = { 0 };

	nest(&b, 100);
	ck_assert_int_eq(xml_tree(parser, little, buf_view(&b), &document, &err), HV_E_NOMEM);
	ck_assert_str_eq(err.text, "out of memory: the document is larger than a record may be");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("xml");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, elements_attributes_and_texts_become_nodes);
	tcase_add_test(tc, namespaces_are_resolved_and_declarations_are_no_attributes);
	tcase_add_test(tc, texts_in_pieces_are_one_node);
	tcase_add_test(tc, ampersands_in_attributes_are_resolved_once);
	tcase_add_test(tc, the_declared_encoding_is_not_believed);
	tcase_add_test(tc, lines_are_kept);
	tcase_add_test(tc, bad_xml_is_refused_with_line_and_column);
	tcase_add_test(tc, a_doctype_is_refused_and_nothing_is_loaded);
	tcase_add_test(tc, depth_is_ours_to_limit);
	tcase_add_test(tc, attributes_are_limited_before_they_cost_their_square);
	tcase_add_test(tc, namespaces_in_scope_are_limited_since_every_prefix_walks_them);
	tcase_add_test(tc, a_large_document_is_scanned_and_still_parsed);
	tcase_add_test(tc, a_text_of_12_mb_is_one_node);
	tcase_add_test(tc, a_full_table_of_names_is_told);
	tcase_add_test(tc, many_different_names_do_not_fill_the_parser);
	tcase_add_test(tc, an_arena_that_fails_anywhere_fails_the_document);
	tcase_add_test(tc, a_document_larger_than_the_arena_is_told);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
