/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What writing and reading by a table have to agree on: the form of a value, and names by number. */
#ifndef XT_RECORDING_CODING_PARTS_H
#define XT_RECORDING_CODING_PARTS_H

#include "recording/coding.h"

/* How a value is written, so that one who does not know it can skip it. */
enum form { FORM_VARINT, FORM_REAL, FORM_BYTES, FORM_COLUMNS };

#define FORM_SHIFT 2
#define FORM_MASK  ((1 << FORM_SHIFT) - 1)
#define REAL_SIZE  8

static inline enum form form_of(const struct field *field)
{
	switch (field->kind) {
	case FIELD_UINT:
	case FIELD_BOOL:
	case FIELD_ENUM:
		return FORM_VARINT;
	case FIELD_REAL:
		return FORM_REAL;
	case FIELD_BUCKETS:
		return FORM_COLUMNS;
	default:
		return FORM_BYTES;
	}
}

/*
 * Read one value of the field's kind into the member. An impossible one marks the cursor bad, and the
 * member stays as it was.
 */
void value__get_number(struct cursor *in, const struct field *field, void *member);
void value__get_real(struct cursor *in, void *member);
void value__get_uints(struct cursor *in, const struct field *field, char *member);
/* A text that stays where it is, ended by a zero; NULL for what is none. */
const char *value__get_string(struct cursor *in);
void value__get_text(struct cursor *in, const struct field *field, char *member);

#endif
