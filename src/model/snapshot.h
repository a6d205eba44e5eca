/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What one reading of the maps says, as plain data. Everything that is made of it (ledger,
 * findings, outputs) is pure and works the same on a live reading, a recording or a test's literal.
 */
#ifndef XT_MODEL_SNAPSHOT_H
#define XT_MODEL_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/terms.h"
#include "model/hist.h"
#include "model/owners.h"
#include "model/vcpus.h"
#include "platform/counts.h"
#include "platform/serving.h"

/*
 * A path: what was measured where. Example: wait, disk, guest, "xvdb", "read", "queue". Names are for
 * people; roles say what a path is in the accounts. Each leg has its own mechanism: the queue is
 * the guest's (MECH_GUEST), the backend the device's.
 */
enum path_role {
	/* all that was waited for; the other legs of the same (device, op), if any, add up to it */
	PATH_WHOLE = 1 << 0,
	PATH_DEVICE = 1 << 1, /* the leg that the device has: blkfront's and netfront's backend */
	PATH_COUNT = 1 << 2,  /* events are counted, not timed */
	PATH_SHARES = 1 << 3, /* … and are parts of one whole */
	PATH_SENT = 1 << 4,   /* packets sent */
	PATH_POLL = 1 << 5,   /* a NIC's polls: no requests */
	PATH_IRQ = 1 << 6,    /* an interrupt's handler, and its op says the number */
	/* what a request waited for before it could be issued: */
	PATH_RING_FULL = 1 << 7,    /* a place in its ring */
	PATH_GRANTS_SHORT = 1 << 8, /* grant references */
	PATH_REQUEUED = 1 << 9,	    /* the driver gave it back, and does not say why */
	/* what a function does, by whatever mechanism, of hypercalls and of what stands in for them: */
	PATH_NOTIFY = 1 << 10,	  /* tells a back end of requests or packets */
	PATH_TIMER_SET = 1 << 11, /* sets the clock event device */
	PATH_IPI = 1 << 12,	  /* interrupts another vCPU */
	PATH_PV_ALONE = 1 << 13,  /* a hypercall that only PV kernels make: page tables, segments */
	PATH_FLUSH = 1 << 14,	  /* of a disk's requests: writes nothing, and waits for all */
	/* whose registers a function touches: */
	PATH_UART = 1 << 15,
	PATH_IO_APIC = 1 << 16,
	PATH_BACK_END =
		1 << 17, /* of a joined run: another part of what is the device's leg in a guest */
	/* of a back end: */
	PATH_WAKE = 1 << 18,	 /* until the thread or softirq that serves it ran */
	PATH_RECEIVED = 1 << 19, /* frames that a guest receives */
	PATH_ANSWERED = 1 << 20, /* the guest may have been answered before */
};

struct path_key {
	enum kind kind;
	enum area area;
	enum mech mech;
	unsigned int roles; /* PATH_*; not compared: the names tell paths apart already */
	unsigned int order; /* of a leg: its place in time among its request's, from 1 on */
	unsigned int stem;  /* see stem__len() */
	char device[48];    /* "xvdb", "eth0", "timer0"; "" for none */
	char op[40];	    /* "read", a hypercall's name, …; "" for none */
	char leg[40];	    /* "queue", "submit", a wrapper's name; "" for none */
};

/*
 * What of a path's events came by one kernel stack: see model/stacks.h. Its ns are a part of
 * path_key__ns(), and below 0, modulo 2^64, where more is owed than was measured.
 */
struct stack_use {
	const char *frames; /* "notify_remote_via_irq;blkif_queue_rq [xen_blkfront];…", inside out */
	uint64_t count, ns;
};

struct path {
	struct path_key key;
	uint32_t id; /* the same path in every reading of a run, even if its device is learned
		      * only later; 0: the key alone tells */
	struct hist hist;
	struct stack_use *stacks; /* no two of the same frames; only where they were asked for */
	size_t nr_stacks;
};

