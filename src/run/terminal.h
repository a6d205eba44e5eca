/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The terminal of the live view: shows screens, gives keys, and is left as it was found, however
 * the process ends but for SIGKILL. Nothing else knows curses.
 */
#ifndef XT_RUN_TERMINAL_H
#define XT_RUN_TERMINAL_H

#include <stdbool.h>

#include "output/screen.h"
#include "output/top.h"

/*
 * Standard input and output have to be a terminal. If standard error is one, too, messages are kept
 * until this is closed. Returns 0; or after a message -ENOTTY when there is no terminal, -ENOENT when
 * its kind ($TERM) is not known.
 */
int terminal__open(bool color);
/* Leave it as it was found. A second call does nothing. */
void terminal__close(void);

/* Its size now, in cells. */
void terminal__size(unsigned int *width, unsigned int *height);
void terminal__show(const struct screen *screen);

/* Where keys come from, for poll(). */
int terminal__fd(void);
/*
 * The next key; TOP_KEY_NONE when none was pressed. *resized: the screen has to be drawn again.
 * *gone: nobody is there any more.
 */
enum top_key terminal__key(bool *resized, bool *gone);

#endif
