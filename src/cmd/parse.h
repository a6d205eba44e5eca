/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The command line of a command, by argp, with what is the same for all of them. */
#ifndef XT_CMD_PARSE_H
#define XT_CMD_PARSE_H

#include <argp.h>

/* The last line of a command's help: where more is said. */
#define SEE_PAGE(page) "See " page "(8), and the GLOSSARY of xentrace-bpf(8) for its terms.\n"

/*
 * Parse; `name` is the command's as messages call it. Exits for --help and --version, with 0 or, where
 * they cannot be written, with 1 and the cause; and with 2 for wrong usage.
 */
void cmd__parse(const struct argp *argp, const char *name, int argc, char **argv, void *input);

/* Flush standard output. Returns 0, or 1 with the cause; a reader that went away is no error. */
int cmd__end_output(void);

#endif
