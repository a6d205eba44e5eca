// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The start of the process, and the table of commands. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/process.h"
#include "cmd/options.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *what;
} commands[] = {
	{ "trace", cmd_trace, "where the time goes: the default" },
	{ "detect", cmd_detect, "what serves each part of this guest" },
	{ "top", cmd_top, "the same as a live view, or of a recording" },
	{ "check", cmd_check, "what can be traced here, by which probe, and why not" },
	{ "record", cmd_record, "trace into a file" },
	{ "wait", cmd_wait, "until a condition holds, as a disk's latency" },
	{ "report", cmd_report, "any report from such a file" },
	{ "diff", cmd_diff, "what changed between two of them" },
	{ "advise", cmd_advise, "what a recorded load would cost in other modes" },
	{ "join", cmd_join, "a guest's recording and dom0's: what its backend waits for" },
	{ "import", cmd_import, "what Xen's own records say of a recorded guest" },
	{ "export", cmd_export, "metrics for Prometheus, as long as it runs" },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int usage(void)
{
	printf("Usage: xentrace-bpf [COMMAND] [OPTION...]\n"
	       "Where a virtual machine's time goes: paravirtual, emulated, hardware, stolen.\n\n");
	for (size_t i = 0; i < COMMANDS; i++)
		printf("  %-8s %s\n", commands[i].name, commands[i].what);
	printf("\n  xentrace-bpf COMMAND --help tells a command's options; -V the version.\n"
	       "  Exit codes: 0 done, 1 runtime failure, 2 usage, 3 nothing to trace here,\n"
	       "  4 missing privilege, BTF or kernel feature, 5 incomplete data (--strict),\n"
	       "  6 nothing held until the end (wait).\n"
	       "  See xentrace-bpf(8): how to read the report, and a GLOSSARY of its terms.\n");
	return cmd__end_output();
}

/* What is no option and no number can only be meant as a command. */
static int unknown(const char *word)
{
	char names[128] = "";
	size_t used = 0;

	for (size_t i = 0; i < COMMANDS; i++)
		used += snprintf(names + used, sizeof(names) - used, "%s%s", i ? ", " : "",
				 commands[i].name);
	elog("unknown command '%s': there are %s", word, names);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	if (!process__init())
		return EXIT_RUNTIME;
	clock__init();
	if (argc > 1 && (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 ||
			 strcmp(argv[1], "-h") == 0))
		return usage();
	for (size_t i = 0; argc > 1 && i < COMMANDS; i++) {
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	}
	if (argc > 1 && !strchr("-+.0123456789", argv[1][0]))
		return unknown(argv[1]);
	return cmd_trace(argc, argv);
}
