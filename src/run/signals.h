/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Signals of a trace: they end it, or ask for a report, also while an output blocks. */
#ifndef XT_RUN_SIGNALS_H
#define XT_RUN_SIGNALS_H

#include <stdint.h>

/*
 * From here on SIGINT, SIGTERM and SIGHUP end a trace and SIGUSR1 asks for a report: they are kept
 * for signals__wait(). A SIGHUP that was ignored when we were started (nohup) stays so. Returns 0
 * or a negative errno.
 */
int signals__open(void);

/* Wait until `until` (CLOCK_MONOTONIC ns): the number of a signal that came, or 0 for the time. */
int signals__wait(uint64_t until);

/*
 * Between the two outputs are written. Once a signal has ended the trace, a pipe or FIFO that still
 * blocks after SIGNALS_PATIENCE fails with EINTR, and so does one that blocks next: what nobody
 * reads would else hold us for ever.
 */
void signals__let_through(void);
void signals__keep(void);

#define SIGNALS_PATIENCE 5 /* s */

#endif
