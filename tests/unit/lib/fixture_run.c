// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What the tracer of the PVHVM guest saw besides paths: queues, slow requests, losses, probes. */
#include "fixture_parts.h"
#include "losses.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static struct queue_use *add_queue(struct fixture *f, const char *device, unsigned int queues,
				   uint64_t places)
{
	struct queue_use *use;

	f->snap.queues = fixture__grow(f->snap.queues, f->snap.nr_queues, sizeof(*use));
	use = &f->snap.queues[f->snap.nr_queues++];
	set(use->device, device);
	use->queues = queues;
	use->places = places;
	return use;
}

void fixture__add_queues(struct fixture *f)
{
	static const struct disk_counts counts[] = {
		{ .device = "sda", .reads = 22043, .read_bytes = 22043 * 4096ull },
		{ .device = "xvdb",
		  .reads = 142107,
		  .read_bytes = 142107 * 4096ull,
		  .writes = 3120,
		  .write_bytes = 3120 * 16384ull },
	};
	struct queue_use *use;

	f->snap.nr_disk_counts = NR(counts);
	f->snap.disk_counts = malloc(sizeof(counts));
	assert(f->snap.disk_counts);
	memcpy(f->snap.disk_counts, counts, sizeof(counts));
	add_queue(f, "sda", 1, 31)->most = 12;
	use = add_queue(f, "xvdb", 2, 32);
	use->most = 32;
	use->last = 1203;
	use->last_waited_ns = 20 * MS;
}

static struct slow_request *add_slow(struct fixture *f, const char *device, const char *op,
				     uint64_t start_ns, const struct leg_spec *legs, size_t nr)
{
	struct slow_request *slow;

	f->snap.slow = fixture__grow(f->snap.slow, f->snap.nr_slow, sizeof(*slow));
	slow = &f->snap.slow[f->snap.nr_slow++];
	set(slow->device, device);
	set(slow->op, op);
	slow->start_ns = f->snap.start_ns + start_ns;
	slow->nr_legs = nr;
	for (size_t i = 0; i < nr; i++) {
		set(slow->legs[i].name, legs[i].leg);
		slow->legs[i].ns = legs[i].median;
		slow->total_ns += legs[i].median;
	}
	return slow;
}

/* One ended on the vCPU that issued it, one on another; and a flush that nobody issued. */
void fixture__add_slowest(struct fixture *f)
{
	static const struct leg_spec sda[] = {
		{ "queue", MECH_GUEST, 100000 },
		{ "device", MECH_EMULATED, 41000000 },
		{ "finish", MECH_GUEST, 100000 },
	};
	static const struct leg_spec write[] = {
		{ "queue", MECH_GUEST, 7000 },	  { "ring full", MECH_PV, 2010000 },
		{ "submit", MECH_PV, 3500 },	  { "backend", MECH_PV, 6110000 },
		{ "finish", MECH_GUEST, 130000 },
	};
	static const struct leg_spec sync[] = { { "backend", MECH_PV, 5000000 } };
	struct slow_request *slow;

	slow = add_slow(f, "sda", "read", 6113 * MS, sda, NR(sda));
	slow->issued = slow->overlap_known = true;
	slow->vcpu = 2;
	slow->pid = 812;
	set(slow->comm, "postgres");
	slow->held_ns = 130000;
	slow = add_slow(f, "xvdb", "write", 2000 * MS, write, NR(write));
	slow->issued = true;
	slow->pid = 911;
	add_slow(f, "xvdb", "sync", 1000 * MS, sync, NR(sync));
}

void fixture__add_losses(struct fixture *f)
{
	static struct loss losses[] = {
#define LOSS(id, name, lost, why) { name, why, lost, 0 },
		XT_LOSSES(LOSS)
	};

	f->snap.losses = malloc(sizeof(losses));
	assert(f->snap.losses);
	memcpy(f->snap.losses, losses, sizeof(losses));
	f->snap.nr_losses = NR(losses);
	for (size_t i = 0; i < f->snap.nr_losses; i++)
		if (!strcmp(losses[i].name, "preexisting"))
			f->snap.losses[i].count = 3;
}

static struct probe_status *add_probe(struct fixture *f, const char *family, const char *name,
				      enum rung rung)
{
	struct probe_status *probe;

	f->snap.probes = fixture__grow(f->snap.probes, f->snap.nr_probes, sizeof(*f->snap.probes));
	probe = &f->snap.probes[f->snap.nr_probes++];
	set(probe->family, family);
	set(probe->name, name);
	probe->purpose = "a test's";
	probe->rung = rung;
	probe->applicable = true;
	return probe;
}

