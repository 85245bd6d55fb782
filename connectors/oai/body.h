/*
 * connectors/oai/body.h - a record's body, read back from the spooled page as a document of its own.
 * Tests: tests/unit/connectors/oai/test_page.c.
 */
#ifndef CONNECTORS_OAI_BODY_H
#define CONNECTORS_OAI_BODY_H

#include "connectors/oai/page.h"

/*
 * The body of an entry as its server sent it, with the namespace declarations it inherits from the envelope
 * written into its start tag: those whose prefix it uses, so that a change of the envelope alone changes no
 * record. The text lives in the arena. HV_E_NOMEM, HV_E_IO.
 */
int oai_body_read(const struct oai_page *p, const struct oai_entry *e, struct arena *a, struct str *ret,
		  struct hv_err *err) HV_CHECK;

#endif
