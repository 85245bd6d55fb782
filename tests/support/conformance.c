/*
 * tests/support/conformance.c - see conformance.h.
 */
#include "tests/support/conformance.h"

#include <check.h>

enum { MOST = 4096, PAGES = 500 };

static const struct conformance_adaptor *adaptor;

/* One source and one connector on it. */
struct bench {
	struct connector_env env;
	void *source;
	struct connector *c;
	struct arena *arena;
	struct hv_err err;
	bool cancelled;
};

/* What a listing gave, in order. */
struct heard {
	char *id[MOST];
	bool deleted[MOST];
	size_t n, pages, faults;
};

static bool is_cancelled(void *ctx)
{
	const struct bench *b = ctx;

	return __atomic_load_n(&b->cancelled, __ATOMIC_RELAXED);
}

/* False: the adaptor cannot play the wish. */
static bool start(struct bench *b, const struct conformance_wish *w)
{
	*b = (struct bench){ .arena = arena_new(16u << 20) };
	ck_assert_ptr_nonnull(b->arena);
	b->env = (struct connector_env){
		.max_record = 4u << 20, .retry_ms = 1, .cancelled = is_cancelled, .ctx = b
	};
	b->source = adaptor->start(w, &b->env);
	if (!b->source)
		arena_free(b->arena);
	return b->source;
}

static void open_connector(struct bench *b)
{
	int r = adaptor->ops->open(&b->env, &b->c, &b->err);

	ck_assert_msg(r == 0, "open: %s", b->err.text);
}

static void stop(struct bench *b)
{
	adaptor->ops->close(b->c);
	adaptor->stop(b->source);
	arena_free(b->arena);
}

static void forget(struct heard *h)
{
	for (size_t i = 0; i < h->n; i++)
		free(h->id[i]);
	h->n = h->pages = h->faults = 0;
}

/* A record keeps the promises of record.h. */
static void check_record(const struct record *r)
{
	ck_assert(r->external_id.n > 0 || r->fault);
	if (r->fault) {
		ck_assert_uint_gt(r->fault_reason.n, 0);
		ck_assert_uint_eq(r->body.n, 0);
	} else {
		ck_assert_msg((r->body.n == 0) == r->deleted,
			      "a live record has a body, a deleted one has none");
	}
}

/* All records of the page in hand. */
static void hear_page(struct bench *b, struct heard *h)
{
	struct record r;
	int n;

	while ((n = adaptor->ops->next(b->c, b->arena, &r, &b->err)) == HV_ROW) {
		ck_assert_uint_lt(h->n, MOST);
		check_record(&r);
		h->id[h->n] = strndup(r.external_id.p, r.external_id.n);
		h->deleted[h->n++] = r.deleted;
		h->faults += r.fault != NULL;
		arena_reset(b->arena);
	}
	ck_assert_msg(n == HV_END, "next: %s", b->err.text);
}

/* Pages up to the end or an error, at most `most` of them: the last answer of page(). */
static int hear(struct bench *b, struct heard *h, size_t most)
{
	struct connector_page page;
	int r = HV_ROW;

	while (h->pages < most && (r = adaptor->ops->page(b->c, &page, &b->err)) == HV_ROW) {
		size_t before = h->n;

		h->pages++;
		hear_page(b, h);
		ck_assert_uint_eq(h->n - before, page.records);
	}
	return r;
}

static void hear_all(struct bench *b, struct heard *h)
{
	int r = hear(b, h, PAGES);

	ck_assert_msg(r == HV_END, "page: %s", b->err.text);
}

