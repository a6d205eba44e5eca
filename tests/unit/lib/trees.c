// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "trees.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#define PATH_LEN 4096

char *tree__new(void)
{
	const char *tmp = getenv("TMPDIR");
	char path[PATH_LEN];

	snprintf(path, sizeof(path), "%s/xentrace-bpf.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(path))
		fail_msg("cannot make %s: %s", path, strerror(errno));
	return strdup(path);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void tree__remove(char *tree)
{
	if (nftw(tree, remove_one, 16, FTW_DEPTH | FTW_PHYS))
		fail_msg("cannot remove %s: %s", tree, strerror(errno));
	free(tree);
}

void tree__drop(const char *tree, const char *path)
{
	char whole[PATH_LEN];

	snprintf(whole, sizeof(whole), "%s/%s", tree, path);
	if (nftw(whole, remove_one, 16, FTW_DEPTH | FTW_PHYS) && errno != ENOENT)
		fail_msg("cannot remove %s: %s", whole, strerror(errno));
}

/* The whole path, with the folders above it made. */
static void prepare(char whole[PATH_LEN], const char *tree, const char *path)
{
	size_t root = strlen(tree) + 1;

	snprintf(whole, PATH_LEN, "%s/%s", tree, path);
	for (char *slash = whole + root; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = '\0';
		if (mkdir(whole, 0755) && errno != EEXIST)
			fail_msg("cannot make %s: %s", whole, strerror(errno));
	}
}

void tree__file(const char *tree, const char *path, const char *text)
{
	char whole[PATH_LEN];
	FILE *out;

	prepare(whole, tree, path);
	out = fopen(whole, "w");
	if (!out || fputs(text, out) < 0 || fclose(out))
		fail_msg("cannot write %s: %s", whole, strerror(errno));
}

void tree__link(const char *tree, const char *path, const char *target)
{
	char whole[PATH_LEN];

	prepare(whole, tree, path);
	if (symlink(target, whole))
		fail_msg("cannot link %s: %s", whole, strerror(errno));
}
