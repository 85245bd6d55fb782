/*
 * mapping/person.c - names of persons in the form of AUTR: family name in capitals, then the rest.
 *
 * Knows simple names only. Anything that is not clearly "Family, Given" or "Given Family" stays as written:
 * a name left alone is a smaller fault than a name torn apart.
 */
#include "mapping/forms.h"

#include "harvester/base/text.h"

enum { MOST_WORDS = 8 };

/* Words that open a name of something that is no single person; folded. */
static const char *const body_words[] = {
	"anonyme",     "anonymous", "atelier",    "ateliers",     "cercle",         "circle",   "compagnie",
	"company",     "ecole",     "editions",   "entourage",    "etablissements", "fabrique", "firma",
	"gebruder",    "groupe",    "imprimerie", "inconnu",      "kreis",          "maison",   "maitre",
	"manufacture", "master",    "meister",    "monogrammist", "monogrammiste",  "musee",    "museum",
	"pseudo",      "societe",   "studio",     "unbekannt",    "unknown",        "usine",    "verlag",
	"ville",       "werkstatt", "workshop"
};

/* Words a family name begins with, and words that may follow them. */
static const char *const particles[] = { "de",  "d",   "du",    "des",   "van", "von", "vom", "zu",
					 "zum", "zur", "ten",   "ter",   "di",  "da",  "dal", "del",
					 "dos", "das", "della", "degli", "la",  "le",  "les" };
/* Of these nobody doubts that the family name begins with them; "Puvis de Chavannes" is one with `de` inside.
 */
static const char *const opening_particles[] = { "van", "von", "vom", "zu", "zum", "zur", "ten", "ter" };
static const char *const inner_particles[] = { "der", "den", "de", "la", "le", "les", "het", "und", "zu" };

/* Two persons, or a person and something else. */
static const char *const joining[] = { " & ",   " + ",  " / ", ";", " et ", " and ",
				       " und ", " en ", "[",   "?", "\"" };

/* What may stand behind a family name. */
static const char *const tails[] = { " the elder",  " the younger", " le jeune", " le vieux", " l'ancien",
				     " der altere", " der jungere", " d. a.",    " d. j.",    " de oude",
				     " de jonge",   " jr.",         " jr",       " sr.",      " sr",
				     " pere",       " fils",        " ii",       " iii" };

static bool is_one_of(struct str word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_is(word, list[i]))
			return true;
	return false;
}

struct words {
	struct str v[MOST_WORDS];
	size_t n;
};

/* False when there are too many. */
static bool words_of(struct str s, struct words *ret)
{
	*ret = (struct words){ 0 };
	for (size_t i = 0; i < s.n;) {
		size_t from = i;

		while (i < s.n && s.p[i] != ' ')
			i++;
		if (i > from) {
			if (ret->n == MOST_WORDS)
				return false;
			ret->v[ret->n++] = (struct str){ s.p + from, i - from };
		}
		i++;
	}
	return true;
}

static bool starts_upper(struct str s)
{
	size_t at = 0;

	return s.n && text_is_upper(text_next(s, &at));
}

/* Two letters or more, none of them small. */
static bool is_capitals(struct str s)
{
	size_t letters = 0;

	for (size_t i = 0; i < s.n;) {
		uint32_t c = text_next(s, &i);

		if (!text_is_letter(c))
			continue;
		if (!text_is_upper(c))
			return false;
		letters++;
	}
	return letters >= 2;
}

static bool has_digit(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= '0' && s.p[i] <= '9')
			return true;
	return false;
}

static bool is_particle(struct arena *a, struct str word)
{
	struct str key = text_fold(a, word);

	if (key.n > 2 && key.p[0] == 'd' && key.p[1] == '\'')
		return true;
	return is_one_of(key, particles, HV_LEN(particles));
}

static bool is_single_person(struct arena *a, struct str name)
{
	struct str key = text_fold(a, name);
	struct words w;

	for (size_t i = 0; i < HV_LEN(joining); i++)
		if (str_find(key, str_of(joining[i])) >= 0)
			return false;
	if (!words_of(key, &w) || w.n == 0)
		return false;
	return !is_one_of(w.v[0], body_words, HV_LEN(body_words));
}

static struct str write_name(struct arena *a, struct str family, struct str rest, struct str tail,
			     enum person_style style)
{
	struct str f = style == PERSON_CAPITALS ? text_upper(a, family) : family;
	char *s = f.p ? arena_printf(a, "%.*s %.*s%.*s", STR_ARG(f), STR_ARG(rest), STR_ARG(tail)) : NULL;

	return s ? str_of(s) : STR_NONE;
}

