/*
 * run/settle.c - judge, valves, then apply or hold.
 *
 * Judging is read-only and happens first; applying judges again, this time writing, in one transaction behind
 * the gate, and asks the valves again before it commits: another run may have changed the catalogue in
 * between.
 */
#include "harvester/base/text.h"
#include "harvester/run/run_priv.h"

enum {
	GATE_MS = 2000, /* of one slice of waiting for the gate */
	/* From here statistics and a vacuum pay for themselves: without them the planner compares every head
	 * with every number that was seen. */
	MANY_ROWS = 500
};

static int last_full(struct run *r, struct counts *ret, bool *ret_known, struct hv_err *err)
{
	struct run_row row;

	*ret_known = false;
	if (!r->source.full_run)
		return 0;
	if (runs_get(r->store, r->source.full_run, r->arena, &row, err) < 0)
		return err->code;
	*ret_known = true;
	return counts_read(r->arena, row.counts, ret, err);
}

/* Must these counts wait for a person? The reason goes into the outcome. */
static int verdict(struct run *r, const struct counts *accepted, bool *ret_hold, struct hv_err *err)
{
	struct counts last;
	bool known;
	char *out = r->outcome->reason;
	size_t size = sizeof(r->outcome->reason);

	*ret_hold = false;
	if (accepted) {
		const char *more = counts_exceed(&r->counts, accepted);

		if (more)
			(void)snprintf(out, size,
				       "Depuis la mise en attente, le décompte « %s » a augmenté : à "
				       "examiner de nouveau.",
				       more);
		*ret_hold = more != NULL;
		return 0;
	}
	if (last_full(r, &last, &known, err) < 0)
		return err->code;
	*ret_hold = run_valves(r, known ? &last : NULL, out, size);
	return 0;
}

static int move(struct run *r, const char *state, const char *reason, struct hv_err *err)
{
	hv_auto(buf_release) struct buf counts = BUF_INIT(64u << 10);

	counts_write(&counts, &r->counts);
	struct run_move m = { .state = state,
			      .counts = buf_cstr(&counts),
			      .reason = reason,
			      .problems = r->outcome->problems,
			      .who = r->options->who,
			      .why = r->options->why };
	return runs_move(r->store, r->row.id, r->token, &m, err);
}

static int hold(struct run *r, struct hv_err *err)
{
	char *reason = r->outcome->reason, command[160];
	size_t room = sizeof(r->outcome->reason);

	/* However many fields there were to tell of, the command that releases it must be read. */
	int n = snprintf(
		command, sizeof(command),
		" À examiner : harvester diff %lld. Pour appliquer : harvester release %lld --why \"…\".",
		(long long)r->row.id, (long long)r->row.id);
	size_t kept = text_cut(str_of(reason), room - 8 - (size_t)n).n;
	(void)snprintf(reason + kept, room - kept, "%s%s", reason[kept] ? " […]" : "", command);
	r->outcome->verdict = RUN_HELD;
	return move(r, "held", r->outcome->reason, err);
}

static void note_problems(struct run *r)
{
	const struct counts *c = &r->counts;

	r->outcome->problems =
		r->row.problems || c->refused || c->fields_failed || c->clashes || c->orphans || c->missing;
	r->outcome->counts = *c;
}

static int judge_only(struct run *r, struct hv_err *err)
{
	hv_auto(apply_closep) struct apply *ap = NULL;

	fault_point(&r->faults, "judge.begin");
	if (r->counts.versions >= MANY_ROWS && apply_analyze(r->store, err) < 0)
		return err->code;
	if (apply_open(r->store, r->row.id, r->bound->source->name, false, 0, &ap, err) < 0 ||
	    run_judge(r, ap, false, NULL, NULL, err) < 0)
		return err->code;
	note_problems(r);
	fault_point(&r->faults, "judge.end");
	return 0;
}

/* The writing half; *ret_hold when the valves trip only now: everything is rolled back by closing ap. */
static int write_all(struct run *r, struct apply *ap, const struct counts *accepted, bool *ret_hold,
		     struct hv_err *err)
{
	hv_auto(buf_release) struct buf counts = BUF_INIT(64u << 10);

	fault_point(&r->faults, "apply.begin");
	if (run_judge(r, ap, true, NULL, NULL, err) < 0)
		return err->code;
	note_problems(r);
	if (verdict(r, accepted, ret_hold, err) < 0 || *ret_hold)
		return *ret_hold ? 0 : err->code;
	counts_write(&counts, &r->counts);
	fault_point(&r->faults, "apply.commit");
	struct apply_end e = { .token = r->token,
			       .cursor = r->row.cursor_next,
			       .counts = buf_cstr(&counts),
			       .full = strcmp(r->row.listing, "full") == 0,
			       .problems = r->outcome->problems,
			       .who = r->options->who,
			       .why = r->options->why,
			       .accepted = accepted ? buf_cstr(&counts) : NULL };
	return apply_commit(ap, &e, err);
}

/*
 * Another run may have the gate for long, or for ever when its process was stopped: the wait is cut into
 * slices, in which the lease is kept, a sign of life given, and a signal heard.
 */
static int open_gate(struct run *r, struct apply **ret, struct hv_err *err)
{
	const struct run_env *env = r->env;

	for (;;) {
		if (run_keep_lease(r, err) < 0)
			return err->code;
		int n = apply_open(r->store, r->row.id, r->bound->source->name, true, GATE_MS, ret, err);

		if (n != HV_E_BUSY)
			return n;
		if (env->progress)
			env->progress(env->ctx, r->row.id, "applying", 0, r->counts.versions);
		if (env->cancelled && env->cancelled(env->ctx))
			return hv_fail(err, HV_E_CANCELLED,
				       "interrupted while another run has the catalogue");
	}
}

static int apply_run(struct run *r, const struct counts *accepted, bool *ret_hold, struct hv_err *err)
{
	hv_auto(apply_closep) struct apply *ap = NULL;

	if (move(r, "applying", NULL, err) < 0 || open_gate(r, &ap, err) < 0)
		return err->code;
	return write_all(r, ap, accepted, ret_hold, err);
}

/* The run is done whatever becomes of this: a vacuum that fails is a log line. */
static void tidy_up(struct run *r)
{
	struct hv_err err;

	if (r->counts.created + r->counts.changed + r->counts.same < MANY_ROWS)
		return;
	if (apply_vacuum(r->store, &err) < 0)
		hv_log(r->env->log, HV_LOG_WARN, "vacuum failed",
		       (struct hv_kv[]){
			       { "source", r->bound->source->name }, { "error", err.text }, { 0 } });
}

int run_settle(struct run *r, const struct counts *accepted, struct hv_err *err)
{
	bool hold_it;

	if (judge_only(r, err) < 0)
		return err->code;
	if (verdict(r, accepted, &hold_it, err) < 0)
		return err->code;
	if (r->options->dry_run) {
		r->outcome->verdict = RUN_DRY;
		return move(r, "cancelled", "Essai à blanc (--dry-run) : rien n’a été appliqué.", err);
	}
	if (!hold_it && apply_run(r, accepted, &hold_it, err) < 0)
		return err->code;
	if (hold_it)
		return hold(r, err);
	fault_point(&r->faults, "apply.end");
	r->outcome->verdict = RUN_DONE;
	tidy_up(r);
	return 0;
}
