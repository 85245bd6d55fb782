/*
 * io/http_address.c - which addresses a harvester may speak to.
 *
 * A source's URL comes from people and its redirects from strangers: neither may point this machine at itself
 * or at its neighbours. The test is made on the resolved address at the moment a socket is opened, so that a
 * name that resolves differently the second time gains nothing. Tests: tests/unit/io/test_http.c.
 */
#include "harvester/io/http_internal.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

struct range {
	unsigned char b[16];
	unsigned bits;
	const char *what;
};

/* IANA special-purpose address registries (RFC 6890 and later); the first that holds the address counts. */
static const struct range v4[] = {
	{ { 0 }, 8, "an unspecified address" },
	{ { 10 }, 8, "a private address" },
	{ { 100, 64 }, 10, "a carrier-grade NAT address" },
	{ { 127 }, 8, "a loopback address" },
	{ { 169, 254 }, 16, "a link-local address" },
	{ { 172, 16 }, 12, "a private address" },
	{ { 192, 0, 0 }, 24, "a reserved address" },
	{ { 192, 0, 2 }, 24, "a documentation address" },
	{ { 192, 88, 99 }, 24, "a reserved address" },
	{ { 192, 168 }, 16, "a private address" },
	{ { 198, 18 }, 15, "a benchmark address" },
	{ { 198, 51, 100 }, 24, "a documentation address" },
	{ { 203, 0, 113 }, 24, "a documentation address" },
	{ { 224 }, 4, "a multicast address" },
	{ { 240 }, 4, "a reserved address" },
};

static const struct range v6[] = {
	{ { 0 }, 128, "an unspecified address" },
	{ { [15] = 1 }, 128, "a loopback address" },
	{ { 0xfc }, 7, "a private address" },
	{ { 0xfe, 0x80 }, 10, "a link-local address" },
	{ { 0xff }, 8, "a multicast address" },
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32, "a documentation address" },
	{ { 0x3f, 0xff }, 20, "a documentation address" },
	{ { 0x20, 0x01 }, 23, "a reserved address" }, /* IETF assignments, Teredo */
	{ { 0x20, 0x02 }, 16, "a 6to4 address" },     /* carries any IPv4 address inside */
};

static const unsigned char mapped[12] = { [10] = 0xff, 0xff };
static const unsigned char nat64[12] = { 0, 0x64, 0xff,
					 0x9b }; /* RFC 6052: an IPv4 address in the last 4 bytes */

static bool inside(const unsigned char *b, const struct range *r)
{
	unsigned whole = r->bits / 8, rest = r->bits % 8;

	if (memcmp(b, r->b, whole) != 0)
		return false;
	return rest == 0 || ((b[whole] ^ r->b[whole]) >> (8 - rest)) == 0;
}

static const char *find(const unsigned char *b, const struct range *ranges, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (inside(b, &ranges[i]))
			return ranges[i].what;
	return NULL;
}

const char *http_address_not_public(const struct http_address *a)
{
	if (memcmp(a->b, mapped, 12) == 0 || memcmp(a->b, nat64, 12) == 0)
		return find(a->b + 12, v4, HV_LEN(v4));
	const char *what = find(a->b, v6, HV_LEN(v6));

	/* Only 2000::/3 is handed out for the public network. */
	return what || (a->b[0] & 0xE0) == 0x20 ? what : "a reserved address";
}

static void from_v4(const void *four, struct http_address *ret)
{
	memcpy(ret->b, mapped, 12);
	memcpy(ret->b + 12, four, 4);
}

bool http_address_parse(const char *text, struct http_address *ret)
{
	unsigned char four[4];

	if (inet_pton(AF_INET, text, four) == 1) {
		from_v4(four, ret);
		return true;
	}
	return inet_pton(AF_INET6, text, ret->b) == 1;
}

bool http_address_of(const struct sockaddr *sa, struct http_address *ret)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (sa->sa_family == AF_INET) {
		memcpy(&in, sa, sizeof(in));
		from_v4(&in.sin_addr, ret);
		return true;
	}
	if (sa->sa_family != AF_INET6)
		return false;
	memcpy(&in6, sa, sizeof(in6));
	memcpy(ret->b, &in6.sin6_addr, 16);
	return true;
}

void http_address_text(const struct http_address *a, char *ret, size_t size)
{
	bool four = memcmp(a->b, mapped, 12) == 0;

	if (!inet_ntop(four ? AF_INET : AF_INET6, four ? a->b + 12 : a->b, ret, (socklen_t)size))
		ret[0] = '\0';
}
