// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The back end of guests' disks: drivers/block/xen-blkback/blkback.c. An event wakes the ring's thread; it
 * takes a request from the ring, maps its grants, and gives bios to the real device; where those end, the
 * grants are unmapped and the guest gets its response. The thread works on one request at a time, so
 * what it does before the bios is kept with the ring.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "stacks.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile struct xt_blkback_config config;

XT_SHARED_ARRAY(xt_backs, struct xt_back);

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, XT_BACK_RINGS);
	__type(key, __u32);
	__type(value, struct xt_back_ring);
} xt_back_rings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, XT_BACK_REQUESTS);
	__type(key, __u64);
	__type(value, struct xt_back_request);
} xt_back_requests SEC(".maps");

/* What bios of guests' requests end with: so they are told from all others. */
extern const void end_block_io_op __ksym __weak;

/* include/xen/interface/io/blkif.h */
#define BLKIF_OP_READ  0
#define BLKIF_OP_WRITE 1

static __always_inline __u32 slot_of(struct xen_blkif_ring *ring)
{
	__u32 key = xt_back_key(BPF_CORE_READ(ring, blkif, domid),
				BPF_CORE_READ(ring, blkif, vbd.handle));
	struct xt_back *back;
	__u32 at, i;

#pragma unroll
	for (i = 0; i < XT_BACK_PROBES; i++) {
		at = (xt_back_hash(key) + i) & ((1u << XT_BACK_BITS) - 1);
		back = bpf_map_lookup_elem(&xt_backs, &at);
		if (!back || !back->key)
			return 0;
		if (back->key == key)
			return back->slot;
	}
	return 0;
}

static __always_inline __u32 path_of(const struct xt_back_ring *r, __u32 nth)
{
	return config.first_path + r->slot * XT_BACK_PATHS + nth;
}

/* The ring with this interrupt; one that is new gets a place, and is counted where there is none. */
static __always_inline struct xt_back_ring *ring_of(struct xt_cpu *cpu, struct xen_blkif_ring *ring)
{
	const struct xt_back_ring fresh = {};
	__u32 irq = BPF_CORE_READ(ring, irq);
	struct xt_back_ring *r = bpf_map_lookup_elem(&xt_back_rings, &irq);

	if (r)
		return r;
	bpf_map_update_elem(&xt_back_rings, &irq, &fresh, BPF_NOEXIST);
	r = bpf_map_lookup_elem(&xt_back_rings, &irq);
	if (!r)
		cpu_lost(cpu, XT_LOST_BACK_NO_PLACE);
	return r;
}

SEC("?fentry/xen_blkif_be_int")
int BPF_PROG(xt_back_event, int irq, struct xen_blkif_ring *ring)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_BACK_EVENT);
	struct xt_back_ring *r;

	if (!cpu)
		return 0;
	r = ring_of(cpu, ring);
	if (!r)
		return 0;
	/* the number may have been another ring's */
	r->slot = slot_of(ring);
	hist_add(cpu, path_of(r, XT_BACK_LEG_PATHS + XT_BACK_EVENTS), 0);
	if (!r->event)
		r->event = interrupt_began(cpu) ?: bpf_ktime_get_ns();
	return 0;
}

/*
 * drivers/xen/events/events_base.c: the thread has found the ring empty, and lets its event channel give
 * events again. An event that is noted still was for nothing: its request was taken before it came.
 */
SEC("?fentry/xen_irq_lateeoi")
int BPF_PROG(xt_back_idle, unsigned int irq)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_BACK_IDLE);
	__u32 key = irq;
	struct xt_back_ring *r;

	if (!cpu)
		return 0;
	r = bpf_map_lookup_elem(&xt_back_rings, &key);
	if (!r || !r->event)
		return 0;
	r->event = 0;
	hist_add(cpu, path_of(r, XT_BACK_LEG_PATHS + XT_BACK_IDLE), 0);
	return 0;
}

/*
 * The first thing that is seen of a request that the thread took. Where it has many segments, their list
 * is mapped first, by a call of its own: then the call for the segments goes on with the same request.
 */
SEC("?fentry/xen_blkbk_map")
int xt_back_map_fe(__u64 *ctx)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_BACK_MAP);
	struct xen_blkif_ring *ring = (void *)ctx[0];
	__u64 pages = 0, by_segments, now;
	struct xt_back_ring *r;

	/* a pointer to pointers: the verifier lets no program read it as it is before 6.15 */
	if (!cpu || bpf_get_func_arg(ctx, 1, &pages))
		return 0;
	r = ring_of(cpu, ring);
	if (!r)
		return 0;
	by_segments = pages - bpf_core_field_offset(struct pending_req, segments);
	if (r->start && r->indirect == by_segments)
		return 0;
	now = bpf_ktime_get_ns();
	r->slot = slot_of(ring);
	r->start = now;
	r->wake = r->event && now > r->event ? now - r->event : 0;
	r->event = 0;
	r->indirect = pages - bpf_core_field_offset(struct pending_req, indirect_pages);
	return 0;
}

