/*
 * connectors/oai/identify.c - asked first in every run: server time, granularity, deletion policy.
 *
 * What a source says of itself is often wrong (faults 59, 94, 96, 113): oddities become findings, and each
 * value falls back to what is safe. Tests: tests/unit/connectors/oai/test_list.c.
 */
#include "connectors/oai/harvest.h"

#include "harvester/base/text.h"

static bool same_text(struct str a, const char *b)
{
	return a.n == strlen(b) && strncasecmp(a.p, b, a.n) == 0;
}

/* Days are what every repository must take (OAI-PMH 2.0 §3.3.1): the safe reading of anything else. */
static bool granularity_is_day(const struct connector *c, struct str s)
{
	if (same_text(s, "YYYY-MM-DDThh:mm:ssZ"))
		return false;
	if (!same_text(s, "YYYY-MM-DD"))
		oai_finding(c, "granularity_unknown", "Identify", s);
	return true;
}

static void check_identity(const struct connector *c)
{
	const struct oai_identity *id = &c->identity;
	int64_t us;
	bool day;

	if (!str_is(id->version, "2.0"))
		oai_finding(c, "protocol_version", "Identify", id->version);
	if (!str_is(id->base_url, c->section->base_url))
		oai_finding(c, "base_url_differs", "Identify", id->base_url);
	if (!clock_parse(id->earliest, &us, &day))
		oai_finding(c, "earliest_datestamp", "Identify", id->earliest);
	if (!same_text(id->deleted, "no") && !same_text(id->deleted, "transient") &&
	    !same_text(id->deleted, "persistent"))
		oai_finding(c, "deleted_record_unknown", "Identify", id->deleted);
	if (!clock_parse(str_of(id->response_date), &us, &day))
		oai_finding(c, "response_date", "Identify", str_of(id->response_date));
	else if (c->env.clock && !c->env.clock->fixed &&
		 llabs(us - clock_now(c->env.clock)) > INT64_C(3600000000))
		oai_finding(c, "server_clock", "Identify", str_of(id->response_date));
}

int oai_identify(struct connector *c, struct hv_err *err)
{
	struct oai_request q = { .verb = OAI_IDENTIFY };
	struct oai_identity *id = &c->identity;
	int r = oai_ask(c, &q, &c->page, err);

	if (r < 0)
		return r;
	if (c->page.answer == OAI_ERROR)
		return oai_protocol_error(c, &q, &c->page, err);
	const struct {
		const char *name;
		struct str *to;
	} wanted[] = {
		{ "repositoryName", &id->name },     { "baseURL", &id->base_url },
		{ "protocolVersion", &id->version }, { "earliestDatestamp", &id->earliest },
		{ "deletedRecord", &id->deleted },   { "granularity", &id->granularity },
	};

	for (size_t i = 0; i < HV_LEN(wanted); i++)
		*wanted[i].to =
			arena_str(c->arena, text_cut(oai_page_fact(&c->page, wanted[i].name, 0), 2000));
	if (arena_failed(c->arena))
		return hv_nomem(err, "Identify");
	(void)snprintf(id->response_date, sizeof(id->response_date), "%.*s",
		       STR_ARG(text_cut(c->page.response_date, OAI_DATE - 1)));
	id->day = granularity_is_day(c, id->granularity);
	check_identity(c);
	return 0;
}
