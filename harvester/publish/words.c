/*
 * publish/words.c - see words.h.
 */
#include "harvester/publish/words.h"

#include "harvester/base/text.h"

/* The end of the word or of the blanks that begin at `at`. */
static size_t token_end(struct str s, size_t at)
{
	size_t next = at;
	bool blank = text_is_space(text_next(s, &next));

	while (next < s.n) {
		size_t after = next;

		if (text_is_space(text_next(s, &after)) != blank)
			break;
		next = after;
	}
	return next;
}

static int split(struct arena *a, struct str s, struct words *ret, struct hv_err *err)
{
	size_t n = 0, i = 0;

	for (size_t at = 0; at < s.n; at = token_end(s, at))
		n++;
	ret->v = arena_array(a, n ? n : 1, sizeof(*ret->v));
	ret->n = n;
	if (!ret->v)
		return hv_nomem(err, "words of a text");
	for (size_t at = 0; at < s.n; i++) {
		size_t end = token_end(s, at);

		ret->v[i].text = (struct str){ s.p + at, end - at };
		at = end;
	}
	return 0;
}

static bool is_blank(struct word w)
{
	size_t at = 0;

	return w.text.n && text_is_space(text_next(w.text, &at));
}

/* A blank alone between two changes would tear them apart. */
static void join_changes(struct words *w)
{
	for (size_t i = 1; i + 1 < w->n; i++)
		if (w->v[i].kept && is_blank(w->v[i]) && !w->v[i - 1].kept && !w->v[i + 1].kept)
			w->v[i].kept = false;
}

/* Lengths of the common subsequences of the tails x[i…], y[j…], row by row from the end; then walked
 * forwards. */
static int mark_middle(struct arena *a, struct word *x, size_t n, struct word *y, size_t m,
		       struct hv_err *err)
{
	if (!n || !m || n > WORDS_MOST || m > WORDS_MOST)
		return 0;
	uint16_t *length = arena_array(a, (n + 1) * (m + 1), sizeof(*length));
	size_t i, j;

	if (!length)
		return hv_nomem(err, "comparison of two texts");
#define AT(r, c) length[(r) * (m + 1) + (c)]
	for (i = n; i-- > 0;)
		for (j = m; j-- > 0;)
			AT(i, j) = str_eq(x[i].text, y[j].text)  ? (uint16_t)(AT(i + 1, j + 1) + 1)
				   : AT(i + 1, j) > AT(i, j + 1) ? AT(i + 1, j)
								 : AT(i, j + 1);
	for (i = j = 0; i < n && j < m;) {
		if (str_eq(x[i].text, y[j].text)) {
			x[i++].kept = y[j++].kept = true;
		} else if (AT(i + 1, j) >= AT(i, j + 1)) {
			i++;
		} else {
			j++;
		}
	}
#undef AT
	return 0;
}

static int mark(struct arena *a, struct words *x, struct words *y, struct hv_err *err)
{
	size_t head = 0, tail = 0, shorter = x->n < y->n ? x->n : y->n;

	while (head < shorter && str_eq(x->v[head].text, y->v[head].text)) {
		x->v[head].kept = y->v[head].kept = true;
		head++;
	}
	while (tail < shorter - head && str_eq(x->v[x->n - 1 - tail].text, y->v[y->n - 1 - tail].text)) {
		x->v[x->n - 1 - tail].kept = y->v[y->n - 1 - tail].kept = true;
		tail++;
	}
	return mark_middle(a, x->v + head, x->n - head - tail, y->v + head, y->n - head - tail, err);
}

int words_compare(struct arena *a, struct str before, struct str after, struct words *ret_before,
		  struct words *ret_after, struct hv_err *err)
{
	struct words x, y;

	if (split(a, before, &x, err) < 0 || split(a, after, &y, err) < 0 || mark(a, &x, &y, err) < 0)
		return err ? (int)err->code : HV_E_NOMEM;
	join_changes(&x);
	join_changes(&y);
	*ret_before = x;
	*ret_after = y;
	return 0;
}

static int as_words(struct arena *a, struct values v, struct words *ret, struct hv_err *err)
{
	ret->v = arena_array(a, v.n ? v.n : 1, sizeof(*ret->v));
	ret->n = v.n;
	if (!ret->v)
		return hv_nomem(err, "values of a list");
	for (size_t i = 0; i < v.n; i++)
		ret->v[i].text = v.v[i];
	return 0;
}

int words_compare_lists(struct arena *a, struct values before, struct values after, struct words *ret_before,
			struct words *ret_after, struct hv_err *err)
{
	struct words x, y;

	if (as_words(a, before, &x, err) < 0 || as_words(a, after, &y, err) < 0 || mark(a, &x, &y, err) < 0)
		return err ? (int)err->code : HV_E_NOMEM;
	*ret_before = x;
	*ret_after = y;
	return 0;
}
