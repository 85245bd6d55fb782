/*
 * run/run.c - a run from its lease to its end; see run.h.
 */
#include "harvester/run/run_priv.h"

#include <unistd.h>

#include "harvester/base/text.h"

/*
 * A lease whose session is gone is free at once; its time only matters for a process that hangs. So it
 * outlasts the longest wait that is allowed to a run: an hour of Retry-After, or one long statement of an
 * apply, inside which it cannot be extended.
 */
enum { LEASE_SECONDS = 7200, PATIENCE_MS = 1500, ARENA = 64 << 20 };

/* Below this nothing is begun: a full disk stops PostgreSQL itself. */
static const int64_t least_free = INT64_C(256) << 20;

_Static_assert(sizeof(((struct run_outcome *)0)->token) == LEASE_TOKEN, "run.h says how long a token is");

/* Tests shorten the lease to see one expire. */
static int lease_seconds(void)
{
	const char *env = getenv("HARVESTER_LEASE_SECONDS");
	long v = env ? strtol(env, NULL, 10) : 0;

	return v > 0 && v < 86400 ? (int)v : LEASE_SECONDS;
}

static int take_lease(struct run *r, struct hv_err *err)
{
	char host[128] = "?", holder[512];

	(void)gethostname(host, sizeof(host) - 1);
	(void)snprintf(holder, sizeof(holder), "%s, pid %d, `%s`", host, (int)getpid(), r->env->role);
	r->lease_seconds = lease_seconds();
	struct lease_want want = { .source = r->bound->source->name,
				   .holder = holder,
				   .seconds = r->lease_seconds,
				   .patience_ms = PATIENCE_MS };
	r->renewed = clock_monotonic();
	if (lease_take(r->store, &want, r->token, err) < 0)
		return err->code;
	memcpy(r->outcome->token, r->token, sizeof(r->token));
	return 0;
}

int run_ours(const struct run_env *env, const struct run_outcome *former, struct hv_err *err)
{
	if (!former->token[0])
		return 0; /* not even the lease was ours yet */
	if (!former->id)
		return hv_fail(err, HV_E_STORE, "the database was lost before the run began; run it again");
	return runs_ours(env->store, former->id, former->token, err);
}

/* Is a third of it gone? A run without a lease (`diff`) has none to extend. */
static bool lease_is_due(struct run *r)
{
	int64_t now = clock_monotonic();

	if (!r->token[0] || now - r->renewed < (int64_t)r->lease_seconds * 1000000 / 3)
		return false;
	r->renewed = now;
	return true;
}

int run_keep_lease(struct run *r, struct hv_err *err)
{
	if (!lease_is_due(r))
		return 0;
	return lease_renew(r->store, r->bound->source->name, r->token, r->lease_seconds, err);
}

int run_keep_lease_inside(struct run *r, struct hv_err *err)
{
	hv_auto(store_closep) struct store *second = NULL;
	struct hv_err ignored;

	if (!lease_is_due(r))
		return 0;
	/* No room for another connection is no reason to stop: two thirds are left to try again. */
	if (store_again(r->store, r->env->role, &second, &ignored) < 0)
		return 0;
	return lease_renew(second, r->bound->source->name, r->token, r->lease_seconds, err);
}

static int cancel_open(struct run *r, const char *reason, struct hv_err *err)
{
	struct run_move m = { .state = "cancelled", .reason = reason };

	if (runs_adopt(r->store, r->row.id, r->token, err) < 0)
		return err->code;
	return runs_move(r->store, r->row.id, r->token, &m, err);
}

/*
 * A run replaces a held one because it brings the same again; a window would not bring what a held full
 * listing had to say, so after one the next run is full, too.
 */
static int create(struct run *r, struct hv_err *err)
{
	int held_full = runs_held_full(r->store, r->bound->source->name, err);

	if (held_full < 0)
		return held_full;
	bool again = r->options->full || held_full == HV_ROW, full = again || !r->source.cursor;
	struct run_new n = { .source = r->bound->source->name,
			     .kind = "harvest",
			     .listing = full ? "full" : "window",
			     .token = r->token,
			     .cursor_from = again ? NULL : r->source.cursor,
			     .who = r->options->who,
			     .why = r->options->why,
			     .mapping = r->bound->fingerprint };
	int64_t id;

	if (runs_create(r->store, &n, &id, err) < 0)
		return err->code;
	return runs_get(r->store, id, r->arena, &r->row, err);
}

