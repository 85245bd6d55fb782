/*
 * provider.c - the provider as an object: start, stop, what tests may ask and change. See provider.h.
 */
#include "tests/support/provider/provider.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/provider/provider_private.h"

int64_t pv_now(const struct provider *p)
{
	return p->fixed_clock ? p->clock : (int64_t)time(NULL);
}

bool provider_set_date(struct provider *p, const char *response_date)
{
	int64_t stamp = 0;
	bool day = false;

	if (response_date && (!pv_stamp_parse(response_date, &stamp, &day) || day))
		return false;
	pthread_mutex_lock(&p->lock);
	p->fixed_clock = response_date != NULL;
	p->clock = stamp;
	pthread_mutex_unlock(&p->lock);
	return true;
}

bool provider_fault(struct provider *p, const char *script, char *errtext, size_t errsize)
{
	for (const char *s = script; *s;) {
		size_t len = strcspn(s, ",");
		struct pv_fault_plan plan;
		const char *wrong = pv_fault_plan_parse(s, len, &plan);

		pthread_mutex_lock(&p->lock);
		if (!wrong && p->n_plans == PV_PLANS)
			wrong = "is one fault too many";
		if (!wrong)
			p->plan[p->n_plans++] = plan;
		pthread_mutex_unlock(&p->lock);
		if (wrong) {
			snprintf(errtext, errsize, "fault '%.*s' %s", (int)len, s, wrong);
			return false;
		}
		s += len + (s[len] == ',');
	}
	return true;
}

size_t provider_fault_list(char *buf, size_t size)
{
	size_t need = 0;

	for (const struct pv_fault *f = pv_faults; f->name; f++) {
		char line[160];
		int n = snprintf(line, sizeof line, "%s: %s\n", f->name, f->help);

		if (n > 0 && need + (size_t)n < size)
			memcpy(buf + need, line, (size_t)n + 1);
		need += n > 0 ? (size_t)n : 0;
	}
	return need + 1;
}

const char *provider_url(const struct provider *p)
{
	return p->url;
}

size_t provider_requests(struct provider *p, const char *verb)
{
	size_t n = 0;

	pthread_mutex_lock(&p->lock);
	if (!verb)
		n = p->n_requests;
	for (size_t i = 0; verb && i < PV_COUNTED_VERBS; i++)
		if (strcmp(p->count[i].verb, verb) == 0)
			n = p->count[i].n;
	pthread_mutex_unlock(&p->lock);
	return n;
}

bool provider_request(struct provider *p, size_t number, struct provider_request *ret)
{
	bool there;

	pthread_mutex_lock(&p->lock);
	there = number > 0 && number <= p->n_requests && number <= PV_KEPT_REQUESTS;
	if (there)
		*ret = p->request[number - 1];
	pthread_mutex_unlock(&p->lock);
	return there;
}

bool provider_reload(struct provider *p, char *errtext, size_t errsize)
{
	bool good = true;

	pthread_mutex_lock(&p->lock);
	if (p->source->ops->refresh)
		good = p->source->ops->refresh(p->source, true, errtext, errsize);
	pthread_mutex_unlock(&p->lock);
	return good;
}

void provider_change(struct provider *p, size_t count)
{
	pthread_mutex_lock(&p->lock);
	if (p->source->ops->change) {
		p->source->ops->change(p->source, count, pv_now(p));
		pv_store_clear(&p->store);
	}
	pthread_mutex_unlock(&p->lock);
}

void provider_stop(struct provider *p)
{
	uint64_t one = 1;

	if (!p)
		return;
	if (p->daemon) {
		/* first wake the deliveries that wait: stopping the daemon joins their threads */
		while (write(p->stop_fd, &one, sizeof one) < 0 && errno == EINTR)
			;
		MHD_stop_daemon(p->daemon);
	}
	if (p->stop_fd >= 0)
		close(p->stop_fd);
	pv_store_clear(&p->store);
	if (p->source)
		p->source->ops->free(p->source);
	pthread_mutex_destroy(&p->lock);
	free(p->request);
	free(p->name);
	free(p->deleted_record);
	free(p);
}

static const char *or_else(const char *s, const char *other)
{
	return s ? s : other;
}

/* Everything but the socket. */
static bool prepare(struct provider *p, const struct provider_options *o, char *errtext, size_t errsize)
{
	p->page_size = o->page_size ? o->page_size : 100;
	p->day_granularity = o->day_granularity;
	p->no_last_token = o->no_last_token;
	p->no_gzip = o->no_gzip;
	p->retry_after_s = o->retry_after_s ? o->retry_after_s : 1;
	p->slow_ms = o->slow_ms ? o->slow_ms : 1000;
	p->store.max = o->cache_bytes;
	p->name = strdup(or_else(o->repository_name, "Fournisseur d'essai"));
	p->deleted_record = strdup(or_else(o->deleted_record, "persistent"));
	p->stop_fd = eventfd(0, EFD_CLOEXEC);
	if (!p->name || !p->deleted_record || p->stop_fd < 0)
		return false;
	if (o->response_date && !provider_set_date(p, o->response_date)) {
		snprintf(errtext, errsize, "'%s' is no date such as 2026-01-31T00:00:00Z", o->response_date);
		return false;
	}
	if (o->fault && !provider_fault(p, o->fault, errtext, errsize))
		return false;
	p->source =
		o->records ? pv_folder_open(o->records, errtext, errsize) : pv_generator_open(o, pv_now(p));
	return p->source != NULL;
}

static bool listen_on(struct provider *p, uint16_t port, char *errtext, size_t errsize)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
	const union MHD_DaemonInfo *info;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	/* a thread for each connection, so that a fault that waits holds up nobody else */
	p->daemon =
		MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD, port, NULL,
				 NULL, pv_on_request, p, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
				 MHD_OPTION_URI_LOG_CALLBACK, pv_on_uri, p, MHD_OPTION_NOTIFY_COMPLETED,
				 pv_on_completed, p, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_END);
	info = p->daemon ? MHD_get_daemon_info(p->daemon, MHD_DAEMON_INFO_BIND_PORT) : NULL;
	if (!info || !info->port) {
		snprintf(errtext, errsize, "cannot listen on 127.0.0.1:%u: %s", (unsigned)port,
			 strerror(errno));
		return false;
	}
	snprintf(p->url, sizeof p->url, "http://127.0.0.1:%u/oai", (unsigned)info->port);
	return true;
}

struct provider *provider_start(const struct provider_options *options, char *errtext, size_t errsize)
{
	struct provider *p = calloc(1, sizeof *p);

	snprintf(errtext, errsize, "out of memory");
	if (!p)
		return NULL;
	p->stop_fd = -1;
	pthread_mutex_init(&p->lock, NULL);
	if (!prepare(p, options, errtext, errsize) || !listen_on(p, options->port, errtext, errsize)) {
		provider_stop(p);
		return NULL;
	}
	if (errsize)
		errtext[0] = '\0';
	return p;
}
