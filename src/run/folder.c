// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "run/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000ull
#define STAMP	 "%Y%m%dT%H%M%SZ"

bool folder__name(char name[FOLDER_NAME], uint64_t start_ns, unsigned int number, bool kept)
{
	time_t seconds = start_ns / NS_PER_S;
	char stamp[24], which[16] = "";
	struct tm tm;

	if (!gmtime_r(&seconds, &tm) || !strftime(stamp, sizeof(stamp), STAMP, &tm))
		return false;
	if (number > 1)
		snprintf(which, sizeof(which), "-%u", number);
	return snprintf(name, FOLDER_NAME, "%s%s%s.xtr", stamp, which, kept ? ".kept" : "") <
	       FOLDER_NAME;
}

bool folder__parse(struct folder_file *file, const char *name)
{
	char again[FOLDER_NAME];
	struct tm tm = {};
	const char *rest = strptime(name, STAMP, &tm);
	unsigned int number = 1;
	time_t start;

	if (!rest)
		return false;
	if (*rest == '-')
		number = strtoul(rest + 1, (char **)&rest, 10);
	start = timegm(&tm);
	if (start < 0)
		return false;
	*file = (struct folder_file) {
		.start_ns = (uint64_t)start * NS_PER_S,
		.number = number,
		.kept = !strcmp(rest, ".kept.xtr"),
	};
	/* names like ours, as with a sign or a leading zero, are not ours */
	if (!folder__name(again, file->start_ns, number, file->kept) || strcmp(again, name))
		return false;
	strcpy(file->name, again);
	return true;
}

static int by_age(const void *a, const void *b)
{
	const struct folder_file *x = a, *y = b;

	if (x->start_ns != y->start_ns)
		return x->start_ns < y->start_ns ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static int add(struct folder *folder, int dir, const char *name)
{
	struct folder_file file, *files;
	struct stat st;

	if (!folder__parse(&file, name) || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) ||
	    !S_ISREG(st.st_mode))
		return 0;
	file.bytes = st.st_size;
	file.end_ns = (uint64_t)st.st_mtim.tv_sec * NS_PER_S + (uint64_t)st.st_mtim.tv_nsec;
	/* room grows as powers of two */
	if (!(folder->nr & (folder->nr - 1))) {
		files = realloc(folder->files, (folder->nr ? 2 * folder->nr : 1) * sizeof(*files));
		if (!files)
			return -ENOMEM;
		folder->files = files;
	}
	folder->files[folder->nr++] = file;
	return 0;
}

int folder__list(struct folder *folder, int dir)
{
	/* a position of its own: that of `dir` is shared with its copies */
	int err = 0, fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *all = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	*folder = (struct folder) {};
	if (!all) {
		err = -errno;
		if (fd >= 0)
			close(fd);
		return err;
	}
	while (!err) {
		/* NULL is the end, or an error */
		errno = 0;
		entry = readdir(all);
		if (!entry) {
			err = -errno;
			break;
		}
		err = add(folder, dir, entry->d_name);
	}
	closedir(all);
	if (err)
		folder__free(folder);
	else if (folder->nr)
		qsort(folder->files, folder->nr, sizeof(*folder->files), by_age);
	return err;
}

void folder__free(struct folder *folder)
{
	free(folder->files);
	*folder = (struct folder) {};
}
