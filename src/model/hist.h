/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Log-linear histograms: sums, differences, quantiles. Pure. */
#ifndef XT_MODEL_HIST_H
#define XT_MODEL_HIST_H

#include <stddef.h>
#include <stdint.h>

/*
 * 8 buckets an octave: durations of 0 to 7 ns have a bucket each; above, the octave and the three
 * bits below the top one say which bucket it is. 320 reach 2^42 - 1 ns (73 min); what is longer is
 * in the last one. At a bucket's midpoint the error is at most 6.25 %. The BPF programs have the
 * same buckets (probe/slice.c).
 */
#define HIST_SUB_BITS 3
#define HIST_SUBS     (1 << HIST_SUB_BITS)
#define HIST_BUCKETS  320

/* Events whose durations have the same bucket. */
struct hist_bucket {
	uint64_t index; /* below HIST_BUCKETS; its bounds: hist__lower(), hist__upper() */
	uint64_t count;
	uint64_t ns; /* all of them together */
};

/* What else each path has one of: X(its id in a recording, name). */
#define HIST_COUNTERS(X)                                                                          \
	X(2, inclusive) /* ns, cpu paths only */                                                  \
	X(3, held)	/* ns: the vCPU was held off (Xen's offline) inside */                    \
	X(4, off_cpu)	/* ns, cpu paths only */                                                  \
	X(5, known)	/* requests whose vCPU's runstate is known, wait paths' totals only */    \
	X(6, known_ns)	/* their time */                                                          \
	X(7, stolen)	/* ns of it: the vCPU was runnable and not run */                         \
	X(8, pending) /* ended and in no bucket yet, a whole wait or a cpu path; maybe below 0 */ \
	X(9, extra)   /* in the buckets, for events that were not followed */                     \
	X(10, owed)   /* ns in the buckets of a cpu path that are paths' inside it, not timed */

/*
 * One path's figures, summed over CPUs. Buckets hold self time (cpu) or waited time (wait), in
 * nanoseconds; sums, differences and merges of them are exact. Only buckets in use are here, by
 * index: latencies of a path take some 30 of the 320. {} is an empty one; hist__free() gives its
 * memory back.
 */
struct hist {
	uint64_t max; /* ns, exact or at least the last used bucket's lower bound */
#define XT_MEMBER(id, name) uint64_t name;
	HIST_COUNTERS(XT_MEMBER)
#undef XT_MEMBER
	struct hist_bucket *bucket;
	unsigned int nr, room;
};

void hist__free(struct hist *h);
/* A copy in *to, which is overwritten. Returns 0 or -ENOMEM, and *to is empty then. */
int hist__copy(struct hist *to, const struct hist *from);
/* Memory for so many buckets in all. Returns 0 or -ENOMEM. */
int hist__reserve(struct hist *h, unsigned int nr);
/* This bucket, to write to until the next call; a new one is empty. NULL without memory. */
struct hist_bucket *hist__use(struct hist *h, unsigned int index);

/* The bucket of a duration in ns. */
unsigned int hist__index(uint64_t ns);

/* Durations in ns below this have a bucket each. */
#define HIST_EXACT (2 * HIST_SUBS)

/* How many low bits of a duration its bucket does not tell: it is 1 << that wide. */
static inline unsigned int hist__shift(unsigned int index)
{
	return index < HIST_EXACT ? 0 : index / HIST_SUBS - 1;
}

/* Bounds of a bucket in ns: lower inclusive, upper exclusive. */
static inline uint64_t hist__lower(unsigned int index)
{
	if (index < HIST_EXACT)
		return index;
	return (uint64_t)(HIST_SUBS + index % HIST_SUBS) << hist__shift(index);
}

static inline uint64_t hist__upper(unsigned int index)
{
	return hist__lower(index) + (1ull << hist__shift(index));
}

/* The count and the time of all buckets. */
struct hist_sum {
	uint64_t count, ns;
};

struct hist_sum hist__sum(const struct hist *h);
/* Events, with those that were not followed: exact. The buckets may stand for some less. */
uint64_t hist__count(const struct hist *h);
/* Those that were followed from leg to leg, for which alone a time was taken. */
uint64_t hist__followed(const struct hist *h);
uint64_t hist__total_ns(const struct hist *h);
/*
 * ns of all events: with those that none in the buckets stands for yet, and without what is owed to
 * paths inside this one. Of a wait only the whole knows of such events: for its legs it is the buckets'
 * time.
 */
uint64_t hist__all_ns(const struct hist *h);
/*
 * Of `all_ns`, what a path took, the part that falls to buckets whose time is `some_ns` together: so that
 * shares of all buckets, one after the other, add up to `all_ns`.
 */
uint64_t hist__share_ns(const struct hist *h, uint64_t some_ns, uint64_t all_ns);
/* Mean in ns, 0 for an empty histogram. */
double hist__mean_ns(const struct hist *h);
/*
 * Where not all were followed: the mean of all is with 95 % within this of theirs, ns; and a quantile
 * of all between its bounds, `side` -1 and 1.
 */
double hist__mean_error_ns(const struct hist *h);
uint64_t hist__quantile_bound(const struct hist *h, double q, int side);
/* The q-th quantile (0..1) in ns at its bucket's midpoint, never above max; 0 when empty. */
uint64_t hist__quantile(const struct hist *h, double q);

/* Each returns 0 or -ENOMEM. */
int hist__add(struct hist *h, uint64_t ns);
int hist__merge(struct hist *to, const struct hist *from);
/*
 * to -= from, for two readings of the same growing histogram. max stays when the interval's last
 * used bucket holds it, else it is lowered to that bucket's upper bound.
 */
void hist__subtract(struct hist *to, const struct hist *from);

#endif
