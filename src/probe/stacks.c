// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "probe/stacks.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "callsites/stack.h"

/* Stacks of different names: a recording can have so many. */
#define NAMES_MAX 4096

/* A place of the kernel's map: once a stack is there, it stays. */
struct stack {
	const struct names *names; /* NULL: none, or not looked at */
	unsigned int frames;	   /* with those that have no name; 0: not looked at */
};

/* Stacks of several places may have the same names: they return into other places of one function. */
struct names {
	unsigned int number; /* in the order in which they came */
	char text[];
};

static bool on;
static const char *cause, *fix;
static int map = -1;
static struct xt_stack_cpu *by_cpu;
static struct symbols *symbols;
static struct stack *stacks; /* XT_STACKS */
static void *all_names;	     /* a tree */
static unsigned int nr_names;
static uint64_t unnamed;	/* stacks for whose names there was no room */
static uint64_t events, frames; /* of all stacks at the last look */

void stacks__ask(void)
{
	FILE *file = fopen("/proc/kallsyms", "re");

	if (!file) {
		cause = "/proc/kallsyms cannot be read";
		fix = "a kernel with CONFIG_KALLSYMS";
		return;
	}
	on = symbols__shown(file);
	fclose(file);
	if (on)
		return;
	cause = SYMBOLS_HIDDEN;
	fix = SYMBOLS_FIX;
}

bool stacks__on(void)
{
	return on;
}

const char *stacks__cause(const char **what_to_do)
{
	*what_to_do = fix;
	return cause;
}

void stacks__place(struct layout *layout)
{
	if (!on) {
		layout__no_map(layout, "xt_stacks");
		layout__no_map(layout, "xt_stack_sums");
		return;
	}
	map = layout__stack_map(layout, "xt_stacks", XT_STACKS, XT_STACK_FRAMES);
	by_cpu = layout__map(layout, "xt_stack_sums", sizeof(*by_cpu), layout->cpus);
	stacks = layout__memory(layout, XT_STACKS, sizeof(*stacks));
}

void stacks__attached(void)
{
	static const char *const none[] = { NULL };
	FILE *file = on ? fopen("/proc/kallsyms", "re") : NULL;
	int err;

	if (!file)
		return;
	err = symbols__read(&symbols, file, none);
	fclose(file);
	if (err)
		elog("--stacks: the kernel's symbols: %s", strerror(-err));
}

void stacks__start(const struct layout *layout)
{
	if (!on)
		return;
	for (unsigned int cpu = 0; cpu < layout->cpus; cpu++)
		layout->cpu[cpu].walks = 0;
	memset(by_cpu, 0, layout->cpus * sizeof(*by_cpu));
	events = frames = 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(((const struct names *)a)->text, ((const struct names *)b)->text);
}

/* The names of that text; NULL without memory, and where there are too many. */
static const struct names *names_of(const char *text)
{
	struct names *names = malloc(sizeof(*names) + strlen(text) + 1), **found;

	if (!names)
		return NULL;
	strcpy(names->text, text);
	names->number = nr_names;
	found = nr_names < NAMES_MAX ? tsearch(names, &all_names, by_text)
				     : tfind(names, &all_names, by_text);
	if (found && *found == names)
		nr_names++;
	else
		free(names);
	return found ? *found : NULL;
}

/* A stack's place + 1, as programs note it. NULL: there is none. */
static const struct stack *look_at(uint32_t noted)
{
	const uint32_t place = noted - 1;
	uint64_t addresses[XT_STACK_FRAMES];
	char text[STACK_TEXT];
	struct stack *stack;
	unsigned int nr = 0;

	if (!on || !noted || noted > XT_STACKS)
		return NULL;
	stack = &stacks[place];
	if (stack->frames)
		return stack;
	if (bpf_map_lookup_elem(map, &place, addresses))
		return NULL;
	while (nr < XT_STACK_FRAMES && addresses[nr])
		nr++;
	stack->frames = nr ? nr : 1;
	if (symbols && stack__name(text, symbols, addresses, nr)) {
		stack->names = names_of(text);
		unnamed += !stack->names;
	}
	return stack;
}

const char *stacks__names(uint32_t stack)
{
	const struct stack *at = look_at(stack);

	return at && at->names ? at->names->text : NULL;
}

