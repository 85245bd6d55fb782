/*
 * test_xml_stream.c - events and byte offsets of io/xml.h's stream, whatever the chunks.
 */
#include <check.h>

#include "harvester/base/buf.h"
#include "harvester/io/xml.h"

/* What a parse said, as text: "<name@offset", ">depth@offset", "'text'". */
struct told {
	struct buf out;
	struct str page; /* to check that offsets cut out what they promise */
	struct xml_stream *stream;
	uint64_t starts[2000];
	size_t depth;
	int refuse_at; /* the start event that answers no; 0: none */
	int n_starts;
};

static int on_start(const struct xml_start *e, void *ctx, struct hv_err *err)
{
	struct told *t = ctx;

	if (++t->n_starts == t->refuse_at)
		return hv_fail(err, HV_E_CANCELLED, "enough");
	ck_assert_uint_eq(e->depth, ++t->depth);
	t->starts[e->depth] = e->offset;
	buf_printf(&t->out, "<%.*s", STR_ARG(e->local));
	if (e->prefix.n)
		buf_printf(&t->out, "(%.*s)", STR_ARG(e->prefix));
	for (size_t i = 0; i < e->n_attributes; i++)
		buf_printf(&t->out, " %.*s=%.*s", STR_ARG(e->attributes[i].local),
			   STR_ARG(e->attributes[i].value));
	for (size_t i = 0; i < e->n_declared; i++)
		buf_printf(&t->out, " +%.*s=%.*s", STR_ARG(e->declared[i].prefix),
			   STR_ARG(e->declared[i].uri));
	buf_puts(&t->out, ">");
	if (t->page.p)
		ck_assert_msg(t->page.p[e->offset] == '<', "offset %llu", (unsigned long long)e->offset);
	return 0;
}

static int on_text(struct str text, void *ctx, struct hv_err *err HV_UNUSED)
{
	struct told *t = ctx;

	buf_str(&t->out, text);
	return 0;
}

static int on_end(size_t depth, uint64_t offset, void *ctx, struct hv_err *err HV_UNUSED)
{
	struct told *t = ctx;

	ck_assert_uint_eq(depth, t->depth--);
	if (t->page.p) {
		ck_assert_int_eq(t->page.p[offset - 1], '>');
		buf_printf(&t->out, "{%.*s}", (int)(offset - t->starts[depth]), t->page.p + t->starts[depth]);
	}
	buf_puts(&t->out, "</>");
	return 0;
}

static const struct xml_events all = { on_start, on_text, on_end };

static int parse(struct told *t, struct str page, size_t chunk, const struct xml_limits *limits,
		 struct hv_err *err)
{
	hv_auto(xml_stream_freep) struct xml_stream *s = xml_stream_new(&all, limits, t);
	int r = 0;

	ck_assert_ptr_nonnull(s);
	t->stream = s;
	for (size_t at = 0; r == 0 && at < page.n; at += chunk) {
		/* exact memory, so that a sanitizer sees one byte too far */
		struct str part = str_cut(str_from(page, at), chunk);
		hv_auto(hv_freep) char *copy = malloc(part.n);

		memcpy(copy, part.p, part.n);
		r = xml_stream_feed(s, (struct str){ copy, part.n }, err);
	}
	return r ? r : xml_stream_end(s, err);
}

static const size_t chunks[] = { 1, 2, 3, 7, 64, 65536, 1u << 20 };

/* Parsed whole and in chunks, the page must say the same. */
static void says(const char *page, const char *want)
{
	for (size_t i = 0; i < HV_LEN(chunks); i++) {
		struct told t = { .out = BUF_INIT(1u << 20), .page = str_of(page) };
		struct hv_err err = { 0 };
		int r = parse(&t, t.page, chunks[i], NULL, &err);

		ck_assert_msg(r == 0, "%s: %s", page, err.text);
		ck_assert_msg(strcmp(buf_cstr(&t.out), want) == 0, "chunks of %zu: %s\nsays %s\nwant %s",
			      chunks[i], page, buf_cstr(&t.out), want);
		buf_release(&t.out);
	}
}

