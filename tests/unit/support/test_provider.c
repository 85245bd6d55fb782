/*
 * test_provider.c - the test provider (tests/support/provider) keeps the protocol, and breaks it only when
 * told to.
 *
 * Talks to it through a plain socket, with a few lines of HTTP of its own, so that nothing of the harvester
 * is needed.
 */
#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/provider/provider.h"

#define LIST "/oai?verb=ListRecords&metadataPrefix=lido"

struct got {
	int status;
	char *raw;        /* header and body */
	const char *body; /* inside raw */
	size_t body_len;
};

/* The previous answer is freed by the next call and at the end of the test. */
static struct got last;

static char errtext[512];

static struct provider *start(const struct provider_options *o)
{
	struct provider *p = provider_start(o, errtext, sizeof errtext);

	ck_assert_msg(p != NULL, "%s", errtext);
	return p;
}

static int connect_to(struct provider *p)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_port = htons((uint16_t)strtoul(strrchr(provider_url(p), ':') + 1, NULL, 10));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

/* Reads until the other side ends, or `most` bytes. */
static size_t read_all(int fd, char **ret, size_t most)
{
	size_t len = 0, cap = 1 << 16;
	ssize_t n = 1;

	*ret = malloc(cap + 1);
	while (n > 0 && len < most) {
		if (cap - len < 65536)
			*ret = realloc(*ret, (cap *= 2) + 1);
		n = read(fd, *ret + len, most - len < cap - len ? most - len : cap - len);
		len += n > 0 ? (size_t)n : 0;
	}
	(*ret)[len] = '\0';
	return len;
}

/* Sends a whole request; extra are header lines, each ended by CR LF. */
static const struct got *ask(struct provider *p, const char *method, const char *target, const char *extra,
			     const char *form)
{
	int fd = connect_to(p);
	size_t len;

	free(last.raw);
	dprintf(fd,
		"%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %zu\r\n%s\r\n%s",
		method, target, strlen(form), extra, form);
	len = read_all(fd, &last.raw, SIZE_MAX);
	close(fd);
	last.status = len > 12 ? atoi(last.raw + 9) : 0;
	last.body = strstr(last.raw, "\r\n\r\n");
	last.body = last.body ? last.body + 4 : last.raw + len;
	last.body_len = len - (size_t)(last.body - last.raw);
	return &last;
}

static const struct got *get(struct provider *p, const char *target)
{
	return ask(p, "GET", target, "", "");
}

static size_t times(const char *text, const char *part)
{
	size_t n = 0;

	for (; (text = strstr(text, part)); text += strlen(part))
		n++;
	return n;
}

static void assert_error(struct provider *p, const char *target, const char *code)
{
	char want[64];

	snprintf(want, sizeof want, "<error code=\"%s\">", code);
	ck_assert_msg(strstr(get(p, target)->body, want) != NULL, "%s gives no %s: %s", target, code,
		      last.body);
	ck_assert_int_eq(last.status, 200);
}

/* The address of the next page, with the token percent-encoded; false at the end of the list. */
static bool next_target(const char *verb, const char *body, char *ret, size_t size)
{
	const char *at = strstr(body, "<resumptionToken");
	size_t len = (size_t)snprintf(ret, size, "/oai?verb=%s&resumptionToken=", verb);

	at = at ? strchr(at, '>') + 1 : "<";
	if (*at == '<')
		return false;
	for (; *at != '<' && len + 4 < size; at++)
		len += (size_t)snprintf(ret + len, size - len, "%%%02X", (unsigned char)*at);
	return true;
}

/* Asks for the whole list; says how many of `element` came and in how many pages. */
static size_t harvest(struct provider *p, const char *verb, const char *arguments, const char *element,
		      size_t *ret_pages)
{
	char target[2048];
	size_t n = 0;

	snprintf(target, sizeof target, "/oai?verb=%s&%s", verb, arguments);
	*ret_pages = 0;
	do {
		n += times(get(p, target)->body, element);
		(*ret_pages)++;
	} while (*ret_pages < 1000 && next_target(verb, last.body, target, sizeof target));
	return n;
}

