/*
 * run/bind.c - see bind.h.
 */
#include "harvester/run/bind.h"

#include "config/secret.h"
#include "connectors/registry.h"
#include "harvester/base/text.h"

static void bind_connector(struct bound *b, struct problems *p)
{
	const struct cfg_source *s = b->source;
	const char *names[64];

	if (!s->connector || !*s->connector) /* its file lacks it, or could not be read: told already */
		return;
	b->ops = connector_find(s->connector);
	if (b->ops)
		return;
	for (size_t i = 0; i < n_connectors && i < HV_LEN(names); i++)
		names[i] = connectors[i]->name;
	cfg_unknown(p, yaml_get(s->root, "connector"), "connector", str_of(s->connector), names,
		    n_connectors);
}

static int bind_section(struct bound *b, struct problems *p, struct hv_err *err)
{
	static const struct yaml nothing = { .kind = YAML_MAP };

	if (!b->ops)
		return 0;
	b->section = arena_alloc(b->arena, b->ops->section_size ? b->ops->section_size : 1);
	if (!b->section)
		return hv_nomem(err, "connector's section");
	const struct yaml *map = b->source->section;
	struct yaml empty = nothing;
	if (!map) {
		empty.file = b->source->file;
		map = &empty;
	}
	cfg_read(b->arena, map, b->ops->fields, b->ops->n_fields, b->section, p);
	if (b->ops->check && p->errors == 0)
		b->ops->check(b->source, b->section, p);
	return 0;
}

static bool check_default(const struct cfg_default *d, int field, struct problems *p)
{
	if (field < 0) {
		const char *near = field_nearest(str_of(d->field));

		problem_at(p, d->where, "unknown field '%s'%s%s%s", d->field, near ? "; did you mean '" : "",
			   near ? near : "", near ? "'?" : "");
		return false;
	}
	if (!field_is_target((field_id)field)) {
		problem_at(p, d->where,
			   "%s cannot be given by a source: it is derived or kept by the catalogue",
			   d->field);
		return false;
	}
	if (!fields[field].multi && d->values.n > 1) {
		problem_at(p, d->where, "%s holds one value; %zu are given", d->field, d->values.n);
		return false;
	}
	return true;
}

static int bind_default(struct bound *b, const struct cfg_default *d, struct problems *p, struct hv_err *err)
{
	int field = field_find(str_of(d->field));

	if (!check_default(d, field, p))
		return 0;
	struct str *v = arena_array(b->arena, d->values.n ? d->values.n : 1, sizeof(*v));
	if (!v)
		return hv_nomem(err, "defaults");
	for (size_t i = 0; i < d->values.n; i++)
		v[i] = str_of(d->values.v[i]);
	b->defaults[b->n_defaults++] = (struct bound_default){ .field = (field_id)field,
							       .values = { v, d->values.n },
							       .set = d->set ? str_of(d->set) : STR_NONE };
	b->sets_matter |= d->set != NULL;
	return 0;
}

static int bind_defaults(struct bound *b, struct problems *p, struct hv_err *err)
{
	const struct cfg_source *s = b->source;

	b->defaults = arena_array(b->arena, s->n_defaults ? s->n_defaults : 1, sizeof(*b->defaults));
	if (!b->defaults)
		return hv_nomem(err, "defaults");
	for (int by_set = 1; by_set >= 0; by_set--)
		for (size_t i = 0; i < s->n_defaults; i++)
			if ((s->defaults[i].set != NULL) == by_set &&
			    bind_default(b, &s->defaults[i], p, err) < 0)
				return err->code;
	struct str *v = arena_array(b->arena, s->museums.n ? s->museums.n : 1, sizeof(*v));
	if (!v)
		return hv_nomem(err, "museums");
	for (size_t i = 0; i < s->museums.n; i++)
		v[i] = str_of(s->museums.v[i]);
	b->museums = (struct values){ v, s->museums.n };
	return 0;
}

