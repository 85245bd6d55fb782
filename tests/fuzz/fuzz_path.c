/*
 * fuzz_path.c - any text as a path; what compiles is evaluated over a small document from each of its nodes.
 */
#include <stdint.h>

#include "harvester/io/xml.h"
#include "harvester/tree/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char xml[] =
	"<r xmlns:p='u' x='1'><a y='2' xml:lang='fr'>one<b>two</b> three</a><p:a>2</p:a><a><a>x</a></a></r>";
static const struct str uris[] = { { "u", 1 }, { "", 0 } };
static const struct path_prefix prefixes[] = { { { "p", 1 }, uris, 2 } };
static const struct str variables[] = { { "v", 1 } };

static void evaluate(const struct path *p, struct node *document, struct arena *a)
{
	struct node *nodes[2] = { document, document->first };
	struct node_set v = { nodes, 2 }, got;
	struct hv_err err = { 0 };

	for (struct node *n = document; n; n = node_following(document, n)) {
		if (path_eval(p, n, &v, a, &got, &err) < 0) {
			if (err.code != HV_E_NOMEM && err.code != HV_E_LIMIT)
				abort();
			return;
		}
		for (size_t i = 1; i < got.n; i++)
			if (got.v[i - 1]->order >= got.v[i]->order)
				abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	hv_auto(arena_freep) struct arena *a = arena_new(4u << 20);
	hv_auto(names_freep) struct names *names = names_new(1000);
	hv_auto(xml_parser_freep) struct xml_parser *parser = NULL;
	struct path_scope scope = { names, prefixes, HV_LEN(prefixes), variables, HV_LEN(variables) };
	struct node *document;
	struct path *p;
	struct hv_err err = { 0 };
	size_t at = 0;

	xml_global_init();
	parser = names ? xml_parser_new(names, NULL) : NULL;
	if (!a || !parser || xml_tree(parser, a, STR(xml), &document, &err) < 0)
		return 0;
	if (path_compile(a, &scope, (struct str){ (const char *)data, size }, &p, &at, &err) == 0)
		evaluate(p, document, a);
	else if (at > size || err.code == HV_OK)
		abort();
	return 0;
}