START_TEST(a_list_is_cut_into_pages_and_ends_with_an_empty_token)
{
	struct provider *p = start(&(struct provider_options){ .generate = 25, .page_size = 10 });
	size_t pages;

	ck_assert_uint_eq(harvest(p, "ListRecords", "metadataPrefix=lido", "<lido:lido ", &pages), 25);
	ck_assert_uint_eq(pages, 3);
	ck_assert_ptr_nonnull(
		strstr(last.body, "<resumptionToken completeListSize=\"25\" cursor=\"20\"></resumption"));
	ck_assert_uint_eq(harvest(p, "ListIdentifiers", "metadataPrefix=oai_dc", "<header", &pages), 25);
	ck_assert_uint_eq(provider_requests(p, "ListRecords"), 3);
	ck_assert_uint_eq(provider_requests(p, NULL), 6);
	provider_stop(p);
}
END_TEST

START_TEST(a_list_may_end_without_a_token)
{
	struct provider *p =
		start(&(struct provider_options){ .generate = 20, .page_size = 10, .no_last_token = true });
	size_t pages;

	ck_assert_uint_eq(harvest(p, "ListRecords", "metadataPrefix=lido", "<record>", &pages), 20);
	ck_assert_uint_eq(pages, 2);
	ck_assert_ptr_null(strstr(last.body, "<resumptionToken"));
	provider_stop(p);
}
END_TEST

START_TEST(every_protocol_error_has_its_code)
{
	struct provider *p = start(&(struct provider_options){ .generate = 3, .page_size = 1 });
	struct provider *day = start(&(struct provider_options){ .generate = 3, .day_granularity = true });
	struct provider *none = start(&(struct provider_options){ 0 });

	assert_error(p, "/oai", "badVerb");
	assert_error(p, "/oai?verb=Nothing", "badVerb");
	assert_error(p, "/oai?verb=Identify&verb=Identify", "badVerb");
	assert_error(p, "/oai?verb=Identify&set=a", "badArgument");
	assert_error(p, "/oai?verb=ListRecords", "badArgument");
	assert_error(p, LIST "&metadataPrefix=lido", "badArgument");
	assert_error(p, LIST "&from=2025-02-30", "badArgument");
	assert_error(p, LIST "&from=2025-01-02&until=2025-01-01", "badArgument");
	assert_error(p, LIST "&from=2025-01-02&until=2025-01-03T00:00:00Z", "badArgument");
	assert_error(day, LIST "&from=2025-01-02T00:00:00Z", "badArgument");
	assert_error(p, LIST "&resumptionToken=x", "badArgument");
	assert_error(p, "/oai?verb=ListRecords&resumptionToken=x", "badResumptionToken");
	assert_error(p, "/oai?verb=ListRecords&metadataPrefix=marc", "cannotDisseminateFormat");
	assert_error(p, "/oai?verb=GetRecord&metadataPrefix=lido&identifier=x", "idDoesNotExist");
	assert_error(p, LIST "&from=2099-01-01", "noRecordsMatch");
	assert_error(p, LIST "&set=inconnu", "noRecordsMatch");
	assert_error(none, "/oai?verb=ListSets", "noSetHierarchy");
	assert_error(none, LIST, "noRecordsMatch");
	provider_stop(none);
	provider_stop(day);
	provider_stop(p);
}
END_TEST

START_TEST(a_token_must_be_percent_encoded_and_belongs_to_its_verb)
{
	struct provider *p = start(&(struct provider_options){ .generate = 3, .page_size = 2 });
	char token[512], target[1024];
	const char *at;

	at = strstr(get(p, LIST)->body, "<resumptionToken");
	ck_assert_int_eq(sscanf(strchr(at, '>') + 1, "%511[^<]", token), 1);
	ck_assert_int_eq(token[0], '+');
	snprintf(target, sizeof target, "/oai?verb=ListRecords&resumptionToken=%s", token);
	assert_error(p, target, "badResumptionToken");
	snprintf(target, sizeof target, "/oai?verb=ListIdentifiers&resumptionToken=%%2B%s", token + 1);
	assert_error(p, target, "badResumptionToken");
	provider_stop(p);
}
END_TEST

