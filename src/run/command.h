/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A command that is traced for its life: xentrace-bpf -- CMD. It is made ready first, as a child
 * that has become who called (run/caller.h), and runs when everything is attached.
 */
#ifndef XT_RUN_COMMAND_H
#define XT_RUN_COMMAND_H

#include <stdbool.h>

/* As shells and time(1) have them. */
#define EXIT_NOT_EXECUTABLE 126
#define EXIT_NOT_FOUND	    127
#define EXIT_SIGNALLED	    128 /* and the signal's number */

struct command;

/*
 * Before signals__open(), and before anything is opened that is not for it. `argv` ends with NULL.
 * Returns EXIT_DONE and *out; or another exit code after a message, if such a command cannot be run
 * by who called.
 */
int command__new(struct command **out, char **argv);
/* From now on it runs. False: a signal has ended it before. */
bool command__start(struct command *command);
/* After each SIGCHLD: is it over? */
bool command__is_over(struct command *command);
/* Send it a signal that only we got. */
void command__pass(struct command *command, int signal);

/*
 * Wait for its end, if it was started, passing signals on. Returns its exit status; `code`, our own
 * one, where that is 0 or it was never started.
 */
int command__end(struct command *command, int code);

#endif
