// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "base/log.h"
#include "probe/said.h"

static struct said *listening;

/* libbpf: "prog 'NAME': failed to …" or "prog 'NAME': BPF program load failed: …" */
static void note_program(struct said *said, const char *line)
{
	const char *at = strstr(line, "prog '"), *end, *what;

	if (!at || said->program[0])
		return;
	at += strlen("prog '");
	end = strchr(at, '\'');
	if (!end || !strstr(end, "fail"))
		return;
	snprintf(said->program, sizeof(said->program), "%.*s", (int)(end - at), at);
	what = strstr(end, ": ");
	if (what)
		snprintf(said->detail, sizeof(said->detail), "%.*s", (int)strcspn(what + 2, "\n"),
			 what + 2);
}

/* The verifier's last sentence before its statistics is the reason. */
static void note_verifier(struct said *said, const char *log)
{
	const char *start = strstr(log, "-- BEGIN PROG LOAD LOG --\n"), *end, *line;

	if (!start)
		return;
	start = strchr(start, '\n') + 1;
	end = strstr(start, "processed ");
	if (!end)
		end = strstr(start, "-- END PROG LOAD LOG --");
	if (!end || end - start < 2)
		return;
	for (line = end - 1; line > start && line[-1] != '\n'; line--)
		;
	snprintf(said->detail, sizeof(said->detail), "%.*s", (int)strcspn(line, "\n"), line);
}

static int print(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	char *text; /* a verifier's log can be megabytes, and its end is what matters */

	if (vasprintf(&text, fmt, ap) < 0)
		return 0;
	if (listening) {
		note_program(listening, text);
		note_verifier(listening, text);
	}
	if (log_verbosity >= 2 && (level != LIBBPF_DEBUG || log_verbosity >= 3))
		fputs(text, stderr);
	free(text);
	return 0;
}

void said__init(void)
{
	libbpf_set_print(print);
}

void said__listen(struct said *said)
{
	memset(said, 0, sizeof(*said));
	listening = said;
}

void said__end(void)
{
	listening = NULL;
}