/* Why an unfinished run cannot be gone on with; NULL: it can. */
static const char *stale(const struct run *r)
{
	if (r->row.mapping != r->bound->fingerprint)
		return "La correspondance ou les valeurs par défaut ont changé avant la fin de ce "
		       "moissonnage : il est recommencé.";
	if (r->options->full && strcmp(r->row.listing, "full") != 0)
		return "Une liste complète a été demandée avant la fin de ce moissonnage : il est "
		       "recommencé.";
	return NULL;
}

/* Go on with an unfinished run when it would still do what was asked; else begin a new one. */
static int open_run(struct run *r, struct hv_err *err)
{
	int found = runs_open(r->store, r->bound->source->name, r->arena, &r->row, err);

	if (found < 0)
		return found;
	if (found == HV_ROW && r->options->dry_run) /* it would end by being cancelled */
		return hv_fail(err, HV_E_USAGE,
			       "run %lld is not finished; `harvester run %s` goes on with it, then try dry",
			       (long long)r->row.id, r->bound->source->name);
	const char *why_not = found == HV_ROW ? stale(r) : NULL;
	if (found == HV_ROW && !why_not) {
		r->outcome->resumed = true;
		if (runs_adopt(r->store, r->row.id, r->token, err) < 0)
			return err->code;
	} else {
		if (why_not && cancel_open(r, why_not, err) < 0)
			return err->code;
		if (create(r, err) < 0)
			return err->code;
	}
	r->outcome->id = r->row.id;
	if (lease_attach(r->store, r->bound->source->name, r->token, r->row.id, err) < 0)
		return err->code;
	return counts_read(r->arena, r->row.counts, &r->counts, err);
}

static const char *french_cause(enum hv_code code)
{
	switch (code) {
	case HV_E_REMOTE:
		return "La source n’a pas répondu comme prévu";
	case HV_E_LIMIT:
		return "La source a dépassé une limite";
	case HV_E_REFUSED:
		return "Adresse ou contenu refusé par sécurité";
	case HV_E_CONFIG:
		return "La configuration doit être corrigée";
	case HV_E_STORE:
	case HV_E_IO:
		return "Incident sur la machine du moissonneur";
	default:
		return "Incident pendant le moissonnage";
	}
}

/* Record how it ended, as far as the database can still be told. What is committed stays for the next run. */
static int ended_badly(struct run *r, struct hv_err *err)
{
	char reason[sizeof(err->text) + 128];
	struct hv_err ignored;

	if (err->code == HV_E_CANCELLED) { /* a signal: the run stays open, the next one goes on with it */
		r->outcome->verdict = RUN_INTERRUPTED;
		r->outcome->counts = r->counts;
		return 0;
	}
	if (err->code == HV_E_LOST || store_lost(r->store) || err->code == HV_E_STORE)
		return err->code; /* still open, and resumed by whoever holds the lease next */
	(void)snprintf(reason, sizeof(reason), "%s (%s)", french_cause(err->code), err->text);
	/* Words of servers are in it. The database refuses what is not UTF-8, and a run that cannot be told
	 * to have failed would be gone on with for ever. */
	for (size_t at; !text_valid(str_of(reason), &at);)
		reason[at] = '?';
	struct run_move m = { .state = "failed", .reason = reason };
	(void)!runs_move(r->store, r->row.id, r->token, &m, &ignored);
	return err->code;
}

/* What was held is brought again by this run, now that its list is complete. A dry run replaces nothing. */
static int supersede(struct run *r, struct hv_err *err)
{
	if (r->options->dry_run)
		return 0;
	if (store_begin(r->store, false, err) < 0)
		return err->code;
	if (runs_supersede(r->store, r->bound->source->name, r->row.id, err) < 0 ||
	    runs_ours(r->store, r->row.id, r->token, err) < 0) {
		store_rollback(r->store);
		return err->code;
	}
	return store_commit(r->store, err);
}

