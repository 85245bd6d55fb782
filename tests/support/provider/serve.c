/*
 * serve.c - the provider on HTTP: from a request to an answer and its faults. deliver.c sends it.
 *
 * One thread for each connection; the answer is made under the provider's lock, the bytes go out without it.
 * Tests: tests/unit/support/test_provider.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/provider/provider_private.h"

#define FORM_MAX 65536

/* One request while it comes in. */
struct call {
	char *query; /* encoded; from the address */
	struct pv_text form;
	bool begun;
};

void *pv_on_uri(void *cls, const char *uri, struct MHD_Connection *connection)
{
	struct call *call = calloc(1, sizeof *call);
	const char *query = uri + strcspn(uri, "?");

	(void)cls;
	(void)connection;
	if (call)
		call->query = strdup(*query ? query + 1 : query);
	return call;
}

void pv_on_completed(void *cls, struct MHD_Connection *connection, void **con_cls,
		     enum MHD_RequestTerminationCode code)
{
	struct call *call = *con_cls;

	(void)cls;
	(void)connection;
	(void)code;
	if (!call)
		return;
	free(call->query);
	pv_text_free(&call->form);
	free(call);
	*con_cls = NULL;
}

#define COPY(field, value) snprintf((field), sizeof(field), "%s", (value) ? (value) : "")

static const char *header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* Cuts at the size of the field. */
static void note_arguments(struct provider_request *r, const struct pv_arguments *a)
{
	size_t len = 0;

	for (size_t i = 0; i < a->n && len < sizeof r->arguments - 1; i++) {
		int n;

		if (strcmp(a->item[i].key, "verb") == 0)
			continue;
		n = snprintf(r->arguments + len, sizeof r->arguments - len, "%s%s=%s", len ? "&" : "",
			     a->item[i].key, a->item[i].value);
		len += n > 0 ? (size_t)n : 0;
	}
}

/* How many requests of this verb there were, with this one. */
static size_t count_verb(struct provider *p, const char *verb)
{
	for (size_t i = 0; *verb && i < PV_COUNTED_VERBS; i++) {
		struct pv_count *c = &p->count[i];

		if (!c->verb[0])
			COPY(c->verb, verb);
		if (strcmp(c->verb, verb) == 0)
			return ++c->n;
	}
	return 0;
}

/* The place in the log for the next request; NULL when the log is full. */
static struct provider_request *log_slot(struct provider *p)
{
	size_t n = p->n_requests++;

	if (n >= PV_KEPT_REQUESTS)
		return NULL;
	if (n % 64 == 0) {
		struct provider_request *more = realloc(p->request, (n + 64) * sizeof *more);

		if (!more)
			return NULL;
		p->request = more;
	}
	p->request[n] = (struct provider_request){ .number = n + 1 };
	return &p->request[n];
}

static const struct pv_fault *fault_due(struct provider *p, const char *verb, size_t nth_of_verb)
{
	for (size_t i = 0; i < p->n_plans; i++) {
		const struct pv_fault_plan *plan = &p->plan[i];
		size_t n = plan->verb[0] ? nth_of_verb : p->n_requests;

		if ((!plan->verb[0] || strcmp(plan->verb, verb) == 0) && n >= plan->first &&
		    (plan->times == 0 || n < plan->first + plan->times))
			return plan->fault;
	}
	return NULL;
}

static bool is_list(const char *verb)
{
	return strcmp(verb, "ListRecords") == 0 || strcmp(verb, "ListIdentifiers") == 0;
}

