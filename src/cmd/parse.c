// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/log.h"
#include "cmd/parse.h"

static bool parsing;

int cmd__end_output(void)
{
	errno = 0;
	if ((!fflush(stdout) && !ferror(stdout)) || errno == EPIPE)
		return EXIT_DONE;
	elog("cannot write standard output: %s", strerror(errno ? errno : EIO));
	return EXIT_RUNTIME;
}

/* argp itself exits behind its help, and does not look whether anybody got it. */
static void at_exit(void)
{
	if (parsing && cmd__end_output())
		_exit(EXIT_RUNTIME);
}

void cmd__parse(const struct argp *argp, const char *name, int argc, char **argv, void *input)
{
	argp_err_exit_status = EXIT_USAGE;
	argv[0] = (char *)name;
	atexit(at_exit);
	parsing = true;
	argp_parse(argp, argc, argv, 0, NULL, input);
	parsing = false;
}
