/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Owners of disk requests: who was at work when a request was made (--by). They tell the same requests
 * apart as the rows of disks do, in another way: the counts of both add up to the same. Pure.
 */
#ifndef XT_MODEL_OWNERS_H
#define XT_MODEL_OWNERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/hist.h"

struct snapshot;

/* By what they are told apart. */
#define OWNERS_BY(X)             \
	X(BY_NOTHING, "nothing") \
	X(BY_COMM, "comm")       \
	X(BY_PID, "pid")         \
	X(BY_CGROUP, "cgroup")

/*
 * What an owner is: X(enumerator, name, why it is nobody; "" of a task or cgroup). A kernel worker's
 * writes are above all what others left to be written back.
 */
#define OWNER_KINDS(X)                                                          \
	X(OWNER_NAMED, "named", "")                                             \
	X(OWNER_UNKNOWN, "unknown",                                             \
	  "empty flushes, which are not issued, and requests whose "            \
	  "issue was not seen")                                                 \
	X(OWNER_OTHER, "other", "owners that found no place any more")          \
	X(OWNER_INTERRUPT, "interrupt", "made in interrupts and softirqs")      \
	X(OWNER_KWORKER, "kworker", "made by the kernel's workers, for others") \
	X(OWNER_WRITEBACK, "writeback",                                         \
	  "writes by the kernel's workers, as of data that was "                \
	  "buffered: who wrote it is not known")

#define XT_ENUM(id, ...) id,
enum owners_by { OWNERS_BY(XT_ENUM) BY_NR };
enum owner_kind { OWNER_KINDS(XT_ENUM) OWNER_KIND_NR };
#undef XT_ENUM

/* Static; "?" for an unknown value. */
const char *owners_by__name(enum owners_by by);
const char *owner_kind__name(enum owner_kind kind);
const char *owner_kind__why(enum owner_kind kind);
/* The one of this name; BY_NR: there is none. */
enum owners_by owners_by__find(const char *name);

struct owner {
	enum owner_kind kind;
	uint64_t id;	  /* a process's number, a cgroup's; 0: none */
	char name[128];	  /* comm; of a cgroup its path below the mount, or its last part */
	uint64_t bytes;	  /* of requests that ended and whose issue was seen */
	struct hist hist; /* whole requests, as in the leg "total" of the disks' */
};

/* What a table calls it: "fio[812]" of a process; "?" where there is no name. */
#define OWNER_TITLE 160
void owner__title(const struct owner *owner, enum owners_by by, char title[OWNER_TITLE]);

bool owner__same(const struct owner *a, const struct owner *b);

/* The report's row of an owner. */
struct owner_row {
	const struct owner *owner; /* the snapshot's */
	uint64_t count;
	uint64_t followed; /* of them; the times are theirs, and stand for all */
	uint64_t bytes;
	uint64_t waited_ns;
	double per_second, mean_ns;
	uint64_t p99_ns, max_ns;
	double share; /* of what all requests waited */
};

struct owner_rows {
	struct owner_row *rows; /* most waited first */
	size_t nr;
	uint64_t count, waited_ns; /* of all */
	double nobody;		   /* share of the requests whose owner is none by name */
};

/* The books' memory is freed by free(rows->rows). Returns 0 or -ENOMEM. */
int owner_rows__build(struct owner_rows *rows, const struct snapshot *snap, uint64_t elapsed_ns);

#endif
