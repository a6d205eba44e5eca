// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/condition.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "base/amount.h"
#include "base/str.h"
#include "model/units.h"

/* An interval that is a little shorter than asked for is no shorter. */
#define SLACK 0.9

/* What a row of waits has figures of. */
enum unit { UNIT_TIME, UNIT_NUMBER };

static double get_mean(const struct wait_row *row)
{
	return row->mean_ns;
}

static double get_p50(const struct wait_row *row)
{
	return row->p50_ns;
}

static double get_p99(const struct wait_row *row)
{
	return row->p99_ns;
}

static double get_p999(const struct wait_row *row)
{
	return row->p999_ns;
}

static double get_max(const struct wait_row *row)
{
	return row->max_ns;
}

static double get_rate(const struct wait_row *row)
{
	return row->per_second;
}

static double get_in_flight(const struct wait_row *row)
{
	return row->in_flight;
}

static const struct figure {
	const char *name;
	enum unit unit;
	bool quantile; /* known only where the whole was measured */
	double (*get)(const struct wait_row *row);
} figures[] = {
	{ "mean", UNIT_TIME, false, get_mean },
	{ "p50", UNIT_TIME, true, get_p50 },
	{ "p99", UNIT_TIME, true, get_p99 },
	{ "p999", UNIT_TIME, true, get_p999 },
	{ "max", UNIT_TIME, true, get_max },
	{ "rate", UNIT_NUMBER, false, get_rate },
	{ "in-flight", UNIT_NUMBER, false, get_in_flight },
};

/* Those that have rows of waits. */
static const enum area areas[] = { AREA_DISK, AREA_NET, AREA_TIMER };

#define IDLE MECH_NR

/* Parsing. */

#define TEXT_MAX  200
#define PARTS_MAX 4

/* Split at the colons. Returns how many parts there are, 0 for too many. */
static int split(char *text, char *parts[PARTS_MAX])
{
	int nr = 0;

	for (char *rest = text, *part; (part = strsep(&rest, ":"));) {
		if (nr == PARTS_MAX)
			return 0;
		parts[nr++] = part;
	}
	return nr;
}

/* As it is; a name that is cut would be another one. */
static bool copy(char *to, size_t size, const char *from)
{
	str__set(to, size, "%s", from);
	return *from && strlen(from) < size;
}

#define COPY(array, from) copy(array, sizeof(array), from)

/* Cut "FIGURE>VALUE" before the sign. Returns the value, NULL where there is no sign. */
static char *cut_value(char *text, bool *below)
{
	char *sign = text + strcspn(text, "<>");

	if (!*sign)
		return NULL;
	*below = *sign == '<';
	*sign = '\0';
	return sign + 1;
}

static bool parse_value(enum unit unit, const char *text, double *value)
{
	uint64_t ns;

	if (unit == UNIT_NUMBER)
		return number__real(text, value);
	if (!amount__latency(text, &ns))
		return false;
	*value = ns;
	return true;
}

static bool parse_wait(struct condition *c, int nr, char *parts[PARTS_MAX], const char **why)
{
	char *value = cut_value(parts[nr - 1], &c->below);

	c->kind = CONDITION_WAIT;
	*why = "it needs an area, a device, a figure and a value, as disk:*:p99>20ms";
	if (nr < 3 || !value || !COPY(c->device, parts[1]) || (nr == 4 && !COPY(c->op, parts[2])))
		return false;
	*why = "there are the figures mean, p50, p99, p999, max, rate and in-flight";
	for (c->figure = 0; c->figure < LENGTH(figures); c->figure++)
		if (!strcmp(parts[nr - 1], figures[c->figure].name))
			break;
	if (c->figure == LENGTH(figures))
		return false;
	*why = figures[c->figure].unit == UNIT_TIME ? "its value is a time, as 500us, 20ms or 1.5s"
						    : "its value is a number";
	return parse_value(figures[c->figure].unit, value, &c->value);
}

static bool parse_finding(struct condition *c, int nr, char *parts[PARTS_MAX], const char **why)
{
	c->kind = CONDITION_FINDING;
	*why = "it needs a finding's name, as finding:emulated-disk or finding:emulated-disk:sda";
	if (nr < 2 || nr > 3 || !COPY(c->finding, parts[1]) ||
	    (nr == 3 && !COPY(c->subject, parts[2])))
		return false;
	*why = "there is no finding of that name: see FINDINGS in xentrace-bpf(8)";
	return findings__has(c->finding);
}

static bool parse_share(struct condition *c, char *text, const char **why)
{
	const char *value = cut_value(text, &c->below);

	*why = "it begins with disk:, network:, timers: or finding:, or is a share of the vCPUs' "
	       "time, as stolen>10%, or lost>0.1%";
	c->kind = CONDITION_CPU;
	if (!value)
		return false;
	if (!strcmp(text, "lost"))
		c->kind = CONDITION_LOST;
	else if (!strcmp(text, "idle"))
		c->mech = IDLE;
	else
		for (c->mech = 0; strcmp(text, mech__name(c->mech));)
			if (++c->mech == MECH_NR)
				return false;
	*why = "its value is a percentage, as 10%";
	return amount__share(value, &c->value);
}

static bool parse_duration(struct condition *c, char *text, const char **why)
{
	char *duration = strstr(text, " for ");

	*why = "behind \"for\" is a time, as 5s or 2m";
	if (!duration)
		return true;
	*duration = '\0';
	return amount__duration(duration + strlen(" for "), &c->for_ns);
}

