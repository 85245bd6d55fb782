/*
 * test_tree.c - names, building and reading of tree/tree.h.
 */
#include <check.h>

#include "harvester/tree/tree.h"

static struct names *names;
static struct arena *arena;

static void setup(void)
{
	names = names_new(1000);
	arena = arena_new(64u << 20);
}

static void teardown(void)
{
	names_free(names);
	arena_free(arena);
}

static const struct name *name(const char *uri, const char *local)
{
	const struct name *n = names_intern(names, str_of(uri), str_of(local));

	ck_assert_ptr_nonnull(n);
	return n;
}

START_TEST(equal_names_are_one_pointer)
{
	char spelt[] = "workID";
	const struct name *a = name("http://www.lido-schema.org", "workID");

	ck_assert_ptr_eq(a, name("http://www.lido-schema.org", spelt));
	ck_assert_ptr_ne(a, name("", "workID"));
	ck_assert_ptr_ne(a, name("http://www.lido-schema.org", "work"));
	ck_assert_ptr_ne(name("ab", "c"), name("a", "bc"));
	ck_assert_str_eq(a->local.p, "workID");
	ck_assert_str_eq(a->uri.p, "http://www.lido-schema.org");
}
END_TEST

START_TEST(names_of_one_namespace_share_its_pointer)
{
	ck_assert_ptr_eq(name("u", "a")->uri.p, name("u", "b")->uri.p);
	ck_assert_ptr_eq(name("u", "*")->uri.p, name("u", "b")->uri.p);
	ck_assert_ptr_ne(name("v", "a")->uri.p, name("u", "a")->uri.p);
}
END_TEST

START_TEST(names_stay_the_same_while_the_table_grows)
{
	const struct name *first[400];
	char spelt[16];

	for (int i = 0; i < 400; i++) {
		(void)snprintf(spelt, sizeof(spelt), "n%d", i);
		first[i] = name("u", spelt);
	}
	for (int i = 0; i < 400; i++) {
		(void)snprintf(spelt, sizeof(spelt), "n%d", i);
		ck_assert_ptr_eq(first[i], name("u", spelt));
	}
}
END_TEST

START_TEST(a_full_table_makes_no_new_names)
{
	hv_auto(names_freep) struct names *few = names_new(3);

	ck_assert_ptr_nonnull(names_intern(few, STR(""), STR("a"))); /* and its namespace */
	ck_assert_ptr_nonnull(names_intern(few, STR(""), STR("b")));
	ck_assert_ptr_null(names_intern(few, STR(""), STR("c")));
	ck_assert_ptr_nonnull(names_intern(few, STR(""), STR("a")));
}
END_TEST

START_TEST(a_pointer_is_looked_up_only_until_it_is_forgotten)
{
	static char uri[] = "u", local[] = "aaa";
	const struct name *a = names_intern_pointers(names, uri, local);

	ck_assert_ptr_eq(a, name("u", "aaa"));
	local[0] = 'b'; /* as a dictionary would never do: shows that nothing was compared */
	ck_assert_ptr_eq(a, names_intern_pointers(names, uri, local));
	names_forget_pointers(names);
	ck_assert_ptr_eq(name("u", "baa"), names_intern_pointers(names, uri, local));
}
END_TEST

/* <r><a x="1" y="2">one<b/>two</a><a/></r> */
static struct node *small(void)
{
	struct tree_builder b;

	ck_assert(tree_begin(&b, arena));
	ck_assert(tree_open(&b, name("", "r"), 1));
	ck_assert(tree_open(&b, name("", "a"), 2));
	ck_assert(tree_attr(&b, name("", "x"), STR("1")));
	ck_assert(tree_attr(&b, name("", "y"), STR("2")));
	ck_assert(tree_text(&b, STR("one")));
	ck_assert(tree_open(&b, name("", "b"), 3));
	ck_assert_uint_eq(b.depth, 3);
	tree_close(&b);
	ck_assert(tree_text(&b, STR("two")));
	tree_close(&b);
	ck_assert(tree_open(&b, name("", "a"), 4));
	tree_close(&b);
	tree_close(&b);
	tree_close(&b); /* one too many changes nothing */
	ck_assert_uint_eq(b.depth, 0);
	return b.document;
}

START_TEST(a_tree_is_in_document_order)
{
	struct node *r = tree_root(small()), *a = r->first;

	ck_assert_ptr_eq(a->parent, r);
	ck_assert_uint_eq(a->line, 2);
	ck_assert_ptr_null(r->next);
	ck_assert_uint_lt(r->order, a->order);
	ck_assert_uint_lt(a->order, a->attrs->order);
	ck_assert_uint_lt(a->attrs->order, a->attrs->next->order);
	ck_assert_uint_lt(a->attrs->next->order, a->first->order);
	ck_assert_ptr_eq(a->last->parent, a);
	ck_assert_uint_eq(a->last->kind, NODE_TEXT);
	ck_assert_ptr_eq(r->last, a->next);
	ck_assert_ptr_null(a->next->first);
	ck_assert_ptr_null(a->attrs->next->next);
}
END_TEST

