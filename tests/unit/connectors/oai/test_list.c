/*
 * test_list.c - what ends a listing and what does not: against the test provider with its faults, and against
 * scripted answers for what no honest provider can be told to do.
 */
#include <check.h>

#include "connectors/oai/oai.h"
#include "harvester/base/text.h"
#include "tests/support/oai_source.h"
#include "tests/support/provider/provider.h"
#include "tests/support/tinyserver.h"

enum { MOST = 2000 };

static struct provider *provider;
static struct oai_source source;
static struct connector *c;
static struct arena *arena;
static struct hv_err err;

/* --- against the provider ------------------------------------------------------------------------------- */

static void start(const struct provider_options *o, const char *more)
{
	char errtext[512];

	provider = provider_start(o, errtext, sizeof(errtext));
	ck_assert_msg(provider != NULL, "%s", errtext);
	oai_source_start(&source, &(struct oai_source_options){
					  .base_url = provider_url(provider), .more = more, .retries = 2 });
	arena = arena_new(16u << 20);
}

static void stop(void)
{
	oai_connector.close(c);
	c = NULL;
	oai_source_stop(&source);
	provider_stop(provider);
	provider = NULL;
	arena_free(arena);
}

static int open_it(void)
{
	return oai_connector.open(&source.env, &c, &err);
}

static void must_open(void)
{
	ck_assert_msg(open_it() == 0, "%s", err.text);
}

struct heard {
	char *id[MOST];
	size_t n, deleted, faults;
};

static void hear_page(struct heard *h)
{
	struct record r;
	int n;

	while ((n = oai_connector.next(c, arena, &r, &err)) == HV_ROW) {
		ck_assert_uint_lt(h->n, MOST);
		h->id[h->n++] = strndup(r.external_id.p, r.external_id.n);
		h->deleted += r.deleted;
		h->faults += r.fault != NULL;
		arena_reset(arena);
	}
	ck_assert_msg(n == HV_END, "%s", err.text);
}

/* Everything: the last answer of page(). */
static int hear(struct heard *h)
{
	struct connector_page page;
	int r;

	*h = (struct heard){ .n = 0 };
	for (size_t pages = 0; (r = oai_connector.page(c, &page, &err)) == HV_ROW; pages++) {
		ck_assert_uint_lt(pages, 200);
		hear_page(h);
	}
	return r;
}

static size_t distinct(const struct heard *h)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n; i++) {
		bool before = false;

		for (size_t k = 0; k < i; k++)
			before |= strcmp(h->id[i], h->id[k]) == 0;
		n += !before;
	}
	return n;
}

static void forget(struct heard *h)
{
	for (size_t i = 0; i < h->n; i++)
		free(h->id[i]);
}

/* The arguments of the nth request for a verb. */
static const char *arguments(const char *verb, size_t nth)
{
	static struct provider_request r;

	for (size_t i = 1; provider_request(provider, i, &r); i++)
		if (strcmp(r.verb, verb) == 0 && --nth == 0)
			return r.arguments;
	ck_abort_msg("no such %s", verb);
	return NULL;
}

static const char *cursor(void)
{
	static struct buf b;

	b = BUF_INIT(1 << 16);
	ck_assert_int_eq(oai_connector.cursor(c, &b, &err), 0);
	return buf_cstr(&b);
}

static const char *const answers_that_are_none[] = { "html200", "truncated", "empty",
						     "not_oai", "doctype",   "cut" };

START_TEST(an_answer_that_is_none_is_asked_for_again)
{
	struct heard h;
	char script[64];

	(void)snprintf(script, sizeof(script), "%s:ListRecords.2", answers_that_are_none[_i]);
	start(&(struct provider_options){ .generate = 30, .page_size = 10, .fault = script }, NULL);
	must_open();
	ck_assert_msg(hear(&h) == HV_END, "%s", err.text);
	ck_assert_uint_eq(h.n, 30);
	ck_assert_uint_eq(distinct(&h), 30);
	stop();
	forget(&h);
}
END_TEST

START_TEST(an_answer_that_stays_none_is_an_error_never_the_end)
{
	struct heard h;
	char script[64];

	(void)snprintf(script, sizeof(script), "%s:ListRecords.2:0", answers_that_are_none[_i]);
	start(&(struct provider_options){ .generate = 30, .page_size = 10, .fault = script }, NULL);
	must_open();
	ck_assert_int_eq(hear(&h), HV_E_REMOTE);
	ck_assert_uint_eq(h.n, 10);
	ck_assert_uint_eq(provider_requests(provider, "ListRecords"), 1 + 3);
	ck_assert_msg(str_starts(str_of(err.text), STR("ListRecords: ")), "%s", err.text);
	stop();
	forget(&h);
}
END_TEST

