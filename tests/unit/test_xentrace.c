// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Xen's own records: read in the order of time from whatever file, attributed to domains, added up to
 * exits by reason and device, and held beside the ledger.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "fixture.h"
#include "golden.h"
#include "output/import.h"
#include "schema.h"
#include "xentraces.h"

/* A file that is read: its bytes, its records, who is in it. */
struct file {
	char *data;
	struct records *records;
	struct census census;
};

static struct file open_file(struct xentrace *trace)
{
	struct file file = { .data = trace->data };

	assert_int_equal(records__new(&file.records, trace->data, trace->size), 0);
	assert_int_equal(census__read(&file.census, file.records), 0);
	return file;
}

static struct file open_begun(struct xentrace *trace)
{
	xentrace__end(trace);
	return open_file(trace);
}

static void close_file(struct file *file)
{
	census__free(&file->census);
	records__free(file->records);
	free(file->data);
}

static struct exits *read_domain(struct file *file, unsigned int domain)
{
	struct exits *exits = NULL;

	assert_int_equal(exits__read(&exits, file->records, &file->census, domain, NULL, 0), 0);
	return exits;
}

static void begin(struct xentrace *trace)
{
	xentrace__begin(trace);
	xentrace__cpu(trace, 0);
}

/* Reading. */

static void records_come_in_the_order_of_time(void **state)
{
	static const uint64_t tscs[] = { 10, 11, 12, 12, 20, 30 };
	static const uint32_t cpus[] = { 0, 3, 0, 0, 3, 0 };
	struct xentrace trace;
	struct record record;
	struct file file;

	(void)state;
	begin(&trace);
	xentrace__add(&trace, AT(10), 0x2f001, WORDS(1, 2));
	xentrace__add(&trace, AT(12), 0x2f002, NULL, 0);
	/* no time of its own: that of the one before */
	xentrace__add(&trace, NULL, 0x2f003, WORDS(7));
	xentrace__cpu(&trace, 3);
	xentrace__add(&trace, AT(11), 0x2f004, NULL, 0);
	xentrace__add(&trace, AT(20), 0x2f005, WORDS(1, 2, 3, 4, 5, 6, 7));
	xentrace__cpu(&trace, 0);
	xentrace__add(&trace, AT(30), 0x2f006, NULL, 0);
	file = open_begun(&trace);
	for (int again = 0; again < 2; again++) {
		for (size_t i = 0; i < 6; i++) {
			assert_true(records__next(file.records, &record));
			assert_int_equal(record.tsc, tscs[i]);
			assert_int_equal(record.cpu, cpus[i]);
			assert_int_equal(record.words[6], i == 4 ? 7 : 0);
		}
		assert_false(records__next(file.records, &record));
		records__rewind(file.records);
	}
	assert_int_equal(records__about(file.records)->records, 6);
	assert_int_equal(records__about(file.records)->cpus, 2);
	assert_int_equal(records__about(file.records)->first, 10);
	assert_int_equal(records__about(file.records)->last, 30);
	assert_false(records__about(file.records)->cut);
	assert_false(records__about(file.records)->damaged);
	close_file(&file);
}

/* Each goes on from the last: time never goes back, and how often it would have is said. */
static void time_does_not_go_back(void **state)
{
	struct xentrace trace;
	struct record record;
	struct file file;
	uint64_t last = 0;

	(void)state;
	begin(&trace);
	xentrace__add(&trace, AT(100), 0x2f001, NULL, 0);
	xentrace__add(&trace, AT(90), 0x2f001, NULL, 0);
	xentrace__add(&trace, AT(110), 0x2f001, NULL, 0);
	file = open_begun(&trace);
	while (records__next(file.records, &record)) {
		assert_true(record.tsc >= last);
		last = record.tsc;
	}
	assert_int_equal(records__about(file.records)->backwards, 1);
	close_file(&file);
}

