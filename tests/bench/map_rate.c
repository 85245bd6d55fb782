/*
 * map_rate.c - how fast one core maps: from the bytes of a record to the canonical text of its claim.
 *
 * usage: map_rate CONFIG MAPPING FILE   FILE holds records, a NUL behind each. Prints "records/s bytes fields
 * refused": processor time of this thread alone, the mean size of a record, the mean number of fields of a
 * claim. A part of the benchmark: tests/bench/run.
 */
#include <time.h>

#include "config/config.h"
#include "mapping/mapping.h"

#define MOST_BYTES (512u << 20)

enum { MOST_RECORD = 8 << 20, LEAST_SECONDS = 1 };

struct rate {
	struct mapping *mapping;
	struct arena *arena; /* of one record */
	struct buf text;
	uint64_t records, bytes, values, refused;
};

static double cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int read_file(const char *path, struct buf *b, struct hv_err *err)
{
	hv_auto(hv_fclosep) FILE *f = fopen(path, "rb");
	size_t n = 1;

	if (!f)
		return hv_fail(err, HV_E_IO, "%s cannot be opened: %m", path);
	for (char *room; n && (room = buf_room(b, 1u << 20)); b->n += n)
		n = fread(room, 1, 1u << 20, f);
	return buf_ok(b, path, err);
}

static int map_one(struct rate *r, struct str body, struct hv_err *err)
{
	struct mapping_options o = { 0 };
	struct mapping_result result;

	arena_reset(r->arena);
	if (mapping_apply(r->mapping, body, &o, r->arena, &result, err) < 0)
		return err->code;
	r->records++;
	r->bytes += body.n;
	r->refused += result.rejected != NULL;
	if (result.rejected)
		return 0;
	for (size_t f = 0; f < n_fields; f++)
		r->values += result.claim.kind[f] != CLAIM_SILENT;
	buf_clear(&r->text);
	claim_write(&r->text, &result.claim);
	return buf_ok(&r->text, "claim", err);
}

static int map_all(struct rate *r, struct str all, struct hv_err *err)
{
	while (all.n) {
		const char *end = memchr(all.p, '\0', all.n);
		size_t n = end ? (size_t)(end - all.p) : all.n;

		if (map_one(r, str_cut(all, n), err) < 0)
			return err->code;
		all = str_from(all, end ? n + 1 : n);
	}
	return 0;
}

static int measure(const char *dir, const char *name, struct str all, struct hv_err *err)
{
	hv_auto(config_freep) struct config *config = NULL;
	hv_auto(mapping_freep) struct mapping *mapping = NULL;
	hv_auto(arena_freep) struct arena *arena = arena_new(MOST_RECORD);
	struct problems p;

	if (!arena)
		return hv_nomem(err, "records");
	if (config_load(dir, &config, err) < 0)
		return err->code;
	problems_init(&p, config->arena);
	if (mapping_load(config, name, &p, &mapping, err) < 0)
		return err->code;
	if (!mapping)
		return problems_err(&p, err);
	struct rate r = { .mapping = mapping, .arena = arena, .text = BUF_INIT(MOST_RECORD) };
	double begin = cpu(), used = 0;
	int result = 0;

	while (result == 0 && used < LEAST_SECONDS) {
		result = map_all(&r, all, err);
		used = cpu() - begin;
	}
	buf_release(&r.text);
	if (result == 0)
		printf("%.0f %.0f %.1f %llu\n", (double)r.records / used, (double)r.bytes / (double)r.records,
		       r.records > r.refused ? (double)r.values / (double)(r.records - r.refused) : 0.0,
		       (unsigned long long)r.refused);
	return result;
}

int main(int argc, char **argv)
{
	hv_auto(buf_release) struct buf all = BUF_INIT(MOST_BYTES);
	struct hv_err err;

	if (argc != 4) {
		fprintf(stderr, "usage: map_rate CONFIG MAPPING FILE\n");
		return 2;
	}
	if (read_file(argv[3], &all, &err) == 0 && !all.n)
		(void)hv_fail(&err, HV_E_IO, "%s is empty", argv[3]);
	else if (all.n && measure(argv[1], argv[2], buf_view(&all), &err) == 0)
		return 0;
	fprintf(stderr, "map_rate: %s\n", err.text);
	return 1;
}
