/*
 * run/convert.c - see convert.h.
 */
#include "harvester/run/convert.h"

struct convert {
	const struct bound *bound;
	struct mapping *own; /* freed here */
	struct mapping *mapping;
	struct hasher *hasher;
	int museo, stat, depo;
};

int convert_new(const struct bound *b, bool own_mapping, struct convert **ret, struct hv_err *err)
{
	hv_auto(convert_freep) struct convert *c = calloc(1, sizeof(*c));

	if (!c)
		return hv_nomem(err, "converter");
	c->bound = b;
	c->mapping = b->mapping;
	c->hasher = hasher_new();
	c->museo = field_find(STR("MUSEO"));
	c->stat = field_find(STR("STAT"));
	c->depo = field_find(STR("DEPO"));
	if (!c->hasher)
		return hv_nomem(err, "hasher");
	if (own_mapping) {
		hv_auto(arena_freep) struct arena *a = arena_new(1u << 20);
		struct problems p;

		if (!a)
			return hv_nomem(err, "mapping");
		problems_init(&p, a);
		if (mapping_load(b->config, b->source->mapping, &p, &c->own, err) < 0)
			return err->code;
		if (!c->own)
			return problems_err(&p, err);
		c->mapping = c->own;
	}
	*ret = hv_take(c);
	return 0;
}

void convert_free(struct convert *c)
{
	if (!c)
		return;
	hasher_free(c->hasher);
	mapping_free(c->own);
	free(c);
}

struct mapping *convert_mapping(struct convert *c)
{
	return c->mapping;
}

struct sha256 convert_hash(struct convert *c, const struct record *r)
{
	hasher_begin(c->hasher);
	hasher_add(c->hasher, r->body);
	for (size_t i = 0; c->bound->sets_matter && i < r->n_sets; i++) {
		hasher_add(c->hasher, (struct str){ "\0", 1 });
		hasher_add(c->hasher, r->sets[i]);
	}
	return hasher_end(c->hasher);
}

/* A set includes its subsets: "arts" speaks for "arts:dessins" (OAI-PMH 2.0 §2.6). */
static bool in_set(const struct record *r, struct str set)
{
	for (size_t i = 0; i < r->n_sets; i++)
		if (str_starts(r->sets[i], set) && (r->sets[i].n == set.n || r->sets[i].p[set.n] == ':'))
			return true;
	return false;
}

static void fill_defaults(const struct convert *c, const struct record *r, struct claim *claim)
{
	bool deposit = c->depo >= 0 && claim->values[c->depo].n > 0;

	for (size_t i = 0; i < c->bound->n_defaults; i++) {
		const struct bound_default *d = &c->bound->defaults[i];

		if (claim->kind[d->field] != CLAIM_SILENT || (d->set.p && !in_set(r, d->set)))
			continue;
		if (deposit && d->field == c->stat)
			continue; /* it would speak of the wrong owner */
		claim->values[d->field] = d->values;
		claim->kind[d->field] = d->values.n ? CLAIM_VALUE : CLAIM_EMPTY;
		claim->is_default[d->field] = true;
	}
}

/* A value that was not understood does not wipe out the one that was: the former claim's stays. */
static int keep_former(struct arena *a, struct str former, struct claim *claim, struct hv_err *err)
{
	struct claim old;

	if (!former.p)
		return 0;
	if (claim_read(a, former, &old, err) < 0)
		return hv_wrap(err, "former claim");
	for (size_t f = 0; f < n_fields; f++)
		if (claim->failed[f] && claim->kind[f] == CLAIM_SILENT && old.kind[f] != CLAIM_SILENT &&
		    !old.is_default[f]) {
			claim->kind[f] = old.kind[f];
			claim->values[f] = old.values[f];
		}
	return 0;
}

static int refuse(struct converted *ret, const char *code, size_t field, struct str reason,
		  struct hv_err *err)
{
	if (!reason.p)
		return hv_nomem(err, "refusal");
	ret->rejected = code;
	ret->field = fields[field].code;
	ret->reason = reason;
	return 0;
}

static struct str printed(char *text)
{
	return str_of(text);
}

static int check_mandatory(struct arena *a, struct converted *ret, struct hv_err *err)
{
	const struct claim *c = &ret->mapped.claim;

	for (size_t f = 0; f < n_fields; f++) {
		if (!fields[f].mandatory || c->values[f].n || strcmp(fields[f].code, "REF") == 0)
			continue;
		if (c->failed[f])
			return refuse(
				ret, "mandatory_not_understood", f,
				printed(arena_printf(
					a,
					"%s (%s) : la valeur donnée n’a pas été comprise et ce champ est "
					"obligatoire. À corriger dans la base source.",
					fields[f].label, fields[f].code)),
				err);
		return refuse(ret, "mandatory_missing", f,
			      printed(arena_printf(
				      a,
				      "%s (%s) absent : ce champ est obligatoire et ni la notice ni la "
				      "configuration de la source ne le donnent.",
				      fields[f].label, fields[f].code)),
			      err);
	}
	return 0;
}

static int check_museum(const struct convert *c, struct arena *a, struct converted *ret, struct hv_err *err)
{
	struct str museo = ret->mapped.claim.values[c->museo].v[0];
	hv_auto(buf_release) struct buf allowed = BUF_INIT(4096);

	for (size_t i = 0; i < c->bound->museums.n; i++) {
		if (str_eq(c->bound->museums.v[i], museo))
			return 0;
		buf_printf(&allowed, "%s%.*s", i ? ", " : "", STR_ARG(c->bound->museums.v[i]));
	}
	return refuse(ret, "museum_not_allowed", (size_t)c->museo,
		      printed(arena_printf(
			      a,
			      "Code Muséofile %.*s : cette source ne peut écrire que pour %s. Si l’objet est "
			      "bien à vous, corrigez le code dans la base source.",
			      STR_ARG(museo), buf_cstr(&allowed))),
		      err);
}

int convert_record(struct convert *c, const struct record *r, struct str former, bool explain,
		   struct arena *a, struct converted *ret, struct hv_err *err)
{
	struct mapping_options o = { .explain = explain };

	memset(ret, 0, sizeof(*ret));
	ret->field = "";
	if (r->fault) {
		ret->rejected = r->fault;
		ret->reason = r->fault_reason;
		return 0;
	}
	if (mapping_apply(c->mapping, r->body, &o, a, &ret->mapped, err) < 0)
		return err->code;
	if (ret->mapped.rejected) {
		ret->rejected = ret->mapped.rejected;
		ret->field = ret->mapped.rejected_field < n_fields && strstr(ret->rejected, "_missing")
				     ? fields[ret->mapped.rejected_field].code
				     : "";
		ret->reason = ret->mapped.reason;
		return 0;
	}
	if (keep_former(a, former, &ret->mapped.claim, err) < 0)
		return err->code;
	fill_defaults(c, r, &ret->mapped.claim);
	if (check_mandatory(a, ret, err) < 0)
		return err->code;
	return ret->rejected ? 0 : check_museum(c, a, ret, err);
}
