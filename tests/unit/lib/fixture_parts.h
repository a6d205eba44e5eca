/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The parts that fixture__pvhvm() is put together from, each in a file by its subject. */
#ifndef XT_TESTS_FIXTURE_PARTS_H
#define XT_TESTS_FIXTURE_PARTS_H

#include "fixture.h"

#define MS 1000000ULL
#define S  1000000000ULL

#define NR(array) (sizeof(array) / sizeof((array)[0]))

#define set(field, text) snprintf(field, sizeof(field), "%s", text)

/* A leg of a request, and how long it takes, in ns. */
struct leg_spec {
	const char *leg;
	enum mech mech;
	uint64_t median;
};

/* The array with room for one more element behind its nr, which is zero. */
void *fixture__grow(void *array, size_t nr, size_t size);

/* fixture_guest.c */
void fixture__add_platform(struct fixture *f);
void fixture__add_vcpus(struct fixture *f);
/* After the vCPUs, to which it adds their events. */
void fixture__add_channels(struct fixture *f);

/* fixture_paths.c */
void fixture__add_waits(struct fixture *f);
void fixture__add_cpu(struct fixture *f);

/* fixture_run.c */
void fixture__add_queues(struct fixture *f);
void fixture__add_slowest(struct fixture *f);
void fixture__add_losses(struct fixture *f);
void fixture__add_probes(struct fixture *f);

#endif
