// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A guest's requests and dom0's, joined: which belong together, and what is left for the ring. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "fixture_parts.h"
#include "golden.h"
#include "output/join.h"
#include "platform/backs.h"
#include "schema.h"
#include "trees.h"

#define US 1000ull

struct ends {
	struct fixture *guest, *dom0;
	struct join join;
};

/* `count` requests that took as long in each leg as the guest's took in all of its backend's. */
static void serve(struct fixture *dom0, const char *device, const char *op, uint64_t count)
{
	static const struct {
		const char *leg;
		enum mech mech;
		uint64_t ns;
	} legs[] = {
		{ "wake", MECH_GUEST, 20 * US },   { "grants", MECH_PV, 5 * US },
		{ "submit", MECH_GUEST, 10 * US }, { "device", MECH_HARDWARE, 200 * US },
		{ "unmap", MECH_PV, 15 * US },	   { "total", MECH_PV, 250 * US },
	};

	for (size_t i = 0; i < sizeof(legs) / sizeof(legs[0]); i++) {
		struct hist *h = fixture__path(dom0, KIND_WAIT, AREA_BACK_END, legs[i].mech, device,
					       op, legs[i].leg);
		struct hist_bucket *bucket = hist__use(h, hist__index(legs[i].ns));

		bucket->count += count;
		bucket->ns += count * legs[i].ns;
		h->max = legs[i].ns;
	}
	fixture__close(dom0);
}

/* The guest has xvdb, which is number 51728, and 142,107 reads and 3,120 writes of it. */
static struct ends make_ends(void)
{
	struct ends ends = { fixture__pvhvm(), fixture__empty() };

	for (size_t i = 0; i < ends.guest->platform.nr_disks; i++)
		if (!strcmp(ends.guest->platform.disks[i].name, "xvdb"))
			ends.guest->platform.disks[i].vbd = 51728;
	ends.dom0->snap.end_ns += 12000000000;
	ends.dom0->run.host = "lab";
	strcpy(ends.dom0->platform.mode, "dom0");
	strcpy(ends.dom0->platform.hypervisor, "Xen 4.17");
	fixture__close(ends.dom0);
	return ends;
}

static int join(struct ends *ends, unsigned int domain)
{
	return join__build(&ends->join, &(struct join_input) {
						.front = ends->guest->ledger,
						.rear = ends->dom0->ledger,
						.guest = &ends->guest->platform,
						.snap = &ends->guest->snap,
						.domain = domain,
					});
}

static void free_ends(struct ends *ends)
{
	join__free(&ends->join);
	free(ends->guest->platform.nics);
	fixture__free(ends->guest);
	fixture__free(ends->dom0);
}

static const struct join_row *row_of(const struct ends *ends, const char *op)
{
	for (size_t i = 0; i < ends->join.nr_rows; i++)
		if (!strcmp(ends->join.rows[i].front->op, op))
			return &ends->join.rows[i];
	fail_msg("no row %s", op);
	return NULL;
}

static void what_dom0_had_is_taken_off_the_backend(void **state)
{
	struct ends ends = make_ends();
	const struct join_row *row;

	(void)state;
	serve(ends.dom0, "vbd-3-51728", "read", 142107);
	serve(ends.dom0, "vbd-3-51728", "write", 3120);
	assert_int_equal(join(&ends, 0), 0);
	assert_int_equal(ends.join.domain, 3);
	assert_int_equal(ends.join.nr_rows, 2);
	assert_int_equal(ends.join.nr_alone, 0);
	row = row_of(&ends, "read");
	assert_true(row->exact);
	assert_string_equal(row->rear->device, "vbd-3-51728");
	assert_float_equal(row->rear_ns, 250e3, 1e-6);
	assert_float_equal(row->storage_ns, 200e3, 1e-6);
	assert_float_equal(row->ring_ns, row->backend_ns - 250e3, 1e-6);
	assert_true(row->backend_ns > 400e3 && row->backend_ns < row->front->mean_ns);
	free_ends(&ends);
}

static void other_domains_and_disks_are_left_alone(void **state)
{
	struct ends ends = make_ends();

	(void)state;
	serve(ends.dom0, "vbd-2-51712", "read", 10);
	serve(ends.dom0, "vbd-3-51728", "read", 142107);
	serve(ends.dom0, "guests' disks", "read", 10);
	assert_int_equal(join(&ends, 0), 0);
	assert_int_equal(ends.join.domain, 3);
	assert_int_equal(ends.join.nr_rows, 1);
	assert_int_equal(ends.join.nr_alone, 0);
	free_ends(&ends);
}