SEC("?fexit/xen_blkbk_map")
int BPF_PROG(xt_back_map_fx, struct xen_blkif_ring *ring)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_BACK_MAP);
	struct xt_back_ring *r;

	if (!cpu)
		return 0;
	r = ring_of(cpu, ring);
	if (r && r->start)
		r->mapped = bpf_ktime_get_ns();
	return 0;
}

static __always_inline __u32 op_of(struct pending_req *pending)
{
	switch (BPF_CORE_READ(pending, operation)) {
	case BLKIF_OP_READ:
		return XT_BACK_READ;
	case BLKIF_OP_WRITE:
		return XT_BACK_WRITE;
	default:
		return XT_BACK_FLUSH;
	}
}

/* A request's first bio is given to the device. */
SEC("?tp_btf/block_bio_queue")
int BPF_PROG(xt_back_bio, struct bio *bio)
{
	struct xt_back_request request = {};
	struct pending_req *pending;
	struct xt_back_ring *r;
	struct xt_cpu *cpu;
	__u64 key;

	if (bio->bi_end_io != &end_block_io_op)
		return 0;
	cpu = cpu_enter(XT_P_BACK_BIO);
	if (!cpu)
		return 0;
	key = (__u64)bio->bi_private;
	pending = (void *)key;
	r = ring_of(cpu, BPF_CORE_READ(pending, ring));
	if (!r || !r->start)
		return 0;
	request.start = r->start;
	request.mapped = r->mapped;
	request.wake = r->wake;
	request.submitted = bpf_ktime_get_ns();
	request.path = path_of(r, op_of(pending) * XT_BACK_LEG_NR);
	r->start = 0;
	/* what is there still is of a request whose end was missed */
	if (bpf_map_update_elem(&xt_back_requests, &key, &request, BPF_NOEXIST)) {
		cpu_lost(cpu, XT_LOST_BACK_MISSED);
		bpf_map_update_elem(&xt_back_requests, &key, &request, BPF_ANY);
	}
	return 0;
}

SEC("?fentry/end_block_io_op")
int BPF_PROG(xt_back_done, struct bio *bio)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_BACK_DONE);
	struct xt_back_request *request;
	__u64 key = (__u64)bio->bi_private;

	if (!cpu)
		return 0;
	request = bpf_map_lookup_elem(&xt_back_requests, &key);
	if (request)
		request->ended = bpf_ktime_get_ns();
	return 0;
}

static __always_inline void legs_record(struct xt_cpu *cpu, const struct xt_back_request *q,
					__u64 now)
{
	if (now < q->ended || q->ended < q->submitted || q->submitted < q->mapped ||
	    q->mapped < q->start) {
		cpu_lost(cpu, XT_LOST_BACK_CLOCK);
		return;
	}
	if (q->wake)
		hist_add(cpu, q->path + XT_BACK_WAKE, q->wake);
	hist_add(cpu, q->path + XT_BACK_GRANTS, q->mapped - q->start);
	hist_add(cpu, q->path + XT_BACK_SUBMIT, q->submitted - q->mapped);
	hist_add(cpu, q->path + XT_BACK_DEVICE, q->ended - q->submitted);
	hist_add(cpu, q->path + XT_BACK_UNMAP, now - q->ended);
	hist_add(cpu, q->path + XT_BACK_TOTAL, q->wake + now - q->start);
}

/*
 * The grants are unmapped, at once or by a worker, and the response is next: from then on the request's
 * memory may be another's.
 */
SEC("?fentry/xen_blkbk_unmap_and_respond_callback")
int BPF_PROG(xt_back_respond, int result, struct gntab_unmap_queue_data *data)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_BACK_RESPOND);
	struct xt_back_request *request, ended;
	__u64 key;

	if (!cpu)
		return 0;
	key = (__u64)data->data;
	request = bpf_map_lookup_elem(&xt_back_requests, &key);
	if (!request) {
		cpu_lost(cpu, XT_NOTE_BACK_PREEXISTING);
		return 0;
	}
	ended = *request;
	bpf_map_delete_elem(&xt_back_requests, &key);
	legs_record(cpu, &ended, bpf_ktime_get_ns());
	return 0;
}
