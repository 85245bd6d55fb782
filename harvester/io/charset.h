/*
 * io/charset.h - the bytes of an XML page, in whatever encoding they are, to a UTF-8 stream, chunk by chunk.
 *
 * The encoding is found as XML 1.0 appendix F finds it: a byte order mark, else the shape of the first bytes
 * (UTF-16), else the XML declaration, else UTF-8. White space before the declaration, which XML forbids and
 * servers send, is left out, and so is the byte order mark. UTF-8 passes through untouched and unchecked: the
 * parser checks it. The declaration itself passes too and still names the old encoding, which io/xml ignores.
 *
 * What it refuses: to repair. Bytes that their encoding does not know are an error with their place. A filter
 * that repairs (invalid bytes, a bare &) belongs between this one's output and xml_stream_feed: it is a
 * charset_out that hands on to the next. Tests: tests/unit/io/test_charset.c, tests/fuzz/fuzz_charset.c.
 */
#ifndef HARVESTER_IO_CHARSET_H
#define HARVESTER_IO_CHARSET_H

#include "harvester/base/err.h"
#include "harvester/base/str.h"

/* Gets UTF-8, in pieces of any size. A negative answer ends the work and is handed back; fill err then. */
typedef int charset_out(struct str utf8, void *ctx, struct hv_err *err);

struct charset;

/* One per page. NULL when memory is out. */
struct charset *charset_new(charset_out *out, void *ctx);
void charset_free(struct charset *c);
HV_DEFINE_AUTO(struct charset, charset_free)

/*
 * The next bytes. Up to 1 kB at the beginning is kept back until the encoding is known. HV_E_PARSE: an
 * unknown encoding, or bytes that are not in it ("byte 17: 0x81 is not windows-1252").
 */
int charset_feed(struct charset *c, struct str bytes, struct hv_err *err) HV_CHECK;

/* No more bytes: hands out what was kept back. HV_E_PARSE when the last character is not whole. */
int charset_end(struct charset *c, struct hv_err *err) HV_CHECK;

/* "UTF-8", "UTF-16LE", "ISO-8859-1" …: as written here or in the declaration; "" while not known. */
const char *charset_name(const struct charset *c);

#endif