void fixture__add_probes(struct fixture *f)
{
	struct probe_status *probe;

	probe = add_probe(f, "blk", "block_rq_issue", RUNG_TP_BTF);
	probe->runs = 167278;
	probe->ns_per_run = 184;
	add_probe(f, "blk", "blkif_queue_rq", RUNG_FENTRY)->runs = 145231;
	add_probe(f, "evtchn", "xen_evtchn_do_upcall", RUNG_FENTRY)->runs = 303920;
	add_probe(f, "hypercall", "notify_remote_via_irq", RUNG_KPROBE)->runs = 320640;
	add_probe(f, "hypercall", "xen_mc_flush", RUNG_OFF)->applicable = false;
	probe = add_probe(f, "hypercall", "xen_poll_irq", RUNG_OFF);
	set(probe->cause, "not in this kernel's BTF");
	set(probe->fix, "none: the compiler inlined it");
}

void fixture__add_owner(struct fixture *f)
{
	struct snapshot *snap = &f->snap;
	struct owner *owner;
	struct hist_bucket *bucket;

	assert(!snap->nr_owners);
	snap->whose = (struct whose) {
		.by = BY_PID,
		.only = "process 812 (postgres)",
		.left_out = 1204,
	};
	snap->owners = owner = fixture__grow(NULL, snap->nr_owners++, sizeof(*owner));
	*owner = (struct owner) { .id = 812, .name = "postgres", .bytes = 4096 };
	bucket = hist__use(&owner->hist, 100);
	assert(bucket);
	bucket->count = 1;
	bucket->ns = owner->hist.max = hist__lower(100);
}

void fixture__add_served(struct fixture *f, unsigned int domain, const char *name)
{
	struct snapshot *snap = &f->snap;
	struct served *served;

	snap->served = fixture__grow(snap->served, snap->nr_served, sizeof(*snap->served));
	served = &snap->served[snap->nr_served++];
	*served = (struct served) { domain, .disks_ns = 300000000, .model_ns = 120000000 };
	strncpy(served->name, name, sizeof(served->name) - 1);
}

void fixture__add_nics(struct fixture *f)
{
	struct snapshot *snap = &f->snap;

	assert(!snap->nr_nics && !snap->nr_drops);
	snap->nic_losses = fixture__grow(NULL, snap->nr_nic_losses++, sizeof(*snap->nic_losses));
	snap->nic_losses[0] = (struct nic_losses) { .device = "eth0" };
	snap->nics = fixture__grow(NULL, snap->nr_nics++, sizeof(*snap->nics));
	snap->drops = fixture__grow(NULL, snap->nr_drops++, sizeof(*snap->drops));
	snap->nics[0] = (struct nic_use) { .device = "eth0", .tx_packets = 1, .rx_packets = 1 };
	snap->drops[0] = (struct drop) { .device = "eth0", .received = true, .count = 1 };
}

void fixture__stack(struct path *path, const char *frames, uint64_t count, uint64_t ns)
{
	path->stacks = fixture__grow(path->stacks, path->nr_stacks, sizeof(*path->stacks));
	path->stacks[path->nr_stacks++] = (struct stack_use) { frames, count, ns };
}

#define SUBMITS "blk_mq_dispatch_rq_list;blk_mq_run_hw_queue;blk_finish_plug"

void fixture__add_stacks(struct fixture *f)
{
	struct snapshot *snap = &f->snap;

	snap->stacks.asked = true;
	snap->slow[0].stack = "blk_mq_start_request;" SUBMITS ";read_pages;vfs_read;ksys_read";
	for (size_t i = 0; i < snap->nr_paths; i++) {
		struct path *path = &snap->paths[i];
		const uint64_t ns = path_key__ns(&path->key, &path->hist);
		const uint64_t count = hist__count(&path->hist);

		if (strcmp(path->key.leg, "notify_remote_via_irq") != 0)
			continue;
		fixture__stack(path,
			       "notify_remote_via_irq;blkif_queue_rq [xen_blkfront];" SUBMITS
			       ";__x64_sys_io_submit;do_syscall_64",
			       count / 2, ns / 2);
		fixture__stack(path,
			       "notify_remote_via_irq;blkif_queue_rq [xen_blkfront];" SUBMITS
			       ";process_one_work;kthread",
			       count / 4, ns / 4);
	}
}
