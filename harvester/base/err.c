/*
 * base/err.c - see err.h. Refuses to allocate: an error must be tellable when memory is gone.
 */
#include "harvester/base/err.h"

#include <unistd.h>

void hv_whole_end(char *text)
{
	size_t n = strlen(text), i = n;

	while (i > 0 && ((unsigned char)text[i - 1] & 0xC0) == 0x80)
		i--;
	if (i == 0)
		return;
	unsigned char lead = (unsigned char)text[i - 1];
	size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
	if (n - (i - 1) < need)
		text[i - 1] = '\0';
}

static HV_PRINTF(4, 0) int fill(struct hv_err *err, enum hv_code code, bool retryable, const char *fmt,
				va_list ap)
{
	if (!err)
		return code;
	err->code = code;
	err->retryable = retryable;
	if (vsnprintf(err->text, sizeof(err->text), fmt, ap) >= (int)sizeof(err->text))
		hv_whole_end(err->text);
	return code;
}

int hv_fail(struct hv_err *err, enum hv_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(err, code, false, fmt, ap);
	va_end(ap);
	return code;
}

int hv_fail_retry(struct hv_err *err, enum hv_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(err, code, true, fmt, ap);
	va_end(ap);
	return code;
}

int hv_wrap(struct hv_err *err, const char *fmt, ...)
{
	char where[sizeof(err->text)], text[sizeof(err->text)];
	va_list ap;

	if (!err)
		return HV_E_PARSE;
	va_start(ap, fmt);
	(void)vsnprintf(where, sizeof(where), fmt, ap);
	va_end(ap);
	memcpy(text, err->text, sizeof(text));
	size_t n = strlen(where), room = sizeof(err->text) - 1;
	if (n > room - 2)
		where[room - 2] = '\0';
	hv_whole_end(where);
	n = strlen(where);
	memcpy(err->text, where, n);
	memcpy(err->text + n, ": ", 2);
	size_t rest = strlen(text), left = room - n - 2;
	memcpy(err->text + n + 2, text, rest < left ? rest : left);
	err->text[n + 2 + (rest < left ? rest : left)] = '\0';
	hv_whole_end(err->text);
	return err->code;
}

int hv_nomem(struct hv_err *err, const char *what)
{
	return hv_fail(err, HV_E_NOMEM, "out of memory: %s", what);
}

const char *hv_code_name(enum hv_code code)
{
	static const char *const names[] = { "ok",        "memory", "parse",   "config",   "remote",
					     "store",     "limit",  "io",      "busy",     "lost",
					     "not-found", "usage",  "refused", "cancelled" };
	size_t i = (size_t) - (int)code;

	return i < HV_LEN(names) ? names[i] : "unknown";
}

void hv_fclosep(FILE **f)
{
	if (*f)
		fclose(*f);
	*f = NULL;
}

void hv_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}
