/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How wide the text on standard output may be. */
#ifndef XT_CMD_TERMINAL_H
#define XT_CMD_TERMINAL_H

/*
 * A terminal's width, within what text can be laid out for; 0 for a file or a pipe, and a terminal that
 * does not tell. There COLUMNS says it, but not to root, whose environment may be another's.
 */
unsigned int terminal__width(void);

#endif
