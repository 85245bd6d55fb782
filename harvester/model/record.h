/*
 * model/record.h - one item as the source gave it.
 */
#ifndef HARVESTER_MODEL_RECORD_H
#define HARVESTER_MODEL_RECORD_H

#include "harvester/base/str.h"

struct record {
	struct str
		external_id;  /* unique within the source; "" when the source gave none (then fault is set) */
	struct str datestamp; /* as the source wrote it */
	const struct str *sets;
	size_t n_sets;
	bool deleted;    /* the source says so; then there is no body */
	struct str body; /* also with fault no_identifier: all it is known by. UTF-8; for XML the element with
			    its inherited namespace declarations written in */
	const char *fault; /* stable word when the record cannot be used ("no_identifier", "no_metadata"), or
			      NULL */
	struct str fault_reason; /* French, for the quarantine: what, where, what to do */
};

#endif
