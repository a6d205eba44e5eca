/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Amounts with their unit, as people write them on a command line: a number, and nothing between it
 * and its unit. Each is above 0. False, and nothing written, for any other text.
 */
#ifndef XT_BASE_AMOUNT_H
#define XT_BASE_AMOUNT_H

#include <stdbool.h>
#include <stdint.h>

/* How long something takes: "20ms", "5s", "2m", "24h", "7d"; at most some 30 years. */
bool amount__duration(const char *text, uint64_t *ns);
/* A latency: "500us", "20ms", "1.5s". No minutes: reports call milliseconds "m". */
bool amount__latency(const char *text, uint64_t *ns);
/* "500M", "2G", of 1000 as in all reports; at least 1K. */
bool amount__bytes(const char *text, uint64_t *bytes);
/* "10%", "0.5%": a share up to 1. */
bool amount__share(const char *text, double *share);

#endif
