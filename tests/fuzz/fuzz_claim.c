/*
 * fuzz_claim.c - any bytes as a claim and as a notice: what is read is written in one form only, and merges.
 */
#include "harvester/merge/merge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same_when_read_again(struct arena *a, const struct claim *c)
{
	hv_auto(buf_release) struct buf first = BUF_INIT(64u << 20), second = BUF_INIT(64u << 20);
	static struct claim again;

	claim_write(&first, c);
	if (first.failed)
		return;
	int r = claim_read(a, buf_view(&first), &again, NULL);
	if (r == HV_E_NOMEM || arena_failed(a))
		return;
	if (r < 0)
		abort();
	claim_write(&second, &again);
	if (!str_eq(buf_view(&first), buf_view(&second)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	hv_auto(arena_freep) struct arena *a = arena_new(64u << 20);
	struct str text = { (const char *)data, size };
	static struct claim c;
	static struct notice n;
	static struct merged m;

	if (!a)
		return 0;
	if (claim_read(a, text, &c, NULL) == 0) {
		same_when_read_again(a, &c);
		(void)!merge(a, &(struct merge_claim){ .source = STR("x"), .claim = &c }, 1, &m, NULL);
	}
	(void)!notice_read(a, text, &n, NULL);
	return 0;
}
