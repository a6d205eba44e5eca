// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "xentrace/exits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

struct vcpu {
	bool seen;
	unsigned int state;
	uint64_t since; /* all before is accounted for */
	struct restarts restarts;
	/* an exit whose entry is still to come */
	bool is_out;
	uint32_t reason;
	bool with_place;
	uint64_t accesses;
	struct io_place place;
	uint64_t out[STATES];
};

struct reading {
	struct exits *exits;
	struct census *census;
	const struct io_place *known;
	size_t nr_known;
	struct vcpu *vcpus;
	size_t nr;
};

uint64_t exits__span(const struct exits *exits)
{
	return exits->last - exits->first;
}

static uint64_t sum(const uint64_t ticks[STATES])
{
	uint64_t all = 0;

	for (unsigned int state = 0; state < STATES; state++)
		all += ticks[state];
	return all;
}

uint64_t exits__vcpu_ticks(const struct exits *exits)
{
	return sum(exits->ticks);
}

/*
 * A vCPU by its number. One that is new was in the state that its first record leaves since the
 * first record of all; where that is offline, it may not have been there at all.
 */
static struct vcpu *find_vcpu(struct reading *reading, unsigned int number, unsigned int state,
			      uint64_t now)
{
	struct vcpu *vcpu;

	if (number >= reading->nr) {
		size_t room = 2 * reading->nr > number ? 2 * reading->nr : number + 1;

		vcpu = realloc(reading->vcpus, room * sizeof(*vcpu));
		if (!vcpu)
			return NULL;
		memset(vcpu + reading->nr, 0, (room - reading->nr) * sizeof(*vcpu));
		reading->vcpus = vcpu;
		reading->nr = room;
	}
	vcpu = &reading->vcpus[number];
	if (!vcpu->seen) {
		vcpu->seen = true;
		vcpu->state = state;
		vcpu->since = state == XEN_OFFLINE ? now : reading->exits->first;
		reading->exits->nr_vcpus++;
	}
	return vcpu;
}

/* The time up to now is spent in the state that it is in. */
static void spend(struct exits *exits, struct vcpu *vcpu, uint64_t now)
{
	uint64_t ticks = now > vcpu->since ? now - vcpu->since : 0;

	exits->ticks[vcpu->state] += ticks;
	if (vcpu->is_out)
		vcpu->out[vcpu->state] += ticks;
	vcpu->since += ticks;
}

/* Rows. */

static struct exit_row *find_row(struct exits *exits, const struct vcpu *vcpu)
{
	bool io = reason__kind(vcpu->reason, exits->amd) == EXIT_IO;
	bool port = vcpu->with_place && !vcpu->place.memory && !io;
	bool memory = vcpu->with_place && vcpu->place.memory;
	struct exit_row *row;

	for (size_t i = 0; i < exits->nr_rows; i++) {
		row = &exits->rows[i];
		if (row->reason == REASON_REST ||
		    (row->reason == vcpu->reason && row->with_port == port &&
		     row->with_memory == memory))
			return row;
	}
	row = &exits->rows[exits->nr_rows++];
	if (exits->nr_rows < EXIT_ROWS)
		*row = (struct exit_row) { vcpu->reason, port, memory };
	else
		row->reason = REASON_REST;
	return row;
}

static void name_row(struct exit_row *row, bool amd)
{
	char name[REASON_NAME];

	row->kind = reason__kind(row->reason, amd);
	if (row->reason == REASON_REST)
		STR_SET(row->name, "others");
	else
		STR_SET(row->name, "%s", reason__name(name, row->reason, amd));
	if (row->with_port)
		STR_ADD(row->name, ", ", "I/O");
	else if (row->with_memory)
		STR_ADD(row->name, ", ", "MMIO");
	if (row->with_port || row->with_memory)
		row->kind = EXIT_IO;
}

static struct place_row *find_place(struct exits *exits, const struct io_place *place)
{
	struct place_row *row;

	for (size_t i = 0; i < exits->nr_places; i++) {
		row = &exits->places[i];
		if (row->place.memory == place->memory && row->place.first == place->first &&
		    row->place.last == place->last)
			return row;
	}
	if (exits->nr_places == PLACE_ROWS)
		return &exits->places[PLACE_ROWS - 1];
	row = &exits->places[exits->nr_places++];
	row->place = *place;
	if (exits->nr_places == PLACE_ROWS)
		row->place = (struct io_place) { .device = "all others" };
	return row;
}

static void add(uint64_t to[STATES], const uint64_t ticks[STATES])
{
	for (unsigned int state = 0; state < STATES; state++)
		to[state] += ticks[state];
}

