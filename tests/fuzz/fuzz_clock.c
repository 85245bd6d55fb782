/*
 * fuzz_clock.c - any bytes as a date: what is read is written and must be read again as the same second.
 */
#include "harvester/base/clock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t us, again;
	char text[CLOCK_TEXT], french[64];
	bool day;

	if (!clock_parse((struct str){ (const char *)data, size }, &us, &day))
		return 0;
	(void)clock_paris(us, french, sizeof(french));
	if (us < clock_days(0, 1, 1) * INT64_C(86400000000) ||
	    us >= clock_days(10000, 1, 1) * INT64_C(86400000000))
		return 0; /* an offset led out of the years that have four digits */
	if (!clock_parse(str_of(day ? clock_date(us, text) : clock_utc(us, text)), &again, &day) ||
	    again != us)
		abort();
	return 0;
}
