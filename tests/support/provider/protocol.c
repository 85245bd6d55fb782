/*
 * protocol.c - see protocol.h. Lists are in records.c.
 */
#include "tests/support/provider/protocol.h"

#include <string.h>

#include "tests/support/provider/records.h"

/* Space-separated names; the first list must be there, the second may. */
struct verb {
	const char *name, *required, *optional;
	bool resumes; /* takes resumptionToken as its only argument */
	bool (*answer)(const struct pv_request *q, struct pv_text *out);
};

static bool identify(const struct pv_request *q, struct pv_text *out)
{
	const struct pv_repository *r = q->repository;
	const struct pv_source *s = r->source;
	int64_t earliest = INT64_MAX;
	char date[32];

	for (size_t i = 0; i < s->ops->count(s); i++) {
		struct pv_key key;

		s->ops->key(s, i, &key);
		earliest = key.stamp < earliest ? key.stamp : earliest;
	}
	pv_stamp_format(earliest == INT64_MAX ? 0 : earliest, r->day_granularity, date);
	pv_text_puts(out, "<Identify>\n<repositoryName>");
	pv_text_xml(out, r->name);
	pv_text_printf(out,
		       "</repositoryName>\n<baseURL>%s</baseURL>\n<protocolVersion>2.0</protocolVersion>\n"
		       "<adminEmail>collections@provider.example</adminEmail>\n"
		       "<earliestDatestamp>%s</earliestDatestamp>\n<deletedRecord>%s</deletedRecord>\n"
		       "<granularity>%s</granularity>\n%s</Identify>\n",
		       r->base_url, date, r->deleted_record,
		       r->day_granularity ? "YYYY-MM-DD" : "YYYY-MM-DDThh:mm:ssZ",
		       r->gzip ? "<compression>gzip</compression>\n" : "");
	return true;
}

static bool list_formats(const struct pv_request *q, struct pv_text *out)
{
	const char *identifier = pv_argument(q->arguments, "identifier");
	size_t i;

	if (identifier && !q->repository->source->ops->find(q->repository->source, identifier, &i))
		return pv_error(out, "idDoesNotExist", "no record has this identifier");
	pv_text_puts(out, "<ListMetadataFormats>\n");
	for (const struct pv_format *f = pv_formats; f->prefix; f++)
		pv_text_printf(out,
			       "<metadataFormat><metadataPrefix>%s</metadataPrefix><schema>%s</schema>"
			       "<metadataNamespace>%s</metadataNamespace></metadataFormat>\n",
			       f->prefix, f->schema, f->namespace);
	pv_text_puts(out, "</ListMetadataFormats>\n");
	return true;
}

static bool list_sets(const struct pv_request *q, struct pv_text *out)
{
	const struct pv_source *s = q->repository->source;
	const char *set;

	if (pv_argument(q->arguments, "resumptionToken"))
		return pv_error(out, "badResumptionToken", "the list of sets is never cut");
	if (!s->ops->set(s, 0))
		return pv_error(out, "noSetHierarchy", "this repository has no sets");
	pv_text_puts(out, "<ListSets>\n");
	for (size_t n = 0; (set = s->ops->set(s, n)); n++) {
		pv_text_puts(out, "<set><setSpec>");
		pv_text_xml(out, set);
		pv_text_puts(out, "</setSpec><setName>");
		pv_text_xml(out, set);
		pv_text_puts(out, "</setName></set>\n");
	}
	pv_text_puts(out, "</ListSets>\n");
	return true;
}

static const struct verb verbs[] = {
	{ "Identify", "", "", false, identify },
	{ "ListMetadataFormats", "", "identifier", false, list_formats },
	{ "ListSets", "", "", true, list_sets },
	{ "ListRecords", "metadataPrefix", "from until set", true, pv_list_records },
	{ "ListIdentifiers", "metadataPrefix", "from until set", true, pv_list_records },
	{ "GetRecord", "identifier metadataPrefix", "", false, pv_get_record },
	{ 0 },
};

