/*
 * test_page.c - one page of OAI-PMH: three answers, the envelope by place, bodies by bytes.
 *
 * Fixtures of our own under tests/fixtures/oai/page; real pages under ../shared/samples when they are there.
 */
#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connectors/oai/body.h"
#include "connectors/oai/page.h"
#include "harvester/base/buf.h"
#include "harvester/base/text.h"
#include "harvester/io/xml.h"

static struct oai_page page;
static struct arena *arena;
static struct hv_err err;

static void before(void)
{
	xml_global_init();
	err = (struct hv_err){ 0 };
	ck_assert_int_eq(oai_page_init(&page, &err), 0);
	arena = arena_new(64 << 20);
	ck_assert_ptr_nonnull(arena);
}

static void after(void)
{
	oai_page_release(&page);
	arena_free(arena);
}

static int read_path(const char *path, enum oai_verb asked)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	ck_assert_msg(fd >= 0, "%s is missing", path);
	ck_assert_int_eq(fstat(fd, &st), 0);
	return oai_page_read(&page, asked, fd, (uint64_t)st.st_size, &err);
}

static void read_fixture(const char *name, enum oai_verb asked)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "tests/fixtures/oai/page/%s", name);
	int r = read_path(path, asked);

	ck_assert_msg(r == 0, "%s: %s", name, err.text);
}

