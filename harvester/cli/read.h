/*
 * cli/read.h - what the reading verbs share: texts made safe for a terminal, differences, folders for output.
 *
 * What comes from sources may hold anything; escape sequences must not reach a terminal, nor must a line
 * break tear a table. JSON output is escaped by its own rules and needs none of this.
 */
#ifndef HARVESTER_CLI_READ_H
#define HARVESTER_CLI_READ_H

#include "harvester/base/buf.h"
#include "harvester/cli/verb.h"
#include "harvester/io/json.h"
#include "harvester/model/claim.h"

/*
 * On one line, without control characters; at most `most` characters (0: no bound), what is longer ends with
 * "…". Lives in the arena; "" when that is full.
 */
struct str read_shown(struct arena *a, struct str s, size_t most);

/* Print it, padded to a width in characters. */
void read_cell(struct arena *a, struct str s, size_t width);

/* "a ; b" for people. */
struct str read_joined(struct arena *a, struct values v, size_t most);

/* Lines "    AUTR          old  ->  new" for a diff; silent about one that is no JSON. */
void read_diff(struct arena *a, struct str diff);

/* ,"name":"text" with the comma; nothing for NULL. */
void read_member(struct buf *b, const char *name, struct str text);

/* --dir, else the folder of the configuration, which stands in the data folder when it is relative. */
const char *read_folder(struct app *app, const char *configured, struct hv_err *err);

#endif
