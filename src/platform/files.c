// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/files.h"
#include "platform/path.h"
#include "platform/record.h"

#define SLURP_MAX   (4u << 20)
#define ENTRIES_MAX 65536

struct files {
	int root;
	bool live;
	struct record *record;
};

int files__open(struct files **out, const char *root)
{
	struct files *files;
	int err = -ENOMEM;

	*out = NULL;
	files = calloc(1, sizeof(*files));
	if (!files)
		return -ENOMEM;
	files->live = !strcmp(root, "/");
	files->root = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (files->root < 0) {
		err = -errno;
		goto out;
	}
	err = record__new(&files->record);
out:
	if (err) {
		files__close(files);
		return err;
	}
	*out = files;
	return 0;
}

void files__close(struct files *files)
{
	if (!files)
		return;
	if (files->root >= 0)
		close(files->root);
	record__free(files->record);
	free(files);
}

int files__check(const struct files *files)
{
	static const char *const parts[] = { "sys", "proc", "cpuid.txt" };
	struct stat st;
	int err = -ENODATA;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!fstatat(files->root, parts[i], &st, AT_SYMLINK_NOFOLLOW))
			return 0;
		if (errno != ENOENT)
			err = -errno;
	}
	return err;
}

bool files__live(const struct files *files)
{
	return files->live;
}

