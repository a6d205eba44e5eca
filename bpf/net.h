/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Family net: NICs and their packets. */
#ifndef XT_NET_H
#define XT_NET_H

#define XT_NET_PROBES(X)                                                                           \
	/* a stamp that nobody takes, as no driver is seen to get its packet, would be a drop */   \
	X(XT_P_TX_QUEUE, "net_dev_queue", "packets sent: qdisc", PACKETS("xt_tx_queue"), BODY(65), \
	  NEEDS(XT_P_TX_START))                                                                    \
	X(XT_P_TX_START, "net_dev_start_xmit", "packets sent: count, start of submit",             \
	  PACKETS("xt_tx_start"), BODY(185), .counts_sent = true, NEEDS(XT_P_TX_XMIT))             \
	/* what a driver gives back is taken off what it was given; and it ends what that began */ \
	X(XT_P_TX_XMIT, "net_dev_xmit", "packets sent: end of submit, CPU time",                   \
	  PACKETS("xt_tx_xmit"), BODY(145), NEEDS(XT_P_TX_START))                                  \
	X(XT_P_TX_CONSUME, "consume_skb", "packets sent: end", PACKETS("xt_tx_consume"))           \
	X(XT_P_TX_KFREE, "kfree_skb", "packets sent: end, where the driver calls it so",           \
	  PACKETS("xt_tx_kfree"))                                                                  \
	X(XT_P_TX_DONE, "dev_kfree_skb_irq_reason", "packets sent: handler and finish apart",      \
	  FENTRY_ONLY("xt_tx_done"), .use = FOR_NET, .older = "__dev_kfree_skb_irq")               \
	X(XT_P_RX_RAISE, "softirq_raise", "packets received: interrupt to poll",                   \
	  PACKETS("xt_rx_raise"), BODY(10))                                                        \
	X(XT_P_RX_POLL, "napi_poll", "packets received: interrupt to poll, poll",                  \
	  PACKETS("xt_rx_poll"), BODY(130), .by_softirq = true)                                    \
	X(XT_P_RX_GRO, "napi_gro_receive_entry", "packets received: count", PACKETS("xt_rx_gro"),  \
	  BODY(40))                                                                                \
	X(XT_P_RX_FRAGS, "napi_gro_frags_entry", "the same, for some drivers",                     \
	  PACKETS("xt_rx_frags"), BODY(40))                                                        \
	X(XT_P_RX_SKB, "netif_receive_skb_entry", "the same, for drivers without GRO",             \
	  PACKETS("xt_rx_skb"), BODY(40))                                                          \
	X(XT_P_RX_LIST, "netif_receive_skb_list_entry", "the same, for some drivers",              \
	  PACKETS("xt_rx_list"), BODY(40))                                                         \
	X(XT_P_RX_BACKLOG, "netif_rx_entry", "the same, for drivers without NAPI",                 \
	  PACKETS("xt_rx_backlog"), BODY(40))

/* What the loader tells the programs: the first of their paths, and what they cannot find out. */
struct xt_net_config {
	__u32 submit_path; /* cpu paths: one a NIC's slot */
	__u32 nics_places; /* of the table: a power of two */
	__u32 netns;	   /* inode of the namespace whose NICs are known; 0: there are none */
	bool nics_some;	   /* not all NICs are asked for */
	bool drop_reasons; /* kfree_skb has the reason as its third argument: see xt_tx_kfree() */
};

#define PACKETS(prog) TRACEPOINT(prog), .use = FOR_NET

/*
 * Slots of NICs, by which core knows their interrupts; 0 is none. More are not traced, and told so.
 */
#define XT_NICS XT_DEVICES

/*
 * Legs of a packet sent, in the order of time; TOTAL is their sum, measured. HYPERCALL is
 * taken out of SUBMIT, whose last part it is.
 */
#define XT_TX_LEGS(X)                                                          \
	/* the stack gave it to the interface -> the driver got it */          \
	X(XT_TX_QDISC, "qdisc")                                                \
	/* -> ndo_start_xmit() returned, less the next leg */                  \
	X(XT_TX_SUBMIT, "submit")                                              \
	/* wrappers of hypercalls in it: netfront's event */                   \
	X(XT_TX_HYPERCALL, "hypercall")                                        \
	/* -> the device's interrupt; netfront: backend */                     \
	X(XT_TX_DEVICE, "device")                                              \
	/* -> the driver let go of it */                                       \
	X(XT_TX_HANDLER, "handler")                                            \
	/* -> the stack freed it, where the driver leaves that to a softirq */ \
	X(XT_TX_FINISH, "finish")                                              \
	X(XT_TX_TOTAL, "total")

/* Legs of a NAPI poll: what received packets wait for in the guest. */
#define XT_RX_LEGS(X)                                                             \
	X(XT_RX_DELAY, "irq to poll") /* the NIC's interrupt -> its poll began */ \
	X(XT_RX_POLL, "poll")	      /* -> and ended */                          \
	X(XT_RX_TOTAL, "total")

enum xt_tx_leg { XT_TX_LEGS(XT_ENUM) XT_TX_NR };
enum xt_rx_leg { XT_RX_LEGS(XT_ENUM) XT_RX_NR };

#define XT_NIC_PATHS (XT_TX_NR + XT_RX_NR) /* wait paths of a NIC: sent, then received */