static void refused(struct str page, enum hv_code code, const char *part)
{
	for (size_t i = 0; i < HV_LEN(chunks); i++) {
		struct told t = { .out = BUF_INIT(1u << 20) };
		struct hv_err err = { 0 };
		int r = parse(&t, page, chunks[i], NULL, &err);

		ck_assert_msg(r == code && err.code == code, "chunks of %zu: %d %s", chunks[i], r, err.text);
		ck_assert_msg(strstr(err.text, part) != NULL, "'%s' lacks '%s'", err.text, part);
		buf_release(&t.out);
	}
}

START_TEST(offsets_cut_an_element_out_of_its_page)
{
	says("<a><b>x</b></a>", "<a><b>x{<b>x</b>}</>{<a><b>x</b></a>}</>");
	says("<a><b/></a>", "<a><b>{<b/>}</>{<a><b/></a>}</>");
	says("<a ><b  /></a >", "<a><b>{<b  />}</>{<a ><b  /></a >}</>");
	says("<?xml version='1.0'?>\n<a/>\n", "<a>{<a/>}</>");
	says("\xEF\xBB\xBF<a/>", "<a>{<a/>}</>");
}
END_TEST

START_TEST(a_greater_than_sign_inside_an_attribute_ends_no_tag)
{
	says("<a><b x=\"1>2\">y</b></a>",
	     "<a><b x=1>2>y{<b x=\"1>2\">y</b>}</>{<a><b x=\"1>2\">y</b></a>}</>");
	says("<a x='/>'/>", "<a x=/>>{<a x='/>'/>}</>");
	says("<a x='\">'  y=\"'>\"/>", "<a x=\"> y='>>{<a x='\">'  y=\"'>\"/>}</>");
}
END_TEST

START_TEST(markup_that_is_no_element_is_stepped_over)
{
	says("<a><!--<b>--><c/></a>", "<a><c>{<c/>}</>{<a><!--<b>--><c/></a>}</>");
	says("<!--x--><a>1<![CDATA[<b>]]]]><![CDATA[>]]>2</a><!--y-->",
	     "<a>1<b>]]>2{<a>1<![CDATA[<b>]]]]><![CDATA[>]]>2</a>}</>");
	says("<?p <x> ?><a><?q ?><?r?></a>", "<a>{<a><?q ?><?r?></a>}</>");
	says("<a><!----><b/><!-- > - -> --></a>", "<a><b>{<b/>}</>{<a><!----><b/><!-- > - -> --></a>}</>");
}
END_TEST

START_TEST(characters_of_several_bytes_may_be_cut_by_a_chunk)
{
	says("<a t=\"é€𝄞\">é€𝄞</a>", "<a t=é€𝄞>é€𝄞{<a t=\"é€𝄞\">é€𝄞</a>}</>");
	says("<é><ü/></é>", "<é><ü>{<ü/>}</>{<é><ü/></é>}</>");
}
END_TEST

START_TEST(references_are_resolved_in_texts_and_values)
{
	says("<a t='&amp;&lt;&#233;&quot;&#38;'>&amp;&gt;&#xE9;</a>",
	     "<a t=&<é\"&>&>é{<a t='&amp;&lt;&#233;&quot;&#38;'>&amp;&gt;&#xE9;</a>}</>");
	says("<a t='&amp;#38;'/>", "<a t=&#38;>{<a t='&amp;#38;'/>}</>");
}
END_TEST

START_TEST(declarations_are_told_with_their_element)
{
	says("<p:a xmlns:p='u' xmlns='v'><b/></p:a>",
	     "<a(p) +p=u +=v><b>{<b/>}</>{<p:a xmlns:p='u' xmlns='v'><b/></p:a>}</>");
}
END_TEST

