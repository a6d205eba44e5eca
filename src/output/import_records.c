// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The records of xentrace themselves, a line each, for scripts. */
#include <errno.h>
#include <inttypes.h>

#include "model/hypercalls.h"
#include "output/import.h"
#include "xentrace/reasons.h"
#include "xentrace/restarts.h"

static void print_runstate(FILE *out, const struct record *record)
{
	static const char *const names[] = { "running", "runnable", "blocked", "offline" };

	fprintf(out, "runstate %u.%u %s %s", record__domain(record->words[0]),
		record__vcpu(record->words[0]), names[record->event >> 8 & 3],
		names[record->event >> 4 & 3]);
}

static void print_access(FILE *out, const struct record *record)
{
	bool wide = record->event & EVENT_WIDE, write = record->event & 0x200;
	uint64_t address = record->words[0], value = record->words[wide ? 2 : 1];

	if (wide) {
		address |= (uint64_t)record->words[1] << 32;
		value |= (uint64_t)record->words[3] << 32;
	}
	fprintf(out, "%s-%s 0x%" PRIx64, event__is_port(record->event) ? "port" : "memory",
		write ? "write" : "read", address);
	/* of a string of them the value is not recorded */
	if (record->nr_words > (wide ? 2u : 1u))
		fprintf(out, " 0x%" PRIx64, value);
}

static void print_hypercall(FILE *out, const struct record *record, bool again)
{
	unsigned int number = record->words[0] & HYPERCALL_NUMBER;
	const char *name = hypercall__name(number);

	fprintf(out, "%s %u",
		record->event == EVENT_PV_SUBCALL ? "subcall"
		: again				  ? "hypercall-again"
						  : "hypercall",
		number);
	if (name)
		fprintf(out, " %s", name);
}

static void print_other(FILE *out, const struct record *record)
{
	fprintf(out, "0x%x", record->event);
	for (unsigned int i = 0; i < record->nr_words; i++)
		fprintf(out, " 0x%x", record->words[i]);
}

static void print_event(FILE *out, const struct record *record, bool amd, bool again)
{
	uint32_t event = record->event;
	char name[REASON_NAME];

	/* one without the words that it should have is shown as it is */
	if (event__is_entry(event))
		fputs("entry", out);
	else if (!record->nr_words)
		print_other(out, record);
	else if (event__is_runstate(event))
		print_runstate(out, record);
	else if (event == EVENT_CONTINUE)
		fprintf(out, "continue %u.%u", record__domain(record->words[0]),
			record__vcpu(record->words[0]));
	else if (event__is_exit(event))
		fprintf(out, "exit %u %s", record->words[0],
			reason__name(name, record->words[0], amd));
	else if (event__is_port(event) || event__is_memory(event))
		print_access(out, record);
	else if (event__is_hypercall(event))
		print_hypercall(out, record, again);
	else if (event == EVENT_LOST)
		fprintf(out, "lost %u", record->words[0]);
	else
		print_other(out, record);
}

static int print_record(FILE *out, const struct record *record, const struct census *census,
			struct all_restarts *all)
{
	const struct who *who = census__on(census, record);
	struct restarts *restarts;
	bool again = false;

	fprintf(out, "%" PRIu64 " %u ", record->tsc, record->cpu);
	if (who->known) {
		fprintf(out, "%u.%u ", who->domain, who->vcpu);
		if (event__is_hypercall(record->event)) {
			restarts = all_restarts__of(all, who);
			if (!restarts)
				return -ENOMEM;
			again = restarts__note(restarts, record);
		}
	} else {
		fputs("- ", out);
	}
	print_event(out, record, census->amd, again);
	fputc('\n', out);
	return ferror(out) ? -(errno ? errno : EIO) : 0;
}

int import__records(FILE *out, struct records *records, struct census *census)
{
	struct all_restarts all = {};
	struct record record;
	int err = 0;

	records__rewind(records);
	census__rewind(census);
	while (!err && records__next(records, &record)) {
		err = print_record(out, &record, census, &all);
		census__note(census, &record);
	}
	all_restarts__free(&all);
	return err ? err : output__finish(out);
}
