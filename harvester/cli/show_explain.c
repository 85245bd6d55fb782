/*
 * cli/show_explain.c - see show.h: one field explained, and the notice as JSON.
 */
#include "harvester/cli/out.h"
#include "harvester/cli/read.h"
#include "harvester/cli/show.h"

static const char *const policies[] = {
	[POLICY_RANKED] = "ranked: the highest rank whose claim speaks of it; a default only fills",
	[POLICY_UNION] = "union: every value that some source holds",
	[POLICY_PROTECTED] = "protected: kept in the ledger of links, silence never removes",
	[POLICY_DERIVED] = "derived: never taken from a source",
};

/* What a claim says of the field, in a word. */
static const char *opinion(const struct claim *c, size_t f)
{
	bool owned = fields[f].owner == OWNER_MUSEUM || fields[f].owner == OWNER_HARMONISED;

	if (c->kind[f] == CLAIM_EMPTY)
		return "empty, on purpose";
	if (c->kind[f] == CLAIM_VALUE)
		return c->failed[f]       ? "former value, the present one was not understood"
		       : c->is_default[f] ? "default of the source file"
					  : "value";
	if (c->failed[f])
		return "not understood, and there is no former value";
	return c->museum_scope && owned ? "empty: the file speaks for all fields of the museum" : "silent";
}

static bool decides(const struct shown *s, size_t f, size_t claim)
{
	struct values v = s->merged.notice.values[f];

	for (size_t i = 0; i < v.n; i++)
		if (s->merged.origin[f][i] == claim)
			return true;
	return !v.n && s->merged.emptied_by[f] == claim;
}

static void print_claim(const struct shown *s, size_t f, size_t i)
{
	const struct merge_claim *c = &s->claims[i];

	(void)printf("%c ", decides(s, f, i) ? '*' : ' ');
	out_cell(c->source, 24);
	(void)printf("  rank %-3lld  run %-6lld %s  %s%s\n", (long long)c->rank, (long long)c->run,
		     s->said[i].started, opinion(c->claim, f),
		     s->said[i].missing ? " (the record is missing from full listings)" : "");
	(void)printf("    record %.*s\n", STR_ARG(read_shown(s->arena, s->said[i].external_id, 0)));
	for (size_t k = 0; k < c->claim->values[f].n; k++)
		(void)printf("    %.*s\n", STR_ARG(read_shown(s->arena, c->claim->values[f].v[k], 0)));
}

int shown_explain(struct shown *s, size_t field, struct hv_err *err)
{
	hv_auto(buf_release) struct buf origin = BUF_INIT(1u << 16);
	struct values v = s->notice.values[field];

	shown_origins(s, field, &origin);
	if (buf_ok(&origin, "origins", err) < 0)
		return err->code;
	(void)printf("%.*s  %s (%s)\n", STR_ARG(s->row.ref), fields[field].code, fields[field].label);
	(void)printf("policy  %s\n", policies[fields[field].policy]);
	(void)printf("notice  %s\n", v.n ? buf_cstr(&origin) : "(empty)");
	for (size_t k = 0; k < v.n; k++)
		(void)printf("    %.*s\n", STR_ARG(read_shown(s->arena, v.v[k], 0)));
	(void)printf("claims  %zu%s\n", s->n, s->n ? "; * decides" : "");
	for (size_t i = 0; i < s->n; i++)
		print_claim(s, field, i);
	if (s->ended)
		(void)printf("%d more ended: the source deleted its record\n", s->ended);
	return 0;
}

static void put_field(struct shown *s, struct buf *b, size_t f)
{
	struct values v = s->notice.values[f];
	bool known = values_eq(v, s->merged.notice.values[f]);

	buf_printf(b, "\"%s\":{\"values\":", fields[f].code);
	values_write(b, v);
	buf_printf(b, ",\"default\":%s,\"origins\":[", known && s->merged.is_default[f] ? "true" : "false");
	for (size_t i = 0; known && i < v.n; i++) {
		const struct merge_claim *c = &s->claims[s->merged.origin[f][i]];

		buf_printf(b, "%s{\"run\":%lld", i ? "," : "", (long long)c->run);
		read_member(b, "source", c->source);
		buf_putc(b, '}');
	}
	buf_puts(b, "]}");
}

static void put_claim(struct shown *s, struct buf *b, size_t i, int field)
{
	const struct merge_claim *c = &s->claims[i];

	buf_printf(b, "%s{\"run\":%lld,\"rank\":%lld,\"missing\":%s", i ? "," : "", (long long)c->run,
		   (long long)c->rank, s->said[i].missing ? "true" : "false");
	read_member(b, "source", c->source);
	read_member(b, "record", s->said[i].external_id);
	read_member(b, "datestamp", s->said[i].datestamp);
	if (field >= 0) {
		read_member(b, "opinion", str_of(opinion(c->claim, (size_t)field)));
		buf_puts(b, ",\"values\":");
		values_write(b, c->claim->values[field]);
	} else {
		buf_puts(b, ",\"claim\":");
		claim_write(b, c->claim);
	}
	buf_putc(b, '}');
}

int shown_json(struct shown *s, int field, struct hv_err *err)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(256u << 20);
	bool first = true;

	buf_puts(&b, "{\"ref\":");
	buf_json(&b, s->row.ref);
	read_member(&b, "museum", s->row.museo);
	read_member(&b, "state", str_of(s->row.state));
	read_member(&b, "created", str_of(s->row.created));
	read_member(&b, "changed", str_of(s->row.changed));
	buf_puts(&b, ",\"fields\":{");
	for (size_t f = 0; f < n_fields; f++) {
		if ((field >= 0 && f != (size_t)field) || !s->notice.values[f].n)
			continue;
		if (!first)
			buf_putc(&b, ',');
		put_field(s, &b, f);
		first = false;
	}
	buf_puts(&b, "},\"claims\":[");
	for (size_t i = 0; i < s->n; i++)
		put_claim(s, &b, i, field);
	buf_puts(&b, "]}\n");
	if (buf_ok(&b, "notice as JSON", err) < 0)
		return err->code;
	(void)fputs(buf_cstr(&b), stdout);
	return 0;
}
