/*
 * mapping/language.c - which language of several is kept.
 */
#include "mapping/internal.h"

#include "harvester/base/text.h"

/* ISO 639-2 codes that records use where BCP 47 wants two letters. */
static const char *const three_letters[][2] = {
	{ "fra", "fr" }, { "fre", "fr" }, { "deu", "de" }, { "ger", "de" }, { "eng", "en" }, { "nld", "nl" },
	{ "dut", "nl" }, { "ita", "it" }, { "spa", "es" }, { "por", "pt" }, { "ron", "ro" }, { "rum", "ro" },
	{ "hun", "hu" }, { "pol", "pl" }, { "ces", "cs" }, { "cze", "cs" }, { "cat", "ca" }, { "lat", "la" },
	{ "ell", "el" }, { "gre", "el" }, { "bre", "br" }, { "oci", "oc" }, { "eus", "eu" }, { "baq", "eu" },
};

struct str language_norm(struct arena *a, struct str tag)
{
	tag = str_trim(tag);
	for (size_t i = 0; i < tag.n; i++)
		if (tag.p[i] == '-' || tag.p[i] == '_')
			tag.n = i;
	if (tag.n == 0)
		return STR_NONE;
	if (tag.n == 2 && tag.p[0] >= 'a' && tag.p[0] <= 'z' && tag.p[1] >= 'a' && tag.p[1] <= 'z')
		return tag;
	struct str low = text_lower(a, tag);
	for (size_t i = 0; i < HV_LEN(three_letters); i++)
		if (str_is(low, three_letters[i][0]))
			return str_of(three_letters[i][1]);
	return low;
}

/* Keep those of one language; false when there are none. */
static bool keep_language(struct str wanted, const struct str *langs, size_t n, bool *ret_keep)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		ret_keep[i] = str_eq(langs[i], wanted);
		any = any || ret_keep[i];
	}
	return any;
}

/* The first language there is, in the order of the document. */
static bool keep_first_language(const struct str *langs, size_t n, bool *ret_keep)
{
	for (size_t i = 0; i < n; i++)
		if (langs[i].n)
			return keep_language(langs[i], langs, n, ret_keep);
	return false;
}

void language_choose(const struct map_languages *order, struct str record, const struct str *langs, size_t n,
		     bool *ret_keep)
{
	struct values o = order->order;

	for (size_t i = 0; i < o.n; i++) {
		bool star = str_is(o.v[i], "*");

		if (star &&
		    (keep_language(STR_NONE, langs, n, ret_keep) || keep_first_language(langs, n, ret_keep)))
			return;
		if (!star && str_is(o.v[i], "record") &&
		    (!record.n || !keep_language(record, langs, n, ret_keep)))
			continue;
		if (!star && (str_is(o.v[i], "record") || keep_language(o.v[i], langs, n, ret_keep)))
			return;
	}
	if (o.n && keep_language(STR_NONE, langs, n, ret_keep))
		return;
	for (size_t i = 0; i < n; i++)
		ret_keep[i] = o.n == 0;
}