START_TEST(what_identify_answers_is_judged_too)
{
	start(&(struct provider_options){ .generate = 3, .fault = "html200:1:0" }, NULL);
	ck_assert_int_eq(open_it(), HV_E_REMOTE);
	ck_assert_ptr_nonnull(strstr(err.text, "no OAI-PMH answer in 3 tries: it sends a page of HTML"));
	ck_assert_ptr_nonnull(strstr(err.text, provider_url(provider)));
	stop();
}
END_TEST

START_TEST(a_refused_token_is_asked_once_more)
{
	struct heard h;

	start(&(struct provider_options){ .generate = 30,
					  .page_size = 10,
					  .fault = "badtoken:ListRecords.2" },
	      NULL);
	must_open();
	ck_assert_int_eq(hear(&h), HV_END);
	ck_assert_uint_eq(h.n, 30);
	ck_assert(!oai_source_found(&source, "list_restarted"));
	stop();
	forget(&h);
}
END_TEST

START_TEST(a_token_refused_twice_begins_the_list_anew)
{
	struct heard h;

	start(&(struct provider_options){ .generate = 30,
					  .page_size = 10,
					  .fault = "badtoken:ListRecords.3:2" },
	      NULL);
	must_open();
	ck_assert_msg(hear(&h) == HV_END, "%s", err.text);
	ck_assert_uint_eq(h.n, 20 + 30);
	ck_assert_uint_eq(distinct(&h), 30);
	ck_assert(oai_source_found(&source, "list_restarted"));
	stop();
	forget(&h);
}
END_TEST

START_TEST(tokens_that_are_always_refused_are_an_error_never_the_end)
{
	struct heard h;

	start(&(struct provider_options){ .generate = 30, .page_size = 10 }, NULL);
	char errtext[200];

	/* First requests of the list are 1 and 4; every other one is refused. */
	ck_assert(provider_fault(provider, "badtoken:ListRecords.2:2,badtoken:ListRecords.5:0", errtext,
				 sizeof(errtext)));
	must_open();
	ck_assert_int_eq(hear(&h), HV_E_REMOTE);
	ck_assert_ptr_nonnull(strstr(err.text, "refuses its own resumption token"));
	ck_assert_uint_eq(distinct(&h), 10);
	stop();
	forget(&h);
}
END_TEST

START_TEST(a_resumption_token_that_repeats_ends_the_harvest_with_an_error)
{
	struct heard h;

	start(&(struct provider_options){ .generate = 30,
					  .page_size = 10,
					  .fault = "same_token:ListRecords.2:0" },
	      NULL);
	must_open();
	ck_assert_int_eq(hear(&h), HV_E_REMOTE);
	ck_assert_msg(strstr(err.text, "repeats after 2 pages and 20 records") != NULL, "%s", err.text);
	ck_assert_uint_eq(h.n, 20);
	ck_assert(oai_source_found(&source, "token_repeats"));
	stop();
	forget(&h);
}
END_TEST

START_TEST(the_next_page_is_fetched_while_this_one_is_read)
{
	struct connector_page page;
	struct heard h = { .n = 0 };

	start(&(struct provider_options){ .generate = 30, .page_size = 10 }, NULL);
	must_open();
	ck_assert(!http_under_way(source.http));
	ck_assert_int_eq(oai_connector.page(c, &page, &err), HV_ROW);
	ck_assert(http_under_way(source.http));
	ck_assert_uint_eq(page.records, 10);
	ck_assert_int_eq(page.expected, 30);
	ck_assert(!page.last);
	hear_page(&h);
	ck_assert_int_eq(oai_connector.page(c, &page, &err), HV_ROW);
	ck_assert_int_eq(oai_connector.page(c, &page, &err), HV_ROW);
	ck_assert(page.last);
	ck_assert(!http_under_way(source.http));
	ck_assert_int_eq(oai_connector.page(c, &page, &err), HV_END);
	ck_assert_uint_eq(provider_requests(provider, "ListRecords"), 3);
	stop();
	forget(&h);
}
END_TEST

