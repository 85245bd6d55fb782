/*
 * run/bind.h - a source file bound to what it names: connector, the connector's own section, mapping,
 * defaults.
 *
 * config/ knows no connectors and no Joconde fields; here both are known, so the rest of a source file is
 * checked here: `harvester check` binds every source, `run` the one it runs. Tests:
 * tests/unit/run/test_convert.c.
 */
#ifndef HARVESTER_RUN_BIND_H
#define HARVESTER_RUN_BIND_H

#include "harvester/model/connector.h"
#include "mapping/mapping.h"

struct bound_default {
	field_id field;
	struct values values;
	struct str set; /* {NULL,0}: every record */
};

struct bound {
	const struct config *config;
	const struct cfg_source *source;
	const struct connector_ops *ops;
	void *section;                  /* in the arena */
	struct bound_default *defaults; /* those by set first: they win */
	size_t n_defaults;
	bool sets_matter; /* a default depends on the record's sets: they belong to its hash */
	struct values museums;
	int64_t fingerprint;     /* mapping, tables, operators, defaults, museums, rule for REFs */
	struct mapping *mapping; /* freed by bound_release; further workers load their own */
	struct arena *arena;
};

/*
 * Bind. Everything wrong is added to p with its place; a bound with errors must not be run. The arena must
 * outlive the result. Negative only when memory or reading fails.
 */
int bind_source(const struct config *config, const struct cfg_source *source, struct arena *a,
		struct problems *p, struct bound *ret, struct hv_err *err) HV_CHECK;
void bound_release(struct bound *b);

/* HTTP options of a source; *ret_secret (may become NULL) is freed by secret_free after the http handle. */
int bind_http(const struct bound *b, struct http_options *ret, char **ret_secret,
	      struct hv_err *err) HV_CHECK;

#endif
