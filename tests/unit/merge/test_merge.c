/*
 * Tests of merge/merge.c: a worked example, and the invariants as properties of random claims.
 */
#include "harvester/merge/merge.h"

#include "tests/support/suite.h"

static struct arena *arena;

static struct claim *claim(const char *text)
{
	struct hv_err err = { 0 };

	if (!arena)
		arena = arena_new(256u << 20);
	struct claim *c = arena_alloc(arena, sizeof(*c));
	ck_assert_ptr_nonnull(c);
	ck_assert_msg(claim_read(arena, str_of(text), c, &err) == 0, "%s", err.text);
	return c;
}

static struct merge_claim says(const char *source, int64_t rank, const char *text)
{
	return (struct merge_claim){ .source = str_of(source), .rank = rank, .claim = claim(text) };
}

static struct merged merged(const struct merge_claim *c, size_t n)
{
	struct hv_err err = { 0 };
	struct merged m;

	ck_assert_msg(merge(arena, c, n, &m, &err) == 0, "%s", err.text);
	return m;
}

static const char *document(const struct merged *m)
{
	static struct buf b = BUF_INIT(1u << 20);

	buf_clear(&b);
	notice_write(&b, &m->notice);
	return buf_cstr(&b);
}

static int origin(const struct merged *m, const char *code)
{
	const uint8_t *o = m->origin[field_find(str_of(code))];

	return o ? o[0] : -1;
}

#define OAI                                                                                                   \
	"{\"AUTR\":[\"MERCIER Jeanne (peintre)\"],\"DENO\":[\"toile\"],\"DOMN\":[\"peinture\"],\"INV\":"      \
	"[\"1923.4.12\"],\"MILL\":[\"1853\"],\"MUSEO\":[\"M9871\"],\"STAT\":[\"propriété de la commune\"]," \
	"\"TITR\":[\"Le Pont de pierre\"],\"default\":[\"DOMN\",\"MUSEO\",\"STAT\"]}"
#define MUSEUM                                                                                                 \
	"{\"AUTR\":[\"MERCIER Jeanne\"],\"DENO\":[\"peinture\"],\"DESC\":[\"Vue prise de la rive "             \
	"gauche.\"],"                                                                                          \
	"\"DOMN\":[\"peinture\"],\"INV\":[\"1923.4.12\"],\"MUSEO\":[\"M9871\"],\"STAT\":[\"propriété de la " \
	"commune\",\"don\"],\"TITR\":[\"Pont de pierre (Le)\"],\"scope\":\"museum\"}"

START_TEST(the_bridge_of_valombreuse_is_merged_as_in_the_example)
{
	struct merge_claim c[] = { says("valombreuse-oai", 60, OAI), says("musee/M9871", 50, MUSEUM) };
	struct merged m = merged(c, 2);

	ck_assert_str_eq(document(&m),
			 "{\"AUTR\":[\"MERCIER Jeanne (peintre)\"],\"DENO\":[\"toile\"],\"DESC\":[\"Vue "
			 "prise de la rive "
			 "gauche.\"],\"DOMN\":[\"peinture\"],\"INV\":[\"1923.4.12\"],\"MILL\":[\"1853\"],"
			 "\"MUSEO\":[\"M9871\"],"
			 "\"STAT\":[\"propriété de la commune\",\"don\"],\"TITR\":[\"Le Pont de pierre\"]}");
	ck_assert_int_eq(origin(&m, "AUTR"), 0);
	ck_assert_int_eq(origin(&m, "DESC"), 1);
	ck_assert_int_eq(origin(&m, "STAT"), 1);
	ck_assert_int_eq(origin(&m, "DOMN"), 1);
	ck_assert_int_eq(origin(&m, "MILL"), 0);
	/* Empty on purpose, in the museum's scope. */
	ck_assert_int_eq(m.emptied_by[field_find(STR("BIBL"))], 1);
	ck_assert_int_eq(m.emptied_by[field_find(STR("WWW"))], ORIGIN_NONE);
}
END_TEST

START_TEST(an_empty_list_of_the_higher_rank_is_an_opinion_and_silence_is_none)
{
	struct merge_claim c[] = { says("a", 2, "{\"DESC\":[]}"),
				   says("b", 1, "{\"DESC\":[\"x\"],\"TITR\":[\"t\"]}") };
	struct merged m = merged(c, 2);

	ck_assert_str_eq(document(&m), "{\"TITR\":[\"t\"]}");
	ck_assert_int_eq(m.emptied_by[field_find(STR("DESC"))], 0);
	c[0].rank = 0;
	m = merged(c, 2);
	ck_assert_str_eq(document(&m), "{\"DESC\":[\"x\"],\"TITR\":[\"t\"]}");
}
END_TEST