START_TEST(the_first_harvest_asks_for_everything_and_the_next_from_the_servers_date)
{
	struct heard h;

	start(&(struct provider_options){ .generate = 30,
					  .page_size = 10,
					  .response_date = "2027-03-02T01:15:04Z" },
	      NULL);
	must_open();
	ck_assert_int_eq(oai_connector.listing(c), LISTING_FULL);
	ck_assert_int_eq(hear(&h), HV_END);
	forget(&h);
	ck_assert_str_eq(arguments("ListRecords", 1), "metadataPrefix=lido");
	const char *next = cursor();

	ck_assert_msg(strstr(next, "\"from\":\"2027-03-02T00:15:04Z\"") != NULL, "%s", next);
	oai_connector.close(c);
	ck_assert(provider_set_date(provider, "2027-03-03T01:15:00Z"));
	provider_change(provider, 4);
	source.env.cursor = next;
	must_open();
	ck_assert_int_eq(oai_connector.listing(c), LISTING_WINDOW);
	ck_assert_int_eq(hear(&h), HV_END);
	ck_assert_uint_eq(h.n, 4);
	forget(&h);
	ck_assert_str_eq(arguments("ListRecords", 4), "metadataPrefix=lido&from=2027-03-02T00:15:04Z");
	oai_connector.close(c);
	source.env.full = true;
	must_open();
	ck_assert_int_eq(oai_connector.listing(c), LISTING_FULL);
	ck_assert_int_eq(hear(&h), HV_END);
	ck_assert_uint_eq(h.n, 30);
	forget(&h);
	stop();
}
END_TEST

START_TEST(a_source_of_days_is_asked_in_days_and_a_day_back)
{
	struct heard h;

	start(&(struct provider_options){ .generate = 5,
					  .day_granularity = true,
					  .response_date = "2027-03-02T01:15:04Z" },
	      NULL);
	must_open();
	ck_assert_int_eq(hear(&h), HV_END);
	forget(&h);
	source.env.cursor = cursor();
	ck_assert_msg(strstr(source.env.cursor, "\"from\":\"2027-03-01\"") != NULL, "%s", source.env.cursor);
	oai_connector.close(c);
	must_open();
	ck_assert_int_eq(hear(&h), HV_END);
	forget(&h);
	ck_assert_str_eq(arguments("ListRecords", 2), "metadataPrefix=lido&from=2027-03-01");
	stop();
}
END_TEST

START_TEST(nothing_new_is_a_success_and_moves_the_cursor)
{
	struct connector_page page;

	start(&(struct provider_options){ .generate = 5, .response_date = "2027-03-02T01:15:04Z" }, NULL);
	hv_auto(buf_release) struct buf before = BUF_INIT(4096);

	buf_printf(&before,
		   "{\"v\":1,\"base_url\":\"%s\",\"prefix\":\"lido\",\"listings\":[{\"set\":\"\",\"from\":"
		   "\"2027-03-01T22:00:00Z\"}]}",
		   provider_url(provider));
	source.env.cursor = buf_cstr(&before);
	must_open();
	ck_assert_int_eq(oai_connector.page(c, &page, &err), HV_END);
	ck_assert_ptr_nonnull(strstr(cursor(), "2027-03-02T00:15:04Z"));
	stop();
}
END_TEST

START_TEST(a_cursor_of_another_address_leads_to_a_full_listing)
{
	struct heard h;

	start(&(struct provider_options){ .generate = 5 }, NULL);
	source.env.cursor =
		"{\"v\":1,\"base_url\":\"https://old.example/oai\",\"prefix\":\"lido\",\"listings\":[{"
		"\"set\":\"\",\"from\":\"2027-03-01T22:00:00Z\"}]}";
	must_open();
	ck_assert_int_eq(oai_connector.listing(c), LISTING_FULL);
	ck_assert(oai_source_found(&source, "cursor_ignored"));
	ck_assert_int_eq(hear(&h), HV_END);
	ck_assert_uint_eq(h.n, 5);
	stop();
	forget(&h);
}
END_TEST

START_TEST(a_prefix_that_is_not_offered_is_told_with_what_is)
{
	start(&(struct provider_options){ .generate = 5 }, "prefix: lidoo\n");
	ck_assert_int_eq(open_it(), HV_E_CONFIG);
	ck_assert_msg(strstr(err.text, "'lidoo' is not offered by the source; it offers: ") != NULL, "%s",
		      err.text);
	ck_assert_ptr_nonnull(strstr(err.text, "lido"));
	ck_assert_ptr_nonnull(strstr(err.text, "oai_dc"));
	stop();
}
END_TEST

