/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How much less two series of batches prove than as many independent values would, because what they
 * are of is slow: a batch resembles the one before it. Both answers are factors of a variance.
 *
 * Neighbours tell what fades within a few batches: an autocorrelation r makes it (1 + r) / (1 - r),
 * as in Hamed and Rao's trend test. On a busy machine that is too little. Its noise is of all
 * lengths, between minutes nearly as large as between seconds, so that means of longer parts hardly
 * agree better: recordings one after the other differ by twice the variance that neighbours tell.
 *
 * Long parts tell that, a third of each series: how far are their means apart, and how far would
 * they be? Three means say little. But what drifts, the load of the host or of the guest, drifts in
 * many paths, so that the answers of all paths are put together, to one for counts and one for times.
 * A path that drifts more than the others, since a scheduler moved its work for half a minute, counts by
 * itself too, with the small weight that three means have. This is a moderated variance, as Smyth's for
 * thousands of genes that are measured a few times each.
 *
 * Drift is measured between thirds of a recording, and whole recordings are compared. Noise of all
 * lengths keeps growing with the length: it grew by a factor from a batch to a third, and is taken to
 * grow by the same power of the length from a third to the whole. A difference that lasts for a whole
 * recording, and is another one in the next, cannot be seen in either of them.
 */
#ifndef XT_MODEL_DRIFT_H
#define XT_MODEL_DRIFT_H

#include <stddef.h>

#define DRIFT_PARTS 3

/*
 * How well drift is known: the degrees of freedom of what all paths tell, which are not as many as there
 * are paths, since they drift together, and of what one does. Twenty pairs of equal recordings of a busy
 * machine, twenty of a calm one and twenty of a guest are judged best by about these.
 */
#define DRIFT_ALL_FREEDOM 12
#define DRIFT_OWN_FREEDOM 2
#define DRIFT_FREEDOM	  (DRIFT_ALL_FREEDOM + DRIFT_OWN_FREEDOM)

/* Values in the order of time; n and m of them. At least 1. */
double drift__of_neighbours(const double *x, size_t n, const double *y, size_t m);
/* About 1 where nothing drifts; less than 0 where values that are all the same, or few, say nothing. */
double drift__of_parts(const double *x, size_t n, const double *y, size_t m);
/*
 * The factor for whole series of `nr` values, from those of parts: `all` paths', at least 1, and the
 * path's own, less than 0 where it says nothing.
 */
double drift__of_whole(double all, double own, double nr);

#endif
