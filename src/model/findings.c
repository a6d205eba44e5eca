// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The list of answers and the table of rules; the rules themselves are in rules*.c. */
#include "model/rules.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static const struct rule rules[] = {
	{ "emulated-disk", rule__emulated_disk },
	{ "ring-full", rule__ring_full },
	{ "grants-short", rule__grants_short },
	{ "emulated-clock", rule__emulated_clock },
	{ "steal", rule__steal },
	{ "lost-events", rule__lost_events },
	{ "event-imbalance", rule__event_imbalance },
	{ "eoi-delayed", rule__eoi_delayed },
	{ "emulated-nic", rule__emulated_nic },
	{ "nic-full", rule__nic_full },
};

const char *verdict__name(enum verdict verdict)
{
	static const char *const names[] = {
		[FINDING_NOT_MET] = "not met",
		[FINDING_MET] = "met",
		[FINDING_UNTESTABLE] = "not testable",
	};

	return (unsigned int)verdict <= FINDING_UNTESTABLE ? names[verdict] : "?";
}

struct finding *question__answer(struct question *q, enum verdict verdict)
{
	struct findings *out = q->out;
	struct finding *all;

	all = realloc(out->all, (out->nr + 1) * sizeof(*all));
	if (!all)
		return NULL;
	out->all = all;
	all[out->nr] = (struct finding) { .id = q->id, .verdict = verdict };
	switch (verdict) {
	case FINDING_MET:
		out->nr_met++;
		break;
	case FINDING_NOT_MET:
		out->nr_not_met++;
		break;
	case FINDING_UNTESTABLE:
		out->nr_untestable++;
		break;
	}
	return &all[out->nr++];
}

int question__untestable(struct question *q, const char *why)
{
	struct finding *f = question__answer(q, FINDING_UNTESTABLE);

	if (!f)
		return -ENOMEM;
	snprintf(f->what, sizeof(f->what), "%s", why);
	return 0;
}

int findings__test(struct findings *out, const struct snapshot *snap,
		   const struct platform *platform, const struct ledger *ledger)
{
	struct question q = { .snap = snap, .platform = platform, .ledger = ledger, .out = out };
	int err = 0;

	*out = (struct findings) {};
	for (size_t i = 0; !err && i < sizeof(rules) / sizeof(rules[0]); i++) {
		size_t answers = out->nr;

		q.id = rules[i].id;
		err = rules[i].test(&q);
		/* Silence is an answer too, and must be counted. */
		if (!err && out->nr == answers && !question__answer(&q, FINDING_NOT_MET))
			err = -ENOMEM;
	}
	if (err)
		findings__free(out);
	return err;
}

void findings__free(struct findings *findings)
{
	free(findings->all);
	*findings = (struct findings) {};
}