static void every_length_is_read_or_refused(void **state)
{
	struct xentrace trace;
	uint64_t most = 0;

	(void)state;
	xentrace__hvm(&trace);
	for (size_t size = 0; size <= trace.size; size += size < 200 ? 1 : 997) {
		struct records *records = NULL;
		int err = records__new(&records, trace.data, size);
		uint64_t nr = 0;
		struct record record;

		if (err) {
			assert_true(size < 40);
			assert_int_equal(err, -ENODATA);
			continue;
		}
		while (records__next(records, &record))
			nr++;
		assert_int_equal(nr, records__about(records)->records);
		assert_true(nr >= most);
		most = nr;
		assert_true(records__about(records)->cut || size == trace.size);
		assert_false(records__about(records)->damaged);
		records__free(records);
	}
	free(trace.data);
}

static void what_makes_no_sense_is_not_read(void **state)
{
	static const char text[] = "this is no file of xentrace, and never was one";
	struct records *records = NULL;
	struct xentrace trace;
	size_t at;

	(void)state;
	assert_int_equal(records__new(&records, "", 0), -ENODATA);
	assert_int_equal(records__new(&records, text, sizeof(text)), -EBADMSG);
	begin(&trace);
	for (int i = 1; i < 20; i++)
		xentrace__add(&trace, AT(i), 0x2f001, NULL, 0);
	xentrace__cpu(&trace, 1);
	xentrace__add(&trace, AT(5), 0x2f001, NULL, 0);
	xentrace__end(&trace);
	/* within the first window: the fourth record */
	at = 12 + 3 * 12;
	memset(trace.data + at, 0, 4);
	assert_int_equal(records__new(&records, trace.data, trace.size), 0);
	assert_int_equal(records__about(records)->damaged, at);
	assert_int_equal(records__about(records)->records, 3);
	records__free(records);
	/* a window of no processor that there is */
	memset(trace.data + 4, 0xff, 4);
	assert_int_equal(records__new(&records, trace.data, trace.size), -EBADMSG);
	free(trace.data);
}

/* Whose they are. */

static void the_first_change_says_who_ran_before(void **state)
{
	struct xentrace trace;
	struct exits *exits;
	struct file file;

	(void)state;
	begin(&trace);
	xentrace__exit(&trace, 100, 0x7c);
	xentrace__entry(&trace, 150);
	xentrace__runstate(&trace, 200, 4, 2, XEN_RUNNING, XEN_BLOCKED);
	/* of nobody that runs here */
	xentrace__exit(&trace, 250, 0x7c);
	xentrace__runstate(&trace, 300, 4, 2, XEN_BLOCKED, XEN_RUNNABLE);
	file = open_begun(&trace);
	assert_true(file.census.domains[4].seen);
	assert_int_equal(file.census.domains[4].exits, 1);
	assert_int_equal(file.census.nobodys, 1);
	exits = read_domain(&file, 4);
	assert_int_equal(exits->nr_vcpus, 1);
	assert_int_equal(exits->count, 1);
	assert_int_equal(exits->ticks[XEN_RUNNING], 100);
	assert_int_equal(exits->ticks[XEN_BLOCKED], 100);
	assert_int_equal(exits->rows[0].ticks[XEN_RUNNING], 50);
	free(exits);
	exits = NULL;
	assert_int_equal(exits__read(&exits, file.records, &file.census, 5, NULL, 0), -ENOENT);
	close_file(&file);
}

