// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The back end of guests' NICs: drivers/net/xen-netback. What a guest sends is taken from its ring by a
 * softirq, batch by batch: grants are copied, large frames' mapped, and each frame is given to this domain's
 * stack. What it receives is queued by the stack, and a thread of the queue copies it into the guest's
 * buffers, again by the batch.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "stacks.bpf.h"
#include "backs.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile struct xt_netback_config config;

XT_FAMILY_CPU(netback)
XT_SHARED_ARRAY(xt_vifs, struct xt_back);
XT_SHARED_ARRAY(xt_vif_frames, __u64);
XT_SHARED_ARRAY(xt_vif_queues, struct xt_vif_queue);

/* drivers/net/xen-netback/rx.c, RX_BATCH_SIZE: frames that a thread takes at once. */
#define BATCH_MOST 64

/* … and common.h, COPY_BATCH_SIZE: copies that it makes at once. A frame may have several. */
#define COPIES_MOST 64

static __always_inline __u32 path_of(const struct xt_vif_queue *q, __u32 nth)
{
	return config.first_path + q->slot * XT_VIF_PATHS + nth;
}

static __always_inline void count(struct xt_cpu *cpu, const struct xt_vif_queue *q, __u32 nth)
{
	hist_add(cpu, path_of(q, XT_VIF_COUNTED + nth), 0);
}

/* The place of the queue at this address, whatever is there. Its NIC may have got a slot meanwhile. */
static __always_inline struct xt_vif_queue *queue_at(struct xenvif_queue *queue, __u32 *key,
						     __u32 *slot)
{
	const __u32 nr = BPF_CORE_READ(queue, id) & (XT_VIF_QUEUES - 1);
	__u32 at;

	*key = xt_back_key(BPF_CORE_READ(queue, vif, domid), BPF_CORE_READ(queue, vif, handle));
	*slot = back_slot(&xt_vifs, *key);
	at = *slot * XT_VIF_QUEUES + nr;
	return bpf_map_lookup_elem(&xt_vif_queues, &at);
}

/* One that is new, or another one's now, begins anew. */
static __always_inline struct xt_vif_queue *queue_of(struct xenvif_queue *queue)
{
	__u32 key, slot;
	struct xt_vif_queue *q = queue_at(queue, &key, &slot);

	if (q && (q->queue != (__u64)queue || q->key != key)) {
		q->queue = (__u64)queue;
		q->key = key;
		q->slot = slot;
		q->sent = q->given = q->frames = 0;
	}
	return q;
}

/*
 * lateeoi lets the next event come when this one's frames were taken. One that finds none is for nothing:
 * they had been taken before.
 */
static __always_inline bool event_sent(struct xt_cpu *cpu, struct xenvif_queue *queue,
				       struct xt_vif_queue *q, __u64 now)
{
	const bool any = BPF_CORE_READ(queue, tx.sring, req_prod) !=
			 BPF_CORE_READ(queue, tx.req_cons);

	count(cpu, q, XT_VIF_EVENTS_SENT);
	q->sent = any ? now : 0;
	return any;
}

static __always_inline void event_given(struct xt_cpu *cpu, struct xt_vif_queue *q, __u64 now)
{
	count(cpu, q, XT_VIF_EVENTS_GIVEN);
	q->given = now;
}

static __always_inline __u64 event_time(const struct xt_cpu *cpu)
{
	return interrupt_began(cpu) ?: bpf_ktime_get_ns();
}

SEC("?fentry/xenvif_tx_interrupt")
int BPF_PROG(xt_vif_sent, int irq, struct xenvif_queue *queue)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_VIF_SENT);
	struct xt_vif_queue *q = cpu ? queue_of(queue) : NULL;

	if (q)
		event_sent(cpu, queue, q, event_time(cpu));
	return 0;
}

SEC("?fentry/xenvif_rx_interrupt")
int BPF_PROG(xt_vif_given, int irq, struct xenvif_queue *queue)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_VIF_GIVEN);
	struct xt_vif_queue *q = cpu ? queue_of(queue) : NULL;

	if (q)
		event_given(cpu, q, event_time(cpu));
	return 0;
}

/* It does not say which of the two it is. Where the ring has frames that the guest sent, it is for those. */
SEC("?fentry/xenvif_interrupt")
int BPF_PROG(xt_vif_event, int irq, struct xenvif_queue *queue)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_VIF_EVENT);
	struct xt_vif_queue *q = cpu ? queue_of(queue) : NULL;
	__u64 now;

	if (!q)
		return 0;
	now = event_time(cpu);
	if (!event_sent(cpu, queue, q, now))
		event_given(cpu, q, now);
	return 0;
}