START_TEST(from_and_until_are_both_inclusive)
{
	struct provider *p = start(&(struct provider_options){ .generate = 10, .page_size = 100 });
	size_t pages;

	ck_assert_uint_eq(harvest(p, "ListIdentifiers",
				  "metadataPrefix=lido&from=2025-01-01T00:02:00Z&until=2025-01-01T00:04:00Z",
				  "<header>", &pages),
			  3);
	ck_assert_uint_eq(
		harvest(p, "ListIdentifiers", "metadataPrefix=lido&until=2025-01-01", "<header>", &pages),
		10);
	provider_stop(p);
}
END_TEST

START_TEST(a_set_holds_its_own_records_only)
{
	struct provider *p = start(&(struct provider_options){ .generate = 60, .page_size = 7 });
	size_t pages, n;

	n = harvest(p, "ListRecords", "metadataPrefix=lido&set=peinture", "<record>", &pages);
	ck_assert_uint_gt(n, 0);
	ck_assert_uint_lt(n, 60);
	ck_assert_uint_eq(
		harvest(p, "ListIdentifiers", "metadataPrefix=lido", "<setSpec>peinture</setSpec>", &pages),
		n);
	provider_stop(p);
}
END_TEST

START_TEST(generated_records_depend_on_the_seed_alone)
{
	struct provider *a =
		start(&(struct provider_options){ .generate = 5, .seed = 7, .record_bytes = 9000 });
	struct provider *b =
		start(&(struct provider_options){ .generate = 9, .seed = 7, .record_bytes = 9000 });
	static const char target[] =
		"/oai?verb=GetRecord&metadataPrefix=lido&identifier=oai:generated.example:4";
	char *first = strdup(strstr(get(a, target)->body, "<metadata>"));

	ck_assert_uint_gt(strlen(first), 8000);
	ck_assert_uint_lt(strlen(first), 10500);
	ck_assert_str_eq(first, strstr(get(b, target)->body, "<metadata>"));
	ck_assert_uint_eq(times(first, "<lido:workID"), 1);
	free(first);
	provider_stop(a);
	provider_stop(b);
}
END_TEST

START_TEST(changed_records_are_found_by_their_new_date)
{
	struct provider *p = start(&(struct provider_options){
		.generate = 50, .response_date = "2026-03-01T10:00:00Z", .cache_bytes = 1 << 20 });
	size_t pages;

	assert_error(p, LIST "&from=2026-01-01", "noRecordsMatch");
	provider_change(p, 8);
	ck_assert_uint_eq(
		harvest(p, "ListRecords", "metadataPrefix=lido&from=2026-01-01", "<record>", &pages), 8);
	ck_assert_uint_eq(times(last.body, "<datestamp>2026-03-01T10:00:00Z"), 8);
	ck_assert(provider_set_date(p, "2026-03-02T10:00:00Z"));
	provider_change(p, 8);
	ck_assert_uint_eq(
		harvest(p, "ListRecords", "metadataPrefix=lido&from=2026-03-02", "<record>", &pages), 8);
	ck_assert_uint_eq(harvest(p, "ListRecords", "metadataPrefix=lido", "<record>", &pages), 50);
	provider_stop(p);
}
END_TEST

START_TEST(a_deleted_record_is_a_header_alone)
{
	struct provider *p = start(&(struct provider_options){ .generate = 10, .deleted_every = 5 });
	size_t pages;

	ck_assert_uint_eq(
		harvest(p, "ListRecords", "metadataPrefix=lido", "<header status=\"deleted\">", &pages), 2);
	ck_assert_uint_eq(times(last.body, "<metadata>"), 8);
	provider_stop(p);
}
END_TEST

START_TEST(a_kept_page_carries_the_time_of_its_own_answer)
{
	struct provider *p = start(&(struct provider_options){
		.generate = 10, .response_date = "2026-03-01T10:00:00Z", .cache_bytes = 1 << 20 });

	ck_assert_ptr_nonnull(strstr(get(p, LIST)->body, "<responseDate>2026-03-01T10:00:00Z<"));
	ck_assert(provider_set_date(p, "2026-03-01T11:00:00Z"));
	ck_assert_ptr_nonnull(strstr(get(p, LIST)->body, "<responseDate>2026-03-01T11:00:00Z<"));
	ck_assert_uint_eq(times(last.body, "<record>"), 10);
	ck_assert(!provider_set_date(p, "demain"));
	provider_stop(p);
}
END_TEST

