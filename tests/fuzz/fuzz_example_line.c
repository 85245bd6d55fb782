/*
 * fuzz_example_line.c - any bytes as a line of the example connector.
 */
#include "connectors/example/lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	hv_auto(arena_freep) struct arena *a = arena_new(1 << 20);
	struct record r;

	if (!a)
		return 0;
	example_line((struct str){ (const char *)data, size }, 1, a, &r);
	/* Usable means: an identifier, and a body or the word that it is gone. */
	if (!r.fault && (r.external_id.n == 0 || (r.body.n == 0) != r.deleted))
		abort();
	return 0;
}
