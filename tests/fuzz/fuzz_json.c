/*
 * fuzz_json.c - any bytes to json_parse; what is accepted is written and must be read again as the same text.
 */
#include "harvester/base/buf.h"
#include "harvester/io/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(16u << 20);
	struct hv_err err = { 0 };
	struct buf first = BUF_INIT(8u << 20), second = BUF_INIT(8u << 20);
	struct json v;

	if (a && json_parse(a, (struct str){ (const char *)data, size }, &v, &err) == 0) {
		json_write(&first, &v);
		arena_reset(a);
		if (!first.failed) {
			if (json_parse(a, buf_view(&first), &v, &err) < 0)
				abort();
			json_write(&second, &v);
			if (!str_eq(buf_view(&first), buf_view(&second)))
				abort();
		}
	}
	buf_release(&first);
	buf_release(&second);
	arena_free(a);
	return 0;
}
