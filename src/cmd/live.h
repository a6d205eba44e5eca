/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The options of commands that trace this guest. */
#ifndef XT_CMD_LIVE_H
#define XT_CMD_LIVE_H

#include "cmd/options.h"
#include "run/run.h"

#define NAMES_MAX 256

struct traced_options {
	struct live_options live;
	/* NULL-ended; empty: all */
	const char *disks[NAMES_MAX + 1], *nics[NAMES_MAX + 1], *families[NAMES_MAX + 1];
	unsigned int nr_disks, nr_nics;
	char *family_text; /* what families[] points into; owned */
};

/* For an argp's children, as those of options.h. */
extern const struct argp traced_options__argp;

/* When all is parsed: options->live is complete, and points into *options. */
void traced_options__end(struct traced_options *options);
void traced_options__free(struct traced_options *options);

/* Numbers on the command line; `what` is called by that name in the message. Wrong usage exits. */
double options__seconds(const char *text, const char *what, struct argp_state *state);
unsigned int options__number(const char *text, const char *what, struct argp_state *state);

/* The command line as one text, before argp puts its words into another order. */
void options__command_line(char *line, size_t size, int argc, char **argv);

/* The commit that the program was made from; NULL: unknown. */
extern const char *const cmd__revision;

#endif