/*
 * NIC table: open addressing over the interface's index, XT_NIC_PROBES places from its own. The
 * loader fills it with NICs that have a device below them, and makes it as large as it takes for
 * each to find a place; BPF only reads.
 */
#define XT_NIC_PROBES 4

struct xt_nic {
	__u32 ifindex; /* 0: empty */
	__u16 slot;
	__u16 flags;	   /* XT_NIC_* */
	__u32 first;	   /* packet slots: first + transmit queue * XT_QUEUE_PACKETS */
	__u32 queues;	   /* transmit queues */
	__u32 paths;	   /* first of its wait paths */
	__u32 first_queue; /* of its struct xt_nic_queue */
	__u32 pad[2];
};

#define XT_NIC_UNFRAMED (1 << 0) /* the CPU time of its driver's xmit is family emul's */
#define XT_NIC_EMULATED (1 << 1) /* held time is the device model's */
#define XT_NIC_VIRTUAL	(1 << 2) /* no device below it: its packets go on, and are freed elsewhere */

/*
 * A packet in a driver's hands, in the region of its transmit queue at one of XT_PACKET_WAYS places
 * from the hash of its address. Places are taken under the queue's lock, which the kernel holds
 * around ndo_start_xmit(), and given back by whoever frees the packet: no two race for one.
 */
#define XT_PACKET_COPIED 1    /* inside ndo_start_xmit(), by a driver that copies it, or drops it */
#define XT_QUEUE_PACKETS 1024 /* a power of two */
#define XT_PACKET_WAYS	 4

struct xt_packet {
	__u64 skb;	 /* struct sk_buff *, 0 when free */
	__u64 queued;	 /* ns: the stack gave it to the interface; 0: not seen */
	__u64 started;	 /* ns: the driver got it */
	__u64 submitted; /* ns: … and returned; 0: not yet */
	__u64 hypercall; /* ns in hypercalls that the driver made for it */
	__u64 irq;	 /* ns: entry of the interrupt in whose handler it was let go */
	__u64 done;	 /* ns: … and when; or XT_PACKET_COPIED */
	__u32 weight;	 /* packets that this one stands for */
	__u32 queue;	 /* its struct xt_nic_queue */
} __attribute__((aligned(64)));

/*
 * Packets on their way through a queue discipline, direct-mapped by hash: one word, since any CPU
 * may write any, of the hash's other bits, the sampling's exponent and the time.
 */
#define XT_QUEUED	   4096
#define XT_QUEUED_TAG_BITS 20
#define XT_QUEUED_NS_BITS  (64 - XT_QUEUED_TAG_BITS - XT_RATE_BITS) /* 18 min */

/*
 * Packets that were dropped, by NIC, direction and the kernel's reason (enum skb_drop_reason, since
 * 5.17): by (slot * 2 + 1 for received ones) * XT_DROP_REASONS + reason. The last one is for
 * reasons beyond, which subsystems have.
 */
#define XT_DROP_REASONS 256

/* What is counted of each NIC, on each CPU: by CPU * XT_NICS + slot. */
#define XT_NIC_COUNTS(X)                                                                \
	X(tx_packets) /* given to the driver and taken; one with GSO is one */          \
	X(tx_bytes)                                                                     \
	X(tx_segments)	 /* of which they are on the wire */                            \
	X(tx_sampled)	 /* of the packets: followed from leg to leg */                 \
	X(tx_stops)	 /* after which the driver stopped its queue, being full */     \
	X(tx_stopped_ns) /* until the next packet of that queue */                      \
	X(tx_limited)	 /* after which BQL stopped it: enough bytes under way */       \
	X(tx_busy)	 /* given back: NETDEV_TX_BUSY */                               \
	X(tx_copied)	 /* freed inside ndo_start_xmit(): no device leg */             \
	X(tx_cut)	 /* GSO packets that the kernel cut for a device that cannot */ \
	X(rx_packets)                                                                   \
	X(rx_bytes)                                                                     \
	X(polls)                                                                        \
	X(polls_full) /* that used up their budget */

struct xt_nic_count {
#define XT_COUNTER(name) __u64 name;
	XT_NIC_COUNTS(XT_COUNTER)
#undef XT_COUNTER
} __attribute__((aligned(64)));

/* A NIC's transmit queue: how many packets its driver has, counted up and down by whichever CPU. */
struct xt_nic_queue {
	__u64 under_way;
	__u64 most;    /* two CPUs may race for it, and the lower one win by their difference */
	__u64 stopped; /* ns: since when the driver has it stopped; 0: it runs */
	__u64 pad[5];
};

/* What the programs remember on each CPU. */
struct xt_net_cpu {
	__u64 started,
		completed; /* packets that are followed: started = completed + in flight + lost */
	__u64 at;	   /* packet slot + 1 that the driver is given now; 0: none */
	__u64 queue;	   /* transmit queue of that packet */
	__u64 followed;	   /* that packet is followed … */
	__u64 weight;	   /* … for so many */
	__u64 seq;	   /* packets queued here, while not all are followed */
	__u64 gso;	   /* ns: when the packet was queued whose segments follow now */
	__u64 gso_rate;	   /* of that packet */
	__u64 polled;	   /* ns: end of the last NAPI poll */
	/* in CPU 0's, for all */
	__u64 address; /* where the kernel has this, once it was asked */
} __attribute__((aligned(64)));

#endif
