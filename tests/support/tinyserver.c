/*
 * tests/support/tinyserver.c - see tinyserver.h. One thread, one connection at a time.
 */
#include "tests/support/tinyserver.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { KEPT = 64, LONGEST_REQUEST = 1 << 16 };

struct tiny {
	pthread_t thread;
	int listener, stop;
	unsigned port;
	char url[256];
	struct tiny_answer *answers; /* a copy */
	const struct tiny_answer *next;
	unsigned given; /* how often the next answer has been */
	SSL_CTX *tls;   /* NULL: plain */
	SSL *ssl;       /* of the current connection */
	int fd;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	unsigned connections, requests;
	char *texts[KEPT];
	bool stalled;
};

static void *must(void *p)
{
	if (!p)
		abort();
	return p;
}

static void must_do(int r)
{
	if (r < 0)
		abort();
}

/* False: the test is over. */
static bool readable(struct tiny *s, int fd)
{
	struct pollfd p[2] = { { .fd = fd, .events = POLLIN }, { .fd = s->stop, .events = POLLIN } };

	while (poll(p, 2, -1) < 0)
		;
	return p[1].revents == 0;
}

static ssize_t receive(struct tiny *s, char *to, size_t n)
{
	if (!(s->ssl && SSL_pending(s->ssl) > 0) && !readable(s, s->fd))
		return -1;
	if (s->ssl)
		return SSL_read(s->ssl, to, (int)n);
	return recv(s->fd, to, n, 0);
}

static void send_all(struct tiny *s, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t w = s->ssl ? SSL_write(s->ssl, p, (int)n) : send(s->fd, p, n, MSG_NOSIGNAL);

		if (w <= 0)
			return; /* the client has left, which many tests want */
		p += w;
		n -= (size_t)w;
	}
}

/* Headers and body of one request; false when the client leaves before it is whole. */
static bool read_request(struct tiny *s, char *text)
{
	size_t n = 0, need = 0;

	while (n < LONGEST_REQUEST - 1) {
		ssize_t got = receive(s, text + n, LONGEST_REQUEST - 1 - n);

		if (got <= 0)
			return false;
		n += (size_t)got;
		text[n] = '\0';
		const char *end = strstr(text, "\r\n\r\n"), *length = strcasestr(text, "\r\nContent-Length:");
		if (end)
			need = (size_t)(end - text) + 4 + (length ? strtoul(length + 17, NULL, 10) : 0);
		if (end && n >= need)
			return true;
	}
	return false;
}

static void note_request(struct tiny *s, const char *text)
{
	pthread_mutex_lock(&s->mutex);
	if (s->requests < KEPT)
		s->texts[s->requests] = must(strdup(text));
	s->requests++;
	pthread_mutex_unlock(&s->mutex);
}

static void stall(struct tiny *s)
{
	char c;

	pthread_mutex_lock(&s->mutex);
	s->stalled = true;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->mutex);
	while (receive(s, &c, 1) > 0)
		;
}

static void reset(struct tiny *s)
{
	struct linger l = { .l_onoff = 1, .l_linger = 0 };

	(void)setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
}

static void serve(struct tiny *s, char *text)
{
	while (read_request(s, text)) {
		note_request(s, text);
		const struct tiny_answer *a = s->next;
		if (!a->text) {
			reset(s);
			return;
		}
		if (++s->given >= (a->times ? a->times : 1)) {
			s->next++;
			s->given = 0;
		}
		send_all(s, a->text, a->n);
		if (a->then == TINY_KEEP)
			continue;
		if (a->then == TINY_RESET)
			reset(s);
		if (a->then == TINY_STALL)
			stall(s);
		return;
	}
}

static bool greet(struct tiny *s)
{
	if (!s->tls)
		return true;
	s->ssl = must(SSL_new(s->tls));
	return SSL_set_fd(s->ssl, s->fd) == 1 && SSL_accept(s->ssl) == 1;
}

static void *run(void *ctx)
{
	struct tiny *s = ctx;
	char *text = must(malloc(LONGEST_REQUEST));

	while (readable(s, s->listener)) {
		s->fd = accept(s->listener, NULL, NULL);
		if (s->fd < 0)
			continue;
		pthread_mutex_lock(&s->mutex);
		s->connections++;
		pthread_mutex_unlock(&s->mutex);
		if (greet(s))
			serve(s, text);
		if (s->ssl)
			(void)SSL_shutdown(s->ssl);
		SSL_free(s->ssl);
		s->ssl = NULL;
		close(s->fd);
	}
	free(text);
	return NULL;
}

static struct tiny_answer *copy_of(const struct tiny_answer *answers)
{
	size_t count = 0;

