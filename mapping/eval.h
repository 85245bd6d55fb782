/*
 * mapping/eval.h - one record on its way through a compiled mapping.
 *
 * Everything lives in the record's arena. Return codes: 0, or negative for a full arena or a met bound, which
 * reject the record. A rejection by the mapping's own rules is no error: it is noted in the result and ends
 * the record at the next field. Tests: tests/unit/mapping/test_eval.c.
 */
#ifndef MAPPING_EVAL_H
#define MAPPING_EVAL_H

#include "mapping/ops.h"

struct eval {
	struct mapping *m;
	struct arena *a;
	struct mapping_result *r;
	struct hv_err *err;
	struct node *root;
	struct node_set *sets; /* of m->nodes */
	struct str record_language;
	bool explain;
	field_id field; /* MAPPING_NO_FIELD while node sets are made */
	unsigned line;
	bool failed;       /* the field at work holds a value that was not understood */
	bool want_dropped; /* a required field: remember what its conditions dropped, for the reason */
	struct buf *dropped;
	size_t notes_cap, steps_cap;
};

int eval_rule(struct eval *e, const struct map_rule *r, struct node *context, struct vlist *out) HV_CHECK;

/* Values a path finds: NFC, squeezed, empty ones left out. languages NULL: all of them. */
int eval_values(struct eval *e, struct map_path *p, struct node *context,
		const struct map_languages *languages, struct vlist *out) HV_CHECK;

/*
 * A term through a table. Answers HV_ROW with its word ("" when the table knows it as saying nothing), HV_END
 * when it is dropped; notes and rejections of unknown terms are done here.
 */
int eval_lookup(struct eval *e, const struct map_table *t, struct str term, struct str *ret) HV_CHECK;

/* As for a set of terms that name one thing (in several languages): an unknown one counts only when none is
 * known. Distinct words, in order. */
int eval_lookup_all(struct eval *e, const struct map_table *t, struct vlist *terms) HV_CHECK;

int eval_note(struct eval *e, const char *code, struct str value, const char *fmt, ...)
	HV_PRINTF(4, 5) HV_CHECK;
/* A value that was not understood: note it, and the field is failed. */
int eval_not_understood(struct eval *e, struct str value, const char *what) HV_CHECK;
void eval_reject(struct eval *e, const char *code, struct str reason);
int eval_step(struct eval *e, unsigned line, struct str what, struct vlist v) HV_CHECK;

/* Put the nodes of b into a, in document order, each once. */
int node_set_merge(struct arena *a, struct node_set *to, const struct node_set *from) HV_CHECK;

/* The named node sets, in the order of the file. */
int eval_node_sets(struct eval *e) HV_CHECK;
/* Does a node meet all of n conditions? */
int eval_where(struct eval *e, const struct map_cond *conds, size_t n, struct node *node, bool *ret) HV_CHECK;

#endif
