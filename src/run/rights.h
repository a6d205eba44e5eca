/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a command keeps of its privileges once it has what it needs them for (run/privileges.h): the
 * rest is given up for good, and so are all system calls but a list.
 */
#ifndef XT_RUN_RIGHTS_H
#define XT_RUN_RIGHTS_H

#include <stdbool.h>

struct outfile;
struct run;
struct tracer;

/* System calls that a run makes after this, NULL-ended, as privileges__only() takes them: calls.c. */
extern const char *const rights__calls[];

/*
 * A trace: everything is attached, and its outputs are open. It keeps CAP_BPF, or CAP_SYS_ADMIN in
 * its place, where this kernel wants it for reading what is loaded (before 5.19, with
 * kernel.unprivileged_bpf_disabled); CAP_DAC_OVERRIDE, CAP_CHOWN and CAP_FOWNER, where an output
 * takes its name in somebody else's folder or the place of somebody else's file; CAP_KILL, where a
 * command is run, which may be another user's. Returns 0 or a negative errno after a message.
 */
int rights__trace(const struct run *run, struct tracer *tracer, bool command);

/* A report, whose input is open: the same of its outputs. And a comparison, of its one output. */
int rights__report(const struct run *run);
int rights__comparison(const struct outfile *to);

/* What has opened files of anybody's and prints what it makes of them: nothing. */
int rights__printing(void);

/* What reads and prints alone: nothing. */
int rights__nothing(void);

#endif
