/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reading small text files, links and folders of sysfs and /proc below one root folder.
 *
 * Every path is resolved one component at a time, so a link, absolute or not, never leaves the
 * root, and what was read can be written out again (files__save()) to be read back elsewhere.
 * Paths are relative to the root, printf-style, and shorter than FILES_PATH bytes.
 */
#ifndef XT_PLATFORM_FILES_H
#define XT_PLATFORM_FILES_H

#include <stdbool.h>
#include <stddef.h>

#define FILES_PATH 1024

struct files;

/* Names of a folder's entries, sorted with numbers in numeric order. */
struct names {
	char **name;
	size_t nr;
};

#define FILES_FMT(fmt, args) __attribute__((format(printf, fmt, args)))

/* Returns 0 and *out, to be closed with files__close(), or a negative errno. */
int files__open(struct files **out, const char *root);
/*
 * The same for figures that are read again and again, and never saved: on the running machine the kernel
 * finds the files, in one system call in place of one a component. Not for links themselves:
 * files__resolve() and files__target() are of no use then.
 */
int files__open_figures(struct files **out, const char *root);
void files__close(struct files *files);
/* 0 if there is anything that a saved guest has; -ENODATA, or why it cannot be told. */
int files__check(const struct files *files);
/* The root is the running machine's own. */
bool files__live(const struct files *files);

/*
 * The file's text without its trailing white space, cut to size - 1 bytes, into buf. Returns 0;
 * or a negative errno, and buf is "".
 */
int files__read(struct files *files, char *buf, size_t size, const char *fmt, ...) FILES_FMT(4, 5);
/* The whole file, at most 4 MiB of it; the caller frees it. NULL if it cannot be read. */
char *files__slurp(struct files *files, const char *fmt, ...) FILES_FMT(2, 3);
/* A number in base 10, or 16 after "0x". Returns -EINVAL, and no *value, for anything else. */
int files__number(struct files *files, unsigned long long *value, const char *fmt, ...)
	FILES_FMT(3, 4);
/* The path below the root with every link resolved, into buf. */
int files__resolve(struct files *files, char *buf, size_t size, const char *fmt, ...)
	FILES_FMT(4, 5);
/* The last component of the path after resolving its links: a device's driver, say. */
int files__target(struct files *files, char *buf, size_t size, const char *fmt, ...)
	FILES_FMT(4, 5);
/* The same into arrays. */
#define FILES_READ(files, array, ...)	 files__read(files, array, sizeof(array), __VA_ARGS__)
#define FILES_RESOLVE(files, array, ...) files__resolve(files, array, sizeof(array), __VA_ARGS__)
#define FILES_TARGET(files, array, ...)	 files__target(files, array, sizeof(array), __VA_ARGS__)
bool files__exists(struct files *files, const char *fmt, ...) FILES_FMT(2, 3);
/* Returns 0 and the entries but hidden ones, to be freed; or a negative errno and none. */
int files__list(struct files *files, struct names *out, const char *fmt, ...) FILES_FMT(3, 4);
void names__free(struct names *names);

/*
 * Have files__save() write this text at this path, relative to the root: what no file holds
 * (CPUID), or the part of one that was looked at, if the rest is nobody's business.
 */
void files__note(struct files *files, const char *path, const char *text);
/* Write all that was read so far below dir, which is made. Returns 0 or a negative errno. */
int files__save(const struct files *files, const char *dir);

#endif
