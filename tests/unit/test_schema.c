// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The JSON Schema is made from the tables that the JSON is printed by. The file says what they say
 * (`make schema` writes it), and what is recorded of a snapshot is printed.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "fixture.h"
#include "golden.h"
#include "model/schema.h"
#include "output/advise.h"
#include "output/import.h"
#include "output/join.h"

static const struct json_document *const documents[] = {
	&json_header, &json_interval, &json_total,  &json_diff, &json_detect,
	&json_check,  &json_advise,   &json_import, &json_join,
};

static json_t *ref(const char *key)
{
	return json_pack("{s:s+}", "$ref", "#/$defs/", key);
}

static json_t *type_of(const struct json_member *member)
{
	static const char *const types[] = {
		[MEMBER_UINT] = "integer", [MEMBER_INT] = "integer",  [MEMBER_REAL] = "number",
		[MEMBER_BOOL] = "boolean", [MEMBER_TEXT] = "string",  [MEMBER_STRING] = "string",
		[MEMBER_UTC] = "string",   [MEMBER_LIST] = "array",   [MEMBER_INLINE] = "array",
		[MEMBER_TEXTS] = "array",  [MEMBER_TUPLES] = "array",
	};
	json_t *type;

	if (member->names)
		return ref(member->names->key);
	if (member->kind == MEMBER_OBJECT)
		return ref(member->shape->name);
	type = json_pack("{s:s}", "type", types[member->kind]);
	if (member->kind == MEMBER_UINT)
		json_object_set_new(type, "minimum", json_integer(0));
	if (member->shape)
		json_object_set_new(type, "items", ref(member->shape->name));
	if (member->kind == MEMBER_TEXTS)
		json_object_set_new(type, "items", json_pack("{s:s}", "type", "string"));
	if (member->kind == MEMBER_TUPLES)
		json_object_set_new(type, "items",
				    json_pack("{s:s, s:{s:s, s:i}, s:i, s:i}", "type", "array",
					      "items", "type", "integer", "minimum", 0, "minItems",
					      2, "maxItems", 3));
	return type;
}

static json_t *or_null(json_t *type)
{
	json_t *one = json_object_get(type, "type");

	if (!one)
		return json_pack("{s:[o, {s:s}]}", "oneOf", type, "type", "null");
	json_object_set_new(type, "type", json_pack("[O, s]", one, "null"));
	return type;
}

static bool is_nullable(const struct json_member *member)
{
	return member->known || member->or_null || member->kind == MEMBER_UTC;
}

/* Two rows may have one name, if each line has at most one of them: `other`, or NULL. */
static json_t *describe(const struct json_member *member, const struct json_member *other)
{
	json_t *type = type_of(member);

	if (is_nullable(member) || (other && is_nullable(other)))
		type = or_null(type);
	if (other)
		json_object_set_new(type, "description",
				    json_sprintf("%s %s", other->text, member->text));
	else if (member->text)
		json_object_set_new(type, "description", json_string(member->text));
	return type;
}

static void add_names(json_t *defs, const struct json_names *names)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < names->nr; i++)
		json_array_append_new(list, json_string(names->name(i)));
	json_object_set_new(defs, names->key, json_pack("{s:o}", "enum", list));
}

/* What a document begins with; and an interval's buckets have other figures than a total's. */
static void add_beginning(json_t *object, const struct json_document *document)
{
	json_t *required = json_object_get(object, "required");
	json_t *properties = json_object_get(object, "properties");
	int nr = document->bucket_figures;

	json_array_append_new(required, json_string("schema"));
	json_array_append_new(required, json_string("type"));
	json_object_set_new(properties, "schema", json_pack("{s:s}", "const", JSON_SCHEMA));
	json_object_set_new(properties, "type", json_pack("{s:s}", "const", document->type));
	if (nr)
		json_object_set_new(object, "allOf",
				    json_pack("[{s:{s:{s:{s:{s:{s:{s:i,s:i}}}}}}}]", "properties",
					      "paths", "items", "properties", "buckets", "items",
					      "minItems", nr, "maxItems", nr));
}

static void add_object(json_t *defs, const char *key, const char *text,
		       const struct json_shape *shape, const struct json_document *document);

