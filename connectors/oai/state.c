/*
 * connectors/oai/state.c - where a harvest is (checkpoint) and where the next one begins (cursor), as JSON.
 *
 * Both name the address, the prefix and the sets they are true for: a cursor of another address or prefix is
 * worth nothing (datestamps belong to one format of one repository) and everything is listed again; a
 * checkpoint of another configuration is refused. Dates are the server's own, never ours (fault 93).
 * Tests: tests/unit/connectors/oai/test_state.c.
 */
#include "connectors/oai/harvest.h"

#include "config/units.h"
#include "harvester/io/json.h"

#define DAY_US INT64_C(86400000000)

bool oai_overlap(const char *text, bool day, int64_t *ret_us)
{
	int64_t ms = 3600 * 1000;

	if (strcmp(text, "auto") != 0 && !units_duration(str_of(text), &ms))
		return false;
	*ret_us = ms * 1000;
	if (day && *ret_us < DAY_US) /* both ends of a window are inclusive: a step at least */
		*ret_us = DAY_US;
	return true;
}

void oai_date(int64_t us, bool day, char ret[OAI_DATE])
{
	_Static_assert(OAI_DATE >= CLOCK_TEXT, "room for a date");
	(void)(day ? clock_date(us, ret) : clock_utc(us, ret));
}

/* A date of a state or of the section, in the granularity of today; "" when it is none. */
static void put_from(const struct connector *c, struct str text, char ret[OAI_DATE])
{
	int64_t us;
	bool day;

	ret[0] = '\0';
	if (clock_parse(text, &us, &day))
		oai_date(us, c->identity.day, ret);
}

static void later_from(const struct connector *c, struct str text, char io[OAI_DATE])
{
	char other[OAI_DATE];

	put_from(c, text, other);
	if (strcmp(other, io) > 0) /* one form, so byte order is date order */
		(void)snprintf(io, OAI_DATE, "%s", other);
}

static int new_listings(struct connector *c, struct hv_err *err)
{
	const struct cfg_list *sets = &c->section->sets;

	c->n_listings = sets->n ? sets->n : 1;
	c->listings = arena_array(c->arena, c->n_listings, sizeof(*c->listings));
	if (!c->listings)
		return hv_nomem(err, "the listings");
	for (size_t i = 0; i < c->n_listings; i++) {
		c->listings[i].set = sets->n ? sets->v[i] : NULL;
		put_from(c, str_of(c->section->from), c->listings[i].from);
	}
	c->kind = LISTING_FULL;
	return 0;
}

/* Is it about the address and prefix of today? */
static bool ours(const struct connector *c, const struct json *state)
{
	return json_number(state, "v", 0) == 1 &&
	       str_is(json_text(state, "base_url"), c->section->base_url) &&
	       str_is(json_text(state, "prefix"), c->section->prefix);
}

static const struct json *state_of_set(const struct json *state, const char *set)
{
	const struct json *list = json_member(state, "listings");

	for (size_t i = 0; list && list->kind == JV_ARRAY && i < list->n; i++)
		if (str_is(json_text(&list->items[i], "set"), set ? set : ""))
			return &list->items[i];
	return NULL;
}

/* A cursor that cannot be read or is not ours costs a full listing, never a record. */
static void use_cursor(struct connector *c, const struct json *state)
{
	if (!ours(c, state)) {
		oai_finding(c, "cursor_ignored", "cursor", str_of(c->env.cursor));
		return;
	}
	for (size_t i = 0; i < c->n_listings; i++) {
		const struct json *l = state_of_set(state, c->listings[i].set);

		if (l)
			later_from(c, json_text(l, "from"), c->listings[i].from);
	}
	c->kind = LISTING_WINDOW;
}