START_TEST(a_default_of_whatever_rank_never_beats_a_real_value)
{
	struct merge_claim c[] = { says("a", 1000000, "{\"DOMN\":[\"peinture\"],\"default\":[\"DOMN\"]}"),
				   says("b", -5, "{\"DOMN\":[\"dessin\"]}"),
				   says("c", 7, "{\"DOMN\":[\"estampe\"],\"default\":[\"DOMN\"]}") };
	struct merged m = merged(c, 3);

	ck_assert_str_eq(document(&m), "{\"DOMN\":[\"dessin\"]}");
	ck_assert(!m.is_default[field_find(STR("DOMN"))]);
	struct merge_claim only[] = { c[2], c[0] };
	m = merged(only, 2);
	ck_assert_str_eq(document(&m), "{\"DOMN\":[\"peinture\"]}");
	ck_assert(m.is_default[field_find(STR("DOMN"))]);
}
END_TEST

START_TEST(a_value_that_failed_without_a_former_one_does_not_empty_the_field_for_others)
{
	struct merge_claim c[] = { says("a", 9, "{\"failed\":[\"TITR\"],\"scope\":\"museum\"}"),
				   says("b", 1, "{\"TITR\":[\"t\"]}") };
	struct merged m = merged(c, 2);

	ck_assert_str_eq(document(&m), "{\"TITR\":[\"t\"]}");
}
END_TEST

START_TEST(union_fields_hold_what_any_source_holds_once_in_order_of_rank)
{
	struct merge_claim c[] = { says("a", 1, "{\"WWW\":[\"u\",\"v\"]}"),
				   says("b", 3, "{\"WWW\":[\"w\",\"u\"]}"), says("c", 2, "{\"WWW\":[]}"),
				   says("d", 4, "{\"scope\":\"museum\"}") };
	struct merged m = merged(c, 4);

	ck_assert_str_eq(document(&m), "{\"WWW\":[\"w\",\"u\",\"v\"]}");
	const uint8_t *o = m.origin[field_find(STR("WWW"))];
	ck_assert_int_eq(o[0], 1);
	ck_assert_int_eq(o[1], 1);
	ck_assert_int_eq(o[2], 0);
}
END_TEST

START_TEST(two_records_of_one_source_on_one_notice_lose_no_value_of_a_union)
{
	struct merge_claim c[] = { says("a", 1, "{\"TITR\":[\"un\"],\"WWW\":[\"u\"]}"),
				   says("a", 1, "{\"TITR\":[\"deux\"],\"WWW\":[\"v\"]}") };
	struct merged m = merged(c, 2);

	ck_assert_str_eq(document(&m), "{\"TITR\":[\"un\"],\"WWW\":[\"u\",\"v\"]}");
}
END_TEST

START_TEST(links_and_derived_fields_have_no_way_in)
{
	struct merge_claim c[] = { says(
		"a", 1,
		"{\"DMAJ\":[\"2027-01-01\"],\"REFPAL\":[\"PM1\"],\"REGION\":[\"x\"],\"TITR\":[\"t\"]}") };
	struct merged m = merged(c, 1);

	ck_assert_str_eq(document(&m), "{\"TITR\":[\"t\"]}");
}
END_TEST

START_TEST(no_claims_make_an_empty_notice_and_too_many_are_refused)
{
	static struct merge_claim many[300];
	struct hv_err err = { 0 };
	struct claim *c = claim("{\"TITR\":[\"t\"]}");
	struct merged m = merged(NULL, 0);

	ck_assert_str_eq(document(&m), "{}");
	for (size_t i = 0; i < HV_LEN(many); i++)
		many[i] = (struct merge_claim){ .source = STR("s"), .rank = (int64_t)i, .claim = c };
	m = merged(many, ORIGIN_NONE - 1);
	ck_assert_int_eq(origin(&m, "TITR"), ORIGIN_NONE - 2);
	ck_assert_int_eq(merge(arena, many, ORIGIN_NONE, &m, &err), HV_E_LIMIT);
}
END_TEST

static unsigned state = 5;

static unsigned any(unsigned n)
{
	state = state * 1664525u + 1013904223u;
	return (state >> 8) % n;
}

