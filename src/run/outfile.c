// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "output/text.h"
#include "run/outfile.h"

#define TRIES	     100 /* of names that nobody can guess */
#define OUTFILE_MODE 0600

const char outfile_stderr[] = "standard error";

/* Its descriptor; -1 for any other. */
static int standard(const struct outfile *to)
{
	if (to->path == outfile_stderr)
		return STDERR_FILENO;
	return strcmp(to->path, "-") ? -1 : STDOUT_FILENO;
}

bool outfile__is_standard(const struct outfile *to)
{
	return standard(to) >= 0;
}

const char *outfile__name(const struct outfile *to)
{
	return standard(to) == STDOUT_FILENO ? "standard output" : to->path;
}

static unsigned int width_of(int fd)
{
	const char *said = geteuid() ? secure_getenv("COLUMNS") : NULL;
	unsigned long width = 0;
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size))
		return 0;
	width = size.ws_col;
	if (!width && said && !number__whole(said, TEXT_WIDTH_MAX, &width))
		width = 0;
	if (width && width < TEXT_WIDTH_MIN)
		width = TEXT_WIDTH_MIN;
	return width < TEXT_WIDTH_MAX ? width : TEXT_WIDTH_MAX;
}

unsigned int outfile__terminal_width(void)
{
	return width_of(STDOUT_FILENO);
}

unsigned int outfile__width(const struct outfile *to)
{
	return outfile__is_standard(to) ? width_of(standard(to)) : 0;
}

bool outfile__is_in_others_folder(const struct outfile *to)
{
	const mode_t both = S_IWUSR | S_IXUSR;
	struct stat st;

	return to->renames &&
	       (fstat(to->place.dir, &st) || st.st_uid != geteuid() || (st.st_mode & both) != both);
}

bool outfile__replaces_others(const struct outfile *to)
{
	const struct stat *st = &to->place.st;

	return to->renames && to->place.exists &&
	       (st->st_uid != geteuid() || st->st_gid != getegid());
}

void outfile__say(const struct outfile *to, int err)
{
	const char *name = outfile__name(to);

	if (!err || (err == -EPIPE && outfile__is_standard(to)))
		return;
	if (err == -ESTALE)
		elog("cannot write %s: it was deleted while it was written", name);
	else if (err == -E2BIG)
		elog("cannot write %s: it is more than such a file can hold", name);
	else
		elog("cannot write %s: %s", name, strerror(-err));
}

int outfile__find(struct outfile *to, const char *path)
{
	const char *why = NULL;
	int err;

	*to = (struct outfile) { .path = path, .place.dir = -1 };
	if (outfile__is_standard(to)) {
		/* closed, maybe: writing to it will say so */
		to->place.exists = !fstat(standard(to), &to->place.st);
		return 0;
	}
	err = place__find(&to->place, path, &why);
	if (err && why)
		elog("cannot write %s: %s", path, why);
	else
		outfile__say(to, err);
	return err;
}

/* Such a link leads to one of our own descriptors, mostly: where that stands, it goes on. */
static int open_descriptor(const struct place *place)
{
	int own = atoi(place->name);
	struct stat st;

	if (!fstat(own, &st) && place__is(place, &st))
		return fcntl(own, F_DUPFD_CLOEXEC, 3);
	return openat(place->dir, place->name, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY);
}

