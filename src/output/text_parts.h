/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The sections of the text report, printed into a text_page. */
#ifndef XT_OUTPUT_TEXT_PARTS_H
#define XT_OUTPUT_TEXT_PARTS_H

#include "output/format.h"
#include "output/text_page.h"

static inline unsigned int text__width(const struct report *report)
{
	return text_page__width(report->width);
}

/*
 * Words of `text` on as many lines of `width` as they need: the first follows `used` columns that are
 * already printed, the others are indented. Everything not printable ASCII is shown as '?'.
 */
void text__wrap(FILE *out, unsigned int width, unsigned int used, unsigned int indent,
		const char *text);

void text__header_lines(FILE *out, const struct report *report);
void text__findings(FILE *out, const struct report *report);
void text__cpu(FILE *out, const struct report *report);
void text__vcpus(FILE *out, const struct report *report);
void text__events(FILE *out, const struct report *report);
void text__vcpu_notes(FILE *out, const struct report *report);
/* A PV guest's; of others text__no_page_tables() says that there are none, and why. */
void text__page_tables(FILE *out, const struct report *report);
void text__no_page_tables(FILE *out, const struct report *report);
void text__wait(FILE *out, const struct report *report);
void text__nics(FILE *out, const struct report *report);
void text__latency(FILE *out, const struct report *report);
void text__slowest(FILE *out, const struct report *report);
/* False, and nothing written, without --exact. */
bool text__exact(FILE *out, const struct report *report);
void text__books(FILE *out, const struct report *report);

#endif