static int work(struct run *r, struct hv_err *err)
{
	if (open_run(r, err) < 0)
		return err->code;
	if (strcmp(r->row.state, "collecting") == 0 && run_collect(r, err) < 0)
		return ended_badly(r, err);
	if (supersede(r, err) < 0 || run_settle(r, NULL, err) < 0)
		return ended_badly(r, err);
	return 0;
}

static int check_source(struct run *r, struct hv_err *err)
{
	const char *name = r->bound->source->name;
	int64_t free_space = store_free_space(r->store);

	if (free_space >= 0 && free_space < least_free)
		return hv_fail(err, HV_E_IO,
			       "only %lld MB are free where the database lies; make room before running '%s'",
			       (long long)(free_space >> 20), name);
	if (runs_source(r->store, name, true, r->arena, &r->source, err) < 0)
		return err->code;
	if (!r->source.held)
		return 0;
	r->outcome->verdict = RUN_HELD;
	(void)snprintf(r->outcome->reason, sizeof(r->outcome->reason), "La source est retenue par %s : %s",
		       r->source.held_by ? r->source.held_by : "?", r->source.held);
	hv_whole_end(r->outcome->reason);
	return HV_ROW;
}

static int leased(struct run *r, int (*step)(struct run *r, struct hv_err *err), struct hv_err *err)
{
	if (take_lease(r, err) < 0)
		return err->code;
	int result = step(r, err);
	struct hv_err ignored;
	if (!store_lost(r->store))
		(void)!lease_release(r->store, r->bound->source->name, r->token, &ignored);
	return result;
}

static int source_step(struct run *r, struct hv_err *err)
{
	int held = check_source(r, err);

	return held ? (held < 0 ? held : 0) : work(r, err);
}

int run_bind(const struct run_env *env, const char *name, struct arena *a, struct bound *b,
	     struct hv_err *err)
{
	const struct cfg_source *source;
	struct problems p;

	if (config_source(env->config, name, &source, err) < 0)
		return err->code;
	for (size_t i = 0; i < env->config->problems.n;
	     i++) { /* this file's own problems; others do not concern this run */
		const struct problem *q = &env->config->problems.v[i];

		if (!q->warning && strcmp(q->file, source->file) == 0)
			return hv_fail(err, HV_E_CONFIG, "%s:%u:%u: %s", q->file, q->line, q->column,
				       q->text);
	}
	problems_init(&p, a);
	if (bind_source(env->config, source, a, &p, b, err) < 0)
		return err->code;
	return problems_err(&p, err);
}

int run_source(const struct run_env *env, const char *name, const struct run_options *o,
	       struct run_outcome *ret, struct hv_err *err)
{
	hv_auto(arena_freep) struct arena *a = arena_new(ARENA);
	hv_auto(bound_release) struct bound b = { 0 };
	struct run r = {
		.env = env, .options = o, .bound = &b, .store = env->store, .arena = a, .outcome = ret
	};

	memset(ret, 0, sizeof(*ret));
	if (!a)
		return hv_nomem(err, "run");
	if (run_bind(env, name, a, &b, err) < 0)
		return err->code;
	faults_init(&r.faults);
	return leased(&r, source_step, err);
}

/* ---- a run that waits for a person
 * ------------------------------------------------------------------------------ */

static int load_run(const struct run_env *env, int64_t id, struct run *r, struct hv_err *err)
{
	if (runs_get(r->store, id, r->arena, &r->row, err) < 0 ||
	    run_bind(env, r->row.source, r->arena, r->bound, err) < 0 ||
	    counts_read(r->arena, r->row.counts, &r->counts, err) < 0)
		return err->code;
	r->outcome->id = id;
	return runs_source(r->store, r->row.source, false, r->arena, &r->source, err);
}

static int not_held(const struct run *r, struct hv_err *err)
{
	return hv_fail(err, HV_E_USAGE, "run %lld is %s, not held: there is nothing to release",
		       (long long)r->row.id, r->row.state);
}

