/*
 * records.c - see records.h.
 */
#include "tests/support/provider/records.h"

#include <stdio.h>
#include <string.h>

#define DAY 86400

static void write_lido(struct pv_text *lido, struct pv_text *out)
{
	pv_text_add(out, lido->s ? lido->s : "", lido->len);
}

/*
 * Copies the text of every `element` found as dc:name. A search for text, not a parser: the records are ours
 * and write their elements with the prefix lido.
 */
static void write_dc_element(const char *lido, const char *element, const char *name, struct pv_text *out)
{
	size_t len = strlen(element);

	for (const char *at = lido; (at = strstr(at, element)); at += len) {
		const char *text = at + len + strcspn(at + len, ">"), *end;

		if ((at[len] != '>' && at[len] != ' ') || !*text || text[-1] == '/')
			continue;
		text += 1 + strspn(text + 1, " \t\r\n");
		end = text + strcspn(text, "<");
		while (end > text && strchr(" \t\r\n", end[-1]))
			end--;
		pv_text_printf(out, "<dc:%s>", name);
		pv_text_add(out, text, (size_t)(end - text));
		pv_text_printf(out, "</dc:%s>\n", name);
	}
}

static void write_dc(struct pv_text *lido, struct pv_text *out)
{
	char *titles = lido->s ? strstr(lido->s, "<lido:titleWrap") : NULL;
	char *end = titles ? strstr(titles, "</lido:titleWrap") : NULL;

	pv_text_puts(out, "<oai_dc:dc xmlns:oai_dc=\"http://www.openarchives.org/OAI/2.0/oai_dc/\" "
			  "xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n");
	if (end) {
		*end = '\0';
		write_dc_element(titles, "<lido:appellationValue", "title", out);
		*end = '<';
	}
	if (lido->s) {
		write_dc_element(lido->s, "<lido:workID", "identifier", out);
		write_dc_element(lido->s, "<lido:recordInfoLink", "identifier", out);
		write_dc_element(lido->s, "<lido:displayDate", "date", out);
		write_dc_element(lido->s, "<lido:descriptiveNoteValue", "description", out);
	}
	pv_text_puts(out, "</oai_dc:dc>\n");
}

const struct pv_format pv_formats[] = {
	{ "lido", "http://www.lido-schema.org/schema/v1.0/lido-v1.0.xsd", "http://www.lido-schema.org",
	  write_lido },
	{ "oai_dc", "http://www.openarchives.org/OAI/2.0/oai_dc.xsd",
	  "http://www.openarchives.org/OAI/2.0/oai_dc/", write_dc },
	{ 0 },
};

static const struct pv_format *format_find(const char *prefix)
{
	for (const struct pv_format *f = pv_formats; f->prefix; f++)
		if (strcmp(f->prefix, prefix) == 0)
			return f;
	return NULL;
}

/* Is `set`, or a set below it in the hierarchy (a:b is below a), one of the record's? */
static bool in_set(const char *sets, const char *set)
{
	size_t len = strlen(set);

	for (const char *s = sets; *s;) {
		size_t n = strcspn(s, ",");

		if (n >= len && strncmp(s, set, len) == 0 && (n == len || s[len] == ':'))
			return true;
		s += n + (s[n] == ',');
	}
	return false;
}

/* A list with its dates as numbers, both inclusive. */
struct filter {
	const struct pv_list *list;
	int64_t from, until;
};

static struct filter filter_make(const struct pv_list *list)
{
	struct filter f = { .list = list, .from = INT64_MIN, .until = INT64_MAX };
	bool day;

	if (*list->from)
		(void)pv_stamp_parse(list->from, &f.from, &day);
	if (*list->until && pv_stamp_parse(list->until, &f.until, &day) && day)
		f.until += DAY - 1;
	return f;
}

