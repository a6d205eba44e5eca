// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "platform/cgroups.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "platform/files.h"

#define DEPTH_MAX 64 /* of cgroups in each other: systemd's and a container's are less than 10 */

/* Is this one of the comma-separated words? */
static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at += len)
		if ((at == text || at[-1] == ',') && (!at[len] || at[len] == ','))
			return true;
	return false;
}

/* A line of proc(5)'s mounts: "cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0". The first one counts. */
static void take_mount(const char *line, struct cgroups *unified, struct cgroups *legacy)
{
	char point[CGROUP_PATH], type[32], options[512];

	if (sscanf(line, "%*s %511s %31s %511s", point, type, options) != 3)
		return;
	if (!strcmp(type, "cgroup2") && !*unified->mount)
		STR_SET(unified->mount, "%s", point);
	if (!strcmp(type, "cgroup") && has_word(options, "blkio") && !*legacy->mount)
		STR_SET(legacy->mount, "%s", point);
}

static int find_mounts(const char *root, struct cgroups *unified, struct cgroups *legacy)
{
	struct files *files;
	int err = files__open(&files, root);
	char *text, *rest, *line;

	if (err)
		return err;
	text = rest = files__slurp(files, "proc/self/mounts");
	while (text && (line = strsep(&rest, "\n")))
		take_mount(line, unified, legacy);
	err = text ? 0 : -ENOENT;
	free(text);
	files__close(files);
	return err;
}

static int is_child(void *arg, const char *path, uint64_t id)
{
	(void)arg;
	(void)id;
	return *path;
}

int cgroups__choose(struct cgroups *cgroups, const char *root)
{
	struct cgroups unified = {}, legacy = { .legacy = true, .io = true };
	int err = find_mounts(root, &unified, &legacy);

	if (err)
		return err;
	unified.io = !*legacy.mount;
	if (!*unified.mount && !*legacy.mount)
		return -ENOENT;
	if (!*legacy.mount || (*unified.mount && cgroups__walk(&unified, root, is_child, NULL) > 0))
		*cgroups = unified;
	else
		*cgroups = legacy;
	return 0;
}

/* On the way down: each folder's path is the one before it, and its name. */
struct walk {
	cgroup_fn *visit;
	void *arg;
	char path[CGROUP_PATH];
};

static int walk_folder(struct walk *walk, int fd, unsigned int depth);

static int walk_child(struct walk *walk, int parent, const char *name, unsigned int depth)
{
	size_t len = strlen(walk->path);
	int fd, result;

	if (snprintf(walk->path + len, sizeof(walk->path) - len, "%s%s", len ? "/" : "", name) >=
	    (int)(sizeof(walk->path) - len))
		result = 0;
	else if ((fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0)
		result = 0;
	else
		result = walk_folder(walk, fd, depth + 1);
	walk->path[len] = '\0';
	return result;
}

/* Takes the descriptor. */
static int walk_folder(struct walk *walk, int fd, unsigned int depth)
{
	const struct dirent *entry;
	DIR *folder = NULL;
	struct stat st;
	int result = 0;

	if (!fstat(fd, &st))
		result = walk->visit(walk->arg, walk->path, st.st_ino);
	if (!result && depth < DEPTH_MAX)
		folder = fdopendir(fd);
	if (!folder) {
		close(fd);
		return result;
	}
	while (!result && (entry = readdir(folder)))
		if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") &&
		    strcmp(entry->d_name, ".."))
			result = walk_child(walk, fd, entry->d_name, depth);
	closedir(folder);
	return result;
}

int cgroups__walk(const struct cgroups *cgroups, const char *root, cgroup_fn *visit, void *arg)
{
	struct walk walk = { .visit = visit, .arg = arg };
	char path[CGROUP_PATH + FILES_PATH];
	int fd;

	STR_SET(path, "%s%s", strcmp(root, "/") ? root : "", cgroups->mount);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : walk_folder(&walk, fd, 0);
}
