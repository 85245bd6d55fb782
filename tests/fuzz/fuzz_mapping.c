/*
 * Any bytes as a mapping file: problems or a mapping, and a mapping that came out must run.
 */
#include "harvester/io/xml.h"
#include "mapping/compile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char record[] = "<r xml:lang='fr' a='1'><a t='x'>Mercier, "
				     "Jeanne</a><a>1850-1860</a><e><a>H. 30 cm</a></e></r>";
	struct arena *told = arena_new(4u << 20), *a = arena_new(4u << 20);
	struct problems p;
	struct mapping *m = NULL;
	struct mapping_result r;
	struct hv_err err = { 0 };
	const struct mapping_options explain = { .explain = true };

	if (size > 65536 || !told || !a)
		size = 0;
	problems_init(&p, told);
	if (told && a &&
	    mapping_compile(NULL, "m.yaml", (struct str){ (const char *)data, size }, &p, &m, &err) == 0 && m)
		(void)!mapping_apply(m, str_of(record), &explain, a, &r, &err);
	mapping_free(m);
	arena_free(a);
	arena_free(told);
	return 0;
}