static int fingerprint(struct bound *b, struct hv_err *err)
{
	hv_auto(hasher_freep) struct hasher *h = hasher_new();
	hv_auto(buf_release) struct buf text = BUF_INIT(1u << 20);

	if (!h)
		return hv_nomem(err, "hasher");
	const struct sha256 *m = mapping_fingerprint(b->mapping);
	buf_put(&text, m->b, sizeof(m->b));
	for (size_t i = 0; i < b->n_defaults; i++) {
		buf_json(&text, b->defaults[i].set);
		buf_puts(&text, fields[b->defaults[i].field].code);
		values_write(&text, b->defaults[i].values);
	}
	values_write(&text, b->museums);
	/* Records refused for want of a REF are tried again under another rule. */
	buf_printf(&text, "%d%d%s", b->source->create, b->source->new_refs.from,
		   b->source->new_refs.prefix ? b->source->new_refs.prefix : "");
	if (buf_ok(&text, "defaults", err) < 0)
		return err->code;
	struct sha256 all = hash_of(h, buf_view(&text));
	b->fingerprint = sha256_number(&all);
	return 0;
}

int bind_source(const struct config *config, const struct cfg_source *source, struct arena *a,
		struct problems *p, struct bound *ret, struct hv_err *err)
{
	*ret = (struct bound){ .config = config, .source = source, .arena = a };
	bind_connector(ret, p);
	if (bind_section(ret, p, err) < 0 || bind_defaults(ret, p, err) < 0)
		return err->code;
	if (!source->mapping || !*source->mapping)
		return 0;
	if (mapping_load(config, source->mapping, p, &ret->mapping, err) < 0)
		return err->code;
	return ret->mapping ? fingerprint(ret, err) : 0;
}

void bound_release(struct bound *b)
{
	mapping_free(b->mapping);
	b->mapping = NULL;
}

static int addresses(const struct bound *b, struct http_options *ret, struct hv_err *err)
{
	const struct cfg_list *all = &b->config->addresses, *own = &b->source->http.addresses;
	const char **v = arena_array(b->arena, all->n + own->n + 1, sizeof(*v));

	if (!v)
		return hv_nomem(err, "addresses");
	for (size_t i = 0; i < all->n; i++)
		v[i] = all->v[i];
	for (size_t i = 0; i < own->n; i++)
		v[all->n + i] = own->v[i];
	ret->addresses = v;
	ret->n_addresses = all->n + own->n;
	return 0;
}

int bind_http(const struct bound *b, struct http_options *ret, char **ret_secret, struct hv_err *err)
{
	const struct cfg_http *c = &b->source->http;
	const char *contact =
		b->config->user_agent_contact ? b->config->user_agent_contact : b->source->contact;

	*ret_secret = NULL;
	http_options_default(ret);
	ret->user_agent = arena_printf(b->arena, "harvester/1%s%s%s", contact ? " (+mailto:" : "",
				       contact ? contact : "", contact ? ")" : "");
	if (!ret->user_agent)
		return hv_nomem(err, "user agent");
	ret->from = contact;
	ret->min_interval_ms = c->rate;
	ret->connect_ms = c->connect;
	ret->first_byte_ms = c->first_byte;
	ret->low_speed_bytes = c->low_speed.bytes;
	ret->low_speed_ms = c->low_speed.during;
	ret->max_body = (uint64_t)c->page;
	ret->retries = (unsigned)c->retries;
	ret->retry_after_max_ms = c->retry_after_max;
	ret->tls_fingerprint = c->tls_fingerprint;
	ret->auth = (enum http_auth)c->auth;
	ret->auth_name = c->auth_name;
	if (ret->auth != HTTP_AUTH_NONE) {
		if (secret_read(&c->auth_secret, ret_secret, err) < 0)
			return hv_wrap(err, "source '%s'", b->source->name);
		ret->auth_secret = *ret_secret;
	}
	return addresses(b, ret, err);
}
