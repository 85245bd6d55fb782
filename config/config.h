/*
 * config/config.h - the configuration folder: harvester.yaml, one file per source, and where mappings lie.
 *
 * Found by --config, else HARVESTER_CONFIG, else ./config, else /etc/harvester; a folder counts when it holds
 * harvester.yaml or a source file. Shipped files (mappings, tables) come last. Which connectors exist is
 * not known here: run/ binds a source's own section to the connector registry. Keys: docs/configuration.md,
 * generated from the tables. Tests: tests/unit/config/test_config.c, test_source.c, test_reference.c,
 * tests/fuzz/fuzz_config.c.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "config/field.h"

enum ref_from { REF_DIGITS, REF_HASH };
enum withdrawal_do { WITHDRAW_PROPOSE, WITHDRAW_APPLY, WITHDRAW_NEVER };
enum hold_or_apply { CONTACT_HOLD, CONTACT_APPLY };
enum zero_records { ZERO_FULL, ZERO_NEVER };
enum report_every { REPORT_DAY, REPORT_WEEK, REPORT_MONTH };

/* A value that a source file gives where the format cannot (DOMN, STAT, MUSEO …). */
struct cfg_default {
	const char *field; /* Joconde code; checked by run/, which knows the fields */
	struct cfg_list values;
	const char *set; /* only for records of this set; NULL: all */
	const struct yaml *where;
};

struct cfg_http {
	int64_t rate; /* ms between two requests */
	int64_t connect, first_byte;
	struct {
		int64_t bytes, during;
	} low_speed;
	int64_t page, record; /* bytes, decoded */
	int64_t retries, retry_after_max;
	struct cfg_list addresses; /* without the word "public" */
	const char *tls_fingerprint;
	int auth; /* enum http_auth of io/http.h, same order: none basic bearer header */
	const char *auth_name;
	struct cfg_secret auth_secret;
};

struct cfg_valves {
	int64_t floor;
	int zero_records; /* enum zero_records */
	double fewer_than_last, disappearing, field_emptied, field_changed, identity_changed;
	int first_contact; /* enum hold_or_apply */
};

struct cfg_source {
	const char *name, *title, *connector, *mapping; /* never NULL; "" when the file lacks or spoils it */
	const char *contact;                            /* NULL: none */
	bool enabled;
	struct cfg_list museums;
	int64_t rank;
	struct cfg_default *defaults; /* general ones first, then those by set */
	size_t n_defaults;
	const char *official_ref; /* NULL: none; else a path */
	bool match_inventory, create;
	struct {
		const char *prefix;
		int from;
	} new_refs;                  /* prefix NULL only when create is false */
	const char *schedule, *full; /* cron or NULL */
	struct {
		int64_t time, silence, memory;
	} budget;
	struct {
		double records, fields;
	} errors;
	struct cfg_valves valves;
	struct {
		int action;
		int64_t after;
	} withdrawal; /* enum withdrawal_do, ms */
	struct {
		const char *language;
		struct cfg_list to;
		int every;
	} report;
	struct cfg_http http;
	const struct yaml *section; /* the connector's own map, named like the connector; NULL when absent */
	const struct yaml *root;    /* the whole file; NULL when it is no YAML (a problem says so) */
	const char *file;           /* its path, as in the problems about it */
};

struct config {
	struct arena *arena;   /* owns everything below */
	const char *dir;       /* the folder found */
	const char *shipped;   /* folder of shipped mappings and tables */
	const char *store_url; /* never NULL: "private" or postgresql://… (password by store_password) */
	struct cfg_secret store_password;
	const char *log_level, *log_format;
	const char *user_agent_contact; /* named in the User-Agent */
	struct cfg_list addresses;      /* addresses allowed for all sources besides public ones */
	const char *reports, *dumps;    /* output folders */
	struct cfg_source *sources;
	size_t n_sources;
	struct problems problems;
};

/* Which folder: the rules above. option may be NULL. HV_E_CONFIG lists the places looked at. */
int config_find(const char *option, struct arena *a, const char **ret_dir, struct hv_err *err) HV_CHECK;

/*
 * Read everything; every file of sources/ becomes a source, by the order of their names, a spoilt one with
 * defaults. Problems do not stop it: they are in ret->problems; the caller decides (check prints all, run
 * refuses when its own source has errors, see config_source_err). HV_E_IO / HV_E_NOMEM only when nothing can
 * be read at all.
 */
int config_load(const char *dir, struct config **ret, struct hv_err *err) HV_CHECK;
void config_free(struct config *c);
HV_DEFINE_AUTO(struct config, config_free)

/* A source by name; HV_E_NOTFOUND with the nearest known name. */
int config_source(const struct config *c, const char *name, const struct cfg_source **ret,
		  struct hv_err *err) HV_CHECK;

/* The first error in the file of this source, or in harvester.yaml, as HV_E_CONFIG; 0 when there is none. */
int config_source_err(const struct config *c, const struct cfg_source *s, struct hv_err *err) HV_CHECK;

/* Full path of mappings/<name>.yaml or tables/<name> of the folder, else the shipped one; NULL when in
 * neither. */
const char *config_file(const struct config *c, const char *folder, const char *name, struct arena *a);

/* The tables, for docs/configuration.md and the schema. */
void config_reference(struct buf *out);

#endif