/* What a member refers to, once. No two of them may have one name. */
static void add_shape(json_t *defs, const struct json_shape *shape)
{
	static const struct json_shape *shapes[64];
	size_t i;

	for (i = 0; shapes[i] && strcmp(shapes[i]->name, shape->name); i++)
		;
	if (shapes[i] && shapes[i] != shape)
		fail_msg("two shapes are called %s", shape->name);
	assert_true(i < ARRAY_LEN(shapes) - 1);
	if (shapes[i])
		return;
	shapes[i] = shape;
	add_object(defs, shape->name, shape->text, shape, NULL);
}

/* An object with those members, and behind it what they refer to. */
static void add_object(json_t *defs, const char *key, const char *text,
		       const struct json_shape *shape, const struct json_document *document)
{
	const struct json_member *end = shape->members + shape->nr;
	json_t *required = json_array(), *properties = json_object(), *object = json_object();

	assert_null(json_object_get(defs, key));
	json_object_set_new(defs, key, object);
	if (text)
		json_object_set_new(object, "description", json_string(text));
	json_object_set_new(object, "type", json_string("object"));
	json_object_set_new(object, "required", required);
	json_object_set_new(object, "additionalProperties", json_false());
	json_object_set_new(object, "properties", properties);
	if (document)
		add_beginning(object, document);
	for (const struct json_member *member = shape->members; member < end; member++) {
		const struct json_member *first = shape->members;

		while (strcmp(first->name, member->name))
			first++;
		json_object_set_new(properties, member->name,
				    describe(member, first < member ? first : NULL));
		if (!member->when)
			json_array_append_new(required, json_string(member->name));
	}
	for (const struct json_member *member = shape->members; member < end; member++) {
		if (member->names)
			add_names(defs, member->names);
		if (member->shape)
			add_shape(defs, member->shape);
	}
}

static json_t *make_schema(void)
{
	json_t *any = json_array(), *defs = json_object();

	for (size_t i = 0; i < ARRAY_LEN(documents); i++) {
		json_array_append_new(any, ref(documents[i]->type));
		add_object(defs, documents[i]->type, documents[i]->text, documents[i]->shape,
			   documents[i]);
	}
	return json_pack(
		"{s:s, s:s, s:s, s:o, s:o}", "$schema",
		"https://json-schema.org/draft/2020-12/schema", "title",
		JSON_SCHEMA ": one line of `xentrace-bpf --format json`, or of a command's --json",
		"description",
		"One object a line: a header, an interval for each interval, a total. Fields are "
		"added, never renamed. Durations are nanoseconds. What was not measured is null, "
		"never 0.",
		"oneOf", any, "$defs", defs);
}

/* A line a member, which it does not leave. */
#define MEMBER_DEPTH 4

static void print(FILE *out, json_t *value, int depth)
{
	const char *key, *separator = "{";
	json_t *member;

	if (!json_is_object(value) || depth == MEMBER_DEPTH) {
		json_dumpf(value, out, JSON_ENCODE_ANY);
		return;
	}
	json_object_foreach(value, key, member)
	{
		fprintf(out, "%s\n%*s\"%s\": ", separator, 2 * depth + 2, "", key);
		print(out, member, depth + 1);
		separator = ",";
	}
	fprintf(out, "\n%*s}", 2 * depth, "");
}

static void the_file_says_what_the_tables_say(void **state)
{
	json_t *schema = make_schema();
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	print(out, schema, 0);
	fputc('\n', out);
	fclose(out);
	golden__check_file("tools/schema/xentrace-bpf-1.schema.json", "make schema", text);
	free(text);
	json_decref(schema);
}

/* What is recorded and changes nothing in the JSON, by its ids in model/snapshot.c, and why. */
static const struct {
	const char *path, *why;
} left_out[] = {
	{ "7.3", "a probe's purpose: check prints it" },
	{ "7.12", "what is sent is counted by this probe: nics' sent_counted, if it is off" },
	{ "7.13", "the hardware does what this probe would see: findings ask" },
	{ "7.14", "a call site that makes any hypercall: exact, which the fixture has not" },
	{ "9.7", "a path's id joins the readings of a run" },
	{ "12.6", "idle time by /proc/stat: idle_ns, without runstate" },
	{ "13.5", "an interrupt's number: op says it" },
	{ "21.5.2", "of CPU paths" },
	{ "21.5.3", "the paths of disks have it" },
	{ "21.5.4", "of CPU paths" },
	{ "21.5.5", "the paths of disks have it" },
	{ "21.5.6", "the paths of disks have it" },
	{ "21.5.7", "the paths of disks have it" },
	{ "21.5.10", "of CPU paths" },
};

