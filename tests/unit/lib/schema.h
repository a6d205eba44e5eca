/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef XT_TESTS_SCHEMA_H
#define XT_TESTS_SCHEMA_H

#include <stdbool.h>

#include <jansson.h>

/*
 * Does the value follow the schema? The keywords of JSON Schema that ours uses: type, const, enum,
 * required, properties, additionalProperties, items, minItems, maxItems, minimum, $ref, allOf,
 * oneOf. Fails the test on another one, so that none is passed over.
 */
bool schema__accepts(const json_t *root, json_t *schema, json_t *value);
/* Does a line of JSON follow the schema of all that is printed, tools/schema? */
bool schema__follows(json_t *line);

#endif
