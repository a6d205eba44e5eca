/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Family netback: what xen-netback does with guests' frames, in dom0 or a driver domain. "Sent" and
 * "received" are the guest's words: what it sends comes out of a vif here.
 */
#ifndef XT_NETBACK_H
#define XT_NETBACK_H

/*
 * As blkback's: fentry and fexit, with the module's BTF. Two programs are behind gnttab_batch_copy(): a softirq
 * takes frames that guests send also while a thread is in the one for frames received, and the kernel lets no
 * program run inside itself.
 */
#define XT_NETBACK_PROBES(X)                                                                       \
	X(XT_P_VIF_SENT, "xenvif_tx_interrupt", "back ends' NICs: events of frames sent",          \
	  FENTRY_ONLY("xt_vif_sent"), BODY(80), .use = FOR_SOME, .module = "xen_netback")          \
	X(XT_P_VIF_GIVEN, "xenvif_rx_interrupt", "back ends' NICs: events of buffers to fill",     \
	  FENTRY_ONLY("xt_vif_given"), BODY(80), .use = FOR_SOME, .module = "xen_netback")         \
	X(XT_P_VIF_EVENT, "xenvif_interrupt",                                                      \
	  "the same two, where a guest has one event for both", FENTRY_ONLY("xt_vif_event"),       \
	  BODY(80), .use = FOR_SOME, .module = "xen_netback")                                      \
	X(XT_P_VIF_POLL, "xenvif_tx_action", "back ends' NICs: frames sent",                       \
	  FENTRY_FEXIT("xt_vif_poll"), .use = FOR_SOME, .module = "xen_netback",                   \
	  NEEDS(XT_P_VIF_COPY, XT_P_VIF_MAP))                                                      \
	X(XT_P_VIF_COPY, "gnttab_batch_copy", "back ends' NICs: frames sent: copied",              \
	  FEXIT_ONLY("xt_vif_copied"), BODY(40), .use = FOR_SOME, NEEDS(XT_P_VIF_POLL))            \
	X(XT_P_VIF_MAP, "gnttab_map_refs", "back ends' NICs: frames sent: mapped",                 \
	  FEXIT_ONLY("xt_vif_mapped"), BODY(40), .use = FOR_SOME, NEEDS(XT_P_VIF_POLL))            \
	X(XT_P_VIF_QUEUE, "xenvif_start_xmit", "back ends' NICs: frames received: queued",         \
	  FENTRY_ONLY("xt_vif_queued"), BODY(60), .use = FOR_SOME, .module = "xen_netback",        \
	  NEEDS(XT_P_VIF_RECEIVE, XT_P_VIF_TAKE))                                                  \
	/* once a frame: with what the next one does for each frame of a batch */                  \
	X(XT_P_VIF_TAKE, "xenvif_rx_skb", "back ends' NICs: frames received: the thread has them", \
	  FENTRY_ONLY("xt_vif_taken"), BODY(220), .use = FOR_SOME, .module = "xen_netback",        \
	  NEEDS(XT_P_VIF_RECEIVE, XT_P_VIF_QUEUE))                                                 \
	X(XT_P_VIF_RECEIVE, "gnttab_batch_copy", "back ends' NICs: frames received: copied",       \
	  FEXIT_ONLY("xt_vif_received"), BODY(60), .use = FOR_SOME,                                \
	  NEEDS(XT_P_VIF_QUEUE, XT_P_VIF_TAKE))

/*
 * Legs of a frame that a guest sends: X(enumerator, name, place in time, mechanism). A softirq takes all
 * that are in the ring: each of them is here as long as its batch. WAKE is of one in a batch, the one that
 * an event announced.
 */
