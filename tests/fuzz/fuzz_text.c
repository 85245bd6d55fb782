/*
 * fuzz_text.c - any bytes through base/text: results stay valid UTF-8 where the input was, and doing the same
 * twice changes nothing more.
 */
#include "harvester/base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void twice(struct arena *a, struct str s, bool valid, struct str (*fn)(struct arena *, struct str))
{
	struct str once = fn(a, s);
	struct str again = fn(a, once);

	if (arena_failed(a))
		return;
	if (valid && (!text_valid(once, NULL) || !str_eq(once, again)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(32u << 20);
	struct str s = { (const char *)data, size };
	size_t at = 0, n = 0;

	if (!a)
		return 0;
	bool valid = text_valid(s, NULL);
	while (at < s.n) {
		(void)text_next(s, &at);
		n++;
	}
	if (at != s.n || (valid && n != text_length(s)))
		abort();
	twice(a, s, valid, text_nfc);
	twice(a, s, valid, text_squeeze);
	twice(a, s, valid, text_fold);
	if (valid && (!text_valid(text_upper(a, s), NULL) || !text_valid(text_lower(a, s), NULL)))
		abort();
	(void)text_distance(s, STR("base_url"), 3);
	arena_free(a);
	return 0;
}
