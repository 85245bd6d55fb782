/*
 * fuzz_pack.c - any bytes as a pack, its first and later slots taken out: text or a failure, never a crash.
 */
#include "harvester/io/pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t slots[] = { 0, 1, 2, 99 };
	struct arena *a = arena_new(1u << 20);
	struct hv_err err = { 0 };

	for (size_t i = 0; a && i < HV_LEN(slots); i++) {
		struct str body;

		if (pack_get((struct str){ (const char *)data, size }, slots[i], 1u << 18, a, &body, &err) <
		    0)
			continue;
		if (!body.p || body.p[body.n] != '\0')
			abort();
	}
	arena_free(a);
	return 0;
}