/*
 * "timer0" and "timer1" are the timers of two vCPUs: by their stem of 5 characters both are
 * "timer". "sda1" is not another "sda": its stem is 0, and its name counts as a whole. How many
 * characters of the name count?
 */
static inline size_t stem__len(const char *device, unsigned int stem)
{
	size_t len = strlen(device);

	return stem && stem < len ? stem : len;
}

/* Does this path measure all that was waited for: a whole request, or how late a timer was? */
bool path_key__is_whole(const struct path_key *key);
/* ns that a path took, or that was waited in it, whose histogram this is: see hist__all_ns(). */
uint64_t path_key__ns(const struct path_key *key, const struct hist *h);
bool path_key__equal(const struct path_key *a, const struct path_key *b);
/* Are these the same path of one run: by id where both have one, else by key? */
bool path__same(const struct path_key *a, uint32_t a_id, const struct path_key *b, uint32_t b_id);

/* vCPU time since tracing began, ns: the sums of struct vcpu_time. */
struct cpu_time {
	unsigned int vcpus; /* online when last read */
	uint64_t total_ns;  /* online time: the columns add up to it */
	uint64_t idle_ns;
	bool has_runstate;   /* Xen's own account: runnable and offline told apart */
	uint64_t stolen_ns;  /* runnable, not run; without runstate what /proc/stat calls steal */
	uint64_t offline_ns; /* held off by Xen; 0 without runstate */
	bool steal_measured; /* false where nobody measures it (nopv, no callback vector) */
	uint64_t stat_steal_ns; /* /proc/stat's steal: stolen + offline on Xen */
};

/* Event channels of one interrupt slot. */
struct channel {
	char kind[16]; /* as struct irq's: "vbd", "vif", "virq", "ipi", "user", … */
	char device[48];
	char op[40];	   /* "irq 62" */
	bool bound;	   /* made for one vCPU and stays there: timers, IPIs */
	unsigned int irq;  /* its number; 0: of several */
	unsigned int stem; /* see stem__len() */
};

/* The hardware queues of a disk: of blkfront its rings. */
struct queue_use {
	char device[48];
	unsigned int queues;
	uint64_t places; /* of each; 0: not known */
	uint64_t most; /* requests under way at once in one of them, of the whole run up to here */
	uint64_t last; /* requests issued into a queue's last place */
	uint64_t last_waited_ns; /* their queue legs */
};

/* What is counted of a NIC, by the programs' names: X(its id in a recording, name, what it is). */
/* clang-format off */
#define NIC_COUNTS(X) \
	X(4, tx_packets, "Given to the driver and taken by it; one with GSO is one.") \
	X(5, tx_bytes, "With the link's header, without what a device adds to segments.") \
	X(6, tx_segments, "Packets on the wire, where the device cuts those with GSO.") \
	X(14, tx_sampled, "Packets that were followed, of tx_packets; those in paths stand for " \
	  "all.") \
	X(15, tx_stops, "Packets after which the driver had stopped their queue: it was full.") \
	X(16, tx_stopped_ns, "From there to the next packet of the queue; one that is stopped at " \
	  "the end is not in it.") \
	X(17, tx_limited, "Packets after which byte queue limits had stopped their queue.") \
	X(7, tx_busy, "Given back by the driver (NETDEV_TX_BUSY), to be sent again.") \
	X(8, tx_copied, "Freed before the driver's function returned: it copies packets, or " \
	  "dropped them; they have no device leg.") \
	X(9, tx_cut, "Packets with GSO that the kernel cut, since the device cannot.") \
	X(10, rx_packets, "Given to the stack by the driver, before GRO.") \
	X(11, rx_bytes, "With the link's header.") \
	X(12, polls, "NAPI polls.") \
	X(13, polls_full, "That used up their budget.")
/* clang-format on */