static int use_checkpoint(struct connector *c, const struct json *state, struct hv_err *err)
{
	const struct json *list = json_member(state, "listings"), *full = json_member(state, "full"),
			  *restarted = json_member(state, "restarted");
	int64_t at = json_number(state, "listing", -1);
	struct str token = json_text(state, "token");

	if (!ours(c, state) || !list || list->kind != JV_ARRAY || list->n != c->n_listings || at < 0 ||
	    (uint64_t)at > c->n_listings)
		return hv_fail(err, HV_E_CONFIG,
			       "the unfinished run was begun with another base_url, prefix or sets; it "
			       "cannot be resumed");
	for (size_t i = 0; i < c->n_listings; i++) {
		const struct json *l = &list->items[i];
		struct oai_listing *to = &c->listings[i];

		if (!str_is(json_text(l, "set"), to->set ? to->set : ""))
			return hv_fail(err, HV_E_CONFIG,
				       "the unfinished run was begun with other sets; it cannot be resumed");
		(void)snprintf(to->from, OAI_DATE, "%.*s",
			       STR_ARG(str_cut(json_text(l, "from"), OAI_DATE - 1)));
		(void)snprintf(to->date, OAI_DATE, "%.*s",
			       STR_ARG(str_cut(json_text(l, "date"), OAI_DATE - 1)));
	}
	c->listing = (size_t)at;
	c->kind = full && full->kind == JV_TRUE ? LISTING_FULL : LISTING_WINDOW;
	c->restarted = restarted && restarted->kind == JV_TRUE;
	c->chain.records = (uint64_t)json_number(state, "records", 0);
	return token.n ? oai_chain_token(&c->chain, token, err) : 0;
}

int oai_state_restore(struct connector *c, struct hv_err *err)
{
	struct json state;
	int r = new_listings(c, err);

	if (r < 0)
		return r;
	oai_chain_reset(&c->chain);
	if (c->env.checkpoint) {
		if (json_parse(c->arena, str_of(c->env.checkpoint), &state, err) < 0)
			return hv_wrap(err, "checkpoint");
		return use_checkpoint(c, &state, err);
	}
	if (!c->env.cursor || c->env.full)
		return 0;
	if (json_parse(c->arena, str_of(c->env.cursor), &state, err) < 0)
		state = (struct json){ .kind = JV_NULL };
	use_cursor(c, &state);
	return 0;
}

static void put_member(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, ",\"%s\":", name);
	buf_json(out, str_of(value ? value : ""));
}

static void put_head(const struct connector *c, struct buf *out)
{
	buf_puts(out, "{\"v\":1");
	put_member(out, "base_url", c->section->base_url);
	put_member(out, "prefix", c->section->prefix);
}

int oai_state_checkpoint(const struct connector *c, struct buf *out, struct hv_err *err)
{
	bool over = c->chain.over;

	put_head(c, out);
	buf_printf(out, ",\"full\":%s,\"restarted\":%s", c->kind == LISTING_FULL ? "true" : "false",
		   c->restarted ? "true" : "false");
	buf_printf(out, ",\"listing\":%zu,\"records\":%llu", c->listing + (over ? 1 : 0),
		   over ? 0ULL : (unsigned long long)c->chain.records);
	put_member(out, "token", over ? NULL : c->chain.token);
	buf_puts(out, ",\"listings\":[");
	for (size_t i = 0; i < c->n_listings; i++) {
		buf_puts(out, i ? ",{\"set\":" : "{\"set\":");
		buf_json(out, str_of(c->listings[i].set ? c->listings[i].set : ""));
		put_member(out, "from", c->listings[i].from);
		put_member(out, "date", c->listings[i].date);
		buf_putc(out, '}');
	}
	buf_puts(out, "]}");
	return buf_ok(out, "checkpoint", err);
}

/* Where the next harvest of a listing begins: the server's date of this one less the overlap. */
static void next_from(const struct connector *c, const struct oai_listing *l, char ret[OAI_DATE])
{
	int64_t us, overlap;
	bool day;

	(void)snprintf(ret, OAI_DATE, "%s", l->from);
	if (clock_parse(str_of(l->date), &us, &day) &&
	    oai_overlap(c->section->overlap, c->identity.day, &overlap))
		oai_date(us - overlap, c->identity.day, ret);
}

int oai_state_cursor(const struct connector *c, struct buf *out, struct hv_err *err)
{
	put_head(c, out);
	buf_puts(out, ",\"listings\":[");
	for (size_t i = 0; i < c->n_listings; i++) {
		char from[OAI_DATE];

		next_from(c, &c->listings[i], from);
		buf_puts(out, i ? ",{\"set\":" : "{\"set\":");
		buf_json(out, str_of(c->listings[i].set ? c->listings[i].set : ""));
		put_member(out, "from", from);
		buf_putc(out, '}');
	}
	buf_puts(out, "]}");
	return buf_ok(out, "cursor", err);
}