bool condition__parse(struct condition *condition, const char *text, const char **why)
{
	char copy_of[TEXT_MAX], *parts[PARTS_MAX];
	int nr;

	*condition = (struct condition) {};
	*why = "it is too long";
	if (!COPY(copy_of, *text ? text : " "))
		return false;
	if (!parse_duration(condition, copy_of, why))
		return false;
	*why = "it has too many colons";
	nr = split(copy_of, parts);
	if (!nr)
		return false;
	if (!strcmp(parts[0], "finding"))
		return parse_finding(condition, nr, parts, why);
	for (size_t i = 0; i < LENGTH(areas); i++) {
		if (strcmp(parts[0], area__name(areas[i])))
			continue;
		condition->area = areas[i];
		return parse_wait(condition, nr, parts, why);
	}
	if (nr == 1)
		return parse_share(condition, parts[0], why);
	*why = "there are the areas disk, network and timers";
	return false;
}

/* Testing. */

static bool holds(const struct condition *c, double value)
{
	return c->below ? value < c->value : value > c->value;
}

static bool is_meant(const struct condition *c, const struct wait_row *row)
{
	return row->area == c->area && !row->stacked && !fnmatch(c->device, row->device, 0) &&
	       (!*c->op || !fnmatch(c->op, row->op, 0));
}

static enum condition_answer test_waits(const struct condition *c, const struct ledger *ledger,
					char evidence[CONDITION_EVIDENCE])
{
	const struct figure *figure = &figures[c->figure];

	for (size_t i = 0; i < ledger->nr_waits; i++) {
		const struct wait_row *row = &ledger->waits[i];
		char value[UNITS_LEN];
		double got;

		if (!is_meant(c, row) || !row->count || (figure->quantile && !row->measured))
			continue;
		got = figure->get(row);
		if (!holds(c, got))
			continue;
		if (figure->unit == UNIT_TIME)
			units__ns(value, got);
		else
			units__ratio(value, got);
		str__set(evidence, CONDITION_EVIDENCE, "%s%s%s %s is %s", row->device,
			 *row->op ? " " : "", row->op, figure->name, value);
		return CONDITION_HOLDS;
	}
	return CONDITION_FAILS;
}

static enum condition_answer test_share(const struct condition *c, const char *name, double got,
					char evidence[CONDITION_EVIDENCE])
{
	str__set(evidence, CONDITION_EVIDENCE, "%s is %.2f %%", name, 100 * got);
	return holds(c, got) ? CONDITION_HOLDS : CONDITION_FAILS;
}

static enum condition_answer test_cpu(const struct condition *c, const struct snapshot *snap,
				      const struct ledger *ledger,
				      char evidence[CONDITION_EVIDENCE])
{
	const struct cpu_account *cpu = &ledger->cpu;
	uint64_t ns = c->mech == IDLE ? cpu->idle_ns : cpu->mech_ns[c->mech];

	if (c->mech == MECH_STOLEN && !snap->cpu.steal_measured) {
		str__set(evidence, CONDITION_EVIDENCE, "nobody measures stolen time here");
		return CONDITION_UNKNOWN;
	}
	return test_share(c, c->mech == IDLE ? "idle" : mech__name(c->mech),
			  ledger__share(ns, cpu->total_ns), evidence);
}

static enum condition_answer test_findings(const struct condition *c, const struct ledger *ledger,
					   char evidence[CONDITION_EVIDENCE])
{
	for (size_t i = 0; i < ledger->findings.nr; i++) {
		const struct finding *finding = &ledger->findings.all[i];

		if (strcmp(finding->id, c->finding))
			continue;
		if (finding->verdict == FINDING_UNTESTABLE) {
			str__set(evidence, CONDITION_EVIDENCE, "%s cannot be tested: %s",
				 c->finding, finding->what);
			return CONDITION_UNKNOWN;
		}
		if (finding->verdict != FINDING_MET ||
		    (*c->subject && fnmatch(c->subject, finding->subject, 0)))
			continue;
		str__set(evidence, CONDITION_EVIDENCE, "%s", finding->what);
		return CONDITION_HOLDS;
	}
	return CONDITION_FAILS;
}

enum condition_answer condition__test(const struct condition *condition,
				      const struct snapshot *snap, const struct ledger *ledger,
				      char evidence[CONDITION_EVIDENCE])
{
	*evidence = '\0';
	switch (condition->kind) {
	case CONDITION_WAIT:
		return test_waits(condition, ledger, evidence);
	case CONDITION_CPU:
		return test_cpu(condition, snap, ledger, evidence);
	case CONDITION_LOST:
		return test_share(condition, "lost", ledger->quality.worst_share, evidence);
	case CONDITION_FINDING:
		return test_findings(condition, ledger, evidence);
	}
	return CONDITION_FAILS;
}

bool trigger__feed(struct trigger *trigger, const struct snapshot *snap,
		   const struct ledger *ledger, enum condition_answer *answer,
		   char evidence[CONDITION_EVIDENCE])
{
	const uint64_t length = snap->end_ns - snap->start_ns;

	*answer = condition__test(&trigger->condition, snap, ledger, evidence);
	if (*answer != CONDITION_HOLDS) {
		trigger->held_ns = 0;
		trigger->fired = false;
		return false;
	}
	trigger->held_ns += length;
	if (trigger->fired || trigger->held_ns + (1 - SLACK) * length < trigger->condition.for_ns)
		return false;
	trigger->fired = true;
	return true;
}
