// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "run/outfile.h"

#define LINKS_MAX 40 /* path_resolution(7) */

struct walk {
	struct place *place;
	char rest[2 * PATH_MAX]; /* of the path, from the folder on */
	unsigned int links;
	bool distrusts; /* a link in a sticky folder was passed */
	const char *why;
};

static int enter(struct place *place, int next)
{
	if (next < 0)
		return -errno;
	if (place->dir >= 0)
		close(place->dir);
	place->dir = next;
	return 0;
}

static bool is_shared(const struct stat *folder)
{
	return folder->st_mode & S_ISVTX && folder->st_mode & (S_IWOTH | S_IWGRP);
}

static bool is_in_proc(int dir)
{
	struct statfs fs;

	return !fstatfs(dir, &fs) && fs.f_type == PROC_SUPER_MAGIC;
}

/* Put what the link says before the rest of the path. */
static int follow_text(struct walk *walk, const char *name, const char *behind)
{
	char target[PATH_MAX], rest[2 * PATH_MAX];
	ssize_t len = readlinkat(walk->place->dir, name, target, sizeof(target) - 1);

	if (len < 0)
		return -errno;
	target[len] = '\0';
	if (snprintf(rest, sizeof(rest), "%s%s", target, behind) >= (int)sizeof(rest))
		return -ENAMETOOLONG;
	strcpy(walk->rest, rest);
	return *target == '/' ? enter(walk->place, open("/", O_PATH | O_CLOEXEC)) : 0;
}

static int follow(struct walk *walk, const char *name, const char *behind)
{
	struct place *place = walk->place;
	struct stat folder;

	if (++walk->links > LINKS_MAX)
		return -ELOOP;
	if (is_in_proc(place->dir)) {
		/* what it says is no path, but for people */
		place->descriptor = !*behind;
		strcpy(walk->rest, behind);
		if (!place->descriptor)
			return enter(place, openat(place->dir, name, O_PATH | O_CLOEXEC));
		return fstatat(place->dir, name, &place->st, 0) ? -errno : 0;
	}
	if (fstat(place->dir, &folder))
		return -errno;
	if (is_shared(&folder)) {
		walk->distrusts = true;
		if (place->st.st_uid != geteuid()) {
			walk->why = "another user's symbolic link in a sticky folder";
			return -EACCES;
		}
	}
	return follow_text(walk, name, behind);
}

/* The last name, which is no link. */
static int arrive(struct walk *walk)
{
	struct place *place = walk->place;
	uid_t user = geteuid(), owner = place->st.st_uid;
	struct stat folder;

	place->exists = true;
	if (owner == user || !(S_ISREG(place->st.st_mode) || S_ISFIFO(place->st.st_mode)))
		return 0;
	if (walk->distrusts) {
		walk->why = "another user's, behind a symbolic link in a sticky folder";
		return -EACCES;
	}
	if (fstat(place->dir, &folder))
		return -errno;
	if (is_shared(&folder) && owner != folder.st_uid) {
		walk->why = "another user's, in a sticky folder";
		return -EACCES;
	}
	return 0;
}

/* One name further. Returns 1 where that was the last one, else 0 or a negative errno. */
static int step(struct walk *walk)
{
	struct place *place = walk->place;
	char *name = walk->rest + strspn(walk->rest, "/"), behind[2 * PATH_MAX];
	size_t len = strcspn(name, "/");
	int err;

	strcpy(behind, name + len);
	name[len] = '\0';
	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	if (!len || (!*behind && (!strcmp(name, ".") || !strcmp(name, ".."))))
		return -EISDIR;
	strcpy(place->name, name);
	if (fstatat(place->dir, name, &place->st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT && !*behind ? 1 : -errno;
	if (S_ISLNK(place->st.st_mode)) {
		err = follow(walk, place->name, behind);
		if (err || !place->descriptor)
			return err;
		place->exists = true;
		return 1;
	}
	if (!*behind) {
		err = arrive(walk);
		return err ? err : 1;
	}
	strcpy(walk->rest, behind);
	return enter(place, openat(place->dir, place->name,
				   O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

int place__find(struct place *place, const char *path, const char **why)
{
	struct walk walk = { .place = place };
	int err;

	*place = (struct place) { .dir = -1 };
	*why = NULL;
	if (!*path)
		return -ENOENT;
	if (strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	strcpy(walk.rest, path);
	err = enter(place, open(*path == '/' ? "/" : ".", O_PATH | O_CLOEXEC));
	while (!err)
		err = step(&walk);
	*why = walk.why;
	if (err < 0)
		return err;
	return place->exists && S_ISDIR(place->st.st_mode) ? -EISDIR : 0;
}

void place__close(struct place *place)
{
	if (place->dir >= 0)
		close(place->dir);
	place->dir = -1;
}

bool place__is(const struct place *place, const struct stat *st)
{
	return place->exists && place->st.st_dev == st->st_dev && place->st.st_ino == st->st_ino;
}

bool place__same(const struct place *a, const struct place *b)
{
	struct stat x, y;

	if (a->exists || b->exists)
		return a->exists && !S_ISCHR(a->st.st_mode) && place__is(b, &a->st);
	return a->dir >= 0 && b->dir >= 0 && !fstat(a->dir, &x) && !fstat(b->dir, &y) &&
	       x.st_dev == y.st_dev && x.st_ino == y.st_ino && !strcmp(a->name, b->name);
}