static void the_domain_is_asked_for_where_two_may_be(void **state)
{
	struct ends ends = make_ends();

	(void)state;
	serve(ends.dom0, "vbd-2-51728", "read", 10);
	serve(ends.dom0, "vbd-3-51728", "read", 142107);
	assert_int_equal(join(&ends, 0), -EEXIST);
	join__free(&ends.join);
	assert_int_equal(join(&ends, 3), 0);
	assert_true(row_of(&ends, "read")->exact);
	join__free(&ends.join);
	assert_int_equal(join(&ends, 2), 0);
	assert_false(row_of(&ends, "read")->exact);
	join__free(&ends.join);
	assert_int_equal(join(&ends, 4), -ENOENT);
	/* HVM and PVH guests know their number */
	ends.guest->platform.domain = 3;
	join__free(&ends.join);
	assert_int_equal(join(&ends, 0), 0);
	assert_int_equal(ends.join.domain, 3);
	free_ends(&ends);
}

static void what_cannot_be_joined_says_why(void **state)
{
	struct ends ends = make_ends();

	(void)state;
	assert_int_equal(join(&ends, 0), -ENODATA);
	serve(ends.dom0, "vbd-3-51712", "read", 10);
	join__free(&ends.join);
	assert_int_equal(join(&ends, 0), -ENOENT);
	for (size_t i = 0; i < ends.guest->platform.nr_disks; i++)
		ends.guest->platform.disks[i].vbd = 0;
	join__free(&ends.join);
	assert_int_equal(join(&ends, 0), -ENODEV);
	free_ends(&ends);
}

static void requests_under_way_at_an_end_are_none_too_many(void **state)
{
	struct ends ends = make_ends();

	(void)state;
	/* 142,107 reads of 0.49 ms in 10 s: 7 at a time */
	serve(ends.dom0, "vbd-3-51728", "read", 142107 + 8);
	serve(ends.dom0, "vbd-3-51728", "write", 3120 - 40);
	assert_int_equal(join(&ends, 0), 0);
	assert_true(row_of(&ends, "read")->exact);
	assert_false(row_of(&ends, "write")->exact);
	free_ends(&ends);
}

static const struct wait_row *wait_of(const struct ledger *ledger, const char *device,
				      const char *op)
{
	for (size_t i = 0; i < ledger->nr_waits; i++)
		if (!strcmp(ledger->waits[i].device, device) && !strcmp(ledger->waits[i].op, op))
			return &ledger->waits[i];
	fail_msg("no row %s %s", device, op);
	return NULL;
}

static void the_leg_is_divided_in_any_report(void **state)
{
	static const char *const legs[] = { "queue",	   "submit",	  "dom0 wake",
					    "dom0 grants", "dom0 submit", "dom0 device",
					    "dom0 unmap",  "ring",	  "handler",
					    "finish" };
	struct ends ends = make_ends();
	const struct wait_row *row, *before;
	struct snapshot divided;
	struct ledger *ledger;

	(void)state;
	serve(ends.dom0, "vbd-3-51728", "read", 142107);
	serve(ends.dom0, "vbd-3-51728", "write", 3000);
	assert_int_equal(join(&ends, 0), 0);
	assert_int_equal(join__divide(&ends.join, &ends.guest->snap, &ends.dom0->snap, &divided),
			 0);
	assert_int_equal(ledger__build(&ledger, &divided, &ends.guest->platform), 0);
	row = wait_of(ledger, "xvdb", "read");
	before = wait_of(ends.guest->ledger, "xvdb", "read");
	assert_int_equal(row->nr_legs, sizeof(legs) / sizeof(legs[0]));
	for (size_t i = 0; i < row->nr_legs; i++)
		assert_string_equal(row->legs[i].name, legs[i]);
	assert_int_equal(row->waited_ns, before->waited_ns);
	/* ns of a request are cut to whole ones */
	assert_true(llabs(row->outside_ns - before->outside_ns) <= (int64_t)row->count);
	/* of other requests dom0 has no part */
	assert_int_equal(wait_of(ledger, "xvdb", "write")->nr_legs,
			 wait_of(ends.guest->ledger, "xvdb", "write")->nr_legs);
	ledger__free(ledger);
	snapshot__free(&divided);
	free_ends(&ends);
}

