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
 * Choose one below `root`: where the cgroup `name` is (NULL: no matter), as cgroups__find() takes it;
 * else the unified one, unless nobody has made a cgroup in it and blkio has a hierarchy of its own.
 * Returns 0, or -ENOENT where none is mounted, or another negative errno.
 */
int cgroups__choose(struct cgroups *cgroups, const char *root, const char *name);

/* One of them. */
struct cgroup_place {
	char path[CGROUP_PATH]; /* below the mount; "" is the root */
	uint64_t id;
	unsigned int level; /* of the hierarchy; its root has 0 */
};

/*
 * Find one by its path, from the root of the file system or from the mount, or by its last part: of a
 * systemd unit without .service, .scope or .slice, too. Returns 0, -ENOENT where there is none,
 * -ENOTUNIQ where several have this name, or another negative errno.
 */
int cgroups__find(const struct cgroups *cgroups, const char *root, const char *name,
		  struct cgroup_place *place);
/* Is it there still? Else one of this path may have been made anew. */
bool cgroups__is_there(const struct cgroups *cgroups, const char *root,
		       const struct cgroup_place *place);

/*
 * Visit all cgroups, a parent before its children, until it returns other than 0, which is returned.
 * `path` is the one below the mount, "" the root's; `id` is the kernel's (kernfs_node.id, which is
 * also the folder's inode number: fs/kernfs/inode.c, kernfs_init_inode()). Folders that vanish are
 * passed over. Returns 0 at the end, or a negative errno where the mount cannot be read.
 */
typedef int cgroup_fn(void *arg, const char *path, uint64_t id);
int cgroups__walk(const struct cgroups *cgroups, const char *root, cgroup_fn *visit, void *arg);

#endif
