/*
 * config/yaml_syntax.c - see yaml_syntax.h.
 *
 * libyaml tells a problem, its place, and often the construct around it with the place where that began. The
 * commonest are said anew with what to do; the others are passed on with both places. Tests:
 * tests/unit/config/test_yaml.c.
 */
#include "config/yaml_syntax.h"

#include "harvester/base/text.h"

void yaml_place(struct str bytes, size_t at, unsigned *ret_line, unsigned *ret_column)
{
	*ret_line = *ret_column = 1;
	for (size_t i = 0; i < at && i < bytes.n; i++) {
		if (bytes.p[i] == '\n') {
			(*ret_line)++;
			*ret_column = 1;
		} else if (((unsigned char)bytes.p[i] & 0xC0) != 0x80) {
			(*ret_column)++;
		}
	}
}

struct saying {
	const char *problem, *context; /* libyaml's words; NULL context: any */
	bool at_context;               /* the beginning of the construct is the place to look at */
	const char *text;              /* one %zu may stand for the line where the construct began */
};

/* Formats are chosen here and nowhere else, hence one pragma below and not a format built by hand. */
static const struct saying sayings[] = {
	{ "did not find expected key", "while parsing a block mapping", false,
	  "no key of the map that begins in line %zu can stand here; check the indentation and the quotes "
	  "before it" },
	{ "did not find expected '-' indicator", NULL, false,
	  "no item of the list that begins in line %zu: check the indentation and the '-'" },
	{ "did not find expected ',' or '}'", NULL, false,
	  "',' or '}' is missing in the map that begins in line %zu" },
	{ "did not find expected ',' or ']'", NULL, false,
	  "',' or ']' is missing in the list that begins in line %zu" },
	{ "found a tab character that violates indentation", NULL, false, "a tab cannot indent; use blanks" },
	{ "mapping values are not allowed in this context", NULL, false,
	  "':' cannot stand here: check the indentation, or put the text in quotes" },
	{ "block sequence entries are not allowed in this context", NULL, false,
	  "'-' cannot stand here: begin the list on a line of its own, or put the text in quotes" },
	{ "could not find expected ':'", NULL, true, "':' is missing after the key in line %zu" },
	{ "found unexpected end of stream", "while scanning a quoted scalar", true,
	  "the quotes opened in line %zu are never closed" },
	{ "found unexpected document indicator", "while scanning a quoted scalar", true,
	  "the quotes opened in line %zu are not closed before the end of the document" },
	{ "found unknown escape character", NULL, false,
	  "unknown escape after '\\' in double quotes; use single quotes when the backslash is meant" },
	{ "did not find expected <document start>", NULL, false,
	  "the document ended before this line: check the indentation" },
	{ "did not find expected node content", NULL, false, "a value is expected here" },
};

/* A character that begins nothing: a tab in the indentation, '@', '`', '%'. */
static void tell_character(const yaml_parser_t *parser, struct str bytes, const char *file,
			   struct problems *p)
{
	size_t at = 0;

	for (size_t i = 0; i < parser->problem_mark.index && at < bytes.n; i++)
		(void)text_next(bytes, &at);
	unsigned line = (unsigned)parser->problem_mark.line + 1;
	unsigned column = (unsigned)parser->problem_mark.column + 1;

	if (at < bytes.n && bytes.p[at] == '\t')
		problem_file(p, file, line, column, "a tab cannot indent; use blanks");
	else
		problem_file(p, file, line, column, "'%.*s' cannot begin a value; put the text in quotes",
			     at < bytes.n ? (int)text_sequence(bytes.p + at, bytes.n - at) : 0, bytes.p + at);
}

static const struct saying *find(const yaml_parser_t *parser)
{
	for (size_t i = 0; i < HV_LEN(sayings); i++)
		if (strcmp(parser->problem, sayings[i].problem) == 0 &&
		    (!sayings[i].context ||
		     (parser->context && strcmp(parser->context, sayings[i].context) == 0)))
			return &sayings[i];
	return NULL;
}

static void tell_reader(const yaml_parser_t *parser, struct str bytes, const char *file, struct problems *p)
{
	unsigned line, column;

	yaml_place(bytes, parser->problem_offset, &line, &column);
	problem_file(p, file, line, column, "the character U+%04X is not allowed in YAML",
		     (unsigned)parser->problem_value);
}

static void tell_other(const yaml_parser_t *parser, yaml_mark_t mark, const char *file, struct problems *p)
{
	unsigned line = (unsigned)mark.line + 1, column = (unsigned)mark.column + 1;

	if (parser->context)
		problem_file(p, file, line, column, "no valid YAML: %s, %s that begins in line %zu",
			     parser->problem, parser->context, parser->context_mark.line + 1);
	else
		problem_file(p, file, line, column, "no valid YAML: %s", parser->problem);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#ifdef __clang__
#pragma GCC diagnostic ignored "-Wformat-extra-args"
#endif
static void tell_saying(const struct saying *s, yaml_mark_t mark, size_t began, const char *file,
			struct problems *p)
{
	problem_file(p, file, (unsigned)mark.line + 1, (unsigned)mark.column + 1, s->text, began + 1);
}
#pragma GCC diagnostic pop

void yaml_syntax_problem(const yaml_parser_t *parser, struct str bytes, const char *file, struct problems *p)
{
	if (!parser->problem || parser->error == YAML_MEMORY_ERROR) {
		problem_file(p, file, 0, 0, "cannot be read: out of memory");
		return;
	}
	if (parser->error == YAML_READER_ERROR) {
		tell_reader(parser, bytes, file, p);
		return;
	}
	if (strcmp(parser->problem, "found character that cannot start any token") == 0) {
		tell_character(parser, bytes, file, p);
		return;
	}
	const struct saying *s = find(parser);

	if (!s)
		tell_other(parser, parser->problem_mark, file, p);
	else
		tell_saying(s, s->at_context ? parser->context_mark : parser->problem_mark,
			    parser->context_mark.line, file, p);
}
