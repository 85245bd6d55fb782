/*
 * run/valves.c - the rules that hold a run before it is applied, worded for the person who must decide.
 *
 * Each has a floor, so that small sources are protected and growth is tolerated: up to `floor` notices never
 * hold a run. Zero records and far fewer than last time are judged for full listings only: an empty window is
 * a quiet night. Tests: tests/unit/run/test_valves.c.
 */
#include "harvester/base/text.h"
#include "harvester/run/run_priv.h"

struct reasons {
	struct buf text;
	int n;
};

static HV_PRINTF(2, 3) void reason(struct reasons *r, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	buf_printf(&r->text, "%s%s", r->n++ ? " " : "", line);
}

/* Is n too many out of total, beyond the floor? */
static bool too_many(int64_t n, int64_t total, double share, int64_t floor_)
{
	return n > floor_ && (double)n > share * (double)total;
}

static double percent(int64_t n, int64_t total)
{
	return total ? 100.0 * (double)n / (double)total : 100.0;
}

static void judge_listing(const struct run *r, const struct counts *last, struct reasons *out)
{
	const struct cfg_valves *v = &r->bound->source->valves;
	const struct counts *c = &r->counts;
	int64_t now = c->listed - c->deleted, then = last ? last->listed - last->deleted : 0;

	if (strcmp(r->row.listing, "full") != 0)
		return;
	if (v->zero_records == ZERO_FULL && now == 0)
		reason(out, "La liste complète est vide : aucune notice reçue%s.",
		       then ? ", alors qu’il y en avait avant" : "");
	else if (then && too_many(then - now, then, v->fewer_than_last, v->floor))
		reason(out,
		       "Beaucoup moins de notices que la dernière fois : %lld au lieu de %lld (%.1f %% de "
		       "moins).",
		       (long long)now, (long long)then, percent(then - now, then));
}

static void judge_failures(const struct run *r, struct reasons *out)
{
	const struct cfg_source *s = r->bound->source;
	const struct counts *c = &r->counts;

	/* What was refused before and is still the same was judged then: it must not hold the source every
	 * night. */
	if (too_many(c->refused_new, c->listed, s->errors.records, s->valves.floor))
		reason(out, "Trop de notices nouvellement refusées : %lld sur %lld (%.1f %%).",
		       (long long)c->refused_new, (long long)c->listed, percent(c->refused_new, c->listed));
	/* One claim has some twenty values that can go wrong; the share is of records with one that did. */
	if (too_many(c->fields_failed, c->versions, s->errors.fields, s->valves.floor))
		reason(out, "Trop de valeurs non comprises : %lld pour %lld notices nouvelles ou modifiées.",
		       (long long)c->fields_failed, (long long)c->versions);
}

static void judge_fields(const struct run *r, struct reasons *out)
{
	const struct cfg_valves *v = &r->bound->source->valves;
	const struct counts *c = &r->counts;

	for (size_t f = 0; f < n_fields; f++) {
		if (too_many(c->field_emptied[f], c->listed, v->field_emptied, v->floor))
			reason(out, "Le champ %s (%s) serait vidé dans %lld notices (%.1f %%).",
			       fields[f].label, fields[f].code, (long long)c->field_emptied[f],
			       percent(c->field_emptied[f], c->listed));
		if (too_many(c->field_changed[f], c->listed, v->field_changed, v->floor))
			reason(out, "Le champ %s (%s) changerait dans %lld notices (%.1f %%).",
			       fields[f].label, fields[f].code, (long long)c->field_changed[f],
			       percent(c->field_changed[f], c->listed));
	}
}

/* A source that numbers its objects anew, or moves them to another museum, is most often one that has gone
 * wrong. */
static void judge_identity(const struct run *r, struct reasons *out)
{
	const struct cfg_valves *v = &r->bound->source->valves;
	const struct counts *c = &r->counts;
	int inv = field_find(STR("INV")), museo = field_find(STR("MUSEO"));
	int64_t n = c->field_changed[inv] + c->field_changed[museo];

	if (too_many(n, c->listed, v->identity_changed, v->floor))
		reason(out, "Le numéro d’inventaire ou le musée changerait dans %lld notices (%.1f %%).",
		       (long long)n, percent(n, c->listed));
}

bool run_valves(const struct run *r, const struct counts *last_full, char *ret, size_t size)
{
	struct reasons out = { .text = BUF_INIT(16384) };
	const struct cfg_valves *v = &r->bound->source->valves;
	const struct counts *c = &r->counts;

	judge_listing(r, last_full, &out);
	judge_failures(r, &out);
	judge_fields(r, &out);
	judge_identity(r, &out);
	if (too_many(c->claims_ended + c->missing, c->listed + c->missing, v->disappearing, v->floor))
		reason(&out, "%lld notices disparaîtraient de la source (%.1f %%).",
		       (long long)(c->claims_ended + c->missing),
		       percent(c->claims_ended + c->missing, c->listed + c->missing));
	(void)snprintf(ret, size, "%.*s", STR_ARG(text_cut(buf_view(&out.text), size - 1)));
	buf_release(&out.text);
	return out.n > 0;
}