static void same_tail(const struct heard *whole, size_t from, const struct heard *tail)
{
	ck_assert_uint_eq(tail->n, whole->n - from);
	for (size_t i = 0; i < tail->n; i++)
		ck_assert_str_eq(tail->id[i], whole->id[from + i]);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

START_TEST(an_empty_source_is_a_success_with_a_cursor)
{
	struct bench b;
	struct heard h = { .n = 0 };
	hv_auto(buf_release) struct buf cursor = BUF_INIT(1 << 16);

	ck_assert(start(&b, &(struct conformance_wish){ .records = 0, .page_size = 10 }));
	open_connector(&b);
	ck_assert_int_eq(adaptor->ops->listing(b.c), LISTING_FULL);
	hear_all(&b, &h);
	ck_assert_uint_eq(h.n, 0);
	ck_assert_int_eq(adaptor->ops->cursor(b.c, &cursor, &b.err), 0);
	ck_assert_uint_gt(cursor.n, 0);
	stop(&b);
}
END_TEST

START_TEST(all_records_come_once_and_in_the_same_order_whatever_the_page_size)
{
	static struct heard one, many;
	struct bench b;

	ck_assert(start(&b, &(struct conformance_wish){ .records = 47, .page_size = 100 }));
	open_connector(&b);
	hear_all(&b, &one);
	stop(&b);
	ck_assert_uint_eq(one.n, 47);
	ck_assert(start(&b, &(struct conformance_wish){ .records = 47, .page_size = 7 }));
	open_connector(&b);
	hear_all(&b, &many);
	stop(&b);
	ck_assert_uint_eq(many.pages, 7);
	same_tail(&one, 0, &many);
	qsort(many.id, many.n, sizeof(many.id[0]), by_text);
	for (size_t i = 1; i < many.n; i++)
		ck_assert_str_ne(many.id[i - 1], many.id[i]);
	forget(&one);
	forget(&many);
}
END_TEST

START_TEST(the_end_stays_the_end)
{
	struct bench b;
	struct heard h = { .n = 0 };
	struct connector_page page;
	struct record r;

	ck_assert(start(&b, &(struct conformance_wish){ .records = 5, .page_size = 5 }));
	open_connector(&b);
	hear_all(&b, &h);
	ck_assert_int_eq(adaptor->ops->page(b.c, &page, &b.err), HV_END);
	ck_assert_int_eq(adaptor->ops->next(b.c, b.arena, &r, &b.err), HV_END);
	stop(&b);
	forget(&h);
}
END_TEST

START_TEST(a_restart_from_the_checkpoint_of_any_page_gives_the_rest_exactly)
{
	static struct heard whole;
	struct bench b;

	ck_assert(start(&b, &(struct conformance_wish){ .records = 23, .page_size = 5, .deleted_every = 4 }));
	open_connector(&b);
	hear_all(&b, &whole);
	adaptor->ops->close(b.c);
	for (size_t pages = 0; pages <= whole.pages; pages++) {
		struct heard first = { .n = 0 }, rest = { .n = 0 };
		hv_auto(buf_release) struct buf checkpoint = BUF_INIT(1 << 16);

		b.env.checkpoint = NULL;
		open_connector(&b);
		(void)hear(&b, &first, pages);
		ck_assert_int_eq(adaptor->ops->checkpoint(b.c, &checkpoint, &b.err), 0);
		adaptor->ops->close(b.c);
		b.env.checkpoint = buf_cstr(&checkpoint);
		open_connector(&b);
		hear_all(&b, &rest);
		adaptor->ops->close(b.c);
		same_tail(&whole, first.n, &rest);
		forget(&first);
		forget(&rest);
	}
	b.c = NULL;
	stop(&b);
	forget(&whole);
}
END_TEST

START_TEST(a_checkpoint_that_is_nonsense_is_refused)
{
	static const char *const nonsense[] = { "", "{", "{}", "[]", "7", "{\"v\":1,\"offset\":-1}", "\xff" };
	struct bench b;

	ck_assert(start(&b, &(struct conformance_wish){ .records = 5, .page_size = 5 }));
	for (size_t i = 0; i < HV_LEN(nonsense); i++) {
		b.env.checkpoint = nonsense[i];
		ck_assert_msg(adaptor->ops->open(&b.env, &b.c, &b.err) < 0, "'%s' was taken", nonsense[i]);
	}
	b.c = NULL;
	stop(&b);
}
END_TEST

START_TEST(deleted_records_say_so_and_have_no_body)
{
	struct bench b;
	struct heard h = { .n = 0 };
	size_t deleted = 0;

	ck_assert(start(&b, &(struct conformance_wish){ .records = 20, .page_size = 6, .deleted_every = 5 }));
	open_connector(&b);
	hear_all(&b, &h);
	for (size_t i = 0; i < h.n; i++)
		deleted += h.deleted[i];
	ck_assert_uint_eq(h.n, 20);
	ck_assert_uint_eq(deleted, 4);
	stop(&b);
	forget(&h);
}
END_TEST

/* Faults of the second page: it must end, as an error, and what came before stays. */
static void must_fail(enum conformance_fault fault)
{
	struct bench b;
	struct heard h = { .n = 0 };

	if (!start(&b, &(struct conformance_wish){ .records = 40, .page_size = 10, .fault = fault }))
		return;
	open_connector(&b);
	int r = hear(&b, &h, PAGES);

	ck_assert_msg(r < 0, "the list ended without an error after %zu records", h.n);
	ck_assert(r == HV_E_REMOTE || r == HV_E_LIMIT);
	ck_assert_uint_gt(strlen(b.err.text), 0);
	ck_assert_uint_ge(h.n, 10);
	stop(&b);
	forget(&h);
}

START_TEST(a_list_without_end_is_an_error_not_a_loop)
{
	must_fail(CONFORMANCE_ENDLESS);
}
END_TEST

START_TEST(silence_ends_by_a_limit)
{
	must_fail(CONFORMANCE_STALL);
}
END_TEST

START_TEST(an_answer_over_the_limit_is_refused)
{
	must_fail(CONFORMANCE_TOO_LONG);
}
END_TEST

START_TEST(cancelling_half_way_ends_with_that_word)
{
	struct bench b;
	struct heard h = { .n = 0 };

	ck_assert(start(&b, &(struct conformance_wish){ .records = 40, .page_size = 10 }));
	open_connector(&b);
	ck_assert_int_eq(hear(&b, &h, 2), HV_ROW);
	__atomic_store_n(&b.cancelled, true, __ATOMIC_RELAXED);
	ck_assert_int_eq(hear(&b, &h, PAGES), HV_E_CANCELLED);
	ck_assert_uint_eq(h.n, 20);
	stop(&b);
	forget(&h);
}
END_TEST

START_TEST(a_record_over_the_limit_costs_itself)
{
	struct bench b;
	struct heard h = { .n = 0 };

	ck_assert(start(&b, &(struct conformance_wish){ .records = 12, .page_size = 5, .deleted_every = 4 }));
	b.env.max_record = 10;
	open_connector(&b);
	hear_all(&b, &h);
	ck_assert_uint_eq(h.n, 12);
	ck_assert_uint_eq(h.faults, 9);
	stop(&b);
	forget(&h);
}
END_TEST

START_TEST(memory_that_runs_out_in_next_loses_no_record)
{
	struct bench b;
	struct connector_page page;
	struct record r;
	char id[512] = "";

	ck_assert(start(&b, &(struct conformance_wish){ .records = 3, .page_size = 3 }));
	open_connector(&b);
	ck_assert_int_eq(adaptor->ops->page(b.c, &page, &b.err), HV_ROW);
	for (size_t n = 0;; n++) {
		ck_assert_uint_lt(n, 1000);
		arena_reset(b.arena);
		arena_fail_at(b.arena, n);
		int e = adaptor->ops->next(b.c, b.arena, &r, &b.err);

		if (e == HV_ROW && !arena_failed(b.arena))
			break;
		ck_assert_msg(e == HV_E_NOMEM, "allocation %zu: %d", n, e);
	}
	(void)snprintf(id, sizeof(id), "%.*s", STR_ARG(r.external_id));
	check_record(&r);
	arena_free(b.arena); /* drops the failure that is still to come */
	b.arena = arena_new(16u << 20);
	struct heard rest = { .n = 0 };

	hear_page(&b, &rest);
	ck_assert_uint_eq(rest.n, 2);
	ck_assert_str_ne(rest.id[0], id);
	stop(&b);
	forget(&rest);
}
END_TEST

int conformance_run(const struct conformance_adaptor *a, Suite *more)
{
	Suite *s = suite_create(a->ops->name);
	TCase *c = tcase_create("conformance");

	adaptor = a;
	tcase_set_timeout(c, 60);
	tcase_add_test(c, an_empty_source_is_a_success_with_a_cursor);
	tcase_add_test(c, all_records_come_once_and_in_the_same_order_whatever_the_page_size);
	tcase_add_test(c, the_end_stays_the_end);
	tcase_add_test(c, a_restart_from_the_checkpoint_of_any_page_gives_the_rest_exactly);
	tcase_add_test(c, a_checkpoint_that_is_nonsense_is_refused);
	tcase_add_test(c, deleted_records_say_so_and_have_no_body);
	tcase_add_test(c, a_list_without_end_is_an_error_not_a_loop);
	tcase_add_test(c, silence_ends_by_a_limit);
	tcase_add_test(c, an_answer_over_the_limit_is_refused);
	tcase_add_test(c, cancelling_half_way_ends_with_that_word);
	tcase_add_test(c, a_record_over_the_limit_costs_itself);
	tcase_add_test(c, memory_that_runs_out_in_next_loses_no_record);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);

	if (more)
		srunner_add_suite(r, more);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);

	srunner_free(r);
	return failed ? 1 : 0;
}
