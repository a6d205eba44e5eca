/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the rules of findings share (model/findings*.c); nobody else sees it. */
#ifndef XT_MODEL_RULES_H
#define XT_MODEL_RULES_H

#include "model/ledger.h"
#include "model/units.h"

/* What a rule gets to see. */
struct question {
	const char *id;
	const struct snapshot *snap;
	const struct platform *platform; /* may be NULL */
	const struct ledger *ledger;
	struct findings *out;
	struct finding spare; /* written to in place of an answer for which there is no memory */
	int err;
};

/* `ask` gives one answer for each device that meets the rule. If it gives none, the rule is not met. */
struct rule {
	const char *id;
	void (*ask)(struct question *q);
};

struct rules {
	const struct rule *rule;
	size_t nr;
};

#define RULES(name, table) \
	const struct rules name = { .rule = table, .nr = sizeof(table) / sizeof(table[0]) }

extern const struct rules run_rules, disk_rules, ring_rules, slow_rules, time_rules, guest_rules,
	event_rules, net_rules, back_rules;

#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* A new answer to fill in, owned by the list and valid until the next one. */
struct finding *rule__met(struct question *q, const char *subject);
void rule__untestable(struct question *q, const char *fmt, ...) PRINTF(2, 3);
/* An untestable one about a device. */
void rule__untestable_of(struct question *q, const char *subject, const char *fmt, ...)
	PRINTF(3, 4);

/* The parts of an answer. What is beyond the room for a list of them is dropped. */
void finding__say(struct finding *f, const char *fmt, ...) PRINTF(2, 3);
void finding__figure(struct finding *f, const char *fmt, ...) PRINTF(2, 3);
void finding__exclude(struct finding *f, const char *fmt, ...) PRINTF(2, 3);
void finding__do(struct finding *f, enum remedy remedy, const char *fmt, ...) PRINTF(3, 4);
void finding__check(struct finding *f, const char *fmt, ...) PRINTF(2, 3);
void finding__cost(struct finding *f, enum kind kind, uint64_t ns);
/* In s of that kind; at least 0. */
void finding__gain(struct finding *f, enum kind kind, double low_ns, double high_ns);
void finding__gain_unknown(struct finding *f, const char *fmt, ...) PRINTF(2, 3);

/* How to see whether a change helped, where nothing else is said. */
#define CHECK_AGAIN "trace the same load again"

/* Fewer requests or packets have no mean and no tail to speak of. */
#define EVENTS_ENOUGH 100

/* Are all probes of this family off? Not in a snapshot that lists none of them, as those of tests. */
bool rule__family_is_off(const struct snapshot *snap, const char *family);
/* Where emulated devices can be replaced by virtio, not by Xen's PV ones. */
bool rule__has_virtio(const struct platform *platform);
/* NULL where it is not known. */
const struct feature *rule__feature(const struct platform *platform, enum feature_id id);
size_t rule__online_vcpus(const struct snapshot *snap);

/* Requests of a plain disk that this mechanism serves. */
bool rule__is_disk(const struct wait_row *row, enum mech mech);
/* Are disk requests measured? If not, it gives the answer: not testable. */
bool rule__knows_disks(struct question *q);
/* The busiest row of a disk, as rows are sorted by waited time; NULL if it did nothing. */
const struct wait_row *rule__busiest(const struct ledger *ledger, const char *device);

/* All requests of a disk. */
struct disk_sum {
	uint64_t count, waited_ns;
	uint64_t flush_count, flush_ns; /* of them: flushes */
};
struct disk_sum rule__disk(const struct ledger *ledger, const char *device);
/* What the kernel counts of it; NULL where that was not recorded. */
const struct disk_counts *rule__counts(const struct snapshot *snap, const char *device);
/* How it uses its places; NULL where that is not known. */
const struct queue_use *rule__queue(const struct snapshot *snap, const char *device);
/* "3.76ms (+-41us)": a row's mean, and with 95 % how far off that is. */
#define MEAN_LEN 64
const char *rule__mean(char buf[MEAN_LEN], const struct wait_row *row);
/* ns of a row's legs that have one of these roles. */
uint64_t rule__legs_ns(const struct wait_row *row, unsigned int roles);

/* What the CPU account has of this mechanism … */
struct cpu_sum {
	uint64_t ns, held_ns, events;
};
/* … in rows of this area and device. NULL: of any device; "": rows that have none. */
struct cpu_sum rule__cpu(const struct ledger *ledger, enum mech mech, enum area area,
			 const char *device);
/* … in paths that have one of these roles. */
struct cpu_sum rule__role_cpu(const struct snapshot *snap, enum mech mech, unsigned int roles);

#endif
