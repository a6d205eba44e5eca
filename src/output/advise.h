/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What `advise` prints: a load in other modes. */
#ifndef XT_OUTPUT_ADVISE_H
#define XT_OUTPUT_ADVISE_H

#include "model/advise.h"
#include "output/json.h"

/* It owns nothing of it. */
struct advise_report {
	const struct advise *advise;
	const struct run_info *run;
	const struct platform *platform;
	const struct snapshot *snap;
	const struct ledger *ledger;
	const struct price_list *lists;
	size_t nr_lists;
};

/* `width` is a terminal's, or 0. Each returns 0 or a negative errno. */
int advise__text(FILE *out, unsigned int width, const struct advise_report *report);
int advise__json(FILE *out, const struct advise_report *report);

extern const struct json_document json_advise;

#endif