void stacks__look(const struct layout *layout)
{
	events = frames = 0;
	for (unsigned int cpu = 0; on && cpu < layout->cpus; cpu++) {
		for (unsigned int i = 0; i < XT_STACK_SUMS; i++) {
			const struct xt_stack_sum *sum = &by_cpu[cpu].sum[i];
			const struct stack *stack = look_at(sum->key);

			if (!stack)
				continue;
			events += sum->count;
			frames += sum->count * stack->frames;
		}
	}
}

double stacks__frames(void)
{
	return events ? (double)frames / events : 0;
}

uint64_t stacks__walks(const struct layout *layout)
{
	uint64_t walks = 0;

	for (unsigned int cpu = 0; on && cpu < layout->cpus; cpu++)
		walks += layout->cpu[cpu].walks;
	return walks;
}

/* What a path took by stacks of one name. */
struct found {
	uint32_t path;
	const struct names *names;
	uint64_t count, ns;
};

static int by_path(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	if (x->path != y->path)
		return x->path < y->path ? -1 : 1;
	return (x->names->number > y->names->number) - (x->names->number < y->names->number);
}

/* Those that have names, of all CPUs; `all` has room. Returns how many. */
static size_t find(const struct layout *layout, struct found *all)
{
	size_t nr = 0;

	for (unsigned int cpu = 0; cpu < layout->cpus; cpu++) {
		for (unsigned int i = 0; i < XT_STACK_SUMS; i++) {
			const struct xt_stack_sum *sum = &by_cpu[cpu].sum[i];
			const struct stack *stack = look_at(sum->key);

			if (stack && stack->names && sum->count)
				all[nr++] = (struct found) { sum->key >> 32, stack->names,
							     sum->count, sum->ns };
		}
	}
	return nr;
}

/* Those of one path and one name are one; they are neighbours. Returns how many are left. */
static size_t unite(struct found *all, size_t nr)
{
	size_t kept = 0;

	for (size_t i = 0; i < nr; i++) {
		if (kept && !by_path(&all[kept - 1], &all[i])) {
			all[kept - 1].count += all[i].count;
			all[kept - 1].ns += all[i].ns;
		} else {
			all[kept++] = all[i];
		}
	}
	return kept;
}

/* Give a path its stacks, of which the first is *all; returns how many they are, or -ENOMEM. */
static ssize_t give(struct path *path, const struct found *all, size_t left)
{
	size_t nr = 0;

	while (nr < left && all[nr].path == all->path)
		nr++;
	path->stacks = calloc(nr, sizeof(*path->stacks));
	if (!path->stacks)
		return -ENOMEM;
	path->nr_stacks = nr;
	for (size_t i = 0; i < nr; i++)
		path->stacks[i] = (struct stack_use) {
			.frames = all[i].names->text,
			.count = all[i].count,
			.ns = all[i].ns,
		};
	return nr;
}

int stacks__read(const struct layout *layout, struct snapshot *snap)
{
	struct found *all;
	size_t nr, at = 0;
	ssize_t given = 0;

	snap->stacks.asked = on || cause;
	snprintf(snap->stacks.cause, sizeof(snap->stacks.cause), "%s", cause ? cause : "");
	snprintf(snap->stacks.fix, sizeof(snap->stacks.fix), "%s", fix ? fix : "");
	if (!on)
		return 0;
	snap->losses[XT_NOTE_STACK_FULL].count += unnamed;
	all = calloc((size_t)layout->cpus * XT_STACK_SUMS, sizeof(*all));
	if (!all)
		return -ENOMEM;
	nr = find(layout, all);
	qsort(all, nr, sizeof(*all), by_path);
	nr = unite(all, nr);
	/* both are in the order of the paths' numbers; one that has no events yet is not listed */
	for (size_t i = 0; i < snap->nr_paths && given >= 0; i++) {
		while (at < nr && all[at].path + 1 < snap->paths[i].id)
			at++;
		if (at == nr || all[at].path + 1 != snap->paths[i].id)
			continue;
		given = give(&snap->paths[i], all + at, nr - at);
		at += given > 0 ? given : 0;
	}
	free(all);
	return given < 0 ? given : 0;
}