static int resolve(struct files *files, char *real, const char *fmt, va_list ap)
{
	char path[FILES_PATH];

	if (vsnprintf(path, sizeof(path), fmt, ap) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	return path__walk(files->root, files->record, real, path);
}

/* Read up to size bytes; no terminator. Returns the length or a negative errno. */
static ssize_t read_all(struct files *files, const char *real, char *buf, size_t size)
{
	struct stat st;
	size_t got = 0;
	ssize_t n;
	int fd, err = 0;

	fd = openat(files->root, real, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return -EINVAL;
	}
	while (got < size) {
		n = read(fd, buf + got, size - got);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			err = -errno;
		if (n <= 0)
			break;
		got += n;
	}
	close(fd);
	return err ? err : (ssize_t)got;
}

static void trim(char *text, size_t len)
{
	while (len && strchr(" \t\r\n", text[len - 1]))
		len--;
	text[len] = '\0';
}

int files__read(struct files *files, char *buf, size_t size, const char *fmt, ...)
{
	char real[FILES_PATH];
	ssize_t n;
	va_list ap;
	int err;

	buf[0] = '\0';
	va_start(ap, fmt);
	err = resolve(files, real, fmt, ap);
	va_end(ap);
	if (err)
		return err;
	n = read_all(files, real, buf, size - 1);
	if (n < 0) {
		buf[0] = '\0';
		return n;
	}
	record__add(files->record, RECORD_FILE, real, buf, n);
	trim(buf, strnlen(buf, n));
	return 0;
}

char *files__slurp(struct files *files, const char *fmt, ...)
{
	char real[FILES_PATH], *text, *fit;
	ssize_t n;
	va_list ap;
	int err;

	va_start(ap, fmt);
	err = resolve(files, real, fmt, ap);
	va_end(ap);
	if (err)
		return NULL;
	text = malloc(SLURP_MAX + 1);
	if (!text)
		return NULL;
	n = read_all(files, real, text, SLURP_MAX);
	if (n < 0) {
		free(text);
		return NULL;
	}
	record__add(files->record, RECORD_FILE, real, text, n);
	text[n] = '\0';
	fit = realloc(text, n + 1);
	return fit ? fit : text;
}

int files__number(struct files *files, unsigned long long *value, const char *fmt, ...)
{
	char real[FILES_PATH], text[64], *end;
	unsigned long long n;
	ssize_t len;
	va_list ap;
	int err;

	va_start(ap, fmt);
	err = resolve(files, real, fmt, ap);
	va_end(ap);
	if (err)
		return err;
	len = read_all(files, real, text, sizeof(text) - 1);
	if (len < 0)
		return len;
	record__add(files->record, RECORD_FILE, real, text, len);
	trim(text, strnlen(text, len));
	if (text[0] < '0' || text[0] > '9')
		return -EINVAL;
	errno = 0;
	n = strtoull(text, &end, !strncmp(text, "0x", 2) ? 16 : 10);
	if (errno || *end)
		return -EINVAL;
	*value = n;
	return 0;
}

/* What is at this path without being read must be there again when it is saved. */
static bool record_place(struct files *files, const char *real)
{
	struct stat st;

	if (fstatat(files->root, real, &st, AT_SYMLINK_NOFOLLOW))
		return false;
	record__add(files->record, S_ISDIR(st.st_mode) ? RECORD_DIR : RECORD_FILE, real, "", 0);
	return true;
}

int files__resolve(struct files *files, char *buf, size_t size, const char *fmt, ...)
{
	char real[FILES_PATH];
	va_list ap;
	int err;

	buf[0] = '\0';
	va_start(ap, fmt);
	err = resolve(files, real, fmt, ap);
	va_end(ap);
	if (err)
		return err;
	record_place(files, real);
	return snprintf(buf, size, "%s", real) < (int)size ? 0 : -ENAMETOOLONG;
}

int files__target(struct files *files, char *buf, size_t size, const char *fmt, ...)
{
	char real[FILES_PATH];
	const char *slash;
	va_list ap;
	int err;

	buf[0] = '\0';
	va_start(ap, fmt);
	err = resolve(files, real, fmt, ap);
	va_end(ap);
	if (err)
		return err;
	record_place(files, real);
	slash = strrchr(real, '/');
	snprintf(buf, size, "%s", slash ? slash + 1 : real);
	return 0;
}

bool files__exists(struct files *files, const char *fmt, ...)
{
	char real[FILES_PATH];
	va_list ap;
	int err;

	va_start(ap, fmt);
	err = resolve(files, real, fmt, ap);
	va_end(ap);
	return !err && record_place(files, real);
}

static int by_version(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

static int names__add(struct names *names, const char *name)
{
	char **grown, *copy;

	if (names->nr >= ENTRIES_MAX)
		return -E2BIG;
	grown = realloc(names->name, (names->nr + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	names->name = grown;
	copy = strdup(name);
	if (!copy)
		return -ENOMEM;
	names->name[names->nr++] = copy;
	return 0;
}

void names__free(struct names *names)
{
	for (size_t i = 0; i < names->nr; i++)
		free(names->name[i]);
	free(names->name);
	*names = (struct names) { 0 };
}

/* What a listing shows must be there again when it is saved: links as links, folders as folders. */
static void record_entry(struct files *files, const char *dir, const char *name)
{
	char path[FILES_PATH], target[FILES_PATH];
	ssize_t n;

	strcpy(path, dir);
	if (path__append(path, name, strlen(name)))
		return;
	n = readlinkat(files->root, path, target, sizeof(target));
	if (n > 0 && n < (ssize_t)sizeof(target))
		record__add(files->record, RECORD_LINK, path, target, n);
	else
		record_place(files, path);
}

static int list(struct files *files, struct names *out, const char *real)
{
	struct dirent *entry;
	int fd, err = 0;
	DIR *dir;

	fd = openat(files->root, real[0] ? real : ".",
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir) {
		err = -errno;
		close(fd);
		return err;
	}
	record__add(files->record, RECORD_DIR, real, "", 0);
	while (!err && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		err = names__add(out, entry->d_name);
		record_entry(files, real, entry->d_name);
	}
	closedir(dir);
	return err;
}

int files__list(struct files *files, struct names *out, const char *fmt, ...)
{
	char real[FILES_PATH];
	va_list ap;
	int err;

	*out = (struct names) { 0 };
	va_start(ap, fmt);
	err = resolve(files, real, fmt, ap);
	va_end(ap);
	if (!err)
		err = list(files, out, real);
	if (err)
		names__free(out);
	else if (out->nr)
		qsort(out->name, out->nr, sizeof(*out->name), by_version);
	return err;
}

int files__note(struct files *files, const char *path, const char *text)
{
	char real[FILES_PATH], copy[FILES_PATH];

	if (snprintf(copy, sizeof(copy), "%s", path) >= (int)sizeof(copy))
		return -ENAMETOOLONG;
	if (path__walk(files->root, files->record, real, copy))
		strcpy(real, path); /* not there: a plain path */
	return record__set(files->record, real, text, strlen(text));
}

int files__save(const struct files *files, const char *dir)
{
	return record__save(files->record, dir);
}
