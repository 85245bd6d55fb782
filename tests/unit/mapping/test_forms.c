/*
 * Names, years and measures as pure functions: what is read, and what is left alone.
 */
#include "mapping/forms.h"
#include "tests/unit/mapping/given.h"

static const struct {
	const char *name;
	enum person_kind kind;
	const char *form;
} names[] = {
	{ "Mercier, Jeanne", PERSON_UNKNOWN, "MERCIER Jeanne" },
	{ "Mercier, Jeanne", PERSON_BODY, "Mercier, Jeanne" },
	{ "MERCIER Jeanne", PERSON_YES, "MERCIER Jeanne" },
	{ "Jeanne Mercier", PERSON_UNKNOWN, "Jeanne Mercier" },
	{ "Jeanne Mercier", PERSON_YES, "MERCIER Jeanne" },
	{ "Édouard Béranger", PERSON_YES, "BÉRANGER Édouard" },
	{ "J. Nielsen", PERSON_YES, "NIELSEN J." },
	{ "Jean Baptiste Laval", PERSON_YES, "LAVAL Jean Baptiste" },
	{ "Hubert van der Goltz", PERSON_YES, "VAN DER GOLTZ Hubert" },
	{ "van der Goltz, Hubert", PERSON_UNKNOWN, "VAN DER GOLTZ Hubert" },
	{ "Goltz, Hubert van der", PERSON_UNKNOWN, "GOLTZ Hubert van der" },
	{ "Pierre Aubin de Valbrun", PERSON_YES, "Pierre Aubin de Valbrun" }, /* AUBIN DE VALBRUN? */
	{ "Élise Morin Le Clerc", PERSON_YES, "Élise Morin Le Clerc" },
	{ "Pierre de Valbrun", PERSON_YES, "DE VALBRUN Pierre" },
	{ "Johann Karl von Traun", PERSON_YES, "VON TRAUN Johann Karl" },
	{ "Louis XIV", PERSON_YES, "Louis XIV" },
	{ "Charles X", PERSON_YES, "Charles X" },
	{ "Henri Ier", PERSON_YES, "Henri Ier" },
	{ "Malcolm X. Durand", PERSON_YES, "DURAND Malcolm X." },
	{ "Valombreuse, Manufacture de", PERSON_UNKNOWN, "Valombreuse, Manufacture de" },
	{ "Mercier, Maison", PERSON_UNKNOWN, "Mercier, Maison" },
	{ "Pierre d'Aubigny", PERSON_YES, "D'AUBIGNY Pierre" },
	{ "Pieter Harens the Elder", PERSON_YES, "HARENS Pieter the Elder" },
	{ "Jeanne Mercier (1821-1890)", PERSON_YES, "MERCIER Jeanne (1821-1890)" },
	{ "Fr. Puvogel, Wandsbeck", PERSON_YES, "Fr. Puvogel, Wandsbeck" },
	{ "Corneille", PERSON_YES, "Corneille" },
	{ "Maître de Saint-Aurillac", PERSON_YES, "Maître de Saint-Aurillac" },
	{ "Manufacture de Valombreuse, Paris", PERSON_UNKNOWN, "Manufacture de Valombreuse, Paris" },
	{ "Jeanne Mercier et Paul Arnoux", PERSON_YES, "Jeanne Mercier et Paul Arnoux" },
	{ "Mercier, 1821", PERSON_UNKNOWN, "Mercier, 1821" },
	{ "Paul Bauer, Drucker, Kiel", PERSON_YES, "Paul Bauer, Drucker, Kiel" },
	{ "JEANNE MERCIER", PERSON_YES, "JEANNE MERCIER" },
	{ "Jeanne de", PERSON_YES, "Jeanne de" },
	{ ",", PERSON_YES, "," },
	{ "", PERSON_YES, "" },
};

START_TEST(a_name_is_turned_round_only_when_it_is_clearly_a_persons)
{
	hv_auto(arena_freep) struct arena *a = arena_new(1 << 16);
	struct str got = person_form(a, str_of(names[_i].name), names[_i].kind, PERSON_CAPITALS);

	ck_assert_msg(str_is(got, names[_i].form), "%s: %.*s", names[_i].name, STR_ARG(got));
}
END_TEST

