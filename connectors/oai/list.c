/*
 * connectors/oai/list.c - the chain of pages of a listing, and what may end it.
 *
 * A listing ends when a page says so (no token, an empty one, noRecordsMatch) and never for another reason:
 * not because a page is no OAI-PMH, not because a token is refused, not because completeListSize or cursor
 * say so. README.md explains the decisions on tokens that repeat (faults 30 to 32) and on refused ones (35,
 * 36, 88). Tests: tests/unit/connectors/oai/test_list.c.
 */
#include "connectors/oai/harvest.h"

#include "harvester/base/text.h"

enum {
	MAX_STALE = 20, /* pages in a row without a new identifier */
	MAX_PAGES = 2000000,
	MAX_IDENTIFIERS = 1 << 20 /* remembered; later ones count as new */
};

/* Neither a page nor the end: look at the chain again. */
enum { AGAIN = 2 };

void oai_chain_reset(struct oai_chain *chain)
{
	free(chain->token);
	seen_clear(&chain->tokens);
	seen_clear(&chain->contents);
	seen_clear(&chain->identifiers);
	*chain = (struct oai_chain){
		.expected = -1,
		.tokens = chain->tokens,
		.contents = chain->contents,
		.identifiers = chain->identifiers,
	};
	chain->tokens.max = chain->contents.max = MAX_PAGES;
	chain->identifiers.max = MAX_IDENTIFIERS;
}

void oai_chain_release(struct oai_chain *chain)
{
	free(chain->token);
	chain->token = NULL;
	seen_release(&chain->tokens);
	seen_release(&chain->contents);
	seen_release(&chain->identifiers);
}

int oai_chain_token(struct oai_chain *chain, struct str token, struct hv_err *err)
{
	char *copy = strndup(token.p, token.n);

	if (!copy)
		return hv_nomem(err, "a resumption token");
	free(chain->token);
	chain->token = copy;
	chain->tried_again = false;
	enum seen_answer seen = seen_add(&chain->tokens, seen_fingerprint(0, token));

	if (seen == SEEN_FULL)
		return hv_fail(err, HV_E_LIMIT, "more than %d pages in one listing", MAX_PAGES);
	chain->repeats = seen == SEEN_BEFORE;
	return 0;
}

static void request_of(const struct connector *c, struct oai_request *ret)
{
	const struct oai_listing *l = &c->listings[c->listing];

	*ret = (struct oai_request){
		.verb = OAI_LIST_RECORDS,
		.token = c->chain.token,
		.prefix = c->section->prefix,
		.set = l->set,
		.from = l->from[0] ? l->from : NULL,
	};
}

/* The next harvest asks from here: what changes while we list gets a later datestamp than this. */
static void note_date(struct connector *c)
{
	struct oai_listing *l = &c->listings[c->listing];
	int64_t us;
	bool day;

	if (l->date[0])
		return;
	struct str date = c->page.response_date;

	if (!clock_parse(date, &us, &day)) {
		oai_finding(c, "response_date", "ListRecords", date);
		date = str_of(c->identity.response_date);
	}
	/* A server that is ahead of us, for one night or for ever, must not make us ask from a time that its
	 * records have not reached: they would be passed over, or none would come for years. */
	char ours[OAI_DATE];
	if (clock_parse(date, &us, &day) && us > c->opened) {
		oai_date(c->opened, false, ours);
		date = str_of(ours);
	}
	(void)snprintf(l->date, sizeof(l->date), "%.*s", STR_ARG(text_cut(date, OAI_DATE - 1)));
}

static void end_of_listing(struct connector *c)
{
	char text[64];

	c->chain.over = true;
	if (c->chain.expected <= (int64_t)c->chain.records)
		return;
	(void)snprintf(text, sizeof(text), "%llu of %lld", (unsigned long long)c->chain.records,
		       (long long)c->chain.expected);
	oai_finding(c, "fewer_than_announced", "completeListSize", str_of(text));
}

static void restart(struct connector *c)
{
	oai_finding(c, "list_restarted", "resumptionToken", str_of(c->chain.token));
	c->restarted = true;
	c->listings[c->listing].date[0] = '\0';
	oai_chain_reset(&c->chain);
}

/*
 * badResumptionToken: expired, used up by an answer that never arrived, or a server that forgot. Asked once
 * more, then the listing is begun anew, once in a run: records that come twice are harmless, missing ones are
 * not.
 */
static int bad_token(struct connector *c, struct hv_err *err)
{
	char text[512];

	if (!c->chain.tried_again) {
		c->chain.tried_again = true;
		int r = oai_pause(c, 0, err);

		return r < 0 ? r : AGAIN;
	}
	if (!c->restarted) {
		restart(c);
		return AGAIN;
	}
	oai_page_error_text(&c->page, text, sizeof(text));
	return hv_fail_retry(
		err, HV_E_REMOTE,
		"the source refuses its own resumption token '%.*s' after %llu pages, also after a fresh "
		"start: %s",
		STR_ARG(text_cut(str_of(c->chain.token), 80)), (unsigned long long)c->chain.pages, text);
}

