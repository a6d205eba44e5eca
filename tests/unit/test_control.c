// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Each text that a recording may hold, one after the other, made of what a terminal obeys, what breaks a
 * line, and what is no character: no format passes it on. Which texts there are is known by the
 * tables that read them, so that a new one is tried as well.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fixture.h"
#include "output/escape.h"
#include "output/text.h"
#include "recording/coding.h"
#include "recording/recording.h"

/* Short ones first: many texts hold 16 bytes. */
static const char *const evils[] = {
	"\nEVIL\x1b[2J\x7f\r\x07",
	"\xef\xbf\xbe\xef\xb7\x90\xc2\x9b\xff",
	"\xf0\x9f\xbf\xbf\xef\xbf\xbf\xc2\x85\xed\xa0\x80",
};

#define NR(a) (sizeof(a) / sizeof((a)[0]))

/* The text that has its turn, of all in the order in which they are come by. */
struct turn {
	unsigned int at, target;
	const char *evil;
	bool used;
};

static void spoil(struct turn *turn, const struct schema *schema, void *what);

static void spoil_field(struct turn *turn, const struct field *field, void *what)
{
	char *member = (char *)what + field->offset;
	char *list = field->kind == FIELD_LIST ? *(char **)member : member;
	struct turn was = *turn;
	size_t nr;

	switch (field->kind) {
	case FIELD_TEXT:
	case FIELD_STRING:
		if (turn->at++ != turn->target)
			return;
		turn->used = true;
		if (field->kind == FIELD_TEXT)
			snprintf(member, field->size, "%s", turn->evil);
		else
			*(const char **)member = turn->evil;
		return;
	case FIELD_STRUCT:
		spoil(turn, field->of, member);
		return;
	case FIELD_LIST:
	case FIELD_INLINE:
		/* the same text of all elements */
		nr = *(size_t *)((char *)what + field->nr_offset);
		for (size_t i = 0; i < nr; i++) {
			turn->at = was.at;
			spoil(turn, field->of, list + i * field->of->size);
		}
		return;
	default:
		return;
	}
}

static void spoil(struct turn *turn, const struct schema *schema, void *what)
{
	for (size_t i = 0; i < schema->nr; i++)
		spoil_field(turn, &schema->fields[i], what);
}

/* A member that is not recorded is not tried; the others are where the structs are. */
static bool spoil_fixture(struct fixture *f, struct turn *turn)
{
	struct recording_header header = { .run = f->run, .platform = f->platform };
	struct recording_part part = { .snap = f->snap };

	spoil(turn, &recording_header_schema, &header);
	spoil(turn, &recording_part_schema, &part);
	f->run = header.run;
	f->platform = header.platform;
	f->snap = part.snap;
	return turn->used;
}

static bool is_plain(const char *format)
{
	return !strcmp(format, "text") || !strcmp(format, "folded");
}

static void assert_clean(const char *text, const char *format, unsigned int target)
{
	/* OpenMetrics is for programs: a label is any text, in its quotes */
	bool plain = is_plain(format), data = !strcmp(format, "openmetrics");

	for (const char *c = text; *c; c++) {
		unsigned char u = *c;
		bool bad = (u < ' ' && u != '\n' && (plain || u != '\t')) || u == 0x7f;

		if (plain)
			bad |= u > '~';
		bad |= u == 0xc2 && (unsigned char)c[1] < 0xa0;
		bad &= !data;
		bad |= !strncmp(c, "\xef\xbf\xbe", 3) || !strncmp(c, "\xef\xbf\xbf", 3);
		bad |= !strncmp(c, "\xef\xb7\x90", 3) || !strncmp(c, "\xf0\x9f\xbf\xbf", 4);
		bad |= !strncmp(c, "\nEVIL", 5);
		if (bad)
			fail_msg("text %u in %s: %02x, behind %.60s", target, format, u,
				 c - text > 60 ? c - 60 : text);
	}
}

static struct fixture *make(void)
{
	struct fixture *f = fixture__pvhvm();

	fixture__add_nics(f);
	fixture__add_served(f, 3, "\x1b[2J<db>\xff\n&\"");
	f->report.verbose = f->report.per_vcpu = true;
	f->report.slower_ns = 1;
	fixture__add_series(f, 3);
	return f;
}

static bool try(unsigned int target, const char *evil)
{
	struct turn turn = { .target = target, .evil = evil };
	struct fixture *f = make();
	const struct output *output;
	bool used = spoil_fixture(f, &turn);

	fixture__close(f);
	for (unsigned int i = 0; used && (output = output__at(i)); i++) {
		char *text;

		/* test_recording.c and test_pprof.c ask it of two; trace-json writes by json.c, too */
		if (output == &output_recording || output == &output_trace_json ||
		    output == &output_pprof)
			continue;
		text = fixture__print(f, output->total);
		assert_clean(text, output->name, target);
		free(text);
		if (output != &output_text)
			continue;
		text = fixture__print(f, output->interval);
		assert_clean(text, output->name, target);
		free(text);
	}
	fixture__free(f);
	return used;
}

