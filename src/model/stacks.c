// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/stacks.h"

#include <string.h>

const char *stack__frame(char name[STACK_FRAME], const char *frames)
{
	const size_t room = STACK_FRAME - 1;
	size_t len;

	frames += strspn(frames, ";");
	len = strcspn(frames, ";");
	memcpy(name, frames, len < room ? len : room);
	name[len < room ? len : room] = '\0';
	frames += len;
	frames += strspn(frames, ";");
	return *frames ? frames : NULL;
}

/* What is owed may be more than was measured. */
static uint64_t own_ns(const struct stack_use *stack)
{
	return (int64_t)stack->ns > 0 ? stack->ns : 0;
}

static uint64_t sum_ns(const struct path *path)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < path->nr_stacks; i++)
		if (__builtin_add_overflow(sum, own_ns(&path->stacks[i]), &sum))
			return UINT64_MAX;
	return sum;
}

static uint64_t at_most(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

bool stack_parts__next(struct stack_parts *parts, struct stack_part *part)
{
	const struct path *path = parts->path;
	const uint64_t all_ns = path_key__ns(&path->key, &path->hist);
	const uint64_t all_count = hist__count(&path->hist);
	uint64_t until_ns = all_ns;

	if (!path->nr_stacks || parts->next > path->nr_stacks)
		return false;
	if (!parts->next)
		parts->sum_ns = sum_ns(path);
	*part = (struct stack_part) { .count = all_count - parts->given_count };
	if (parts->next < path->nr_stacks) {
		part->stack = &path->stacks[parts->next];
		part->count = at_most(part->stack->count, part->count);
		parts->seen_ns = at_most(parts->seen_ns + own_ns(part->stack), parts->sum_ns);
		until_ns = parts->sum_ns <= all_ns
				   ? parts->seen_ns
				   : (unsigned __int128)parts->seen_ns * all_ns / parts->sum_ns;
	}
	part->ns = until_ns - parts->given_ns;
	parts->given_ns = until_ns;
	parts->given_count += part->count;
	parts->next++;
	return true;
}