START_TEST(the_declared_encoding_is_not_believed)
{
	says("<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>", "<a>é{<a>é</a>}</>");
	says("<?xml version='1.0' encoding='UTF-16'?><a>é</a>", "<a>é{<a>é</a>}</>");
	says("<?xml version='1.0' encoding='nonsense'?><a>é</a>", "<a>é{<a>é</a>}</>");
}
END_TEST

START_TEST(bytes_that_are_not_utf8_are_refused_with_their_place)
{
	refused(STR("<a>\xE9t\xE9</a>"), HV_E_PARSE, "byte 4: 0xE9 is not UTF-8");
	refused(STR("<a>\xC0\x80</a>"), HV_E_PARSE, "byte 4: 0xC0");
	refused(STR("<a>\xED\xA0\x80</a>"), HV_E_PARSE, "byte 4: 0xED");
	refused(STR("<a x='\xF8'/>"), HV_E_PARSE, "byte 7: 0xF8");
	refused(STR("<\0a\0/\0>\0"), HV_E_PARSE, "byte 2: a NUL");
	refused(STR("<a>\xC3"), HV_E_PARSE, "inside a character");
	refused(STR("\xFE\xFF\0<"), HV_E_PARSE, "byte ");
}
END_TEST

START_TEST(a_doctype_is_refused_at_once)
{
	refused(STR("<?xml version='1.0'?>\n<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>"), HV_E_REFUSED,
		"line 2: a DOCTYPE is not allowed");
	refused(STR("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"), HV_E_REFUSED, "line 1: a DOCTYPE");
	refused(STR("<!doctype html><html/>"), HV_E_REFUSED, "DOCTYPE");
	refused(STR("<!DOC><a/>"), HV_E_PARSE, "line 1, column ");
	refused(STR("<a><![INCLUDE[<b/>]]></a>"), HV_E_PARSE, "line 1, column ");
}
END_TEST

START_TEST(text_that_is_not_well_formed_is_refused_with_line_and_column)
{
	refused(STR("<a>\n<b></a>"), HV_E_PARSE,
		"line 2, column 8: Opening and ending tag mismatch: b line 2 and a");
	refused(STR("<a>&eacute;</a>"), HV_E_PARSE, "line 1, column 12: Entity 'eacute' not defined");
	refused(STR("<a>&#1;</a>"), HV_E_PARSE, "line 1, column ");
	refused(STR("<a>\x01</a>"), HV_E_PARSE, "line 1, column ");
	refused(STR("<a>x & y</a>"), HV_E_PARSE, "line 1, column ");
	refused(STR("<p:a/>"), HV_E_PARSE, "Namespace prefix p on a is not defined");
	refused(STR("<a x='1' x='2'/>"), HV_E_PARSE, "Attribute x redefined");
	refused(STR("<a/><b/>"), HV_E_PARSE, "Extra content at the end");
	refused(STR("<a x=\"<\"/>"), HV_E_PARSE, "line 1");
	refused(STR("<a x='1"), HV_E_PARSE, "line 1");
	refused(STR("<a>\n<b"), HV_E_PARSE, "line 2: the document ends inside a tag");
	refused(STR("<a>"), HV_E_PARSE, "line 1");
	refused(STR(""), HV_E_PARSE, "line 1");
	refused(STR("no XML"), HV_E_PARSE, "line 1");
}
END_TEST

START_TEST(a_tag_is_found_behind_ten_thousand_others)
{
	hv_auto(buf_release) struct buf page = BUF_INIT(4u << 20);
	struct hv_err err = { 0 };

	buf_puts(&page, "<r>");
	for (int i = 0; i < 20000; i++)
		buf_printf(&page, "<e%d a='%d>'>é&amp;<f/><!--%d--></e%d>", i % 100, i, i, i % 100);
	buf_puts(&page, "</r>");
	for (size_t i = 0; i < HV_LEN(chunks); i++) {
		struct told t = { .out = BUF_INIT(8u << 20), .page = buf_view(&page) };

		ck_assert_msg(parse(&t, buf_view(&page), chunks[i], NULL, &err) == 0, "%s", err.text);
		ck_assert_int_eq(t.n_starts, 40001);
		buf_release(&t.out);
	}
}
END_TEST

