/*
 * connectors/example/lines.c - one line, one record.
 *
 * A line that cannot be used is a record with a fault, not a failure: one bad record costs one record.
 * Tests: tests/unit/connectors/test_conformance_example.c, tests/fuzz/fuzz_example_line.c.
 */
#include "connectors/example/lines.h"

#include "harvester/base/text.h"

/* The text up to the next tab; *rest is what comes behind it, its p NULL when there was no tab. */
static struct str column(struct str *rest)
{
	const char *tab = rest->p && rest->n ? memchr(rest->p, '\t', rest->n) : NULL;
	struct str s = { rest->p, tab ? (size_t)(tab - rest->p) : rest->n };

	*rest = tab ? str_from(*rest, s.n + 1) : STR_NONE;
	return str_trim(s);
}

static void fault(struct record *r, const char *word, struct arena *a, uint64_t number, const char *why)
{
	r->fault = word;
	r->body = STR_NONE;
	r->fault_reason =
		str_of(arena_printf(a, "Ligne %llu du fichier : %s.", (unsigned long long)number, why));
}

void example_line(struct str line, uint64_t number, struct arena *a, struct record *ret)
{
	struct str rest = line, id = column(&rest), stamp = column(&rest), status = column(&rest);

	*ret = (struct record){ .external_id = id, .datestamp = stamp, .body = str_trim(rest) };
	ret->deleted = str_is(status, "deleted");
	if (ret->deleted)
		ret->body = STR_NONE;
	if (!text_valid(line, NULL)) {
		ret->external_id = ret->datestamp = STR("");
		fault(ret, "bad_text", a, number, "le texte n'est pas en UTF-8");
	} else if (id.n == 0) {
		struct str body = ret->body;

		ret->external_id = STR("");
		fault(ret, "no_identifier", a, number, "la première colonne (identifiant) est vide");
		ret->body = body; /* all there is to know it by */
	} else if (!ret->deleted && ret->body.n == 0) {
		fault(ret, "no_metadata", a, number, "la quatrième colonne (notice en XML) est vide");
	}
}
