// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "golden.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static char *read_all(const char *path)
{
	FILE *in = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (!in)
		return NULL;
	if (getdelim(&text, &size, '\0', in) < 0) {
		free(text);
		text = strdup("");
	}
	fclose(in);
	return text;
}

static void write_all(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");

	if (!out || fputs(text, out) < 0 || fclose(out))
		fail_msg("cannot write %s", path);
}

static void show_difference(const char *path, const char *update, const char *expected,
			    const char *text)
{
	unsigned int line = 1;
	size_t begin = 0;

	for (size_t i = 0; expected[i] == text[i]; i++) {
		if (expected[i] != '\n')
			continue;
		begin = i + 1;
		line++;
	}
	fail_msg("%s:%u differs (%s accepts it)\n- %.*s\n+ %.*s", path, line, update,
		 (int)strcspn(expected + begin, "\n"), expected + begin,
		 (int)strcspn(text + begin, "\n"), text + begin);
}

void golden__check_file(const char *path, const char *update, const char *text)
{
	char *expected;

	if (getenv("UPDATE_GOLDEN"))
		write_all(path, text);
	expected = read_all(path);
	if (!expected)
		fail_msg("no %s: %s writes it", path, update);
	if (strcmp(expected, text))
		show_difference(path, update, expected, text);
	free(expected);
}

void golden__check(const char *name, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "tests/golden/%s", name);
	golden__check_file(path, "UPDATE_GOLDEN=1 make unit", text);
}
