/*
 * publish/dump_jsonl.c - see dump.h: one object a line.
 */
#include "harvester/publish/dump.h"

void dump_jsonl_line(struct buf *b, const struct notice *n)
{
	field_id order[DUMP_COLUMNS];
	bool first = true;

	field_dump_order(order);
	buf_putc(b, '{');
	for (size_t i = 0; i < DUMP_COLUMNS; i++) {
		const struct field *f = &fields[order[i]];
		struct values v = n->values[order[i]];

		if (!v.n)
			continue;
		buf_puts(b, first ? "\"" : ",\"");
		buf_puts(b, f->code);
		buf_puts(b, "\":");
		if (f->multi || v.n > 1)
			values_write(b, v);
		else
			buf_json(b, v.v[0]);
		first = false;
	}
	buf_puts(b, "}\n");
}