START_TEST(limits_end_the_parse)
{
	struct xml_limits limits = { .depth = 3, .attributes = 2 };
	struct told t = { .out = BUF_INIT(1000) };
	struct hv_err err = { 0 };

	ck_assert_int_eq(parse(&t, STR("<a><b><c/></b></a>"), 5, &limits, &err), 0);
	t.depth = 0;
	ck_assert_int_eq(parse(&t, STR("<a><b><c><d/></c></b></a>"), 5, &limits, &err), HV_E_LIMIT);
	ck_assert_str_eq(err.text, "line 1: more than 3 elements inside one another");
	t.depth = 0;
	ck_assert_int_eq(parse(&t, STR("<a x='' y='' z=''/>"), 5, &limits, &err), HV_E_LIMIT);
	ck_assert_str_eq(err.text, "line 1: an element with more than 2 attributes");
	t.depth = 0;
	ck_assert_int_eq(parse(&t, STR("<a x='' y='' z='' u='' v=''/>"), 5, &limits, &err), HV_E_LIMIT);
	ck_assert_str_eq(err.text, "byte 1: an element with more than 2 attributes");
	buf_release(&t.out);
}
END_TEST

START_TEST(a_tag_without_an_end_does_not_fill_the_memory)
{
	hv_auto(xml_stream_freep) struct xml_stream *s =
		xml_stream_new(&(struct xml_events){ 0 }, NULL, NULL);
	hv_auto(hv_freep) char *blanks = malloc(1u << 20);
	struct hv_err err = { 0 };
	int r = xml_stream_feed(s, STR("<a>\n<b"), &err);

	memset(blanks, ' ', 1u << 20);
	for (int i = 0; i < 100 && r == 0; i++)
		r = xml_stream_feed(s, (struct str){ blanks, 1u << 20 }, &err);
	ck_assert_int_eq(r, HV_E_LIMIT);
	ck_assert_str_eq(err.text, "byte 5: a tag of more than 4194304 bytes");
}
END_TEST

START_TEST(a_text_of_12_mb_passes_in_pieces)
{
	hv_auto(hv_freep) char *letters = malloc(1u << 20);
	struct told t = { .out = BUF_INIT(16u << 20) };
	struct hv_err err = { 0 };
	static const char *const shapes[][2] = { { "<a>", "</a>" }, { "<a><![CDATA[", "]]></a>" } };

	memset(letters, 'x', 1u << 20);
	for (size_t k = 0; k < HV_LEN(shapes); k++) {
		hv_auto(xml_stream_freep) struct xml_stream *one = xml_stream_new(&all, NULL, &t);

		buf_clear(&t.out);
		ck_assert_int_eq(xml_stream_feed(one, str_of(shapes[k][0]), &err), 0);
		for (int i = 0; i < 12; i++)
			ck_assert_msg(xml_stream_feed(one, (struct str){ letters, 1u << 20 }, &err) == 0,
				      "%s", err.text);
		ck_assert_int_eq(xml_stream_feed(one, str_of(shapes[k][1]), &err), 0);
		ck_assert_msg(xml_stream_end(one, &err) == 0, "%s", err.text);
		ck_assert_uint_eq(t.out.n, 3 + (12u << 20) + 3);
	}
	buf_release(&t.out);
}
END_TEST