struct nic_use {
	char device[48];
	unsigned int queues; /* for sending */
	uint64_t most; /* packets at once in the driver's hands, of one queue, of the whole run */
#define XT_MEMBER(id, name, text) uint64_t name;
	NIC_COUNTS(XT_MEMBER)
#undef XT_MEMBER
};

#define DROP_REASON 40

/* Packets of a NIC that the kernel dropped, in its qdisc or having received them. */
struct drop {
	char device[48];
	bool received;
	char reason[DROP_REASON]; /* "QDISC_DROP", as the kernel names it; "": it does not say */
	uint64_t count;
};

#define SLOWEST	     16 /* so many are kept of a run */
#define REQUEST_LEGS 16 /* room for a request's legs, with some to spare; its total is none */

/* One of the slowest requests of a run. */
struct slow_request {
	char device[48];
	char op[40];
	uint64_t start_ns; /* CLOCK_MONOTONIC: made */
	uint64_t total_ns;
	struct {
		char name[40];
		uint64_t ns;
	} legs[REQUEST_LEGS]; /* those that were seen, in the order of time; they add up to total_ns */
	size_t nr_legs;
	bool issued; /* false: an empty flush, which nobody issued: no vcpu, pid and comm */
	unsigned int vcpu;
	unsigned int pid; /* of the issuer's process */
	char comm[16];	  /* "": the issuer was gone when the request ended */
	/* the issuing vCPU, from issue to end: runnable and not run, and held off */
	bool overlap_known;
	uint64_t stolen_ns, held_ns;
	const char *stack; /* that issued it, as struct stack_use's; NULL or "": not known */
};

/* Whether kernel stacks were asked for, and why there are none though they were; "": there are. */
struct stacks_asked {
	bool asked;
	char cause[80];
	char fix[80];
};

struct loss {
	const char *name;
	const char *why; /* cause and what to do */
	bool lost;	 /* counts against completeness; else a note */
	uint64_t count;
};

/*
 * carried + started = completed + in_flight + lost; in_flight was found by scanning. `carried` were
 * in flight when an interval began; 0 for a whole run, whose beginning finds them preexisting.
 */
struct conservation {
	uint64_t started, completed, in_flight, lost, preexisting, carried;
	uint64_t kernel; /* done as the kernel counts it, preexisting ones too; 0: unknown */
};

/* What is said of owners of disk requests, as it was asked for. */
struct whose {
	enum owners_by by; /* BY_NOTHING: they were not asked for, and there are none */
	char only[128];	   /* the one whose requests alone were asked for; "": all */
	uint64_t left_out; /* then: requests of others, and of nobody that is known */
};

enum rung { RUNG_OFF, RUNG_TP_BTF, RUNG_FENTRY, RUNG_KPROBE };

/* One probe: what it measures, how it got attached, and if not, why and what to do. */
struct probe_status {
	char name[48];	 /* hook: "blkif_queue_rq", "block_rq_issue" */
	char family[16]; /* "blk" */
	const char *purpose;
	enum rung rung;
	bool applicable;    /* false: belongs to another kind of guest; not a defect */
	bool site;	    /* a call site of hypercalls, and `purpose` the hypercall's name */
	bool any_call;	    /* a site that makes whatever hypercall it is told */
	bool counts_sent;   /* without it what NICs send is not counted */
	bool hardware_does; /* off, since the hardware does what it would see */
	char cause[160];
	char fix[160];
	uint64_t runs;
	uint64_t skipped;  /* runs that the kernel left out: see probe/load.h */
	uint64_t reads;	   /* of the clock, which this probe counts */
	double ns_per_run; /* calibrated body + dispatch; 0 when not calibrated */
};

const char *rung__name(enum rung rung);

