/*
 * base/text.h - UTF-8 text: validity, normal form, folding. The only home of utf8proc.
 *
 * Values are kept as written, in NFC; keys for comparison are folded. Both live in the caller's arena.
 * Tests: tests/unit/base/test_text.c.
 */
#ifndef HARVESTER_BASE_TEXT_H
#define HARVESTER_BASE_TEXT_H

#include "harvester/base/arena.h"
#include "harvester/base/err.h"
#include "harvester/base/str.h"

/* Strict UTF-8: no overlong forms, no surrogates, nothing over U+10FFFF. Where it goes wrong in *reterr_at.
 */
bool text_valid(struct str s, size_t *reterr_at);

/* Length of the valid UTF-8 sequence at p (1 to 4), or 0. */
size_t text_sequence(const char *p, size_t n);

/* Decode the character at *at and step over it; U+FFFD and one byte for an invalid one. */
uint32_t text_next(struct str s, size_t *at);

/* Append a character as UTF-8; ret has room for 4 bytes; returns their number. */
size_t text_encode(uint32_t c, char *ret);

/*
 * NFC of valid UTF-8, without U+0000 and C0/C1 controls other than tab and line feed (PostgreSQL refuses the
 * first, nobody can read the others). Returns s itself when nothing changes. {NULL,0} when memory is out.
 * A text with more than 30 marks on one letter (UAX #15 calls no writing of that kind) is not composed: the
 * time of ordering them grows with the square of their number.
 */
struct str text_nfc(struct arena *a, struct str s);

/*
 * C1 controls (U+0080 to U+009F) as the characters of Windows-1252 that were meant: ’ œ … of an export that
 * called itself ISO-8859-1. The five that stand for nothing there go. Returns s itself when it holds none.
 */
struct str text_c1(struct arena *a, struct str s);

/* Runs of white space (Unicode's, no-break ones too) become one blank; none at the ends. */
struct str text_squeeze(struct arena *a, struct str s);

/*
 * Key for comparison: case folded, accents off, œ as oe, æ as ae, typographic apostrophes and dashes as ' and
 * -, white space squeezed. Two texts a curator would call the same word have one key.
 */
struct str text_fold(struct arena *a, struct str s);

/* Capitals with their accents, as Joconde writes family names (é -> É, œ -> Œ). */
struct str text_upper(struct arena *a, struct str s);
struct str text_lower(struct arena *a, struct str s);

/* Is the character a letter, an upper-case letter, white space (Unicode)? */
bool text_is_letter(uint32_t c);
bool text_is_upper(uint32_t c);
bool text_is_space(uint32_t c);

/*
 * At most n bytes of valid UTF-8, never the half of a character: what is cut to fit still goes into a
 * database, which refuses a text that is not UTF-8 and with it the whole transaction.
 */
struct str text_cut(struct str s, size_t n);

/* Number of characters (code points) of valid UTF-8. */
size_t text_length(struct str s);

/* Edit distance over bytes with a ceiling (for "did you mean"): at most max + 1. */
size_t text_distance(struct str a, struct str b, size_t max);

/*
 * The nearest of n names to `word` for a "did you mean", or NULL when none is near. names[i] must be
 * NUL-terminated; the comparison ignores ASCII case.
 */
const char *text_nearest(struct str word, const char *const *names, size_t n);

#endif
