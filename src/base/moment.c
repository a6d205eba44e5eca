// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "base/moment.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/amount.h"

#define NS_PER_S   1000000000ull
#define NS_PER_DAY (86400 * NS_PER_S)
#define YEAR_MIN   1970
#define YEAR_MAX   2200 /* its ns are far below UINT64_MAX */

/* So many digits, and then one of these, which is passed; as the end of the text, 0 stands for it. */
static bool take(const char **text, int digits, const char *ends, unsigned int max,
		 unsigned int *value)
{
	const char *at = *text;

	*value = 0;
	for (int i = 0; i < digits; i++, at++) {
		if (*at < '0' || *at > '9')
			return false;
		*value = 10 * *value + (unsigned int)(*at - '0');
	}
	if (*value > max || (*at && !strchr(ends, *at)))
		return false;
	*text = at;
	return true;
}

/* "14:02", "14:02:30", and Z behind them. */
static bool take_clock(const char *text, uint64_t *ns)
{
	unsigned int hour, minute, second = 0;

	if (!take(&text, 2, ":", 23, &hour) || *text++ != ':' || !take(&text, 2, ":Z", 59, &minute))
		return false;
	if (*text == ':') {
		text++;
		if (!take(&text, 2, "Z", 59, &second))
			return false;
	}
	if (*text == 'Z')
		text++;
	*ns = ((hour * 60 + minute) * 60ull + second) * NS_PER_S;
	return !*text;
}

/* "2026-11-30 14:02" */
static bool take_dated(const char *text, uint64_t *ns)
{
	unsigned int year, month, day;
	struct tm tm = {};
	time_t seconds;

	if (!take(&text, 4, "-", YEAR_MAX, &year) || *text++ != '-' || year < YEAR_MIN ||
	    !take(&text, 2, "-", 12, &month) || *text++ != '-' || !month ||
	    !take(&text, 2, " T", 31, &day) || !*text++ || !day || !take_clock(text, ns))
		return false;
	tm.tm_year = (int)year - 1900;
	tm.tm_mon = (int)month - 1;
	tm.tm_mday = (int)day;
	seconds = timegm(&tm);
	/* the 31st of a month that has none became the next month's 1st */
	if (seconds < 0 || tm.tm_mday != (int)day)
		return false;
	*ns += (uint64_t)seconds * NS_PER_S;
	return true;
}

bool moment__parse(struct moment *moment, const char *text)
{
	*moment = (struct moment) {};
	if (*text == '-' && amount__duration(text + 1, &moment->ns))
		moment->kind = MOMENT_BEFORE;
	else if (take_clock(text, &moment->ns))
		moment->kind = MOMENT_CLOCK;
	else if (take_dated(text, &moment->ns))
		moment->kind = MOMENT_DATED;
	return moment->kind != MOMENT_NONE;
}

bool span__parse(struct span *span, const char *text)
{
	const char *dots = strstr(text, "..");
	char from[32];
	int len;

	*span = (struct span) {};
	if (!dots)
		return false;
	len = snprintf(from, sizeof(from), "%.*s", (int)(dots - text), text);
	if (len >= (int)sizeof(from) || (*from && !moment__parse(&span->from, from)) ||
	    (dots[2] && !moment__parse(&span->to, dots + 2)))
		return false;
	return span__is_said(span);
}

static uint64_t resolve(const struct moment *moment, uint64_t end, uint64_t otherwise)
{
	uint64_t day = end - end % NS_PER_DAY;

	switch (moment->kind) {
	case MOMENT_DATED:
		return moment->ns;
	case MOMENT_BEFORE:
		return end > moment->ns ? end - moment->ns : 0;
	case MOMENT_CLOCK:
		if (day + moment->ns <= end)
			return day + moment->ns;
		return day ? day - NS_PER_DAY + moment->ns : 0;
	default:
		return otherwise;
	}
}

bool span__resolve(const struct span *span, uint64_t end, uint64_t *from, uint64_t *to)
{
	*from = resolve(&span->from, end, 0);
	*to = resolve(&span->to, end, UINT64_MAX);
	if (span->to.kind == MOMENT_CLOCK && span->from.kind != MOMENT_NONE) {
		*to = *from - *from % NS_PER_DAY + span->to.ns;
		if (*to <= *from)
			*to += NS_PER_DAY;
	}
	return *to > *from;
}
