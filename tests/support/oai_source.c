/*
 * tests/support/oai_source.c - see oai_source.h.
 */
#include "tests/support/oai_source.h"

#include <check.h>

#include "harvester/io/xml.h"

static void on_finding(void *ctx, const char *code, const char *subject, const char *example)
{
	struct oai_source *s = ctx;

	buf_printf(&s->findings, "%s %s %s\n", code, subject, example);
}

static bool is_cancelled(void *ctx)
{
	const struct oai_source *s = ctx;

	return __atomic_load_n(&s->cancelled, __ATOMIC_RELAXED); /* the handle's worker asks too */
}

/* The section as it would stand in a source file, read by the same reader. */
static void read_section(struct oai_source *s, const struct oai_source_options *o)
{
	struct problems p;
	struct hv_err err = { 0 };
	const char *text =
		arena_printf(s->arena, "base_url: \"%s\"\n%s", o->base_url, o->more ? o->more : "");

	problems_init(&p, s->arena);
	s->config.section = yaml_parse(s->arena, "source.yaml", str_of(text), &p);
	ck_assert_ptr_nonnull(s->config.section);
	cfg_read(s->arena, s->config.section, oai_connector.fields, oai_connector.n_fields, &s->section, &p);
	oai_connector.check(&s->config, &s->section, &p);
	ck_assert_msg(problems_err(&p, &err) == 0, "%s", err.text);
}

static void start_http(struct oai_source *s, const struct oai_source_options *o)
{
	static const char *const loopback[] = { "127.0.0.1" };
	struct hv_err err = { 0 };
	struct http_options h;

	ck_assert_int_eq(http_global_init(&err), 0);
	http_options_default(&h);
	h.user_agent = "harvester-test (collections@valombreuse.example)";
	h.min_interval_ms = 0;
	h.first_byte_ms = h.low_speed_ms = o->silence_ms ? o->silence_ms : 20000;
	h.low_speed_bytes = 1;
	h.max_body = o->max_body ? o->max_body : 64u << 20;
	h.retries = o->retries;
	h.backoff_ms = h.backoff_max_ms = 1;
	h.addresses = loopback;
	h.n_addresses = HV_LEN(loopback);
	ck_assert_msg(http_new(&h, is_cancelled, s, &s->http, &err) == 0, "%s", err.text);
}

void oai_source_start(struct oai_source *s, const struct oai_source_options *o)
{
	*s = (struct oai_source){ .findings = BUF_INIT(1 << 20), .arena = arena_new(1 << 20) };
	ck_assert_ptr_nonnull(s->arena);
	xml_global_init();
	read_section(s, o);
	start_http(s, o);
	s->clock = (struct hv_clock){ .fixed = !o->system_clock };
	s->config.name = "essai";
	s->config.connector = "oai";
	s->config.http.retries = o->retries;
	s->env = (struct connector_env){
		.source = &s->config,
		.section = &s->section,
		.http = s->http,
		.clock = &s->clock,
		.max_record = 4u << 20,
		.retry_ms = 1,
		.finding = on_finding,
		.cancelled = is_cancelled,
		.ctx = s,
	};
}

void oai_source_stop(struct oai_source *s)
{
	http_free(s->http);
	buf_release(&s->findings);
	arena_free(s->arena);
}

bool oai_source_found(const struct oai_source *s, const char *code)
{
	const char *text = buf_cstr(&s->findings);
	size_t n = strlen(code);

	for (const char *p = text; (p = strstr(p, code)); p++)
		if ((p == text || p[-1] == '\n') && p[n] == ' ')
			return true;
	return false;
}
