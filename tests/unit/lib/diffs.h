/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Two recordings, compared. */
#ifndef XT_TESTS_DIFFS_H
#define XT_TESTS_DIFFS_H

#include "output/diff.h"
#include "synth.h"

struct compared {
	struct diff diff;
	struct diff_report report;
	struct blob blob[DIFF_SIDES];
	struct reader *reader[DIFF_SIDES];
	struct snapshot total[DIFF_SIDES];
	struct ledger *ledger[DIFF_SIDES];
};

/* Frees the blobs with the rest in diffs__free(). */
struct compared *diffs__compare(struct blob before, struct blob after);
/*
 * From AHCI to blkfront, beside a disk that stays as it is and has that name; NULL: "xvdb".
 */
struct compared *diffs__ahci_to_blkfront(const char *name);
/* The caller frees it. */
char *diffs__print(const struct compared *c, const struct output *output);
void diffs__free(struct compared *c);

#endif
