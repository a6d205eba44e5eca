// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "model/schema.h"

const char *rung__name(enum rung rung)
{
	static const char *const names[] = {
		[RUNG_OFF] = "off",
		[RUNG_TP_BTF] = "tp_btf",
		[RUNG_FENTRY] = "fentry",
		[RUNG_KPROBE] = "kprobe",
	};

	return (unsigned int)rung <= RUNG_KPROBE ? names[rung] : "?";
}

bool path_key__is_whole(const struct path_key *key)
{
	return key->roles & PATH_WHOLE;
}

uint64_t path_key__ns(const struct path_key *key, const struct hist *h)
{
	return key->kind == KIND_CPU ? hist__all_ns(h) : hist__total_ns(h);
}

bool path_key__equal(const struct path_key *a, const struct path_key *b)
{
	return a->kind == b->kind && a->area == b->area && a->mech == b->mech &&
	       !strcmp(a->device, b->device) && !strcmp(a->op, b->op) && !strcmp(a->leg, b->leg);
}

bool path__same(const struct path_key *a, uint32_t a_id, const struct path_key *b, uint32_t b_id)
{
	return a_id && b_id ? a_id == b_id : path_key__equal(a, b);
}

/* How the elements of two readings find each other, and which of them a difference leaves out. */

static bool is_same_path(const void *a, const void *b)
{
	const struct path *x = a, *y = b;

	return path__same(&x->key, x->id, &y->key, y->id);
}

/* Readings list paths by id; one without an id stays behind the one that it follows. */
static bool is_path_before(const void *a, const void *b)
{
	return ((const struct path *)a)->id < ((const struct path *)b)->id;
}

static bool is_without_events(const void *path)
{
	return !hist__count(&((const struct path *)path)->hist);
}

static void subtract_hist(void *later, const void *earlier)
{
	hist__subtract(later, earlier);
}

static int add_hist(void *sum, const void *more)
{
	return hist__merge(sum, more);
}

static bool is_same_stack(const void *a, const void *b)
{
	const char *x = ((const struct stack_use *)a)->frames;
	const char *y = ((const struct stack_use *)b)->frames;

	return x == y || !strcmp(x, y);
}

static bool is_without_use(const void *stack)
{
	return !((const struct stack_use *)stack)->count;
}

/* Its time may shrink, by what is owed. */
static void subtract_stack(void *later, const void *earlier)
{
	struct stack_use *to = later;
	const struct stack_use *from = earlier;

	to->count -= from->count < to->count ? from->count : to->count;
	to->ns -= from->ns;
}

static bool is_same_vcpu(const void *a, const void *b)
{
	return ((const struct vcpu_time *)a)->cpu == ((const struct vcpu_time *)b)->cpu;
}

static bool is_same_bus(const void *a, const void *b)
{
	return !strcmp(((const struct bus_events *)a)->name, ((const struct bus_events *)b)->name);
}

static bool is_same_served(const void *a, const void *b)
{
	return ((const struct served *)a)->domain == ((const struct served *)b)->domain;
}

static void subtract_bus(void *later, const void *earlier)
{
	bus_events__subtract(later, earlier);
}

static bool is_same_drop(const void *a, const void *b)
{
	const struct drop *x = a, *y = b;

	return x->received == y->received && !strcmp(x->device, y->device) &&
	       !strcmp(x->reason, y->reason);
}

static bool is_without_drops(const void *drop)
{
	return !((const struct drop *)drop)->count;
}

static bool is_same_owner(const void *a, const void *b)
{
	return owner__same(a, b);
}

static bool is_without_requests(const void *owner)
{
	return !hist__count(&((const struct owner *)owner)->hist);
}

/* Each interval's slowest requests are others. */
static bool is_another(const void *a, const void *b)
{
	(void)a;
	(void)b;
	return false;
}

static bool is_as_slow(const void *a, const void *b)
{
	return ((const struct slow_request *)a)->total_ns >=
	       ((const struct slow_request *)b)->total_ns;
}

/* More than Linux has. */
#define CPUS_MAX 65536

