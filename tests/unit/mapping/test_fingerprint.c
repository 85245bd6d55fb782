/*
 * A fingerprint changes with the meaning of a mapping, and with nothing else.
 */
#include "tests/unit/mapping/given.h"

#define BASE                                                                        \
	"mapping: m\nfor: xml\nroot: r\nnamespaces: {x: [u, v]}\nlanguages: [fr]\n" \
	"tables: {t: {map: {a: b, c: d}}}\nnodes: {n: {from: x:e}}\n"               \
	"fields:\n  TECH: {from: a, do: [lookup: t]}\n  TITR: {from: $n/b, join: ' ; '}\n"

static struct sha256 fingerprint(const char *yaml)
{
	struct given g;

	given_begin(&g, 1 << 16);
	given_compile(&g, NULL, yaml);
	ck_assert_msg(g.m != NULL, "%s", given_told(&g));
	struct sha256 h = *mapping_fingerprint(g.m);
	given_end(&g);
	return h;
}

static const char *const same[] = {
	BASE,
	"# a comment\n" BASE "# another\n\n",
	"tables:\n  t:\n    map: {c: d, \"a\": 'b'}\nfor: xml\nmapping: other\ntitle: x\nroot: "
	"\"r\"\nlanguages: fr\n"
	"namespaces: {x: [u, v]}\nnodes: {n: {from: [x:e]}}\n"
	"fields:\n  TITR: {join: ' ; ', from: [$n/b]}\n  TECH: {do: [{lookup: t}], from: a, when_empty: "
	"silent}\n",
	BASE "tests: [{given: x.xml, expect_rejected: no_root}]\n",
	"mapping: m\nfor: xml\nroot: r\nnamespaces: {x: [u, v]}\nlanguages: [fr]\n"
	"tables: {t: {map: {a: b, c: d}}}\nnodes: {n: {from: x:e}}\n"
	"fields:\n  TECH: {from: a, do: [lookup: t], vocabulary: {list: th291}}\n  TITR: {from: $n/b, join: "
	"' ; '}\n",
};

START_TEST(comments_order_tests_and_vocabularies_do_not_count)
{
	struct sha256 base = fingerprint(BASE), other = fingerprint(same[_i]);

	ck_assert(sha256_eq(&base, &other));
}
END_TEST

/* One change each. */
static const char *const changes[][2] = {
	{ "root: r", "root: s" },
	{ "[u, v]", "[u]" },
	{ "languages: [fr]", "languages: []" },
	{ "a: b, c: d", "a: b, c: e" },
	{ "c: d}}", "c: d}, unknown: drop}" },
	{ "{from: x:e}", "{from: x:f}" },
	{ "{from: x:e}", "{from: x:e, where: {from: '@k'}}" },
	{ "from: a,", "from: [a, b]," },
	{ "from: a,", "first_of: [[a], b]," },
	{ "[lookup: t]", "[lookup: t, unique]" },
	{ "' ; '", "','" },
	{ "join: ' ; '", "join: ' ; ', when_empty: erase" },
	{ "from: a,", "each: a, from: .," },
};

START_TEST(every_change_of_meaning_changes_the_fingerprint)
{
	struct sha256 base = fingerprint(BASE);
	hv_auto(buf_release) struct buf b = BUF_INIT(10000);
	const char *base_text = BASE, *at = strstr(base_text, changes[_i][0]);

	ck_assert_ptr_nonnull(at);
	buf_put(&b, BASE, (size_t)(at - base_text));
	buf_puts(&b, changes[_i][1]);
	buf_puts(&b, at + strlen(changes[_i][0]));
	struct sha256 other = fingerprint(buf_cstr(&b));
	ck_assert_msg(!sha256_eq(&base, &other), "%s", buf_cstr(&b));
}
END_TEST

static void add(TCase *t)
{
	tcase_add_loop_test(t, comments_order_tests_and_vocabularies_do_not_count, 0, (int)HV_LEN(same));
	tcase_add_loop_test(t, every_change_of_meaning_changes_the_fingerprint, 0, (int)HV_LEN(changes));
}

int main(void)
{
	return given_run("mapping fingerprint", add);
}
