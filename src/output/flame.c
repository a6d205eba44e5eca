// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The flame trees, and their output for other viewers: one line a leaf, its frames from the root joined
 * by ';', then its time in ns. Two trees, told apart by their first frame, which are never added
 * together: give a viewer one of them.
 *
 *	cpu;pv;disk;xvdb;read;submit 240318874
 *	cpu;idle 27420118311
 *	wait;pv;disk;xvdb;read;backend 76453001112
 *
 *	grep '^cpu;' report.folded | flamegraph.pl --countname ns >cpu.svg
 *
 * Of a comparison there are two counts a line, as difffolded.pl makes them: ns a second of each run, so
 * that runs of any length can be compared.
 */
#include "output/flame.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "output/diff.h"
#include "output/escape.h"

/* The child of that name; made when missing. NULL without memory. */
static struct frame *frame__child(struct frame *parent, const char *name, enum mech mech,
				  bool caller)
{
	struct frame **link, *frame;

	for (link = &parent->child; *link; link = &(*link)->next)
		if ((*link)->mech == mech && (*link)->caller == caller &&
		    !strcmp((*link)->name, name))
			return *link;
	frame = calloc(1, sizeof(*frame));
	if (!frame)
		return NULL;
	snprintf(frame->name, sizeof(frame->name), "%s", name);
	frame->mech = mech;
	frame->caller = caller;
	frame->parent = parent;
	frame->depth = parent->depth + 1;
	*link = frame;
	return frame;
}

/* Walk on by the names, and add the time to each frame on the way. NULL without memory. */
static struct frame *walk(struct frame *frame, enum mech mech, const char *const *names,
			  uint64_t ns, bool callers)
{
	for (; frame && *names; names++) {
		frame = frame__child(frame, *names, mech, callers);
		if (frame)
			frame->ns += ns;
	}
	return frame;
}

static int add(struct frame *root, enum mech mech, const char *const *names, uint64_t ns,
	       const struct path *path)
{
	struct stack_parts parts = { .path = path };
	struct flame_callers callers;
	struct stack_part part;
	struct frame *frame;

	root->ns += ns;
	frame = walk(root, mech, names, ns, false);
	if (!frame)
		return -ENOMEM;
	if (frame != root && path)
		frame->hist = &path->hist;
	while (path && stack_parts__next(&parts, &part)) {
		if (!part.ns)
			continue;
		flame__callers(&callers, &path->key, part.stack);
		if (!walk(frame, mech, callers.names, part.ns, true))
			return -ENOMEM;
	}
	return 0;
}

size_t flame__columns(struct flame_column columns[FLAME_COLUMNS], const struct report *report)
{
	const struct cpu_account *cpu = &report->ledger->cpu;
	const struct cpu_time *time = &report->snap->cpu;
	const struct flame_column all[FLAME_COLUMNS] = {
		{ MECH_GUEST, { mech__name(MECH_GUEST), "code" }, cpu->guest_rest_ns },
		{ MECH_UNATTRIBUTED,
		  { mech__name(MECH_UNATTRIBUTED), "held off outside any path" },
		  cpu->held_off_ns },
		{ MECH_STOLEN,
		  { mech__name(MECH_STOLEN) },
		  time->steal_measured ? time->stolen_ns : 0 },
		{ MECH_GUEST, { "idle" }, cpu->idle_ns, true },
	};
	size_t nr = 0;

	for (size_t i = 0; i < FLAME_COLUMNS; i++)
		if (all[i].ns)
			columns[nr++] = all[i];
	return nr;
}

void flame__names(const char *names[FLAME_NAMES], const struct path_key *key)
{
	const char *all[] = { mech__name(key->mech), area__name(key->area), key->device, key->op,
			      key->leg };
	size_t nr = 0;

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (*all[i])
			names[nr++] = all[i];
	names[nr] = NULL;
}

void flame__callers(struct flame_callers *callers, const struct path_key *key,
		    const struct stack_use *stack)
{
	const char *frames = stack ? stack->frames : "[no stack]", *path[FLAME_NAMES];
	size_t nr = 0, names = 0;

	flame__names(path, key);
	while (path[names])
		names++;
	while (frames && *frames && nr < FLAME_CALLERS - 1) {
		frames = stack__frame(callers->text[nr], frames);
		if (names && !strcmp(callers->text[nr], path[names - 1])) {
			names = 0;
			continue;
		}
		names = 0; /* the next one is another function */
		if (*callers->text[nr]) {
			callers->names[nr] = callers->text[nr];
			nr++;
		}
	}
	callers->names[nr] = NULL;
}

static int add_columns(struct frame *root, const struct report *report)
{
	struct flame_column columns[FLAME_COLUMNS];
	size_t nr = flame__columns(columns, report);
	int err = 0;

	for (size_t i = 0; !err && i < nr; i++) {
		err = add(root, columns[i].mech, columns[i].names, columns[i].ns, NULL);
		if (!err && columns[i].idle) /* it is there */
			frame__child(root, columns[i].names[0], columns[i].mech, false)->idle =
				true;
	}
	return err;
}

static int add_paths(struct frame *root, const struct report *report, enum kind kind)
{
	const struct snapshot *snap = report->snap;
	const char *names[FLAME_NAMES];
	int err = 0;

	for (size_t i = 0; !err && i < snap->nr_paths; i++) {
		const struct path *path = &snap->paths[i];
		uint64_t ns = path_key__ns(&path->key, &path->hist);

		if (path->key.kind != kind || !ns || !ledger__adds_up(report->ledger, path))
			continue;
		flame__names(names, &path->key);
		err = add(root, path->key.mech, names, ns, path);
	}
	return err;
}

