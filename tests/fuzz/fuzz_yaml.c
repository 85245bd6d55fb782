/*
 * tests/fuzz/fuzz_yaml.c - any bytes: a tree or a problem, never both missing, and the tree keeps its word
 * (texts end in NUL and hold none, keys are different texts, places are set).
 */
#include "config/yaml.h"
#include "harvester/base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_text(const struct yaml *y)
{
	must(y->text.p && strlen(y->text.p) == y->text.n && text_valid(y->text, &(size_t){ 0 }));
}

static void walk(const struct yaml *y, unsigned depth)
{
	must(depth <= 65 && y->line > 0 && y->column > 0 && y->file);
	if (y->kind == YAML_TEXT)
		check_text(y);
	for (size_t i = 0; i < y->n; i++) {
		if (y->kind == YAML_MAP) {
			check_text(&y->keys[i]);
			if (y->keys[i].text.n && y->n < 100) /* each with each is slow */
				must(yaml_get(y, y->keys[i].text.p) == &y->items[i]);
		}
		walk(&y->items[i], depth + 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	hv_auto(arena_freep) struct arena *a = arena_new((size_t)64 << 20);
	struct problems p;

	if (!a)
		return 0;
	problems_init(&p, a);
	const struct yaml *y = yaml_parse(a, "f", (struct str){ (const char *)data, size }, &p);

	must(y || p.errors > 0);
	if (y)
		walk(y, 0);
	for (size_t i = 0; i < p.n; i++)
		must(text_valid(str_of(p.v[i].text), &(size_t){ 0 }) && !strchr(p.v[i].text, '\n'));
	return 0;
}