#define XT_VIF_SENT_LEGS(X)                                                              \
	/* the event's interrupt -> the softirq takes the ring's frames */               \
	X(XT_VIF_WAKE, "wake", 1, MECH_GUEST, .roles = PATH_WAKE)                        \
	/* -> their grants are copied, or mapped */                                      \
	X(XT_VIF_GRANTS, "grants", 2, MECH_PV)                                           \
	/* -> this domain's stack had them: bridge, and the real NIC's queue. A frame */ \
	/* that was copied whole is answered before, and others when they are freed */   \
	X(XT_VIF_STACK, "stack", 3, MECH_GUEST, .roles = PATH_ANSWERED)                  \
	X(XT_VIF_SENT_TOTAL, "total", 0, MECH_PV, .roles = PATH_WHOLE)

/* Legs of a frame that a guest receives. */
#define XT_VIF_RECEIVED_LEGS(X)                                                      \
	/* it came to the vif -> the guest, which had no buffer for it, gave some */ \
	X(XT_VIF_SLOTS, "slots", 1, MECH_PV)                                         \
	/* -> the queue's thread takes it: that was asleep, or at work on others */  \
	X(XT_VIF_THREAD, "thread", 2, MECH_GUEST, .roles = PATH_WAKE)                \
	/* -> it is copied into the guest's buffers, with those of its batch */      \
	X(XT_VIF_COPY, "copy", 3, MECH_PV)                                           \
	X(XT_VIF_RECEIVED_TOTAL, "total", 0, MECH_PV, .roles = PATH_WHOLE)

enum xt_vif_sent_leg { XT_VIF_SENT_LEGS(XT_ENUM) XT_VIF_SENT_NR };
enum xt_vif_received_leg { XT_VIF_RECEIVED_LEGS(XT_ENUM) XT_VIF_RECEIVED_NR };

/* What is counted of a NIC beside its frames: X(enumerator, name) */
#define XT_VIF_COUNTS(X)                                   \
	X(XT_VIF_EVENTS_SENT, "event of frames sent")      \
	X(XT_VIF_EVENTS_GIVEN, "event of buffers to fill") \
	X(XT_VIF_POLLS, "batch of frames sent")            \
	X(XT_VIF_COPIES, "batch of frames received")

enum xt_vif_count { XT_VIF_COUNTS(XT_ENUM) XT_VIF_COUNT_NR };

/* Of a NIC: the legs of frames sent, of frames received, then counts. */
#define XT_VIF_RECEIVED (XT_VIF_SENT_NR)
#define XT_VIF_COUNTED	(XT_VIF_RECEIVED + XT_VIF_RECEIVED_NR)
#define XT_VIF_PATHS	(XT_VIF_COUNTED + XT_VIF_COUNT_NR)

/*
 * A queue of a NIC's slot, by slot * XT_VIF_QUEUES + its number. Those of NICs without a slot of their own
 * share slot 0's, and take them from each other.
 */
#define XT_VIF_QUEUES 16 /* a power of two; xen_netback.max_queues is 8 if not said */

struct xt_vif_queue {
	__u64 queue; /* struct xenvif_queue *: whose this is now */
	__u64 sent;  /* ns: the event of frames that were not taken yet; 0: none */
	__u64 given; /* ns: the last event of buffers to fill */
	/* frames that its thread has taken and not given to the guest yet; ns: when the first one was */
	__u64 frames, taken;
	__u32 key; /* xt_back_key() */
	__u32 slot;
	__u64 pad[2];
};

/*
 * When a frame was queued for a guest, direct-mapped by the hash of its address: one word, since any CPU
 * may write any, of the hash's other bits and the time. Where another one took its place it is counted, and
 * not timed.
 */
#define XT_VIF_FRAME_BITS 13
#define XT_VIF_NS_BITS	  44 /* 4.8 hours: frames wait 10 s at most, rx_drain_timeout_msecs */

/* What the programs remember on each CPU: its softirq takes frames of this queue now. */
struct xt_netback_cpu {
	__u64 queue; /* struct xenvif_queue *; 0: of none */
	__u64 began, copied;
	__u64 wake; /* ns: since its event; 0: no event announced them */
	__u64 path; /* the first of its legs */
} __attribute__((aligned(64)));

/* What the loader tells the programs. */
struct xt_netback_config {
	__u32 first_path; /* of slot 0; a slot has XT_VIF_PATHS */
};

#endif
