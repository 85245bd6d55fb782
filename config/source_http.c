/*
 * config/source_http.c - the keys of `http:` that have several forms: addresses, tls, auth.
 * Refuses to open anything: addresses are judged by their text, secrets stay references.
 * Tests: tests/unit/config/test_source.c.
 */
#include <arpa/inet.h>

#include "config/source.h"
#include "harvester/base/buf.h"

struct auth {
	const struct yaml *basic;
	struct cfg_secret bearer, value;
	const char *header;
};

struct basic {
	const char *user;
	struct cfg_secret password;
};

const struct cfg_field auth_fields[] = {
	{ .name = "basic",
	  .type = CFG_RAW,
	  .offset = offsetof(struct auth, basic),
	  .optional = true,
	  .help = "User and password.",
	  .example = "{user: x, password: \"file:/run/secrets/x\"}" },
	{ .name = "bearer",
	  .type = CFG_SECRET,
	  .offset = offsetof(struct auth, bearer),
	  .optional = true,
	  .help = "Token of an Authorization header.",
	  .example = "env:NAME" },
	{ .name = "header",
	  .type = CFG_TEXT,
	  .offset = offsetof(struct auth, header),
	  .optional = true,
	  .help = "Name of a header of the server's own; needs `value`.",
	  .example = "X-API-KEY" },
	{ .name = "value",
	  .type = CFG_SECRET,
	  .offset = offsetof(struct auth, value),
	  .optional = true,
	  .help = "Value of that header.",
	  .example = "file:/run/secrets/key" },
};
const size_t auth_fields_n = HV_LEN(auth_fields);

static const struct cfg_field basic_fields[] = {
	{ .name = "user", .type = CFG_TEXT, .offset = offsetof(struct basic, user) },
	{ .name = "password",
	  .type = CFG_SECRET,
	  .offset = offsetof(struct basic, password),
	  .example = "password: \"file:/run/secrets/x\"" },
};

static const struct cfg_field tls_fields[] = {
	{ .name = "fingerprint", .type = CFG_TEXT, .example = "fingerprint: \"sha256:…\"" },
};

static bool word(const struct yaml *v, const char *w)
{
	return v->kind == YAML_TEXT && str_is(v->text, w);
}

static bool is_address(const char *s)
{
	struct in6_addr any;

	return inet_pton(AF_INET, s, &any) == 1 || inet_pton(AF_INET6, s, &any) == 1;
}

void source_addresses(struct arena *a, const struct yaml *v, struct cfg_list *ret, struct problems *p)
{
	const struct yaml *items = v && v->kind == YAML_LIST ? v->items : v;
	size_t n = !v ? 0 : v->kind == YAML_LIST ? v->n : 1;

	*ret = (struct cfg_list){ .v = arena_array(a, n ? n : 1, sizeof(*ret->v)) };
	for (size_t i = 0; ret->v && i < n; i++) {
		if (yaml_is_nothing(&items[i]) || word(&items[i], "public"))
			continue;
		if (items[i].kind != YAML_TEXT)
			problem_at(p, &items[i], "'addresses' must be public or a list of IP addresses");
		else if (!is_address(items[i].text.p))
			problem_at(p, &items[i],
				   "'addresses' must be public or a list of IP addresses; '%.*s' is none",
				   STR_ARG(items[i].text));
		else
			ret->v[ret->n++] = items[i].text.p;
	}
}

static bool is_fingerprint(const char *s)
{
	if (!s || strncmp(s, "sha256:", 7) != 0)
		return false;
	return strlen(s + 7) == 64 && strspn(s + 7, "0123456789abcdefABCDEF") == 64;
}

void source_tls(const struct yaml *v, struct cfg_http *ret, struct problems *p)
{
	const char *fingerprint = NULL;

	if (!v || yaml_is_nothing(v) || word(v, "verify"))
		return;
	if (v->kind != YAML_MAP) {
		problem_at(p, v, "'tls' must be verify or {fingerprint: \"sha256:…\"}");
		return;
	}
	cfg_read(p->arena, v, tls_fields, HV_LEN(tls_fields), &fingerprint, p);
	if (is_fingerprint(fingerprint))
		ret->tls_fingerprint = fingerprint;
	else if (fingerprint)
		problem_at(p, yaml_get(v, "fingerprint"),
			   "'fingerprint' must be sha256: and the 64 hexadecimal digits of the certificate");
}

/* RFC 9110 §5.6.2: a header name is a token. */
static bool is_token(const char *s)
{
	static const char chars[] = "!#$%&'*+-.^_`|~0123456789"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

	return *s && s[strspn(s, chars)] == '\0';
}

static void auth_basic(struct arena *a, const struct yaml *v, struct cfg_http *ret, struct problems *p)
{
	struct basic b = { 0 };

	cfg_read(a, v, basic_fields, HV_LEN(basic_fields), &b, p);
	ret->auth = 1;
	ret->auth_name = b.user;
	ret->auth_secret = b.password;
	if (b.user && strchr(b.user, ':')) /* RFC 7617 §2 */
		problem_at(p, yaml_get(v, "user"), "'user' must not hold a colon");
}

static void auth_header(const struct yaml *v, const struct auth *auth, struct cfg_http *ret,
			struct problems *p)
{
	ret->auth = 3;
	ret->auth_name = auth->header;
	ret->auth_secret = auth->value;
	if (!is_token(auth->header))
		problem_at(p, yaml_get(v, "header"), "'header' must be the name of an HTTP header");
	if (!yaml_get(v, "value"))
		problem_at(p, v, "the key 'value' is missing (for example value: \"file:/run/secrets/key\")");
}

void source_auth(struct arena *a, const struct yaml *v, struct cfg_http *ret, struct problems *p)
{
	struct auth auth = { 0 };

	if (!v || yaml_is_nothing(v) || word(v, "none"))
		return;
	if (v->kind == YAML_MAP)
		cfg_read(a, v, auth_fields, auth_fields_n, &auth, p);
	bool basic = yaml_get(v, "basic"), bearer = yaml_get(v, "bearer"), header = auth.header != NULL;

	if (basic + bearer + header != 1) /* never shown: somebody may have written the secret here */
		problem_at(p, v, "'auth' must be none, or have exactly one of basic, bearer and header");
	else if (basic)
		auth_basic(a, auth.basic, ret, p);
	else if (header)
		auth_header(v, &auth, ret, p);
	if (!header && yaml_get(v, "value"))
		problem_at(p, yaml_key(v, "value"), "'value' belongs to 'header', which is missing");
	if (bearer && !basic && !header) {
		ret->auth = 2;
		ret->auth_secret = auth.bearer;
	}
}
