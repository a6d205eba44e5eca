// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The back end of guests' disks: drivers/block/xen-blkback/blkback.c. An event wakes the ring's thread; it
 * takes a request from the ring, maps its grants, and gives bios to the real device; where those end, the
 * grants are unmapped and the guest gets its response. The thread works on one request at a time, so
 * until its grants are mapped it is kept with the ring.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "stacks.bpf.h"
#include "backs.bpf.h"

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

/*
 * What bios of guests' requests end with: so most others are told from them without a look-up. 0 where the
 * kernel shows no addresses.
 */
extern const void end_block_io_op __ksym __weak;

/* include/xen/interface/io/blkif.h */
#define BLKIF_OP_READ  0
#define BLKIF_OP_WRITE 1

/* Of xen_blkbk_map(): behind them fexit finds its result. */
#define XT_BACK_MAP_ARGS 4

static __always_inline __u32 key_of(struct xen_blkif_ring *ring)
{
	return xt_back_key(BPF_CORE_READ(ring, blkif, domid),
			   BPF_CORE_READ(ring, blkif, vbd.handle));
}

static __always_inline __u32 path_of(const struct xt_back_ring *r, __u32 nth)
{
	return config.first_path + r->slot * XT_BACK_PATHS + nth;
}

/*
 * The ring with this interrupt. One that is new gets a place, and is counted where there is none; one whose
 * number was another ring's begins anew. Its device is looked for each time: the loader may have learned it.
 */
static __always_inline struct xt_back_ring *ring_of(struct xt_cpu *cpu, struct xen_blkif_ring *ring,
						    __u32 irq)
{
	const struct xt_back_ring fresh = { .ring = (__u64)ring, .key = key_of(ring) };
	struct xt_back_ring *r = bpf_map_lookup_elem(&xt_back_rings, &irq);

	if (!r || r->ring != fresh.ring || r->key != fresh.key) {
		bpf_map_update_elem(&xt_back_rings, &irq, &fresh, BPF_ANY);
		r = bpf_map_lookup_elem(&xt_back_rings, &irq);
	}
	if (!r)
		cpu_lost(cpu, XT_LOST_BACK_NO_PLACE);
	else
		r->slot = back_slot(&xt_backs, fresh.key);
	return r;
}

SEC("?fentry/xen_blkif_be_int")
int BPF_PROG(xt_back_event, int irq, struct xen_blkif_ring *ring)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_BACK_EVENT);
	struct xt_back_ring *r;

	if (!cpu)
		return 0;
	r = ring_of(cpu, ring, irq);
	if (!r)
		return 0;
	hist_add(cpu, path_of(r, XT_BACK_LEG_PATHS + XT_BACK_EVENTS), 0);
	if (r->event)
		return 0;
	r->event = interrupt_began(cpu) ?: bpf_ktime_get_ns();
	r->discards = BPF_CORE_READ(ring, st_ds_req);
	return 0;
}

/*
 * drivers/xen/events/events_base.c: the thread has found the ring empty, and lets its event channel give
 * events again. An event that is noted still was for nothing that is seen here: its request was taken before
 * it came, or was a discard.
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
	if (!r)
		return 0;
	r->listed = 0; /* what failed since then was a request of its own */
	if (!r->event)
		return 0;
	r->event = 0;
	hist_add(cpu, path_of(r, XT_BACK_LEG_PATHS + XT_BACK_IDLE), 0);
	return 0;
}

/*
 * The first thing that is seen of a request that the thread took. Where it has many segments, their list
 * is mapped first, by a call of its own. The thread waits for a discard to end, which is no wake-up of
 * what it takes next.
 */
SEC("?fentry/xen_blkbk_map")
int xt_back_map_fe(__u64 *ctx)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_BACK_MAP);
	struct xen_blkif_ring *ring = (void *)ctx[0];
	struct pending_req *pending;
	struct xt_back_ring *r;
	__u64 pages = 0, id;
	bool list;

	/* a pointer to pointers: the verifier lets no program read it as it is before 6.15 */
	if (!cpu || bpf_get_func_arg(ctx, 1, &pages))
		return 0;
	r = ring_of(cpu, ring, BPF_CORE_READ(ring, irq));
	if (!r)
		return 0;
	/* the pages are one of two members of the request, which says whose it is */
	pending = (void *)(pages - bpf_core_field_offset(struct pending_req, segments));
	list = BPF_CORE_READ(pending, ring) != ring;
	if (list)
		pending =
			(void *)(pages - bpf_core_field_offset(struct pending_req, indirect_pages));
	id = BPF_CORE_READ(pending, id);
	if (!list && r->listed && r->pending == (__u64)pending && r->id == id) {
		r->listed = 0; /* its segments, behind their list */
		return 0;
	}
	r->start = bpf_ktime_get_ns();
	r->wake = 0;
	if (r->event && r->start > r->event && r->discards == BPF_CORE_READ(ring, st_ds_req))
		r->wake = r->start - r->event;
	r->event = 0;
	r->pending = (__u64)pending;
	r->id = id;
	r->listed = list;
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

/* The request's segments are mapped: from now on it will end by a response, seen below. */
SEC("?fexit/xen_blkbk_map")
int xt_back_map_fx(__u64 *ctx)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_BACK_MAP);
	struct xen_blkif_ring *ring = (void *)ctx[0];
	struct xt_back_request request = {};
	struct xt_back_ring *r;
	__u64 key;

	if (!cpu || (int)ctx[XT_BACK_MAP_ARGS])
		return 0;
	r = ring_of(cpu, ring, BPF_CORE_READ(ring, irq));
	if (!r || !r->start || r->listed)
		return 0;
	key = r->pending;
	request.start = r->start;
	request.mapped = bpf_ktime_get_ns();
	request.wake = r->wake;
	request.path = path_of(r, op_of((void *)key) * XT_BACK_LEG_NR);
	r->start = 0;
	if (!r->slot)
		cpu_lost(cpu, XT_NOTE_BACK_OTHER);
	/* what is there still is of a request whose end was missed */
	if (bpf_map_update_elem(&xt_back_requests, &key, &request, BPF_NOEXIST)) {
		cpu_lost(cpu, XT_LOST_BACK_MISSED);
		bpf_map_update_elem(&xt_back_requests, &key, &request, BPF_ANY);
	}
	return 0;
}

/* A request's first bio is given to the device; where it is throttled, when it may go. */
SEC("?tp_btf/block_bio_queue")
int BPF_PROG(xt_back_bio, struct bio *bio)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_BACK_BIO);
	struct xt_back_request *request;
	__u64 key = (__u64)bio->bi_private;

	if (!cpu || (&end_block_io_op && bio->bi_end_io != &end_block_io_op))
		return 0;
	request = bpf_map_lookup_elem(&xt_back_requests, &key);
	if (request && !request->submitted)
		request->submitted = bpf_ktime_get_ns();
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
	/* a bio that ends in the block layer's checks is given to no device */
	const __u64 submitted = q->submitted ?: q->mapped;

	if (now < q->ended || q->ended < submitted || submitted < q->mapped ||
	    q->mapped < q->start) {
		cpu_lost(cpu, XT_LOST_BACK_CLOCK);
		return;
	}
	if (q->wake)
		hist_add(cpu, q->path + XT_BACK_WAKE, q->wake);
	hist_add(cpu, q->path + XT_BACK_GRANTS, q->mapped - q->start);
	hist_add(cpu, q->path + XT_BACK_SUBMIT, submitted - q->mapped);
	hist_add(cpu, q->path + XT_BACK_DEVICE, q->ended - submitted);
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
