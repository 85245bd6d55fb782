/*
 * Tests of model/claim.c: equal claims have equal text, and a text read is the claim that was written.
 */
#include "harvester/model/claim.h"

#include "tests/support/suite.h"

static struct arena *arena;

static const char *written(const struct claim *c)
{
	static struct buf b = BUF_INIT(1u << 20);

	buf_clear(&b);
	claim_write(&b, c);
	ck_assert(!b.failed);
	return buf_cstr(&b);
}

static void reads(const char *text, struct claim *ret)
{
	struct hv_err err = { 0 };

	if (!arena)
		arena = arena_new(64u << 20);
	ck_assert_msg(claim_read(arena, str_of(text), ret, &err) == 0, "%s", err.text);
}

static void same_again(const char *text)
{
	struct claim c;

	reads(text, &c);
	ck_assert_str_eq(written(&c), text);
}

START_TEST(canonical_texts_are_read_and_written_unchanged)
{
	static const char *const texts[] = {
		"{}",
		"{\"scope\":\"museum\"}",
		"{\"INV\":[\"1.2\"]}",
		"{\"DESC\":[]}",
		"{\"DESC\":[],\"scope\":\"museum\"}",
		"{\"failed\":[\"MILL\"]}",
		"{\"failed\":[\"MILL\"],\"scope\":\"museum\"}",
		"{\"AUTR\":[\"MERCIER Jeanne "
		"(peintre)\"],\"DENO\":[\"toile\"],\"DOMN\":[\"peinture\"],\"INV\":"
		"[\"1923.4.12\"],\"MILL\":[\"1853\"],\"MUSEO\":[\"M9871\"],\"STAT\":[\"propriété de la "
		"commune\"],"
		"\"TITR\":[\"Le Pont de pierre\"],\"default\":[\"DOMN\",\"MUSEO\",\"STAT\"]}",
		"{\"DENO\":[\"a\",\"b\",\"\"],\"default\":[\"DENO\"],\"failed\":[\"INV\",\"TITR\"]}",
		"{\"DESC\":[\"\\\"guillemets\\\" \\\\ et\\ttab\\nligne \\u0001\"]}",
		"{\"DESC\":[\"œuvre d’Éloïse — 𝄞\"]}",
	};

	for (size_t i = 0; i < HV_LEN(texts); i++)
		same_again(texts[i]);
}
END_TEST

START_TEST(order_and_blanks_of_what_is_read_do_not_matter)
{
	struct claim c;

	reads(" { \"failed\" : [\"TITR\"] , \"INV\":[ \"1\" ], \"scope\":\"museum\", \"DENO\":[ ] "
	      ",\"default\":[\"INV\"]}",
	      &c);
	ck_assert_str_eq(written(&c), "{\"DENO\":[],\"INV\":[\"1\"],\"default\":[\"INV\"],\"failed\":["
				      "\"TITR\"],\"scope\":\"museum\"}");
	ck_assert(c.museum_scope);
	ck_assert_int_eq(c.kind[field_find(STR("DENO"))], CLAIM_EMPTY);
	ck_assert_int_eq(c.kind[field_find(STR("TITR"))], CLAIM_SILENT);
}
END_TEST

START_TEST(what_is_no_claim_of_this_program_is_refused_with_its_reason)
{
	static const char *const bad[] = {
		"",
		"[]",
		"null",
		"\"x\"",
		"{\"XYZ\":[\"1\"]}",
		"{\"INV\":1}",
		"{\"INV\":\"1\"}",
		"{\"INV\":[1]}",
		"{\"INV\":[null]}",
		"{\"INV\":[[\"1\"]]}",
		"{\"INV\":null}",
		"{\"default\":[\"XYZ\"]}",
		"{\"failed\":[1]}",
		"{\"INV\":[\"1\"]",
		"{\"INV\":[\"1\"]} x",
		"{\"autr\":[]}",
		"{\"INV\":[\"\xff\"]}",
	};

	arena = arena_new(1u << 20);
	for (size_t i = 0; i < HV_LEN(bad); i++) {
		struct hv_err err = { 0 };
		struct claim c;

		ck_assert_msg(claim_read(arena, str_of(bad[i]), &c, &err) < 0, "%s", bad[i]);
		ck_assert_uint_gt(strlen(err.text), 0);
	}
}
END_TEST

static unsigned state = 20270302;

static unsigned any(unsigned n)
{
	state = state * 1664525u + 1013904223u;
	return (state >> 8) % n;
}

static struct str any_text(void)
{
	static const char *const parts[] = { "a", "é",      "\"", "\\", "\n", " ",    "œ",
					     "’", "1923.4", "]",  ",",  "𝄞",  "\x7f", "\x1f" };
	struct buf b = BUF_INIT(256);

	for (unsigned i = any(6); i; i--)
		buf_puts(&b, parts[any(HV_LEN(parts))]);
	struct str s = arena_str(arena, buf_view(&b));
	buf_release(&b);
	return s;
}

START_TEST(any_claim_survives_writing_and_reading)
{
	arena = arena_new(64u << 20);
	for (int round = 0; round < 2000; round++) {
		struct claim c = { .museum_scope = any(2) }, back;
		char first[65536];

		arena_reset(arena);
		for (size_t f = 0; f < n_fields; f++) {
			struct str *v = arena_array(arena, 3, sizeof(*v));

			ck_assert_ptr_nonnull(v);
			for (size_t i = 0; i < 3; i++)
				v[i] = any_text();
			c.kind[f] = (uint8_t)any(3);
			c.values[f] = (struct values){ v, c.kind[f] == CLAIM_VALUE ? 1 + any(3) : 0 };
			c.is_default[f] = any(4) == 0;
			c.failed[f] = any(5) == 0;
		}
		(void)snprintf(first, sizeof(first), "%s", written(&c));
		reads(first, &back);
		ck_assert_str_eq(written(&back), first);
		for (size_t f = 0; f < n_fields; f++) {
			ck_assert_int_eq(back.kind[f], c.kind[f]);
			ck_assert(values_eq(back.values[f], c.values[f]));
			ck_assert_int_eq(back.is_default[f], c.is_default[f]);
			ck_assert_int_eq(back.failed[f], c.failed[f]);
		}
		ck_assert_int_eq(back.museum_scope, c.museum_scope);
	}
}
END_TEST

START_TEST(a_buffer_that_is_full_fails_and_is_not_read_beyond)
{
	struct claim c;

	reads("{\"DESC\":[\"0123456789\"],\"default\":[\"DESC\"],\"failed\":[\"INV\"],\"scope\":\"museum\"}",
	      &c);
	for (size_t max = 1; max < 70; max++) {
		struct buf b = BUF_INIT(max);

		claim_write(&b, &c);
		ck_assert(b.failed);
		buf_release(&b);
	}
}
END_TEST

SUITE("claim", canonical_texts_are_read_and_written_unchanged, order_and_blanks_of_what_is_read_do_not_matter,
      what_is_no_claim_of_this_program_is_refused_with_its_reason, any_claim_survives_writing_and_reading,
      a_buffer_that_is_full_fails_and_is_not_read_beyond)
