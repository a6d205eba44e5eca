// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The flame trees of both runs, for viewers that compare: two counts a line, as difffolded.pl
 * makes them. They are ns a second of the run, so that runs of any length can be compared.
 *
 *	cpu;pv;disk;xvdb;read;submit 24031887 26118004
 *
 *	grep '^wait;' diff.folded | flamegraph.pl --countname ns >wait.svg
 */
#include <inttypes.h>

#include "output/diff.h"
#include "output/escape.h"
#include "output/tree.h"

static void print_stack(FILE *out, const struct frame *frame)
{
	char name[ESCAPE_LEN];

	if (frame->parent) {
		print_stack(out, frame->parent);
		fputc(';', out);
	}
	fputs(escape__frame(name, sizeof(name), frame->name), out);
}

static void print_leaves(FILE *out, const struct frame *frame)
{
	uint64_t own_ns = frame->ns, was_ns = frame->was_ns;

	for (const struct frame *child = frame->child; child; child = child->next) {
		print_leaves(out, child);
		own_ns -= child->ns;
		was_ns -= child->was_ns;
	}
	if (!own_ns)
		return;
	print_stack(out, frame);
	fprintf(out, " %" PRIu64 " %" PRIu64 "\n", was_ns, own_ns - was_ns);
}

static int print(FILE *out, const struct diff_report *report)
{
	for (enum kind kind = 0; kind < KIND_NR; kind++) {
		struct frame *root;
		int err = tree__build_two(&root, &report->run[DIFF_BEFORE],
					  &report->run[DIFF_AFTER], kind);

		if (err)
			return err;
		print_leaves(out, root);
		tree__free(root);
	}
	return output__finish(out);
}

const struct diff_output diff_folded = { "folded", ".folded", print };
