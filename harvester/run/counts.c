/*
 * run/counts.c - see counts.h.
 */
#include "harvester/run/counts.h"

#include "harvester/io/json.h"

#define COUNT(name)                                  \
	{                                            \
#name, offsetof(struct counts, name) \
	}

const struct count_name count_names[] = {
	COUNT(pages),    COUNT(bytes),   COUNT(listed),      COUNT(deleted),       COUNT(unchanged),
	COUNT(versions), COUNT(refused), COUNT(refused_new), COUNT(fields_failed), COUNT(created),
	COUNT(changed),  COUNT(same),    COUNT(withdrawn),   COUNT(restored),      COUNT(claims_ended),
	COUNT(orphans),  COUNT(missing), COUNT(clashes),
};
const size_t n_count_names = HV_LEN(count_names);

/* Where judging begins in the table above. */
enum { FIRST_JUDGED = 9 };

/* What a person accepts when releasing: growth of any of these is a new question. */
static const char *const accepted_counts[] = { "refused",      "fields_failed", "changed", "withdrawn",
					       "claims_ended", "orphans",       "missing", "clashes" };

static int64_t *slot(struct counts *c, size_t i)
{
	return (int64_t *)(void *)((char *)c + count_names[i].offset);
}

int64_t count_get(const struct counts *c, size_t i)
{
	int64_t v;

	memcpy(&v, (const char *)c + count_names[i].offset, sizeof(v));
	return v;
}

static void write_fields(struct buf *b, const struct counts *c)
{
	bool any = false;

	for (size_t f = 0; f < n_fields; f++) {
		if (!c->field_changed[f] && !c->field_emptied[f] && !c->field_filled[f])
			continue;
		buf_printf(b, "%s\"%s\":{\"changed\":%lld,\"emptied\":%lld,\"filled\":%lld}",
			   any ? "," : ",\"fields\":{", fields[f].code, (long long)c->field_changed[f],
			   (long long)c->field_emptied[f], (long long)c->field_filled[f]);
		any = true;
	}
	if (any)
		buf_putc(b, '}');
}

void counts_write(struct buf *b, const struct counts *c)
{
	for (size_t i = 0; i < n_count_names; i++)
		buf_printf(b, "%s\"%s\":%lld", i ? "," : "{", count_names[i].name,
			   (long long)count_get(c, i));
	write_fields(b, c);
	buf_putc(b, '}');
}

int counts_read(struct arena *a, const char *text, struct counts *ret, struct hv_err *err)
{
	struct json v;

	memset(ret, 0, sizeof(*ret));
	if (!text || !*text)
		return 0;
	if (json_parse(a, str_of(text), &v, err) < 0)
		return hv_wrap(err, "counts");
	for (size_t i = 0; i < n_count_names; i++)
		*slot(ret, i) = json_number(&v, count_names[i].name, 0);
	const struct json *by_field = json_member(&v, "fields");
	for (size_t i = 0; by_field && i < by_field->n; i++) {
		int f = field_find(by_field->keys[i]);

		if (f < 0)
			continue;
		ret->field_changed[f] = json_number(&by_field->items[i], "changed", 0);
		ret->field_emptied[f] = json_number(&by_field->items[i], "emptied", 0);
		ret->field_filled[f] = json_number(&by_field->items[i], "filled", 0);
	}
	return 0;
}

void counts_clear_judged(struct counts *c)
{
	for (size_t i = FIRST_JUDGED; i < n_count_names; i++)
		*slot(c, i) = 0;
	memset(c->field_changed, 0, sizeof(c->field_changed));
	memset(c->field_emptied, 0, sizeof(c->field_emptied));
	memset(c->field_filled, 0, sizeof(c->field_filled));
}

const char *counts_exceed(const struct counts *now, const struct counts *accepted)
{
	for (size_t i = 0; i < n_count_names; i++)
		for (size_t k = 0; k < HV_LEN(accepted_counts); k++)
			if (strcmp(count_names[i].name, accepted_counts[k]) == 0 &&
			    count_get(now, i) > count_get(accepted, i))
				return count_names[i].name;
	for (size_t f = 0; f < n_fields; f++)
		if (now->field_changed[f] > accepted->field_changed[f] ||
		    now->field_emptied[f] > accepted->field_emptied[f])
			return fields[f].code;
	return NULL;
}
