/*
 * io/pack.h - the only home of zstd: the raw bodies of a page in one compressed pack.
 *
 * Layout: "HVP1", u32 number of bodies, u32 × number end offsets in the decoded text, then one zstd frame
 * (big-endian integers). A body is taken out by its slot. All offsets together stay under 4 GiB. Tests:
 * tests/unit/io/test_pack.c, tests/fuzz/fuzz_pack.c.
 */
#ifndef HARVESTER_IO_PACK_H
#define HARVESTER_IO_PACK_H

#include "harvester/base/arena.h"
#include "harvester/base/buf.h"

/*
 * Reused from page to page. Bodies are compressed as they are added: only the compressed form is kept, and a
 * pack of more than max_compressed bytes (header and offsets counted) is refused. NULL: memory is out.
 */
struct pack_writer;
struct pack_writer *pack_writer_new(size_t max_compressed);
void pack_writer_free(struct pack_writer *w);
HV_DEFINE_AUTO(struct pack_writer, pack_writer_free)

/* HV_E_LIMIT when the pack grows over its ceiling; the failure sticks until pack_finish. */
int pack_add(struct pack_writer *w, struct str body, struct hv_err *err) HV_CHECK;

/* Bodies since the last pack_finish: the slot of the next one. */
size_t pack_count(const struct pack_writer *w);

/* Finish into out (cleared first) and start anew, also after a failure. */
int pack_finish(struct pack_writer *w, struct buf *out, struct hv_err *err) HV_CHECK;

/*
 * Body number slot (from 0) of a pack, NUL-terminated in the arena. What lies before it is decoded and thrown
 * away, what lies behind it is not looked at. HV_E_PARSE when the pack is damaged, HV_E_NOTFOUND when it has
 * no such slot, HV_E_LIMIT when the body has more than max bytes, HV_E_NOMEM when the arena is full.
 */
int pack_get(struct str pack, uint32_t slot, size_t max, struct arena *a, struct str *ret,
	     struct hv_err *err) HV_CHECK;

#endif