/* A page made in the test. */
static int read_bytes(struct str bytes, enum oai_verb asked)
{
	int fd = memfd_create("page", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	for (size_t done = 0; done < bytes.n;) {
		ssize_t n = write(fd, bytes.p + done, bytes.n - done);

		ck_assert_int_gt(n, 0);
		done += (size_t)n;
	}
	return oai_page_read(&page, asked, fd, bytes.n, &err);
}

static const char *body_of(size_t n)
{
	struct str s;

	ck_assert_msg(oai_body_read(&page, oai_page_entry(&page, n), arena, &s, &err) == 0, "%s", err.text);
	return arena_strndup(arena, s.p, s.n);
}

static bool has_odd(const char *code)
{
	for (size_t i = 0; i < page.n_odd; i++)
		if (strcmp(page.odd[i].code, code) == 0)
			return true;
	return false;
}

static const struct {
	const char *file;
	enum oai_answer answer;
	size_t records;
	enum oai_token token;
	const char *text; /* the token, or a part of the reason */
	const char *odd;
} rows[] = {
	{ "list.xml", OAI_VALID, 2, OAI_TOKEN_VALUE, "lido/2", NULL },
	{ "list-last-empty-token.xml", OAI_VALID, 2, OAI_TOKEN_EMPTY, "", NULL },
	{ "list-no-token.xml", OAI_VALID, 2, OAI_TOKEN_ABSENT, "", NULL },
	{ "list-empty.xml", OAI_VALID, 0, OAI_TOKEN_ABSENT, "", NULL },
	{ "empty-page-with-token.xml", OAI_VALID, 0, OAI_TOKEN_VALUE, "lido/4", NULL },
	{ "prefixed.xml", OAI_VALID, 2, OAI_TOKEN_VALUE, "lido/2", NULL },
	{ "no-namespace.xml", OAI_VALID, 2, OAI_TOKEN_VALUE, "lido/2", "envelope_namespace" },
	{ "namespace-without-slash.xml", OAI_VALID, 2, OAI_TOKEN_VALUE, "lido/2", "envelope_namespace" },
	{ "token-cdata.xml", OAI_VALID, 2, OAI_TOKEN_VALUE, "lido&2<3", NULL },
	{ "token-white.xml", OAI_VALID, 2, OAI_TOKEN_VALUE, "lido/2", NULL },
	{ "token-zero.xml", OAI_VALID, 2, OAI_TOKEN_VALUE, "0", NULL },
	{ "token-first.xml", OAI_VALID, 2, OAI_TOKEN_VALUE, "lido/2", NULL },
	{ "token-outside.xml", OAI_VALID, 2, OAI_TOKEN_VALUE, "lido/2", "token_outside" },
	{ "token-reference.xml", OAI_VALID, 2, OAI_TOKEN_VALUE, "a=1&b=%25 +é", NULL },
	{ "padded-identifier.xml", OAI_VALID, 2, OAI_TOKEN_VALUE, "lido/2", NULL },
	{ "trap-inner.xml", OAI_VALID, 2, OAI_TOKEN_VALUE, "lido/2", NULL },
	{ "trap-oai-inner.xml", OAI_VALID, 2, OAI_TOKEN_VALUE, "lido/2", NULL },
	{ "about.xml", OAI_VALID, 2, OAI_TOKEN_VALUE, "lido/2", NULL },
	{ "deleted.xml", OAI_VALID, 2, OAI_TOKEN_VALUE, "lido/2", NULL },
	{ "two-bodies.xml", OAI_VALID, 2, OAI_TOKEN_VALUE, "lido/2", "two_bodies" },
	{ "leading-space.xml", OAI_VALID, 2, OAI_TOKEN_VALUE, "lido/2", "leading_space" },
	{ "bom.xml", OAI_VALID, 2, OAI_TOKEN_VALUE, "lido/2", NULL },
	{ "text-after.xml", OAI_VALID, 2, OAI_TOKEN_VALUE, "lido/2", "text_after_document" },
	{ "no-records-match.xml", OAI_ERROR, 0, OAI_TOKEN_ABSENT, "", NULL },
	{ "bad-token.xml", OAI_ERROR, 0, OAI_TOKEN_ABSENT, "", NULL },
	{ "error-and-list.xml", OAI_NOT, 2, OAI_TOKEN_ABSENT, "an error and a list", NULL },
	{ "other-verb.xml", OAI_NOT, 0, OAI_TOKEN_ABSENT, "Identify where ListRecords", NULL },
	{ "no-verb.xml", OAI_NOT, 0, OAI_TOKEN_ABSENT, "no verb", NULL },
	{ "html.html", OAI_NOT, 0, OAI_TOKEN_ABSENT, "a page of HTML", NULL },
	{ "xhtml.xml", OAI_NOT, 0, OAI_TOKEN_ABSENT, "'html'", NULL },
	{ "json.json", OAI_NOT, 0, OAI_TOKEN_ABSENT, "", NULL },
	{ "doctype.xml", OAI_NOT, 0, OAI_TOKEN_ABSENT, "DOCTYPE", NULL },
	{ "truncated.xml", OAI_NOT, 0, OAI_TOKEN_ABSENT, "", NULL },
	{ "truncated-at-end.xml", OAI_NOT, 2, OAI_TOKEN_VALUE, "", NULL },
	{ "bare-ampersand.xml", OAI_NOT, 1, OAI_TOKEN_ABSENT, "", NULL },
	{ "bad-utf8.xml", OAI_NOT, 1, OAI_TOKEN_ABSENT, "", NULL },
	{ "empty.xml", OAI_NOT, 0, OAI_TOKEN_ABSENT, "empty", NULL },
	{ "white.xml", OAI_NOT, 0, OAI_TOKEN_ABSENT, "empty", NULL },
	{ "other-envelope.xml", OAI_NOT, 0, OAI_TOKEN_ABSENT, "another namespace", NULL },
};

START_TEST(every_page_has_one_of_three_answers)
{
	const char *file = rows[_i].file;

	read_fixture(file, OAI_LIST_RECORDS);
	ck_assert_msg(page.answer == rows[_i].answer, "%s: answer %d: %.*s", file, (int)page.answer,
		      STR_ARG(page.reason));
	if (page.answer == OAI_NOT) {
		ck_assert_msg(str_find(page.reason, str_of(rows[_i].text)) >= 0, "%s: '%.*s'", file,
			      STR_ARG(page.reason));
		return;
	}
	ck_assert_uint_eq(page.n_records, rows[_i].records);
	ck_assert_int_eq(page.token, rows[_i].token);
	ck_assert_msg(str_is(page.token_text, rows[_i].text), "%s: token '%.*s'", file,
		      STR_ARG(page.token_text));
	ck_assert_msg(rows[_i].odd ? has_odd(rows[_i].odd) : page.n_odd == 0, "%s: %s", file,
		      page.n_odd ? page.odd[0].code : "no finding");
	ck_assert(str_is(page.response_date, "2027-03-02T01:15:04Z"));
}
END_TEST

START_TEST(every_body_of_a_list_is_a_document_of_its_own)
{
	hv_auto(xml_parser_freep) struct xml_parser *parser = NULL;
	struct names *names = names_new(10000);

	ck_assert_ptr_nonnull(names);
	parser = xml_parser_new(names, NULL);
	ck_assert_ptr_nonnull(parser);
	read_fixture(rows[_i].file, OAI_LIST_RECORDS);
	for (size_t i = 0; page.answer == OAI_VALID && i < page.n_records; i++) {
		const struct oai_entry *e = oai_page_entry(&page, i);
		struct node *doc;
		struct str body;

		if (e->body_n == 0)
			continue;
		ck_assert_int_eq(oai_body_read(&page, e, arena, &body, &err), 0);
		ck_assert_msg(xml_tree(parser, arena, body, &doc, &err) == 0, "%s: %s in %.*s", rows[_i].file,
			      err.text, STR_ARG(body));
	}
	xml_parser_free(hv_take(parser));
	names_free(names);
}
END_TEST

START_TEST(a_header_says_identifier_datestamp_and_sets)
{
	read_fixture("list.xml", OAI_LIST_RECORDS);
	const struct oai_entry *e = oai_page_entry(&page, 1);

	ck_assert(str_is(e->identifier, "oai:valombreuse.example:2"));
	ck_assert(str_is(e->datestamp, "2027-02-11T09:00:00Z"));
	ck_assert_uint_eq(e->n_sets, 1);
	ck_assert(str_is(e->sets[0], "peintures"));
	ck_assert(!e->deleted && !e->fault);
	ck_assert_int_eq(oai_page_number(page.complete_list_size), 412);
	ck_assert_uint_eq(page.n_request, 2);
	ck_assert_ptr_null(oai_page_entry(&page, 2));
}
END_TEST

START_TEST(identifiers_are_trimmed_and_otherwise_opaque)
{
	read_fixture("padded-identifier.xml", OAI_LIST_RECORDS);
	ck_assert(str_is(oai_page_entry(&page, 0)->identifier, "oai:valombreuse.example:1"));
	ck_assert(str_is(oai_page_entry(&page, 1)->identifier, "87 . 3 %20 é"));
}
END_TEST

START_TEST(elements_inside_metadata_are_data_whatever_their_name)
{
	read_fixture("trap-oai-inner.xml", OAI_LIST_RECORDS);
	ck_assert_uint_eq(page.n_errors, 0);
	ck_assert(str_is(oai_page_entry(&page, 0)->identifier, "oai:valombreuse.example:1"));
	ck_assert(!oai_page_entry(&page, 0)->deleted);
	ck_assert_ptr_nonnull(strstr(body_of(0), "<resumptionToken>trap</resumptionToken>"));
	ck_assert_str_eq(body_of(1),
			 "<record xmlns=\"http://www.openarchives.org/OAI/2.0/\"><header>"
			 "<identifier>trap</identifier></header><metadata><a/></metadata></record>");
}
END_TEST

START_TEST(deleted_wins_over_metadata_that_is_still_there)
{
	read_fixture("deleted-with-metadata.xml", OAI_LIST_RECORDS);
	ck_assert(oai_page_entry(&page, 1)->deleted);
	ck_assert_uint_eq(oai_page_entry(&page, 1)->body_n, 0);
	ck_assert_ptr_null(oai_page_entry(&page, 1)->fault);
}
END_TEST

START_TEST(a_live_record_without_metadata_costs_itself)
{
	read_fixture("no-metadata.xml", OAI_LIST_RECORDS);
	ck_assert_int_eq(page.answer, OAI_VALID);
	ck_assert_str_eq(oai_page_entry(&page, 0)->fault, "no_metadata");
	ck_assert_str_eq(oai_page_entry(&page, 1)->fault, "no_metadata");
}
END_TEST

START_TEST(a_record_without_identifier_costs_itself)
{
	read_fixture("no-identifier.xml", OAI_LIST_RECORDS);
	ck_assert_int_eq(page.answer, OAI_VALID);
	ck_assert_str_eq(oai_page_entry(&page, 0)->fault, "no_identifier");
	ck_assert_str_eq(oai_page_entry(&page, 1)->fault, "no_identifier");
}
END_TEST

START_TEST(of_two_bodies_the_first_is_taken)
{
	read_fixture("two-bodies.xml", OAI_LIST_RECORDS);
	ck_assert_ptr_nonnull(strstr(body_of(0), "Premier"));
	ck_assert_ptr_null(strstr(body_of(0), "Second"));
}
END_TEST

START_TEST(a_body_that_is_not_well_formed_costs_neither_its_page_nor_the_token)
{
	static const char bytes[] =
		"<OAI-PMH xmlns='http://www.openarchives.org/OAI/2.0/'><ListRecords>"
		"<record><header><identifier>oai:v:1</identifier></header>"
		"<metadata><dc xmlns='urn:dc'><title>Vase & son couvercle</title></dc></metadata></record>"
		"<record><header><identifier>oai:v:2</identifier></header>"
		"<metadata><dc xmlns='urn:dc'><title>Vase aux iris</title></dc></metadata></record>"
		"<resumptionToken>suite</resumptionToken></ListRecords></OAI-PMH>";

	ck_assert_msg(read_bytes(STR(bytes), OAI_LIST_RECORDS) == 0, "%s", err.text);
	ck_assert_int_eq(page.answer, OAI_VALID);
	ck_assert_uint_eq(page.n_records, 2);
	ck_assert_ptr_nonnull(
		strstr(body_of(0), "Vase & son couvercle")); /* as received: refused when it is mapped */
	ck_assert_ptr_nonnull(strstr(body_of(1), "Vase aux iris"));
	ck_assert_int_eq(page.token, OAI_TOKEN_VALUE);
}
END_TEST

START_TEST(a_body_carries_the_declarations_it_inherits_and_uses)
{
	read_fixture("inherited.xml", OAI_LIST_RECORDS);
	const char *first = body_of(0);

	ck_assert_msg(strncmp(first, "<dc:dc xmlns", 12) == 0, "%s", first);
	ck_assert_ptr_nonnull(strstr(first, " xmlns:dc=\"http://purl.org/dc/elements/1.1/\""));
	ck_assert_ptr_nonnull(strstr(first, " xmlns:edm=\"http://www.europeana.eu/schemas/edm/\""));
	ck_assert_ptr_nonnull(strstr(first, " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""));
	ck_assert_ptr_nonnull(strstr(first, " alt=\"a>b\"\n  note='/>'><dc:title"));
	ck_assert_ptr_null(strstr(first, " xmlns=\""));
	ck_assert_str_eq(body_of(1), "<plain xmlns=\"http://www.openarchives.org/OAI/2.0/\"/>");
	ck_assert_str_eq(body_of(2), "<plain xmlns=\"urn:a\" a=\"1\"><sub/></plain>");
	ck_assert_str_eq(body_of(3), "<lido xmlns=\"http://www.lido-schema.org\"/>");
}
END_TEST

START_TEST(a_body_without_inherited_declarations_is_byte_for_byte)
{
	read_fixture("list.xml", OAI_LIST_RECORDS);
	ck_assert_ptr_nonnull(strstr(body_of(0), "<lido:lido xmlns:lido=\"http://www.lido-schema.org\">"
						 "<lido:lidoRecID lido:type=\"local\">valombreuse:1<"));
	ck_assert_ptr_null(strstr(body_of(0), "xsi"));
}
END_TEST

START_TEST(all_errors_of_a_page_are_read)
{
	char text[200];

	read_fixture("two-errors.xml", OAI_LIST_RECORDS);
	ck_assert_int_eq(page.answer, OAI_ERROR);
	ck_assert_uint_eq(page.n_errors, 2);
	ck_assert(oai_page_has_error(&page, "badArgument") && oai_page_has_error(&page, "noRecordsMatch"));
	ck_assert(!oai_page_only_error(&page, "noRecordsMatch"));
	oai_page_error_text(&page, text, sizeof(text));
	ck_assert_str_eq(text, "badArgument: from is no date; noRecordsMatch");
	oai_page_error_text(&page, text, 8);
	ck_assert_str_eq(text, "badArgu");
}
END_TEST

START_TEST(identify_is_read_at_its_own_level_only)
{
	read_fixture("identify.xml", OAI_IDENTIFY);
	ck_assert_int_eq(page.answer, OAI_VALID);
	ck_assert(str_is(oai_page_fact(&page, "repositoryName", 0), "Musée de Valombreuse & amis"));
	ck_assert(str_is(oai_page_fact(&page, "granularity", 0), "YYYY-MM-DDThh:mm:ssZ"));
	ck_assert_ptr_null(oai_page_fact(&page, "nothing", 0).p);
}
END_TEST

START_TEST(formats_are_read_in_groups)
{
	read_fixture("formats.xml", OAI_LIST_METADATA_FORMATS);
	ck_assert_int_eq(page.answer, OAI_VALID);
	ck_assert(str_is(oai_page_fact(&page, "metadataPrefix", 1), "oai_dc"));
	ck_assert(str_is(oai_page_fact(&page, "metadataNamespace", 2), "http://www.lido-schema.org"));
}
END_TEST

START_TEST(a_page_cut_off_anywhere_is_never_valid)
{
	char text[4096];
	FILE *f = fopen("tests/fixtures/oai/page/list.xml", "rb");

	ck_assert_ptr_nonnull(f);
	size_t n = fread(text, 1, sizeof(text), f);

	ck_assert(n > 1000 && n < sizeof(text));
	fclose(f);
	for (size_t cut = 0; cut + 1 < n; cut++) { /* without the last line feed it is whole */
		if (text[cut] == '\n' && cut + 1 == n)
			break;
		ck_assert_int_eq(read_bytes((struct str){ text, cut }, OAI_LIST_RECORDS), 0);
		ck_assert_msg(page.answer == OAI_NOT, "valid when cut at %zu of %zu", cut, n);
	}
}
END_TEST

START_TEST(a_page_is_the_same_whatever_the_chunks_cut_through)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(8 << 20);

	/* About 6 MB: every record lies somewhere else against the chunks. */
	buf_puts(&b, "<OAI-PMH xmlns='http://www.openarchives.org/OAI/2.0/'><ListRecords>");
	for (unsigned i = 0; i < 20000; i++) {
		buf_printf(&b,
			   "<record><header><identifier>é:%u</identifier><datestamp>2027-01-01</datestamp>"
			   "<setSpec>s%u</setSpec></header><metadata><x:a xmlns:x='urn:x'>",
			   i, i % 7);
		for (unsigned k = 0; k < i % 50; k++)
			buf_puts(&b, "été ");
		buf_printf(&b, "n%u</x:a></metadata></record>", i);
	}
	buf_puts(&b, "<resumptionToken>suite</resumptionToken></ListRecords></OAI-PMH>");
	ck_assert(!b.failed);
	ck_assert_msg(read_bytes(buf_view(&b), OAI_LIST_RECORDS) == 0, "%s", err.text);
	ck_assert_msg(page.answer == OAI_VALID, "%.*s", STR_ARG(page.reason));
	ck_assert_uint_eq(page.n_records, 20000);
	for (size_t i = 0; i < 20000; i++) {
		const struct oai_entry *e = oai_page_entry(&page, i);
		char want[64];
		struct str body;

		(void)snprintf(want, sizeof(want), "é:%zu", i);
		ck_assert(str_is(e->identifier, want));
		ck_assert_int_eq(oai_body_read(&page, e, arena, &body, &err), 0);
		(void)snprintf(want, sizeof(want), "n%zu</x:a>", i);
		ck_assert(str_starts(body, STR("<x:a xmlns:x='urn:x'>")));
		ck_assert(body.n > strlen(want) &&
			  memcmp(body.p + body.n - strlen(want), want, strlen(want)) == 0);
		arena_reset(arena);
	}
	ck_assert_uint_lt(arena_used(page.arena), 8u << 20);
}
END_TEST

/* As another encoding: a title with accents, and what its server declares. */
static void say_in(struct buf *b, const char *declared, bool utf16)
{
	hv_auto(buf_release) struct buf text = BUF_INIT(1 << 16);

	buf_printf(
		&text,
		"<?xml version='1.0' encoding='%s'?><OAI-PMH><ListRecords><record><header><identifier>\xe9:1"
		"</identifier></header><metadata><a>\xc9t\xe9</a></metadata></record></ListRecords></"
		"OAI-PMH>",
		declared);
	if (utf16)
		buf_puts(b, "\xff\xfe");
	for (size_t i = 0; i < text.n; i++) {
		buf_putc(b, text.p[i]);
		if (utf16)
			buf_putc(b, 0);
	}
}

START_TEST(a_page_in_another_encoding_is_read_as_utf8)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1 << 16);

	say_in(&b, _i ? "UTF-16" : "ISO-8859-1", _i);
	ck_assert_msg(read_bytes(buf_view(&b), OAI_LIST_RECORDS) == 0, "%s", err.text);
	ck_assert_msg(page.answer == OAI_VALID, "%.*s", STR_ARG(page.reason));
	ck_assert(str_is(oai_page_entry(&page, 0)->identifier, "é:1"));
	ck_assert_str_eq(body_of(0), "<a>Été</a>");
}
END_TEST

