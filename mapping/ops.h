/*
 * mapping/ops.h - the operator registry: one table that makes run-time checks, lint and docs/mapping.md.
 *
 * An operator turns a list of values into another; it sees the record only by the hooks of eval.h that its
 * arguments name (a path, a table). No clock, no network, no state. A change of what an operator answers
 * raises its version, which is part of every fingerprint. Tests: tests/unit/mapping/test_ops.c runs the
 * example of every row.
 */
#ifndef MAPPING_OPS_H
#define MAPPING_OPS_H

#include "mapping/internal.h"

struct eval;

/* A list that grows in the arena. Reading it needs no check: a failed append leaves it as it was. */
struct vlist {
	struct str *v;
	size_t n, cap;
};

/* HV_E_NOMEM when the arena is full, HV_E_LIMIT over MAX_VALUES. */
int vlist_add(struct arena *a, struct vlist *l, struct str s) HV_CHECK;

struct op_call {
	struct arena *a;
	const struct map_step *step;
	struct eval *eval;
	struct node *context; /* the node of `each`, or the root: where an operator's paths start */
};

struct op_arg {
	const char *name;
	enum arg_type type;
	bool required;
	const char *const *words; /* ARG_WORD: NULL-terminated, the first is the default */
	const char *help;
};

struct op {
	const char *name;
	unsigned version;
	bool whole; /* sees the values of all contexts of `each` together */
	bool one;   /* leaves at most one value */
	int (*run)(const struct op_call *c, struct vlist *v);
	const struct op_arg *args; /* `name: x` fills the first */
	size_t n_args;
	const char *help;
	/* What stands after `do:` as YAML, values before and after between "|". Run by a test, printed in the
	 * reference. */
	const char *example, *before, *after;
};

extern const struct op ops[];
extern const size_t n_ops;

const struct op *op_find(struct str name);

/* Append the reference section of docs/mapping.md. */
void ops_reference(struct buf *out);

/* Files of operators. */
int op_squeeze(const struct op_call *c, struct vlist *v);
int op_trim(const struct op_call *c, struct vlist *v);
int op_upper(const struct op_call *c, struct vlist *v);
int op_lower(const struct op_call *c, struct vlist *v);
int op_prefix(const struct op_call *c, struct vlist *v);
int op_suffix(const struct op_call *c, struct vlist *v);
int op_format(const struct op_call *c, struct vlist *v);
int op_replace(const struct op_call *c, struct vlist *v);
int op_split(const struct op_call *c, struct vlist *v);
int op_cut(const struct op_call *c, struct vlist *v);
int op_before(const struct op_call *c, struct vlist *v);
int op_after(const struct op_call *c, struct vlist *v);

int op_first(const struct op_call *c, struct vlist *v);
int op_last(const struct op_call *c, struct vlist *v);
int op_one(const struct op_call *c, struct vlist *v);
int op_unique(const struct op_call *c, struct vlist *v);
int op_sort(const struct op_call *c, struct vlist *v);
int op_drop_empty(const struct op_call *c, struct vlist *v);
int op_take(const struct op_call *c, struct vlist *v);
int op_filter(const struct op_call *c, struct vlist *v);
int op_without(const struct op_call *c, struct vlist *v);
int op_lookup(const struct op_call *c, struct vlist *v);
int op_append(const struct op_call *c, struct vlist *v);

int op_person(const struct op_call *c, struct vlist *v);
int op_year(const struct op_call *c, struct vlist *v);
int op_year_range(const struct op_call *c, struct vlist *v);
int op_dimension(const struct op_call *c, struct vlist *v);

#endif
