/*
 * run/ref.c - new REFs by the rule of the source file (DESIGN §6): computed from source and external id,
 * never from INV.
 *
 * Exactly 11 characters, which is what POP checks; the prefix is not one of other bases' (config/ checks
 * that). A repeated run gives the same ones. Tests: tests/unit/run/test_ref.c.
 */
#include "harvester/run/run_priv.h"

enum { REF_LENGTH = 11 };

/* The last number of the external id, padded: "…:412" with prefix VB gives VB000000412. */
static int from_digits(const char *prefix, struct str id, char ret[12], struct hv_err *err)
{
	size_t end = id.n, width = REF_LENGTH - strlen(prefix);

	while (end && (id.p[end - 1] < '0' || id.p[end - 1] > '9'))
		end--;
	size_t from = end;
	while (from && id.p[from - 1] >= '0' && id.p[from - 1] <= '9')
		from--;
	while (from < end && id.p[from] == '0')
		from++;
	size_t n = end - from;
	if (end == 0 || n > width)
		return hv_fail(err, HV_E_LIMIT, "'%.*s' holds no number of at most %zu digits", STR_ARG(id),
			       width);
	(void)snprintf(ret, 12, "%s%0*d", prefix, (int)width, 0);
	memcpy(ret + REF_LENGTH - n, id.p + from, n);
	return 0;
}

/* Crockford's base 32: no I, L, O, U. */
static void from_hash(const char *prefix, const struct sha256 *h, unsigned block, char ret[12])
{
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	size_t n = strlen(prefix), bit = (size_t)block * 5 * (REF_LENGTH - n);

	memcpy(ret, prefix, n);
	for (size_t i = n; i < REF_LENGTH; i++) {
		unsigned v = 0;

		for (size_t k = 0; k < 5; k++, bit++)
			v = v << 1 | (h->b[bit / 8] >> (7 - bit % 8) & 1);
		ret[i] = digits[v];
	}
	ret[REF_LENGTH] = '\0';
}

int run_new_ref(const struct cfg_source *s, struct hasher *h, struct str external_id, unsigned try,
		char ret[12], struct hv_err *err)
{
	const char *prefix = s->new_refs.prefix;
	size_t width = REF_LENGTH - strlen(prefix);

	if (s->new_refs.from == REF_DIGITS) {
		if (try > 0)
			return hv_fail(err, HV_E_LIMIT, "the number of '%.*s' is that of another notice",
				       STR_ARG(external_id));
		return from_digits(prefix, external_id, ret, err);
	}
	if ((try + 1) * 5 * width > 256)
		return hv_fail(err, HV_E_LIMIT, "no free reference for '%.*s'", STR_ARG(external_id));
	hasher_begin(h);
	hasher_add(h, str_of(s->name));
	hasher_add(h, (struct str){ "\0", 1 });
	hasher_add(h, external_id);
	struct sha256 sum = hasher_end(h);
	from_hash(prefix, &sum, try, ret);
	return 0;
}
