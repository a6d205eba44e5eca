// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "output/escape.h"

#include <stdbool.h>
#include <string.h>

/* Append whole or not at all. */
static bool append(char *buf, size_t size, size_t *used, const char *text, size_t len)
{
	if (*used + len >= size)
		return false;
	memcpy(buf + *used, text, len);
	*used += len;
	buf[*used] = '\0';
	return true;
}

static bool is_printable(char c)
{
	return c >= ' ' && c <= '~';
}

/*
 * U+FDD0 to U+FDEF and the last two of each plane are no characters: XML refuses U+FFFE and U+FFFF, HTML
 * all of them. Of a well-formed sequence.
 */
static bool is_noncharacter(const unsigned char *u, size_t len)
{
	if (len == 3)
		return u[0] == 0xef && ((u[1] == 0xb7 && u[2] >= 0x90 && u[2] <= 0xaf) ||
					(u[1] == 0xbf && u[2] >= 0xbe));
	return len == 4 && (u[1] & 0x0f) == 0x0f && u[2] == 0xbf && u[3] >= 0xbe;
}

/* Unicode 15, table 3-7. */
size_t escape__utf8_len(const char *s)
{
	const unsigned char *u = (const unsigned char *)s;
	unsigned char low = 0x80, high = 0xbf;
	size_t len;

	if (u[0] < 0x80)
		return 1;
	if (u[0] >= 0xc2 && u[0] <= 0xdf)
		len = 2;
	else if (u[0] >= 0xe0 && u[0] <= 0xef)
		len = 3;
	else if (u[0] >= 0xf0 && u[0] <= 0xf4)
		len = 4;
	else
		return 0;
	switch (u[0]) {
	case 0xe0: /* shorter forms exist */
		low = 0xa0;
		break;
	case 0xed: /* surrogates */
		high = 0x9f;
		break;
	case 0xf0:
		low = 0x90;
		break;
	case 0xf4: /* above U+10FFFF */
		high = 0x8f;
		break;
	}
	if (u[1] < low || u[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((u[i] & 0xc0) != 0x80)
			return 0;
	return is_noncharacter(u, len) ? 0 : len;
}

bool escape__is_control(const char *s, size_t len)
{
	const unsigned char *u = (const unsigned char *)s;

	return len == 1 ? !is_printable(*s) : len == 2 && u[0] == 0xc2 && u[1] < 0xa0;
}

const char *escape__ascii(char *buf, size_t size, const char *name)
{
	size_t used = 0;

	buf[0] = '\0';
	for (; *name; name++)
		if (!append(buf, size, &used, is_printable(*name) ? name : "?", 1))
			break;
	return buf;
}

const char *escape__frame(char *buf, size_t size, const char *name)
{
	escape__ascii(buf, size, name);
	for (char *c = buf; *c; c++)
		if (*c == ';')
			*c = ':';
	return buf;
}

const char *escape__utf8(char *buf, size_t size, const char *name)
{
	size_t used = 0, len;
	bool fits = true;

	buf[0] = '\0';
	while (*name && fits) {
		len = escape__utf8_len(name);
		if (len)
			fits = append(buf, size, &used, name, len);
		else
			fits = append(buf, size, &used, ESCAPE_NONE, strlen(ESCAPE_NONE));
		name += len ? len : 1;
	}
	return buf;
}

const char *escape__xml(char *buf, size_t size, const char *name)
{
	size_t used = 0, len;
	bool fits = true;

	buf[0] = '\0';
	while (*name && fits) {
		const char *entity = NULL;

		len = escape__utf8_len(name);
		if (*name == '&')
			entity = "&amp;";
		else if (*name == '<')
			entity = "&lt;";
		else if (*name == '>')
			entity = "&gt;";
		else if (*name == '"')
			entity = "&quot;";
		else if (*name == '\'')
			entity = "&#39;";
		else if (!len)
			entity = ESCAPE_NONE;
		else if (escape__is_control(name, len))
			entity = "?";
		fits = entity ? append(buf, size, &used, entity, strlen(entity))
			      : append(buf, size, &used, name, len);
		name += len ? len : 1;
	}
	return buf;
}
