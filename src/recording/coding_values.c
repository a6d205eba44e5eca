// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* One value of a struct, as it comes in a recording. Nothing of it is believed before it is looked at. */
#include "recording/coding_parts.h"

#include <math.h>
#include <string.h>

void value__get_uints(struct cursor *in, const struct field *field, char *member)
{
	for (size_t i = 0; cursor__left(in) && i < field->size / field->each; i++) {
		uint64_t value = cursor__varint(in);

		in->bad |= field->each < sizeof(value) && value >> 8 * field->each;
		if (!in->bad)
			memcpy(member + i * field->each, &value, field->each);
	}
}

/* Ended by its zero, which *len does not count; NULL for what is no text. */
static const char *get_text(struct cursor *in, size_t *len)
{
	struct cursor text = cursor__slice(in);

	*len = cursor__left(&text);
	if (!*len || memchr(text.at, '\0', *len) != text.end - 1) {
		in->bad = true;
		return NULL;
	}
	(*len)--;
	return (const char *)text.at;
}

const char *value__get_string(struct cursor *in)
{
	size_t len;

	return get_text(in, &len);
}

void value__get_text(struct cursor *in, const struct field *field, char *member)
{
	size_t len;
	const char *text = get_text(in, &len);

	memset(member, 0, field->size);
	if (text)
		memcpy(member, text, len < field->size ? len : field->size - 1);
}

void value__get_number(struct cursor *in, const struct field *field, void *member)
{
	uint64_t value = cursor__varint(in);
	bool yes = value;

	if (field->kind == FIELD_BOOL) {
		memcpy(member, &yes, sizeof(yes));
		return;
	}
	if (field->kind == FIELD_ENUM && value >= field->limit)
		value = field->otherwise;
	if ((field->size < sizeof(value) && value >> 8 * field->size) ||
	    (field->kind == FIELD_UINT && field->limit && value >= field->limit)) {
		in->bad = true;
		return;
	}
	in->bad |= field->kind == FIELD_ENUM && value == REFUSED;
	if (!in->bad)
		memcpy(member, &value, field->size);
}

void value__get_real(struct cursor *in, void *member)
{
	const uint8_t *data = cursor__take(in, REAL_SIZE);
	double value = 0;

	if (data)
		memcpy(&value, data, sizeof(value));
	if (isfinite(value))
		memcpy(member, &value, sizeof(value));
	else
		in->bad = true;
}
