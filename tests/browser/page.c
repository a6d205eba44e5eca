// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The pages that the browser opens, of the same runs as the unit tests': `page RUN [STEPS]`, to
 * standard output.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

static struct fixture *fixture__named(const char *name)
{
	static const struct {
		const char *name;
		struct fixture *(*make)(void);
	} runs[] = {
		{ "pvhvm", fixture__pvhvm },
		{ "hostile", fixture__hostile },
		{ "empty", fixture__empty },
	};

	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
		if (!strcmp(runs[i].name, name))
			return runs[i].make();
	return NULL;
}

int main(int argc, char **argv)
{
	struct fixture *f = argc > 1 ? fixture__named(argv[1]) : NULL;
	int err;

	if (!f) {
		fprintf(stderr, "usage: page pvhvm|hostile|empty [STEPS]\n");
		return 2;
	}
	if (argc > 2)
		fixture__add_series(f, atoi(argv[2]));
	err = output_html.total(stdout, &f->report);
	fixture__free(f);
	return err ? 1 : 0;
}
