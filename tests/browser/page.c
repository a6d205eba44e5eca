// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The pages that the browser opens, of the same runs as the unit tests': `page RUN [STEPS]`, or
 * `page diff [NAME]` with a disk of that name, to standard output.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diffs.h"
#include "fixture.h"

static struct fixture *fixture__with_owner(void)
{
	struct fixture *f = fixture__pvhvm();

	fixture__add_owner(f);
	fixture__close(f);
	return f;
}

static struct fixture *fixture__named(const char *name)
{
	static const struct {
		const char *name;
		struct fixture *(*make)(void);
	} runs[] = {
		{ "pvhvm", fixture__pvhvm },
		{ "owner", fixture__with_owner },
		{ "hostile", fixture__hostile },
		{ "empty", fixture__empty },
	};

	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
		if (!strcmp(runs[i].name, name))
			return runs[i].make();
	return NULL;
}

static int print_diff(const char *name)
{
	struct compared *c = diffs__ahci_to_blkfront(name);
	int err = output_html.diff(stdout, &c->report);

	diffs__free(c);
	return err ? 1 : 0;
}

/* Of runs without anything in them. */
static int print_empty_diff(void)
{
	struct fixture *f = fixture__empty();
	struct compared *c = diffs__compare(recordings__live(f, 1, RUN_ENDS, &output_recording),
					    recordings__live(f, 1, RUN_ENDS, &output_recording));
	int err = output_html.diff(stdout, &c->report);

	diffs__free(c);
	fixture__free(f);
	return err ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct fixture *f;
	int err;

	if (argc > 1 && !strcmp(argv[1], "diff"))
		return print_diff(argc > 2 ? argv[2] : NULL);
	if (argc > 1 && !strcmp(argv[1], "empty-diff"))
		return print_empty_diff();
	f = argc > 1 ? fixture__named(argv[1]) : NULL;
	if (!f) {
		fprintf(stderr, "usage: page pvhvm|owner|hostile|empty [STEPS] | diff [NAME] | "
				"empty-diff\n");
		return 2;
	}
	if (argc > 2)
		fixture__add_series(f, atoi(argv[2]));
	err = output_html.total(stdout, &f->report);
	fixture__free(f);
	return err ? 1 : 0;
}