static struct merge_claim any_claim(unsigned i)
{
	static const char *const names[] = { "a", "b", "c", "d", "e" };
	static const char *const words[] = { "rouge", "vert", "bleu" };
	struct claim *c = arena_alloc(arena, sizeof(*c));

	ck_assert_ptr_nonnull(c);
	c->museum_scope = any(3) == 0;
	for (size_t f = 0; f < n_fields; f++) {
		struct str *v = arena_array(arena, 2, sizeof(*v));

		ck_assert_ptr_nonnull(v);
		v[0] = str_of(words[any(3)]);
		v[1] = str_of(words[any(3)]);
		c->kind[f] = (uint8_t)any(3);
		c->values[f] =
			(struct values){ v,
					 c->kind[f] == CLAIM_VALUE ? (fields[f].multi ? 1 + any(2) : 1) : 0 };
		c->is_default[f] = c->kind[f] == CLAIM_VALUE && any(3) == 0;
		c->failed[f] = any(6) == 0;
	}
	return (struct merge_claim){ .source = str_of(names[i]), .rank = any(3), .claim = c };
}

static bool held(const struct claim *c, size_t f, struct str value)
{
	for (size_t i = 0; i < c->values[f].n; i++)
		if (str_eq(c->values[f].v[i], value))
			return true;
	return false;
}

START_TEST(whatever_sources_say_order_does_not_matter_and_every_value_has_its_origin)
{
	claim("{}");
	for (int round = 0; round < 500; round++) {
		struct merge_claim c[5], turned[5];
		unsigned n = 1 + any(5);
		char first[65536];

		arena_reset(arena);
		for (unsigned i = 0; i < n; i++)
			c[i] = any_claim(i);
		struct merged m = merged(c, n);
		(void)snprintf(first, sizeof(first), "%s", document(&m));
		for (size_t f = 0; f < n_fields; f++) {
			struct values v = m.notice.values[f];

			for (size_t i = 0; i < v.n; i++) {
				ck_assert_uint_lt(m.origin[f][i], n);
				ck_assert(held(c[m.origin[f][i]].claim, f, v.v[i]));
			}
			for (unsigned i = 0; i < n && fields[f].policy == POLICY_RANKED && m.is_default[f];
			     i++)
				ck_assert(c[i].claim->kind[f] == CLAIM_SILENT || c[i].claim->is_default[f]);
			if (fields[f].policy == POLICY_DERIVED || fields[f].policy == POLICY_PROTECTED)
				ck_assert_uint_eq(v.n, 0);
			for (unsigned i = 0; i < n && fields[f].policy == POLICY_UNION; i++)
				for (size_t k = 0; k < c[i].claim->values[f].n; k++) {
					bool there = false;

					for (size_t j = 0; j < v.n; j++)
						there |= str_eq(v.v[j], c[i].claim->values[f].v[k]);
					ck_assert(there);
				}
		}
		for (unsigned turn = 1; turn < n; turn++) {
			for (unsigned i = 0; i < n; i++)
				turned[i] = c[(i + turn) % n];
			m = merged(turned, n);
			ck_assert_str_eq(document(&m), first);
		}
		/* What came out, said again by one source alone, comes out again. */
		struct claim *same = arena_alloc(arena, sizeof(*same));
		ck_assert_ptr_nonnull(same);
		for (size_t f = 0; f < n_fields; f++) {
			same->values[f] = m.notice.values[f];
			same->kind[f] = m.notice.values[f].n ? CLAIM_VALUE : CLAIM_SILENT;
		}
		m = merged(&(struct merge_claim){ .source = STR("z"), .claim = same }, 1);
		ck_assert_str_eq(document(&m), first);
	}
}
END_TEST

SUITE("merge", the_bridge_of_valombreuse_is_merged_as_in_the_example,
      an_empty_list_of_the_higher_rank_is_an_opinion_and_silence_is_none,
      a_default_of_whatever_rank_never_beats_a_real_value,
      a_value_that_failed_without_a_former_one_does_not_empty_the_field_for_others,
      union_fields_hold_what_any_source_holds_once_in_order_of_rank,
      two_records_of_one_source_on_one_notice_lose_no_value_of_a_union,
      links_and_derived_fields_have_no_way_in, no_claims_make_an_empty_notice_and_too_many_are_refused,
      whatever_sources_say_order_does_not_matter_and_every_value_has_its_origin)
