// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "xentrace/records.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CPUS_MAX (1u << 14) /* Xen's most */

#define HAS_TSC	     (1u << 31)
#define WORDS_SHIFT  28
#define EVENT_MASK   ((1u << WORDS_SHIFT) - 1)
#define CHANGE	     (EVENT_CPU_CHANGE | 2u << WORDS_SHIFT) /* a header */
#define CHANGE_BYTES 12

struct window {
	size_t at, len;
	uint32_t cpu;
	uint32_t next; /* of the same CPU, its number + 1; 0: the last one */
};

struct cpu {
	bool seen;
	uint32_t first, last; /* windows, their numbers + 1; 0: none */
	uint64_t begin;	      /* the first TSC; what is before it has it, too */
	/* where reading is: */
	uint32_t window;
	size_t at, end;
	uint64_t tsc;
	struct record record; /* the next one */
};

struct records {
	const uint8_t *data;
	struct records_about about;
	struct window *windows;
	size_t nr_windows, room;
	struct cpu *cpus;
	size_t nr_cpus;
	uint32_t *heap; /* CPUs that have a record, the one with the earliest first */
	size_t in_heap;
};

static uint32_t word_at(const uint8_t *data, size_t at)
{
	uint32_t word;

	memcpy(&word, data + at, sizeof(word));
	return le32toh(word);
}

/* The record at *at, which moves behind it; false where none ends before `end`. */
static bool decode(const uint8_t *data, size_t *at, size_t end, struct record *record,
		   bool *has_tsc)
{
	uint32_t header;
	size_t bytes;

	if (end - *at < 4)
		return false;
	header = word_at(data, *at);
	record->event = header & EVENT_MASK;
	record->nr_words = header >> WORDS_SHIFT & RECORD_WORDS;
	*has_tsc = header & HAS_TSC;
	bytes = 4 + (*has_tsc ? 8 : 0) + 4 * record->nr_words;
	if (end - *at < bytes)
		return false;
	*at += 4;
	if (*has_tsc) {
		record->tsc = word_at(data, *at) | (uint64_t)word_at(data, *at + 4) << 32;
		*at += 8;
	}
	memset(record->words, 0, sizeof(record->words));
	for (unsigned int i = 0; i < record->nr_words; i++, *at += 4)
		record->words[i] = word_at(data, *at);
	return true;
}

/* Scanning: how far the file makes sense, and which windows it has. */

static int add_cpu(struct records *records, uint32_t nr)
{
	size_t room = 2 * records->nr_cpus > nr ? 2 * records->nr_cpus : nr + 1;
	struct cpu *cpus;

	if (nr < records->nr_cpus)
		return 0;
	cpus = realloc(records->cpus, room * sizeof(*cpus));
	if (!cpus)
		return -ENOMEM;
	memset(cpus + records->nr_cpus, 0, (room - records->nr_cpus) * sizeof(*cpus));
	records->cpus = cpus;
	records->nr_cpus = room;
	return 0;
}

static int add_window(struct records *records, uint32_t cpu, size_t at, size_t len)
{
	size_t room = records->room ? 2 * records->room : 64;
	struct window *windows;
	uint32_t number;

	if (records->nr_windows == records->room) {
		windows = realloc(records->windows, room * sizeof(*windows));
		if (!windows)
			return -ENOMEM;
		records->windows = windows;
		records->room = room;
	}
	records->windows[records->nr_windows++] = (struct window) { at, len, cpu, 0 };
	number = records->nr_windows;
	if (records->cpus[cpu].last)
		records->windows[records->cpus[cpu].last - 1].next = number;
	else
		records->cpus[cpu].first = number;
	records->cpus[cpu].last = number;
	return 0;
}

static void note(struct records *records, uint32_t nr, const struct record *record, bool has_tsc)
{
	struct records_about *about = &records->about;
	struct cpu *cpu = &records->cpus[nr];

	about->records++;
	if (record->event == EVENT_LOST)
		about->lost += record->words[0];
	if (!has_tsc)
		return;
	if (!cpu->seen) {
		cpu->seen = true;
		cpu->begin = cpu->tsc = record->tsc;
		about->cpus++;
	}
	if (record->tsc < cpu->tsc)
		about->backwards++;
	else
		cpu->tsc = record->tsc;
	if (!about->first || record->tsc < about->first)
		about->first = record->tsc;
	if (record->tsc > about->last)
		about->last = record->tsc;
}

/* The records of a window; what they take of it. */
static size_t scan_window(struct records *records, uint32_t cpu, size_t at, size_t end)
{
	size_t begin = at, before = at;
	struct record record;
	bool has_tsc;

	while (decode(records->data, &at, end, &record, &has_tsc)) {
		/* no writer makes a record of nothing, nor a window within one */
		if (!record.event || record.event == EVENT_CPU_CHANGE)
			return before - begin;
		note(records, cpu, &record, has_tsc);
		before = at;
	}
	return at - begin;
}

