// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Conditions: what is one, and when it holds. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fixture.h"
#include "model/condition.h"

#define S 1000000000ull

static void what_a_condition_is(void **state)
{
	static const char *const right[] = {
		"disk:*:p99>20ms",
		"disk:*:p99>20ms for 5s",
		"disk:xvd?:read:mean<500us",
		"disk:sda:*:in-flight>0.5",
		"network:eth0:sent:max>1.5s",
		"timers:*:p999>1ms for 2m",
		"disk:*:rate<10",
		"stolen>10% for 10s",
		"idle<5%",
		"guest>90%",
		"emulated>0.1%",
		"unattributed>1%",
		"lost>0.1%",
		"finding:emulated-disk",
		"finding:emulated-disk:sda for 1m",
	};
	static const char *const wrong[] = {
		"",
		" ",
		"disk",
		"disk:",
		"disk:*",
		"disk:*:",
		"disk:*:p99",
		"disk:*:p99>",
		"disk:*:p99>20",
		"disk:*:p99>20m",
		"disk:*:p99>20ms for",
		"disk:*:p99>20ms for ",
		"disk:*:p99>20ms for 5",
		"disk:*:p99>20ms for 5s for 6s",
		"disk:*:p98>20ms",
		"disk::p99>20ms",
		"disk:*::p99>20ms",
		"disk:*:read:x:p99>20ms",
		"disk:*:rate>20ms",
		"disk:*:rate>-1",
		"disk:*:p99>=20ms",
		"memory:*:p99>20ms",
		"disks:*:p99>20ms",
		":*:p99>20ms",
		"stolen>10",
		"stolen>101%",
		"stolen=10%",
		"stolen",
		">10%",
		"steal>10%",
		"lost>x%",
		"finding",
		"finding:",
		"finding:no-such",
		"finding:emulated-disk:",
		"finding:emulated-disk:sda:x",
		"finding:emulated-disk>1%",
		"disk:*:p99>20ms  for 5s",
		"disk:*:p99>>20ms",
		"disk:*:p99>2e3ms",
		"disk:123456789012345678901234567890123456789012345678:p99>20ms",
	};
	struct condition condition;
	char text[1000];
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		if (!condition__parse(&condition, right[i], &why))
			fail_msg("%s: %s", right[i], why);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		why = NULL;
		if (condition__parse(&condition, wrong[i], &why))
			fail_msg("'%s' is taken", wrong[i]);
		assert_non_null(why);
	}
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_false(condition__parse(&condition, text, &why));
}

/* Whatever the text is: parsed or refused, and what is parsed can be tested. */
static void any_text_is_survived(void **state)
{
	static const char *const words[] = { "disk",   "network", ":",	     "*",
					     ">",      "<",	  "p99",     "20ms",
					     " for ",  "5s",	  "finding", "emulated-disk",
					     "stolen", "10%",	  "[",	     "]",
					     "\\",     "?",	  "\xff",    "%s",
					     "lost",   "rate",	  "0",	     "1e9",
					     "max",    "timers" };
	struct fixture *f = fixture__pvhvm();
	char evidence[CONDITION_EVIDENCE], text[300];
	struct condition condition;
	unsigned int taken = 0;
	const char *why;

	(void)state;
	srandom(1);
	for (int i = 0; i < 200000; i++) {
		text[0] = '\0';
		for (long n = random() % 9; n >= 0; n--)
			strcat(text, words[random() % (long)(sizeof(words) / sizeof(words[0]))]);
		if (!condition__parse(&condition, text, &why))
			continue;
		taken++;
		condition__test(&condition, &f->snap, f->ledger, evidence);
	}
	assert_true(taken > 0);
	fixture__free(f);
}

static enum condition_answer answer(const struct fixture *f, const char *text, char *evidence)
{
	struct condition condition;
	const char *why;

	if (!condition__parse(&condition, text, &why))
		fail_msg("%s: %s", text, why);
	return condition__test(&condition, &f->snap, f->ledger, evidence);
}

