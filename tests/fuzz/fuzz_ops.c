/*
 * Any text as a name, a date, a measure: an answer inside the arena, and forms that are stable.
 */
#include "harvester/base/text.h"
#include "mapping/forms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(8u << 20);
	struct str s = { (const char *)data, size < 4096 ? size : 4096 }, form[2];
	struct measure m[12];
	struct years y, again;

	if (!a || !text_valid(s, NULL)) {
		arena_free(a);
		return 0;
	}
	s = text_squeeze(a, text_nfc(a, s)); /* as values are */
	(void)person_form(a, s, PERSON_YES, PERSON_CAPITALS);
	(void)person_form(a, s, PERSON_UNKNOWN, PERSON_PLAIN);
	(void)measure_number(a, s, &m[0]);
	(void)measures_parse(a, s, m, 12);
	/* What is written for one year is read back as the same year. */
	if (years_parse(a, s, &y) && years_form(a, &y, form) == 1 &&
	    (!years_parse(a, form[0], &again) || again.from != y.from || again.word != y.word))
		abort();
	arena_free(a);
	return 0;
}
