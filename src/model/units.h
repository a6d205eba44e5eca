/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Figures as people read them: short, three significant digits, always ASCII. */
#ifndef XT_MODEL_UNITS_H
#define XT_MODEL_UNITS_H

#include <stdint.h>

/* Room for any figure of these functions. */
#define UNITS_LEN 24

/* Each writes one figure and returns its buffer. */

/* A duration: "0", "7n", "6.03u", "561u", "3.62m", "41.2m", "1.25s", "12.5s", "3600s" */
const char *units__ns(char buf[UNITS_LEN], double ns);
/* A count, at most 10 columns: "0", "22,043", "99,999,999", "123.5M", "12.3G" */
const char *units__count(char buf[UNITS_LEN], double n);
/* An average: "0.00", "0.34", "8.0", "312" */
const char *units__ratio(char buf[UNITS_LEN], double x);
/* Memory: "512 B", "6.1 MB", "1.2 GB" (powers of 1000) */
const char *units__bytes(char buf[UNITS_LEN], double bytes);

/* The same in a buffer of the block around, as arguments of a printf(). */
#define NS(ns)	     units__ns((char[UNITS_LEN]) {}, ns)
#define COUNT(n)     units__count((char[UNITS_LEN]) {}, n)
#define RATIO(x)     units__ratio((char[UNITS_LEN]) {}, x)
#define BYTES(bytes) units__bytes((char[UNITS_LEN]) {}, bytes)

#endif