START_TEST(each_set_is_a_listing_of_its_own)
{
	struct heard all, two, rest;
	struct connector_page page;
	hv_auto(buf_release) struct buf checkpoint = BUF_INIT(4096);

	start(&(struct provider_options){ .generate = 40, .page_size = 4 }, "sets: [peinture, dessin]\n");
	must_open();
	ck_assert_msg(hear(&all) == HV_END, "%s", err.text);
	ck_assert_uint_gt(all.n, 8);
	ck_assert_uint_eq(distinct(&all), all.n);
	oai_connector.close(c);
	/* Half the pages, then on from the checkpoint: the same. */
	must_open();
	two = (struct heard){ .n = 0 };
	while (two.n < all.n / 2) {
		ck_assert_int_eq(oai_connector.page(c, &page, &err), HV_ROW);
		hear_page(&two);
	}
	ck_assert_int_eq(oai_connector.checkpoint(c, &checkpoint, &err), 0);
	oai_connector.close(c);
	source.env.checkpoint = buf_cstr(&checkpoint);
	must_open();
	ck_assert_int_eq(hear(&rest), HV_END);
	ck_assert_uint_eq(two.n + rest.n, all.n);
	for (size_t i = 0; i < rest.n; i++)
		ck_assert_str_eq(rest.id[i], all.id[two.n + i]);
	ck_assert_ptr_nonnull(strstr(cursor(), "{\"set\":\"dessin\",\"from\":\"20"));
	stop();
	forget(&all);
	forget(&two);
	forget(&rest);
}
END_TEST

START_TEST(a_checkpoint_of_other_settings_is_refused)
{
	start(&(struct provider_options){ .generate = 5 }, NULL);
	source.env.checkpoint =
		"{\"v\":1,\"base_url\":\"https://old.example/oai\",\"prefix\":\"lido\",\"listing\":0,"
		"\"listings\":[{\"set\":\"\"}]}";
	ck_assert_int_eq(open_it(), HV_E_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, "cannot be resumed"));
	stop();
}
END_TEST

START_TEST(deletions_may_be_findings_only)
{
	struct heard h;

	start(&(struct provider_options){ .generate = 20, .deleted_every = 4 }, "deletions: none\n");
	must_open();
	ck_assert_int_eq(hear(&h), HV_END);
	ck_assert_uint_eq(h.n, 15);
	ck_assert_uint_eq(h.deleted, 0);
	ck_assert(oai_source_found(&source, "deleted_ignored"));
	stop();
	forget(&h);
}
END_TEST

START_TEST(a_record_without_identifier_costs_one_record)
{
	struct heard h;

	start(&(struct provider_options){ .generate = 20,
					  .page_size = 10,
					  .fault = "bad_record:ListRecords.1" },
	      NULL);
	must_open();
	ck_assert_int_eq(hear(&h), HV_END);
	ck_assert_uint_eq(h.n, 20);
	ck_assert_uint_eq(h.faults, 1);
	stop();
	forget(&h);
}
END_TEST

START_TEST(one_record_can_be_asked_for)
{
	struct connector_page page;
	struct record r, again;

	start(&(struct provider_options){ .generate = 20, .page_size = 5 }, NULL);
	must_open();
	ck_assert_int_eq(oai_connector.page(c, &page, &err), HV_ROW);
	ck_assert_int_eq(oai_connector.next(c, arena, &r, &err), HV_ROW);
	const char *id = arena_strndup(arena, r.external_id.p, r.external_id.n);

	ck_assert_msg(oai_connector.get(c, id, arena, &again, &err) == HV_ROW, "%s", err.text);
	ck_assert(str_eq(again.body, r.body));
	ck_assert_int_eq(oai_connector.get(c, "oai:nowhere:1", arena, &again, &err), HV_END);
	/* The listing goes on as if nothing had happened. */
	struct heard rest;

	ck_assert_int_eq(oai_connector.next(c, arena, &r, &err), HV_ROW);
	ck_assert_int_eq(hear(&rest), HV_END);
	ck_assert_uint_eq(rest.n, 15);
	stop();
	forget(&rest);
}
END_TEST

START_TEST(a_source_describes_itself_line_by_line)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(8192);

	start(&(struct provider_options){ .generate = 1, .repository_name = "Musée d'essai" }, NULL);
	must_open();
	ck_assert_int_eq(oai_connector.describe(c, &b, &err), 0);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), "repository: Musée d'essai\n"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), "granularity: second\n"));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&b), "deleted records: persistent\n"));
	stop();
}
END_TEST

/* --- against a script ----------------------------------------------------------------------------------- */

#define OPEN        \
	"<OAI-PMH " \
	"xmlns=\"http://www.openarchives.org/OAI/2.0/\"><responseDate>2027-03-02T01:15:04Z</responseDate>"

struct script {
	struct buf text[40];
	struct tiny_answer answers[41];
	size_t n;
	struct tiny *server;
};

static struct script script;
static bool system_clock;

