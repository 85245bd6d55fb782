/*
 * tests/support/catalogue.h - the small catalogue of tests/fixtures/publish/catalogue.sql in a test's
 * database.
 */
#ifndef TESTS_SUPPORT_CATALOGUE_H
#define TESTS_SUPPORT_CATALOGUE_H

#include "harvester/base/str.h"
#include "tests/support/pgtest.h"

/* Run statements on the database made last; ends the test when one fails. */
void catalogue_sql(struct pgtest *t, const char *sql);
/* Load the fixture. */
void catalogue_load(struct pgtest *t);

/* The bytes of a file, NUL-terminated, to be freed; ends the test when there is none. */
char *catalogue_file(const char *path);

#endif