/* One member a line, and braces in macros: what versions of clang-format differ about. */
/* clang-format off */

/* Struct hist: the buckets with the maximum, then what each path has one of. */
static const struct field hist_fields[] = {
	BUCKETS(1),
#define HIST_COUNTER(id, name) COUNTER(id, struct hist, name),
	HIST_COUNTERS(HIST_COUNTER)
};
static SCHEMA(hist_schema, struct hist, hist_fields, .subtract = subtract_hist, .add = add_hist);

static const struct field stack_fields[] = {
	KEY(1, struct stack_use, frames),
	COUNTER(2, struct stack_use, count),
	COUNTER(3, struct stack_use, ns),
};
static SCHEMA(stack_schema, struct stack_use, stack_fields, .same = is_same_stack,
	    .is_empty = is_without_use, .subtract = subtract_stack);

static const struct field path_fields[] = {
	KEY_ENUM(1, struct path, key.kind, KIND_NR, REFUSED),
	KEY_ENUM(2, struct path, key.area, AREA_NR, AREA_OTHER),
	KEY_ENUM(3, struct path, key.mech, MECH_NR, MECH_UNATTRIBUTED),
	KEY(4, struct path, key.device),
	KEY(5, struct path, key.op),
	KEY(6, struct path, key.leg),
	KEY(7, struct path, id),
	KEY(9, struct path, key.roles),
	KEY(10, struct path, key.order),
	KEY(11, struct path, key.stem),
	STRUCT(8, struct path, hist, hist_schema),
	LIST(12, struct path, stacks, stack_schema),
};
static SCHEMA(path_schema, struct path, path_fields, .same = is_same_path,
	    .precedes = is_path_before, .is_empty = is_without_events);

static const struct field cpu_time_fields[] = {
	GAUGE(1, struct cpu_time, vcpus),
	COUNTER(2, struct cpu_time, total_ns),
	COUNTER(3, struct cpu_time, idle_ns),
	GAUGE(4, struct cpu_time, has_runstate),
	COUNTER(5, struct cpu_time, stolen_ns),
	COUNTER(6, struct cpu_time, offline_ns),
	GAUGE(7, struct cpu_time, steal_measured),
	COUNTER(8, struct cpu_time, stat_steal_ns),
};
static SCHEMA(cpu_time_schema, struct cpu_time, cpu_time_fields);

static const struct field vcpu_time_fields[] = {
	BOUNDED(1, struct vcpu_time, cpu, CPUS_MAX),
	GAUGE(2, struct vcpu_time, online),
	EVER(3, struct vcpu_time, has_runstate),
	COUNTER(4, struct vcpu_time, total_ns),
	UINTS(5, struct vcpu_time, state_ns),
	COUNTER(6, struct vcpu_time, stat_idle_ns),
	COUNTER(7, struct vcpu_time, stat_steal_ns),
	COUNTER(8, struct vcpu_time, held_ns),
	COUNTER(9, struct vcpu_time, events),
	COUNTER(10, struct vcpu_time, unmeasured_ns),
	COUNTER(11, struct vcpu_time, jumps),
	COUNTER(12, struct vcpu_time, came),
	COUNTER(13, struct vcpu_time, went),
};
static SCHEMA(vcpu_time_schema, struct vcpu_time, vcpu_time_fields, .same = is_same_vcpu);

static const struct field channel_fields[] = {
	KEY(1, struct channel, kind),
	KEY(2, struct channel, device),
	KEY(3, struct channel, op),
	KEY(4, struct channel, bound),
	KEY(5, struct channel, irq),
	KEY(6, struct channel, stem),
};
static SCHEMA(channel_schema, struct channel, channel_fields);

static const struct field bus_events_fields[] = {
	KEY(1, struct bus_events, name),
	KEY(2, struct bus_events, device),
	COUNTER(3, struct bus_events, events),
	COUNTER(4, struct bus_events, spurious),
	COUNTER(5, struct bus_events, delay_jiffies),
	GAUGE(6, struct bus_events, threshold),
};
static SCHEMA(bus_events_schema, struct bus_events, bus_events_fields, .same = is_same_bus,
	    .subtract = subtract_bus);

