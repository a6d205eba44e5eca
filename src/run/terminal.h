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
 * Standard input and output, which have to be one. Messages on a standard error that is the
 * terminal, too, are kept until it is closed. Returns 0; -ENOTTY when they are none, or -ENOENT
 * when its kind ($TERM) is not known, after a message.
 */
int terminal__open(bool color);
/* As it was; once more does nothing. */
void terminal__close(void);

/* In cells, as it is now. */
void terminal__size(unsigned int *width, unsigned int *height);
void terminal__show(const struct screen *screen);

/* Where keys come from, for poll(). */
int terminal__fd(void);
/*
 * The next key; TOP_KEY_NONE when there is none by now. *resized: the screen has to be drawn again.
 * *gone: nobody is there any more.
 */
enum top_key terminal__key(bool *resized, bool *gone);

#endif
