/*
 * fuzz_progress.c - what a child writes: any bytes, in pieces of any size, give lines within their ceiling
 * and progress only where there is some. The first byte is the size of a piece.
 */
#include "scheduler/child.h"
#include "scheduler/lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void each(void *ctx, struct str s, bool cut)
{
	struct progress p;

	if (s.n > LINE_CEILING)
		abort();
	if (progress_parse(s, &p) &&
	    (p.done < 0 || p.expected < -1 || p.run < 0 || strlen(p.state) >= sizeof(p.state)))
		abort();
	*(size_t *)ctx += cut;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lines lines = { .n = 0 };
	size_t piece = size ? data[0] + 1u : 1, cut = 0;
	int64_t now, most;

	for (size_t i = 1; i < size; i += piece)
		lines_feed(&lines, (const char *)data + i, size - i < piece ? size - i : piece, each, &cut);
	lines_end(&lines, each, &cut);
	if (lines.n || lines.cut)
		abort();
	(void)child_status_parse((struct str){ (const char *)data, size }, &now, &most);
	return 0;
}
