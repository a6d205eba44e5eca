// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "platform/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

#define SLURP_MAX   (4u << 20)
#define ENTRIES_MAX 65536
#define LINKS_MAX   40 /* as the kernel's MAXSYMLINKS */

enum item_kind { ITEM_FOLDER, ITEM_FILE, ITEM_LINK };

/* What was read or seen at a path: enough to be written out and read back to the same answer. */
struct item {
	enum item_kind kind;
	char *path; /* no link is in it */
	char *text; /* of a file; a link's target */
	size_t len;
};

struct files {
	int root;
	bool live;
	bool by_kernel; /* it resolves the links, and nothing is remembered */
	void *seen;	/* of struct item by path: tsearch(3) */
	int err;	/* the first failure to remember something: nothing is saved then */
};

static void item__free(void *ptr)
{
	struct item *item = ptr;

	free(item->path);
	free(item->text);
	free(item);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct item *)a)->path, ((const struct item *)b)->path);
}

/* The item of this path, made if it is not there yet; NULL without memory. */
static struct item *item__at(struct files *files, const char *path)
{
	struct item key = { .path = (char *)path }, *item;
	struct item **found = tfind(&key, &files->seen, by_path);

	if (found)
		return *found;
	item = calloc(1, sizeof(*item));
	if (!item)
		return NULL;
	item->path = strdup(path);
	if (!item->path || !tsearch(item, &files->seen, by_path)) {
		item__free(item);
		return NULL;
	}
	return item;
}

/*
 * Of a path that is seen twice the longer text stays, as a listing shows an entry before it is
 * read, if it is. With `replace` this one does.
 */
static void remember(struct files *files, enum item_kind kind, const char *path, const char *text,
		     size_t len, bool replace)
{
	struct item *item;
	char *copy;

	if (files->by_kernel)
		return;
	item = path[0] ? item__at(files, path) : NULL;
	if (!path[0] || (item && item->text && item->len >= len && !replace))
		return; /* the root itself is made anyway */
	copy = malloc(len + 1);
	if (!item || !copy) {
		free(copy);
		files->err = -ENOMEM;
		return;
	}
	memcpy(copy, text, len);
	copy[len] = '\0';
	free(item->text);
	item->kind = kind;
	item->text = copy;
	item->len = len;
}

/* What is at this path without being read must be there again when it is saved. */
static bool remember_place(struct files *files, const char *path)
{
	struct stat st;

	if (fstatat(files->root, path, &st, AT_SYMLINK_NOFOLLOW))
		return false;
	remember(files, S_ISDIR(st.st_mode) ? ITEM_FOLDER : ITEM_FILE, path, "", 0, false);
	return true;
}

int files__open(struct files **out, const char *root)
{
	struct files *files = calloc(1, sizeof(*files));
	int err;

	*out = NULL;
	if (!files)
		return -ENOMEM;
	files->live = !strcmp(root, "/");
	files->root = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (files->root < 0) {
		err = -errno;
		files__close(files);
		return err;
	}
	*out = files;
	return 0;
}

int files__open_figures(struct files **out, const char *root)
{
	int err = files__open(out, root);

	if (!err)
		(*out)->by_kernel = (*out)->live;
	return err;
}

void files__close(struct files *files)
{
	if (!files)
		return;
	if (files->root >= 0)
		close(files->root);
	tdestroy(files->seen, item__free);
	free(files);
}