START_TEST(an_answer_below_zero_ends_the_parse_and_comes_back)
{
	struct told t = { .out = BUF_INIT(1000), .refuse_at = 2 };
	hv_auto(xml_stream_freep) struct xml_stream *s = xml_stream_new(&all, NULL, &t);
	struct hv_err err = { 0 };

	ck_assert_int_eq(xml_stream_feed(s, STR("<a><b/><c/></a>"), &err), HV_E_CANCELLED);
	ck_assert_str_eq(err.text, "enough");
	ck_assert_int_eq(t.n_starts, 2);
	ck_assert_int_eq(xml_stream_feed(s, STR("<d/>"), &err), HV_E_CANCELLED);
	ck_assert_int_eq(xml_stream_end(s, &err), HV_E_CANCELLED);
	buf_release(&t.out);
}
END_TEST

/* Writes what is in scope at <x>, and stops texts inside of <quiet>. */
static int scope_start(const struct xml_start *e, void *ctx, struct hv_err *err HV_UNUSED)
{
	struct told *t = ctx;
	const struct xml_declaration *d = NULL;

	if (str_is(e->local, "quiet"))
		xml_stream_want_text(t->stream, false);
	if (!str_is(e->local, "x"))
		return 0;
	size_t n = xml_stream_in_scope(t->stream, &d);
	for (size_t i = 0; i < n; i++)
		buf_printf(&t->out, "%.*s=%.*s ", STR_ARG(d[i].prefix), STR_ARG(d[i].uri));
	buf_puts(&t->out, "; ");
	return 0;
}

static const struct xml_events scope_events = { scope_start, on_text, NULL };

START_TEST(declarations_in_scope_are_the_nearest_ones)
{
	struct told t = { .out = BUF_INIT(1000) };
	hv_auto(xml_stream_freep) struct xml_stream *s = xml_stream_new(&scope_events, NULL, &t);
	struct hv_err err = { 0 };

	t.stream = s;
	ck_assert_int_eq(
		xml_stream_feed(s,
				STR("<r xmlns='d' xmlns:p='1' xmlns:q='2'><a xmlns:p='3'><x xmlns:z='4'/></a>"
				    "<x/><b xmlns=''><x/></b></r>"),
				&err),
		0);
	ck_assert_int_eq(xml_stream_end(s, &err), 0);
	ck_assert_str_eq(buf_cstr(&t.out), "z=4 p=3 q=2 =d ; q=2 p=1 =d ; q=2 p=1 ; ");
	buf_release(&t.out);
}
END_TEST

START_TEST(text_is_told_only_while_it_is_wanted)
{
	struct told t = { .out = BUF_INIT(1000) };
	hv_auto(xml_stream_freep) struct xml_stream *s = xml_stream_new(&scope_events, NULL, &t);
	struct hv_err err = { 0 };

	t.stream = s;
	ck_assert_int_eq(xml_stream_feed(s, STR("<r>one<quiet>two</quiet></r>"), &err), 0);
	ck_assert_int_eq(xml_stream_end(s, &err), 0);
	ck_assert_str_eq(buf_cstr(&t.out), "one");
	buf_release(&t.out);
}
END_TEST

/* As parse, with elements deeper than two left out. */
static int parse_shallow(struct told *t, struct str page, size_t chunk, struct hv_err *err)
{
	hv_auto(xml_stream_freep) struct xml_stream *s = xml_stream_new(&all, NULL, t);
	int r = 0;

	ck_assert_ptr_nonnull(s);
	t->stream = s;
	xml_stream_leave_out(s, 2);
	for (size_t at = 0; r == 0 && at < page.n; at += chunk)
		r = xml_stream_feed(s, str_cut(str_from(page, at), chunk), err);
	return r < 0 ? r : xml_stream_end(s, err);
}