START_TEST(gzip_comes_only_when_asked_for)
{
	struct provider *p = start(&(struct provider_options){ .generate = 10, .cache_bytes = 1 << 20 });

	ck_assert_ptr_null(strstr(get(p, LIST)->raw, "Content-Encoding"));
	for (int i = 0; i < 2; i++) {
		ask(p, "GET", LIST, "Accept-Encoding: gzip\r\n", "");
		ck_assert_ptr_nonnull(strstr(last.raw, "Content-Encoding: gzip"));
		ck_assert_int_eq(memcmp(last.body, "\x1f\x8b", 2), 0);
	}
	provider_stop(p);
}
END_TEST

START_TEST(a_posted_form_is_a_request_too_and_all_requests_are_noted)
{
	struct provider *p = start(&(struct provider_options){ .generate = 4 });
	struct provider_request r;

	ask(p, "POST", "/oai",
	    "Content-Type: application/x-www-form-urlencoded\r\nUser-Agent: probe/1\r\nFrom: a@b.example\r\n",
	    "verb=ListRecords&metadataPrefix=lido&from=2025-01-01T00%3A01%3A00Z");
	ck_assert_uint_eq(times(last.body, "<record>"), 3);
	ck_assert(provider_request(p, 1, &r));
	ck_assert_str_eq(r.verb, "ListRecords");
	ck_assert_str_eq(r.arguments, "metadataPrefix=lido&from=2025-01-01T00:01:00Z");
	ck_assert_str_eq(r.method, "POST");
	ck_assert_str_eq(r.user_agent, "probe/1");
	ck_assert_str_eq(r.contact, "a@b.example");
	ck_assert_int_eq(r.status, 200);
	ck_assert(!provider_request(p, 2, &r));
	provider_stop(p);
}
END_TEST