/* A source has one run under way at most; what that one brings is newer than what is held. */
static int none_open(struct run *r, struct hv_err *err)
{
	struct run_row open;
	int found = runs_open(r->store, r->row.source, r->arena, &open, err);

	if (found != HV_ROW)
		return found;
	return hv_fail(
		err, HV_E_BUSY,
		"run %lld of '%s' is not finished: `harvester run %s` goes on with it and replaces run %lld, "
		"`harvester cancel %lld` gives it up",
		(long long)open.id, r->row.source, r->row.source, (long long)r->row.id, (long long)open.id);
}

static int release_step(struct run *r, struct hv_err *err)
{
	struct counts accepted;
	struct run_move judging = { .state = "judging" };

	/* Under the lease: it may have been superseded or released since we looked. */
	if (runs_get(r->store, r->row.id, r->arena, &r->row, err) < 0)
		return err->code;
	if (strcmp(r->row.state, "held") != 0)
		return not_held(r, err);
	if (none_open(r, err) < 0 || counts_read(r->arena, r->row.counts, &accepted, err) < 0 ||
	    runs_adopt(r->store, r->row.id, r->token, err) < 0 ||
	    runs_move(r->store, r->row.id, r->token, &judging, err) < 0)
		return err->code;
	return run_settle(r, &accepted, err) < 0 ? ended_badly(r, err) : 0;
}

int run_release(const struct run_env *env, int64_t id, const char *who, const char *why,
		struct run_outcome *ret, struct hv_err *err)
{
	hv_auto(arena_freep) struct arena *a = arena_new(ARENA);
	hv_auto(bound_release) struct bound b = { 0 };
	struct run_options o = { .who = who, .why = why };
	struct run r = {
		.env = env, .options = &o, .bound = &b, .store = env->store, .arena = a, .outcome = ret
	};

	memset(ret, 0, sizeof(*ret));
	if (!a)
		return hv_nomem(err, "run");
	if (load_run(env, id, &r, err) < 0)
		return err->code;
	if (strcmp(r.row.state, "held") != 0)
		return not_held(&r, err);
	faults_init(&r.faults);
	return leased(&r, release_step, err);
}

static int cancel_step(struct run *r, struct hv_err *err)
{
	struct run_move m = { .state = "cancelled",
			      .reason = "Annulé par une personne : rien n’a été appliqué.",
			      .who = r->options->who,
			      .why = r->options->why };

	if (runs_adopt(r->store, r->row.id, r->token, err) < 0)
		return hv_wrap(err, "run %lld is %s", (long long)r->row.id, r->row.state);
	return runs_move(r->store, r->row.id, r->token, &m, err);
}

int run_cancel(const struct run_env *env, int64_t id, const char *who, const char *why, struct hv_err *err)
{
	hv_auto(arena_freep) struct arena *a = arena_new(ARENA);
	struct run_outcome outcome = { 0 };
	struct run_options o = { .who = who, .why = why };
	struct cfg_source source = { 0 };
	struct bound b = { .source = &source };
	struct run r = {
		.env = env, .options = &o, .bound = &b, .store = env->store, .arena = a, .outcome = &outcome
	};

	if (!a)
		return hv_nomem(err, "run");
	if (runs_get(r.store, id, a, &r.row, err) < 0)
		return err->code;
	source.name = r.row.source; /* its files may be gone: cancelling needs only the name */
	return leased(&r, cancel_step, err);
}

int run_diff(const struct run_env *env, int64_t id, int (*each)(void *ctx, const struct run_difference *d),
	     void *ctx, struct counts *ret, struct hv_err *err)
{
	hv_auto(arena_freep) struct arena *a = arena_new(ARENA);
	hv_auto(bound_release) struct bound b = { 0 };
	hv_auto(apply_closep) struct apply *ap = NULL;
	struct run_outcome outcome = { 0 };
	struct run_options o = { 0 };
	struct run r = {
		.env = env, .options = &o, .bound = &b, .store = env->store, .arena = a, .outcome = &outcome
	};

	if (!a)
		return hv_nomem(err, "run");
	if (load_run(env, id, &r, err) < 0)
		return err->code;
	if (apply_open(r.store, id, r.row.source, false, 0, &ap, err) < 0)
		return err->code;
	int result = run_judge(&r, ap, false, each, ctx, err);
	*ret = r.counts;
	return result;
}
