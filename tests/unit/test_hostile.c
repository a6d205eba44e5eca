// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Recordings of a few kB that were made to hurt: each list of a snapshot as long as the reader lets
 * it be, its elements as large as they can be, and all the same, so that they are small in the file.
 * Every output of them is bounded, in memory and in time.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "peak.h"
#include "recording/block.h"
#include "recording/recording.h"
#include "recordings.h"

#define MEMORY_MAX (256u << 20)
/* What the reader allows whatever the file's size: see BUDGET_MIN. */
#define LISTS_BYTES (16u << 20)
/* A quarter of what it allows, for time: some of what is done with lists takes their square. */
#define ELEMENTS    (4u << 10)
#define SECONDS_MAX 60

#define NR(a) (sizeof(a) / sizeof((a)[0]))

static const char *const long_text =
	"A text as long as may be, since elements name it by a number of a byte or two. "
	"A text as long as may be, since elements name it by a number of a byte or two. "
	"A text as long as may be, since elements name it by a number of a byte or two. "
	"A text as long as may be, since elements name it by a number of a byte or two. ";

#define fill_text(field) (memset(field, 'x', sizeof(field) - 1), (field)[sizeof(field) - 1] = '\0')

/* Elements that differ where one could be told by another: rows of the ledger, and their order. */
static void fill_path(struct snapshot *snap, size_t i)
{
	struct path *path = &snap->paths[i];

	path->key = (struct path_key) { .kind = KIND_WAIT, .area = AREA_DISK, .mech = MECH_PV };
	fill_text(path->key.device);
	fill_text(path->key.op);
	strcpy(path->key.leg, "total");
	path->key.roles = PATH_WHOLE;
	memcpy(path->key.device, &(char[]) { 'a' + i % 26, 'a' + i / 26 % 26, 'a' + i / 676 }, 3);
	for (unsigned int b = 0; b < HIST_BUCKETS; b++)
		hist__add(&path->hist, hist__lower(b));
}

static void fill_cpu_path(struct snapshot *snap, size_t i)
{
	fill_path(snap, i);
	snap->paths[i].key.kind = KIND_CPU;
}

static void fill_vcpu(struct snapshot *snap, size_t i)
{
	snap->vcpus[i] = (struct vcpu_time) { .cpu = i, .online = true, .total_ns = INT64_MAX };
}

static void fill_queue(struct snapshot *snap, size_t i)
{
	fill_text(snap->queues[i].device);
	snap->queues[i].places = INT64_MAX;
}

static void fill_slow(struct snapshot *snap, size_t i)
{
	struct slow_request *slow = &snap->slow[i];

	fill_text(slow->device);
	fill_text(slow->op);
	fill_text(slow->comm);
	for (slow->nr_legs = 0; slow->nr_legs < REQUEST_LEGS; slow->nr_legs++)
		fill_text(slow->legs[slow->nr_legs].name);
}

static void fill_channel(struct snapshot *snap, size_t i)
{
	fill_text(snap->channels[i].kind);
	fill_text(snap->channels[i].device);
	fill_text(snap->channels[i].op);
	snap->channels[i].device[0] = 'a' + i % 26;
}

static void fill_bus(struct snapshot *snap, size_t i)
{
	fill_text(snap->bus[i].name);
	fill_text(snap->bus[i].device);
}

static void fill_loss(struct snapshot *snap, size_t i)
{
	snap->losses[i] = (struct loss) { long_text, long_text, true, 1 };
}

static void fill_probe(struct snapshot *snap, size_t i)
{
	struct probe_status *probe = &snap->probes[i];

	fill_text(probe->name);
	fill_text(probe->family);
	fill_text(probe->cause);
	fill_text(probe->fix);
	probe->purpose = long_text;
	probe->applicable = true;
}