START_TEST(deeper_elements_are_passed_over_whatever_is_in_them)
{
	static const char *const cases[][2] = {
		{ "<a><b>x<c>no</c>y</b></a>",
		  "<a><b>xy{<b>x<c>no</c>y</b>}</>{<a><b>x<c>no</c>y</b></a>}</>" },
		{ "<a><b><c/><c><d>&</d><e a='>'/></c></b></a>",
		  "<a><b>{<b><c/><c><d>&</d><e a='>'/></c></b>}</>{<a><b><c/><c><d>&</d><e "
		  "a='>'/></c></b></a>}</>" },
		{ "<a><b><c><!-- </c> --><![CDATA[</c>]]></c></b><b/></a>",
		  "<a><b>{<b><c><!-- </c> --><![CDATA[</c>]]></c></b>}</><b>{<b/>}</>"
		  "{<a><b><c><!-- </c> --><![CDATA[</c>]]></c></b><b/></a>}</>" },
	};

	for (size_t i = 0; i < HV_LEN(cases); i++)
		for (size_t chunk = 1; chunk <= strlen(cases[i][0]); chunk++) {
			struct told t = { .out = BUF_INIT(10000), .page = str_of(cases[i][0]) };
			struct hv_err err = { 0 };

			ck_assert_msg(parse_shallow(&t, t.page, chunk, &err) == 0, "%s", err.text);
			ck_assert_str_eq(buf_cstr(&t.out), cases[i][1]);
			buf_release(&t.out);
		}
}
END_TEST

START_TEST(places_stay_true_behind_what_was_passed_over)
{
	static const char *const pages[] = {
		"<a>\n<b>\n<c>\n\n</c>\n</b>\n<b>&</b></a>", "<a><b><c><d></c></b></a>", "<a><b><c>",
		/* mistakes of two records that make up for each other by number */
		"<a><b><c><d><d></c></b><b><c></d></d></c></b></a>"
	};
	static const char *const told[] = { "line 7", "byte 13: </c> does not end", "line 1",
					    "byte 16: </c> does not end" };

	for (size_t i = 0; i < HV_LEN(pages); i++) {
		struct told t = { .out = BUF_INIT(10000) };
		struct hv_err err = { 0 };

		ck_assert_int_eq(parse_shallow(&t, str_of(pages[i]), 5, &err), HV_E_PARSE);
		ck_assert_msg(strstr(err.text, told[i]) != NULL, "%s", err.text);
		buf_release(&t.out);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("xml stream");
	TCase *tc = tcase_create("all");

	xml_global_init();
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, offsets_cut_an_element_out_of_its_page);
	tcase_add_test(tc, deeper_elements_are_passed_over_whatever_is_in_them);
	tcase_add_test(tc, places_stay_true_behind_what_was_passed_over);
	tcase_add_test(tc, a_greater_than_sign_inside_an_attribute_ends_no_tag);
	tcase_add_test(tc, markup_that_is_no_element_is_stepped_over);
	tcase_add_test(tc, characters_of_several_bytes_may_be_cut_by_a_chunk);
	tcase_add_test(tc, references_are_resolved_in_texts_and_values);
	tcase_add_test(tc, declarations_are_told_with_their_element);
	tcase_add_test(tc, the_declared_encoding_is_not_believed);
	tcase_add_test(tc, bytes_that_are_not_utf8_are_refused_with_their_place);
	tcase_add_test(tc, a_doctype_is_refused_at_once);
	tcase_add_test(tc, text_that_is_not_well_formed_is_refused_with_line_and_column);
	tcase_add_test(tc, a_tag_is_found_behind_ten_thousand_others);
	tcase_add_test(tc, limits_end_the_parse);
	tcase_add_test(tc, a_tag_without_an_end_does_not_fill_the_memory);
	tcase_add_test(tc, a_text_of_12_mb_passes_in_pieces);
	tcase_add_test(tc, an_answer_below_zero_ends_the_parse_and_comes_back);
	tcase_add_test(tc, declarations_in_scope_are_the_nearest_ones);
	tcase_add_test(tc, text_is_told_only_while_it_is_wanted);
	suite_add_tcase(s, tc);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