static const struct field queue_use_fields[] = {
	KEY(1, struct queue_use, device),
	KEY(2, struct queue_use, queues),
	KEY(3, struct queue_use, places),
	GAUGE(4, struct queue_use, most),
	COUNTER(5, struct queue_use, last),
	COUNTER(6, struct queue_use, last_waited_ns),
};
static SCHEMA(queue_use_schema, struct queue_use, queue_use_fields);

static const struct field nic_use_fields[] = {
	KEY(1, struct nic_use, device),
	KEY(2, struct nic_use, queues),
	GAUGE(3, struct nic_use, most),
#define NIC_COUNTER(id, name, text) COUNTER(id, struct nic_use, name),
	NIC_COUNTS(NIC_COUNTER)
};
static SCHEMA(nic_use_schema, struct nic_use, nic_use_fields);

static const struct field drop_fields[] = {
	KEY(1, struct drop, device),
	KEY(2, struct drop, received),
	KEY(3, struct drop, reason),
	COUNTER(4, struct drop, count),
};
static SCHEMA(drop_schema, struct drop, drop_fields, .same = is_same_drop,
	    .is_empty = is_without_drops);

typedef __typeof__(((struct slow_request *)0)->legs[0]) slow_leg;

static const struct field slow_leg_fields[] = {
	KEY(1, slow_leg, name),
	GAUGE(2, slow_leg, ns),
};
static SCHEMA(slow_leg_schema, slow_leg, slow_leg_fields);

static const struct field slow_request_fields[] = {
	KEY(1, struct slow_request, device),
	KEY(2, struct slow_request, op),
	GAUGE(3, struct slow_request, start_ns),
	GAUGE(4, struct slow_request, total_ns),
	INLINE(5, struct slow_request, legs, slow_leg_schema),
	GAUGE(6, struct slow_request, issued),
	GAUGE(7, struct slow_request, vcpu),
	GAUGE(8, struct slow_request, pid),
	GAUGE(9, struct slow_request, comm),
	GAUGE(10, struct slow_request, overlap_known),
	GAUGE(11, struct slow_request, stolen_ns),
	GAUGE(12, struct slow_request, held_ns),
	KEY(13, struct slow_request, stack),
};
static SCHEMA(slow_request_schema, struct slow_request, slow_request_fields, .same = is_another,
	    .precedes = is_as_slow);

static const struct field whose_fields[] = {
	KEY_ENUM(1, struct whose, by, BY_NR, BY_NOTHING),
	KEY(2, struct whose, only),
	COUNTER(3, struct whose, left_out),
};
static SCHEMA(whose_schema, struct whose, whose_fields);

static const struct field owner_fields[] = {
	KEY_ENUM(1, struct owner, kind, OWNER_KIND_NR, OWNER_UNKNOWN),
	KEY(2, struct owner, id),
	KEY(3, struct owner, name),
	COUNTER(4, struct owner, bytes),
	STRUCT(5, struct owner, hist, hist_schema),
};
static SCHEMA(owner_schema, struct owner, owner_fields, .same = is_same_owner,
	    .is_empty = is_without_requests);

static const struct field stacks_fields[] = {
	GAUGE(1, struct stacks_asked, asked),
	GAUGE(2, struct stacks_asked, cause),
	GAUGE(3, struct stacks_asked, fix),
};
static SCHEMA(stacks_schema, struct stacks_asked, stacks_fields);

static const struct field loss_fields[] = {
	KEY(1, struct loss, name),
	KEY(2, struct loss, why),
	KEY(3, struct loss, lost),
	COUNTER(4, struct loss, count),
};
static SCHEMA(loss_schema, struct loss, loss_fields);