static void write_file(const char *folder, const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

START_TEST(a_folder_is_read_again_when_its_list_changes)
{
	char folder[] = "/tmp/test_provider.XXXXXX", path[64];
	struct provider *p;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	write_file(folder, "a.xml", "<?xml version=\"1.0\"?>\n<lido:lido xmlns:lido=\"x\">un</lido:lido>\n");
	write_file(folder, "records.tsv",
		   "# identifier\tdatestamp\tset\tstatus\tfile\n"
		   "oai:x:1\t2026-01-01T00:00:00Z\tp,p:q\tlive\ta.xml\noai:x:2\t2026-01-02\t\tdeleted\t\n");
	p = start(&(struct provider_options){ .records = folder });
	ck_assert_uint_eq(times(get(p, LIST)->body, "<record>"), 2);
	ck_assert_uint_eq(times(last.body, "<?xml"), 1);
	ck_assert_uint_eq(times(get(p, LIST "&set=p:q")->body, "<record>"), 1);
	write_file(folder, "a.xml", "<lido:lido xmlns:lido=\"x\">deux</lido:lido>\n");
	ck_assert_ptr_nonnull(strstr(get(p, LIST)->body, "deux"));
	write_file(folder, "records.tsv", "oai:x:1\t2026-05-01T00:00:00Z\t\tlive\ta.xml\n");
	ck_assert_ptr_nonnull(strstr(get(p, LIST)->body, "2026-05-01T00:00:00Z"));
	ck_assert_uint_eq(times(last.body, "<record>"), 1);
	write_file(folder, "records.tsv", "oai:x:1\thier\t\tlive\ta.xml\n");
	ck_assert(!provider_reload(p, errtext, sizeof errtext));
	ck_assert_ptr_nonnull(strstr(errtext, "records.tsv:1: the line has a datestamp"));
	ck_assert_int_eq(get(p, LIST)->status, 500);
	provider_stop(p);
	for (const char **name = (const char *[]){ "a.xml", "records.tsv", NULL }; *name; name++) {
		snprintf(path, sizeof path, "%s/%s", folder, *name);
		unlink(path);
	}
	rmdir(folder);
}
END_TEST

START_TEST(the_demo_records_are_served_whole)
{
	struct provider *p =
		start(&(struct provider_options){ .records = "tests/fixtures/demo", .page_size = 20 });
	size_t pages;

	ck_assert_uint_eq(harvest(p, "ListRecords", "metadataPrefix=lido", "<lido:lido ", &pages), 42);
	ck_assert_uint_eq(pages, 3);
	ck_assert_uint_eq(harvest(p, "ListIdentifiers", "metadataPrefix=lido", "status=\"deleted\"", &pages),
			  2);
	ck_assert_uint_eq(
		harvest(p, "ListRecords", "metadataPrefix=lido&set=peinture:paysage", "<record>", &pages), 1);
	ck_assert_uint_eq(harvest(p, "ListRecords", "metadataPrefix=oai_dc", "<oai_dc:dc ", &pages), 42);
	provider_stop(p);
}
END_TEST

START_TEST(a_fault_is_played_at_its_request_and_then_no_more)
{
	struct provider *p = start(&(struct provider_options){
		.generate = 10, .fault = "503:2:2,html200:ListIdentifiers.1,empty:6", .retry_after_s = 7 });
	struct provider_request r;

	ck_assert_int_eq(get(p, LIST)->status, 200);
	ck_assert_int_eq(get(p, LIST)->status, 503);
	ck_assert_ptr_nonnull(strstr(last.raw, "Retry-After: 7\r\n"));
	ck_assert_int_eq(get(p, LIST)->status, 503);
	ck_assert_int_eq(get(p, LIST)->status, 200);
	ck_assert_ptr_nonnull(strstr(get(p, "/oai?verb=ListIdentifiers&metadataPrefix=lido")->body, "<html"));
	ck_assert_uint_eq(get(p, LIST)->body_len, 0);
	ck_assert_uint_eq(times(get(p, LIST)->body, "<record>"), 10);
	ck_assert(provider_request(p, 3, &r));
	ck_assert_str_eq(r.fault, "503");
	provider_stop(p);
}
END_TEST

/* What each fault does to one page, as far as a plain client can see it. */
static const struct expectation {
	const char *fault;
	int status;
	const char *has; /* in header or body; NULL: nothing to look for */
	bool short_body; /* fewer bytes than announced */
} expectations[] = {
	{ "503", 503, "Retry-After: 1\r\n", false },
	{ "503date", 503, "Retry-After: Sun, 01 Mar 2026 10:00:01 GMT\r\n", false },
	{ "503bare", 503, "indisponible", false },
	{ "500", 500, NULL, false },
	{ "502html", 502, "Bad Gateway", false },
	{ "html200", 200, "<html", false },
	{ "cut", 200, "<record>", true },
	{ "truncated", 200, "<record>", false },
	{ "empty", 200, "Content-Length: 0\r\n", false },
	{ "slow", 200, "</OAI-PMH>", false },
	{ "redirect", 302, "/moved/oai?verb=ListRecords&metadataPrefix=lido\r\n", false },
	{ "redirect_loop", 302, "Location: ", false },
	{ "badtoken", 200, "code=\"badResumptionToken\"", false },
	{ "same_token", 200, "<resumptionToken", false },
	{ "gzip_bomb", 200, "Content-Encoding: gzip\r\n", false },
	{ "doctype", 200, "<!ENTITY", false },
	{ "not_oai", 200, "<rss", false },
	{ "bad_record", 200, "<header><datestamp>", false },
};

START_TEST(each_fault_does_what_it_says)
{
	const struct expectation *e = &expectations[_i];
	char script[64];
	struct provider *p;
	const char *length;

	snprintf(script, sizeof script, "%s:1", e->fault);
	p = start(&(struct provider_options){ .generate = 20,
					      .page_size = 10,
					      .fault = script,
					      .slow_ms = 20,
					      .response_date = "2026-03-01T10:00:00Z" });
	get(p, LIST);
	ck_assert_int_eq(last.status, e->status);
	if (e->has)
		ck_assert_msg(strstr(last.raw, e->has) != NULL, "%s: no '%s'", e->fault, e->has);
	length = strstr(last.raw, "Content-Length: ");
	ck_assert_ptr_nonnull(length);
	if (e->short_body)
		ck_assert_uint_lt(last.body_len, strtoull(length + 16, NULL, 10));
	else
		ck_assert_uint_eq(last.body_len, strtoull(length + 16, NULL, 10));
	provider_stop(p);
}
END_TEST

START_TEST(a_reset_gives_no_byte)
{
	struct provider *p = start(&(struct provider_options){ .generate = 2, .fault = "reset:1" });

	ck_assert_int_eq(get(p, LIST)->status, 0);
	ck_assert_uint_eq(strlen(last.raw), 0);
	ck_assert_int_eq(get(p, LIST)->status, 200);
	provider_stop(p);
}
END_TEST

START_TEST(a_stalled_answer_holds_up_neither_others_nor_the_stop)
{
	struct provider *p = start(&(struct provider_options){ .generate = 20, .fault = "stall:1" });
	int fd = connect_to(p);
	char *some;

	dprintf(fd, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", LIST);
	ck_assert_uint_eq(read_all(fd, &some, 300), 300);
	ck_assert_uint_eq(times(get(p, LIST)->body, "<record>"), 20);
	provider_stop(p);
	free(some);
	close(fd);
}
END_TEST

START_TEST(a_page_gives_its_own_token_for_ever)
{
	struct provider *p = start(&(struct provider_options){
		.generate = 40, .page_size = 10, .fault = "same_token:ListRecords.2:0" });
	char second[1024], third[1024];

	ck_assert(next_target("ListRecords", get(p, LIST)->body, second, sizeof second));
	ck_assert(next_target("ListRecords", get(p, second)->body, third, sizeof third));
	ck_assert_str_eq(second, third);
	provider_stop(p);
}
END_TEST

START_TEST(a_wrong_script_is_refused_with_a_reason)
{
	static const char *const scripts[] = {
		"nonsense:1", "503", "503:0", "503:x", "503:1:y", "503:1,oops"
	};

	for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
		ck_assert_ptr_null(provider_start(&(struct provider_options){ .fault = scripts[i] }, errtext,
						  sizeof errtext));
		ck_assert_ptr_nonnull(strstr(errtext, "fault '"));
	}
	ck_assert_ptr_null(provider_start(&(struct provider_options){ .records = "/nonexistent" }, errtext,
					  sizeof errtext));
	ck_assert_ptr_nonnull(strstr(errtext, "/nonexistent/records.tsv: No such file"));
}
END_TEST

static void forget(void)
{
	free(last.raw);
	last = (struct got){ 0 };
}

int main(void)
{
	Suite *s = suite_create("provider");
	TCase *tc = tcase_create("provider");
	SRunner *runner = srunner_create(s);
	int failed;

	suite_add_tcase(s, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, NULL, forget);
	tcase_add_test(tc, a_list_is_cut_into_pages_and_ends_with_an_empty_token);
	tcase_add_test(tc, a_list_may_end_without_a_token);
	tcase_add_test(tc, every_protocol_error_has_its_code);
	tcase_add_test(tc, a_token_must_be_percent_encoded_and_belongs_to_its_verb);
	tcase_add_test(tc, from_and_until_are_both_inclusive);
	tcase_add_test(tc, a_set_holds_its_own_records_only);
	tcase_add_test(tc, generated_records_depend_on_the_seed_alone);
	tcase_add_test(tc, changed_records_are_found_by_their_new_date);
	tcase_add_test(tc, a_deleted_record_is_a_header_alone);
	tcase_add_test(tc, a_kept_page_carries_the_time_of_its_own_answer);
	tcase_add_test(tc, gzip_comes_only_when_asked_for);
	tcase_add_test(tc, a_posted_form_is_a_request_too_and_all_requests_are_noted);
	tcase_add_test(tc, a_folder_is_read_again_when_its_list_changes);
	tcase_add_test(tc, the_demo_records_are_served_whole);
	tcase_add_test(tc, a_fault_is_played_at_its_request_and_then_no_more);
	tcase_add_loop_test(tc, each_fault_does_what_it_says, 0,
			    sizeof expectations / sizeof expectations[0]);
	tcase_add_test(tc, a_reset_gives_no_byte);
	tcase_add_test(tc, a_stalled_answer_holds_up_neither_others_nor_the_stop);
	tcase_add_test(tc, a_page_gives_its_own_token_for_ever);
	tcase_add_test(tc, a_wrong_script_is_refused_with_a_reason);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
