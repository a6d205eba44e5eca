/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a process is given at its start, made what the rest of the program takes for granted. */
#ifndef XT_BASE_START_H
#define XT_BASE_START_H

/*
 * Descriptors 0 to 2 are there, so that no file that is opened becomes one of them: those that were
 * closed lead nowhere, and what writes to them gets an error. And the soft limit of descriptors is
 * the hard one: a probe takes two or three, and tracing has a hundred.
 *
 * Returns 0, or -EMFILE with a message where even the few are missing that reading /sys takes.
 */
int start__descriptors(void);

#endif