static void say(const char *status, struct str body)
{
	struct buf *b = &script.text[script.n];

	*b = BUF_INIT(1 << 20);
	buf_printf(
		b,
		"HTTP/1.1 %s\r\nContent-Type: text/xml\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
		status, body.n);
	buf_str(b, body);
	script.answers[script.n++] = (struct tiny_answer){ .text = buf_cstr(b), .n = b->n };
}

static void say_error(const char *status, const char *code)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(4096);

	buf_printf(&b, OPEN "<error code=\"%s\"/></OAI-PMH>", code);
	say(status, buf_view(&b));
}

/* Records first … first + n - 1, and a token (NULL: none). */
static void say_page(unsigned first, unsigned n, const char *token)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1 << 16);

	buf_puts(&b, OPEN "<ListRecords>");
	for (unsigned i = first; i < first + n; i++)
		buf_printf(&b,
			   "<record><header><identifier>n:%u</identifier><datestamp>2027-02-01</datestamp></"
			   "header>"
			   "<metadata><x xmlns=\"urn:x\">%u</x></metadata></record>",
			   i, i);
	if (token)
		buf_printf(&b, "<resumptionToken completeListSize=\"3\" cursor=\"3\">%s</resumptionToken>",
			   token);
	buf_puts(&b, "</ListRecords></OAI-PMH>");
	say("200 OK", buf_view(&b));
}

/* What every run begins with. */
static void say_hello(const char *granularity)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(4096);

	script = (struct script){ .n = 0 };
	buf_printf(&b,
		   OPEN "<Identify><repositoryName>x</repositoryName><protocolVersion>2.0</protocolVersion>"
			"<deletedRecord>no</deletedRecord><granularity>%s</granularity></Identify></OAI-PMH>",
		   granularity);
	say("200 OK", buf_view(&b));
	say("200 OK", STR(OPEN "<ListMetadataFormats><metadataFormat><metadataPrefix>lido</metadataPrefix>"
			       "</metadataFormat></ListMetadataFormats></OAI-PMH>"));
}

static void play(const char *cursor_from)
{
	script.server = tiny_start(script.answers);
	oai_source_start(&source,
			 &(struct oai_source_options){ .base_url = tiny_url(script.server, "/oai?depot=1"),
						       .system_clock = system_clock,
						       .retries = 0 });
	arena = arena_new(1 << 20);
	if (cursor_from)
		source.env.cursor = arena_printf(source.arena,
						 "{\"v\":1,\"base_url\":\"%s\",\"prefix\":\"lido\","
						 "\"listings\":[{\"set\":\"\",\"from\":\"%s\"}]}",
						 source.section.base_url, cursor_from);
	must_open();
}

static void stop_script(void)
{
	stop();
	tiny_stop(script.server);
	for (size_t i = 0; i < script.n; i++)
		buf_release(&script.text[i]);
}

/* Play it all; the outcome, the records, and whether a finding was made. */
static void expect(int outcome, size_t records, const char *finding)
{
	struct heard h;
	int r = hear(&h);

	ck_assert_msg(r == outcome, "%d: %s", r, err.text);
	ck_assert_uint_eq(h.n, records);
	ck_assert_msg(!finding || oai_source_found(&source, finding), "no %s in %s", finding,
		      buf_cstr(&source.findings));
	forget(&h);
}

START_TEST(two_tokens_that_alternate_are_an_error)
{
	say_hello("YYYY-MM-DD");
	say_page(1, 3, "T1");
	say_page(4, 3, "T2");
	say_page(7, 3, "T1");
	say_page(4, 3, "T2");
	play(NULL);
	expect(HV_E_REMOTE, 9, "token_repeats");
	ck_assert_ptr_nonnull(strstr(err.text, "'T1' repeats after 3 pages"));
	stop_script();
}
END_TEST

START_TEST(a_last_page_that_names_itself_and_is_then_empty_is_the_end)
{
	say_hello("YYYY-MM-DD");
	say_page(1, 3, "T1");
	say_page(4, 3, "T1");
	say_page(0, 0, "T1");
	play(NULL);
	expect(HV_END, 6, "token_repeats");
	stop_script();
}
END_TEST

START_TEST(an_empty_page_that_names_itself_is_the_end)
{
	say_hello("YYYY-MM-DD");
	say_page(1, 3, "T1");
	say_page(0, 0, "T1");
	play(NULL);
	expect(HV_END, 3, "token_repeats");
	stop_script();
}
END_TEST

