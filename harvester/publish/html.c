/*
 * publish/html.c - see html.h.
 */
#include "harvester/publish/html.h"

#include "harvester/base/text.h"
#include "harvester/publish/words.h"

enum {
	LONGEST_VALUE = 4000,  /* bytes of one side of a change that are shown */
	LONGEST_CHANGED = 800, /* characters of one changed stretch */
	LONGEST_KEPT = 160,    /* characters of an unchanged stretch … */
	KEPT_END = 60          /* … else this much of its ends */
};

static const char style[] =
	":root{color-scheme:light;--encre:#1b1d21;--doux:#565b64;--trait:#d5d2cb;--fond:#fbfaf7;--accent:#"
	"1d4a63}\n"
	"*{box-sizing:border-box}\n"
	"html{font:100%/1.55 \"Source Sans 3\",\"Segoe UI\",\"Liberation "
	"Sans\",Arial,sans-serif;background:var(--fond);"
	"color:var(--encre)}\n"
	"body{margin:0 auto;max-width:54rem;padding:0 1rem 3rem;overflow-wrap:break-word}\n"
	"h1,h2,h3{font-family:\"Source Serif 4\",Georgia,\"Liberation "
	"Serif\",serif;line-height:1.25;font-weight:600}\n"
	"h1{font-size:1.9rem;margin:.2rem 0 1rem}\n"
	"h2{font-size:1.35rem;margin:2.6rem 0 .8rem;padding-bottom:.3rem;border-bottom:2px solid "
	"var(--accent)}\n"
	"h3{font-size:1.05rem;margin:0}\n"
	"p,ul,dl{margin:.5rem 0}\n"
	"a{color:var(--accent)}\n"
	"a:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--accent);outline-offset:2px}\n"
	".evitement{position:absolute;left:-99rem;background:#fff;padding:.6rem 1rem}\n"
	".evitement:focus{left:1rem;top:1rem}\n"
	".cache{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:"
	"nowrap}\n"
	"header{padding-top:2rem}\n"
	".base{color:var(--doux);margin:0}\n"
	".tete{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1.2rem}\n"
	".tete dt{color:var(--doux)}\n"
	".tete dd{margin:0}\n"
	".verdict{font-size:1.15rem;background:#fff;border:1px solid var(--trait);border-left:5px solid "
	"var(--accent);"
	"padding:.8rem 1rem;margin:1.4rem 0}\n"
	"table{border-collapse:collapse;width:100%;margin:.8rem 0 1.6rem;background:#fff}\n"
	"caption{text-align:left;padding:.3rem 0;color:var(--doux)}\n"
	"caption h3{color:var(--encre)}\n"
	"th,td{border:1px solid var(--trait);padding:.4rem .6rem;text-align:left;vertical-align:top}\n"
	"thead th{background:#f0eee8;font-weight:600}\n"
	"tbody th{font-weight:400}\n"
	".nombre{text-align:right;font-variant-numeric:tabular-nums;width:8rem}\n"
	"td,.code,cite{overflow-wrap:anywhere}\n"
	"th{hyphens:auto}\n"
	".dont{padding-left:1.6rem}\n"
	".large{width:42%}\n"
	".code{color:var(--doux);font-size:.85em}\n"
	".champ{width:11rem}\n"
	".deux{display:grid;grid-template-columns:1fr 1fr;gap:.2rem 1.2rem}\n"
	".deux p{margin:0;white-space:pre-line}\n"
	".mot{display:block;color:var(--doux);font-size:.8rem}\n"
	"del,ins{padding:0 "
	".12em;border-radius:2px;-webkit-box-decoration-break:clone;box-decoration-break:clone}\n"
	"del{background:#fbe3df;color:#7c1f14;text-decoration:line-through}\n"
	"ins{background:#ddefdf;color:#174d26;text-decoration:underline;text-underline-offset:.15em}\n"
	".vide,.note{color:var(--doux)}\n"
	".liste{padding-left:1.2rem}\n"
	"@media "
	"(max-width:38rem){.deux{grid-template-columns:1fr;gap:.5rem}.champ{width:6.2rem}.nombre{width:5."
	"2rem}"
	".tete{grid-template-columns:1fr;gap:0}.tete dd{margin:0 0 .5rem}h1{font-size:1.5rem}"
	"th,td{padding:.35rem .4rem}table{font-size:.92rem}}\n"
	"@media "
	"print{html{background:#fff;font-size:10pt}body{max-width:none;padding:0}.evitement{display:none}"
	"tr,caption{break-inside:avoid}caption,h2,h3,thead{break-after:avoid}a{color:inherit}"
	"del,ins{background:none;color:inherit}}\n";

