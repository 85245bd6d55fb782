/*
 * page.c - see page.h.
 */
#include "tests/support/provider/page.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
/* zlib declares its input const only when asked to */
#define ZLIB_CONST
#include <zlib.h>

#define RAW_DEFLATE (-15)
#define GZIP (15 + 16)

/* Compresses bytes into out; the stream stays usable until flush is Z_FINISH. */
static bool squeeze(z_stream *z, const void *bytes, size_t len, int flush, struct pv_text *out)
{
	unsigned char chunk[32768];
	int r;

	if (len > UINT_MAX)
		return false;
	z->next_in = bytes;
	z->avail_in = (uInt)len;
	do {
		z->next_out = chunk;
		z->avail_out = sizeof chunk;
		r = deflate(z, flush);
		if (r != Z_OK && r != Z_STREAM_END && r != Z_BUF_ERROR)
			return false;
		pv_text_add(out, chunk, sizeof chunk - z->avail_out);
	} while (z->avail_out == 0);
	return !out->failed;
}

static bool squeeze_once(const struct pv_text *plain, int flush, struct pv_text *out)
{
	z_stream z = { 0 };
	bool good;

	/* the fastest level: the provider must not be what a benchmark waits for */
	if (deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, RAW_DEFLATE, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	good = squeeze(&z, plain->s, plain->len, flush, out);
	deflateEnd(&z);
	return good;
}

static unsigned long crc_of(const struct pv_text *t)
{
	return crc32_z(crc32_z(0, Z_NULL, 0), (const Bytef *)t->s, t->len);
}

struct pv_page *pv_page_new(struct pv_text *plain, bool deflate_it)
{
	struct pv_page *page = plain->failed || !plain->s ? NULL : calloc(1, sizeof *page);

	if (!page)
		return NULL;
	page->refs = 1;
	page->plain_len = plain->len;
	page->deflated = deflate_it;
	if (!deflate_it) {
		page->bytes = *plain;
		*plain = (struct pv_text){ 0 };
		return page;
	}
	page->crc = crc_of(plain);
	if (!squeeze_once(plain, Z_FINISH, &page->bytes)) {
		pv_page_unref(page);
		return NULL;
	}
	pv_text_free(plain);
	return page;
}

void pv_page_unref(struct pv_page *page)
{
	if (!page || --page->refs)
		return;
	pv_text_free(&page->bytes);
	free(page);
}

static void little_endian(unsigned long n, unsigned char ret[4])
{
	for (int i = 0; i < 4; i++)
		ret[i] = (unsigned char)(n >> 8 * i & 255);
}

bool pv_gzip_join(const struct pv_text *head, const struct pv_page *page, struct pv_text *ret_before,
		  unsigned char ret_after[8])
{
	static const unsigned char magic[10] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3 };

	pv_text_add(ret_before, magic, sizeof magic);
	/* a synchronising flush ends on a byte, so another deflate stream may follow (RFC 1951, 3.2.4) */
	if (!squeeze_once(head, Z_SYNC_FLUSH, ret_before))
		return false;
	little_endian(crc32_combine(crc_of(head), page->crc, (z_off_t)page->plain_len), ret_after);
	little_endian((head->len + page->plain_len) & 0xffffffff, ret_after + 4);
	return true;
}

bool pv_gzip_bomb(const char *head, size_t megabytes, struct pv_text *out)
{
	static const size_t piece = (size_t)1 << 20;
	z_stream z = { 0 };
	char *blanks = malloc(piece);
	bool good = blanks && deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, GZIP, 8, Z_DEFAULT_STRATEGY) == Z_OK;

	if (!good) {
		free(blanks);
		return false;
	}
	memset(blanks, ' ', piece);
	good = squeeze(&z, head, strlen(head), Z_NO_FLUSH, out);
	for (size_t i = 0; good && i < megabytes; i++)
		good = squeeze(&z, blanks, piece, i + 1 == megabytes ? Z_FINISH : Z_NO_FLUSH, out);
	deflateEnd(&z);
	free(blanks);
	return good;
}

struct pv_page *pv_store_find(struct pv_store *s, uint64_t key)
{
	for (struct pv_page *p = s->slot[key % PV_STORE_SLOTS]; p; p = p->next)
		if (p->key == key) {
			p->refs++;
			return p;
		}
	return NULL;
}

void pv_store_add(struct pv_store *s, struct pv_page *page)
{
	if (s->bytes + page->bytes.len > s->max)
		return;
	page->refs++;
	page->next = s->slot[page->key % PV_STORE_SLOTS];
	s->slot[page->key % PV_STORE_SLOTS] = page;
	s->bytes += page->bytes.len;
}

void pv_store_clear(struct pv_store *s)
{
	for (size_t i = 0; i < PV_STORE_SLOTS; i++)
		while (s->slot[i]) {
			struct pv_page *p = s->slot[i];

			s->slot[i] = p->next;
			pv_page_unref(p);
		}
	s->bytes = 0;
}
