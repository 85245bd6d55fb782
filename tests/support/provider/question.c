/*
 * question.c - see question.h.
 */
#include "tests/support/provider/question.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes are turned by this before base64, so that every token begins with a plus sign: both list verbs begin
 * with L. */
#define TURN 0xb4

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Decodes in place: the result is never longer. */
static void decode(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (*s == '%' && hex(s[1]) >= 0 && hex(s[2]) >= 0) {
			*to++ = (char)(hex(s[1]) << 4 | hex(s[2]));
			s += 2;
		} else {
			*to++ = *s == '+' ? ' ' : *s;
		}
	}
	*to = '\0';
}

void pv_arguments_parse(struct pv_arguments *a, const char *form)
{
	char *rest, *item;

	*a = (struct pv_arguments){ 0 };
	pv_text_puts(&a->text, form);
	rest = a->text.s;
	while (rest && (item = strsep(&rest, "&"))) {
		char *value = item + strcspn(item, "=");

		if (!*item)
			continue;
		if (a->n == PV_ARGUMENTS) {
			a->too_many = true;
			return;
		}
		if (*value)
			*value++ = '\0';
		decode(item);
		decode(value);
		a->item[a->n++] = (struct pv_argument){ .key = item, .value = value };
	}
}

void pv_arguments_free(struct pv_arguments *a)
{
	pv_text_free(&a->text);
	a->n = 0;
}

const char *pv_argument(const struct pv_arguments *a, const char *key)
{
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->item[i].key, key) == 0)
			return a->item[i].value;
	return NULL;
}

static void turn(struct pv_text *t)
{
	for (size_t i = 0; i < t->len; i++)
		t->s[i] = (char)((unsigned char)t->s[i] ^ TURN);
}

void pv_token_write(const struct pv_list *list, struct pv_text *out)
{
	struct pv_text plain = { 0 };

	pv_text_printf(&plain, "%s|%s|%s|%s|%s|%zu|%zu|", list->verb, list->prefix, list->set, list->from,
		       list->until, list->position, list->cursor);
	if (plain.s) {
		pv_text_printf(&plain, "%016" PRIx64, pv_hash(plain.s, plain.len));
		turn(&plain);
		pv_base64_encode(out, plain.s, plain.len);
	}
	out->failed |= plain.failed;
	pv_text_free(&plain);
}

/* Copies the next part, which must fit. */
static bool part(char **rest, char *ret, size_t size)
{
	char *p = strsep(rest, "|");

	if (!p || !*rest || strlen(p) >= size)
		return false;
	memcpy(ret, p, strlen(p) + 1);
	return true;
}

static bool number(char **rest, size_t *ret)
{
	char digits[24], *end;

	if (!part(rest, digits, sizeof digits) || digits[0] < '0' || digits[0] > '9')
		return false;
	*ret = strtoull(digits, &end, 10);
	return *end == '\0';
}

/* The text ends with a hash of what stands before it: a token that was damaged on the way does not fit it. */
static bool is_ours(const struct pv_text *plain)
{
	const char *bar = plain->s ? strrchr(plain->s, '|') : NULL;
	char want[17];

	if (!bar || strlen(plain->s) != plain->len)
		return false;
	snprintf(want, sizeof want, "%016" PRIx64, pv_hash(plain->s, (size_t)(bar + 1 - plain->s)));
	return strcmp(bar + 1, want) == 0;
}

bool pv_token_read(const char *token, struct pv_list *ret)
{
	struct pv_text plain = { 0 };
	struct pv_list l = { 0 };
	char *rest;
	bool good = pv_base64_decode(&plain, token);

	turn(&plain);
	rest = plain.s;
	good = good && is_ours(&plain) && part(&rest, l.verb, sizeof l.verb) &&
	       part(&rest, l.prefix, sizeof l.prefix) && part(&rest, l.set, sizeof l.set) &&
	       part(&rest, l.from, sizeof l.from) && part(&rest, l.until, sizeof l.until) &&
	       number(&rest, &l.position) && number(&rest, &l.cursor);
	pv_text_free(&plain);
	if (good)
		*ret = l;
	return good;
}
