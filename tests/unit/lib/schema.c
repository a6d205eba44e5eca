// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

#include "schema.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

static bool has_type(json_t *value, const char *type)
{
	return (!strcmp(type, "object") && json_is_object(value)) ||
	       (!strcmp(type, "array") && json_is_array(value)) ||
	       (!strcmp(type, "string") && json_is_string(value)) ||
	       (!strcmp(type, "integer") && json_is_integer(value)) ||
	       (!strcmp(type, "number") && json_is_number(value)) ||
	       (!strcmp(type, "boolean") && json_is_boolean(value)) ||
	       (!strcmp(type, "null") && json_is_null(value));
}

static bool check_type(json_t *types, json_t *value)
{
	json_t *type;
	size_t i;

	if (json_is_string(types))
		return has_type(value, json_string_value(types));
	json_array_foreach(types, i,
			   type) if (has_type(value, json_string_value(type))) return true;
	return false;
}

static bool check_enum(json_t *values, json_t *value)
{
	json_t *one;
	size_t i;

	json_array_foreach(values, i, one) if (json_equal(one, value)) return true;
	return false;
}

static bool check_required(json_t *names, json_t *value)
{
	json_t *name;
	size_t i;

	json_array_foreach(names, i,
			   name) if (json_is_object(value) &&
				     !json_object_get(value, json_string_value(name))) return false;
	return true;
}

static bool check_properties(const json_t *root, json_t *properties, json_t *value)
{
	json_t *member, *schema;
	const char *name;

	json_object_foreach(value, name, member)
	{
		schema = json_object_get(properties, name);
		if (schema && !schema__accepts(root, schema, member))
			return false;
	}
	return true;
}

/* Only `false` is used: every member is documented. */
static bool check_no_others(json_t *properties, json_t *value)
{
	const char *name;
	json_t *member;

	json_object_foreach(value, name,
			    member) if (!json_object_get(properties, name)) return false;
	return true;
}

static bool check_items(const json_t *root, json_t *schema, json_t *value)
{
	json_t *item;
	size_t i;

	json_array_foreach(value, i, item) if (!schema__accepts(root, schema, item)) return false;
	return true;
}

static size_t count_accepting(const json_t *root, json_t *schemas, json_t *value)
{
	size_t i, n = 0;
	json_t *schema;

	json_array_foreach(schemas, i, schema) n += schema__accepts(root, schema, value);
	return n;
}

static json_t *resolve(const json_t *root, const char *ref)
{
	const char *prefix = "#/$defs/";
	json_t *schema = NULL;

	if (!strncmp(ref, prefix, strlen(prefix)))
		schema = json_object_get(json_object_get(root, "$defs"), ref + strlen(prefix));
	if (!schema)
		fail_msg("no %s in the schema", ref);
	return schema;
}

static bool check_keyword(const json_t *root, json_t *schema, const char *keyword, json_t *arg,
			  json_t *value)
{
	if (!strcmp(keyword, "type"))
		return check_type(arg, value);
	if (!strcmp(keyword, "const"))
		return json_equal(arg, value);
	if (!strcmp(keyword, "enum"))
		return check_enum(arg, value);
	if (!strcmp(keyword, "required"))
		return check_required(arg, value);
	if (!strcmp(keyword, "properties"))
		return check_properties(root, arg, value);
	if (!strcmp(keyword, "additionalProperties"))
		return check_no_others(json_object_get(schema, "properties"), value);
	if (!strcmp(keyword, "items"))
		return check_items(root, arg, value);
	if (!strcmp(keyword, "minItems"))
		return json_array_size(value) >= (size_t)json_integer_value(arg);
	if (!strcmp(keyword, "maxItems"))
		return json_array_size(value) <= (size_t)json_integer_value(arg);
	if (!strcmp(keyword, "minimum"))
		return !json_is_number(value) || json_number_value(value) >= json_number_value(arg);
	if (!strcmp(keyword, "$ref"))
		return schema__accepts(root, resolve(root, json_string_value(arg)), value);
	if (!strcmp(keyword, "allOf"))
		return count_accepting(root, arg, value) == json_array_size(arg);
	if (!strcmp(keyword, "oneOf"))
		return count_accepting(root, arg, value) == 1;
	if (strcmp(keyword, "description") && strcmp(keyword, "title") &&
	    strcmp(keyword, "$schema") && strcmp(keyword, "$defs"))
		fail_msg("a keyword that this checker does not know: %s", keyword);
	return true;
}

bool schema__accepts(const json_t *root, json_t *schema, json_t *value)
{
	const char *keyword;
	json_t *arg;

	json_object_foreach(schema, keyword, arg) if (!check_keyword(root, schema, keyword, arg,
								     value)) return false;
	return true;
}

bool schema__follows(json_t *line)
{
	json_t *schema = json_load_file("tools/schema/xentrace-bpf-1.schema.json", 0, NULL);
	bool follows;

	assert_non_null(schema);
	follows = schema__accepts(schema, schema, line);
	json_decref(schema);
	return follows;
}
