// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The flame trees for other viewers: one line a leaf, its frames from the root joined by ';', then
 * its time in ns. Two trees, told apart by their first frame, which are never added together: give
 * a viewer one of them.
 *
 *	cpu;pv;disk;xvdb;read;submit 240318874
 *	cpu;idle 27420118311
 *	wait;pv;disk;xvdb;read;backend 76453001112
 *
 *	grep '^cpu;' report.folded | flamegraph.pl --countname ns >cpu.svg
 */
#include "output/tree.h"

#include <inttypes.h>
#include <string.h>

#include "output/escape.h"

static void print_stack(FILE *out, const struct frame *frame)
{
	char name[ESCAPE_LEN];

	if (frame->parent) {
		print_stack(out, frame->parent);
		fputc(';', out);
	}
	fputs(escape__frame(name, sizeof(name), frame->name), out);
}

/*
 * "irq 48" as the last frame: flamegraph.pl would take the 48 for one of two values, those of a
 * differential, and drop it from the name.
 */
static void join_number(char *name)
{
	char *end = name + strlen(name), *c = end;

	while (c > name && strchr("0123456789.", c[-1]))
		c--;
	if (c < end && c > name && c[-1] == ' ')
		c[-1] = '_';
}

static void print_leaf(FILE *out, const struct frame *frame)
{
	char name[ESCAPE_LEN];

	if (frame->parent) {
		print_stack(out, frame->parent);
		fputc(';', out);
	}
	escape__frame(name, sizeof(name), frame->name);
	join_number(name);
	fputs(name, out);
}

static void print_leaves(FILE *out, const struct frame *frame)
{
	uint64_t own_ns = frame->ns;

	for (const struct frame *child = frame->child; child; child = child->next) {
		print_leaves(out, child);
		own_ns -= child->ns;
	}
	if (!own_ns)
		return;
	print_leaf(out, frame);
	fprintf(out, " %" PRIu64 "\n", own_ns);
}

static int folded__total(FILE *out, const struct report *report)
{
	for (enum kind kind = 0; kind < KIND_NR; kind++) {
		struct frame *root;
		int err = tree__build(&root, report, kind);

		if (err)
			return err;
		print_leaves(out, root);
		tree__free(root);
	}
	return output__finish(out);
}

const struct output output_folded = {
	.name = "folded",
	.extension = ".folded",
	.header = output__nothing,
	.interval = output__nothing,
	.total = folded__total,
};
