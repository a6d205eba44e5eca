/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef XT_MEASURE_VDSO_H
#define XT_MEASURE_VDSO_H

/* Does clock_gettime() read the clock without the kernel? 1 yes, 0 no, or a negative errno. */
int vdso__reads_clock(void);

#endif