START_TEST(a_byte_order_mark_beats_the_declaration)
{
	ck_assert_int_eq(
		read_bytes(
			STR("\xEF\xBB\xBF\n<?xml version='1.0' encoding='ISO-8859-1'?><OAI-PMH><ListRecords>"
			    "<record><header><identifier>é</identifier></header><metadata><a>é</a></metadata>"
			    "</record></ListRecords></OAI-PMH>"),
			OAI_LIST_RECORDS),
		0);
	ck_assert_msg(page.answer == OAI_VALID, "%.*s", STR_ARG(page.reason));
	ck_assert(str_is(oai_page_entry(&page, 0)->identifier, "é"));
	ck_assert_str_eq(body_of(0), "<a>é</a>");
}
END_TEST

START_TEST(an_identifier_over_the_limit_costs_its_record)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1 << 20);

	buf_puts(&b, "<OAI-PMH><ListRecords><record><header><identifier>");
	for (unsigned i = 0; i < 100000; i++)
		buf_putc(&b, 'x');
	buf_puts(&b, "</identifier></header><metadata><a/></metadata></record><record><header><identifier>b</"
		     "identifier>"
		     "</header><metadata><a/></metadata></record></ListRecords></OAI-PMH>");
	ck_assert_msg(read_bytes(buf_view(&b), OAI_LIST_RECORDS) == 0, "%s", err.text);
	ck_assert_int_eq(page.answer, OAI_VALID);
	ck_assert_str_eq(oai_page_entry(&page, 0)->fault, "identifier_too_long");
	ck_assert(str_is(oai_page_entry(&page, 1)->identifier, "b"));
}
END_TEST