static const struct field conservation_fields[] = {
	COUNTER(1, struct conservation, started),
	COUNTER(2, struct conservation, completed),
	GAUGE(3, struct conservation, in_flight),
	COUNTER(4, struct conservation, lost),
	COUNTER(5, struct conservation, preexisting),
	FIRST(6, struct conservation, carried),
	COUNTER(7, struct conservation, kernel),
};
static SCHEMA(conservation_schema, struct conservation, conservation_fields);

static const struct field probe_fields[] = {
	KEY(1, struct probe_status, name),
	KEY(2, struct probe_status, family),
	KEY(3, struct probe_status, purpose),
	KEY_ENUM(4, struct probe_status, rung, RUNG_KPROBE + 1, RUNG_KPROBE),
	KEY(5, struct probe_status, applicable),
	KEY(6, struct probe_status, cause),
	KEY(7, struct probe_status, fix),
	COUNTER(8, struct probe_status, runs),
	KEY(9, struct probe_status, ns_per_run),
	COUNTER(10, struct probe_status, skipped),
	KEY(11, struct probe_status, site),
	KEY(12, struct probe_status, counts_sent),
	KEY(13, struct probe_status, hardware_does),
	KEY(14, struct probe_status, any_call),
	COUNTER(15, struct probe_status, reads),
};
static SCHEMA(probe_schema, struct probe_status, probe_fields);

static const struct field own_cost_fields[] = {
	COUNTER(1, struct own_cost, bpf_ns),
	COUNTER(2, struct own_cost, runs),
	GAUGE(3, struct own_cost, clock_read_ns),
	COUNTER(4, struct own_cost, user_ns),
	GAUGE(5, struct own_cost, rss_bytes),
	GAUGE(6, struct own_cost, kernel_bytes),
	GAUGE(7, struct own_cost, clock_gettime_ns),
	GAUGE(8, struct own_cost, vdso_known),
	GAUGE(9, struct own_cost, in_vdso),
	GAUGE(10, struct own_cost, budget),
	GAUGE(11, struct own_cost, at_first),
};
static SCHEMA(own_cost_schema, struct own_cost, own_cost_fields);

static const struct field kernel_counts_fields[] = {
#define KERNEL_COUNTER(id, name, text) COUNTER(id, struct kernel_counts, name),
	KERNEL_COUNTS(KERNEL_COUNTER)
};
static SCHEMA(kernel_counts_schema, struct kernel_counts, kernel_counts_fields);

static const struct field disk_counts_fields[] = {
	KEY(1, struct disk_counts, device),
#define DISK_COUNTER(id, name, text) COUNTER(id, struct disk_counts, name),
	DISK_COUNTS(DISK_COUNTER)
};
static SCHEMA(disk_counts_schema, struct disk_counts, disk_counts_fields);

static const struct field nic_losses_fields[] = {
	KEY(1, struct nic_losses, device),
#define NIC_LOSS(id, name, text) COUNTER(id, struct nic_losses, name),
	NIC_LOSSES(NIC_LOSS)
};
static SCHEMA(nic_losses_schema, struct nic_losses, nic_losses_fields);

static const struct field served_fields[] = {
	KEY(1, struct served, domain),
	GAUGE(2, struct served, name),
	COUNTER(3, struct served, disks_ns),
	COUNTER(4, struct served, nics_ns),
	COUNTER(5, struct served, model_ns),
	GAUGE(6, struct served, gone),
};
static SCHEMA(served_schema, struct served, served_fields, .same = is_same_served);