static char *print(const struct ends *ends, unsigned int width, bool as_json)
{
	const struct join_report report = { &ends->join, ends->guest->report, ends->dom0->report };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(as_json ? join__json(out, &report) : join__text(out, width, &report), 0);
	fclose(out);
	return text;
}

static void put(struct fixture *f, enum area area, const char *device, const char *op,
		const char *leg, uint64_t count, uint64_t ns)
{
	struct hist *h = fixture__path(f, KIND_WAIT, area, MECH_PV, device, op, leg);
	struct hist_bucket *bucket = hist__use(h, hist__index(ns));

	bucket->count += count;
	bucket->ns += count * ns;
	h->max = ns;
}

/* eth0 sent 100 frames and received 500, in 50 polls; dom0's vif has so many. */
static struct ends make_nics(uint64_t sent, uint64_t received)
{
	struct ends ends = make_ends();
	struct fixture *guest = ends.guest, *dom0 = ends.dom0;

	guest->platform.nics =
		fixture__grow(NULL, guest->platform.nr_nics++, sizeof(*guest->platform.nics));
	guest->platform.nics[0] =
		(struct nic) { .name = "eth0", .front = FRONT_NETFRONT, .vif = 1 };
	put(guest, AREA_NET, "eth0", "sent", "submit", 100, 10 * US);
	put(guest, AREA_NET, "eth0", "sent", "backend", 100, 90 * US);
	put(guest, AREA_NET, "eth0", "sent", "total", 100, 100 * US);
	put(guest, AREA_NET, "eth0", "poll", "poll", 50, 30 * US);
	put(guest, AREA_NET, "eth0", "poll", "total", 50, 30 * US);
	guest->snap.nics =
		fixture__grow(guest->snap.nics, guest->snap.nr_nics, sizeof(*guest->snap.nics));
	guest->snap.nics[guest->snap.nr_nics++] =
		(struct nic_use) { .device = "eth0", .tx_packets = 100, .rx_packets = 500 };
	fixture__close(guest);
	put(dom0, AREA_BACK_END, "vif-3-0", "sent", "wake", sent / 2, 20 * US);
	put(dom0, AREA_BACK_END, "vif-3-0", "sent", "grants", sent, 10 * US);
	put(dom0, AREA_BACK_END, "vif-3-0", "sent", "stack", sent, 5 * US);
	put(dom0, AREA_BACK_END, "vif-3-0", "sent", "total", sent, 25 * US);
	put(dom0, AREA_BACK_END, "vif-3-0", "recv", "thread", received, 30 * US);
	put(dom0, AREA_BACK_END, "vif-3-0", "recv", "total", received, 30 * US);
	fixture__close(dom0);
	return ends;
}

static void text_and_json_are_as_before(void **state)
{
	struct ends ends = make_nics(100, 500);
	char *text, *pretty;
	json_t *json;

	(void)state;
	serve(ends.dom0, "vbd-3-51728", "read", 142107);
	serve(ends.dom0, "vbd-3-51728", "write", 3000);
	assert_int_equal(join(&ends, 0), 0);
	text = print(&ends, 0, false);
	golden__check("join.txt", text);
	free(text);
	text = print(&ends, 60, false);
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
		assert_in_range(strcspn(line, "\n"), 0, 60);
	free(text);
	text = print(&ends, 0, true);
	json = json_loads(text, 0, NULL);
	assert_true(schema__follows(json));
	pretty = json_dumps(json, JSON_INDENT(1) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(9));
	golden__check("join.json", pretty);
	free(pretty);
	json_decref(json);
	free(text);
	free_ends(&ends);
}

static void frames_are_joined_by_the_nics_number(void **state)
{
	struct ends ends = make_nics(100, 500);
	const struct join_row *row;

	(void)state;
	assert_int_equal(join(&ends, 0), 0);
	assert_int_equal(ends.join.domain, 3);
	row = row_of(&ends, "sent");
	assert_true(row->exact);
	assert_string_equal(row->rear->device, "vif-3-0");
	/* the stack comes after the answer */
	assert_float_equal(row->rear_ns, 20e3, 1e-6);
	assert_float_equal(row->ring_ns, 70e3, 1e-6);
	assert_float_equal(row->storage_ns, 0, 1e-6);
	assert_int_equal(ends.join.nr_received, 1);
	assert_true(ends.join.received[0].exact);
	assert_int_equal(ends.join.received[0].count, 500);
	assert_int_equal(ends.join.received[0].polls->count, 50);
	assert_float_equal(ends.join.received[0].rear->mean_ns, 30e3, 1e-6);
	free_ends(&ends);
}