START_TEST(no_records_match_to_a_token_is_the_end)
{
	say_hello("YYYY-MM-DD");
	say_page(1, 3, "T1");
	say_error("200 OK", "noRecordsMatch");
	play(NULL);
	expect(HV_END, 3, NULL);
	stop_script();
}
END_TEST

START_TEST(an_empty_page_with_a_fresh_token_is_not_the_end)
{
	say_hello("YYYY-MM-DD");
	say_page(1, 3, "T1");
	say_page(0, 0, "T2");
	say_page(4, 3, NULL);
	play(NULL);
	expect(HV_END, 6, NULL);
	stop_script();
}
END_TEST

START_TEST(twenty_pages_without_a_new_record_are_enough)
{
	char token[16];

	say_hello("YYYY-MM-DD");
	say_page(1, 3, "T");
	for (unsigned i = 0; i < 30; i++) {
		(void)snprintf(token, sizeof(token), "T%u", i);
		say_page(1, i % 3, token);
	}
	play(NULL);
	struct heard h;

	ck_assert_int_eq(hear(&h), HV_E_REMOTE);
	ck_assert_ptr_nonnull(strstr(err.text, "20 pages in a row without a new record"));
	ck_assert_uint_eq(distinct(&h), 3);
	forget(&h);
	stop_script();
}
END_TEST

START_TEST(the_announced_size_never_ends_a_list)
{
	say_hello("YYYY-MM-DD");
	say_page(1, 3, "T1"); /* says 3 of 3 */
	say_page(4, 3, "");
	play(NULL);
	expect(HV_END, 6, NULL);
	stop_script();
}
END_TEST

START_TEST(fewer_records_than_announced_are_a_finding)
{
	say_hello("YYYY-MM-DD");
	say_page(1, 2, "");
	play(NULL);
	expect(HV_END, 2, "fewer_than_announced");
	stop_script();
}
END_TEST

START_TEST(the_same_page_for_two_tokens_is_a_finding)
{
	say_hello("YYYY-MM-DD");
	say_page(1, 3, "T1");
	say_page(1, 3, "T2");
	say_page(4, 3, NULL);
	play(NULL);
	expect(HV_END, 9, "same_page");
	stop_script();
}
END_TEST

START_TEST(records_outside_the_window_asked_for_are_a_finding)
{
	say_hello("yyyy-mm-dd");
	say_page(1, 3, NULL);
	play("2027-02-15");
	expect(HV_END, 3, "datestamp_outside");
	ck_assert_ptr_nonnull(strstr(tiny_request(script.server, 2), "&from=2027-02-15 "));
	stop_script();
}
END_TEST

START_TEST(records_inside_the_window_are_no_finding)
{
	say_hello("YYYY-MM-DD");
	say_page(1, 3, NULL);
	play("2027-02-01");
	expect(HV_END, 3, NULL);
	ck_assert(!oai_source_found(&source, "datestamp_outside"));
	stop_script();
}
END_TEST

START_TEST(a_protocol_error_counts_whatever_the_status)
{
	say_hello("YYYY-MM-DD");
	say_error("422 Unprocessable Entity", "noRecordsMatch");
	play(NULL);
	expect(HV_END, 0, "http_status");
	stop_script();
}
END_TEST

START_TEST(a_status_without_a_document_is_told)
{
	say_hello("YYYY-MM-DD");
	say("403 Forbidden", STR("<html><body>Just a moment...</body></html>"));
	play(NULL);
	expect(HV_E_REMOTE, 0, NULL);
	ck_assert_msg(strstr(err.text, "HTTP status 403") != NULL, "%s", err.text);
	stop_script();
}
END_TEST

START_TEST(an_error_that_nobody_knows_is_not_the_end)
{
	say_hello("YYYY-MM-DD");
	say_page(1, 3, "T1");
	say_error("200 OK", "unknownError");
	play(NULL);
	expect(HV_E_REMOTE, 3, NULL);
	ck_assert_ptr_nonnull(strstr(err.text, "unknownError"));
	stop_script();
}
END_TEST

START_TEST(a_refused_format_is_a_fault_of_the_configuration)
{
	say_hello("YYYY-MM-DD");
	say_error("200 OK", "cannotDisseminateFormat");
	play(NULL);
	expect(HV_E_CONFIG, 0, NULL);
	stop_script();
}
END_TEST

START_TEST(a_long_token_is_posted_and_the_base_address_keeps_its_query)
{
	char token[3001];

	memset(token, '+', sizeof(token) - 1);
	token[sizeof(token) - 1] = '\0';
	say_hello("YYYY-MM-DD");
	say_page(1, 3, token);
	say_page(4, 3, NULL);
	play(NULL);
	expect(HV_END, 6, NULL);
	ck_assert(str_starts(str_of(tiny_request(script.server, 0)), STR("GET /oai?depot=1&verb=Identify ")));
	ck_assert(str_starts(str_of(tiny_request(script.server, 3)), STR("POST /oai?depot=1 ")));
	stop_script();
}
END_TEST

