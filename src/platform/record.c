// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/record.h"

struct item {
	enum record_kind kind;
	char *path;
	char *text;
	size_t len;
};

struct record {
	void *tree; /* of struct item by path: tsearch(3) */
	int err;    /* the first failure to remember something */
};

int record__new(struct record **out)
{
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : -ENOMEM;
}

static void item__free(void *ptr)
{
	struct item *item = ptr;

	if (!item)
		return;
	free(item->path);
	free(item->text);
	free(item);
}

void record__free(struct record *record)
{
	if (!record)
		return;
	tdestroy(record->tree, item__free);
	free(record);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct item *)a)->path, ((const struct item *)b)->path);
}

static struct item *item__new(const char *path)
{
	struct item *item = calloc(1, sizeof(*item));

	if (!item)
		return NULL;
	item->path = strdup(path);
	if (!item->path) {
		free(item);
		return NULL;
	}
	return item;
}

/* The item of this path, made if it is not there yet; NULL without memory. */
static struct item *record__at(struct record *record, const char *path)
{
	struct item key = { .path = (char *)path };
	struct item **found = tfind(&key, &record->tree, by_path);
	struct item *item;

	if (found)
		return *found;
	item = item__new(path);
	if (!item || !tsearch(item, &record->tree, by_path)) {
		item__free(item);
		return NULL;
	}
	return item;
}

static int put(struct record *record, enum record_kind kind, const char *path, const char *text,
	       size_t len, bool replace)
{
	struct item *item;
	char *copy;

	if (!path[0])
		return 0; /* the root itself */
	item = record__at(record, path);
	if (!item)
		goto nomem;
	if (item->text && !replace && item->len >= len)
		return 0;
	copy = malloc(len + 1);
	if (!copy)
		goto nomem;
	memcpy(copy, text, len);
	copy[len] = '\0';
	free(item->text);
	item->kind = kind;
	item->text = copy;
	item->len = len;
	return 0;
nomem:
	record->err = -ENOMEM;
	return -ENOMEM;
}

int record__add(struct record *record, enum record_kind kind, const char *path, const char *text,
		size_t len)
{
	return put(record, kind, path, text, len, false);
}

int record__set(struct record *record, const char *path, const char *text, size_t len)
{
	return put(record, RECORD_FILE, path, text, len, true);
}

/* Make the folders above path. */
static int make_parents(int dir, const char *path)
{
	char *copy = strdup(path);
	int err = copy ? 0 : -ENOMEM;

	for (char *p = copy; !err && (p = strchr(p, '/')); *p++ = '/') {
		*p = '\0';
		if (mkdirat(dir, copy, 0755) && errno != EEXIST)
			err = -errno;
	}
	free(copy);
	return err;
}

static int write_file(int dir, const struct item *item)
{
	const char *at = item->text;
	size_t left = item->len;
	ssize_t n;
	int fd, err = 0;

	fd = openat(dir, item->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return -errno;
	while (left) {
		n = write(fd, at, left);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			err = -errno;
			break;
		}
		at += n;
		left -= n;
	}
	if (close(fd) && !err)
		err = -errno;
	return err;
}

static int item__save(int dir, const struct item *item)
{
	int err = make_parents(dir, item->path);

	if (err)
		return err;
	switch (item->kind) {
	case RECORD_DIR:
		return mkdirat(dir, item->path, 0755) && errno != EEXIST ? -errno : 0;
	case RECORD_LINK:
		return symlinkat(item->text, dir, item->path) && errno != EEXIST ? -errno : 0;
	case RECORD_FILE:
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

int record__save(const struct record *record, const char *dir)
{
	struct save save = { .err = record->err };

	if (save.err)
		return save.err;
	if (mkdir(dir, 0755) && errno != EEXIST)
		return -errno;
	save.dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (save.dir < 0)
		return -errno;
	twalk_r(record->tree, save_node, &save);
	close(save.dir);
	return save.err;
}