static void close_exit(struct exits *exits, struct vcpu *vcpu, bool timed)
{
	struct exit_row *row = find_row(exits, vcpu);
	struct place_row *place = NULL;

	vcpu->is_out = false;
	row->count++;
	exits->count++;
	if (vcpu->with_place) {
		place = find_place(exits, &vcpu->place);
		place->count++;
		place->accesses += vcpu->accesses;
	}
	if (!timed) {
		exits->unpaired++;
		return;
	}
	add(row->ticks, vcpu->out);
	add(exits->in_exits, vcpu->out);
	if (place)
		add(place->ticks, vcpu->out);
	if (vcpu->out[XEN_RUNNING] > row->max)
		row->max = vcpu->out[XEN_RUNNING];
}

static void note_exit(struct exits *exits, struct vcpu *vcpu, const struct record *record)
{
	spend(exits, vcpu, record->tsc);
	if (vcpu->is_out)
		close_exit(exits, vcpu, false);
	vcpu->is_out = true;
	vcpu->reason = record->words[0];
	vcpu->with_place = false;
	vcpu->accesses = 0;
	memset(vcpu->out, 0, sizeof(vcpu->out));
}

static void note_access(struct reading *reading, struct vcpu *vcpu, const struct record *record)
{
	uint64_t address = record->words[0];

	if (!vcpu->is_out)
		return;
	vcpu->accesses++;
	/* the first one tells which device an instruction is about */
	if (vcpu->with_place)
		return;
	if (record->event & EVENT_WIDE)
		address |= (uint64_t)record->words[1] << 32;
	vcpu->with_place = true;
	vcpu->place = io_place__of(address, event__is_memory(record->event), reading->known,
				   reading->nr_known);
}

static void note_hypercall(struct exits *exits, struct vcpu *vcpu, const struct record *record)
{
	unsigned int number = record->words[0] & HYPERCALL_NUMBER;
	struct hypercall_row *row;

	if (restarts__note(&vcpu->restarts, record))
		return;
	row = &exits->hypercalls[number < HYPERCALLS ? number : HYPERCALLS - 1];
	if (record->event == EVENT_PV_SUBCALL)
		row->inside++;
	else
		row->count++;
}

/* Of the vCPU that runs where it was recorded. */
static void note_own(struct reading *reading, struct vcpu *vcpu, const struct record *record)
{
	struct exits *exits = reading->exits;
	uint32_t event = record->event;

	if (event__is_exit(event)) {
		note_exit(exits, vcpu, record);
	} else if (event__is_entry(event)) {
		spend(exits, vcpu, record->tsc);
		if (vcpu->is_out)
			close_exit(exits, vcpu, true);
	} else if (event__is_port(event) || event__is_memory(event)) {
		note_access(reading, vcpu, record);
	} else if (event__is_hypercall(event)) {
		note_hypercall(exits, vcpu, record);
	} else if ((event & ~(EVENT_WIDE | 0xf)) == EVENT_PV) {
		exits->pv_events[event & 0xf]++;
	}
}

static int note_runstate(struct reading *reading, const struct record *record)
{
	unsigned int old = record->event >> 8 & 3, new = record->event >> 4 & 3;
	struct vcpu *vcpu = find_vcpu(reading, record__vcpu(record->words[0]), old, record->tsc);

	if (!vcpu)
		return -ENOMEM;
	/* a change before this one was lost */
	if (vcpu->state != old)
		vcpu->state = STATE_UNKNOWN;
	spend(reading->exits, vcpu, record->tsc);
	vcpu->state = new;
	return 0;
}

/*
 * Records are missing, since a time that is known: until then what was seen holds. An exit that it
 * is in then may have ended, and others begun.
 */
static int note_lost(struct reading *reading, const struct who *was, const struct record *record)
{
	struct who is = lost__who(record);
	struct exits *exits = reading->exits;
	struct vcpu *vcpu;

	if (was->known && was->domain == exits->domain) {
		vcpu = find_vcpu(reading, was->vcpu, XEN_RUNNING, record->tsc);
		if (!vcpu)
			return -ENOMEM;
		spend(exits, vcpu, lost__since(record));
		if (vcpu->is_out)
			close_exit(exits, vcpu, false);
		vcpu->state = STATE_UNKNOWN;
		vcpu->restarts = (struct restarts) {};
	}
	if (is.known && is.domain == exits->domain) {
		vcpu = find_vcpu(reading, is.vcpu, STATE_UNKNOWN, record->tsc);
		if (!vcpu)
			return -ENOMEM;
		if (vcpu->state != STATE_UNKNOWN && vcpu->state != XEN_RUNNING)
			vcpu->state = STATE_UNKNOWN;
		spend(exits, vcpu, record->tsc);
		vcpu->state = XEN_RUNNING;
	}
	return 0;
}

