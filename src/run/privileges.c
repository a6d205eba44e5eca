// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/bpf.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"
#include "run/privileges.h"

static int keep_in_set(cap_t held, cap_t kept, cap_flag_t set, cap_value_t which)
{
	cap_flag_value_t has = CAP_CLEAR;

	if (cap_get_flag(held, which, CAP_PERMITTED, &has) || has == CAP_CLEAR)
		return 0;
	return cap_set_flag(kept, set, 1, &which, CAP_SET);
}

int privileges__keep(const cap_value_t *keep, int nr)
{
	cap_t held = cap_get_proc(), kept = cap_init();
	int err = held && kept ? 0 : -ENOMEM;

	for (int i = 0; !err && i < nr; i++)
		if (keep_in_set(held, kept, CAP_PERMITTED, keep[i]) ||
		    keep_in_set(held, kept, CAP_EFFECTIVE, keep[i]))
			err = -errno;
	if (!err && cap_set_proc(kept))
		err = -errno;
	if (!err && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		err = -errno;
	cap_free(held);
	cap_free(kept);
	return err;
}

bool privileges__has(cap_value_t which)
{
	cap_flag_value_t has = CAP_CLEAR;
	cap_t held = cap_get_proc();

	if (held && cap_get_flag(held, which, CAP_EFFECTIVE, &has))
		has = CAP_CLEAR;
	cap_free(held);
	return has == CAP_SET;
}

bool privileges__can_without(const cap_value_t *which, int nr, bool (*works)(void *arg), void *arg)
{
	cap_t held = cap_get_proc(), fewer = held ? cap_dup(held) : NULL;
	bool can = false;

	if (fewer && !cap_set_flag(fewer, CAP_EFFECTIVE, nr, which, CAP_CLEAR) &&
	    !cap_set_proc(fewer)) {
		can = works(arg);
		if (cap_set_proc(held))
			can = false;
	}
	cap_free(fewer);
	cap_free(held);
	return can;
}

/* Nobody gets them back by executing a program; without CAP_SETPCAP no_new_privs says the same. */
static void empty_bounding_set(void)
{
	for (cap_value_t which = 0; which < cap_max_bits(); which++)
		cap_drop_bound(which);
}

static int make_folder(char *path)
{
	if (!mkdtemp(path))
		return -errno;
	if (chdir(path)) {
		int err = -errno;

		rmdir(path);
		return err;
	}
	return rmdir(path) ? -errno : 0;
}

/* A folder that is deleted takes no new entries. */
static int enter_empty_root(void)
{
	char places[][32] = { "/run/xentrace-bpf.XXXXXX", "/tmp/xentrace-bpf.XXXXXX",
			      "/dev/shm/xentrace-bpf.XXXXXX" };
	int err = -ENOENT;

	for (size_t i = 0; err && i < LENGTH(places); i++)
		err = make_folder(places[i]);
	if (!err && chroot("."))
		err = -errno;
	return err;
}

int privileges__become(uid_t uid, gid_t gid)
{
	int err = enter_empty_root();

	if (err)
		return err;
	empty_bounding_set();
	if (setgroups(0, NULL) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid))
		return -errno;
	err = privileges__keep(NULL, 0);
	if (!err && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		err = -errno;
	return err;
}

/* Of these only where the first argument is one of a few. */
static const struct few {
	const char *name;
	unsigned int first;
} few[] = {
	{ "bpf", BPF_PROG_TEST_RUN },
	{ "bpf", BPF_OBJ_GET_INFO_BY_FD },
	{ "bpf", BPF_MAP_LOOKUP_ELEM },
	{ "socket", AF_UNIX },
};

static int allow(scmp_filter_ctx filter, const char *name)
{
	int err = 0, call = seccomp_syscall_resolve_name(name);
	bool all = true;

	/* below 0: there is none on this processor */
	if (call < 0)
		return 0;
	for (size_t i = 0; !err && i < LENGTH(few); i++) {
		if (strcmp(few[i].name, name))
			continue;
		all = false;
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1,
				       SCMP_A0(SCMP_CMP_EQ, few[i].first));
	}
	return all ? seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) : err;
}

int privileges__only(const char *const *calls)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int err = filter ? 0 : -ENOMEM;

	for (; !err && *calls; calls++)
		err = allow(filter, *calls);
	if (!err)
		err = seccomp_load(filter);
	seccomp_release(filter);
	return err;
}