struct own_cost {
	uint64_t bpf_ns; /* runs × (body + dispatch), all programs */
	uint64_t runs;
	double clock_read_ns;	  /* one bpf_ktime_get_ns() here; 0 unknown */
	double clock_gettime_ns;  /* one clock_gettime(CLOCK_MONOTONIC) of a process; 0 unknown */
	bool vdso_known, in_vdso; /* whether that is a system call was tried; it is not */
	uint64_t user_ns;	  /* this process: user + system */
	double budget;		  /* a share of the vCPUs' time (--max-overhead); 0: none */
	uint64_t at_first;	  /* 1 of so many was followed at the start, the clock being dear */
	uint64_t rss_bytes;
	uint64_t kernel_bytes; /* maps */
};

/*
 * What is recorded of it, and what becomes of each member in a difference and in a sum, say the
 * tables in snapshot.c.
 */
struct snapshot {
	uint64_t start_ns, end_ns; /* CLOCK_MONOTONIC */
	uint64_t wall_start_ns;	   /* UTC since the epoch, at start_ns */
	struct path *paths;	   /* only paths with events */
	size_t nr_paths;
	struct queue_use *queues; /* of each disk that is traced */
	size_t nr_queues;
	struct nic_use *nics; /* that are traced */
	size_t nr_nics;
	struct drop *drops; /* only what there was */
	size_t nr_drops;
	struct slow_request *slow; /* the slowest first, of the whole run up to here */
	size_t nr_slow;
	struct cpu_time cpu;
	struct vcpu_time *vcpus; /* that were online at some time; by number */
	size_t nr_vcpus;
	struct channel *channels; /* the same ones in every reading of a run */
	size_t nr_channels;
	unsigned int nr_cpus;	  /* possible ones */
	uint64_t *channel_counts; /* events: by channel, then by CPU */
	struct bus_events *bus;	  /* what the kernel counts of xenbus devices' channels */
	size_t nr_bus;
	struct loss *losses; /* all of them, zero or not */
	size_t nr_losses;
	struct conservation io;
	struct whose whose;
	struct owner *owners; /* of the requests of traced disks that ended */
	size_t nr_owners;
	struct stacks_asked stacks;
	struct conservation packets; /* sent, that a driver had; preexisting ones are not known */
	struct probe_status *probes;
	size_t nr_probes;
	struct own_cost cost;
	struct kernel_counts kernel;
	struct disk_counts *disk_counts; /* of each disk that is traced */
	size_t nr_disk_counts;
	struct nic_losses *nic_losses; /* of each NIC that is traced */
	size_t nr_nic_losses;
	struct served *served; /* guests that this domain has devices of */
	size_t nr_served;
};

extern const struct schema snapshot_schema; /* see model/schema.h */

/* What a run is, said once: header of every output. Strings are owned by whoever filled it. */
struct run_info {
	const char *version;
	const char *command_line;
	const char *host;
	const char *kernel;
	uint64_t wall_start_ns; /* UTC since the epoch, when the run began; 0 unknown */
};

/*
 * later - earlier of the same run into *delta, which the caller frees with snapshot__free(). Its
 * slowest requests are those of the run that ended in between: there may be others, less slow.
 * Returns 0 or -ENOMEM. `earlier` may be NULL: a copy.
 */
int snapshot__delta(struct snapshot *delta, const struct snapshot *later,
		    const struct snapshot *earlier);
/*
 * Append an interval to the sum of those before it, which is {} at first: with all of a run's
 * intervals its total again, but for what came after the last one, and for maxima that no interval
 * knows exactly. Returns 0 or -ENOMEM, after which *sum is still to be freed.
 */
int snapshot__add(struct snapshot *sum, const struct snapshot *delta);
void snapshot__free(struct snapshot *snap);
/* System calls that read the clock, made because the vDSO could not. */
uint64_t snapshot__clock_calls(const struct snapshot *snap);
/* All reads of an emulated clock, the kernel's own and the tracer's too; 0: they are not counted. */
uint64_t snapshot__clock_reads(const struct snapshot *snap);
/*
 * The probe that counts what NICs send, if this guest has use for it and it is off: the counts of
 * it are unknown then, and not 0. NULL: they are known.
 */
const struct probe_status *snapshot__sent_uncounted(const struct snapshot *snap);

#endif