/* Mark what is no path either, for drawings that have to leave it out to show the paths. */
static void mark_code(struct frame *root)
{
	for (struct frame *frame = root->child; frame; frame = frame->next)
		for (struct frame *child = frame->child; child; child = child->next)
			child->code = frame->mech == MECH_GUEST && !child->child && !child->hist;
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

/* Insertion sort of the siblings, since there are few and pointers stay; and what is drawn of each. */
static void settle(struct frame *frame)
{
	bool drawn = !frame->idle && !frame->code;
	struct frame *sorted = NULL;

	frame->drawn_ns = drawn ? frame->ns : 0;
	frame->drawn_was_ns = drawn ? frame->was_ns : 0;
	while (frame->child) {
		struct frame *moved = frame->child, **link = &sorted;

		frame->child = moved->next;
		while (*link && goes_before(*link, moved))
			link = &(*link)->next;
		moved->next = *link;
		*link = moved;
		settle(moved);
		if (drawn) {
			frame->drawn_ns -= moved->ns - moved->drawn_ns;
			frame->drawn_was_ns -= moved->was_ns - moved->drawn_was_ns;
		}
	}
	frame->child = sorted;
}

static int make_roots(struct flame *flame)
{
	*flame = (struct flame) {};
	for (enum kind kind = 0; kind < KIND_NR; kind++) {
		flame->root[kind] = calloc(1, sizeof(struct frame));
		if (!flame->root[kind])
			return -ENOMEM;
		snprintf(flame->root[kind]->name, sizeof(flame->root[kind]->name), "%s",
			 kind__name(kind));
	}
	return 0;
}

int flame__build(struct flame *flame, const struct report *report)
{
	int err = make_roots(flame);

	for (enum kind kind = 0; !err && kind < KIND_NR; kind++) {
		err = add_paths(flame->root[kind], report, kind);
		if (!err && kind == KIND_CPU)
			err = add_columns(flame->root[kind], report);
		if (err)
			break;
		if (kind == KIND_CPU)
			mark_code(flame->root[kind]);
		settle(flame->root[kind]);
	}
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
		struct frame *same = frame__child(to, child->name, child->mech, child->caller);
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

int flame__build_two(struct flame *flame, const struct report *before, const struct report *after)
{
	const struct report *const reports[] = { before, after };
	int err = make_roots(flame);

	for (int i = 0; !err && i < 2; i++) {
		uint64_t elapsed_ns = reports[i]->ledger->elapsed_ns;
		struct flame one;

		err = flame__build(&one, reports[i]);
		for (enum kind kind = 0; !err && elapsed_ns && kind < KIND_NR; kind++)
			err = add_run(flame->root[kind], one.root[kind], elapsed_ns, i == 0);
		flame__free(&one);
	}
	for (enum kind kind = 0; !err && kind < KIND_NR; kind++)
		settle(flame->root[kind]);
	return err;
}

static void frame__free(struct frame *frame)
{
	struct frame *next;

	if (!frame)
		return;
	for (struct frame *child = frame->child; child; child = next) {
		next = child->next;
		frame__free(child);
	}
	free(frame);
}

void flame__free(struct flame *flame)
{
	for (enum kind kind = 0; kind < KIND_NR; kind++)
		frame__free(flame->root[kind]);
}

unsigned int frame__height(const struct frame *frame)
{
	unsigned int highest = 0;

	for (const struct frame *child = frame->child; child; child = child->next) {
		unsigned int height = frame__height(child);

		if (height > highest)
			highest = height;
	}
	return highest + 1;
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

static void print_stack(FILE *out, const struct frame *frame, bool joined)
{
	char name[ESCAPE_LEN];

	if (frame->parent) {
		print_stack(out, frame->parent, false);
		fputc(';', out);
	}
	escape__frame(name, sizeof(name), frame->name);
	if (joined)
		join_number(name);
	fputs(name, out);
}

static void print_leaves(FILE *out, const struct frame *frame, bool two)
{
	uint64_t own_ns = frame->ns, was_ns = frame->was_ns;

	for (const struct frame *child = frame->child; child; child = child->next) {
		print_leaves(out, child, two);
		own_ns -= child->ns;
		was_ns -= child->was_ns;
	}
	if (!own_ns)
		return;
	print_stack(out, frame, !two);
	if (two)
		fprintf(out, " %" PRIu64 " %" PRIu64 "\n", was_ns, own_ns - was_ns);
	else
		fprintf(out, " %" PRIu64 "\n", own_ns);
}

/* Frees the trees. */
static int print_trees(FILE *out, struct flame *flame, bool two, int err)
{
	for (enum kind kind = 0; !err && kind < KIND_NR; kind++)
		print_leaves(out, flame->root[kind], two);
	flame__free(flame);
	return err ?: output__finish(out);
}

static int folded__total(FILE *out, const struct report *report)
{
	struct flame flame;
	int err = flame__build(&flame, report);

	return print_trees(out, &flame, false, err);
}

static int folded__diff(FILE *out, const struct diff_report *report)
{
	struct flame flame;
	int err = flame__build_two(&flame, &report->run[DIFF_BEFORE], &report->run[DIFF_AFTER]);

	return print_trees(out, &flame, true, err);
}

const struct output output_folded = {
	.name = "folded",
	.extension = ".folded",
	.header = output__nothing,
	.interval = output__nothing,
	.total = folded__total,
	.diff = folded__diff,
};