START_TEST(an_unknown_granularity_is_read_as_days)
{
	say_hello("");
	say_page(1, 3, NULL);
	play("2027-02-01T10:00:00Z");
	expect(HV_END, 3, "granularity_unknown");
	ck_assert_ptr_nonnull(strstr(tiny_request(script.server, 2), "&from=2027-02-01 "));
	stop_script();
}
END_TEST

/* What ends a run is written into the database, which refuses a text that is not UTF-8: the run would stay
 * open, and be gone on with at the same token, for ever. */
START_TEST(an_error_that_names_a_token_is_utf8)
{
	static const char token[] = "xéééééééééééééééééééééééééééééééééééééééééééééééééééééé";

	say_hello("YYYY-MM-DD");
	say_page(1, 3, token);
	for (int i = 0; _i == 0 && i < 2; i++)
		say_page(4 + 3 * (unsigned)i, 3, token); /* it repeats */
	for (int i = 0; _i == 1 && i < 5; i++)           /* or is refused, also after a fresh start */
		if (i == 2)
			say_page(1, 3, token);
		else
			say_error("200 OK", "badResumptionToken");
	play(NULL);
	expect(HV_E_REMOTE, 6, _i == 0 ? "token_repeats" : "list_restarted");
	ck_assert_ptr_nonnull(strstr(err.text, "'x"));
	ck_assert_msg(text_valid(str_of(err.text), NULL), "%s", err.text);
	stop_script();
}
END_TEST

/* The checkpoint too. */
START_TEST(a_server_that_tells_no_date_leaves_a_checkpoint_in_utf8)
{
	static const char date[] = "<responseDate>éééééééééééééééééééééééééééééé</responseDate>";
	hv_auto(buf_release) struct buf b = BUF_INIT(1 << 16), state = BUF_INIT(1 << 16);
	struct connector_page page;

	script = (struct script){ .n = 0 };
	for (int i = 0; i < 3; i++) {
		static const char *const parts[] = {
			"<Identify><granularity>YYYY-MM-DD</granularity></Identify>",
			"<ListMetadataFormats><metadataFormat><metadataPrefix>lido</metadataPrefix>"
			"</metadataFormat></ListMetadataFormats>",
			"<ListRecords><record><header><identifier>n:1</identifier></header><metadata>"
			"<x xmlns=\"urn:x\"/></metadata></record></ListRecords>"
		};

		buf_clear(&b);
		buf_printf(&b, "<OAI-PMH xmlns=\"http://www.openarchives.org/OAI/2.0/\">%s%s</OAI-PMH>", date,
			   parts[i]);
		say("200 OK", buf_view(&b));
	}
	play(NULL);
	ck_assert_int_eq(oai_connector.page(c, &page, &err), HV_ROW);
	ck_assert_int_eq(oai_connector.checkpoint(c, &state, &err), 0);
	ck_assert_msg(text_valid(buf_view(&state), NULL), "%s", buf_cstr(&state));
	ck_assert_msg(text_valid(buf_view(&source.findings), NULL), "%s", buf_cstr(&source.findings));
	stop_script();
}
END_TEST

/* "/museé" in ISO 8859-1. */
START_TEST(an_address_moved_to_is_told_in_utf8)
{
	say_hello("YYYY-MM-DD");
	struct buf *b = &script.text[script.n];

	*b = BUF_INIT(1 << 16);
	buf_puts(b, "HTTP/1.1 301 Moved\r\nLocation: /mus\xE9"
		    "e?a=b\r\nContent-Length: 0\r\n"
		    "Connection: close\r\n\r\n");
	script.answers[script.n++] = (struct tiny_answer){ .text = buf_cstr(b), .n = b->n };
	say_page(1, 3, NULL);
	play(NULL);
	expect(HV_END, 3, "moved");
	ck_assert_msg(text_valid(buf_view(&source.findings), NULL), "%s", buf_cstr(&source.findings));
	stop_script();
}
END_TEST

/* Else a server whose clock was wrong for one night is asked for the year 2999 from then on, and has nothing.
 */
