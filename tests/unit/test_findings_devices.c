// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Findings about disks' rings, what disks are used for, and NICs: both sides of each threshold. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "answers.h"

static struct disk_counts *counts_of(struct fixture *f)
{
	return &f->snap.disk_counts[1]; /* xvdb's */
}

static void both_paths_of_a_disk_are_not_to_be_used(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	answers__wait(f, MECH_PV, "xvda", "read", "total", 99, 500000);
	answers__only(f, NULL, NULL);
	answers__wait(f, MECH_PV, "xvda", "read", "total", 100, 500000);
	answers__only(f, "same-disk-twice", "sda");
	assert_non_null(strstr(answers__of(f, "same-disk-twice")->figures[0], "100 by xvda"));
	fixture__free(f);
}

static void large_requests_need_indirect_descriptors(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct disk_counts *counts = counts_of(f);
	struct disk *disk = &f->platform.disks[1];

	(void)state;
	counts->write_bytes = 40000 * counts->writes;
	answers__only(f, NULL, NULL); /* not known */
	disk->segments = 32;
	answers__only(f, NULL, NULL);
	disk->segments = 11;
	answers__only(f, "no-indirect", "xvdb");
	assert_non_null(strstr(answers__of(f, "no-indirect")->figures[0], "writes of 40.0 kB"));
	/* small requests do not miss them */
	counts->write_bytes = 32000 * counts->writes;
	answers__only(f, NULL, NULL);
	/* what the kernel counted is not there in an older recording */
	counts->write_bytes = 40000 * counts->writes;
	f->snap.nr_disk_counts = 0;
	answers__only(f, NULL, NULL);
	f->snap.nr_disk_counts = 2;
	fixture__free(f);
}

static void grants_that_do_not_stay_are_said(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct disk_counts *counts = counts_of(f);
	struct disk *disk = &f->platform.disks[1];

	(void)state;
	disk->persistent = SETTING_ON;
	answers__only(f, NULL, NULL);
	disk->persistent = SETTING_OFF;
	answers__only(f, "no-persistent", "xvdb");
	counts->read_bytes = 999 * 4096;
	counts->write_bytes = 0;
	answers__only(f, NULL, NULL);
	counts->read_bytes = 1000 * 4096;
	answers__only(f, "no-persistent", "xvdb");
	fixture__free(f);
}

static void one_ring_is_said_where_it_is_busy(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	f->snap.queues[1].queues = 1;
	answers__only(f, NULL, NULL);
	/* with the 0.22 s of its submits 24 % of 10 s, then 26 % */
	answers__cpu(f, MECH_PV, AREA_DISK, "xvdb", "irq 62", "handler", 100000, 21500, 0);
	answers__only(f, NULL, NULL);
	answers__cpu(f, MECH_PV, AREA_DISK, "xvdb", "irq 62", "handler", 100000, 23500, 0);
	answers__only(f, "one-ring", "xvdb");
	f->snap.queues[1].queues = 2;
	answers__only(f, NULL, NULL);
	/* nobody to share it with */
	f->snap.queues[1].queues = 1;
	for (size_t i = 1; i < f->snap.nr_vcpus; i++)
		f->snap.vcpus[i].online = false;
	answers__only(f, NULL, NULL);
	fixture__free(f);
}

static void swapping_to_an_emulated_disk_is_said(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	f->snap.kernel.swapped_out = 1000;
	f->platform.disks[1].swap = true;
	answers__only(f, NULL, NULL); /* that is xvdb */
	f->platform.disks[0].swap = true;
	answers__only(f, "swap-on-emulated", "sda");
	assert_non_null(strstr(answers__of(f, "swap-on-emulated")->actions[0].what, "xvda"));
	f->snap.kernel.swapped_out = 999;
	answers__only(f, NULL, NULL);
	fixture__free(f);
}

static void flushes_have_to_dominate(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct disk_counts *counts = counts_of(f);

	(void)state;
	/* reads and writes wait 85 s; 1,000 flushes of 84 and 86 ms are less, and more than half */
	counts->writes = 3000;
	counts->write_bytes = 3000 * 4096ull;
	answers__wait(f, MECH_PV, "xvdb", "flush", "total", 1000, 84000000);
	answers__only(f, NULL, NULL);
	answers__wait(f, MECH_PV, "xvdb", "flush", "total", 1000, 86000000);
	answers__only(f, "small-writes-with-flush", "xvdb");
	assert_non_null(
		strstr(answers__of(f, "small-writes-with-flush")->figures[1], "3.0 writes"));
	/* many writes for each, or large ones, pay for it */
	counts->writes = 4001;
	answers__only(f, NULL, NULL);
	counts->writes = 3000;
	counts->write_bytes = 3000 * 65537ull;
	answers__only(f, NULL, NULL);
	fixture__free(f);
}

