/*
 * provider_private.h - what provider.c (the object), serve.c and deliver.c (HTTP) share. Nobody else includes
 * it.
 */
#ifndef TESTS_SUPPORT_PROVIDER_PROVIDER_PRIVATE_H
#define TESTS_SUPPORT_PROVIDER_PROVIDER_PRIVATE_H

#include <microhttpd.h>
#include <pthread.h>

#include "tests/support/provider/fault.h"
#include "tests/support/provider/page.h"
#include "tests/support/provider/provider.h"
#include "tests/support/provider/source.h"

#define PV_PLANS 32
#define PV_KEPT_REQUESTS 20000
#define PV_COUNTED_VERBS 16

struct pv_count {
	char verb[32];
	size_t n;
};

struct provider {
	struct MHD_Daemon *daemon;
	int stop_fd; /* becomes readable when the provider stops, so that no delivery waits for ever */
	char url[64];
	char *name, *deleted_record;
	size_t page_size;
	bool day_granularity, no_last_token, no_gzip;
	unsigned retry_after_s, slow_ms;

	pthread_mutex_t lock; /* over everything below */
	struct pv_source *source;
	struct pv_store store;
	bool fixed_clock;
	int64_t clock;
	struct pv_fault_plan plan[PV_PLANS];
	size_t n_plans;
	struct provider_request *request;
	size_t n_requests; /* all that came; the first PV_KEPT_REQUESTS are in request[] */
	struct pv_count count[PV_COUNTED_VERBS];
};

/* What is sent: a reply made by a fault, or head and page. */
struct pv_answer {
	struct pv_reply reply;
	struct pv_page *page;
};

int64_t pv_now(const struct provider *p);

/* Sends the answer and takes over what it uses of it; the caller frees the rest. */
enum MHD_Result pv_answer_send(struct provider *p, struct MHD_Connection *connection, struct pv_answer *a);

/* Callbacks of libmicrohttpd; cls is the provider. */
void *pv_on_uri(void *cls, const char *uri, struct MHD_Connection *connection);
enum MHD_Result pv_on_request(void *cls, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *data, size_t *size,
			      void **con_cls);
void pv_on_completed(void *cls, struct MHD_Connection *connection, void **con_cls,
		     enum MHD_RequestTerminationCode code);

#endif