static const char *why_left_out(const char *path)
{
	for (size_t i = 0; i < ARRAY_LEN(left_out); i++)
		if (!strcmp(left_out[i].path, path))
			return left_out[i].why;
	return NULL;
}

static void change_numbers(char *numbers, size_t nr, size_t size)
{
	for (char *at = numbers; at < numbers + nr * size; at += size) {
		uint64_t value = field__load(at, size);

		value = value ? value - 1 : 1;
		memcpy(at, &value, size);
	}
}

static void change_value(void *what, const struct field *field)
{
	void *member = (char *)what + field->offset;
	struct hist *hist = member;

	switch (field->kind) {
	case FIELD_UINT:
	case FIELD_UINTS:
		change_numbers(member, field->size / field->each, field->each);
		break;
	case FIELD_TABLE:
		change_numbers(*(char **)member, field__cells(field, what), sizeof(uint64_t));
		break;
	case FIELD_BOOL:
		*(bool *)member = !*(bool *)member;
		break;
	case FIELD_ENUM:
		*(uint32_t *)member = (*(uint32_t *)member + 1) % field->limit;
		break;
	case FIELD_REAL:
		*(double *)member += 1;
		break;
	case FIELD_TEXT:
		strcpy(member, "?");
		break;
	case FIELD_STRING:
		*(const char **)member = "?";
		break;
	default:
		for (unsigned int i = 0; i < hist->nr; i++)
			hist->bucket[i].count++;
	}
}

/* The member at the end of the path, in all elements of the lists on the way. */
static void change(void *what, const struct field *const *path, size_t len)
{
	const struct field *field = path[0];
	char *inner = (char *)what + field->offset;
	size_t nr;

	if (len == 1) {
		change_value(what, field);
		return;
	}
	nr = field->kind == FIELD_STRUCT ? 1 : field__count(field, what);
	if (field->kind == FIELD_LIST)
		inner = *(char **)inner;
	for (size_t i = 0; i < nr; i++)
		change(inner + i * field->of->size, path + 1, len - 1);
}

static struct fixture *make_fixture(void)
{
	struct fixture *f = fixture__pvhvm();

	fixture__add_nics(f);
	fixture__add_served(f, 3, "db-7");
	fixture__add_owner(f);
	fixture__add_stacks(f);
	f->snap.cost.vdso_known = true;
	fixture__close(f);
	return f;
}

/* Does the JSON change with it? */
static void try(const struct field *const *path, size_t len)
{
	struct fixture *f = make_fixture();
	char *before = fixture__print(f, output_json.total), *after, name[64] = "";
	const char *why;

	for (size_t i = 0; i < len; i++)
		sprintf(name + strlen(name), "%s%u", i ? "." : "", path[i]->id);
	change(&f->snap, path, len);
	fixture__close(f);
	after = fixture__print(f, output_json.total);
	why = why_left_out(name);
	if (!why && !strcmp(before, after))
		fail_msg("the JSON has not what member %s of the snapshot says", name);
	if (why && strcmp(before, after))
		fail_msg("the JSON has member %s, which is to be left out: %s", name, why);
	free(before);
	free(after);
	fixture__free(f);
}

static void try_all(const struct schema *schema, const struct field **path, size_t len)
{
	for (size_t i = 0; i < schema->nr; i++) {
		path[len] = &schema->fields[i];
		if (path[len]->of)
			try_all(path[len]->of, path, len + 1);
		else
			try(path, len + 1);
	}
}

static void what_is_recorded_is_printed(void **state)
{
	const struct field *path[8];

	(void)state;
	try_all(&snapshot_schema, path, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_file_says_what_the_tables_say),
		cmocka_unit_test(what_is_recorded_is_printed),
	};

	return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}
