// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "output/tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The child of that name; made when missing. NULL without memory. */
static struct frame *frame__child(struct frame *parent, const char *name, enum mech mech)
{
	struct frame **link, *frame;

	for (link = &parent->child; *link; link = &(*link)->next)
		if ((*link)->mech == mech && !strcmp((*link)->name, name))
			return *link;
	frame = calloc(1, sizeof(*frame));
	if (!frame)
		return NULL;
	snprintf(frame->name, sizeof(frame->name), "%s", name);
	frame->mech = mech;
	frame->parent = parent;
	frame->depth = parent->depth + 1;
	*link = frame;
	return frame;
}

/* Walk down the names, leaving out empty ones, and add the time to each frame on the way. */
static int tree__add(struct frame *root, enum mech mech, const char *const *names, uint64_t ns,
		     const struct hist *hist)
{
	struct frame *frame = root;

	root->ns += ns;
	for (; *names; names++) {
		if (!**names)
			continue;
		frame = frame__child(frame, *names, mech);
		if (!frame)
			return -ENOMEM;
		frame->ns += ns;
	}
	if (frame != root)
		frame->hist = hist;
	return 0;
}

static const char idle_name[] = "idle";

static int add_column(struct frame *root, enum mech mech, const char *name, uint64_t ns)
{
	const char *names[] = { mech__name(mech), name, NULL };

	return ns ? tree__add(root, mech, names, ns, NULL) : 0;
}

/* Mark what is no path, for drawings that have to leave it out to show the paths. */
static void mark_columns(struct frame *root)
{
	for (struct frame *frame = root->child; frame; frame = frame->next) {
		frame->idle = !strcmp(frame->name, idle_name);
		for (struct frame *child = frame->child; child; child = child->next)
			child->code = frame->mech == MECH_GUEST && !child->child && !child->hist;
	}
}

/* The columns of the CPU table that no path measures. */
static int add_columns(struct frame *root, const struct report *report)
{
	const struct cpu_account *cpu = &report->ledger->cpu;
	const char *idle[] = { idle_name, NULL };
	int err;

	err = add_column(root, MECH_GUEST, "code", cpu->guest_rest_ns);
	if (err)
		return err;
	err = add_column(root, MECH_UNATTRIBUTED, "held off outside any path", cpu->held_off_ns);
	if (err)
		return err;
	if (report->snap->cpu.steal_measured) {
		err = add_column(root, MECH_STOLEN, "", report->snap->cpu.stolen_ns);
		if (err)
			return err;
	}
	if (!cpu->idle_ns)
		return 0;
	return tree__add(root, MECH_GUEST, idle, cpu->idle_ns, NULL);
}

static int add_paths(struct frame *root, const struct report *report, enum kind kind)
{
	const struct snapshot *snap = report->snap;

	for (size_t i = 0; i < snap->nr_paths; i++) {
		const struct path *path = &snap->paths[i];
		const struct path_key *key = &path->key;
		uint64_t ns = hist__total_ns(&path->hist);
		const char *names[] = {
			mech__name(key->mech),
			area__name(key->area),
			key->device,
			key->op,
			key->leg,
			NULL,
		};
		int err;

		if (key->kind != kind || !ns || !ledger__adds_up(report->ledger, path))
			continue;
		err = tree__add(root, key->mech, names, ns, &path->hist);
		if (err)
			return err;
	}
	return 0;
}

static bool goes_before(const struct frame *a, const struct frame *b)
{
	if (a->idle != b->idle)
		return b->idle;
	if (a->mech != b->mech)
		return a->mech < b->mech;
	if (a->ns != b->ns)
		return a->ns > b->ns;
	return strcmp(a->name, b->name) < 0;
}

/* Insertion sort of the siblings: there are few, and pointers stay. */
static void tree__sort(struct frame *frame)
{
	struct frame *sorted = NULL;

	while (frame->child) {
		struct frame *moved = frame->child, **link = &sorted;

		frame->child = moved->next;
		while (*link && goes_before(*link, moved))
			link = &(*link)->next;
		moved->next = *link;
		*link = moved;
		tree__sort(moved);
	}
	frame->child = sorted;
}

int tree__build(struct frame **out, const struct report *report, enum kind kind)
{
	struct frame *root;
	int err = -ENOMEM;

	root = calloc(1, sizeof(*root));
	if (!root)
		goto out;
	snprintf(root->name, sizeof(root->name), "%s", kind__name(kind));
	err = add_paths(root, report, kind);
	if (!err && kind == KIND_CPU)
		err = add_columns(root, report);
	if (err)
		goto out;
	if (kind == KIND_CPU)
		mark_columns(root);
	tree__sort(root);
	*out = root;
out:
	if (err)
		tree__free(root);
	return err;
}

/* What a frame has beside its children, as ns a second, to its like and all that are below that. */
static int add_run(struct frame *to, const struct frame *from, uint64_t elapsed_ns, bool is_before)
{
	uint64_t own_ns = from->ns;
	double per_s;

	to->idle |= from->idle;
	to->code |= from->code;
	for (const struct frame *child = from->child; child; child = child->next) {
		struct frame *same = frame__child(to, child->name, child->mech);
		int err = same ? add_run(same, child, elapsed_ns, is_before) : -ENOMEM;

		if (err)
			return err;
		own_ns -= child->ns;
	}
	per_s = own_ns * (1e9 / elapsed_ns) + .5;
	own_ns = per_s < 1e18 ? per_s : 1e18;
	for (; own_ns && to; to = to->parent) {
		to->ns += own_ns;
		to->was_ns += is_before ? own_ns : 0;
	}
	return 0;
}

int tree__build_two(struct frame **out, const struct report *before, const struct report *after,
		    enum kind kind)
{
	const struct report *const reports[] = { before, after };
	struct frame *both = calloc(1, sizeof(*both)), *one;
	int err = both ? 0 : -ENOMEM;

	for (int i = 0; !err && i < 2; i++) {
		uint64_t elapsed_ns = reports[i]->ledger->elapsed_ns;

		err = tree__build(&one, reports[i], kind);
		if (err)
			break;
		memcpy(both->name, one->name, sizeof(both->name));
		if (elapsed_ns)
			err = add_run(both, one, elapsed_ns, i == 0);
		tree__free(one);
	}
	if (!err)
		tree__sort(both);
	if (!err)
		*out = both;
	else
		tree__free(both);
	return err;
}

void tree__free(struct frame *root)
{
	struct frame *next;

	if (!root)
		return;
	for (struct frame *child = root->child; child; child = next) {
		next = child->next;
		tree__free(child);
	}
	free(root);
}

unsigned int tree__height(const struct frame *frame)
{
	unsigned int highest = 0;

	for (const struct frame *child = frame->child; child; child = child->next) {
		unsigned int height = tree__height(child);

		if (height > highest)
			highest = height;
	}
	return highest + 1;
}
