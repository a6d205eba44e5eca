// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Whose the disks' requests were. */
#include "output/text.h"

#include <string.h>

#include "model/units.h"
#include "output/escape.h"

#define OWNER_NAME 36
#define MAX_ROWS   16

/* A name that is too long shows its end, which tells cgroups apart. */
static void print_name(FILE *out, const struct report *report, const struct owner *owner)
{
	char title[OWNER_TITLE];
	char plain[ESCAPE_LEN];
	size_t len;

	owner__title(owner, report->snap->whose.by, title);
	escape__ascii(plain, sizeof(plain), title);
	len = strlen(plain);
	if (len <= OWNER_NAME)
		fprintf(out, " %-*s", OWNER_NAME, plain);
	else
		fprintf(out, " ...%s", plain + len - (OWNER_NAME - 3));
}

static void print_row(const struct text_page *page, const struct report *report,
		      const struct owner_row *row)
{
	print_name(page->out, report, row->owner);
	fprintf(page->out, "%11s%10s%10s%8s%8s%7.1f %%\n", COUNT(row->count),
		COUNT(row->per_second), BYTES(row->bytes), NS(row->mean_ns), NS(row->p99_ns),
		100 * row->share);
	if (row->owner->kind != OWNER_NAMED)
		text__say(page, 5, "   %s", owner_kind__why(row->owner->kind));
}

/* Disk requests: only those of process 812 (fio); 1,204 others are left out */
static void print_only(const struct text_page *page, const struct whose *whose)
{
	if (!*whose->only)
		return;
	text__say(page, 5, "Disk requests: only those of %s; %s others are left out", whose->only,
		  COUNT(whose->left_out));
	fputc('\n', page->out);
}

/*
 * WHO  requests of the disks by cgroup; of 0.4 % no owner is known
 *                                            count      IOPS     bytes    mean     p99    time
 *  system.slice/postgresql.service          22,043     2,204   180.6 MB  3.62m   11.8m   81.2 %
 *  writeback                                   412        41    12.9 MB  8.10m   25.1m    3.4 %
 *    writes by the kernel's workers, as of data that was buffered: who wrote it is not known
 */
void text__who(const struct text_page *page, const struct report *report)
{
	const struct owner_rows *owners = &report->ledger->owners;
	size_t shown = report->verbose || owners->nr < MAX_ROWS ? owners->nr : MAX_ROWS;

	print_only(page, &report->snap->whose);
	if (report->snap->whose.by == BY_NOTHING)
		return;
	fprintf(page->out, "WHO  requests of the disks by %s",
		owners_by__name(report->snap->whose.by));
	if (!owners->nr) {
		fputs(": none\n\n", page->out);
		return;
	}
	if (owners->nobody > 0)
		fprintf(page->out, "; of %.1f %% no owner is known", 100 * owners->nobody);
	fprintf(page->out, "\n%-*s%11s%10s%10s%8s%8s%9s\n", OWNER_NAME + 1, "", "count", "IOPS",
		"bytes", "mean", "p99", "time");
	for (size_t i = 0; i < shown; i++)
		print_row(page, report, &owners->rows[i]);
	if (shown < owners->nr)
		fprintf(page->out, " %zu more: -v\n", owners->nr - shown);
	fputc('\n', page->out);
}