/* The answer without any fault: its head in reply.body, its rest as a page. False: reply tells a failure. */
static bool answer_make(struct provider *p, const struct pv_arguments *a, const char *form, bool gzip,
			const struct pv_oddities *odd, struct pv_answer *ret)
{
	const struct pv_repository repository = { .source = p->source,
						  .name = p->name,
						  .base_url = p->url,
						  .deleted_record = p->deleted_record,
						  .page_size = p->page_size,
						  .day_granularity = p->day_granularity,
						  .no_last_token = p->no_last_token,
						  .gzip = !p->no_gzip };
	const char *verb = pv_argument(a, "verb");
	bool keep = p->store.max && verb && is_list(verb) && !p->source->ops->refresh && !odd->same_token &&
		    !odd->no_identifier;
	uint64_t key = pv_hash(form, strlen(form)) ^ gzip;
	char errtext[512] = "out of memory";
	struct pv_text rest = { 0 };

	ret->reply = (struct pv_reply){ .status = 200, .content_type = "text/xml; charset=utf-8" };
	pv_answer_head(&ret->reply.body, pv_now(p));
	ret->page = keep ? pv_store_find(&p->store, key) : NULL;
	if (ret->page)
		return true;
	if ((!p->source->ops->refresh ||
	     p->source->ops->refresh(p->source, false, errtext, sizeof errtext)) &&
	    pv_answer_rest(&rest, &repository, a, odd, errtext, sizeof errtext))
		ret->page = pv_page_new(&rest, gzip);
	pv_text_free(&rest);
	if (ret->page && keep) {
		ret->page->key = key;
		pv_store_add(&p->store, ret->page);
	}
	if (ret->page)
		return true;
	/* the test set itself is wrong: say so where the author of the test will look */
	pv_text_free(&ret->reply.body);
	pv_text_printf(&ret->reply.body, "the test provider cannot answer: %s\n", errtext);
	ret->reply.status = 500;
	ret->reply.content_type = "text/plain; charset=utf-8";
	return false;
}

static void answer_spoil(struct provider *p, const struct pv_fault *fault, const char *path,
			 const char *query, struct pv_answer *a)
{
	const struct pv_fault_context c = { .base_url = p->url,
					    .path = path,
					    .query = query,
					    .now = pv_now(p),
					    .retry_after_s = p->retry_after_s };

	if (a->page)
		pv_text_add(&a->reply.body, a->page->bytes.s, a->page->bytes.len);
	pv_page_unref(a->page);
	a->page = NULL;
	if (fault->after)
		fault->after(&a->reply, &c);
}

static void answer_request(struct provider *p, struct MHD_Connection *connection, const char *path,
			   const char *method, const struct call *call, struct pv_answer *ret)
{
	const char *form = call->form.s ? call->form.s : call->query;
	const char *accept = header(connection, "Accept-Encoding"), *verb;
	bool gzip = !p->no_gzip && accept && strstr(accept, "gzip");
	struct provider_request *log = log_slot(p);
	struct pv_oddities odd = { 0 };
	const struct pv_fault *fault;
	struct pv_arguments a;

	pv_arguments_parse(&a, form);
	verb = pv_argument(&a, "verb");
	verb = verb ? verb : "";
	fault = fault_due(p, verb, count_verb(p, verb));
	if (fault && fault->before)
		fault->before(&odd);
	if (strcmp(path, "/oai") != 0 && strcmp(path, "/moved/oai") != 0) {
		*ret = (struct pv_answer){ .reply = { .status = 404,
						      .content_type = "text/plain; charset=utf-8" } };
		pv_text_puts(&ret->reply.body, "there is nothing here but /oai\n");
	} else {
		/* a fault works on the plain document */
		(void)answer_make(p, &a, form, gzip && !fault, &odd, ret);
	}
	if (fault)
		answer_spoil(p, fault, path, call->query, ret);
	if (log) {
		COPY(log->method, method);
		COPY(log->path, path);
		COPY(log->verb, verb);
		note_arguments(log, &a);
		COPY(log->user_agent, header(connection, "User-Agent"));
		COPY(log->contact, header(connection, "From"));
		COPY(log->fault, fault ? fault->name : NULL);
		log->accepts_gzip = accept && strstr(accept, "gzip");
		log->status = ret->reply.status;
	}
	pv_arguments_free(&a);
}

enum MHD_Result pv_on_request(void *cls, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *data, size_t *size,
			      void **con_cls)
{
	struct provider *p = cls;
	struct call *call = *con_cls;
	struct pv_answer a = { 0 };
	enum MHD_Result r;

	(void)version;
	if (!call || !call->query)
		return MHD_NO;
	if (!call->begun) {
		call->begun = true;
		return MHD_YES;
	}
	if (*size) {
		if (call->form.len + *size > FORM_MAX)
			return MHD_NO;
		pv_text_add(&call->form, data, *size);
		*size = 0;
		return MHD_YES;
	}
	pthread_mutex_lock(&p->lock);
	answer_request(p, connection, url, method, call, &a);
	pthread_mutex_unlock(&p->lock);
	r = pv_answer_send(p, connection, &a);
	pv_text_free(&a.reply.body);
	if (a.page) {
		pthread_mutex_lock(&p->lock);
		pv_page_unref(a.page);
		pthread_mutex_unlock(&p->lock);
	}
	return r;
}
