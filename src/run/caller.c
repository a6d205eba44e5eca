// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "run/caller.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/log.h"
#include "base/process.h"
#include "base/str.h"

#define GROUPS_MAX 1024

/*
 * Of the files alone: what else knows users (LDAP, systemd) comes by libraries that a static
 * program cannot load, and root should not.
 */
static void look_up(struct caller *caller)
{
	FILE *file = fopen("/etc/passwd", "re");
	struct passwd *user;

	while (file && (user = fgetpwent(file))) {
		if (user->pw_uid != caller->uid)
			continue;
		STR_SET(caller->name, "%s", user->pw_name);
		STR_SET(caller->home, "%s", user->pw_dir);
		STR_SET(caller->shell, "%s", user->pw_shell);
		break;
	}
	if (file)
		fclose(file);
}

int caller__find(struct caller *caller)
{
	/* the last one is no id: "leave it" to those that set it */
	const unsigned long most = (uid_t)-1 - 1ul;
	const char *uid_text = process__given("SUDO_UID"), *gid_text = process__given("SUDO_GID");
	unsigned long uid = 0, gid = 0;

	*caller = (struct caller) { .uid = getuid(), .gid = getgid() };
	if (caller->uid || (!uid_text && !gid_text))
		return 0;
	if (!uid_text || !gid_text || !number__whole(uid_text, most, &uid) ||
	    !number__whole(gid_text, most, &gid)) {
		elog("SUDO_UID and SUDO_GID do not say who called: set both, or none");
		return -EINVAL;
	}
	caller->uid = uid;
	caller->gid = gid;
	caller->by_sudo = true;
	look_up(caller);
	return 0;
}

static bool is_member(const struct group *group, const char *name)
{
	for (char **member = group->gr_mem; *member; member++)
		if (!strcmp(*member, name))
			return true;
	return false;
}

static int set_groups(const struct caller *caller)
{
	gid_t groups[GROUPS_MAX] = { caller->gid };
	FILE *file = fopen("/etc/group", "re");
	struct group *group;
	size_t nr = 1;

	while (file && *caller->name && nr < GROUPS_MAX && (group = fgetgrent(file)))
		if (group->gr_gid != caller->gid && is_member(group, caller->name))
			groups[nr++] = group->gr_gid;
	if (file)
		fclose(file);
	return setgroups(nr, groups) ? -errno : 0;
}

static void say_who(const struct caller *caller)
{
	if (!*caller->name)
		return;
	setenv("USER", caller->name, 1);
	setenv("LOGNAME", caller->name, 1);
	setenv("HOME", caller->home, 1);
	setenv("SHELL", caller->shell, 1);
}

int caller__become(const struct caller *caller)
{
	uid_t real, effective, saved;
	int err;

	if (caller->by_sudo) {
		err = set_groups(caller);
		if (err)
			return err;
		say_who(caller);
	}
	/* what a service or a wrapper made ambient would stay with any program */
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (setresgid(caller->gid, caller->gid, caller->gid) ||
	    setresuid(caller->uid, caller->uid, caller->uid))
		return -errno;
	if (getresuid(&real, &effective, &saved) || real != caller->uid ||
	    effective != caller->uid || saved != caller->uid)
		return -EPERM;
	return 0;
}