START_TEST(following_nodes_stay_below_the_top)
{
	struct node *a = tree_root(small())->first;
	size_t n = 0;

	for (struct node *d = a->first; d; d = node_following(a, d))
		n++;
	ck_assert_uint_eq(n, 3);
	ck_assert_ptr_null(node_following(a->attrs, a->attrs));
}
END_TEST

START_TEST(adjacent_texts_are_one_node)
{
	struct tree_builder b;

	ck_assert(tree_begin(&b, arena));
	ck_assert(tree_open(&b, name("", "r"), 1));
	for (int i = 0; i < 1000; i++)
		ck_assert(tree_text(&b, STR("é ")));
	ck_assert(tree_text(&b, STR("")));
	ck_assert_ptr_eq(tree_root(b.document)->first, tree_root(b.document)->last);
	ck_assert_uint_eq(tree_root(b.document)->first->text.n, 3000);
	ck_assert_int_eq(memcmp(tree_root(b.document)->first->text.p + 2997, "é ", 3), 0);
	ck_assert_uint_lt(arena_used(arena), 20000);
}
END_TEST

START_TEST(a_string_value_is_the_text_of_all_descendants)
{
	struct node *document = small(), *a = tree_root(document)->first;

	ck_assert(str_is(node_string(arena, document), "onetwo"));
	ck_assert(str_is(node_string(arena, a), "onetwo"));
	ck_assert(str_is(node_string(arena, a->attrs), "1"));
	ck_assert(str_is(node_string(arena, a->next), ""));
	ck_assert_ptr_nonnull(node_string(arena, a->next).p);
	size_t used = arena_used(arena);
	ck_assert_ptr_eq(node_string(arena, a->first).p, a->first->text.p);
	ck_assert_uint_eq(arena_used(arena), used);
}
END_TEST

START_TEST(a_place_counts_only_repeated_siblings)
{
	struct node *document = small(), *r = tree_root(document), *a = r->first;

	ck_assert(str_is(node_where(arena, document), "/"));
	ck_assert(str_is(node_where(arena, r), "r"));
	ck_assert(str_is(node_where(arena, a->attrs->next), "r/a[1]/@y"));
	ck_assert(str_is(node_where(arena, a->last), "r/a[1]/text()[2]"));
	ck_assert(str_is(node_where(arena, a->first->next), "r/a[1]/b"));
	ck_assert(str_is(node_where(arena, a->next), "r/a[2]"));
}
END_TEST

START_TEST(the_language_is_inherited)
{
	struct tree_builder b;

	ck_assert(tree_begin(&b, arena));
	ck_assert(tree_open(&b, name("", "r"), 1));
	ck_assert(tree_attr(&b, name("", "lang"), STR("de")));
	ck_assert(tree_open(&b, name("", "a"), 1));
	ck_assert(tree_attr(&b, name(TREE_XML_NAMESPACE, "lang"), STR("fr")));
	ck_assert(tree_open(&b, name("", "b"), 1));
	ck_assert(tree_text(&b, STR("x")));
	struct node *r = tree_root(b.document), *a = r->first, *text = a->first->first;

	ck_assert(str_is(node_lang(text), "fr"));
	ck_assert(str_is(node_lang(a->attrs), "fr"));
	ck_assert(str_is(node_lang(r), "de")); /* without the prefix, since xml:lang is nowhere above */
	ck_assert_ptr_null(node_xml_lang(r).p);
	ck_assert_ptr_null(node_lang(b.document).p);
}
END_TEST

START_TEST(a_full_arena_is_told_by_every_builder)
{
	struct tree_builder b;

	ck_assert(tree_begin(&b, arena));
	ck_assert(tree_open(&b, name("", "r"), 1));
	arena_fail_at(arena, 0);
	ck_assert(!tree_open(&b, name("", "a"), 1));
	for (size_t i = 0; i < 2; i++) {
		arena_fail_at(arena, i);
		ck_assert(!tree_attr(&b, name("", "a"), STR("v")));
		arena_fail_at(arena, i);
		ck_assert(!tree_text(&b, STR("v")));
	}
	ck_assert(tree_text(&b, STR("v")));
	arena_fail_at(arena, 0);
	ck_assert(!tree_text(&b, STR("w")));
	ck_assert(arena_failed(arena));
	arena_reset(arena);
	arena_fail_at(arena, 0);
	ck_assert(!tree_begin(&b, arena));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("tree");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, equal_names_are_one_pointer);
	tcase_add_test(tc, names_of_one_namespace_share_its_pointer);
	tcase_add_test(tc, names_stay_the_same_while_the_table_grows);
	tcase_add_test(tc, a_full_table_makes_no_new_names);
	tcase_add_test(tc, a_pointer_is_looked_up_only_until_it_is_forgotten);
	tcase_add_test(tc, a_tree_is_in_document_order);
	tcase_add_test(tc, following_nodes_stay_below_the_top);
	tcase_add_test(tc, adjacent_texts_are_one_node);
	tcase_add_test(tc, a_string_value_is_the_text_of_all_descendants);
	tcase_add_test(tc, a_place_counts_only_repeated_siblings);
	tcase_add_test(tc, the_language_is_inherited);
	tcase_add_test(tc, a_full_arena_is_told_by_every_builder);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
