/*
 * test_request.c - addresses of OAI-PMH requests: encoded once, tokens alone, the base's own query kept.
 */
#include <check.h>

#include "connectors/oai/request.h"

static const char base[] = "https://collections.example/oai";

static const struct {
	const char *base_url;
	struct oai_request q;
	const char *url;
} rows[] = {
	{ base, { .verb = OAI_IDENTIFY }, "https://collections.example/oai?verb=Identify" },
	{ base,
	  { .verb = OAI_LIST_RECORDS,
	    .prefix = "lido",
	    .set = "arts:dessins",
	    .from = "2027-03-01T22:00:00Z" },
	  "https://collections.example/oai?verb=ListRecords&metadataPrefix=lido&set=arts%3Adessins&from="
	  "2027-03-01T22%3A00%3A00Z" },
	{ base,
	  { .verb = OAI_LIST_RECORDS,
	    .token = "a b+c/=&%25#?\"é",
	    .prefix = "lido",
	    .set = "s",
	    .from = "2027-03-01" },
	  "https://collections.example/"
	  "oai?verb=ListRecords&resumptionToken=a%20b%2Bc%2F%3D%26%2525%23%3F%22%C3%A9" },
	{ base,
	  { .verb = OAI_LIST_RECORDS, .token = "0" },
	  "https://collections.example/oai?verb=ListRecords&resumptionToken=0" },
	{ base,
	  { .verb = OAI_GET_RECORD, .prefix = "lido", .identifier = "oai:x:1 2" },
	  "https://collections.example/oai?verb=GetRecord&metadataPrefix=lido&identifier=oai%3Ax%3A1%202" },
	{ "http://h/oai?depot=1", { .verb = OAI_IDENTIFY }, "http://h/oai?depot=1&verb=Identify" },
	{ "http://h/oai?", { .verb = OAI_IDENTIFY }, "http://h/oai?verb=Identify" },
	{ "http://h/oai?a=b&", { .verb = OAI_IDENTIFY }, "http://h/oai?a=b&verb=Identify" },
	{ "http://h/oai/#top", { .verb = OAI_IDENTIFY }, "http://h/oai/?verb=Identify" },
};

START_TEST(every_request_has_its_address)
{
	hv_auto(oai_call_release) struct oai_call call = OAI_CALL_INIT;

	ck_assert_int_eq(oai_call_write(&call, rows[_i].base_url, &rows[_i].q, NULL), 0);
	ck_assert_str_eq(call.http.url, rows[_i].url);
	ck_assert_ptr_null(call.http.body);
}
END_TEST

static const char *long_token(size_t n)
{
	static char token[200001];

	memset(token, 'x', n);
	token[n] = '\0';
	return token;
}

START_TEST(a_long_request_is_posted)
{
	hv_auto(oai_call_release) struct oai_call call = OAI_CALL_INIT;
	struct oai_request q = { .verb = OAI_LIST_RECORDS, .token = long_token(3000) };

	ck_assert_int_eq(oai_call_write(&call, "http://h/oai?depot=1", &q, NULL), 0);
	ck_assert_str_eq(call.http.url, "http://h/oai?depot=1");
	ck_assert_uint_eq(call.http.body_n, strlen("verb=ListRecords&resumptionToken=") + 3000);
	ck_assert_str_eq(call.http.content_type, "application/x-www-form-urlencoded");
	/* A call is written again for the next request. */
	q.token = "b";
	ck_assert_int_eq(oai_call_write(&call, "http://h/oai?depot=1", &q, NULL), 0);
	ck_assert_str_eq(call.http.url, "http://h/oai?depot=1&verb=ListRecords&resumptionToken=b");
	ck_assert_ptr_null(call.http.body);
}
END_TEST

START_TEST(a_request_over_every_limit_is_refused)
{
	hv_auto(oai_call_release) struct oai_call call = OAI_CALL_INIT;
	struct oai_request q = { .verb = OAI_LIST_RECORDS, .token = long_token(200000) };

	ck_assert_int_eq(oai_call_write(&call, base, &q, NULL), HV_E_LIMIT);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("oai request");
	TCase *c = tcase_create("request");

	tcase_add_loop_test(c, every_request_has_its_address, 0, (int)HV_LEN(rows));
	tcase_add_test(c, a_long_request_is_posted);
	tcase_add_test(c, a_request_over_every_limit_is_refused);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);

	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);

	srunner_free(r);
	return failed ? 1 : 0;
}