START_TEST(a_server_ahead_of_us_does_not_move_the_cursor_into_the_future)
{
	hv_auto(buf_release) struct buf state = BUF_INIT(1 << 16);

	say_hello("YYYY-MM-DDThh:mm:ssZ");
	say("200 OK", STR("<OAI-PMH xmlns=\"http://www.openarchives.org/OAI/2.0/\"><responseDate>"
			  "2999-12-31T01:15:04Z</responseDate><error code=\"noRecordsMatch\"/></OAI-PMH>"));
	system_clock = true;
	play("2027-02-15T00:00:00Z");
	ck_assert_int_eq(oai_connector.page(c, &(struct connector_page){ 0 }, &err), HV_END);
	ck_assert_int_eq(oai_connector.cursor(c, &state, &err), 0);
	ck_assert_msg(strstr(buf_cstr(&state), "\"from\":\"2999") == NULL, "%s", buf_cstr(&state));
	ck_assert_msg(strstr(buf_cstr(&state), "\"from\":\"2") != NULL, "%s", buf_cstr(&state));
	ck_assert(oai_source_found(&source, "server_clock"));
	stop_script();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("oai list");
	TCase *p = tcase_create("provider"), *t = tcase_create("script");

	tcase_set_timeout(p, 60);
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(p, an_answer_that_is_none_is_asked_for_again, 0,
			    (int)HV_LEN(answers_that_are_none));
	tcase_add_loop_test(p, an_answer_that_stays_none_is_an_error_never_the_end, 0,
			    (int)HV_LEN(answers_that_are_none));
	tcase_add_test(p, what_identify_answers_is_judged_too);
	tcase_add_test(p, a_refused_token_is_asked_once_more);
	tcase_add_test(p, a_token_refused_twice_begins_the_list_anew);
	tcase_add_test(p, tokens_that_are_always_refused_are_an_error_never_the_end);
	tcase_add_test(p, a_resumption_token_that_repeats_ends_the_harvest_with_an_error);
	tcase_add_test(p, the_next_page_is_fetched_while_this_one_is_read);
	tcase_add_test(p, the_first_harvest_asks_for_everything_and_the_next_from_the_servers_date);
	tcase_add_test(p, a_source_of_days_is_asked_in_days_and_a_day_back);
	tcase_add_test(p, nothing_new_is_a_success_and_moves_the_cursor);
	tcase_add_test(p, a_cursor_of_another_address_leads_to_a_full_listing);
	tcase_add_test(p, a_prefix_that_is_not_offered_is_told_with_what_is);
	tcase_add_test(p, each_set_is_a_listing_of_its_own);
	tcase_add_test(p, a_checkpoint_of_other_settings_is_refused);
	tcase_add_test(p, deletions_may_be_findings_only);
	tcase_add_test(p, a_record_without_identifier_costs_one_record);
	tcase_add_test(p, one_record_can_be_asked_for);
	tcase_add_test(p, a_source_describes_itself_line_by_line);
	tcase_add_test(t, two_tokens_that_alternate_are_an_error);
	tcase_add_test(t, a_last_page_that_names_itself_and_is_then_empty_is_the_end);
	tcase_add_test(t, an_empty_page_that_names_itself_is_the_end);
	tcase_add_test(t, no_records_match_to_a_token_is_the_end);
	tcase_add_test(t, an_empty_page_with_a_fresh_token_is_not_the_end);
	tcase_add_test(t, twenty_pages_without_a_new_record_are_enough);
	tcase_add_test(t, the_announced_size_never_ends_a_list);
	tcase_add_test(t, fewer_records_than_announced_are_a_finding);
	tcase_add_test(t, the_same_page_for_two_tokens_is_a_finding);
	tcase_add_test(t, records_outside_the_window_asked_for_are_a_finding);
	tcase_add_test(t, records_inside_the_window_are_no_finding);
	tcase_add_test(t, a_protocol_error_counts_whatever_the_status);
	tcase_add_test(t, a_status_without_a_document_is_told);
	tcase_add_test(t, an_error_that_nobody_knows_is_not_the_end);
	tcase_add_test(t, a_refused_format_is_a_fault_of_the_configuration);
	tcase_add_test(t, a_long_token_is_posted_and_the_base_address_keeps_its_query);
	tcase_add_test(t, an_unknown_granularity_is_read_as_days);
	tcase_add_loop_test(t, an_error_that_names_a_token_is_utf8, 0, 2);
	tcase_add_test(t, a_server_that_tells_no_date_leaves_a_checkpoint_in_utf8);
	tcase_add_test(t, an_address_moved_to_is_told_in_utf8);
	tcase_add_test(t, a_server_ahead_of_us_does_not_move_the_cursor_into_the_future);
	suite_add_tcase(s, p);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);

	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);

	srunner_free(r);
	return failed ? 1 : 0;
}
