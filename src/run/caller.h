/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who called this program, for what is run with their privileges and not with ours.
 *
 * That is the real user, whom the kernel names; and where that is root itself, the user of
 * sudo(8), which says so in SUDO_UID and SUDO_GID. Nobody gains by setting these: they are looked
 * at for root only, and can but make a command run with less than root's privileges. One alone, or
 * one that is no number, is refused: it would be a guess.
 */
#ifndef XT_RUN_CALLER_H
#define XT_RUN_CALLER_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

struct caller {
	uid_t uid;
	gid_t gid;
	bool by_sudo;
	/* Of /etc/passwd, by sudo only; "" where it is not there. */
	char name[NAME_MAX + 1], home[PATH_MAX], shell[PATH_MAX];
};

/* Returns 0, or -EINVAL after a message. */
int caller__find(struct caller *caller);

/*
 * In a child: become that user, with the groups of /etc/group and no capability, and say so in the
 * environment, which is the process's own by now. Returns 0, or a negative errno: nothing may be
 * run then.
 */
int caller__become(const struct caller *caller);

#endif