/* The softirq looks into the ring. */
SEC("?fentry/xenvif_tx_action")
int BPF_PROG(xt_vif_poll_fe, struct xenvif_queue *queue)
{
	struct xt_cpu *cpu;
	struct xt_netback_cpu *poll = netback_enter(XT_P_VIF_POLL, &cpu);
	struct xt_vif_queue *q = poll ? queue_of(queue) : NULL;

	if (!q)
		return 0;
	poll->queue = (__u64)queue;
	poll->path = path_of(q, 0);
	poll->began = bpf_ktime_get_ns();
	poll->copied = 0;
	poll->wake = q->sent && poll->began > q->sent ? poll->began - q->sent : 0;
	q->sent = 0;
	return 0;
}

/* The ring is empty, or the budget used up: so many frames went through the stack. */
SEC("?fexit/xenvif_tx_action")
int BPF_PROG(xt_vif_poll_fx, struct xenvif_queue *queue, int budget, int frames)
{
	struct xt_cpu *cpu;
	struct xt_netback_cpu *poll = netback_enter(XT_P_VIF_POLL, &cpu);
	struct xt_hist *total;
	__u64 now, nr;
	__u32 path;

	if (!poll || poll->queue != (__u64)queue)
		return 0;
	poll->queue = 0;
	if (frames <= 0)
		return 0;
	nr = frames;
	path = poll->path;
	if (path == config.first_path)
		bump(&cpu->loss[XT_NOTE_VIF_OTHER], nr);
	hist_add(cpu, path + XT_VIF_COUNTED + XT_VIF_POLLS, 0);
	total = hist_of(cpu, path + XT_VIF_SENT_TOTAL);
	if (!total)
		return 0;
	now = bpf_ktime_get_ns();
	/* not seen: the kernel left that program out. The next frames stand for these */
	if (poll->copied < poll->began || now < poll->copied) {
		bump(&total->pending, nr);
		return 0;
	}
	nr += hist_weight(total) - 1;
	if (poll->wake)
		hist_add(cpu, path + XT_VIF_WAKE, poll->wake);
	hist_add_n(cpu, path + XT_VIF_GRANTS, poll->copied - poll->began, nr);
	hist_add_n(cpu, path + XT_VIF_STACK, now - poll->copied, nr);
	hist_put(total, poll->wake + now - poll->began, 1);
	if (nr > 1)
		hist_put(total, now - poll->began, nr - 1);
	return 0;
}

/* The address of a queue whose member `field` is at `member`. */
#define queue_with(member, field) ((member)-bpf_core_field_offset(struct xenvif_queue, field))

/* Copies and mappings by grants, of whoever: those of a queue are told by where it has them. */
SEC("?fexit/gnttab_batch_copy")
int BPF_PROG(xt_vif_copied, void *grants)
{
	struct xt_cpu *cpu;
	struct xt_netback_cpu *poll = netback_enter(XT_P_VIF_COPY, &cpu);

	if (poll && poll->queue && poll->queue == queue_with((__u64)grants, tx_copy_ops))
		poll->copied = bpf_ktime_get_ns();
	return 0;
}

SEC("?fexit/gnttab_map_refs")
int BPF_PROG(xt_vif_mapped, void *grants)
{
	struct xt_cpu *cpu;
	struct xt_netback_cpu *poll = netback_enter(XT_P_VIF_MAP, &cpu);

	if (poll && poll->queue && poll->queue == queue_with((__u64)grants, tx_map_ops))
		poll->copied = bpf_ktime_get_ns();
	return 0;
}

static __always_inline __u64 *frame_of(__u64 hash)
{
	const __u32 at = hash >> (64 - XT_VIF_FRAME_BITS);

	return bpf_map_lookup_elem(&xt_vif_frames, &at);
}

#define NS_MASK ((1ull << XT_VIF_NS_BITS) - 1)

static __always_inline __u64 frame_hash(__u64 address)
{
	return address * 0x9e3779b97f4a7c15ull;
}

/* Bits of the hash that do not say the place. */
static __always_inline __u64 frame_tag(__u64 hash)
{
	return hash << XT_VIF_FRAME_BITS & ~NS_MASK;
}

