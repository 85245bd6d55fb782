/*
 * io/xml_scan.h - finds the tags of an XML text and where they begin and end; no parser.
 *
 * Two users: the streaming parser, which needs byte offsets that do not depend on libxml2's insides and must
 * hand libxml2 whole tags only (2.9 takes a '>' inside an attribute for the end of a tag when a chunk ends
 * there); and the tree parser, which wants to know about a tag with a million attributes before libxml2 does.
 * On well-formed text its tags are exactly the parser's events; on other text the parser stops first.
 * Tests: tests/unit/io/test_xml_stream.c.
 */
#ifndef HARVESTER_IO_XML_SCAN_H
#define HARVESTER_IO_XML_SCAN_H

#include "harvester/base/err.h"
#include "harvester/base/str.h"

/* The longest tag: attributes hold values of the size of a text at most. */
#define XML_TAG_MAX (4u << 20)

struct xml_tag {
	uint64_t start, end; /* of '<'; just behind '>' */
	bool closing;        /* </a> */
	bool empty;          /* <a/> */
};

/* Bytes that nobody behind the scanner needs to see: an element deeper than wanted, from '<' to behind its
 * end tag. */
struct xml_hole {
	uint64_t start, end; /* end UINT64_MAX: it goes on behind what was scanned */
};

struct xml_scan;

/* max_attributes: of one tag, declarations of namespaces apart (there may be as many again). */
struct xml_scan *xml_scan_new(size_t max_attributes);
void xml_scan_free(struct xml_scan *s);
void xml_scan_reset(struct xml_scan *s);

/*
 * Go on scanning. window: all bytes from xml_scan_base() that are there by now; what was scanned before is
 * not looked at again. *ret_safe: bytes of the window that end outside of any tag.
 * HV_E_REFUSED for a DOCTYPE, HV_E_LIMIT for a tag too long or with too many attributes; both name the byte,
 * and *ret_safe says what lies before.
 */
int xml_scan_run(struct xml_scan *s, struct str window, size_t *ret_safe, struct hv_err *err) HV_CHECK;

/* The first n bytes of the window will not come again. */
void xml_scan_advance(struct xml_scan *s, size_t n);
uint64_t xml_scan_base(const struct xml_scan *s);

/* The tags found, in order; false when none is left. */
bool xml_scan_next_tag(struct xml_scan *s, struct xml_tag *ret);
void xml_scan_forget_tags(struct xml_scan *s);

/*
 * Elements deeper than `depth` become holes instead of tags (0: none do). Their tags are only counted, so
 * that what is inside is not known to be well-formed.
 */
void xml_scan_leave_out(struct xml_scan *s, size_t depth);

/* The holes found since the last call of xml_scan_forget_holes, in order; an unfinished one comes last and
 * stays. */
size_t xml_scan_holes(const struct xml_scan *s, const struct xml_hole **ret);
void xml_scan_forget_holes(struct xml_scan *s);

#endif
