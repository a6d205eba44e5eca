/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Names come from devices, drivers and the host: they may hold anything. Each format passes them
 * through one of these before printing.
 */
#ifndef XT_OUTPUT_ESCAPE_H
#define XT_OUTPUT_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

/* Room for the escaped form of any name of a path (48 bytes, at most 6 for each). */
#define ESCAPE_LEN 400

#define ESCAPE_NONE "\xef\xbf\xbd" /* U+FFFD, instead of what is no character */

/* Length of the character that begins at s; 0 for what is none. */
size_t escape__utf8_len(const char *s);
/* Of a character of that length: also those of U+0080 to U+009F, which terminals obey. */
bool escape__is_control(const char *s, size_t len);

/*
 * Each writes the escaped `name` into buf, cut off at a whole character where it does not fit, and
 * returns buf.
 */

/* A terminal: printable ASCII, everything else is '?'. */
const char *escape__ascii(char *buf, size_t size, const char *name);
/* The same in a buffer of the block around. */
#define ASCII(name) escape__ascii((char[ESCAPE_LEN]) {}, ESCAPE_LEN, name)
/* Valid UTF-8: broken sequences, surrogates and non-characters are U+FFFD; control characters stay. */
const char *escape__utf8(char *buf, size_t size, const char *name);
/* XML and HTML text and attributes: the same, markup as entities, and control characters are '?'. */
const char *escape__xml(char *buf, size_t size, const char *name);
/* A frame of the folded format: printable ASCII without ';', which separates frames. */
const char *escape__frame(char *buf, size_t size, const char *name);

#endif