static void disks_tell_guests_apart_whose_first_nics_are_alike(void **state)
{
	struct ends ends = make_nics(100, 500);

	(void)state;
	put(ends.dom0, AREA_BACK_END, "vif-2-0", "sent", "total", 100, 20 * US);
	fixture__close(ends.dom0);
	assert_int_equal(join(&ends, 0), -EEXIST);
	serve(ends.dom0, "vbd-3-51728", "read", 142107);
	join__free(&ends.join);
	assert_int_equal(join(&ends, 0), 0);
	assert_int_equal(ends.join.domain, 3);
	free_ends(&ends);
}

static void frames_that_nobody_asked_for_are_few(void **state)
{
	struct ends ends = make_nics(110, 510);

	(void)state;
	assert_int_equal(join(&ends, 0), 0);
	assert_true(row_of(&ends, "sent")->exact);
	assert_true(ends.join.received[0].exact);
	free_ends(&ends);
}

static void frames_of_one_side_alone_are_told(void **state)
{
	struct ends ends = make_nics(80, 400);

	(void)state;
	assert_int_equal(join(&ends, 0), 0);
	assert_false(row_of(&ends, "sent")->exact);
	assert_false(ends.join.received[0].exact);
	/* a NIC whose number is not known is joined with none */
	ends.guest->platform.nics[0].vif = 0;
	join__free(&ends.join);
	assert_int_equal(join(&ends, 0), -ENOENT);
	free_ends(&ends);
}

static void guests_devices_are_those_of_xenbus(void **state)
{
	char *tree = tree__new();
	struct back *disks;
	size_t nr;

	(void)state;
	assert_false(backs__possible(&back_disks, tree));
	assert_int_equal(backs__read(&back_disks, &disks, &nr, tree), 0);
	assert_int_equal(nr, 0);
	free(disks);
	tree__file(tree, "sys/module/xen_blkback/initstate", "live\n");
	tree__file(tree, "sys/bus/xen-backend/devices/vbd-3-51712/devtype", "vbd\n");
	tree__file(tree, "sys/bus/xen-backend/devices/vif-3-0/devtype", "vif\n");
	tree__file(tree, "sys/bus/xen-backend/devices/vbd-12-268439552/devtype", "vbd\n");
	assert_true(backs__possible(&back_disks, tree));
	assert_false(backs__possible(&back_nics, tree));
	assert_int_equal(backs__read(&back_nics, &disks, &nr, tree), 0);
	assert_int_equal(nr, 1);
	assert_int_equal(disks[0].domain, 3);
	assert_int_equal(disks[0].device, 0);
	free(disks);
	assert_int_equal(backs__read(&back_disks, &disks, &nr, tree), 0);
	assert_int_equal(nr, 2);
	for (size_t i = 0; i < nr; i++) {
		const bool third = disks[i].domain == 3;

		assert_int_equal(disks[i].domain, third ? 3 : 12);
		assert_int_equal(disks[i].device, third ? 51712 : 268439552);
		assert_string_equal(disks[i].name, third ? "vbd-3-51712" : "vbd-12-268439552");
	}
	free(disks);
	tree__remove(tree);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_dom0_had_is_taken_off_the_backend),
		cmocka_unit_test(other_domains_and_disks_are_left_alone),
		cmocka_unit_test(the_domain_is_asked_for_where_two_may_be),
		cmocka_unit_test(what_cannot_be_joined_says_why),
		cmocka_unit_test(requests_under_way_at_an_end_are_none_too_many),
		cmocka_unit_test(frames_are_joined_by_the_nics_number),
		cmocka_unit_test(disks_tell_guests_apart_whose_first_nics_are_alike),
		cmocka_unit_test(frames_that_nobody_asked_for_are_few),
		cmocka_unit_test(frames_of_one_side_alone_are_told),
		cmocka_unit_test(guests_devices_are_those_of_xenbus),
		cmocka_unit_test(the_leg_is_divided_in_any_report),
		cmocka_unit_test(text_and_json_are_as_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
