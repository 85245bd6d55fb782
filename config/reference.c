/*
 * config/reference.c - the text of docs/configuration.md around the rows that the tables print.
 * Refuses to name a key of a connector: its own table does. Tests: tests/unit/config/test_reference.c, which
 * also writes the file.
 */
#include "config/source.h"
#include "harvester/base/buf.h"

static const char head[] =
	"# Configuration\n"
	"\n"
	"This page is generated from the tables the program reads by; a test fails when it differs.\n"
	"To write it anew: `build/tests/unit/config/test_reference --write`.\n"
	"\n"
	"## The folder\n"
	"\n"
	"```\n"
	"harvester.yaml         settings of the program; may be missing or empty\n"
	"sources/NAME.yaml      one file per source\n"
	"mappings/NAME.yaml     own mappings; one of the same name as a shipped one replaces it\n"
	"tables/NAME            own tables of words\n"
	"```\n"
	"\n"
	"It is the folder named by `--config`, else by `HARVESTER_CONFIG`, else `./config`, else\n"
	"`/etc/harvester`. The last two count only when they hold `harvester.yaml` or a `sources/*.yaml`.\n"
	"Hidden files and what editors leave behind in `sources/` are ignored. Shipped mappings and tables\n"
	"come from `HARVESTER_SHARE`, else from `config/default` above the program (a build tree), else "
	"from\n"
	"`share/harvester` of the installation.\n"
	"\n"
	"## The form\n"
	"\n"
	"YAML in UTF-8, one document a file, at most 1 MiB, 64 levels and 100,000 values. Anchors, aliases,\n"
	"tags and keys given twice are refused. Nothing is guessed from the look of a value: the tables "
	"below\n"
	"say what is a number. An unknown key is an error that names file, line, column and the nearest "
	"known\n"
	"key. A key without a value (`title:`) counts as absent; the default then holds.\n"
	"\n"
	"| Form | Written as |\n"
	"| --- | --- |\n"
	"| `true` or `false` | these two words only |\n"
	"| duration | `500ms`, `30s`, `15m`, `6h`, `30d` |\n"
	"| bytes | `512 KiB`, `64 MiB`, `1 GiB` or a plain number |\n"
	"| share | `10 %`, `0.5 %` |\n"
	"| rate | `2 / s`, `30 / min`, `100 / h` |\n"
	"| list of texts | `[a, b]`; a single text is a list of one |\n"
	"| timetable | five cron fields (minute, hour, day, month, weekday) in French civil time, `@hourly`, "
	"`@daily`, `@weekly`, `@monthly`, or `none`. When both days are given either suffices. A time that "
	"the "
	"spring night leaves out comes at the next minute that exists; one that the autumn night has twice "
	"comes once |\n"
	"| secret by reference | `file:/PATH` (one line, a file only its owner can read) or `env:NAME`; "
	"never "
	"the secret itself |\n"
	"\n";

static void table(struct buf *out, const char *title, const char *intro, const struct cfg_field *fields,
		  size_t n, const char *prefix)
{
	buf_printf(out, "## %s\n\n%s\n\n| Key | Form | Default | Meaning |\n| --- | --- | --- | --- |\n",
		   title, intro);
	cfg_reference(out, fields, n, prefix);
}

void config_reference(struct buf *out)
{
	buf_puts(out, head);
	table(out, "harvester.yaml", "Settings of the program.", main_fields, main_fields_n, "");
	buf_puts(out, "\n");
	table(out, "sources/NAME.yaml",
	      "One source. Beside these keys stands the section of the connector, named like it; its keys "
	      "are\n"
	      "listed in connectors/NAME/README.md.",
	      source_fields, source_fields_n, "");
	buf_puts(out, "\n");
	table(out, "The forms of http.auth", "Exactly one of basic, bearer and header.", auth_fields,
	      auth_fields_n, "http.auth.");
}
