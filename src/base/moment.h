/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Moments as people write them: "14:02", "14:02:30", "2026-11-30 14:02", "2026-11-30T14:02:30Z", or
 * "-10m", so long before the end of what is recorded. All are UTC, as in every report, with Z or
 * without it. Pure.
 */
#ifndef XT_BASE_MOMENT_H
#define XT_BASE_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

enum moment_kind {
	MOMENT_NONE,   /* not said */
	MOMENT_CLOCK,  /* ns since midnight, of some day */
	MOMENT_DATED,  /* ns since the epoch */
	MOMENT_BEFORE, /* ns before the end */
};

struct moment {
	enum moment_kind kind;
	uint64_t ns;
};

/* False, and *moment of kind MOMENT_NONE, for any other text. */
bool moment__parse(struct moment *moment, const char *text);

/* From one moment up to another one, which is not in it; either may be MOMENT_NONE. */
struct span {
	struct moment from, to;
};

/* "14:02..14:10", "14:02..", "..14:10". False for any other text. */
bool span__parse(struct span *span, const char *text);
static inline bool span__is_said(const struct span *span)
{
	return span->from.kind != MOMENT_NONE || span->to.kind != MOMENT_NONE;
}

/*
 * In ns since the epoch: 0 and UINT64_MAX where nothing is said. `end` is that of what is recorded.
 * A time without a day is the last one of that name before the end; as `to` the first one behind
 * `from`. False where `to` is not behind `from`.
 */
bool span__resolve(const struct span *span, uint64_t end, uint64_t *from, uint64_t *to);

#endif
