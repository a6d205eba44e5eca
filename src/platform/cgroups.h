/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The control groups of a machine: where their hierarchy is, and which are in it. */
#ifndef XT_PLATFORM_CGROUPS_H
#define XT_PLATFORM_CGROUPS_H

#include <stdbool.h>
#include <stdint.h>

#define CGROUP_PATH 512

/* A hierarchy. */
struct cgroups {
	char mount[CGROUP_PATH]; /* where it is mounted, "/sys/fs/cgroup" */
	bool legacy;		 /* blkio's of the first version; else the unified one */
	bool io; /* the controller of disks is in this one: bios know their cgroups */
};

/*
 * Choose one below `root`: the unified one, unless nobody has made a cgroup in it and blkio has a
 * hierarchy of its own. Returns 0, or -ENOENT where none is mounted, or another negative errno.
 */
int cgroups__choose(struct cgroups *cgroups, const char *root);

/*
 * Visit all cgroups, a parent before its children, until it returns other than 0, which is returned.
 * `path` is the one below the mount, "" the root's; `id` is the kernel's (kernfs_node.id, which is
 * also the folder's inode number: fs/kernfs/inode.c, kernfs_init_inode()). Folders that vanish are
 * passed over. Returns 0 at the end, or a negative errno where the mount cannot be read.
 */
typedef int cgroup_fn(void *arg, const char *path, uint64_t id);
int cgroups__walk(const struct cgroups *cgroups, const char *root, cgroup_fn *visit, void *arg);

#endif