static bool filter_takes(const struct filter *f, const struct pv_key *key)
{
	return key->stamp >= f->from && key->stamp <= f->until &&
	       (!*f->list->set || in_set(key->sets, f->list->set));
}

const char *pv_list_wrong(const struct pv_request *q)
{
	const char *from = pv_argument(q->arguments, "from"), *until = pv_argument(q->arguments, "until");
	const char *set = pv_argument(q->arguments, "set");
	int64_t a = 0, b = 0;
	bool from_day = true, until_day = true;

	if ((from && !pv_stamp_parse(from, &a, &from_day)) ||
	    (until && !pv_stamp_parse(until, &b, &until_day)))
		return "from or until is no date";
	if (q->repository->day_granularity && (!from_day || !until_day))
		return "from or until is finer than the granularity of this repository";
	if (from && until && from_day != until_day)
		return "from and until have different granularities";
	if (from && until && a > b)
		return "from is later than until";
	if (set && (strlen(set) >= sizeof((struct pv_list *)0)->set || strpbrk(set, "|,")))
		return "the set is not well formed";
	return NULL;
}

static void write_header(const struct pv_request *q, size_t i, bool no_identifier, struct pv_text *out)
{
	const struct pv_source *s = q->repository->source;
	struct pv_text identifier = { 0 };
	struct pv_key key;
	char date[32];

	s->ops->key(s, i, &key);
	s->ops->identifier(s, i, &identifier);
	pv_stamp_format(key.stamp, q->repository->day_granularity, date);
	pv_text_puts(out, key.deleted ? "<header status=\"deleted\">" : "<header>");
	if (!no_identifier) {
		pv_text_puts(out, "<identifier>");
		pv_text_xml(out, identifier.s ? identifier.s : "");
		pv_text_puts(out, "</identifier>");
	}
	pv_text_printf(out, "<datestamp>%s</datestamp>", date);
	for (const char *set = key.sets; *set;) {
		int n = (int)strcspn(set, ",");

		pv_text_printf(out, "<setSpec>%.*s</setSpec>", n, set);
		set += n + (set[n] == ',');
	}
	pv_text_puts(out, "</header>\n");
	pv_text_free(&identifier);
}

static bool write_record(const struct pv_request *q, size_t i, const struct pv_format *format,
			 bool no_identifier, struct pv_text *out)
{
	const struct pv_source *s = q->repository->source;
	struct pv_text lido = { 0 };
	struct pv_key key;
	bool good = true;

	s->ops->key(s, i, &key);
	pv_text_puts(out, "<record>\n");
	write_header(q, i, no_identifier, out);
	if (!key.deleted) {
		good = s->ops->body(s, i, &lido, q->errtext, q->errsize);
		pv_text_puts(out, "<metadata>\n");
		if (good)
			format->write(&lido, out);
		pv_text_puts(out, "\n</metadata>\n");
		out->failed |= lido.failed;
		pv_text_free(&lido);
	}
	pv_text_puts(out, "</record>\n");
	return good;
}

/* Cuts to the size of the field; a value that does not fit was refused before, or matches nothing. */
#define COPY(field, value) snprintf((field), sizeof(field), "%s", (value) ? (value) : "")

static bool list_read(const struct pv_request *q, struct pv_list *ret)
{
	const char *token = pv_argument(q->arguments, "resumptionToken");
	const char *verb = pv_argument(q->arguments, "verb");

	if (token)
		return pv_token_read(token, ret) && strcmp(ret->verb, verb) == 0;
	*ret = (struct pv_list){ 0 };
	COPY(ret->verb, verb);
	COPY(ret->prefix, pv_argument(q->arguments, "metadataPrefix"));
	COPY(ret->set, pv_argument(q->arguments, "set"));
	COPY(ret->from, pv_argument(q->arguments, "from"));
	COPY(ret->until, pv_argument(q->arguments, "until"));
	return true;
}