int files__check(const struct files *files)
{
	static const char *const parts[] = { "sys", "proc", "cpuid.txt" };
	struct stat st;
	int err = -ENODATA;

	for (size_t i = 0; i < LENGTH(parts); i++) {
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

/* Append one component to a path of FILES_PATH bytes; "" stands for the root. */
static int append(char *path, const char *name, size_t len)
{
	size_t at = strlen(path);

	if (at + 1 + len >= FILES_PATH)
		return -ENAMETOOLONG;
	if (at)
		path[at++] = '/';
	memcpy(path + at, name, len);
	path[at + len] = '\0';
	return 0;
}

static void drop_last(char *path)
{
	char *slash = strrchr(path, '/');

	*(slash ? slash : path) = '\0';
}

/* Put "target/path" in place of the path. */
static int prepend(char *path, const char *target)
{
	char joined[FILES_PATH];

	if (snprintf(joined, sizeof(joined), "%s/%s", target, path) >= (int)sizeof(joined))
		return -ENAMETOOLONG;
	strcpy(path, joined);
	return 0;
}

/* `real` has a new last component: if that is a link, go where it leads, before `rest`. */
static int follow(struct files *files, char *real, char *rest, int *links)
{
	char target[FILES_PATH / 2];
	ssize_t n = readlinkat(files->root, real, target, sizeof(target) - 1);

	if (n < 0)
		return errno == EINVAL ? 0 : -errno; /* no link */
	target[n] = '\0';
	remember(files, ITEM_LINK, real, target, n, false);
	if (++*links > LINKS_MAX)
		return -ELOOP;
	if (target[0] == '/')
		real[0] = '\0';
	else
		drop_last(real);
	return prepend(rest, target);
}

/*
 * Walk `path`, which is used up, component by component; `real` is where it leads. Both are of
 * FILES_PATH bytes. Links on the way are remembered, and cannot leave the root.
 */
static int walk(struct files *files, char *real, char *path)
{
	char name[FILES_PATH];
	int links = 0, err = 0;

	for (real[0] = '\0'; !err && path[0];) {
		size_t len = strcspn(path, "/"), slashes = strspn(path + len, "/");

		memcpy(name, path, len);
		name[len] = '\0';
		memmove(path, path + len + slashes, strlen(path + len + slashes) + 1);
		if (!strcmp(name, "..")) {
			drop_last(real);
		} else if (len && strcmp(name, ".")) {
			err = append(real, name, len);
			if (!err)
				err = follow(files, real, path, &links);
		}
	}
	return err;
}

static int resolve(struct files *files, char *real, const char *fmt, va_list ap)
{
	char path[FILES_PATH], *to = files->by_kernel ? real : path;

	if (vsnprintf(to, FILES_PATH, fmt, ap) >= FILES_PATH)
		return -ENAMETOOLONG;
	return files->by_kernel ? 0 : walk(files, real, path);
}

/* The same with the arguments that follow fmt. */
#define RESOLVE(files, real, fmt)                    \
	({                                           \
		va_list ap;                          \
		int err;                             \
                                                     \
		va_start(ap, fmt);                   \
		err = resolve(files, real, fmt, ap); \
		va_end(ap);                          \
		err;                                 \
	})

/* Of a path without links, but those that the kernel is to resolve. */
static int open_real(const struct files *files, const char *real, int flags)
{
	flags |= files->by_kernel ? 0 : O_NOFOLLOW;
	return openat(files->root, real, O_RDONLY | O_CLOEXEC | flags);
}

/* Read and remember up to size bytes; no terminator. Returns the length or a negative errno. */
static ssize_t read_bytes(struct files *files, const char *real, char *buf, size_t size)
{
	int fd = open_real(files, real, O_NONBLOCK);
	struct stat st;
	size_t got = 0;
	ssize_t n = 1;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return -EINVAL;
	}
	while (got < size && n > 0) {
		n = TEMP_FAILURE_RETRY(read(fd, buf + got, size - got));
		if (n < 0)
			n = -errno;
		else
			got += n;
	}
	close(fd);
	if (n < 0)
		return n;
	remember(files, ITEM_FILE, real, buf, got, false);
	return got;
}

/* The same as text, without the white space at its end. */
static int read_text(struct files *files, const char *real, char *buf, size_t size)
{
	ssize_t n = read_bytes(files, real, buf, size - 1);
	size_t len;

	if (n < 0) {
		buf[0] = '\0';
		return n;
	}
	for (len = strnlen(buf, n); len && strchr(" \t\r\n", buf[len - 1]); len--)
		;
	buf[len] = '\0';
	return 0;
}

int files__read(struct files *files, char *buf, size_t size, const char *fmt, ...)
{
	char real[FILES_PATH];
	int err = RESOLVE(files, real, fmt);

	buf[0] = '\0';
	return err ? err : read_text(files, real, buf, size);
}

char *files__slurp(struct files *files, const char *fmt, ...)
{
	char real[FILES_PATH], *text, *fit;
	ssize_t n;

	if (RESOLVE(files, real, fmt))
		return NULL;
	text = malloc(SLURP_MAX + 1);
	n = text ? read_bytes(files, real, text, SLURP_MAX) : -ENOMEM;
	if (n < 0) {
		free(text);
		return NULL;
	}
	text[n] = '\0';
	fit = realloc(text, n + 1);
	return fit ? fit : text;
}

int files__number(struct files *files, unsigned long long *value, const char *fmt, ...)
{
	char real[FILES_PATH], text[64], *end;
	int err = RESOLVE(files, real, fmt);
	unsigned long long n;

	if (!err)
		err = read_text(files, real, text, sizeof(text));
	if (err)
		return err;
	if (text[0] < '0' || text[0] > '9')
		return -EINVAL;
	errno = 0;
	n = strtoull(text, &end, !strncmp(text, "0x", 2) ? 16 : 10);
	if (errno || *end)
		return -EINVAL;
	*value = n;
	return 0;
}

int files__resolve(struct files *files, char *buf, size_t size, const char *fmt, ...)
{
	char real[FILES_PATH];
	int err = RESOLVE(files, real, fmt);

	buf[0] = '\0';
	if (err)
		return err;
	remember_place(files, real);
	return snprintf(buf, size, "%s", real) < (int)size ? 0 : -ENAMETOOLONG;
}

int files__target(struct files *files, char *buf, size_t size, const char *fmt, ...)
{
	char real[FILES_PATH];
	int err = RESOLVE(files, real, fmt);
	const char *slash;

	buf[0] = '\0';
	if (err)
		return err;
	remember_place(files, real);
	slash = strrchr(real, '/');
	str__set(buf, size, "%s", slash ? slash + 1 : real);
	return 0;
}

bool files__exists(struct files *files, const char *fmt, ...)
{
	char real[FILES_PATH];

	return !RESOLVE(files, real, fmt) && remember_place(files, real);
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
static void remember_entry(struct files *files, const char *folder, const char *name)
{
	char path[FILES_PATH], target[FILES_PATH];
	ssize_t n;

	if (files->by_kernel)
		return;
	strcpy(path, folder);
	if (append(path, name, strlen(name)))
		return;
	n = readlinkat(files->root, path, target, sizeof(target));
	if (n > 0 && n < (ssize_t)sizeof(target))
		remember(files, ITEM_LINK, path, target, n, false);
	else
		remember_place(files, path);
}

static int list(struct files *files, struct names *out, const char *real)
{
	int fd = open_real(files, real[0] ? real : ".", O_DIRECTORY);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int err = 0;

	if (!dir) {
		err = -errno;
		if (fd >= 0)
			close(fd);
		return err;
	}
	remember(files, ITEM_FOLDER, real, "", 0, false);
	while (!err) {
		/* NULL is the end, or an error */
		errno = 0;
		entry = readdir(dir);
		if (!entry) {
			err = -errno;
			break;
		}
		if (entry->d_name[0] == '.')
			continue;
		err = names__add(out, entry->d_name);
		remember_entry(files, real, entry->d_name);
	}
	closedir(dir);
	return err;
}

int files__list(struct files *files, struct names *out, const char *fmt, ...)
{
	char real[FILES_PATH];
	int err = RESOLVE(files, real, fmt);

	*out = (struct names) { 0 };
	if (!err)
		err = list(files, out, real);
	if (err)
		names__free(out);
	else if (out->nr)
		qsort(out->name, out->nr, sizeof(*out->name), by_version);
	return err;
}

void files__note(struct files *files, const char *path, const char *text)
{
	char real[FILES_PATH], copy[FILES_PATH];

	STR_SET(copy, "%s", path);
	if (walk(files, real, copy))
		STR_SET(real, "%s", path); /* not there: a plain path */
	remember(files, ITEM_FILE, real, text, strlen(text), true);
}

/* Make the folders above path. */
static int make_parents(int dir, const char *path)
{
	char copy[FILES_PATH];

	strcpy(copy, path);
	for (char *p = copy; (p = strchr(p, '/')); *p++ = '/') {
		*p = '\0';
		if (mkdirat(dir, copy, 0700) && errno != EEXIST)
			return -errno;
	}
	return 0;
}

static int write_file(int dir, const struct item *item)
{
	int fd = openat(dir, item->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
			0600);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	int err;

	if (!file) {
		err = -errno;
		if (fd >= 0)
			close(fd);
		return err;
	}
	err = fwrite(item->text, 1, item->len, file) == item->len ? 0 : -errno;
	if (fclose(file) && !err)
		err = -errno;
	return err;
}

static int item__save(int dir, const struct item *item)
{
	int err = make_parents(dir, item->path);

	if (err)
		return err;
	switch (item->kind) {
	case ITEM_FOLDER:
		return mkdirat(dir, item->path, 0700) && errno != EEXIST ? -errno : 0;
	case ITEM_LINK:
		return symlinkat(item->text, dir, item->path) && errno != EEXIST ? -errno : 0;
	case ITEM_FILE:
		return write_file(dir, item);
	}
	return -EINVAL;
}

struct save {
	int dir;
	int err;
};

static void save_node(const void *node, VISIT which, void *ptr)
{
	struct save *save = ptr;

	if ((which == postorder || which == leaf) && !save->err)
		save->err = item__save(save->dir, *(const struct item *const *)node);
}

int files__save(const struct files *files, const char *dir)
{
	struct save save = { .err = files->err };

	if (save.err)
		return save.err;
	if (mkdir(dir, 0700) && errno != EEXIST)
		return -errno;
	save.dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (save.dir < 0)
		return -errno;
	twalk_r(files->seen, save_node, &save);
	close(save.dir);
	return save.err;
}
