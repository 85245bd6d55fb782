/*
 * base/log.c - see log.h. A line is built whole and written by one call, so that two processes do not mix.
 */
#include "harvester/base/log.h"

#include "harvester/base/buf.h"

enum { LONGEST_LINE = 64 << 10, CUT_VALUE = 1000 };

static const char *const level_names[] = { "error", "warn", "info", "debug" };

static void put_logfmt(struct buf *b, const char *key, const char *value)
{
	buf_printf(b, "%s%s=", b->n ? " " : "", key);
	buf_logfmt(b, str_of(value));
}

static void put_json(struct buf *b, const char *key, const char *value)
{
	buf_puts(b, b->n ? "," : "{");
	buf_json(b, str_of(key));
	buf_putc(b, ':');
	buf_json(b, str_of(value));
}

static bool fits(const struct buf *b)
{
	return !b->failed && b->n < LONGEST_LINE - 2; /* "}\n" */
}

static void back_to(struct buf *b, size_t n)
{
	b->failed = false;
	b->n = n;
	if (b->p)
		b->p[n] = '\0';
}

/* A value too long for the line is cut; when nothing of it fits either it is left out: the line stays whole.
 */
static void put_bounded(struct buf *b, void (*put)(struct buf *, const char *, const char *), const char *key,
			const char *value)
{
	char cut[CUT_VALUE + 1];
	size_t before = b->n, n = CUT_VALUE;

	put(b, key, value);
	if (fits(b))
		return;
	back_to(b, before);
	if (strlen(value) > CUT_VALUE) {
		while (n > 0 && ((unsigned char)value[n] & 0xC0) == 0x80)
			n--;
		memcpy(cut, value, n);
		cut[n] = '\0';
		put(b, key, cut);
	}
	if (!fits(b))
		back_to(b, before);
}

void hv_log(const struct hv_log *log, enum hv_level level, const char *event, const struct hv_kv *kv)
{
	if (!log || level > log->level)
		return;
	hv_auto(buf_release) struct buf b = BUF_INIT(LONGEST_LINE);
	void (*put)(struct buf *, const char *, const char *) =
		log->format == HV_LOG_JSON ? put_json : put_logfmt;
	char now[CLOCK_TEXT];

	put(&b, "time", clock_utc(clock_now(&log->clock), now));
	put(&b, "level", level_names[level]);
	put_bounded(&b, put, "event", event);
	for (; kv && kv->key; kv++)
		if (kv->value)
			put_bounded(&b, put, kv->key, kv->value);
	buf_puts(&b, log->format == HV_LOG_JSON ? "}\n" : "\n");
	(void)fwrite(buf_cstr(&b), 1, b.n, log->out);
	(void)fflush(log->out);
}

bool hv_level_parse(const char *word, enum hv_level *ret)
{
	for (size_t i = 0; i < HV_LEN(level_names); i++)
		if (strcmp(word, level_names[i]) == 0) {
			*ret = (enum hv_level)i;
			return true;
		}
	return false;
}