/* How many records match from `position` on, and where the one stands with which the next page begins. */
static size_t list_count(const struct pv_request *q, const struct pv_list *list, size_t position,
			 size_t *ret_next)
{
	const struct pv_source *s = q->repository->source;
	struct filter filter = filter_make(list);
	size_t n = 0, count = s->ops->count(s);

	*ret_next = count;
	for (size_t i = position; i < count; i++) {
		struct pv_key key;

		s->ops->key(s, i, &key);
		if (!filter_takes(&filter, &key))
			continue;
		if (n++ == q->repository->page_size)
			*ret_next = i;
	}
	return n;
}

static void write_token(const struct pv_request *q, const struct pv_list *list, size_t left, size_t next,
			struct pv_text *out)
{
	const char *asked = pv_argument(q->arguments, "resumptionToken");
	bool last = left <= q->repository->page_size;
	struct pv_list following = *list;

	following.position = next;
	following.cursor += q->repository->page_size;
	if (asked && q->odd->same_token) {
		pv_text_printf(out, "<resumptionToken>%s</resumptionToken>\n", asked);
		return;
	}
	if (last && (!asked || q->repository->no_last_token))
		return;
	pv_text_printf(out, "<resumptionToken completeListSize=\"%zu\" cursor=\"%zu\">", list->cursor + left,
		       list->cursor);
	if (!last)
		pv_token_write(&following, out);
	pv_text_puts(out, "</resumptionToken>\n");
}

static bool write_page(const struct pv_request *q, const struct pv_list *list, const struct pv_format *format,
		       size_t end, struct pv_text *out)
{
	const struct pv_source *s = q->repository->source;
	struct filter filter = filter_make(list);
	size_t n = 0;

	for (size_t i = list->position; i < end && n < q->repository->page_size; i++) {
		struct pv_key key;
		bool no_identifier;

		s->ops->key(s, i, &key);
		if (!filter_takes(&filter, &key))
			continue;
		no_identifier = q->odd->no_identifier && n == 1;
		n++;
		if (strcmp(list->verb, "ListIdentifiers") == 0)
			write_header(q, i, no_identifier, out);
		else if (!write_record(q, i, format, no_identifier, out))
			return false;
	}
	return true;
}

bool pv_list_records(const struct pv_request *q, struct pv_text *out)
{
	const struct pv_source *s = q->repository->source;
	const struct pv_format *format;
	struct pv_list list;
	size_t left, next;
	bool good;

	if (!list_read(q, &list))
		return pv_error(out, "badResumptionToken", "this token was not issued here for this verb");
	format = format_find(list.prefix);
	if (!format)
		return pv_error(out, "cannotDisseminateFormat", "the formats are lido and oai_dc");
	if (*list.set && !s->ops->set(s, 0))
		return pv_error(out, "noSetHierarchy", "this repository has no sets");
	left = list_count(q, &list, list.position, &next);
	if (left == 0)
		return pv_error(out, "noRecordsMatch", "no record matches");
	pv_text_printf(out, "<%s>\n", list.verb);
	good = write_page(q, &list, format, next, out);
	write_token(q, &list, left, next, out);
	pv_text_printf(out, "</%s>\n", list.verb);
	return good;
}

bool pv_get_record(const struct pv_request *q, struct pv_text *out)
{
	const struct pv_source *s = q->repository->source;
	const struct pv_format *format = format_find(pv_argument(q->arguments, "metadataPrefix"));
	size_t i;
	bool good;

	if (!s->ops->find(s, pv_argument(q->arguments, "identifier"), &i))
		return pv_error(out, "idDoesNotExist", "no record has this identifier");
	if (!format)
		return pv_error(out, "cannotDisseminateFormat", "the formats are lido and oai_dc");
	pv_text_puts(out, "<GetRecord>\n");
	good = write_record(q, i, format, q->odd->no_identifier, out);
	pv_text_puts(out, "</GetRecord>\n");
	return good;
}