/* The stack gives a vif a frame for its guest. */
SEC("?fentry/xenvif_start_xmit")
int xt_vif_queued(__u64 *ctx)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_VIF_QUEUE);
	__u64 skb, hash, *frame;

	/* as a number: the verifier lets nobody multiply a pointer */
	if (!cpu || bpf_get_func_arg(ctx, 0, &skb))
		return 0;
	hash = frame_hash(skb);
	frame = frame_of(hash);
	if (frame)
		*frame = frame_tag(hash) | (bpf_ktime_get_ns() & NS_MASK);
	return 0;
}

/* When it was queued; 0: that is not known. */
static __always_inline __u64 frame_take(__u64 skb, __u64 now)
{
	const __u64 hash = frame_hash(skb);
	__u64 *frame = frame_of(hash), was, ns;

	if (!frame)
		return 0;
	was = *frame;
	if (!was || (was & ~NS_MASK) != frame_tag(hash))
		return 0;
	*frame = 0;
	ns = (now & ~NS_MASK) | (was & NS_MASK);
	return ns > now ? ns - (NS_MASK + 1) : ns;
}

/* The queue's thread takes a frame: the first one since it gave some to the guest begins a batch. */
SEC("?fentry/xenvif_rx_skb")
int BPF_PROG(xt_vif_taken, struct xenvif_queue *queue)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_VIF_TAKE);
	struct xt_vif_queue *q = cpu ? queue_of(queue) : NULL;

	if (q && !q->frames++)
		q->taken = bpf_ktime_get_ns();
	return 0;
}

/* A frame that was queued at `queued` is in the guest's buffers now. */
static __always_inline void frame_add(struct xt_cpu *cpu, const struct xt_vif_queue *q, __u32 path,
				      __u64 queued, __u64 now)
{
	struct xt_hist *total = hist_of(cpu, path + XT_VIF_RECEIVED_TOTAL);
	const __u64 taken = q->taken > queued ? q->taken : queued;
	const __u64 given = q->given > queued && q->given < taken ? q->given : queued;
	__u64 weight;

	if (!total)
		return;
	if (!queued || now < taken) {
		bump(&total->pending, 1); /* the next one stands for it */
		return;
	}
	weight = hist_weight(total);
	if (given > queued)
		hist_add_n(cpu, path + XT_VIF_SLOTS, given - queued, weight);
	hist_add_n(cpu, path + XT_VIF_THREAD, taken - given, weight);
	hist_add_n(cpu, path + XT_VIF_COPY, now - taken, weight);
	hist_put(total, now - queued, weight);
}

/*
 * The thread has copied a batch, and will free its frames next: they are listed, in
 * xenvif_rx_copy_flush(). Returns how many.
 */
static __always_inline __u32 frames_received(struct xt_cpu *cpu, struct xenvif_queue *queue,
					     const struct xt_vif_queue *q, __u64 now)
{
	struct sk_buff_head *list = BPF_CORE_READ(queue, rx_copy.completed);
	const __u32 path = path_of(q, XT_VIF_RECEIVED);
	struct sk_buff *skb = BPF_CORE_READ(list, next);
	__u32 i;

	for (i = 0; i < BATCH_MOST && skb && (__u64)skb != (__u64)list; i++) {
		frame_add(cpu, q, path, frame_take((__u64)skb, now), now);
		skb = BPF_CORE_READ(skb, next);
	}
	if (i)
		count(cpu, q, XT_VIF_COPIES);
	if (i && !q->slot)
		bump(&cpu->loss[XT_NOTE_VIF_OTHER], i);
	return i;
}

SEC("?fexit/gnttab_batch_copy")
int BPF_PROG(xt_vif_received, void *grants, u32 nr)
{
	struct xt_cpu *cpu = cpu_enter(XT_P_VIF_RECEIVE);
	const __u64 address = queue_with((__u64)grants, rx_copy.op);
	struct xt_vif_queue *q;
	__u32 key, slot, frames;
	__u64 now;

	if (!cpu)
		return 0;
	q = queue_at((void *)address, &key, &slot);
	if (!q || q->queue != address || q->key != key || !q->frames)
		return 0;
	now = bpf_ktime_get_ns();
	frames = frames_received(cpu, (void *)address, q, now);
	/* a full batch may end inside a frame, which goes on in the next one */
	q->frames = nr == COPIES_MOST && q->frames == frames + 1;
	q->taken = now;
	return 0;
}