START_TEST(a_token_over_the_limit_is_refused)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1 << 20);

	buf_puts(&b, "<OAI-PMH><ListRecords><resumptionToken>");
	for (unsigned i = 0; i < 100000; i++)
		buf_putc(&b, 'x');
	buf_puts(&b, "</resumptionToken></ListRecords></OAI-PMH>");
	ck_assert_int_eq(read_bytes(buf_view(&b), OAI_LIST_RECORDS), HV_E_LIMIT);
	ck_assert_ptr_nonnull(strstr(err.text, "resumption token"));
}
END_TEST

START_TEST(more_records_than_the_limit_are_refused)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(8 << 20);

	buf_puts(&b, "<OAI-PMH><ListRecords>");
	for (unsigned i = 0; i <= OAI_MAX_RECORDS; i++)
		buf_puts(&b, "<record/>");
	buf_puts(&b, "</ListRecords></OAI-PMH>");
	ck_assert_int_eq(read_bytes(buf_view(&b), OAI_LIST_RECORDS), HV_E_LIMIT);
	ck_assert_ptr_nonnull(strstr(err.text, "200000 records"));
}
END_TEST

START_TEST(memory_that_runs_out_is_told_at_every_allocation)
{
	for (size_t n = 0; n < 10000; n++) {
		struct stat st;
		int fd = open("tests/fixtures/oai/page/inherited.xml", O_RDONLY | O_CLOEXEC);

		ck_assert_int_eq(fstat(fd, &st), 0);
		/* The page clears its arena first, so the failure is counted from there. */
		arena_reset(page.arena);
		arena_fail_at(page.arena, n);
		int r = oai_page_read(&page, OAI_LIST_RECORDS, fd, (uint64_t)st.st_size, &err);

		if (r == 0 && !arena_failed(page.arena)) {
			ck_assert_uint_gt(n, 10);
			ck_assert_uint_eq(page.n_records, 4);
			return;
		}
		ck_assert_int_eq(r, HV_E_NOMEM);
	}
	ck_abort_msg("never got through");
}
END_TEST

