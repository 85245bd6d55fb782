/*
 * cli/dump.c - `harvester dump`: the catalogue as files.
 */
#include "harvester/publish/dump.h"

#include "harvester/cli/read.h"

static int format_of(const char *word, int *ret, struct hv_err *err)
{
	static const struct {
		const char *word;
		int formats;
	} known[] = { { "all", DUMP_ALL }, { "csv", DUMP_CSV }, { "jsonl", DUMP_JSONL } };

	for (size_t i = 0; i < HV_LEN(known); i++)
		if (strcmp(word, known[i].word) == 0) {
			*ret = known[i].formats;
			return 0;
		}
	return hv_fail(err, HV_E_USAGE, "--format '%s' is none of csv, jsonl, all", word);
}

int cmd_dump(struct app *app, struct hv_err *err)
{
	const char *format = arg_value(&app->args, "format");
	struct dump_options o = { .clock = &app->clock, .cancelled = app->cancelled };
	struct dump_result r;

	if (format_of(format ? format : "all", &o.formats, err) < 0)
		return err->code;
	o.dir = read_folder(app, app->config->dumps, err);
	if (!o.dir || dump_write(app->store, &o, &r, err) < 0)
		return err->code;
	if (app->json) {
		hv_auto(buf_release) struct buf b = BUF_INIT(1u << 16);

		buf_printf(&b, "{\"notices\":%llu,\"bytes\":%llu", (unsigned long long)r.notices,
			   (unsigned long long)r.bytes);
		read_member(&b, "dir", str_of(o.dir));
		(void)printf("%s}\n", buf_cstr(&b));
		return 0;
	}
	(void)printf("%llu notices, %llu bytes, in %s\n", (unsigned long long)r.notices,
		     (unsigned long long)r.bytes, o.dir);
	if (r.semicolons)
		(void)fprintf(stderr,
			      "note: %llu semicolons inside single values stand as commas in the CSV\n",
			      (unsigned long long)r.semicolons);
	return 0;
}
