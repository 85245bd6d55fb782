/*
 * io/xml_scan.c - see xml_scan.h. A state machine over '<', '>', quotes and the ends of comments; it refuses
 * to judge well-formedness.
 */
#include "harvester/io/xml_scan.h"

#include <strings.h>

/* Elements inside one another within what is left out. */
enum { HIDDEN_DEPTH = 1000 };

enum state { IN_TEXT, IN_OPENING, IN_TAG, IN_QUOTES, IN_CLOSED_BY };

struct xml_scan {
	struct xml_tag *tags; /* found and not yet taken: [taken, n_tags) */
	size_t taken, n_tags, cap;
	struct xml_hole *holes;
	size_t n_holes, holes_cap;
	size_t depth, deepest; /* of the element that is open; deeper ones are holes (0: none) */
	uint64_t *names; /* hashes of the names of open elements that are left out; room for HIDDEN_DEPTH */
	size_t max_attributes;
	uint64_t base;    /* offset of the window's first byte */
	size_t at;        /* in the window: scanned so far */
	size_t tag_start; /* in the window: the '<' of the markup that is running */
	size_t quoted;    /* values of this tag */
	enum state state;
	char quote;    /* IN_QUOTES */
	bool closing;  /* IN_TAG: it is an end tag */
	char mark;     /* IN_CLOSED_BY: ends with `need` times this character and '>' */
	unsigned need; /* 2 for comments and CDATA, 1 for processing instructions */
	unsigned seen;
};

struct xml_scan *xml_scan_new(size_t max_attributes)
{
	struct xml_scan *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->max_attributes = max_attributes * 2;
	s->names = calloc(HIDDEN_DEPTH, sizeof(*s->names));
	if (!s->names) {
		free(s);
		return NULL;
	}
	return s;
}

void xml_scan_free(struct xml_scan *s)
{
	if (!s)
		return;
	free(s->tags);
	free(s->holes);
	free(s->names);
	free(s);
}

void xml_scan_reset(struct xml_scan *s)
{
	struct xml_scan fresh = { .tags = s->tags,
				  .cap = s->cap,
				  .holes = s->holes,
				  .holes_cap = s->holes_cap,
				  .deepest = s->deepest,
				  .names = s->names,
				  .max_attributes = s->max_attributes };

	*s = fresh;
}

void xml_scan_advance(struct xml_scan *s, size_t n)
{
	s->base += n;
	s->at -= n < s->at ? n : s->at;
	s->tag_start -= n < s->tag_start ? n : s->tag_start;
}

uint64_t xml_scan_base(const struct xml_scan *s)
{
	return s->base;
}

bool xml_scan_next_tag(struct xml_scan *s, struct xml_tag *ret)
{
	if (s->taken == s->n_tags)
		return false;
	*ret = s->tags[s->taken++];
	if (s->taken == s->n_tags)
		xml_scan_forget_tags(s);
	return true;
}

void xml_scan_forget_tags(struct xml_scan *s)
{
	s->taken = s->n_tags = 0;
}

void xml_scan_leave_out(struct xml_scan *s, size_t depth)
{
	s->deepest = depth;
}

size_t xml_scan_holes(const struct xml_scan *s, const struct xml_hole **ret)
{
	*ret = s->holes;
	return s->n_holes;
}

void xml_scan_forget_holes(struct xml_scan *s)
{
	bool open = s->n_holes && s->holes[s->n_holes - 1].end == UINT64_MAX;

	if (open)
		s->holes[0] = s->holes[s->n_holes - 1];
	s->n_holes = open;
}

static int open_hole(struct xml_scan *s, struct hv_err *err)
{
	if (s->n_holes == s->holes_cap) {
		size_t cap = s->holes_cap ? s->holes_cap * 2 : 256;
		struct xml_hole *holes = realloc(s->holes, cap * sizeof(*holes));

		if (!holes)
			return hv_nomem(err, "XML tags");
		s->holes = holes;
		s->holes_cap = cap;
	}
	s->holes[s->n_holes++] = (struct xml_hole){ s->base + s->tag_start, UINT64_MAX };
	return 0;
}

static bool ends_name(char c)
{
	return c == ' ' || c == '>' || c == '/' || c == '\n' || c == '\t' || c == '\r';
}