/* Occurrences of "<record>" and "<record " in a file, as grep would count them. */
static size_t count_records(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *text = malloc(4 << 20);
	size_t n = f && text ? fread(text, 1, (4 << 20) - 1, f) : 0, found = 0;

	text[n] = '\0';
	for (const char *p = text; (p = strstr(p, "<record>")); p++)
		found++;
	free(text);
	fclose(f);
	return found;
}

#define SAMPLES "../shared/samples/oai/oai"

START_TEST(real_lists_hold_as_many_records_as_they_show)
{
	DIR *d = opendir(SAMPLES);
	size_t lists = 0, faults = 0;

	if (!d) {
		printf("SKIP: real pages (%s) are not here\n", SAMPLES);
		return;
	}
	for (struct dirent *e; (e = readdir(d));) {
		char path[600];

		(void)snprintf(path, sizeof(path), SAMPLES "/%s", e->d_name);
		if (e->d_name[0] == '.' || read_path(path, OAI_LIST_RECORDS) < 0 || page.answer != OAI_VALID)
			continue;
		ck_assert_msg(page.n_records == count_records(path), "%s: %zu records", path, page.n_records);
		for (size_t i = 0; i < page.n_records; i++) {
			const struct oai_entry *entry = oai_page_entry(&page, i);

			faults += entry->fault != NULL; /* one of them has lost its identifier */
			ck_assert_msg(entry->identifier.n > 0 || entry->fault, "%s: record %zu", path, i);
			ck_assert_msg(entry->deleted || *body_of(i) == '<', "%s: record %zu", path, i);
			arena_reset(arena);
		}
		lists++;
	}
	closedir(d);
	ck_assert_uint_ge(lists, 9);
	ck_assert_uint_le(faults, 1);
}
END_TEST