static int open_stream(const struct place *place)
{
	if (place->descriptor)
		return open_descriptor(place);
	return openat(place->dir, place->name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
}

static int make_name(struct outfile *to)
{
	unsigned long long random;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return -EIO;
	snprintf(to->aside, sizeof(to->aside), ".%.200s.%016llx", to->place.name, random);
	return 0;
}

/* With a name, where the file system knows no files without one. */
static int open_named(struct outfile *to, mode_t mode)
{
	int err = -EEXIST, fd = -1;

	for (int i = 0; i < TRIES && err == -EEXIST; i++) {
		err = make_name(to);
		if (err)
			break;
		fd = openat(to->place.dir, to->aside,
			    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
		err = fd < 0 ? -errno : 0;
	}
	if (err)
		to->aside[0] = '\0';
	return err ? err : fd;
}

static int open_aside(struct outfile *to)
{
	const mode_t mode = OUTFILE_MODE;
	int fd;

	/* renaming asks for no such right */
	if (to->place.exists && faccessat(to->place.dir, to->place.name, W_OK, AT_EACCESS))
		return -errno;
	/* without /proc it could be given no name */
	if (access("/proc/self/fd", F_OK))
		return open_named(to, mode);
	fd = openat(to->place.dir, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL))
		return open_named(to, mode);
	return fd < 0 ? -errno : fd;
}

static int open_file(struct outfile *to)
{
	const struct place *place = &to->place;
	int fd;

	to->renames = !place->exists || (S_ISREG(place->st.st_mode) && !place->descriptor);
	to->published = false;
	fd = to->renames ? open_aside(to) : open_stream(place);
	if (fd < 0)
		return to->renames ? fd : -errno;
	to->file = fdopen(fd, "w");
	if (!to->file) {
		close(fd);
		return -ENOMEM;
	}
	return 0;
}

/* A report is no message: it does not go out letter by letter. */
static FILE *open_standard(const struct outfile *to)
{
	if (standard(to) == STDOUT_FILENO)
		return stdout;
	return fdopen(fcntl(standard(to), F_DUPFD_CLOEXEC, STDERR_FILENO + 1), "w");
}

int outfile__open(struct outfile *to)
{
	int err;

	if (outfile__is_standard(to)) {
		to->file = open_standard(to);
		return to->file ? 0 : -ENOMEM;
	}
	err = open_file(to);
	if (to->renames && (err == -EACCES || err == -EROFS) && to->place.exists &&
	    !faccessat(to->place.dir, to->place.name, W_OK, AT_EACCESS))
		elog("cannot write %s: its folder cannot be written to, so that nothing new can "
		     "take "
		     "its place",
		     to->path);
	else
		outfile__say(to, err);
	return err;
}

int outfile__make(struct outfile *to, int dir, const char *name, const char *path, mode_t mode)
{
	*to = (struct outfile) { .path = path, .mode = mode };
	to->place.dir = fcntl(dir, F_DUPFD_CLOEXEC, 0);
	if (to->place.dir < 0) {
		int err = -errno;

		outfile__say(to, err);
		return err;
	}
	STR_SET(to->place.name, "%s", name);
	return outfile__open(to);
}

static void remove_aside(struct outfile *to)
{
	if (to->aside[0])
		unlinkat(to->place.dir, to->aside, 0);
	to->aside[0] = '\0';
}

/* A name in the folder for the file without one. */
static int give_name(struct outfile *to)
{
	char self[64];
	int err = -EEXIST;

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fileno(to->file));
	for (int i = 0; i < TRIES && err == -EEXIST; i++) {
		err = make_name(to);
		if (!err && linkat(AT_FDCWD, self, to->place.dir, to->aside, AT_SYMLINK_FOLLOW))
			err = -errno;
	}
	if (err)
		to->aside[0] = '\0';
	return err;
}

/* What replaces a good file is on its disk before it does; what cannot be synced is no disk. */
static int keep_what_was(const struct outfile *to)
{
	const struct stat *st = &to->place.st;
	int fd = fileno(to->file);

	/* the owner, or if that is not allowed the group, and last what changing them takes away */
	if (fchown(fd, st->st_uid, st->st_gid) && fchown(fd, -1, st->st_gid) && errno != EPERM)
		return -errno;
	if (!to->mode && fchmod(fd, st->st_mode & 0777))
		return -errno;
	if (fsync(fd) && errno != EINVAL && errno != EROFS && errno != ENOTSUP)
		return -errno;
	return 0;
}

int outfile__publish(struct outfile *to)
{
	struct place *place = &to->place;
	int err = 0;

	errno = 0;
	if (fflush(to->file) || ferror(to->file))
		return errno ? -errno : -EIO;
	if (!to->renames || to->published)
		return 0;
	if (place->exists)
		err = keep_what_was(to);
	if (!err && to->mode && fchmod(fileno(to->file), to->mode))
		err = -errno;
	if (!err && !to->aside[0])
		err = give_name(to);
	if (!err && renameat(place->dir, to->aside, place->dir, place->name))
		err = -errno;
	if (err) {
		remove_aside(to);
		return err;
	}
	to->aside[0] = '\0';
	to->published = true;
	place->exists = !fstat(fileno(to->file), &place->st);
	return 0;
}

int outfile__renew(struct outfile *to)
{
	if (to->published) {
		fclose(to->file);
		to->file = NULL;
		return open_file(to);
	}
	if (to->renames && (fseeko(to->file, 0, SEEK_SET) || ftruncate(fileno(to->file), 0)))
		return -errno;
	return 0;
}

int outfile__check(const struct outfile *to)
{
	struct stat st;

	if (!to->published || fstat(fileno(to->file), &st))
		return 0;
	return st.st_nlink ? 0 : -ESTALE;
}

int outfile__close(struct outfile *to)
{
	int err = 0;

	if (to->file && to->file == stdout) {
		err = fflush(stdout) ? -errno : 0;
	} else if (to->file) {
		err = outfile__check(to);
		if (fclose(to->file) && !err)
			err = -errno;
		/* of what is dropped nobody asks whether it was written */
		if (to->renames && !to->published)
			err = 0;
	}
	remove_aside(to);
	to->file = NULL;
	place__close(&to->place);
	return err;
}