void html_begin(struct buf *b, struct str title)
{
	buf_puts(b, "<!DOCTYPE html>\n<html lang=\"fr\">\n<head>\n<meta charset=\"utf-8\">\n"
		    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
	buf_html(b, title);
	buf_puts(b, "</title>\n<style>\n");
	buf_puts(b, style);
	buf_puts(
		b,
		"</style>\n</head>\n<body>\n<a class=\"evitement\" href=\"#contenu\">Aller au contenu</a>\n");
}

void html_end(struct buf *b)
{
	buf_puts(b, "</body>\n</html>\n");
}

/* Bytes of the first `most` characters. */
static size_t first_characters(struct str s, size_t most)
{
	size_t at = 0;

	for (size_t i = 0; i < most && at < s.n; i++)
		(void)text_next(s, &at);
	return at;
}

/* Where the last `most` characters begin. */
static size_t last_characters(struct str s, size_t most)
{
	size_t at = s.n;

	for (size_t i = 0; i < most && at > 0; i++)
		do
			at--;
		while (at > 0 && ((unsigned char)s.p[at] & 0xC0) == 0x80);
	return at;
}

void html_cut(struct buf *b, struct str s, size_t most)
{
	size_t n = first_characters(s, most);

	buf_html(b, str_cut(s, n));
	if (n < s.n)
		buf_puts(b, "…");
}

void html_number(struct buf *b, int64_t n)
{
	char digits[24];
	int length = snprintf(digits, sizeof(digits), "%lld", (long long)n);

	for (int i = 0; i < length; i++) {
		if (i > 0 && digits[i - 1] != '-' && (length - i) % 3 == 0)
			buf_puts(b, "\u202f");
		buf_putc(b, digits[i]);
	}
}

void html_count(struct buf *b, int64_t n, const char *one, const char *many)
{
	html_number(b, n);
	buf_printf(b, " %s", n < 2 ? one : many);
}

enum place { BEGINNING = 1, ENDING = 2 };

static void put_kept(struct buf *b, struct str s, int place)
{
	if (first_characters(s, LONGEST_KEPT) == s.n) {
		buf_html(b, s);
		return;
	}
	if (place == (BEGINNING | ENDING)) {
		html_cut(b, s, LONGEST_KEPT);
		return;
	}
	if (!(place & BEGINNING))
		buf_html(b, str_cut(s, first_characters(s, KEPT_END)));
	buf_puts(b, " … ");
	if (!(place & ENDING))
		buf_html(b, str_from(s, last_characters(s, KEPT_END)));
}

struct side {
	const char *tag, *name, *heading;
};

/* Blanks at the ends stay outside the mark, unless they are all there is. */
static void put_marked(struct buf *b, const struct side *s, struct str text)
{
	struct str inner = str_trim(text);

	if (!inner.n)
		inner = text;
	buf_put(b, text.p, (size_t)(inner.p - text.p));
	buf_printf(b, "<%s><span class=\"cache\">%s : </span>", s->tag, s->name);
	html_cut(b, inner, LONGEST_CHANGED);
	buf_printf(b, "<span class=\"cache\"> (fin)</span></%s>", s->tag);
	buf_str(b, str_from(text, (size_t)(inner.p - text.p) + inner.n));
}

/* Stretches of one kind together; the pieces of a text lie side by side in it. */
static void put_words(struct buf *b, const struct side *s, struct words w)
{
	size_t start = b->n;

	for (size_t i = 0, end; i < w.n; i = end) {
		struct str text = w.v[i].text;

		for (end = i + 1; end < w.n && w.v[end].kept == w.v[i].kept; end++)
			text.n += w.v[end].text.n;
		if (b->n - start > LONGEST_VALUE) {
			buf_puts(b, " …");
			return;
		}
		if (w.v[i].kept)
			put_kept(b, text, (i == 0 ? BEGINNING : 0) | (end == w.n ? ENDING : 0));
		else
			put_marked(b, s, text);
	}
}

static void put_list(struct buf *b, const struct side *s, struct words list, struct words inner)
{
	size_t start = b->n;

	for (size_t i = 0; i < list.n; i++) {
		if (i)
			buf_puts(b, " ; ");
		if (b->n - start > LONGEST_VALUE) {
			buf_puts(b, "…");
			return;
		}
		if (list.v[i].kept)
			html_cut(b, list.v[i].text, LONGEST_CHANGED);
		else if (inner.n)
			put_words(b, s, inner);
		else
			put_marked(b, s, list.v[i].text);
	}
}

static size_t changed_values(struct words w, struct str *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < w.n; i++)
		if (!w.v[i].kept && n++ == 0)
			*ret = w.v[i].text;
	return n;
}

static void put_side(struct buf *b, const struct side *s, struct words list, struct words inner)
{
	buf_printf(b, "<p><span class=\"mot\">%s</span> ", s->heading);
	if (list.n)
		put_list(b, s, list, inner);
	else
		buf_puts(b, "<span class=\"vide\">(vide)</span>");
	buf_puts(b, "</p>");
}

int html_change(struct buf *b, struct arena *a, struct values before, struct values after, struct hv_err *err)
{
	static const struct side gone = { "del", "supprimé", "Avant" }, come = { "ins", "ajouté", "Après" };
	struct words x, y, inner_x = { 0 }, inner_y = { 0 };
	struct str one, other;

	if (words_compare_lists(a, before, after, &x, &y, err) < 0)
		return HV_E_NOMEM;
	/* One value for one value: show which of its words. */
	if (changed_values(x, &one) == 1 && changed_values(y, &other) == 1 &&
	    words_compare(a, one, other, &inner_x, &inner_y, err) < 0)
		return HV_E_NOMEM;
	buf_puts(b, "<div class=\"deux\">");
	put_side(b, &gone, x, inner_x);
	put_side(b, &come, y, inner_y);
	buf_puts(b, "</div>");
	return 0;
}
