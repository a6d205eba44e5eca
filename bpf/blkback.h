/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Family blkback: what xen-blkback does with guests' disk requests, in dom0 or a driver domain. It is
 * the other end of the ring whose guest has the leg "backend" of blkfront.
 */
#ifndef XT_BLKBACK_H
#define XT_BLKBACK_H

/*
 * All of them read arguments, so they are fentry and fexit: the module's BTF is needed, and
 * bpf_get_func_arg(), since 5.17. What a static function is inlined into cannot be probed: of
 * dispatch_rw_block_io() and its callers only what they call is seen.
 */
#define XT_BLKBACK_PROBES(X)                                                                    \
	X(XT_P_BACK_EVENT, "xen_blkif_be_int", "back ends' disks: events of guests",            \
	  FENTRY_ONLY("xt_back_event"), BODY(80), .use = FOR_SOME, .module = "xen_blkback",     \
	  NEEDS(XT_P_BACK_IDLE))                                                                \
	X(XT_P_BACK_IDLE, "xen_irq_lateeoi", "back ends' disks: a ring is empty again",         \
	  FENTRY_ONLY("xt_back_idle"), BODY(40), .use = FOR_SOME, NEEDS(XT_P_BACK_EVENT))       \
	X(XT_P_BACK_MAP, "xen_blkbk_map", "back ends' disks: leg grants",                       \
	  FENTRY_FEXIT("xt_back_map"), .use = FOR_SOME, .module = "xen_blkback",                \
	  NEEDS(XT_P_BACK_DONE, XT_P_BACK_RESPOND))                                             \
	X(XT_P_BACK_BIO, "block_bio_queue", "back ends' disks: requests given to their device", \
	  TRACEPOINT("xt_back_bio"), BODY(40), .use = FOR_SOME, NEEDS(XT_P_BACK_MAP))           \
	X(XT_P_BACK_DONE, "end_block_io_op", "back ends' disks: leg device",                    \
	  FENTRY_ONLY("xt_back_done"), BODY(60), .use = FOR_SOME, .module = "xen_blkback",      \
	  NEEDS(XT_P_BACK_MAP))                                                                 \
	X(XT_P_BACK_RESPOND, "xen_blkbk_unmap_and_respond_callback",                            \
	  "back ends' disks: a request's end, leg unmap", FENTRY_ONLY("xt_back_respond"),       \
	  .use = FOR_SOME, .module = "xen_blkback", NEEDS(XT_P_BACK_MAP))

/* include/xen/interface/io/blkif.h, BLKIF_OP_*: what a guest asks for, by its number there. */
#define XT_BACK_OPS(X)            \
	X(XT_BACK_READ, "read")   \
	X(XT_BACK_WRITE, "write") \
	X(XT_BACK_FLUSH, "flush") /* and write barriers, which first wait for all others */

/*
 * Legs of a request on this side: X(enumerator, name, place in time, …). TOTAL is their sum, measured.
 * WAKE is of requests that an event announced: others came while the thread was at work, and how long
 * they had been in the ring only their guest knows.
 */
#define XT_BACK_LEGS(X)                                                                \
	/* the event's interrupt -> the thread takes the request */                    \
	X(XT_BACK_WAKE, "wake", 1, MECH_GUEST, .roles = PATH_WAKE)                     \
	/* -> its grants are mapped, or found among the persistent ones */             \
	X(XT_BACK_GRANTS, "grants", 2, MECH_PV)                                        \
	/* -> the first of its bios is given to the device */                          \
	X(XT_BACK_SUBMIT, "submit", 3, MECH_GUEST)                                     \
	/* -> the last one has ended: this domain's block layer and the real device */ \
	X(XT_BACK_DEVICE, "device", 4, MECH_HARDWARE, .roles = PATH_DEVICE)            \
	/* -> its grants are unmapped, and the response is written */                  \
	X(XT_BACK_UNMAP, "unmap", 5, MECH_PV)                                          \
	X(XT_BACK_TOTAL, "total", 0, MECH_PV, .roles = PATH_WHOLE)

enum xt_back_op { XT_BACK_OPS(XT_ENUM) XT_BACK_OP_NR };
enum xt_back_leg { XT_BACK_LEGS(XT_ENUM) XT_BACK_LEG_NR };

/* What is counted of a device beside its requests: X(enumerator, name) */
#define XT_BACK_COUNTS(X)          \
	X(XT_BACK_EVENTS, "event") \
	X(XT_BACK_IDLE, "event for no request") /* it had been taken already */

enum xt_back_count { XT_BACK_COUNTS(XT_ENUM) XT_BACK_COUNT_NR };

/* Of a device: legs by operation, then counts. */
#define XT_BACK_LEG_PATHS (XT_BACK_OP_NR * XT_BACK_LEG_NR)
#define XT_BACK_PATHS	  (XT_BACK_LEG_PATHS + XT_BACK_COUNT_NR)

/* A ring, by the number of its interrupt. Its thread alone writes what is of one request. */
#define XT_BACK_RINGS 1024

struct xt_back_ring {
	__u64 ring;  /* struct xen_blkif_ring *, and its device: whose the number is now */
	__u64 event; /* ns: its first event since its thread was idle or took a request; 0: none */
	__u64 discards; /* that it had taken then */
	__u64 start;	/* ns: its thread took the request below; 0: that has a place of its own */
	__u64 wake;	/* ns: since its event; 0: no event announced it */
	__u64 pending, id; /* the request's struct pending_req *, and the guest's number of it */
	__u32 key;
	__u32 slot;
	__u32 listed; /* so far the list of its segments alone was mapped */
	__u32 pad;
};

/* A request from when its grants are mapped, by the address of its struct pending_req. */
#define XT_BACK_REQUESTS 16384

struct xt_back_request {
	__u64 start, mapped, submitted;
	__u64 ended; /* ns: the last bio that ended; 0: none yet */
	__u64 wake;
	__u32 path; /* of its first leg */
	__u32 pad;
};

/* What the loader tells the programs. */
struct xt_blkback_config {
	__u32 first_path; /* of slot 0; a slot has XT_BACK_PATHS */
};

#endif
