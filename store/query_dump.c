/*
 * store/query_dump.c - see query_dump.h.
 *
 * COPY in text format doubles backslashes and breaks JSON. In CSV format a column is quoted only when it
 * holds the delimiter, the quote, CR or LF; with the control characters 1 and 2 as delimiter and quote none
 * of ours can: jsonb escapes control characters, dates and REFs have none. So a row is four columns as they
 * are.
 */
#include "store/query_dump.h"

#include "store/store_priv.h"

#define DELIMITER '\1'
#define QUOTE '\2'

int query_live_begin(struct store *s, struct hv_err *err)
{
	return pg_copy_out(
		s->pg, "live notices",
		"copy (select ref, created, changed, doc from notice where state = 'live' order by "
		"ref collate \"C\") to stdout (format csv, delimiter e'\\x01', quote e'\\x02')",
		err);
}

static bool next_column(struct str *rest, struct str *ret)
{
	const char *end = memchr(rest->p, DELIMITER, rest->n);

	if (!end)
		return false;
	*ret = (struct str){ rest->p, (size_t)(end - rest->p) };
	*rest = str_from(*rest, ret->n + 1);
	return true;
}

int query_live_next(struct store *s, struct live_notice *ret, struct hv_err *err)
{
	struct str row;
	int r = pg_copy_get(s->pg, &row, err);

	if (r != HV_ROW)
		return r;
	if (row.n && row.p[row.n - 1] == '\n')
		row.n--;
	if (!row.n || row.p[0] == QUOTE || !next_column(&row, &ret->ref) ||
	    !next_column(&row, &ret->created) || !next_column(&row, &ret->changed))
		return hv_fail(err, HV_E_STORE, "live notices: a row is not REF, two dates and a document");
	ret->doc = row;
	return HV_ROW;
}

void query_live_stop(struct store *s)
{
	pg_abandon(s->pg);
}