/* Returns 1 for a window that was whole, 0 at the end of what can be read, or a negative errno. */
static int scan_one(struct records *records, size_t *at, size_t size)
{
	uint32_t cpu;
	size_t len, read;
	bool cut;
	int err;

	if (size - *at < CHANGE_BYTES) {
		records->about.cut = *at < size;
		return 0;
	}
	cpu = word_at(records->data, *at + 4);
	len = word_at(records->data, *at + 8);
	if (word_at(records->data, *at) != CHANGE || cpu >= CPUS_MAX) {
		records->about.damaged = *at;
		return *at ? 0 : -EBADMSG;
	}
	*at += CHANGE_BYTES;
	cut = len > size - *at;
	if (cut)
		len = size - *at;
	err = add_cpu(records, cpu);
	if (err)
		return err;
	read = scan_window(records, cpu, *at, *at + len);
	if (read)
		err = add_window(records, cpu, *at, read);
	*at += read;
	if (err || (read == len && !cut))
		return err ?: 1;
	/* of one that is cut less than a record is left */
	if (cut && len - read < 4 * (3 + RECORD_WORDS))
		records->about.cut = true;
	else
		records->about.damaged = *at;
	return 0;
}

static int scan(struct records *records, size_t size)
{
	size_t at = 0;
	int got;

	do
		got = scan_one(records, &at, size);
	while (got > 0);
	if (got)
		return got;
	return records->about.cpus ? 0 : -ENODATA;
}

/* Reading in order. */

static bool is_earlier(const struct records *records, uint32_t a, uint32_t b)
{
	const struct cpu *one = &records->cpus[a], *other = &records->cpus[b];

	return one->tsc != other->tsc ? one->tsc < other->tsc : a < b;
}

static void swap(struct records *records, size_t a, size_t b)
{
	uint32_t was = records->heap[a];

	records->heap[a] = records->heap[b];
	records->heap[b] = was;
}

static void sift_down(struct records *records, size_t at)
{
	for (;;) {
		size_t least = at;

		for (size_t child = 2 * at + 1; child <= 2 * at + 2; child++)
			if (child < records->in_heap &&
			    is_earlier(records, records->heap[child], records->heap[least]))
				least = child;
		if (least == at)
			return;
		swap(records, at, least);
		at = least;
	}
}

static void sift_up(struct records *records, size_t at)
{
	while (at && is_earlier(records, records->heap[at], records->heap[(at - 1) / 2])) {
		swap(records, at, (at - 1) / 2);
		at = (at - 1) / 2;
	}
}

/* The CPU's next record; false: it has none. */
static bool advance(struct records *records, uint32_t nr)
{
	struct cpu *cpu = &records->cpus[nr];
	bool has_tsc;

	while (cpu->at == cpu->end) {
		const struct window *window;

		if (!cpu->window)
			return false;
		window = &records->windows[cpu->window - 1];
		cpu->at = window->at;
		cpu->end = window->at + window->len;
		cpu->window = window->next;
	}
	if (!decode(records->data, &cpu->at, cpu->end, &cpu->record, &has_tsc)) {
		/* somebody writes to the file; zeros stand where it was cut */
		cpu->at = cpu->end;
		cpu->window = 0;
		return false;
	}
	cpu->record.cpu = nr;
	if (has_tsc && cpu->record.tsc > cpu->tsc)
		cpu->tsc = cpu->record.tsc;
	cpu->record.tsc = cpu->tsc;
	return true;
}

void records__rewind(struct records *records)
{
	records->in_heap = 0;
	for (uint32_t nr = 0; nr < records->nr_cpus; nr++) {
		struct cpu *cpu = &records->cpus[nr];

		cpu->window = cpu->first;
		cpu->at = cpu->end = 0;
		cpu->tsc = cpu->begin;
		/* one without any TSC has no place in time */
		if (!cpu->seen || !advance(records, nr))
			continue;
		records->heap[records->in_heap++] = nr;
		sift_up(records, records->in_heap - 1);
	}
}

bool records__next(struct records *records, struct record *record)
{
	uint32_t nr;

	if (!records->in_heap)
		return false;
	nr = records->heap[0];
	*record = records->cpus[nr].record;
	if (!advance(records, nr))
		records->heap[0] = records->heap[--records->in_heap];
	sift_down(records, 0);
	return true;
}

int records__new(struct records **out, const void *data, size_t size)
{
	struct records *records = calloc(1, sizeof(*records));
	int err = records ? 0 : -ENOMEM;

	if (!err) {
		records->data = data;
		err = size ? scan(records, size) : -ENODATA;
	}
	if (!err) {
		records->heap = calloc(records->nr_cpus, sizeof(*records->heap));
		err = records->heap ? 0 : -ENOMEM;
	}
	if (err) {
		records__free(records);
		return err;
	}
	records__rewind(records);
	*out = records;
	return 0;
}

void records__free(struct records *records)
{
	if (!records)
		return;
	free(records->windows);
	free(records->cpus);
	free(records->heap);
	free(records);
}

const struct records_about *records__about(const struct records *records)
{
	return &records->about;
}

size_t records__cpus(const struct records *records)
{
	return records->nr_cpus;
}
