/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a process gives up for good, once it no longer needs it. What was given up does not come
 * back: not by a program that it executes, nor by a fault in it that somebody makes use of.
 *
 * Each returns 0 or a negative errno, and says nothing. After an error the process may have given up
 * a part: it should end.
 */
#ifndef XT_RUN_PRIVILEGES_H
#define XT_RUN_PRIVILEGES_H

#include <stdbool.h>
#include <sys/capability.h>
#include <sys/types.h>

/*
 * All capabilities but the `nr` of keep[], of which only those remain that the process has; NULL and
 * 0: none. Sets no_new_privs.
 */
int privileges__keep(const cap_value_t *keep, int nr);

/* Is this capability in effect? */
bool privileges__has(cap_value_t which);

/*
 * Does it work without these? It is tried: they are taken out of effect meanwhile, and are back when
 * this returns. False also where that cannot be done.
 */
bool privileges__can_without(const cap_value_t *which, int nr, bool (*works)(void *arg), void *arg);

/*
 * Become another user in an empty folder as root, which has no name any more and in which nothing can
 * be made; without any capability, and not to be traced by other processes of that user. -EPERM where
 * CAP_SETUID, CAP_SETGID or CAP_SYS_CHROOT is missing.
 */
int privileges__become(uid_t uid, gid_t gid);

/*
 * From here on only these system calls, by name and NULL-ended: any other one ends the process with
 * SIGSYS. Of bpf() only the commands that ask and run a program, of socket() only local ones. Names that this machine's libseccomp does not know are left out. Sets no_new_privs.
 */
int privileges__only(const char *const *calls);

#endif