static int note(struct reading *reading, const struct record *record)
{
	const struct who *on = census__on(reading->census, record);
	unsigned int domain = reading->exits->domain;
	struct vcpu *vcpu;

	if (event__is_runstate(record->event) && record->nr_words)
		return record__domain(record->words[0]) == domain ? note_runstate(reading, record)
								  : 0;
	if (record->event == EVENT_LOST)
		return note_lost(reading, on, record);
	if (record->event == EVENT_CONTINUE && record->nr_words) {
		if (record__domain(record->words[0]) == domain &&
		    !find_vcpu(reading, record__vcpu(record->words[0]), XEN_RUNNING, record->tsc))
			return -ENOMEM;
		return 0;
	}
	if (!on->known || on->domain != domain)
		return 0;
	vcpu = find_vcpu(reading, on->vcpu, XEN_RUNNING, record->tsc);
	if (!vcpu)
		return -ENOMEM;
	note_own(reading, vcpu, record);
	return 0;
}

/* Order. */

static int by_more(uint64_t a, uint64_t b)
{
	return a > b ? -1 : a < b;
}

static int compare_rows(const void *one, const void *other)
{
	const struct exit_row *a = one, *b = other;

	return by_more(a->ticks[XEN_RUNNING], b->ticks[XEN_RUNNING]) ?: by_more(a->count, b->count)
	       ?: strcmp(a->name, b->name);
}

static uint64_t taken(const struct place_row *row)
{
	return row->ticks[XEN_RUNNING] + row->ticks[XEN_OFFLINE];
}

static int compare_places(const void *one, const void *other)
{
	const struct place_row *a = one, *b = other;

	return by_more(taken(a), taken(b)) ?: by_more(a->count, b->count)
	       ?: by_more(b->place.first, a->place.first);
}

static int compare_hypercalls(const void *one, const void *other)
{
	const struct hypercall_row *a = one, *b = other;

	return by_more(a->count + a->inside, b->count + b->inside) ?: by_more(b->number, a->number);
}

static void finish(struct reading *reading)
{
	struct exits *exits = reading->exits;
	size_t nr = 0;

	for (size_t i = 0; i < reading->nr; i++) {
		struct vcpu *vcpu = &reading->vcpus[i];

		if (!vcpu->seen)
			continue;
		/* one that is offline from here on may not be there any more: its guest was shut down */
		if (vcpu->state != XEN_OFFLINE)
			spend(exits, vcpu, exits->last);
		/* it is out at the end: as long as it was seen */
		if (vcpu->is_out)
			close_exit(exits, vcpu, true);
	}
	for (size_t i = 0; i < exits->nr_rows; i++)
		name_row(&exits->rows[i], exits->amd);
	for (unsigned int i = 0; i < HYPERCALLS; i++) {
		exits->hypercalls[i].number = i;
		if (exits->hypercalls[i].count || exits->hypercalls[i].inside)
			exits->hypercalls[nr++] = exits->hypercalls[i];
	}
	exits->nr_hypercalls = nr;
	qsort(exits->rows, exits->nr_rows, sizeof(exits->rows[0]), compare_rows);
	qsort(exits->places, exits->nr_places, sizeof(exits->places[0]), compare_places);
	qsort(exits->hypercalls, nr, sizeof(exits->hypercalls[0]), compare_hypercalls);
}

int exits__read(struct exits **out, struct records *records, struct census *census,
		unsigned int domain, const struct io_place *known, size_t nr_known)
{
	struct reading reading = { .census = census, .known = known, .nr_known = nr_known };
	struct exits *exits = calloc(1, sizeof(*exits));
	struct record record;
	int err = exits ? 0 : -ENOMEM;

	if (!err && !census->domains[domain].seen)
		err = -ENOENT;
	if (err) {
		free(exits);
		return err;
	}
	exits->domain = domain;
	exits->amd = census->amd;
	exits->hvm = census->domains[domain].exits;
	exits->first = records__about(records)->first;
	exits->last = records__about(records)->last;
	reading.exits = exits;
	records__rewind(records);
	census__rewind(census);
	while (!err && records__next(records, &record)) {
		err = note(&reading, &record);
		census__note(census, &record);
	}
	if (!err)
		finish(&reading);
	free(reading.vcpus);
	if (err)
		free(exits);
	else
		*out = exits;
	return err;
}
