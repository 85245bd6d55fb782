/*
 * fuzz_oai_page.c - any bytes as the answer to ListRecords: any answer will do, a crash will not.
 *
 * What is found valid must be whole: every body must be readable and start with a tag.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "connectors/oai/body.h"
#include "connectors/oai/page.h"
#include "harvester/io/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_bodies(const struct oai_page *page)
{
	hv_auto(arena_freep) struct arena *a = arena_new(4 << 20);

	for (size_t i = 0; a && i < page->n_records; i++) {
		const struct oai_entry *e = oai_page_entry(page, i);
		struct str body = STR_NONE;

		if (e->body_n == 0)
			continue;
		if (oai_body_read(page, e, a, &body, NULL) == 0 && (body.n < 4 || body.p[0] != '<'))
			abort();
		arena_reset(a);
	}
}

static void read_as(enum oai_verb asked, const uint8_t *data, size_t size)
{
	struct oai_page page;
	int fd = memfd_create("page", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size || oai_page_init(&page, NULL) < 0)
		abort();
	if (oai_page_read(&page, asked, fd, size, NULL) == 0 && page.answer == OAI_VALID)
		read_bodies(&page);
	oai_page_release(&page);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum oai_verb verbs[] = { OAI_LIST_RECORDS, OAI_IDENTIFY, OAI_LIST_METADATA_FORMATS };

	xml_global_init();
	for (size_t i = 0; i < HV_LEN(verbs); i++)
		read_as(verbs[i], data, size);
	return 0;
}