static bool is_named(const char *list, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = list; len && (at = strstr(at, name)); at += len)
		if ((at == list || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	return false;
}

/* What is wrong with the arguments of this verb; NULL when nothing is (specification section 3.6,
 * badArgument). */
static const char *arguments_wrong(const struct verb *v, const struct pv_arguments *a)
{
	bool token = v->resumes && pv_argument(a, "resumptionToken");
	size_t required = 0, wanted = *v->required != '\0';

	for (const char *c = v->required; *c; c++)
		wanted += *c == ' ';
	if (a->too_many)
		return "there are too many arguments";
	for (size_t i = 0; i < a->n; i++) {
		const char *key = a->item[i].key;

		for (size_t k = 0; k < i; k++)
			if (strcmp(a->item[k].key, key) == 0)
				return "an argument is repeated";
		if (strcmp(key, "verb") == 0 || (token && strcmp(key, "resumptionToken") == 0))
			continue;
		if (token)
			return "resumptionToken must be the only argument";
		if (is_named(v->required, key))
			required++;
		else if (!is_named(v->optional, key))
			return "an argument is not known for this verb";
		if (!*a->item[i].value)
			return "an argument is empty";
	}
	return token || required == wanted ? NULL : "a required argument is missing";
}

static size_t count_verbs(const struct pv_arguments *a)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++)
		n += strcmp(a->item[i].key, "verb") == 0;
	return n;
}

bool pv_error(struct pv_text *out, const char *code, const char *text)
{
	pv_text_printf(out, "<error code=\"%s\">%s</error>\n", code, text);
	return true;
}

/* The arguments are echoed, except after badVerb and badArgument (specification section 3.2). */
static void request_echo(struct pv_text *out, const struct pv_repository *r, const struct pv_arguments *echo)
{
	pv_text_puts(out, "<request");
	for (size_t i = 0; echo && i < echo->n; i++) {
		pv_text_printf(out, " %s=\"", echo->item[i].key);
		pv_text_xml(out, echo->item[i].value);
		pv_text_puts(out, "\"");
	}
	pv_text_printf(out, ">%s</request>\n", r->base_url);
}

void pv_answer_head(struct pv_text *out, int64_t now)
{
	char date[32];

	pv_stamp_format(now, false, date);
	pv_text_printf(
		out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<OAI-PMH xmlns=\"http://www.openarchives.org/OAI/2.0/\" "
		"xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
		"xsi:schemaLocation=\"http://www.openarchives.org/OAI/2.0/ "
		"http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd\">\n<responseDate>%s</responseDate>\n",
		date);
}

bool pv_answer_rest(struct pv_text *out, const struct pv_repository *r, const struct pv_arguments *a,
		    const struct pv_oddities *odd, char *errtext, size_t errsize)
{
	const char *name = pv_argument(a, "verb"), *wrong = NULL;
	struct pv_text body = { 0 };
	const struct verb *v = verbs;
	bool good = true;
	struct pv_request q = { .repository = r, .arguments = a, .odd = odd };

	q.errtext = errtext;
	q.errsize = errsize;
	while (v->name && (!name || strcmp(v->name, name) != 0))
		v++;
	if (!v->name || count_verbs(a) != 1)
		wrong = "the verb is missing, repeated or unknown";
	if (wrong) {
		pv_error(&body, "badVerb", wrong);
	} else if ((wrong = arguments_wrong(v, a)) || (wrong = pv_list_wrong(&q))) {
		pv_error(&body, "badArgument", wrong);
	} else {
		good = v->answer(&q, &body);
	}
	request_echo(out, r, wrong ? NULL : a);
	if (body.s)
		pv_text_add(out, body.s, body.len);
	pv_text_puts(out, "</OAI-PMH>\n");
	out->failed |= body.failed;
	pv_text_free(&body);
	return good;
}
