/*
 * fuzz_xml.c - any bytes as a document: io/xml to a tree, then the tree is walked and asked.
 */
#include <stdint.h>

#include "harvester/io/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	hv_auto(arena_freep) struct arena *a = arena_new(4u << 20);
	hv_auto(names_freep) struct names *names = names_new(1000);
	hv_auto(xml_parser_freep) struct xml_parser *p = NULL;
	struct node *document;
	struct hv_err err = { 0 };

	xml_global_init();
	p = names ? xml_parser_new(names, NULL) : NULL;
	if (!a || !p)
		return 0;
	for (int twice = 0; twice < 2; twice++) { /* the parser is reused after any failure */
		arena_reset(a);
		if (xml_tree(p, a, (struct str){ (const char *)data, size }, &document, &err) < 0) {
			if (err.code == HV_OK || !err.text[0] || strchr(err.text, '\n'))
				abort();
			continue;
		}
		uint32_t order = 0;
		for (struct node *n = document->first; n; n = node_following(document, n)) {
			if (n->order <= order)
				abort();
			order = n->order;
		}
		(void)node_string(a, document);
		(void)node_where(a, tree_root(document)->last ? tree_root(document)->last : document);
		(void)node_lang(tree_root(document));
	}
	return 0;
}