static int repeats_for_ever(const struct connector *c, struct hv_err *err)
{
	return hv_fail(
		err, HV_E_REMOTE,
		"resumption token '%.*s' repeats after %llu pages and %llu records: the list has no end",
		STR_ARG(text_cut(str_of(c->chain.token), 80)), (unsigned long long)c->chain.pages,
		(unsigned long long)c->chain.records);
}

static int refused(struct connector *c, const struct oai_request *q, struct hv_err *err)
{
	if (oai_page_only_error(&c->page, "noRecordsMatch")) {
		/* To the first request: nothing new, a success. To a token: the end (fault 34). */
		if (!c->chain.token)
			note_date(c);
		end_of_listing(c);
		return AGAIN;
	}
	if (c->chain.repeats)
		return repeats_for_ever(c, err);
	if (c->chain.token && oai_page_has_error(&c->page, "badResumptionToken"))
		return bad_token(c, err);
	return oai_protocol_error(c, q, &c->page, err);
}

/* Day against day when either side has no time. */
static bool before(struct str stamp, int64_t from_us, bool from_day)
{
	const int64_t day_us = INT64_C(86400000000);
	int64_t us;
	bool day;

	if (!clock_parse(stamp, &us, &day))
		return false;
	return day || from_day ? us / day_us < from_us / day_us : us < from_us;
}

static void check_stamp(const struct connector *c, const struct oai_entry *e)
{
	const char *from = c->listings[c->listing].from;
	int64_t us, from_us;
	bool day, from_day;

	if (!clock_parse(e->datestamp, &us, &day))
		oai_finding(c, "datestamp_unreadable", "header",
			    e->datestamp.n ? e->datestamp : e->identifier);
	else if (clock_parse(str_of(from), &from_us, &from_day) && before(e->datestamp, from_us, from_day))
		oai_finding(c, "datestamp_outside", from, e->identifier);
}

/* Look at every header once; how many identifiers are new to this listing. */
static size_t look_at_entries(struct connector *c)
{
	uint64_t content = 0;
	size_t fresh = 0;

	for (size_t i = 0; i < c->page.n_records; i++) {
		const struct oai_entry *e = oai_page_entry(&c->page, i);

		fresh += seen_add(&c->chain.identifiers, seen_fingerprint(0, e->identifier)) != SEEN_BEFORE;
		content = seen_fingerprint(seen_fingerprint(content, e->identifier), e->datestamp);
		check_stamp(c, e);
	}
	if (c->page.n_records && seen_add(&c->chain.contents, content) == SEEN_BEFORE)
		oai_finding(c, "same_page", "ListRecords", str_of(c->chain.token ? c->chain.token : ""));
	return fresh;
}

static int take_token(struct connector *c, struct hv_err *err)
{
	struct oai_chain *chain = &c->chain;

	if (c->page.token != OAI_TOKEN_VALUE) {
		end_of_listing(c);
		return 0;
	}
	int r = oai_chain_token(chain, c->page.token_text, err);

	if (r < 0)
		return r;
	if (chain->repeats) {
		oai_finding(c, "token_repeats", "resumptionToken", c->page.token_text);
		if (c->page.n_records == 0)
			end_of_listing(c); /* fault 32: an empty page that names itself */
	}
	return 0;
}

static int accept_page(struct connector *c, struct hv_err *err)
{
	struct oai_chain *chain = &c->chain;
	int64_t expected = oai_page_number(c->page.complete_list_size);

	if (chain->repeats) { /* the one request that shows what a repeated token means */
		if (c->page.n_records > 0)
			return repeats_for_ever(c, err);
		end_of_listing(c);
		return AGAIN;
	}
	if (!chain->token)
		note_date(c);
	chain->pages++;
	chain->records += c->page.n_records;
	chain->expected = expected >= 0 ? expected : chain->expected;
	chain->stale = look_at_entries(c) ? 0 : chain->stale + 1;
	int r = take_token(c, err);

	if (r < 0)
		return r;
	if (!chain->over && chain->stale > MAX_STALE)
		return hv_fail(err, HV_E_REMOTE,
			       "%d pages in a row without a new record, and still a resumption token",
			       MAX_STALE);
	c->at = 0;
	if (!chain->over) {
		struct oai_request next;

		request_of(c, &next);
		oai_ask_ahead(c, &next);
	}
	return HV_ROW;
}

static int step(struct connector *c, struct hv_err *err)
{
	struct oai_request q;

	request_of(c, &q);
	int r = oai_ask(c, &q, &c->page, err);

	if (r < 0)
		return r;
	return c->page.answer == OAI_ERROR ? refused(c, &q, err) : accept_page(c, err);
}

int oai_list_next(struct connector *c, struct hv_err *err)
{
	for (int r = AGAIN; r == AGAIN;) {
		if (c->env.cancelled && c->env.cancelled(c->env.ctx))
			return hv_fail(err, HV_E_CANCELLED, "cancelled between two pages");
		if (c->chain.over) {
			c->delivered += c->chain.records;
			c->listing++;
			oai_chain_reset(&c->chain);
		}
		if (c->listing == c->n_listings)
			return HV_END;
		r = step(c, err);
		if (r < 0 && c->listings[c->listing].set)
			return hv_wrap(err, "set '%s'", c->listings[c->listing].set);
		if (r != AGAIN)
			return r;
	}
	return HV_END;
}
