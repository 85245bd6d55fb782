/*
 * provider.h - a small OAI-PMH 2.0 data provider for tests, the demo and the benchmark.
 *
 * It is a referee, so it shares no code with the harvester: plain C, libmicrohttpd and zlib. It listens on
 * 127.0.0.1 only, serves LIDO and oai_dc from a folder of files or from a generator, and can be told to
 * misbehave (faults.c has the list). It refuses to be a real provider: no access control, no persistence, no
 * configuration file.
 *
 * All functions may be called from any thread while the provider runs, except provider_stop, which is the
 * last call. Tests: tests/unit/support/test_provider.c.
 */
#ifndef TESTS_SUPPORT_PROVIDER_PROVIDER_H
#define TESTS_SUPPORT_PROVIDER_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct provider;

/* All zero means: an empty generated repository, 100 records a page, any free port, granularity of a second.
 */
struct provider_options {
	const char *records; /* folder with records.tsv and one LIDO document per file; NULL: generate */

	size_t generate;      /* number of generated records */
	size_t record_bytes;  /* wanted size of a generated LIDO document; below about 3,000 the smallest is
				 made */
	uint64_t seed;        /* same seed, same records */
	size_t changed;       /* this many generated records are in a second version, dated now */
	size_t deleted_every; /* every nth generated record is deleted; 0: none */

	uint16_t port;        /* 0: any free port */
	size_t page_size;     /* records or headers a page; 0: 100 */
	bool day_granularity; /* dates without time */
	bool no_last_token;   /* the last page has no resumptionToken element, instead of an empty one */
	bool no_gzip;         /* never compress */
	const char *deleted_record;  /* what Identify declares; NULL: "persistent" */
	const char *repository_name; /* NULL: "Fournisseur d'essai" */
	const char *response_date;   /* fixed clock, YYYY-MM-DDThh:mm:ssZ; NULL: the machine's clock */
	size_t cache_bytes;          /* ceiling for kept pages of generated records; 0: keep none */

	const char *fault;      /* script, see provider_fault; NULL: none */
	unsigned retry_after_s; /* what the 503 faults announce; 0: one second */
	unsigned slow_ms;       /* how long a page of the fault "slow" takes; 0: one second */
};

/* One request as it came in. Texts are cut at the size of their field. */
struct provider_request {
	size_t number; /* from 1 */
	char method[8];
	char path[64];
	char verb[32];        /* empty when there was none */
	char arguments[1024]; /* all but the verb, decoded, in the order of arrival:
				 "metadataPrefix=lido&set=a" */
	char user_agent[128];
	char contact[128]; /* the header From */
	bool accepts_gzip;
	int status;     /* HTTP status of the answer, 0 when there was none */
	char fault[24]; /* name of the fault that was played, or empty */
};

/* Starts a provider. NULL on failure, with one line in errtext. The options are copied. */
struct provider *provider_start(const struct provider_options *options, char *errtext, size_t errsize);

/* Stops, ends all connections (stalled ones too) and frees everything. Accepts NULL. */
void provider_stop(struct provider *p);

/* "http://127.0.0.1:PORT/oai"; lives as long as the provider. */
const char *provider_url(const struct provider *p);

/* How many requests came in for this verb; NULL counts all. */
size_t provider_requests(struct provider *p, const char *verb);

/* Copies the request with this number (from 1). False when there is none; the first 20,000 are kept. */
bool provider_request(struct provider *p, size_t number, struct provider_request *ret);

/*
 * Adds faults: NAME:WHEN[:TIMES], several separated by commas. WHEN is the number of the request, counted
 * over all requests from 1, or VERB.NUMBER, counted over the requests of this verb ("503:ListRecords.2").
 * TIMES is for how many requests of that count it lasts: 1 unless given, 0 for ever. False, with one line in
 * errtext, when the script is wrong.
 */
bool provider_fault(struct provider *p, const char *script, char *errtext, size_t errsize);

/* Writes the list of faults, one "name: what happens" a line, into buf. Returns the bytes needed. */
size_t provider_fault_list(char *buf, size_t size);

/* Reads records.tsv again. It is also done by itself when the file's time or size has changed. */
bool provider_reload(struct provider *p, char *errtext, size_t errsize);

/*
 * Puts the first `count` generated records (in a fixed, spread order) into a new version dated now. Calling
 * it again with the same or a larger count makes a further version.
 */
void provider_change(struct provider *p, size_t count);

/* Sets the fixed clock; NULL goes back to the machine's. False when the text is no YYYY-MM-DDThh:mm:ssZ. */
bool provider_set_date(struct provider *p, const char *response_date);

#endif
