// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "output/json.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "model/schema.h"
#include "output/escape.h"

/* One character that does not go out as it is; `len` is 0 where it is none. Returns its length. */
static size_t write_special(FILE *out, const char *text, size_t len)
{
	static const char escaped[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *found = strchr(escaped, *text);

	if (found)
		fprintf(out, "\\%c", letters[found - escaped]);
	else if (!len)
		fputs(ESCAPE_NONE, out);
	else /* of two bytes the second one is the number */
		fprintf(out, "\\u%04X", (unsigned char)text[len - 1]);
	return len ? len : 1;
}

/* JSON allows control characters above 31; a terminal obeys them. */
static bool is_special(const char *text, size_t len)
{
	return !len || *text == '"' || *text == '\\' || escape__is_control(text, len);
}

static void write_text(struct json *json, const char *text)
{
	size_t run = 0, len;

	fputc('"', json->out);
	while (text[run]) {
		len = escape__utf8_len(text + run);
		if (!is_special(text + run, len)) {
			run += len;
			continue;
		}
		fwrite(text, 1, run, json->out);
		text += run + write_special(json->out, text + run, len);
		run = 0;
	}
	fwrite(text, 1, run, json->out);
	fputc('"', json->out);
}

/* What stands before a value. */
static FILE *value(struct json *json, const char *key)
{
	if (json->more)
		fputc(',', json->out);
	json->more = true;
	if (key) {
		write_text(json, key);
		fputc(':', json->out);
	}
	return json->out;
}

void json__open(struct json *json, const char *key, char bracket)
{
	fputc(bracket, value(json, key));
	json->more = false;
}

void json__close(struct json *json, char bracket)
{
	fputc(bracket, json->out);
	json->more = true;
}

static void json__null(struct json *json, const char *key)
{
	fputs("null", value(json, key));
}

void json__bool(struct json *json, const char *key, bool b)
{
	fputs(b ? "true" : "false", value(json, key));
}

void json__int(struct json *json, const char *key, int64_t n)
{
	fprintf(value(json, key), "%" PRId64, n);
}

void json__uint(struct json *json, const char *key, uint64_t n)
{
	json__int(json, key, n > INT64_MAX ? INT64_MAX : n);
}

void json__thousandths(struct json *json, const char *key, uint64_t n)
{
	fprintf(value(json, key), "%" PRIu64 ".%03" PRIu64, n / 1000, n % 1000);
}

/* "5e-05" is "5e-5" */
static void drop_zeros(char *exponent)
{
	char *digits = exponent + (*exponent == '-');
	size_t zeros = strspn(digits, "+0");

	memmove(digits, digits + zeros, strlen(digits + zeros) + 1);
}

/* All 17 digits; and never an integer, so that a member's type does not change with its value. */
void json__real(struct json *json, const char *key, double x)
{
	char text[40], *exponent;

	if (!isfinite(x)) {
		json__null(json, key);
		return;
	}
	snprintf(text, sizeof(text), "%.17g", x);
	exponent = strchr(text, 'e');
	if (exponent)
		drop_zeros(exponent + 1);
	else if (!strchr(text, '.'))
		strcat(text, ".0");
	fputs(text, value(json, key));
}

void json__str(struct json *json, const char *key, const char *text)
{
	if (!text) {
		json__null(json, key);
		return;
	}
	value(json, key);
	write_text(json, text);
}

void json__utc(struct json *json, const char *key, uint64_t wall_ns)
{
	time_t seconds = wall_ns / 1000000000;
	char day[64], stamp[96];
	struct tm tm;

	if (!wall_ns || !gmtime_r(&seconds, &tm)) {
		json__null(json, key);
		return;
	}
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(stamp, sizeof(stamp), "%s.%09" PRIu64 "Z", day, wall_ns % 1000000000);
	json__str(json, key, stamp);
}

static bool is_nothing(const struct json_member *member, const void *at)
{
	switch (member->kind) {
	case MEMBER_UINT:
		return !field__load(at, member->size);
	case MEMBER_REAL:
		return !(*(const double *)at > 0);
	case MEMBER_TEXT:
		return !*(const char *)at;
	default:
		return false;
	}
}

static void put_value(struct json *json, const struct json_member *member, const char *in)
{
	const char *key = member->name, *at = in + member->offset;

	switch (member->kind) {
	case MEMBER_UINT:
		json__uint(json, key, field__load(at, member->size));
		break;
	case MEMBER_REAL:
		json__real(json, key, *(const double *)at);
		break;
	case MEMBER_BOOL:
		json__bool(json, key, *(const bool *)at);
		break;
	case MEMBER_TEXT:
		json__str(json, key, at);
		break;
	case MEMBER_STRING:
		json__str(json, key, *(const char *const *)at);
		break;
	case MEMBER_ENUM:
		json__str(json, key, member->names->name(field__load(at, member->size)));
		break;
	case MEMBER_UTC:
		json__utc(json, key, *(const uint64_t *)at);
		break;
	case MEMBER_OBJECT:
		json__object(json, key, member->shape, at);
		break;
	case MEMBER_LIST:
	case MEMBER_INLINE:
		json__list(json, key, member->shape,
			   member->kind == MEMBER_LIST ? *(const void *const *)at : at,
			   *(const size_t *)(in + member->nr_offset), member->size);
		break;
	case MEMBER_INT:
	case MEMBER_TEXTS:
	case MEMBER_TUPLES:
		break; /* by put() alone */
	}
}

static void put_member(struct json *json, const struct json_member *member)
{
	const void *in = member->from ? member->from(json) : json->what;

	if (member->when && !member->when(json))
		return;
	if (!in || (member->known && !member->known(json)) ||
	    (member->or_null && is_nothing(member, (const char *)in + member->offset)))
		json__null(json, member->name);
	else if (member->put)
		member->put(json, member->name);
	else
		put_value(json, member, in);
}

static void put_members(struct json *json, const struct json_shape *shape, const void *what)
{
	const void *outer = json->outer, *around = json->what;

	json->outer = around;
	json->what = what;
	for (size_t i = 0; i < shape->nr; i++)
		put_member(json, &shape->members[i]);
	json->what = around;
	json->outer = outer;
}

void json__object(struct json *json, const char *key, const struct json_shape *shape,
		  const void *what)
{
	json__open(json, key, '{');
	put_members(json, shape, what);
	json__close(json, '}');
}

void json__list(struct json *json, const char *key, const struct json_shape *shape,
		const void *list, size_t nr, size_t size)
{
	json__open(json, key, '[');
	for (size_t i = 0; i < nr; i++)
		json__object(json, NULL, shape, (const char *)list + i * size);
	json__close(json, ']');
}

int json__document(FILE *out, const struct json_document *document, const void *what,
		   const void *all)
{
	struct json json = { .out = out, .document = document, .all = all };

	json__open(&json, NULL, '{');
	json__str(&json, "schema", JSON_SCHEMA);
	json__str(&json, "type", document->type);
	put_members(&json, document->shape, what);
	json__close(&json, '}');
	fputc('\n', out);
	return output__finish(out);
}
