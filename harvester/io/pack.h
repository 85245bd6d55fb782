/*
 * io/pack.h - the only home of zstd: the raw bodies of a page in one compressed pack.
 *
 * Layout: "HVP1", u32 number of bodies, u32 × number end offsets in the decoded text, then one zstd frame
 * (big-endian integers). A body is taken out by its slot. Tests: tests/unit/io/test_pack.c,
 * tests/fuzz/fuzz_pack.c.
 */
#ifndef HARVESTER_IO_PACK_H
#define HARVESTER_IO_PACK_H

#include "harvester/base/arena.h"
#include "harvester/base/buf.h"

/* Reused from page to page. Bodies are compressed as they are added: memory does not grow with the page. */
struct pack_writer;
struct pack_writer *pack_writer_new(size_t max_compressed);
void pack_writer_free(struct pack_writer *w);
HV_DEFINE_AUTO(struct pack_writer, pack_writer_free)

int pack_add(struct pack_writer *w, struct str body, struct hv_err *err) HV_CHECK;
size_t pack_count(const struct pack_writer *w);

/* Finish into out (cleared first) and start anew. */
int pack_finish(struct pack_writer *w, struct buf *out, struct hv_err *err) HV_CHECK;

/* Body number slot of a pack; HV_E_PARSE when the pack is damaged, HV_E_LIMIT over max bytes decoded. */
int pack_get(struct str pack, uint32_t slot, size_t max, struct arena *a, struct str *ret,
	     struct hv_err *err) HV_CHECK;

#endif