#define LIST(member)                                                               \
	offsetof(struct snapshot, member), offsetof(struct snapshot, nr_##member), \
		sizeof(*((struct snapshot *)0)->member)

/* See recording/coding.c: room for all of them grows by doubling. */
#define BUCKETS (2 * HIST_BUCKETS * sizeof(struct hist_bucket))

static const struct list {
	const char *name;
	size_t at, nr_at, size;
	void (*fill)(struct snapshot *snap, size_t i);
	unsigned int cpus; /* columns of a table with a row for each element */
	size_t more;	   /* bytes that an element has elsewhere */
} lists[] = {
	{ "waits", LIST(paths), fill_path, 0, BUCKETS },
	{ "CPU paths", LIST(paths), fill_cpu_path, 0, BUCKETS },
	{ "vcpus", LIST(vcpus), fill_vcpu, 0, 0 },
	{ "queues", LIST(queues), fill_queue, 0, 0 },
	{ "slow", LIST(slow), fill_slow, 0, 0 },
	{ "channels", LIST(channels), fill_channel, 1, 0 },
	{ "channels of many CPUs", LIST(channels), fill_channel, 4096, 0 },
	{ "bus", LIST(bus), fill_bus, 0, 0 },
	{ "losses", LIST(losses), fill_loss, 0, 0 },
	{ "probes", LIST(probes), fill_probe, 0, 0 },
};

static struct blob record(const struct list *list, size_t nr)
{
	struct recording_header header = { .run = { "1", "cmd", "host", "kernel", 1 } };
	struct recording_part part = { .snap = { .end_ns = 1000000000, .nr_cpus = list->cpus } };
	struct snapshot *snap = &part.snap;
	struct writer *writer = writer__new();
	struct blob blob;
	FILE *out = open_memstream(&blob.data, &blob.size);

	assert_non_null(writer);
	assert_non_null(out);
	*(void **)((char *)snap + list->at) = calloc(nr, list->size);
	*(size_t *)((char *)snap + list->nr_at) = nr;
	for (size_t i = 0; i < nr; i++)
		list->fill(snap, i);
	if (list->cpus)
		snap->channel_counts = calloc(nr * list->cpus, sizeof(*snap->channel_counts));
	for (size_t i = 0; i < nr * list->cpus; i++)
		snap->channel_counts[i] = 1;
	assert_int_equal(writer__header(writer, out, &header), 0);
	assert_int_equal(writer__part(writer, out, BLOCK_INTERVAL, &part), 0);
	assert_int_equal(writer__part(writer, out, BLOCK_TOTAL, &part), 0);
	fclose(out);
	writer__free(writer);
	snapshot__free(snap);
	return blob;
}

static void long_lists_are_bounded(void **state)
{
	FILE *out = fopen("/dev/null", "w");
	bool worse = false;

	(void)state;
	assert_non_null(out);
	for (size_t i = 0; i < NR(lists); i++) {
		size_t row = lists[i].size + lists[i].cpus * sizeof(uint64_t) + lists[i].more;
		size_t nr = LISTS_BYTES / row > ELEMENTS ? ELEMENTS : LISTS_BYTES / row;
		size_t most = 0, took;
		struct blob blob = record(&lists[i], nr);
		const char *worst = "";

		for (unsigned int k = 0; output__at(k); k++) {
			size_t before = peak__start();

			alarm(SECONDS_MAX);
			assert_int_equal(recordings__report_to(out, blob.data, blob.size,
							       output__at(k), NULL),
					 0);
			alarm(0);
			took = peak__since(before);
			if (took > most) {
				most = took;
				worst = output__at(k)->name;
			}
			if (took > MEMORY_MAX)
				print_error("%s: %zu in %zu bytes took %.0f MB as %s\n",
					    lists[i].name, nr, blob.size, took / 1e6,
					    output__at(k)->name);
		}
		print_message("%s: %zu in %zu bytes, at most %.0f MB, as %s\n", lists[i].name, nr,
			      blob.size, most / 1e6, worst);
		worse |= most > MEMORY_MAX;
		free(blob.data);
	}
	fclose(out);
	assert_false(worse);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_lists_are_bounded),
	};

	return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
