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

/* The part of a path behind the mount, without slashes before it; NULL: it is elsewhere. */
static const char *below_mount(const struct cgroups *cgroups, const char *path)
{
	size_t len = strlen(cgroups->mount);

	if (strncmp(path, cgroups->mount, len) || (path[len] && path[len] != '/'))
		return NULL;
	path += len;
	return path + strspn(path, "/");
}

static bool has(const struct cgroups *cgroups, const char *root, const char *name)
{
	struct cgroup_place place;

	return *cgroups->mount && cgroups__find(cgroups, root, name, &place) != -ENOENT;
}

int cgroups__choose(struct cgroups *cgroups, const char *root, const char *name)
{
	struct cgroups unified = {}, legacy = { .legacy = true, .io = true };
	int err = find_mounts(root, &unified, &legacy);
	bool in_legacy;

	if (err)
		return err;
	unified.io = !*legacy.mount;
	if (!*unified.mount && !*legacy.mount)
		return -ENOENT;
	in_legacy = !*unified.mount ||
		    (*legacy.mount && cgroups__walk(&unified, root, is_child, NULL) <= 0);
	if (name && *legacy.mount && *unified.mount) {
		if (below_mount(&legacy, name) || has(&legacy, root, name))
			in_legacy = !has(&unified, root, name);
		else if (below_mount(&unified, name) || has(&unified, root, name))
			in_legacy = false;
	}
	*cgroups = in_legacy ? legacy : unified;
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

static int stat_place(const struct cgroups *cgroups, const char *root, const char *path,
		      struct stat *st)
{
	char all[2 * CGROUP_PATH + FILES_PATH];

	STR_SET(all, "%s%s/%s", strcmp(root, "/") ? root : "", cgroups->mount, path);
	if (stat(all, st))
		return -errno;
	return S_ISDIR(st->st_mode) ? 0 : -ENOENT;
}

static void set_place(struct cgroup_place *place, const char *path, uint64_t id)
{
	STR_SET(place->path, "%s", path);
	place->id = id;
	place->level = *path != '\0';
	for (const char *at = path; (at = strchr(at, '/')); at++)
		place->level++;
}

/* "pg" is pg, and the unit pg.service. */
static bool has_name(const char *path, const char *name)
{
	static const char *const kinds[] = { "", ".service", ".scope", ".slice" };
	const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path;
	size_t len = strlen(name);

	if (strncmp(last, name, len))
		return false;
	for (size_t i = 0; i < LENGTH(kinds); i++)
		if (!strcmp(last + len, kinds[i]))
			return true;
	return false;
}

struct search {
	const char *name;
	struct cgroup_place *place;
	unsigned int found;
};

static int look_at(void *arg, const char *path, uint64_t id)
{
	struct search *search = arg;

	if (!*path || !has_name(path, search->name))
		return 0;
	if (!search->found++)
		set_place(search->place, path, id);
	return 0;
}

int cgroups__find(const struct cgroups *cgroups, const char *root, const char *name,
		  struct cgroup_place *place)
{
	const char *path = below_mount(cgroups, name);
	struct search search = { .name = name, .place = place };
	char plain[CGROUP_PATH];
	struct stat st;
	size_t len;
	int err;

	if (!path && strchr(name, '/'))
		path = name + strspn(name, "/");
	if (path) {
		STR_SET(plain, "%s", path);
		len = strlen(plain);
		while (len && plain[len - 1] == '/')
			plain[--len] = '\0';
		err = stat_place(cgroups, root, plain, &st);
		if (!err)
			set_place(place, plain, st.st_ino);
		return err;
	}
	err = cgroups__walk(cgroups, root, look_at, &search);
	if (err)
		return err;
	return search.found == 1 ? 0 : search.found ? -ENOTUNIQ : -ENOENT;
}

bool cgroups__is_there(const struct cgroups *cgroups, const char *root,
		       const struct cgroup_place *place)
{
	struct stat st;

	return !stat_place(cgroups, root, place->path, &st) && st.st_ino == place->id;
}
