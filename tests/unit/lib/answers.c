// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "answers.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

const struct finding *answers__of(const struct fixture *f, const char *id)
{
	const struct findings *findings = &f->ledger->findings;

	for (size_t i = 0; i < findings->nr; i++)
		if (!strcmp(findings->all[i].id, id))
			return &findings->all[i];
	fail_msg("no answer of %s", id);
	return NULL;
}

/* Never a claim without a figure, nor one that nobody can act on. */
static void check(const struct finding *f)
{
	assert_true(*f->what && *f->check);
	assert_non_null(strpbrk(f->figures[0], "0123456789"));
	assert_true(f->nr_actions && *f->actions[0].what);
	assert_true(f->gain.known != !!*f->gain.why);
	assert_true(f->gain.low <= f->gain.high);
}

void answers__only(struct fixture *f, const char *id, const char *subject)
{
	bool found = false;

	fixture__close(f);
	for (size_t i = 0; i < f->ledger->findings.nr_met; i++) {
		const struct finding *finding = &f->ledger->findings.all[i];

		check(finding);
		if (!strcmp(finding->id, "emulated-disk") && !strcmp(finding->subject, "sda"))
			continue;
		if (!id || strcmp(finding->id, id) || strcmp(finding->subject, subject))
			fail_msg("%s (%s) is met: %s", finding->id, finding->subject,
				 finding->what);
		found = true;
	}
	if (id && !found)
		fail_msg("%s is not met: %s", id, answers__of(f, id)->what);
}

struct hist *answers__hist(struct fixture *f, enum kind kind, enum area area, enum mech mech,
			   const char *device, const char *op, const char *leg)
{
	for (size_t i = 0; i < f->snap.nr_paths; i++) {
		const struct path_key *key = &f->snap.paths[i].key;

		if (key->kind == kind && key->area == area && !strcmp(key->device, device) &&
		    !strcmp(key->op, op) && !strcmp(key->leg, leg))
			return &f->snap.paths[i].hist;
	}
	return fixture__path(f, kind, area, mech, device, op, leg);
}

static struct hist *fill(struct hist *h, uint64_t count, uint64_t ns)
{
	struct hist_bucket *bucket;

	hist__free(h);
	*h = (struct hist) { .max = ns };
	if (!count)
		return h;
	bucket = hist__use(h, hist__index(ns));
	assert_non_null(bucket);
	bucket->count = count;
	bucket->ns = count * ns;
	return h;
}

void answers__wait(struct fixture *f, enum mech mech, const char *device, const char *op,
		   const char *leg, uint64_t count, uint64_t ns)
{
	fill(answers__hist(f, KIND_WAIT, AREA_DISK, mech, device, op, leg), count, ns);
}

void answers__cpu(struct fixture *f, enum mech mech, enum area area, const char *device,
		  const char *op, const char *leg, uint64_t count, uint64_t ns, uint64_t held)
{
	fill(answers__hist(f, KIND_CPU, area, mech, device, op, leg), count, ns)->held =
		count * held;
}
