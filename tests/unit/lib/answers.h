/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Answers of rules, for tests of both sides of a threshold. Every failure fails the test. */
#ifndef XT_TESTS_ANSWERS_H
#define XT_TESTS_ANSWERS_H

#include "fixture.h"

/* The first answer of this rule. */
const struct finding *answers__of(const struct fixture *f, const char *id);
/*
 * Close the books, and see that of all rules this one alone is met, about that device; NULL: none
 * is. The fixture's emulated disk does not count.
 */
void answers__only(struct fixture *f, const char *id, const char *subject);

/* So many requests of that long each, in place of what the path had, which is made if need be. */
void answers__wait(struct fixture *f, enum mech mech, const char *device, const char *op,
		   const char *leg, uint64_t count, uint64_t ns);
/* The same of CPU time; `held`: ns of each, by the device model. */
void answers__cpu(struct fixture *f, enum mech mech, enum area area, const char *device,
		  const char *op, const char *leg, uint64_t count, uint64_t ns, uint64_t held);
/* Figures of a path: what else its histogram has. */
struct hist *answers__hist(struct fixture *f, enum kind kind, enum area area, enum mech mech,
			   const char *device, const char *op, const char *leg);

#endif
