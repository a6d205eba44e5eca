/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The commands: each takes its own argv (argv[0] is its name) and returns an exit code. */
#ifndef XT_CMD_CMD_H
#define XT_CMD_CMD_H

int cmd_trace(int argc, char **argv);
int cmd_detect(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_record(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_diff(int argc, char **argv);

#endif