/* A hash over the name of a tag, eight bytes at a step: this is the work of a page of unchanged records. */
static uint64_t name_hash(struct str tag, bool closing)
{
	const char *name = tag.p + (closing ? 2 : 1), *end = name, *last = tag.p + tag.n;
	uint64_t h = UINT64_C(14695981039346656037), word;

	while (end < last && !ends_name(*end))
		end++;
	for (; end - name >= 8; name += 8) {
		memcpy(&word, name, 8);
		h = (h ^ word) * UINT64_C(0x9E3779B97F4A7C15);
		h ^= h >> 29;
	}
	word = (uint64_t)(end - name) << 56;
	for (; name < end; name++)
		word = word * 257 + (unsigned char)*name;
	return (h ^ word) * UINT64_C(0x9E3779B97F4A7C15);
}

/*
 * Within what is left out an end tag must name the element that is open. Else two records with mistakes that
 * make up for each other by number would be taken for one, and the second would be lost without a word.
 */
static int check_name(struct xml_scan *s, size_t own, struct str tag, struct hv_err *err)
{
	size_t level = own - s->deepest - 1;

	if (level >= HIDDEN_DEPTH)
		return hv_fail(err, HV_E_LIMIT,
			       "byte %llu: more than %d elements inside one another in a record",
			       (unsigned long long)(s->base + s->tag_start + 1), HIDDEN_DEPTH);
	uint64_t h = name_hash(tag, s->closing);
	if (!s->closing)
		s->names[level] = h;
	else if (s->names[level] != h)
		return hv_fail(err, HV_E_PARSE, "byte %llu: %.*s does not end the element that is open there",
			       (unsigned long long)(s->base + s->tag_start + 1), STR_ARG(str_cut(tag, 60)));
	return 0;
}

/* Counts the tag; HV_ROW when it belongs to a hole, so that nobody else hears of it. */
static int count_tag(struct xml_scan *s, struct str tag, bool empty, struct hv_err *err)
{
	size_t own = s->closing ? s->depth : s->depth + 1; /* the depth of the tag's element */
	bool hidden = s->deepest && own > s->deepest;
	bool is_top = hidden && own == s->deepest + 1;

	if (hidden) {
		int r = check_name(s, own, tag, err);

		if (r < 0)
			return r;
	}
	if (is_top && !s->closing && open_hole(s, err) < 0)
		return HV_E_NOMEM;
	if (is_top && (s->closing || empty))
		s->holes[s->n_holes - 1].end = s->base + s->at;
	if (s->closing)
		s->depth -= s->depth > 0;
	else if (!empty)
		s->depth++;
	return hidden ? HV_ROW : 0;
}

static int add_tag(struct xml_scan *s, struct str w, bool empty, struct hv_err *err)
{
	int counted = count_tag(s, str_cut(str_from(w, s->tag_start), s->at - s->tag_start), empty, err);

	if (counted)
		return counted < 0 ? counted : 0;
	if (s->n_tags == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 256;
		struct xml_tag *tags = realloc(s->tags, cap * sizeof(*tags));

		if (!tags)
			return hv_nomem(err, "XML tags");
		s->tags = tags;
		s->cap = cap;
	}
	s->tags[s->n_tags++] = (struct xml_tag){
		.start = s->base + s->tag_start, .end = s->base + s->at, .closing = s->closing, .empty = empty
	};
	return 0;
}

static void enter_closed_by(struct xml_scan *s, char mark, unsigned need, size_t skip)
{
	s->state = IN_CLOSED_BY;
	s->mark = mark;
	s->need = need;
	s->seen = 0;
	s->at = s->tag_start + skip;
}

static void enter_tag(struct xml_scan *s, char second)
{
	s->closing = second == '/';
	s->quoted = 0;
	s->state = IN_TAG;
	s->at = s->tag_start + 1;
}

/* Does `s` begin like `word`, as far as it goes? *ret_whole: all of the word is there. HTML writes doctype.
 */
static bool begins_like(struct str s, const char *word, bool *ret_whole)
{
	size_t n = strlen(word);

	*ret_whole = s.n >= n;
	return strncasecmp(s.p, word, s.n < n ? s.n : n) == 0;
}

