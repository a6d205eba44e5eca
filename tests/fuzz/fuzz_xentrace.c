// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * For libFuzzer: the reader of xentrace's files, and all that is printed of what it reads. The first
 * byte says whether the others are a file, or records that are put into windows that are right.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "output/import.h"
#include "xentraces.h"

/* So many domains of a file are read. */
#define DOMAINS_READ 3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of each record one byte is its CPU, four its event and how many words, four the ticks since the last. */
static struct xentrace put_together(const uint8_t *data, size_t size)
{
	struct xentrace trace;
	uint64_t tsc = 1000;

	xentrace__begin(&trace);
	xentrace__cpu(&trace, 0);
	while (size >= 9) {
		uint32_t event, ticks, words[RECORD_WORDS];
		unsigned int nr;

		memcpy(&event, data + 1, 4);
		memcpy(&ticks, data + 5, 4);
		nr = event >> 28 & RECORD_WORDS;
		if (data[0] % 4 != trace.cpu)
			xentrace__cpu(&trace, data[0] % 4);
		data += 9;
		size -= 9;
		if (4 * nr > size)
			break;
		memcpy(words, data, 4 * nr);
		tsc += ticks;
		xentrace__add(&trace, ticks ? &tsc : NULL, event & 0xfffffff, words, nr);
		data += 4 * nr;
		size -= 4 * nr;
	}
	xentrace__end(&trace);
	return trace;
}

/* The records, or a report of them. */
static void print(const struct import_report *report, struct records *records,
		  struct census *census)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	if (report ? import__text(out, 0, report) || import__json(out, report)
		   : import__records(out, records, census))
		abort();
	fclose(out);
	free(text);
}

static void report(const struct fixture *f, struct records *records, struct census *census,
		   unsigned int domain)
{
	struct exits *exits = NULL;
	struct beside beside;

	if (exits__read(&exits, records, census, domain, NULL, 0))
		abort();
	beside__make(&beside, exits, &f->snap, f->ledger, domain % 2 ? 2000000 : 0);
	if (!(beside.least >= 0 && beside.least <= 1 && beside.most >= 0 && beside.most <= 1))
		abort();
	print(&(struct import_report) { .beside = &beside,
					.exits = exits,
					.records = records__about(records),
					.nobodys = census->nobodys,
					.run = &f->run,
					.platform = &f->platform,
					.snap = &f->snap,
					.ledger = f->ledger },
	      NULL, NULL);
	free(exits);
}

static void read_file(const void *data, size_t size)
{
	static struct fixture *f;
	struct records *records = NULL;
	struct census census = {};
	unsigned int read = 0;

	if (!f)
		f = fixture__pvhvm();
	if (records__new(&records, data, size))
		return;
	if (census__read(&census, records))
		abort();
	print(NULL, records, &census);
	for (unsigned int domain = 0; domain < DOMAINS && read < DOMAINS_READ; domain++) {
		if (!census.domains[domain].seen)
			continue;
		report(f, records, &census, domain);
		read++;
	}
	census__free(&census);
	records__free(records);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct xentrace trace;

	if (!size)
		return 0;
	if (!(data[0] & 1)) {
		read_file(data + 1, size - 1);
		return 0;
	}
	trace = put_together(data + 1, size - 1);
	read_file(trace.data, trace.size);
	free(trace.data);
	return 0;
}