	while (answers[count].text)
		count++;
	struct tiny_answer *copy = must(calloc(count + 1, sizeof(*copy)));
	for (size_t i = 0; i < count; i++) {
		size_t n = answers[i].n ? answers[i].n : strlen(answers[i].text);
		char *text = must(malloc(n + 1));

		memcpy(text, answers[i].text, n);
		text[n] = '\0';
		copy[i] = answers[i];
		copy[i].text = text;
		copy[i].n = n;
	}
	return copy;
}

static struct tiny *start(const struct tiny_answer *answers, SSL_CTX *tls)
{
	struct tiny *s = must(calloc(1, sizeof(*s)));
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);

	s->answers = copy_of(answers);
	s->next = s->answers;
	s->tls = tls;
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	s->stop = eventfd(0, EFD_CLOEXEC);
	must_do(s->listener);
	must_do(s->stop);
	must_do(bind(s->listener, (struct sockaddr *)&a, n));
	must_do(listen(s->listener, 16));
	must_do(getsockname(s->listener, (struct sockaddr *)&a, &n));
	s->port = ntohs(a.sin_port);
	pthread_mutex_init(&s->mutex, NULL);
	pthread_cond_init(&s->changed, NULL);
	must_do(-pthread_create(&s->thread, NULL, run, s));
	return s;
}

struct tiny *tiny_start(const struct tiny_answer *answers)
{
	return start(answers, NULL);
}

static X509 *self_signed(EVP_PKEY *key)
{
	X509 *x = must(X509_new());
	X509_NAME *name = X509_get_subject_name(x);

	(void)ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	(void)X509_gmtime_adj(X509_getm_notBefore(x), -60);
	(void)X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	(void)X509_set_pubkey(x, key);
	(void)X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"127.0.0.1", -1, -1,
					 0);
	(void)X509_set_issuer_name(x, name);
	if (!X509_sign(x, key, EVP_sha256()))
		abort();
	return x;
}

struct tiny *tiny_start_tls(const struct tiny_answer *answers, char ret_fingerprint[80])
{
	SSL_CTX *tls = must(SSL_CTX_new(TLS_server_method()));
	EVP_PKEY *key = must(EVP_EC_gen("P-256"));
	X509 *x = self_signed(key);
	unsigned char digest[32];
	unsigned int n = sizeof(digest);

	if (SSL_CTX_use_certificate(tls, x) != 1 || SSL_CTX_use_PrivateKey(tls, key) != 1 ||
	    X509_digest(x, EVP_sha256(), digest, &n) != 1)
		abort();
	(void)snprintf(ret_fingerprint, 80, "sha256:");
	for (size_t i = 0; i < sizeof(digest); i++)
		(void)snprintf(ret_fingerprint + 7 + 2 * i, 3, "%02X", digest[i]);
	X509_free(x);
	EVP_PKEY_free(key);
	return start(answers, tls);
}

void tiny_stop(struct tiny *s)
{
	if (!s)
		return;
	(void)eventfd_write(s->stop, 1);
	pthread_join(s->thread, NULL);
	close(s->listener);
	close(s->stop);
	for (size_t i = 0; i < KEPT; i++)
		free(s->texts[i]);
	for (struct tiny_answer *a = s->answers; a->text; a++)
		hv_freep(&a->text);
	free(s->answers);
	SSL_CTX_free(s->tls);
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->mutex);
	free(s);
}

unsigned tiny_port(const struct tiny *s)
{
	return s->port;
}

const char *tiny_url(struct tiny *s, const char *path)
{
	(void)snprintf(s->url, sizeof(s->url), "%s://127.0.0.1:%u%s", s->tls ? "https" : "http", s->port,
		       path);
	return s->url;
}

static unsigned peek(struct tiny *s, const unsigned *value)
{
	pthread_mutex_lock(&s->mutex);
	unsigned v = *value;
	pthread_mutex_unlock(&s->mutex);
	return v;
}

unsigned tiny_connections(struct tiny *s)
{
	return peek(s, &s->connections);
}

unsigned tiny_requests(struct tiny *s)
{
	return peek(s, &s->requests);
}

const char *tiny_request(struct tiny *s, unsigned i)
{
	pthread_mutex_lock(&s->mutex);
	const char *text = i < KEPT && s->texts[i] ? s->texts[i] : "";
	pthread_mutex_unlock(&s->mutex);
	return text;
}

bool tiny_stalled(struct tiny *s)
{
	pthread_mutex_lock(&s->mutex);
	bool v = s->stalled;
	pthread_mutex_unlock(&s->mutex);
	return v;
}

void tiny_wait_stalled(struct tiny *s)
{
	pthread_mutex_lock(&s->mutex);
	while (!s->stalled)
		pthread_cond_wait(&s->changed, &s->mutex);
	pthread_mutex_unlock(&s->mutex);
}
