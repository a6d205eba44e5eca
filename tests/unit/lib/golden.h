/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Golden outputs: what a report of the fixture's runs looks like, to the byte. After a wanted
 * change: `UPDATE_GOLDEN=1 make unit`, and read the diff before committing it.
 */
#ifndef XT_TESTS_GOLDEN_H
#define XT_TESTS_GOLDEN_H

/* Compare with tests/golden/<name>; fails the test with the first line that differs. */
void golden__check(const char *name, const char *text);
/* The same of another file; a failure says the command that updates it. */
void golden__check_file(const char *path, const char *update, const char *text);

#endif