static void no_text_passes_anything_on(void **state)
{
	unsigned int texts = 0;

	(void)state;
	for (size_t i = 0; i < NR(evils); i++)
		for (texts = 0; try(texts, evils[i]); texts++)
			;
	print_message("%u texts\n", texts);
	assert_true(texts > 40);
}

static void noncharacters_are_replaced(void **state)
{
	static const char *const none[] = { "\xef\xbf\xbe",	"\xef\xbf\xbf",
					    "\xef\xb7\x90",	"\xef\xb7\xaf",
					    "\xf0\x9f\xbf\xbe", "\xf4\x8f\xbf\xbf",
					    "\xf1\xaf\xbf\xbf" };
	static const char *const some[] = { "\xef\xbf\xbd",	"\xef\xb7\x8f",	    "\xef\xb7\xb0",
					    "\xf0\x9f\xbf\xbd", "\xf0\x90\xbf\xbf", "\xc2\xa0" };
	char buf[64];

	(void)state;
	for (size_t i = 0; i < NR(none); i++) {
		assert_null(strstr(escape__xml(buf, sizeof(buf), none[i]), none[i]));
		assert_non_null(strstr(buf, "\xef\xbf\xbd"));
		assert_null(strstr(escape__utf8(buf, sizeof(buf), none[i]), none[i]));
	}
	for (size_t i = 0; i < NR(some); i++) {
		assert_string_equal(escape__xml(buf, sizeof(buf), some[i]), some[i]);
		assert_string_equal(escape__utf8(buf, sizeof(buf), some[i]), some[i]);
	}
	assert_string_equal(escape__xml(buf, sizeof(buf), "a\xc2\x85z\x7f"), "a?z?");
}

static void print_as_it_is(const struct text_page *page, const void *text)
{
	fputs(text, page->out);
}

static char *page(const char *text, unsigned int width)
{
	char *made;
	size_t len;
	FILE *out = open_memstream(&made, &len);

	assert_non_null(out);
	assert_int_equal(text__print(out, width, print_as_it_is, text), 0);
	fclose(out);
	return made;
}

static void assert_page(const char *text, unsigned int width, const char *wanted)
{
	char *made = page(text, width);

	assert_string_equal(made, wanted);
	free(made);
}

static void pages_break_where_columns_end(void **state)
{
	(void)state;
	assert_page("a \x1b[1m\xc3\xa9\n\n  b\n", 0, "a ?[1m??\n\n  b\n");
	/* of a file nothing is broken */
	assert_page("0123456789 0123456789\n", 0, "0123456789 0123456789\n");
	assert_page("0123456789 0123456789\n", 21, "0123456789 0123456789\n");
	assert_page("0123456789 0123456789\n", 18, "0123456789\n     0123456789\n");
	/* a gap of columns rather than one of words; what is below each other stays so */
	assert_page("   count    mean     p99\n   1,203   12.3m    1.2m\n", 20,
		    "   count    mean\n         p99\n   1,203   12.3m\n        1.2m\n");
	/* a word that fits nowhere */
	assert_page("012345678901234567890123\n", 10,
		    "0123456789\n     01234\n     56789\n     0123\n");
}

/* Whatever the terminal: no line is wider, and no word is lost. */
static void any_width_fits(void **state)
{
	struct fixture *f = make();
	size_t letters = 0;

	(void)state;
	f->report.verbose = false;
	for (unsigned int width = TEXT_WIDTH_MIN; width <= TEXT_WIDTH; width++) {
		size_t found = 0;
		char *text;

		f->report.width = width;
		text = fixture__print(f, output_text.total);
		for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
			if (strcspn(line, "\n") > width)
				fail_msg("%u: %.*s", width, (int)strcspn(line, "\n"), line);
		for (const char *c = text; *c; c++)
			found += *c > ' ';
		/* a wider one may tell more, in a note of the CPU table */
		letters = letters ? letters : found;
		if (found != letters)
			fail_msg("width %u: %zu letters, of %zu", width, found, letters);
		free(text);
	}
	f->report.width = TEXT_WIDTH_MAX;
	free(fixture__print(f, output_text.total));
	fixture__free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_text_passes_anything_on),
		cmocka_unit_test(noncharacters_are_replaced),
		cmocka_unit_test(pages_break_where_columns_end),
		cmocka_unit_test(any_width_fits),
	};

	return cmocka_run_group_tests_name("control characters", tests, NULL, NULL);
}
