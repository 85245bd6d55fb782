/*
 * config/yaml_syntax.h - inside the room: what libyaml says of a syntax error, in words an administrator can
 * act on. Tests: tests/unit/config/test_yaml.c.
 */
#ifndef CONFIG_YAML_SYNTAX_H
#define CONFIG_YAML_SYNTAX_H

#include <yaml.h>

#include "config/yaml.h"

/* Line and column (both 1-based, column in characters) of a byte. */
void yaml_place(struct str bytes, size_t at, unsigned *ret_line, unsigned *ret_column);

/* Add the parser's present error to the list. */
void yaml_syntax_problem(const yaml_parser_t *parser, struct str bytes, const char *file, struct problems *p);

#endif