/* Given names as they follow a comma: "Jeanne", "J.-B.", "Hubert van der". */
static bool is_given(struct arena *a, struct str s)
{
	struct words w;

	if (words_of(s, &w) && w.n && is_one_of(text_fold(a, w.v[0]), body_words, HV_LEN(body_words)))
		return false; /* "Sèvres, Manufacture de" */
	return !has_digit(s) && words_of(s, &w) && w.n >= 1 && w.n <= 5 && starts_upper(w.v[0]);
}

static bool comma_form(struct arena *a, struct str name, struct str *ret_family, struct str *ret_given)
{
	const char *comma = memchr(name.p, ',', name.n);
	struct words w;

	if (!comma)
		return false;
	*ret_family = str_trim((struct str){ name.p, (size_t)(comma - name.p) });
	*ret_given = str_trim(str_from(name, (size_t)(comma - name.p) + 1));
	if (ret_family->n == 0 || ret_given->n == 0 || memchr(ret_given->p, ',', ret_given->n))
		return false;
	/* "Fr. Puvogel, Wandsbeck" is a name with a place. */
	if (!words_of(*ret_family, &w) || w.n > 4 || w.v[0].p[w.v[0].n - 1] == '.')
		return false;
	return !has_digit(*ret_family) && is_given(a, *ret_given);
}

/* Cut off " (…)" and " le Jeune" from the end. Folding keeps no offsets, so tails are compared in place. */
static struct str cut_tail(struct arena *a, struct str *name)
{
	ptrdiff_t paren = str_find(*name, STR(" ("));
	size_t end = paren > 0 ? (size_t)paren : name->n;

	for (size_t at = end; at-- > 1;) {
		if (name->p[at] != ' ')
			continue;
		struct str key = text_fold(a, (struct str){ name->p + at, end - at });
		char *with = key.p ? arena_printf(a, " %.*s", STR_ARG(key)) : NULL;
		if (with && is_one_of(str_of(with), tails, HV_LEN(tails))) {
			end = at;
			break;
		}
	}
	struct str tail = str_from(*name, end);
	*name = str_cut(*name, end);
	return tail;
}

/* "XIV", "X", "Ier": a sovereign has no family name. */
static bool is_ordinal(struct arena *a, struct str word)
{
	struct str key = text_fold(a, word);
	size_t roman = 0;

	while (roman < word.n && memchr("IVXLC", word.p[roman], 5))
		roman++;
	return roman == word.n || str_is(key, "ier") || str_is(key, "ire");
}

/* Index of the word the family name begins with; 0: this is not "Given Family". */
static size_t family_at(struct arena *a, const struct words *w)
{
	if (w->n < 2 || !starts_upper(w->v[0]) || is_capitals(w->v[0]) || is_particle(a, w->v[0]) ||
	    is_ordinal(a, w->v[w->n - 1]))
		return 0;
	for (size_t i = 1; i < w->n; i++) {
		bool bound = memchr(w->v[i].p, '\'', w->v[i].n) != NULL; /* d'Aubigny */

		/* Behind two names or more it may stand in the middle of the family name. */
		if ((i + 1 < w->n || bound) && is_particle(a, w->v[i]))
			return i == 1 || is_one_of(text_fold(a, w->v[i]), opening_particles,
						   HV_LEN(opening_particles))
				       ? i
				       : 0;
		if (!starts_upper(w->v[i]))
			return 0;
	}
	return w->n - 1;
}

/* Behind its particles a family name has words in capitals only: "van der Goltz", not "van huis uit". */
static bool is_family(struct arena *a, const struct words *w, size_t from)
{
	if (!starts_upper(w->v[w->n - 1]) && !is_particle(a, w->v[w->n - 1]))
		return false;
	for (size_t i = from; i < w->n; i++)
		if (!starts_upper(w->v[i]) && !is_particle(a, w->v[i]) &&
		    !is_one_of(w->v[i], inner_particles, HV_LEN(inner_particles)))
			return false;
	return true;
}

static struct str natural_form(struct arena *a, struct str name, enum person_style style)
{
	struct str body = name, tail = cut_tail(a, &body);
	struct words w;

	if (has_digit(body) || !words_of(body, &w))
		return name;
	size_t at = family_at(a, &w);
	if (at == 0 || !is_family(a, &w, at))
		return name;
	struct str family = { w.v[at].p, (size_t)(body.p + body.n - w.v[at].p) };
	struct str given = { body.p, (size_t)(w.v[at - 1].p + w.v[at - 1].n - body.p) };
	return write_name(a, str_trim(family), given, tail, style);
}

struct str person_form(struct arena *a, struct str name, enum person_kind kind, enum person_style style)
{
	struct str family, given;

	if (kind == PERSON_BODY || !is_single_person(a, name))
		return name;
	if (memchr(name.p, ',', name.n))
		return comma_form(a, name, &family, &given) ? write_name(a, family, given, STR(""), style)
							    : name;
	return kind == PERSON_YES ? natural_form(a, name, style) : name;
}
