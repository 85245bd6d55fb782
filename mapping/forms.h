/*
 * mapping/forms.h - how Joconde writes persons, years and measures, as pure functions over texts.
 *
 * The older style of writing (precision in parentheses, MILL as "1850 entre ; 1860 et"). What is not
 * understood is said so; nothing is guessed. Tests: tests/unit/mapping/test_forms.c, tests/fuzz/fuzz_ops.c.
 */
#ifndef MAPPING_FORMS_H
#define MAPPING_FORMS_H

#include "harvester/base/arena.h"

enum person_style { PERSON_CAPITALS /* NOM Prénom */, PERSON_PLAIN /* Nom Prénom */ };
enum person_kind { PERSON_UNKNOWN, PERSON_YES, PERSON_BODY };

/*
 * "Mercier, Jeanne" -> "MERCIER Jeanne", whatever the kind but a body. "Jeanne Mercier" is turned round only
 * when the kind says person. Particles stay before the family name. {NULL,0} when memory is out.
 */
struct str person_form(struct arena *a, struct str name, enum person_kind kind, enum person_style style);

enum year_word { YEAR_EXACT, YEAR_ABOUT, YEAR_BEFORE, YEAR_AFTER };

struct years {
	uint32_t from, to; /* equal when there is one year */
	enum year_word word;
};

/*
 * "1853", "1853-05-01", "1850-1860", "vers 1853", "avant 1853", "1853 (circa)" and the like in French,
 * English, German, Dutch. False: not understood (centuries, years before Christ, anything else).
 */
bool years_parse(struct arena *a, struct str text, struct years *ret);

/* One value or two: "1853", "1853 vers", "1850 entre" and "1860 et". Their number; 0 when memory is out. */
size_t years_form(struct arena *a, const struct years *y, struct str ret[2]);

struct measure {
	struct str label;  /* as written, or empty */
	struct str number; /* with a decimal point */
	struct str unit;   /* as written, or empty */
	struct str note;   /* what stood in parentheses behind it */
};

/* A number with or without a unit: "30", "25,5 cm". False: anything else. */
bool measure_number(struct arena *a, struct str text, struct measure *ret);

/*
 * A display text in which every measure has its label: "Höhe: 63 mm Breite: 95 mm", "H. 30 ; l. 20". Answers
 * the number of measures, 0 when any part of the text is something else, or there are more than max.
 */
size_t measures_parse(struct arena *a, struct str text, struct measure *ret, size_t max);

#endif