START_TEST(what_is_cut_to_fit_is_still_utf8)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1 << 16);

	/* One byte, then letters of two: every even ceiling falls inside one. */
	buf_puts(&b, "<OAI-PMH xmlns=\"http://www.openarchives.org/OAI/2.0/\"><responseDate>x");
	for (int i = 0; i < 60; i++)
		buf_puts(&b, "é");
	buf_puts(&b, "</responseDate><ListRecords><record><header><identifier>n:1</identifier><datestamp>x");
	for (int i = 0; i < 60; i++)
		buf_puts(&b, "é");
	buf_puts(&b, "</datestamp><setSpec>x");
	for (int i = 0; i < 600; i++)
		buf_puts(&b, "é");
	buf_puts(&b, "</setSpec></header><metadata><x xmlns=\"urn:x\"/></metadata></record></ListRecords>"
		     "</OAI-PMH>");
	ck_assert_int_eq(read_bytes(buf_view(&b), OAI_LIST_RECORDS), 0);
	ck_assert_int_eq(page.answer, OAI_VALID);
	const struct oai_entry *e = oai_page_entry(&page, 0);
	ck_assert_uint_gt(e->datestamp.n, 60);
	ck_assert_uint_gt(e->sets[0].n, 900);
	ck_assert_uint_gt(page.response_date.n, 60);
	ck_assert(text_valid(e->datestamp, NULL));
	ck_assert(text_valid(e->sets[0], NULL));
	ck_assert(text_valid(page.response_date, NULL));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("oai page");
	TCase *c = tcase_create("page");

	tcase_set_timeout(c, 60);
	tcase_add_checked_fixture(c, before, after);
	tcase_add_loop_test(c, every_page_has_one_of_three_answers, 0, (int)HV_LEN(rows));
	tcase_add_loop_test(c, every_body_of_a_list_is_a_document_of_its_own, 0, (int)HV_LEN(rows));
	tcase_add_test(c, a_header_says_identifier_datestamp_and_sets);
	tcase_add_test(c, identifiers_are_trimmed_and_otherwise_opaque);
	tcase_add_test(c, elements_inside_metadata_are_data_whatever_their_name);
	tcase_add_test(c, deleted_wins_over_metadata_that_is_still_there);
	tcase_add_test(c, a_live_record_without_metadata_costs_itself);
	tcase_add_test(c, a_record_without_identifier_costs_itself);
	tcase_add_test(c, of_two_bodies_the_first_is_taken);
	tcase_add_test(c, a_body_that_is_not_well_formed_costs_neither_its_page_nor_the_token);
	tcase_add_test(c, a_body_carries_the_declarations_it_inherits_and_uses);
	tcase_add_test(c, a_body_without_inherited_declarations_is_byte_for_byte);
	tcase_add_test(c, all_errors_of_a_page_are_read);
	tcase_add_test(c, identify_is_read_at_its_own_level_only);
	tcase_add_test(c, formats_are_read_in_groups);
	tcase_add_test(c, a_page_cut_off_anywhere_is_never_valid);
	tcase_add_test(c, a_page_is_the_same_whatever_the_chunks_cut_through);
	tcase_add_loop_test(c, a_page_in_another_encoding_is_read_as_utf8, 0, 2);
	tcase_add_test(c, a_byte_order_mark_beats_the_declaration);
	tcase_add_test(c, an_identifier_over_the_limit_costs_its_record);
	tcase_add_test(c, a_token_over_the_limit_is_refused);
	tcase_add_test(c, more_records_than_the_limit_are_refused);
	tcase_add_test(c, memory_that_runs_out_is_told_at_every_allocation);
	tcase_add_test(c, real_lists_hold_as_many_records_as_they_show);
	tcase_add_test(c, what_is_cut_to_fit_is_still_utf8);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);

	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);

	srunner_free(r);
	return failed ? 1 : 0;
}