static const struct field snapshot_fields[] = {
	FIRST(1, struct snapshot, start_ns),
	GAUGE(2, struct snapshot, end_ns),
	FIRST(3, struct snapshot, wall_start_ns),
	STRUCT(4, struct snapshot, cpu, cpu_time_schema),
	LIST(5, struct snapshot, losses, loss_schema),
	STRUCT(6, struct snapshot, io, conservation_schema),
	LIST(7, struct snapshot, probes, probe_schema),
	STRUCT(8, struct snapshot, cost, own_cost_schema),
	LIST(9, struct snapshot, paths, path_schema),
	LIST(10, struct snapshot, queues, queue_use_schema),
	LIST(11, struct snapshot, slow, slow_request_schema),
	LIST(12, struct snapshot, vcpus, vcpu_time_schema),
	LIST(13, struct snapshot, channels, channel_schema),
	BOUNDED(14, struct snapshot, nr_cpus, CPUS_MAX),
	TABLE(15, struct snapshot, channel_counts, nr_channels, nr_cpus),
	LIST(16, struct snapshot, bus, bus_events_schema),
	LIST(17, struct snapshot, nics, nic_use_schema),
	STRUCT(18, struct snapshot, packets, conservation_schema),
	LIST(19, struct snapshot, drops, drop_schema),
	STRUCT(20, struct snapshot, whose, whose_schema),
	LIST(21, struct snapshot, owners, owner_schema),
	STRUCT(22, struct snapshot, stacks, stacks_schema),
	STRUCT(24, struct snapshot, kernel, kernel_counts_schema),
	LIST(25, struct snapshot, disk_counts, disk_counts_schema),
	LIST(26, struct snapshot, nic_losses, nic_losses_schema),
	LIST(27, struct snapshot, served, served_schema),
};
SCHEMA(snapshot_schema, struct snapshot, snapshot_fields);

/* clang-format on */

/* Keep those that ended since. */
static void drop_slow_before(struct snapshot *delta, uint64_t ns)
{
	size_t kept = 0;

	for (size_t i = 0; i < delta->nr_slow; i++) {
		if (delta->slow[i].start_ns + delta->slow[i].total_ns >= ns)
			delta->slow[kept++] = delta->slow[i];
	}
	delta->nr_slow = kept;
}

int snapshot__delta(struct snapshot *delta, const struct snapshot *later,
		    const struct snapshot *earlier)
{
	int err = schema__copy(&snapshot_schema, delta, later);

	if (err || !earlier)
		return err;
	delta->start_ns = earlier->end_ns;
	delta->wall_start_ns = earlier->wall_start_ns + (earlier->end_ns - earlier->start_ns);
	schema__subtract(&snapshot_schema, delta, earlier);
	delta->io.carried = earlier->io.in_flight;
	delta->packets.carried = earlier->packets.in_flight;
	drop_slow_before(delta, earlier->end_ns);
	return 0;
}

int snapshot__add(struct snapshot *sum, const struct snapshot *delta)
{
	struct snapshot bounded = *delta;
	int err;

	/* as many as a reading keeps; a file may have more, and each is looked for among all */
	if (bounded.nr_slow > SLOWEST)
		bounded.nr_slow = SLOWEST;
	/* one that ends before the clock began is none, but may have been copied */
	if (!sum->end_ns) {
		snapshot__free(sum);
		return snapshot__delta(sum, &bounded, NULL);
	}
	err = schema__add(&snapshot_schema, sum, &bounded);
	if (sum->nr_slow > SLOWEST)
		sum->nr_slow = SLOWEST;
	return err;
}

void snapshot__free(struct snapshot *snap)
{
	schema__free(&snapshot_schema, snap);
	memset(snap, 0, sizeof(*snap));
}

uint64_t snapshot__clock_calls(const struct snapshot *snap)
{
	uint64_t calls = 0;

	for (size_t i = 0; i < snap->nr_paths; i++) {
		const struct path_key *key = &snap->paths[i].key;

		if (key->area == AREA_TIMER && key->roles & PATH_COUNT)
			calls += hist__count(&snap->paths[i].hist);
	}
	return calls;
}

uint64_t snapshot__clock_reads(const struct snapshot *snap)
{
	uint64_t reads = 0;

	for (size_t i = 0; i < snap->nr_probes; i++)
		reads += snap->probes[i].reads;
	return reads;
}

const struct probe_status *snapshot__sent_uncounted(const struct snapshot *snap)
{
	for (size_t i = 0; i < snap->nr_probes; i++) {
		const struct probe_status *probe = &snap->probes[i];

		if (probe->counts_sent)
			return probe->applicable && probe->rung == RUNG_OFF ? probe : NULL;
	}
	return NULL;
}
