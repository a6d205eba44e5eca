// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Kernel stacks: their frames, and that with what came without one they are what a path took. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fixture.h"
#include "model/stacks.h"

static void frames_are_split(void **state)
{
	char name[STACK_FRAME], longer[2 * STACK_FRAME];
	const char *rest = stack__frame(name, "first;second [module];;third");

	(void)state;
	assert_string_equal(name, "first");
	rest = stack__frame(name, rest);
	assert_string_equal(name, "second [module]");
	assert_null(stack__frame(name, rest));
	assert_string_equal(name, "third");
	assert_null(stack__frame(name, ";;"));
	assert_string_equal(name, "");
	memset(longer, 'x', sizeof(longer));
	strcpy(longer + STACK_FRAME, ";y");
	assert_string_equal(stack__frame(name, longer), "y");
	assert_int_equal(strlen(name), STACK_FRAME - 1);
}

/* Of ten events of 100 ns. */
static struct fixture *ten_events(void)
{
	struct fixture *f = fixture__empty();
	struct hist *h = fixture__path(f, KIND_CPU, AREA_HYPERCALL, MECH_PV, "", "mmu_update",
				       "xen_mc_flush");

	for (int i = 0; i < 10; i++)
		hist__add(h, 100);
	return f;
}

static void assert_part(struct stack_parts *parts, const char *frames, uint64_t count, uint64_t ns)
{
	struct stack_part part;

	assert_true(stack_parts__next(parts, &part));
	if (frames)
		assert_string_equal(part.stack->frames, frames);
	else
		assert_null(part.stack);
	assert_int_equal(part.count, count);
	assert_int_equal(part.ns, ns);
}

static void parts_add_up(void **state)
{
	struct fixture *f = ten_events();
	struct path *path = &f->snap.paths[0];
	struct stack_parts parts = { .path = path };
	struct stack_part part;

	(void)state;
	assert_false(stack_parts__next(&parts, &part));
	fixture__stack(path, "a", 6, 600);
	fixture__stack(path, "b", 3, 301);
	assert_part(&parts, "a", 6, 600);
	assert_part(&parts, "b", 3, 301);
	assert_part(&parts, NULL, 1, 99);
	assert_false(stack_parts__next(&parts, &part));
	/* what is owed was more than what was measured */
	path->stacks[1].ns = -50;
	parts = (struct stack_parts) { .path = path };
	assert_part(&parts, "a", 6, 600);
	assert_part(&parts, "b", 3, 0);
	assert_part(&parts, NULL, 1, 400);
	/* read a moment later than the path */
	path->stacks[1] = (struct stack_use) { "b", 6, 1400 };
	parts = (struct stack_parts) { .path = path };
	assert_part(&parts, "a", 6, 300);
	assert_part(&parts, "b", 4, 700);
	assert_part(&parts, NULL, 0, 0);
	fixture__free(f);
}

static void callers_follow_their_path(void **state)
{
	struct fixture *f = ten_events();
	struct path *path = &f->snap.paths[0];
	char *text;

	(void)state;
	fixture__stack(path, "xen_mc_flush;copy_pte_range;kernel_clone", 5, 500);
	fixture__stack(path, "xen_mc_flush;unmap_page_range;exit_mmap", 3, 300);
	fixture__stack(path, "xen_mc_flush;copy_pte_range;dup_mm", 1, 150);
	fixture__close(f);
	text = fixture__print(f, output_folded.total);
	assert_string_equal(
		text, "cpu;pv;hypercalls;mmu_update;xen_mc_flush;copy_pte_range;kernel_clone 500\n"
		      "cpu;pv;hypercalls;mmu_update;xen_mc_flush;copy_pte_range;dup_mm 150\n"
		      "cpu;pv;hypercalls;mmu_update;xen_mc_flush;unmap_page_range;exit_mmap 300\n"
		      "cpu;pv;hypercalls;mmu_update;xen_mc_flush;[no stack] 50\n");
	free(text);
	fixture__free(f);
}

/* Time may shrink, by what is owed; a stack that took part in nothing is not listed. */
static void differences_and_sums(void **state)
{
	struct fixture *earlier = ten_events(), *later = ten_events();
	struct snapshot delta, sum = {};
	struct path *path = &later->snap.paths[0];

	(void)state;
	fixture__stack(&earlier->snap.paths[0], "a", 6, 600);
	fixture__stack(&earlier->snap.paths[0], "b", 3, 300);
	hist__add(&path->hist, 100);
	fixture__stack(path, "b", 3, 300);
	fixture__stack(path, "c", 1, 70);
	fixture__stack(path, "a", 7, 590);
	later->snap.end_ns += 1000;
	assert_int_equal(snapshot__delta(&delta, &later->snap, &earlier->snap), 0);
	assert_int_equal(delta.nr_paths, 1);
	assert_int_equal(delta.paths[0].nr_stacks, 2);
	assert_string_equal(delta.paths[0].stacks[0].frames, "c");
	assert_int_equal(delta.paths[0].stacks[0].ns, 70);
	assert_string_equal(delta.paths[0].stacks[1].frames, "a");
	assert_int_equal(delta.paths[0].stacks[1].count, 1);
	assert_true((int64_t)delta.paths[0].stacks[1].ns == -10);
	assert_int_equal(snapshot__add(&sum, &earlier->snap), 0);
	assert_int_equal(snapshot__add(&sum, &delta), 0);
	assert_int_equal(sum.paths[0].nr_stacks, 3);
	assert_string_equal(sum.paths[0].stacks[0].frames, "a");
	assert_int_equal(sum.paths[0].stacks[0].ns, 590);
	assert_int_equal(sum.paths[0].stacks[2].ns, 70);
	snapshot__free(&sum);
	snapshot__free(&delta);
	fixture__free(earlier);
	fixture__free(later);
}

/* Who called the block layer, in short; all of it where everything is asked for. */
static void the_slowest_say_who_called(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *text = fixture__print(f, output_text.total);

	(void)state;
	assert_null(strstr(text, "; from"));
	free(text);
	fixture__add_stacks(f);
	text = fixture__print(f, output_text.total);
	assert_non_null(strstr(text, "; from read_pages < vfs_read"));
	assert_non_null(strstr(text, "Stacks: 2 below 1 paths have "));
	free(text);
	f->report.verbose = true;
	text = fixture__print(f, output_text.total);
	assert_non_null(strstr(text, "; from blk_mq_start_request <"));
	free(text);
	strcpy(f->snap.stacks.cause, "hidden");
	strcpy(f->snap.stacks.fix, "show them");
	text = fixture__print(f, output_text.total);
	assert_non_null(strstr(text, "Stacks: none: hidden; fix: show them\n"));
	free(text);
	fixture__free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_are_split),
		cmocka_unit_test(parts_add_up),
		cmocka_unit_test(callers_follow_their_path),
		cmocka_unit_test(differences_and_sums),
		cmocka_unit_test(the_slowest_say_who_called),
	};

	return cmocka_run_group_tests_name("stacks", tests, NULL, NULL);
}
