// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "platform/path.h"

#define LINKS_MAX 40 /* as the kernel's MAXSYMLINKS */

/* Put "target/rest" in place of rest, which lies in a buffer of FILES_PATH bytes. */
static int prepend(char *rest, const char *target)
{
	char joined[FILES_PATH];

	if (snprintf(joined, sizeof(joined), "%s/%s", target, rest) >= (int)sizeof(joined))
		return -ENAMETOOLONG;
	strcpy(rest, joined);
	return 0;
}

static void drop_last(char *path)
{
	char *slash = strrchr(path, '/');

	*(slash ? slash : path) = '\0';
}

int path__append(char *path, const char *name, size_t len)
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

int path__walk(int root, struct record *record, char *real, char *path)
{
	char target[FILES_PATH / 2], rest[FILES_PATH];
	int links = 0, err;
	ssize_t n;
	size_t len;

	for (real[0] = '\0'; path[0];) {
		len = strcspn(path, "/");
		strcpy(rest, path + len + strspn(path + len, "/"));
		if (!len || (len == 1 && path[0] == '.')) {
			strcpy(path, rest);
			continue;
		}
		if (len == 2 && !strncmp(path, "..", 2)) {
			drop_last(real);
			strcpy(path, rest);
			continue;
		}
		err = path__append(real, path, len);
		if (err)
			return err;
		strcpy(path, rest);
		n = readlinkat(root, real, target, sizeof(target) - 1);
		if (n < 0 && errno == EINVAL)
			continue; /* no link */
		if (n < 0)
			return -errno;
		target[n] = '\0';
		record__add(record, RECORD_LINK, real, target, n);
		if (++links > LINKS_MAX)
			return -ELOOP;
		if (target[0] == '/')
			real[0] = '\0';
		else
			drop_last(real);
		err = prepend(path, target);
		if (err)
			return err;
	}
	return 0;
}
