// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What dom0 finds of its guests' requests: it has no CPU for them, or its storage is slow; on both sides of each bound. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "answers.h"
#include "fixture.h"

#define MS 1000000ull

static void put_of(struct fixture *f, const char *device, const char *op, const char *leg,
		   unsigned int order, uint64_t count, uint64_t ns)
{
	struct hist *h = fixture__path(f, KIND_WAIT, AREA_BACK_END, MECH_PV, device, op, leg);
	struct hist_bucket *bucket = hist__use(h, hist__index(ns));

	f->snap.paths[f->snap.nr_paths - 1].key.order = order;
	bucket->count = count;
	bucket->ns = count * ns;
	h->max = ns;
}

static void put(struct fixture *f, const char *leg, unsigned int order, uint64_t count, uint64_t ns)
{
	put_of(f, "vbd-3-51712", "read", leg, order, count, ns);
}

/* Requests that wait so long for the thread and for the device, in µs, and 1 ms for all else. */
static struct fixture *serve(uint64_t count, uint64_t wake_us, uint64_t device_us)
{
	struct fixture *f = fixture__empty();

	f->snap.end_ns += 10000 * MS;
	put(f, "wake", 1, count, wake_us * 1000);
	put(f, "grants", 2, count, MS);
	put(f, "device", 4, count, device_us * 1000);
	put(f, "total", 0, count, (wake_us + device_us) * 1000 + MS);
	return f;
}

static void only(uint64_t count, uint64_t wake_us, uint64_t device_us, const char *id)
{
	struct fixture *f = serve(count, wake_us, device_us);

	answers__only(f, id, id ? "vbd-3-51712" : NULL);
	fixture__free(f);
}

static void a_starved_dom0_is_told_from_slow_storage(void **state)
{
	(void)state;
	only(100, 5100, 3000, "dom0-starved");
	only(100, 4900, 3000, NULL); /* not long enough */
	only(100, 5100, 4200, NULL); /* not half of it */
	only(99, 5100, 3000, NULL);  /* too few */
	only(100, 3000, 10100, "device-slow");
	only(100, 3000, 9900, NULL);
	only(100, 9200, 10100, NULL);
	only(99, 3000, 10100, NULL);
}

/* Frames that a guest received, and that waited so long for netback's thread. */
static struct fixture *receive(uint64_t count, uint64_t thread_us)
{
	struct fixture *f = fixture__empty();

	f->snap.end_ns += 10000 * MS;
	put_of(f, "vif-3-0", "recv", "thread", 2, count, thread_us * 1000);
	put_of(f, "vif-3-0", "recv", "copy", 3, count, 2 * MS);
	put_of(f, "vif-3-0", "recv", "total", 0, count, thread_us * 1000 + 2 * MS);
	return f;
}

static void frames_wait_for_dom0_too(void **state)
{
	struct fixture *f = receive(100, 4900);

	(void)state;
	answers__only(f, NULL, NULL);
	fixture__free(f);
	f = receive(100, 5100);
	answers__only(f, "dom0-starved", "vif-3-0");
	assert_non_null(strstr(answers__of(f, "dom0-starved")->figures[0], "100 frames (recv)"));
	assert_string_equal(answers__of(f, "dom0-starved")->excluded[0], "");
	fixture__free(f);
}

static void figures_are_those_of_the_parts(void **state)
{
	struct fixture *f = serve(200, 20000, 500);
	const struct finding *answer;

	(void)state;
	answers__only(f, "dom0-starved", "vbd-3-51712");
	answer = answers__of(f, "dom0-starved");
	assert_true(answer->cost_ns == 200 * 20 * MS);
	assert_non_null(strstr(answer->figures[0], "200 requests (read)"));
	assert_non_null(strstr(answer->figures[0], "20.0ms until the thread ran"));
	assert_non_null(strstr(answer->excluded[0], "2.3 %"));
	fixture__free(f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_starved_dom0_is_told_from_slow_storage),
		cmocka_unit_test(frames_wait_for_dom0_too),
		cmocka_unit_test(figures_are_those_of_the_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
