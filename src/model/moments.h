/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Mean and variance of a few values. */
#ifndef XT_MODEL_MOMENTS_H
#define XT_MODEL_MOMENTS_H

#include <stddef.h>

/* Of at least one value. */
double moments__mean(const double *values, size_t nr);
/* The variance of their mean, were they independent; of at least two values. */
double moments__variance_of_mean(const double *values, size_t nr);

#endif
