/*
 * publish/html.h - the pieces a page for museums is made of: French, self-contained, no script.
 *
 * Accessible by construction: language, one h1, a skip link, visible focus, marks that do not rest on colour
 * alone; readable at 320 pixels and on paper. The style is our own and stands in the page. Tests:
 * tests/unit/publish/test_html.c.
 */
#ifndef HARVESTER_PUBLISH_HTML_H
#define HARVESTER_PUBLISH_HTML_H

#include "harvester/base/arena.h"
#include "harvester/base/buf.h"
#include "harvester/model/claim.h"

/* From the doctype to the skip link; the caller goes on with header and main (id "contenu"). */
void html_begin(struct buf *b, struct str title);
void html_end(struct buf *b);

/* Escaped, at most `most` characters; what is longer ends with "…". */
void html_cut(struct buf *b, struct str s, size_t most);

/* A count as French writes it: 1 234 with a narrow no-break space. */
void html_number(struct buf *b, int64_t n);
/* "1 notice créée", "12 notices créées": the number, then the word by count (0 and 1 are singular). */
void html_count(struct buf *b, int64_t n, const char *one, const char *many);

/*
 * A field's values before and after as two paragraphs, with <del> and <ins> round the words that changed,
 * each also named by hidden text. Long unchanged stretches are shortened, very long values cut. An empty list
 * says so.
 */
int html_change(struct buf *b, struct arena *a, struct values before, struct values after,
		struct hv_err *err) HV_CHECK;

#endif