/* Behind "<!". Anything but the three forms is left to the parser, which refuses it. */
static int scan_declaration(struct xml_scan *s, struct str from, struct hv_err *err)
{
	bool whole;

	if (begins_like(from, "<!--", &whole)) {
		if (whole)
			enter_closed_by(s, '-', 2, 4);
	} else if (begins_like(from, "<![CDATA[", &whole)) {
		if (whole)
			enter_closed_by(s, ']', 2, 9);
	} else if (begins_like(from, "<!DOCTYPE", &whole)) {
		if (whole)
			return hv_fail(err, HV_E_REFUSED, "byte %llu: a DOCTYPE is not allowed",
				       (unsigned long long)(s->base + s->tag_start + 1));
	} else {
		whole = true;
		enter_tag(s, '!');
	}
	return whole ? HV_ROW : HV_END;
}

/* What follows '<'? Leaves the state as it is while too few bytes are there to tell. */
static int scan_opening(struct xml_scan *s, struct str w, struct hv_err *err)
{
	struct str from = str_from(w, s->tag_start);

	if (from.n < 2)
		return HV_END;
	if (from.p[1] == '!')
		return scan_declaration(s, from, err);
	if (from.p[1] == '?')
		enter_closed_by(s, '?', 1, 2);
	else
		enter_tag(s, from.p[1]);
	return HV_ROW;
}

static int scan_tag(struct xml_scan *s, struct str w, struct hv_err *err)
{
	for (; s->at < w.n; s->at++) {
		char c = w.p[s->at];

		if (c == '>') {
			bool empty = !s->closing && w.p[s->at - 1] == '/';

			s->at++;
			s->state = IN_TEXT;
			int added = add_tag(s, w, empty, err);
			return added < 0 ? added : HV_ROW;
		}
		if ((c == '"' || c == '\'') && !s->closing) {
			if (++s->quoted > s->max_attributes)
				return hv_fail(err, HV_E_LIMIT,
					       "byte %llu: an element with more than %zu attributes",
					       (unsigned long long)(s->base + s->tag_start + 1),
					       s->max_attributes / 2);
			s->quote = c;
			s->state = IN_QUOTES;
			s->at++;
			return HV_ROW;
		}
	}
	return HV_END;
}

/* Moves behind the character c; false when it is not there yet. */
static bool skip_to(struct xml_scan *s, struct str w, char c)
{
	const char *found = s->at < w.n ? memchr(w.p + s->at, c, w.n - s->at) : NULL;

	s->at = found ? (size_t)(found - w.p) + 1 : w.n;
	return found != NULL;
}

static int scan_closed_by(struct xml_scan *s, struct str w)
{
	while (s->at < w.n) {
		char c = w.p[s->at++];

		if (c == '>' && s->seen >= s->need) {
			s->state = IN_TEXT;
			return HV_ROW;
		}
		s->seen = c == s->mark ? s->seen + 1 : 0;
	}
	return HV_END;
}

/* One piece of text or markup; HV_END when the window is at its end. */
static int scan_piece(struct xml_scan *s, struct str w, struct hv_err *err)
{
	switch (s->state) {
	case IN_TEXT:
		if (!skip_to(s, w, '<'))
			return HV_END;
		s->tag_start = s->at - 1;
		s->state = IN_OPENING;
		return HV_ROW;
	case IN_OPENING:
		return scan_opening(s, w, err);
	case IN_TAG:
		return scan_tag(s, w, err);
	case IN_QUOTES:
		if (!skip_to(s, w, s->quote))
			return HV_END;
		s->state = IN_TAG;
		return HV_ROW;
	default:
		return scan_closed_by(s, w);
	}
}

int xml_scan_run(struct xml_scan *s, struct str window, size_t *ret_safe, struct hv_err *err)
{
	int r = HV_ROW;

	while (r == HV_ROW)
		r = scan_piece(s, window, err);
	bool in_tag = s->state == IN_OPENING || s->state == IN_TAG || s->state == IN_QUOTES;
	*ret_safe = in_tag ? s->tag_start : window.n;
	if (r == 0 && in_tag && window.n - s->tag_start > XML_TAG_MAX)
		return hv_fail(err, HV_E_LIMIT, "byte %llu: a tag of more than %u bytes",
			       (unsigned long long)(s->base + s->tag_start + 1), XML_TAG_MAX);
	return r;
}
