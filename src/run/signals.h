/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Signals of a trace: they end it, or ask for a report, also while an output blocks. */
#ifndef XT_RUN_SIGNALS_H
#define XT_RUN_SIGNALS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * From here on SIGINT, SIGTERM and SIGHUP end a trace and SIGUSR1 asks for a report: they are kept
 * for signals__wait(). A SIGHUP that was ignored when we were started (nohup) stays so. Returns 0
 * or a negative errno.
 */
int signals__open(void);

/*
 * While a command of the user's runs (run/command.h): a signal that would end the trace is given to
 * the command, and ends nothing; SIGCHLD is waited for as well. What the terminal sends, Ctrl-C or
 * a hang-up, the command has got, too: signals__wait() tells nothing of it. After signals__open();
 * false: its end is near, and they mean us again.
 */
void signals__for_command(bool runs);

/*
 * While signals__wait() waits, `ready` is called when there is something to read from this
 * descriptor, or a signal interrupted the wait: a terminal's size changed, maybe. It returns 0 to
 * wait on, or what signals__wait() shall return. -1: no descriptor any more.
 */
void signals__watch(int descriptor, int (*ready)(void *arg), void *arg);

/*
 * Wait until `until` (CLOCK_MONOTONIC ns), or until the descriptor `also` can be read; -1: none.
 * Returns the number of a signal that came, else 0.
 */
int signals__wait(uint64_t until, int also);

/*
 * Between the two outputs are written. Once a signal has ended the trace, a pipe or FIFO that still
 * blocks after SIGNALS_PATIENCE fails with EINTR, and so does one that blocks next: what nobody
 * reads would else hold us for ever.
 */
void signals__let_through(void);
void signals__keep(void);

#define SIGNALS_PATIENCE 5 /* s */

#endif
