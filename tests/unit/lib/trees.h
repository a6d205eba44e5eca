/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Folders for tests that read or write them. Every failure fails the test. */
#ifndef XT_TESTS_TREES_H
#define XT_TESTS_TREES_H

/* A new folder under $TMPDIR, to be given to tree__remove(). */
char *tree__new(void);
void tree__remove(char *tree);
/* A file of the tree with this text, and the folders above it; a link likewise. */
void tree__file(const char *tree, const char *path, const char *text);
void tree__link(const char *tree, const char *path, const char *target);
/* Take away what is at this path, if anything: a folder with all that is in it, a link alone. */
void tree__drop(const char *tree, const char *path);

#endif
