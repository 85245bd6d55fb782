/*
 * deliver.c - how an answer goes out: whole without a copy, or in the way a fault wants it.
 *
 * Runs in the connection's own thread, without the provider's lock. Tests:
 * tests/unit/support/test_provider.c.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/support/provider/provider_private.h"

/* A whole answer on its way out. */
struct parcel {
	struct provider *p;
	struct pv_text before;
	struct pv_page *page;
	unsigned char after[8];
};

/* An answer that goes out in a faulty way. */
struct drip {
	struct provider *p;
	struct pv_text body;
	enum pv_delivery delivery;
	int fd;
};

static void parcel_free(void *cls)
{
	struct parcel *parcel = cls;

	pthread_mutex_lock(&parcel->p->lock);
	pv_page_unref(parcel->page);
	pthread_mutex_unlock(&parcel->p->lock);
	pv_text_free(&parcel->before);
	free(parcel);
}

/* Head and page in one body, without copying the page. Takes over what the answer holds. */
static struct MHD_Response *response_of_page(struct provider *p, struct pv_answer *a)
{
	struct parcel *parcel = calloc(1, sizeof *parcel);
	struct MHD_Response *response;
	struct MHD_IoVec iov[3];
	bool good = parcel != NULL;

	if (!parcel)
		return NULL;
	parcel->p = p;
	parcel->page = a->page;
	a->page = NULL;
	if (parcel->page->deflated) {
		good = pv_gzip_join(&a->reply.body, parcel->page, &parcel->before, parcel->after);
		a->reply.content_encoding = "gzip";
	} else {
		parcel->before = a->reply.body;
		a->reply.body = (struct pv_text){ 0 };
	}
	iov[0] = (struct MHD_IoVec){ parcel->before.s, parcel->before.len };
	iov[1] = (struct MHD_IoVec){ parcel->page->bytes.s, parcel->page->bytes.len };
	iov[2] = (struct MHD_IoVec){ parcel->after, sizeof parcel->after };
	response = good ? MHD_create_response_from_iovec(iov, parcel->page->deflated ? 3 : 2, parcel_free,
							 parcel)
			: NULL;
	if (!response)
		parcel_free(parcel);
	return response;
}

/* Waits until the client goes, the provider stops or the time is over. True when the time is over. */
static bool drip_wait(const struct drip *d, int ms)
{
	struct pollfd fds[2] = { { .fd = d->p->stop_fd, .events = POLLIN },
				 { .fd = d->fd, .events = POLLRDHUP } };

	return poll(fds, 2, ms) == 0;
}

static ssize_t drip_read(void *cls, uint64_t pos, char *buf, size_t max)
{
	struct drip *d = cls;
	size_t left = d->body.len - (size_t)pos, half = d->body.len / 2, n = left < max ? left : max;
	size_t piece = d->body.len / 20 + 1;

	switch (d->delivery) {
	case PV_CUT:
		n = n < half - (size_t)pos ? n : half - (size_t)pos;
		break;
	case PV_STALL:
		half = half < 500 ? half : 500;
		n = n < half - (size_t)pos ? n : half - (size_t)pos;
		if (n == 0)
			(void)drip_wait(d, -1);
		break;
	default:
		n = n < piece ? n : piece;
		if (!drip_wait(d, (int)(d->p->slow_ms / 20)))
			return MHD_CONTENT_READER_END_WITH_ERROR;
	}
	if (n == 0)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	memcpy(buf, d->body.s + pos, n);
	return (ssize_t)n;
}

static void drip_free(void *cls)
{
	struct drip *d = cls;

	pv_text_free(&d->body);
	free(d);
}

static int socket_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info ? info->connect_fd : -1;
}

static struct MHD_Response *response_of_drip(struct provider *p, struct MHD_Connection *connection,
					     struct pv_answer *a)
{
	struct drip *d = calloc(1, sizeof *d);
	struct MHD_Response *response;

	if (!d)
		return NULL;
	*d = (struct drip){
		.p = p, .body = a->reply.body, .delivery = a->reply.delivery, .fd = socket_of(connection)
	};
	a->reply.body = (struct pv_text){ 0 };
	response = MHD_create_response_from_callback(d->body.len, 16384, drip_read, d, drip_free);
	if (!response)
		drip_free(d);
	return response;
}

static struct MHD_Response *response_of_body(struct pv_answer *a)
{
	struct pv_text *body = &a->reply.body;

	return MHD_create_response_from_buffer(body->len, body->s ? body->s : (void *)(uintptr_t) "",
					       MHD_RESPMEM_MUST_COPY);
}

/* Ends the connection without an answer, with a reset where the kernel allows it. */
static enum MHD_Result reset(struct MHD_Connection *connection)
{
	struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	(void)setsockopt(socket_of(connection), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	return MHD_NO;
}

static void add_header(struct MHD_Response *response, const char *name, const char *value)
{
	if (value && *value)
		(void)MHD_add_response_header(response, name, value);
}

enum MHD_Result pv_answer_send(struct provider *p, struct MHD_Connection *connection, struct pv_answer *a)
{
	struct MHD_Response *response;
	enum MHD_Result r;

	if (a->reply.delivery == PV_RESET)
		return reset(connection);
	if (a->reply.body.failed)
		return MHD_NO;
	if (a->page)
		response = response_of_page(p, a);
	else
		response = a->reply.delivery == PV_WHOLE ? response_of_body(a)
							 : response_of_drip(p, connection, a);
	if (!response)
		return MHD_NO;
	add_header(response, "Content-Type", a->reply.content_type);
	add_header(response, "Content-Encoding", a->reply.content_encoding);
	add_header(response, "Retry-After", a->reply.retry_after);
	add_header(response, "Location", a->reply.location);
	r = MHD_queue_response(connection, (unsigned)a->reply.status, response);
	MHD_destroy_response(response);
	return r;
}