static void an_exit_follows_its_vcpu_to_another_processor(void **state)
{
	struct xentrace trace;
	struct exits *exits;
	struct file file;

	(void)state;
	begin(&trace);
	xentrace__runstate(&trace, 100, 1, 0, XEN_RUNNABLE, XEN_RUNNING);
	xentrace__exit(&trace, 200, 0x7b);
	xentrace__add(&trace, NULL, EVENT_PORT_WRITE, WORDS(0x1f7, 0x20));
	xentrace__runstate(&trace, 210, 1, 0, XEN_RUNNING, XEN_OFFLINE);
	xentrace__runstate(&trace, 215, 1, 1, XEN_RUNNABLE, XEN_RUNNING);
	xentrace__exit(&trace, 220, 0x7c);
	xentrace__entry(&trace, 225);
	xentrace__cpu(&trace, 7);
	xentrace__runstate(&trace, 310, 1, 0, XEN_OFFLINE, XEN_RUNNABLE);
	xentrace__runstate(&trace, 330, 1, 0, XEN_RUNNABLE, XEN_RUNNING);
	xentrace__entry(&trace, 335);
	xentrace__runstate(&trace, 400, 1, 0, XEN_RUNNING, XEN_BLOCKED);
	file = open_begun(&trace);
	exits = read_domain(&file, 1);
	assert_int_equal(exits->nr_vcpus, 2);
	assert_int_equal(exits->nr_rows, 2);
	assert_string_equal(exits->rows[0].name, "I/O port");
	assert_int_equal(exits->rows[0].ticks[XEN_RUNNING], 15);
	assert_int_equal(exits->rows[0].ticks[XEN_OFFLINE], 100);
	assert_int_equal(exits->rows[0].ticks[XEN_RUNNABLE], 20);
	assert_int_equal(exits->rows[0].max, 15);
	assert_int_equal(exits->rows[1].ticks[XEN_RUNNING], 5);
	assert_int_equal(exits->unpaired, 0);
	assert_int_equal(exits->nr_places, 1);
	assert_string_equal(exits->places[0].place.device, "IDE, primary");
	assert_int_equal(exits->places[0].ticks[XEN_OFFLINE], 100);
	/* both vCPUs, from the first record to the last */
	assert_int_equal(exits__vcpu_ticks(exits), 2 * 300);
	free(exits);
	close_file(&file);
}

/* Nobody knows what was in a gap: no time of it is anybody's, and what was begun is not ended. */
static void a_gap_is_in_no_figure(void **state)
{
	struct xentrace trace;
	struct exits *exits;
	struct file file;

	(void)state;
	begin(&trace);
	xentrace__runstate(&trace, 100, 1, 0, XEN_RUNNABLE, XEN_RUNNING);
	xentrace__exit(&trace, 200, 0x7c);
	xentrace__lost(&trace, 1000, 40, 1, 0, 250);
	xentrace__exit(&trace, 1100, 0x72);
	xentrace__entry(&trace, 1110);
	xentrace__runstate(&trace, 1200, 1, 0, XEN_RUNNING, XEN_BLOCKED);
	/* a gap in which it changed: blocked, and then it stops running */
	xentrace__runstate(&trace, 1300, 1, 0, XEN_RUNNING, XEN_RUNNABLE);
	xentrace__runstate(&trace, 1400, 1, 0, XEN_RUNNABLE, XEN_RUNNING);
	file = open_begun(&trace);
	assert_int_equal(records__about(file.records)->lost, 40);
	exits = read_domain(&file, 1);
	assert_int_equal(exits->count, 2);
	assert_int_equal(exits->unpaired, 1);
	assert_int_equal(exits->ticks[STATE_UNKNOWN], 750 + 100);
	assert_int_equal(exits->ticks[XEN_RUNNING], 150 + 200);
	assert_int_equal(exits->in_exits[XEN_RUNNING], 10);
	free(exits);
	close_file(&file);
}

/* A vCPU that is offline at first was maybe not there; and one that is at the end is maybe gone. */
static void what_is_offline_may_not_be_there(void **state)
{
	struct xentrace trace;
	struct exits *exits;
	struct file file;

	(void)state;
	begin(&trace);
	xentrace__add(&trace, AT(100), 0x2f001, NULL, 0);
	xentrace__runstate(&trace, 500, 9, 0, XEN_OFFLINE, XEN_RUNNABLE);
	xentrace__runstate(&trace, 600, 9, 0, XEN_RUNNABLE, XEN_RUNNING);
	/* the last thing that a guest does is an exit */
	xentrace__exit(&trace, 680, 0x78);
	xentrace__runstate(&trace, 700, 9, 0, XEN_RUNNING, XEN_OFFLINE);
	xentrace__add(&trace, AT(2000), 0x2f001, NULL, 0);
	file = open_begun(&trace);
	exits = read_domain(&file, 9);
	assert_int_equal(exits->ticks[XEN_OFFLINE], 0);
	assert_int_equal(exits->in_exits[XEN_OFFLINE], 0);
	assert_int_equal(exits->in_exits[XEN_RUNNING], 20);
	assert_int_equal(exits__vcpu_ticks(exits), 200);
	free(exits);
	close_file(&file);
}