#define ANSWERS(f, text, wanted)                                             \
	do {                                                                 \
		char said[CONDITION_EVIDENCE];                               \
                                                                             \
		if (answer(f, text, said) != (wanted))                       \
			fail_msg("%s: is not %s (%s)", text, #wanted, said); \
		if ((wanted) != CONDITION_FAILS)                             \
			assert_true(*said);                                  \
	} while (0)

/* By the ledger's own figures: a threshold just below holds, one just above does not. */
static void it_holds_by_the_figures_of_the_ledger(void **state)
{
	struct fixture *f = fixture__pvhvm();
	const struct wait_row *row = NULL;
	char text[120];

	(void)state;
	for (size_t i = 0; i < f->ledger->nr_waits; i++)
		if (f->ledger->waits[i].area == AREA_DISK && f->ledger->waits[i].measured)
			row = &f->ledger->waits[i];
	assert_non_null(row);
	for (int above = 0; above < 2; above++) {
		enum condition_answer wanted = above ? CONDITION_FAILS : CONDITION_HOLDS;
		uint64_t p99 = row->p99_ns + (above ? 1 : -1ull);

		snprintf(text, sizeof(text), "disk:%s:%s:p99>%lluns", row->device, row->op,
			 (unsigned long long)p99);
		ANSWERS(f, text, wanted);
		snprintf(text, sizeof(text), "disk:%s:%s:p99<%lluns", row->device, row->op,
			 (unsigned long long)p99);
		ANSWERS(f, text, above ? CONDITION_HOLDS : CONDITION_FAILS);
		snprintf(text, sizeof(text), "disk:%s:%s:rate>%.9f", row->device, row->op,
			 row->per_second + (above ? 0.001 : -0.001));
		ANSWERS(f, text, wanted);
		snprintf(text, sizeof(text), "stolen>%.9f%%",
			 100.0 * f->ledger->cpu.mech_ns[MECH_STOLEN] / f->ledger->cpu.total_ns +
				 (above ? 0.001 : -0.001));
		ANSWERS(f, text, wanted);
		snprintf(text, sizeof(text), "idle>%.9f%%",
			 100.0 * f->ledger->cpu.idle_ns / f->ledger->cpu.total_ns +
				 (above ? 0.001 : -0.001));
		ANSWERS(f, text, wanted);
	}
	ANSWERS(f, "disk:*:max>1ns", CONDITION_HOLDS);
	ANSWERS(f, "disk:nosuch:max>1ns", CONDITION_FAILS);
	ANSWERS(f, "disk:nosuch*:rate<1", CONDITION_FAILS);
	ANSWERS(f, "disk:*:nosuch:max>1ns", CONDITION_FAILS);
	ANSWERS(f, "lost>50%", CONDITION_FAILS);
	fixture__free(f);
}

static void a_finding_holds_where_it_is_met(void **state)
{
	struct fixture *f = fixture__pvhvm(), *empty = fixture__empty();
	char text[120];
	size_t met = 0;

	(void)state;
	for (size_t i = 0; i < f->ledger->findings.nr; i++) {
		const struct finding *finding = &f->ledger->findings.all[i];

		snprintf(text, sizeof(text), "finding:%s", finding->id);
		if (finding->verdict != FINDING_MET)
			continue;
		met++;
		ANSWERS(f, text, CONDITION_HOLDS);
		if (!*finding->subject)
			continue;
		snprintf(text, sizeof(text), "finding:%s:%s", finding->id, finding->subject);
		ANSWERS(f, text, CONDITION_HOLDS);
		snprintf(text, sizeof(text), "finding:%s:no-such", finding->id);
		ANSWERS(f, text, CONDITION_FAILS);
	}
	assert_true(met > 0);
	ANSWERS(empty, "finding:emulated-disk", CONDITION_FAILS);
	fixture__free(f);
	fixture__free(empty);
}

static void what_nobody_measures_is_unknown(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	f->snap.cpu.steal_measured = false;
	fixture__close(f);
	ANSWERS(f, "stolen>1%", CONDITION_UNKNOWN);
	ANSWERS(f, "stolen<1%", CONDITION_UNKNOWN);
	fixture__free(f);
}

static void it_fires_once_until_it_has_failed(void **state)
{
	struct fixture *f = fixture__pvhvm(), *quiet = fixture__empty();
	char evidence[CONDITION_EVIDENCE];
	enum condition_answer answer;
	struct trigger trigger = {};
	const char *why;

	(void)state;
	/* intervals of 1 s, of which one is a little shorter */
	f->snap.end_ns = f->snap.start_ns + 999000000;
	assert_true(condition__parse(&trigger.condition, "disk:*:max>1ns for 3s", &why));
	for (int round = 0; round < 2; round++) {
		for (int i = 1; i <= 6; i++)
			assert_int_equal(trigger__feed(&trigger, &f->snap, f->ledger, &answer,
						       evidence),
					 i == 3);
		assert_false(
			trigger__feed(&trigger, &quiet->snap, quiet->ledger, &answer, evidence));
	}
	/* a break begins again */
	for (int i = 0; i < 9; i++)
		assert_false(trigger__feed(&trigger, i % 3 == 2 ? &quiet->snap : &f->snap,
					   i % 3 == 2 ? quiet->ledger : f->ledger, &answer,
					   evidence));
	/* without "for" one interval is enough */
	assert_true(condition__parse(&trigger.condition, "disk:*:max>1ns", &why));
	assert_true(trigger__feed(&trigger, &f->snap, f->ledger, &answer, evidence));
	fixture__free(f);
	fixture__free(quiet);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_condition_is),
		cmocka_unit_test(any_text_is_survived),
		cmocka_unit_test(it_holds_by_the_figures_of_the_ledger),
		cmocka_unit_test(a_finding_holds_where_it_is_met),
		cmocka_unit_test(what_nobody_measures_is_unknown),
		cmocka_unit_test(it_fires_once_until_it_has_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
