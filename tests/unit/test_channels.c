// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Event channels by device and vCPU, and what sysfs counts of them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fixture.h"
#include "platform/counts.h"
#include "trees.h"

static const struct event_row *row(const struct fixture *f, const char *device)
{
	for (size_t i = 0; i < f->ledger->events.nr; i++)
		if (!strcmp(f->ledger->events.rows[i].device, device))
			return &f->ledger->events.rows[i];
	return NULL;
}

static void channels_are_rows_of_devices(void **state)
{
	struct fixture *f = fixture__pvhvm();
	const struct event_rows *events = &f->ledger->events;
	uint64_t sum = 0;

	(void)state;
	assert_int_equal(row(f, "xvdb")->channels, 2);
	assert_int_equal(row(f, "xvdb")->count, 52010 + 46102);
	assert_int_equal(row(f, "xvdb")->busiest, 0);
	assert_int_equal(row(f, "xvdb")->busiest_count, 52010);
	assert_int_equal(row(f, "xvdb")->by_cpu[2], 46102);
	/* the vCPUs' timers are one, and nobody can move them */
	assert_int_equal(row(f, "timer")->channels, 2);
	assert_true(row(f, "timer")->bound);
	/* silent ones are no rows */
	assert_null(row(f, "xenbus"));
	assert_int_equal(events->movable.count, 52010 + 46102 + 41220);
	assert_int_equal(events->movable.channels, 3);
	for (size_t i = 0; i < events->nr; i++)
		sum += events->rows[i].count;
	for (size_t i = 0; i < f->snap.nr_vcpus; i++)
		sum -= f->snap.vcpus[i].events;
	assert_int_equal(sum, 0);
	fixture__free(f);
}

/* The same counts go by number; one that had no event is never among them. */
static void busiest_come_first(void **state)
{
	uint64_t by_cpu[6] = { 5, 0, 9, 5, 9, 1 };
	static const unsigned int order[] = { 2, 4, 0, 3, 5 };
	const struct event_row row = { .by_cpu = by_cpu };
	unsigned int busiest[6];

	(void)state;
	for (size_t room = 0; room <= 6; room++) {
		assert_int_equal(event_row__busiest(&row, 6, busiest, room), room < 5 ? room : 5);
		for (size_t i = 0; i < room && i < 5; i++)
			assert_int_equal(busiest[i], order[i]);
	}
}

static void intervals_have_their_own(void **state)
{
	struct fixture *earlier = fixture__pvhvm(), *later = fixture__pvhvm();
	struct snapshot delta;

	(void)state;
	later->snap.channel_counts[1] += 5;
	later->snap.bus[0].spurious += 3;
	later->snap.bus[0].delay_jiffies += 8;
	assert_int_equal(snapshot__delta(&delta, &later->snap, &earlier->snap), 0);
	for (size_t i = 0; i < delta.nr_channels * delta.nr_cpus; i++)
		assert_int_equal(delta.channel_counts[i], i == 1 ? 5 : 0);
	assert_int_equal(delta.bus[0].events, 0);
	assert_int_equal(delta.bus[0].spurious, 3);
	assert_int_equal(delta.bus[0].delay_jiffies, 8);
	assert_int_equal(delta.bus[0].threshold, 1);
	snapshot__free(&delta);
	fixture__free(earlier);
	fixture__free(later);
}

static void kernel_counts_in_32_bits(void **state)
{
	struct bus_events earlier = { .events = UINT32_MAX - 9, .spurious = 7 };
	struct bus_events later = { .events = 10, .spurious = 7 };

	(void)state;
	bus_events__subtract(&later, &earlier);
	assert_int_equal(later.events, 20);
	assert_int_equal(later.spurious, 0);

	/* another device of the same name: from its beginning */
	later = (struct bus_events) { .events = 10 };
	earlier = (struct bus_events) { .events = 5000 };
	bus_events__subtract(&later, &earlier);
	assert_int_equal(later.events, 10);
}

static void counters(const char *tree, const char *bus, const char *name, const char *events,
		     const char *spurious, const char *delayed)
{
	const char *const files[][2] = { { "event_channels", events },
					 { "events", events },
					 { "spurious_events", spurious },
					 { "jiffies_eoi_delayed", delayed },
					 { "spurious_threshold", "1\n" } };
	char path[128];

	for (size_t i = 0; i < 5; i++) {
		snprintf(path, sizeof(path), "sys/bus/%s/devices/%s/xenbus/%s", bus, name,
			 files[i][0]);
		if (files[i][1])
			tree__file(tree, path, files[i][1]);
	}
}

static void sysfs_is_read(void **state)
{
	char *tree = tree__new();
	struct bus_events *bus;
	size_t nr;

	(void)state;
	counters(tree, "xen", "vbd-51728", "12\n", "3\n", "40\n");
	tree__file(tree, "sys/bus/xen/devices/vbd-51728/block/xvdb/dev", "202:16\n");
	counters(tree, "xen", "vif-0", "-2147483648\n", "0\n", "0\n");
	tree__file(tree, "sys/bus/xen/devices/vif-0/net/eth0/ifindex", "2\n");
	/* a front end without a channel of its own, a kernel without any, and nonsense */
	counters(tree, "xen", "vif-1", "0\n", "0\n", "0\n");
	tree__file(tree, "sys/bus/xen/devices/console-0/nodename", "device/console/0\n");
	counters(tree, "xen", "vkbd-0", "1\n", "many\n", "0\n");
	counters(tree, "xen-backend", "vbd-1-51712", "5\n", "1\n", "2\n");
	assert_int_equal(bus_events__read(&bus, &nr, tree), 0);
	assert_int_equal(nr, 3);
	assert_string_equal(bus[0].name, "vbd-51728");
	assert_string_equal(bus[0].device, "xvdb");
	assert_int_equal(bus[0].events, 12);
	assert_int_equal(bus[0].spurious, 3);
	assert_int_equal(bus[0].delay_jiffies, 40);
	assert_int_equal(bus[0].threshold, 1);
	assert_string_equal(bus[1].device, "eth0");
	assert_int_equal(bus[1].events, 2147483648);
	assert_string_equal(bus[2].device, "vbd-1-51712");
	free(bus);
	tree__remove(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(channels_are_rows_of_devices),
		cmocka_unit_test(busiest_come_first),
		cmocka_unit_test(intervals_have_their_own),
		cmocka_unit_test(kernel_counts_in_32_bits),
		cmocka_unit_test(sysfs_is_read),
	};

	return cmocka_run_group_tests_name("channels", tests, NULL, NULL);
}