static const struct {
	const char *text, *form;
} years[] = {
	{ "1853", "1853" },
	{ " ;1853. ", "1853" },
	{ "1853-05-01", "1853" },
	{ "1853-05-01T10:00:00Z", "1853" },
	{ "1853-05", "1853" },
	{ "01.05.1853", "1853" },
	{ "1/5/1853", "1853" },
	{ "10.1923", "1923" },
	{ "1850-1860", "1850 entre ; 1860 et" },
	{ "1850 – 1860", "1850 entre ; 1860 et" },
	{ "1850-60", "1850 entre ; 1860 et" },
	{ "1850/1860", "1850 entre ; 1860 et" },
	{ "1850-01-01/1860-12-31", "1850 entre ; 1860 et" },
	{ "entre 1850 et 1860", "1850 entre ; 1860 et" },
	{ "zwischen 1850 und 1860", "1850 entre ; 1860 et" },
	{ "1850 bis 1860", "1850 entre ; 1860 et" },
	{ "1850 entre ; 1860 et", "1850 entre ; 1860 et" },
	{ "vers 1880", "1880 vers" },
	{ "um 1880", "1880 vers" },
	{ "c. 1880", "1880 vers" },
	{ "1880 (circa)", "1880 vers" },
	{ "avant 1863", "1863 avant" },
	{ "vor 1863", "1863 avant" },
	{ "après 1863", "1863 après" },
	{ "nach 1863", "1863 après" },
	{ "19e siècle", "" },
	{ "XIX", "" },
	{ "1897 (circa) - 1900(circa)", "" },
	{ "-0500", "" },
	{ "500 av JC", "" },
	{ "1860-1850", "" },
	{ "August 2005", "" },
	{ "1853 ; 1860", "" },
	{ "vers 1850-1860", "" },
	{ "185.", "" }, /* a decade, its last digit left open */
	{ "vers 185.", "" },
	{ "850", "850" },
	{ "53", "" },
	{ "18530501", "" },
	{ "1869年03月10日", "" },
	{ "99999999999999999999", "" },
	{ "", "" },
};

START_TEST(a_text_is_a_time_only_when_all_of_it_is_understood)
{
	hv_auto(arena_freep) struct arena *a = arena_new(1 << 16);
	struct years y;
	struct str form[2];
	char got[64] = "";

	if (years_parse(a, str_of(years[_i].text), &y)) {
		size_t n = years_form(a, &y, form);

		ck_assert_uint_ge(n, 1);
		(void)snprintf(got, sizeof(got), "%.*s%s%.*s", STR_ARG(form[0]), n > 1 ? " ; " : "",
			       STR_ARG(n > 1 ? form[1] : STR("")));
	}
	ck_assert_msg(strcmp(got, years[_i].form) == 0, "%s: %s", years[_i].text, got);
}
END_TEST

static const struct {
	const char *text, *form;
} measures[] = {
	{ "Höhe: 63 mm Breite: 95 mm", "Höhe|63|mm||Breite|95|mm|" },
	{ "H. 30 ; l. 20", "H|30|||l|20||" },
	{ "H. 30 x l. 20", "H|30|||l|20||" },
	{ "L=37 cm; l=40cm; Î=23cm", "L|37|cm||l|40|cm||Î|23|cm|" },
	{ "Î: 87 cm., L: 104 cm.", "Î|87|cm||L|104|cm|" },
	{ "hoogte: 21,3 cm (geheel)", "hoogte|21.3|cm|geheel" },
	{ "diametru - 16 cm", "diametru|16|cm|" },
	{ "30 x 20 cm", "" },
	{ "H. 30 env.", "" },
	{ "Höhe: 1/2 cm", "" },
	{ "haut", "" },
	{ "", "" },
};

START_TEST(a_display_text_is_split_only_when_every_measure_has_its_label)
{
	hv_auto(arena_freep) struct arena *a = arena_new(1 << 16);
	hv_auto(buf_release) struct buf b = BUF_INIT(1000);
	struct measure m[8];
	size_t n = measures_parse(a, str_of(measures[_i].text), m, 8);

	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s%.*s|%.*s|%.*s|%.*s", i ? "|" : "", STR_ARG(m[i].label),
			   STR_ARG(m[i].number), STR_ARG(m[i].unit), STR_ARG(m[i].note));
	ck_assert_msg(strcmp(buf_cstr(&b), measures[_i].form) == 0, "%s: %s", measures[_i].text,
		      buf_cstr(&b));
}
END_TEST

static void add(TCase *t)
{
	tcase_add_loop_test(t, a_name_is_turned_round_only_when_it_is_clearly_a_persons, 0,
			    (int)HV_LEN(names));
	tcase_add_loop_test(t, a_text_is_a_time_only_when_all_of_it_is_understood, 0, (int)HV_LEN(years));
	tcase_add_loop_test(t, a_display_text_is_split_only_when_every_measure_has_its_label, 0,
			    (int)HV_LEN(measures));
}

int main(void)
{
	return given_run("mapping forms", add);
}
