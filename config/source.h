/*
 * config/source.h - inside the room: one source file, and the tables of keys that the reference prints.
 * Tests: tests/unit/config/test_source.c.
 */
#ifndef CONFIG_SOURCE_H
#define CONFIG_SOURCE_H

#include "config/config.h"

extern const struct cfg_field source_fields[];
extern const size_t source_fields_n;
extern const struct cfg_field auth_fields[];
extern const size_t auth_fields_n;
extern const struct cfg_field main_fields[]; /* harvester.yaml */
extern const size_t main_fields_n;

/*
 * What a file says, checked. name is that of the file without ".yaml"; root NULL when the file is no YAML
 * (then everything has its fallback and no problem is added). Every text that config.h does not call optional
 * is at least "".
 */
void source_read(struct arena *a, const char *name, const char *file, const struct yaml *root,
		 struct cfg_source *ret, struct problems *p);

/* http.addresses, http.tls and http.auth, whose values have several forms. NULL: not given. */
void source_addresses(struct arena *a, const struct yaml *v, struct cfg_list *ret, struct problems *p);
void source_tls(const struct yaml *v, struct cfg_http *ret, struct problems *p);
void source_auth(struct arena *a, const struct yaml *v, struct cfg_http *ret, struct problems *p);

/* One text of letters a-z, digits, '-' and '_', 1 to 64 of them. */
bool source_name_valid(struct str s);

/* A mail address as far as a configuration can judge one: something@something, no blanks. */
bool source_mail_valid(const char *s);

#endif