/* Exits. */

static void reasons_are_of_their_maker(void **state)
{
	static const struct {
		uint32_t event, reason;
		const char *name;
		enum exit_kind kind;
	} exits[] = {
		{ EVENT_VMEXIT, 12, "HLT", EXIT_UNSEEN },
		{ EVENT_VMEXIT, 18, "VMCALL", EXIT_HYPERCALL },
		{ EVENT_VMEXIT | EVENT_WIDE, 30, "I/O port", EXIT_IO },
		{ EVENT_VMEXIT, 35, "reason 35", EXIT_UNSEEN },
		{ EVENT_VMEXIT, 1u << 31 | 33, "failed entry 33", EXIT_UNSEEN },
		{ EVENT_VMEXIT, 0x78, "HLT", EXIT_UNSEEN },
		{ EVENT_VMEXIT, 0x400, "nested page fault", EXIT_UNSEEN },
		{ EVENT_VMEXIT_AMD, 12, "CR12 read", EXIT_UNSEEN },
		{ EVENT_VMEXIT_AMD | EVENT_NESTED, 0x14, "CR4 write", EXIT_UNSEEN },
		{ EVENT_VMEXIT_AMD, 0x4e, "page fault", EXIT_UNSEEN },
		{ EVENT_VMEXIT_AMD, 0x54, "exception 20", EXIT_UNSEEN },
		{ EVENT_VMEXIT_AMD | EVENT_WIDE, 0x81, "VMMCALL", EXIT_HYPERCALL },
		{ EVENT_VMEXIT_AMD, 0x3000, "reason 0x3000", EXIT_UNSEEN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(exits) / sizeof(exits[0]); i++) {
		struct xentrace trace;
		struct exits *read;
		struct file file;

		begin(&trace);
		xentrace__runstate(&trace, 100, 1, 0, XEN_RUNNABLE, XEN_RUNNING);
		xentrace__add(&trace, AT(200), exits[i].event, WORDS(exits[i].reason));
		xentrace__entry(&trace, 300);
		file = open_begun(&trace);
		read = read_domain(&file, 1);
		assert_int_equal(read->count, 1);
		assert_string_equal(read->rows[0].name, exits[i].name);
		assert_int_equal(read->rows[0].kind, exits[i].kind);
		free(read);
		close_file(&file);
	}
}

static void an_access_is_of_the_device_behind_its_address(void **state)
{
	static const struct io_place known[] = {
		{ true, 0xf2051000, 0xf2051fff, "ahci 0000:00:05.0" },
		{ false, 0xc040, 0xc05f, "ahci 0000:00:05.0" },
	};
	static const struct {
		uint64_t address;
		bool memory;
		uint64_t first, last;
		const char *device;
	} accesses[] = {
		{ 0x1f0, false, 0x1f0, 0x1f7, "IDE, primary" },
		{ 0xcfc, false, 0xcf8, 0xcff, "PCI configuration" },
		{ 0xc05f, false, 0xc040, 0xc05f, "ahci 0000:00:05.0" },
		{ 0xc060, false, 0xc060, 0xc06f, "" },
		{ 0xf2051110, true, 0xf2051000, 0xf2051fff, "ahci 0000:00:05.0" },
		{ 0xfee000b0, true, 0xfee00000, 0xfee00fff, "local APIC" },
		{ 0xfed000f0, true, 0xfed00000, 0xfed003ff, "HPET" },
		{ 0xe0001234, true, 0xe0001000, 0xe0001fff, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(accesses) / sizeof(accesses[0]); i++) {
		struct io_place place =
			io_place__of(accesses[i].address, accesses[i].memory, known, 2);

		assert_int_equal(place.first, accesses[i].first);
		assert_int_equal(place.last, accesses[i].last);
		assert_string_equal(place.device, accesses[i].device);
	}
}

/* One of which the access was not recorded, as of a string of them that goes on, is no other reason. */
static void an_io_exit_is_one_with_its_access_or_without(void **state)
{
	struct xentrace trace;
	struct exits *exits;
	struct file file;

	(void)state;
	begin(&trace);
	xentrace__runstate(&trace, 100, 1, 0, XEN_RUNNABLE, XEN_RUNNING);
	xentrace__exit(&trace, 200, 0x7b);
	xentrace__entry(&trace, 210);
	xentrace__exit(&trace, 300, 0x7b);
	xentrace__add(&trace, NULL, EVENT_PORT_WRITE, WORDS(0x3f8, 65));
	xentrace__entry(&trace, 310);
	file = open_begun(&trace);
	exits = read_domain(&file, 1);
	assert_int_equal(exits->nr_rows, 1);
	assert_string_equal(exits->rows[0].name, "I/O port");
	assert_int_equal(exits->rows[0].count, 2);
	assert_int_equal(exits->places[0].count, 1);
	free(exits);
	close_file(&file);
}

static void an_address_above_4_gb_has_two_words(void **state)
{
	struct xentrace trace;
	struct exits *exits;
	struct file file;

	(void)state;
	begin(&trace);
	xentrace__runstate(&trace, 100, 1, 0, XEN_RUNNABLE, XEN_RUNNING);
	xentrace__exit(&trace, 200, 0x400);
	xentrace__add(&trace, NULL, EVENT_MEMORY_READ | EVENT_WIDE, WORDS(0x1234, 0x40, 1, 0));
	xentrace__entry(&trace, 300);
	file = open_begun(&trace);
	exits = read_domain(&file, 1);
	assert_int_equal(exits->places[0].place.first, 0x4000001000);
	assert_string_equal(exits->rows[0].name, "nested page fault, MMIO");
	assert_int_equal(exits->rows[0].kind, EXIT_IO);
	free(exits);
	close_file(&file);
}

/* More reasons and places than there are rows: none is lost. */
static void what_has_no_row_is_in_the_last_one(void **state)
{
	const unsigned int nr = 3 * PLACE_ROWS;
	uint64_t count = 0, places = 0;
	struct xentrace trace;
	struct exits *exits;
	struct file file;

	(void)state;
	begin(&trace);
	xentrace__runstate(&trace, 100, 1, 0, XEN_RUNNABLE, XEN_RUNNING);
	for (unsigned int i = 0; i < nr; i++) {
		xentrace__exit(&trace, 1000 + 100 * i, 1000 + i);
		xentrace__add(&trace, NULL, EVENT_MEMORY_READ, WORDS(i << 16, 0));
		xentrace__entry(&trace, 1010 + 100 * i);
	}
	file = open_begun(&trace);
	exits = read_domain(&file, 1);
	assert_int_equal(exits->nr_rows, EXIT_ROWS);
	assert_int_equal(exits->nr_places, PLACE_ROWS);
	for (size_t i = 0; i < exits->nr_rows; i++)
		count += exits->rows[i].count;
	for (size_t i = 0; i < exits->nr_places; i++)
		places += exits->places[i].count;
	assert_int_equal(count, nr);
	assert_int_equal(places, nr);
	assert_string_equal(exits->rows[0].name, "others");
	assert_int_equal(exits->in_exits[XEN_RUNNING], 10 * nr);
	free(exits);
	close_file(&file);
}

static const struct hypercall_row *hypercall(const struct exits *exits, unsigned int number)
{
	for (size_t i = 0; i < exits->nr_hypercalls; i++)
		if (exits->hypercalls[i].number == number)
			return &exits->hypercalls[i];
	fail_msg("no hypercall %u", number);
	return NULL;
}

static void a_hypercall_that_was_begun_again_is_one(void **state)
{
	struct xentrace trace;
	struct exits *exits;
	struct file file;

	(void)state;
	xentrace__pv(&trace);
	file = open_file(&trace);
	assert_int_equal(file.census.domains[2].exits, 0);
	assert_true(file.census.domains[2].of_pv);
	exits = read_domain(&file, 2);
	assert_false(exits->hvm);
	assert_int_equal(exits->nr_rows, 0);
	assert_int_equal(hypercall(exits, 1)->count, 100);
	assert_int_equal(hypercall(exits, 13)->count, 100);
	assert_int_equal(hypercall(exits, 14)->inside, 100);
	assert_int_equal(hypercall(exits, 14)->count, 0);
	assert_int_equal(exits->pv_events[4], 100);
	free(exits);
	close_file(&file);
}

/* The rest of a multicall: it was broken off after the first of three. */
static void the_rest_of_a_multicall_is_no_other(void **state)
{
	struct restarts restarts = {};
	struct record call = { .event = EVENT_PV_HYPERCALL,
			       .nr_words = 2,
			       .words = { 13 | 1u << 22, 3 } };
	struct record inside = { .event = EVENT_PV_SUBCALL, .nr_words = 1, .words = { 14 } };

	(void)state;
	assert_false(restarts__note(&restarts, &call));
	assert_false(restarts__note(&restarts, &inside));
	call.words[1] = 2;
	assert_true(restarts__note(&restarts, &call));
	assert_false(restarts__note(&restarts, &inside));
	assert_false(restarts__note(&restarts, &inside));
	assert_false(restarts__note(&restarts, &call));
}

/* Beside the ledger. */

struct both {
	struct fixture *f;
	struct file file;
	struct exits *exits;
	struct beside beside;
	struct import_report report;
};

static struct both put_beside(struct xentrace *trace, struct fixture *f, unsigned int domain)
{
	struct both both = { .f = f, .file = open_file(trace) };

	both.exits = read_domain(&both.file, domain);
	return both;
}

static void make_report(struct both *both, uint64_t tsc_khz)
{
	struct fixture *f = both->f;

	beside__make(&both->beside, both->exits, &f->snap, f->ledger, tsc_khz);
	both->report = (struct import_report) {
		.beside = &both->beside,
		.exits = both->exits,
		.records = records__about(both->file.records),
		.nobodys = both->file.census.nobodys,
		.run = &f->run,
		.platform = &f->platform,
		.snap = &f->snap,
		.ledger = f->ledger,
	};
}

static void close_both(struct both *both)
{
	free(both->exits);
	close_file(&both->file);
	fixture__free(both->f);
}

static void bounds_hold_what_exits_take_of_guest_code(void **state)
{
	struct xentrace trace;
	struct both both;
	double least, most;

	(void)state;
	xentrace__hvm(&trace);
	both = put_beside(&trace, fixture__pvhvm(), 1);
	make_report(&both, 0);
	assert_true(both.beside.has_states);
	assert_true(both.beside.in_exits > 0);
	assert_true(both.beside.least <= both.beside.most && both.beside.most <= 1);
	most = both.beside.most;
	least = both.beside.least;
	/* a guest that measures nothing: all that exits took is in its guest code */
	for (size_t i = 0; i < both.f->snap.nr_paths; i++)
		hist__free(&both.f->snap.paths[i].hist);
	fixture__close(both.f);
	make_report(&both, 0);
	assert_true(both.beside.least >= least && both.beside.most <= most);
	/* and one without runstate does not tell guest code from what it was held off */
	both.f->snap.cpu.has_runstate = false;
	fixture__close(both.f);
	make_report(&both, 0);
	assert_false(both.beside.has_states);
	assert_false(both.beside.differ);
	assert_true(both.beside.in_exits >
		    beside__share(&both.beside, both.exits->in_exits[XEN_RUNNING]));
	close_both(&both);
}

static void a_tick_without_a_length_has_no_rate(void **state)
{
	struct xentrace trace;
	struct both both;

	(void)state;
	xentrace__hvm(&trace);
	both = put_beside(&trace, fixture__pvhvm(), 1);
	make_report(&both, 0);
	assert_true(beside__rate(&both.beside, 100) < 0);
	assert_true(beside__each(&both.beside, 100, 1) < 0);
	make_report(&both, 2000000);
	assert_float_equal(beside__each(&both.beside, 100, 1), 50, 1e-9);
	/* 100 rounds in a second */
	assert_float_equal(beside__rate(&both.beside, 100), 100, 1);
	close_both(&both);
}

/* Nothing of the guest happened, not even time. */
static void a_recording_of_nothing_is_no_division_by_0(void **state)
{
	struct xentrace trace;
	struct both both;

	(void)state;
	xentrace__hvm(&trace);
	both = put_beside(&trace, fixture__empty(), 1);
	make_report(&both, 1);
	assert_true(both.beside.guest_code == 0);
	assert_true(both.beside.most <= 1);
	close_both(&both);
}

/* Printing. */

static char *print(const struct both *both,
		   int (*print)(FILE *out, const struct import_report *report))
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(print(out, &both->report), 0);
	fclose(out);
	return text;
}

static int print_file(FILE *out, const struct import_report *report)
{
	return import__text(out, 0, report);
}

static int print_narrow(FILE *out, const struct import_report *report)
{
	return import__text(out, 60, report);
}

static void assert_lines_within(const char *text, size_t width)
{
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
		assert_in_range(strcspn(line, "\n"), 0, width);
}

static void text_is_as_before(void **state)
{
	struct xentrace trace;
	struct both both;
	char *text;

	(void)state;
	xentrace__hvm(&trace);
	both = put_beside(&trace, fixture__pvhvm(), 1);
	make_report(&both, 2000000);
	text = print(&both, print_file);
	assert_lines_within(text, 100);
	golden__check("import.txt", text);
	free(text);
	text = print(&both, print_narrow);
	assert_lines_within(text, 60);
	free(text);
	close_both(&both);
}

static void json_is_as_before(void **state)
{
	struct xentrace trace;
	struct both both;
	char *text, *pretty;
	json_t *json;

	(void)state;
	xentrace__hvm(&trace);
	both = put_beside(&trace, fixture__pvhvm(), 1);
	make_report(&both, 2000000);
	text = print(&both, import__json);
	json = json_loads(text, 0, NULL);
	assert_true(schema__follows(json));
	pretty = json_dumps(json, JSON_INDENT(1) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(9));
	golden__check("import.json", pretty);
	free(pretty);
	json_decref(json);
	free(text);
	close_both(&both);
}

static void a_pv_guest_has_no_exits(void **state)
{
	struct xentrace trace;
	struct both both;
	char *text;
	json_t *json;

	(void)state;
	xentrace__pv(&trace);
	both = put_beside(&trace, fixture__pvhvm(), 2);
	make_report(&both, 0);
	text = print(&both, print_file);
	assert_lines_within(text, 100);
	golden__check("import-pv.txt", text);
	free(text);
	text = print(&both, import__json);
	json = json_loads(text, 0, NULL);
	assert_true(schema__follows(json));
	assert_true(json_is_null(json_object_get(json, "of_guest_code_most")));
	json_decref(json);
	free(text);
	close_both(&both);
}

static void what_is_lost_is_said_first(void **state)
{
	struct xentrace trace;
	struct both both;
	char *text;

	(void)state;
	begin(&trace);
	xentrace__runstate(&trace, 100, 1, 0, XEN_RUNNABLE, XEN_RUNNING);
	xentrace__lost(&trace, 1000, 4321, 1, 0, 150);
	xentrace__exit(&trace, 1100, 0x72);
	xentrace__entry(&trace, 1200);
	/* and cut within the next one */
	xentrace__exit(&trace, 1300, 0x72);
	xentrace__end(&trace);
	trace.size -= 8;
	both = put_beside(&trace, fixture__pvhvm(), 1);
	make_report(&both, 0);
	assert_false(import__is_complete(&both.report));
	text = print(&both, print_file);
	assert_non_null(strstr(text, "INCOMPLETE: Xen lost 4,321 records"));
	assert_non_null(strstr(text, "The file ends within a record"));
	assert_true(strstr(text, "INCOMPLETE") < strstr(text, "VCPU TIME"));
	free(text);
	close_both(&both);
}

static void records_are_a_line_each(void **state)
{
	struct xentrace trace;
	struct file file;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	begin(&trace);
	xentrace__runstate(&trace, 100, 1, 2, XEN_RUNNABLE, XEN_RUNNING);
	xentrace__exit(&trace, 200, 0x7b);
	xentrace__add(&trace, NULL, EVENT_PORT_WRITE, WORDS(0xe9, 0x41));
	xentrace__add(&trace, NULL, EVENT_MEMORY_READ | EVENT_WIDE, WORDS(0x10, 0x2, 0x30, 0));
	xentrace__add(&trace, NULL, EVENT_PORT_READ, WORDS(0x1f0));
	xentrace__entry(&trace, 210);
	xentrace__add(&trace, NULL, EVENT_HVM_HYPERCALL, WORDS(32));
	xentrace__add(&trace, AT(220), EVENT_PV_HYPERCALL, WORDS(1 | 1u << 22, 1u << 31 | 2));
	xentrace__add(&trace, AT(230), EVENT_PV_SUBCALL, WORDS(61));
	xentrace__add(&trace, AT(240), EVENT_CONTINUE, WORDS(1u << 16 | 2));
	xentrace__add(&trace, AT(250), 0x28006, WORDS(1, 2));
	xentrace__add(&trace, AT(260), EVENT_VMEXIT, NULL, 0);
	xentrace__runstate(&trace, 300, 1, 2, XEN_RUNNING, XEN_BLOCKED);
	xentrace__lost(&trace, 310, 7, 3, 1, 305);
	xentrace__exit(&trace, 320, 0x72);
	file = open_begun(&trace);
	assert_int_equal(import__records(out, file.records, &file.census), 0);
	fclose(out);
	assert_string_equal(text, "100 0 - runstate 1.2 runnable running\n"
				  "200 0 1.2 exit 123 I/O port\n"
				  "200 0 1.2 port-write 0xe9 0x41\n"
				  "200 0 1.2 memory-read 0x200000010 0x30\n"
				  "200 0 1.2 port-read 0x1f0\n"
				  "210 0 1.2 entry\n"
				  "210 0 1.2 hypercall 32 event_channel_op\n"
				  "220 0 1.2 hypercall-again 1 mmu_update\n"
				  "230 0 1.2 subcall 61\n"
				  "240 0 1.2 continue 1.2\n"
				  "250 0 1.2 0x28006 0x1 0x2\n"
				  "260 0 1.2 0x81002\n"
				  "300 0 1.2 runstate 1.2 running blocked\n"
				  "310 0 - lost 7\n"
				  "320 0 3.1 exit 114 CPUID\n");
	free(text);
	close_file(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_in_the_order_of_time),
		cmocka_unit_test(time_does_not_go_back),
		cmocka_unit_test(every_length_is_read_or_refused),
		cmocka_unit_test(what_makes_no_sense_is_not_read),
		cmocka_unit_test(the_first_change_says_who_ran_before),
		cmocka_unit_test(an_exit_follows_its_vcpu_to_another_processor),
		cmocka_unit_test(a_gap_is_in_no_figure),
		cmocka_unit_test(what_is_offline_may_not_be_there),
		cmocka_unit_test(reasons_are_of_their_maker),
		cmocka_unit_test(an_access_is_of_the_device_behind_its_address),
		cmocka_unit_test(an_io_exit_is_one_with_its_access_or_without),
		cmocka_unit_test(an_address_above_4_gb_has_two_words),
		cmocka_unit_test(what_has_no_row_is_in_the_last_one),
		cmocka_unit_test(a_hypercall_that_was_begun_again_is_one),
		cmocka_unit_test(the_rest_of_a_multicall_is_no_other),
		cmocka_unit_test(bounds_hold_what_exits_take_of_guest_code),
		cmocka_unit_test(a_tick_without_a_length_has_no_rate),
		cmocka_unit_test(a_recording_of_nothing_is_no_division_by_0),
		cmocka_unit_test(text_is_as_before),
		cmocka_unit_test(json_is_as_before),
		cmocka_unit_test(a_pv_guest_has_no_exits),
		cmocka_unit_test(what_is_lost_is_said_first),
		cmocka_unit_test(records_are_a_line_each),
	};

	return cmocka_run_group_tests_name("xentrace", tests, NULL, NULL);
}