/* eth0 with so many packets each way, of that many bytes. */
static struct nic_use *traffic(struct fixture *f, struct nic *nics, size_t nr)
{
	if (!f->snap.nr_nics)
		fixture__add_nics(f);
	f->snap.nr_drops = 0;
	f->platform.nics = nics;
	f->platform.nr_nics = nr;
	f->snap.nics[0].tx_packets = f->snap.nics[0].rx_packets = 10000;
	f->snap.nics[0].tx_bytes = 500 * 10000;
	return &f->snap.nics[0];
}

static void forget_nics(struct fixture *f)
{
	f->platform.nics = NULL;
	f->platform.nr_nics = 0;
	fixture__free(f);
}

static struct nic eth0(void)
{
	return (struct nic) {
		.name = "eth0",
		.letter = LETTER_P,
		.front = FRONT_NETFRONT,
		.queues = 2,
	};
}

static void a_virtual_function_is_to_be_used(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct nic nics[] = { eth0(), { .name = "eth1", .letter = LETTER_VH, .driver = "igbvf" } };
	struct nic_use uses[2];

	(void)state;
	uses[0] = *traffic(f, nics, 2);
	uses[1] = (struct nic_use) { .device = "eth1", .rx_packets = 2223 };
	free(f->snap.nics);
	f->snap.nics = malloc(sizeof(uses));
	memcpy(f->snap.nics, uses, sizeof(uses));
	f->snap.nr_nics = 2;
	answers__only(f, NULL, NULL);
	f->snap.nics[1].rx_packets = 2222;
	answers__only(f, "vf-unused", "eth0");
	nics[1].letter = LETTER_VS;
	answers__only(f, "emulated-nic", "eth1");
	forget_nics(f);
}

static void dropped_packets_have_a_reason(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct nic nic = eth0();

	(void)state;
	traffic(f, &nic, 1);
	f->snap.nr_drops = 1;
	strcpy(f->snap.drops[0].reason, "NO_SOCKET");
	f->snap.drops[0].count = 5000;
	answers__only(f, NULL, NULL);
	strcpy(f->snap.drops[0].reason, "QDISC_DROP");
	f->snap.drops[0].count = 19; /* of 20,000: 0.1 % is 20 */
	answers__only(f, NULL, NULL);
	f->snap.nic_losses[0].tx_dropped = 1;
	answers__only(f, "nic-drops", "eth0");
	assert_non_null(strstr(answers__of(f, "nic-drops")->figures[1], "19 QDISC_DROP"));
	forget_nics(f);
}

static void one_queue_is_said_where_it_is_busy(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct nic nic = eth0();

	(void)state;
	traffic(f, &nic, 1);
	answers__cpu(f, MECH_PV, AREA_NET, "eth0", "irq 66", "handler", 100000, 51000, 0);
	answers__only(f, NULL, NULL); /* two queues */
	nic.queues = 1;
	answers__only(f, "net-one-queue", "eth0");
	answers__cpu(f, MECH_PV, AREA_NET, "eth0", "irq 66", "handler", 100000, 49000, 0);
	answers__only(f, NULL, NULL);
	forget_nics(f);
}

static void full_polls_have_a_threshold(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct nic nic = eth0();
	struct nic_use *use = traffic(f, &nic, 1);

	(void)state;
	use->polls = 1000;
	use->polls_full = 99;
	answers__only(f, NULL, NULL);
	use->polls_full = 100;
	answers__only(f, "net-poll-saturated", "eth0");
	use->polls = 999;
	answers__only(f, NULL, NULL);
	forget_nics(f);
}

static void packets_that_are_cut_are_said(void **state)
{
	struct fixture *f = fixture__pvhvm();
	struct nic nic = eth0();
	struct nic_use *use = traffic(f, &nic, 1);

	(void)state;
	nic.tso = SETTING_OFF;
	nic.gso = SETTING_ON;
	answers__only(f, NULL, NULL); /* small ones need no cutting */
	use->tx_bytes = 1000 * use->tx_packets;
	answers__only(f, "gso-off", "eth0");
	assert_non_null(strstr(answers__of(f, "gso-off")->what, "TSO is off"));
	nic.tso = SETTING_ON;
	answers__only(f, NULL, NULL);
	nic.tso = SETTING_UNKNOWN;
	answers__only(f, NULL, NULL);
	forget_nics(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_paths_of_a_disk_are_not_to_be_used),
		cmocka_unit_test(large_requests_need_indirect_descriptors),
		cmocka_unit_test(grants_that_do_not_stay_are_said),
		cmocka_unit_test(one_ring_is_said_where_it_is_busy),
		cmocka_unit_test(swapping_to_an_emulated_disk_is_said),
		cmocka_unit_test(flushes_have_to_dominate),
		cmocka_unit_test(a_virtual_function_is_to_be_used),
		cmocka_unit_test(dropped_packets_have_a_reason),
		cmocka_unit_test(one_queue_is_said_where_it_is_busy),
		cmocka_unit_test(full_polls_have_a_threshold),
		cmocka_unit_test(packets_that_are_cut_are_said),
	};

	return cmocka_run_group_tests_name("devices", tests, NULL, NULL);
}
