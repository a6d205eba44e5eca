// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A file of xentrace and a recording, read into what Xen's records say beside the ledger. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "output/import.h"
#include "run/mapping.h"
#include "run/rights.h"
#include "run/run.h"

#define LISTED_MAX 8

struct importer {
	const struct importing *asked;
	struct replay *replay;
	struct mapping mapping;
	struct records *records;
	struct census census;
	struct snapshot total;
	struct ledger *ledger;
	struct exits *exits;
	struct beside beside;
};

static int open_trace(struct importer *importer)
{
	const char *name = importer->asked->trace;
	int err = mapping__open(&importer->mapping, AT_FDCWD, name);

	if (err)
		elog("cannot read %s: %s", name,
		     err == -ESPIPE ? "not a regular file" : strerror(-err));
	return err;
}

/* Returns 0, -ENOMEM, or another negative errno after a message. */
static int read_records(struct importer *importer)
{
	const struct mapping *mapping = &importer->mapping;
	const char *name = importer->asked->trace;
	int err = records__new(&importer->records, mapping->data, mapping->size);

	if (err == -EBADMSG)
		elog("%s is no file of xentrace", name);
	else if (err == -ENODATA)
		elog("%s has no records", name);
	if (!err)
		err = census__read(&importer->census, importer->records);
	return err;
}

/* "1 (HVM), 3 (PV)" */
static void list_domains(const struct census *census, char *text, size_t size)
{
	unsigned int listed = 0;

	*text = '\0';
	for (unsigned int nr = 0; nr < DOMAIN_SPECIAL; nr++) {
		const struct domain_seen *domain = &census->domains[nr];

		if (!domain->seen)
			continue;
		if (++listed > LISTED_MAX) {
			str__add(text, size, ", ", "...");
			return;
		}
		str__add(text, size, ", ", "%u%s", nr,
			 domain->exits	 ? " (HVM or PVH)"
			 : domain->of_pv ? " (PV)"
					 : "");
	}
	if (!listed)
		str__set(text, size, "none");
}

/* May the guest of this platform have that domain's records? */
static bool may_be(const struct domain_seen *domain, const struct platform *platform)
{
	if (!domain->seen)
		return false;
	if (platform->boot == BOOT_PV)
		return domain->of_pv && !domain->exits;
	return platform->boot == BOOT_UNKNOWN ? domain->of_pv || domain->exits : domain->exits;
}

/* Returns an exit code. */
static int find_only(const struct importer *importer, const struct platform *platform,
		     unsigned int *domain)
{
	const struct census *census = &importer->census;
	unsigned int found = 0;
	char list[256];

	for (unsigned int nr = 1; nr < DOMAIN_SPECIAL; nr++) {
		if (!may_be(&census->domains[nr], platform))
			continue;
		*domain = nr;
		found++;
	}
	if (found == 1)
		return EXIT_DONE;
	list_domains(census, list, sizeof(list));
	if (found)
		elog("%s has several domains that this guest may be: say --domain; it has %s",
		     importer->asked->trace, list);
	else
		elog("%s has no VM exits%s of a guest such as this one (%s); it has domains %s: "
		     "was it xentrace -e 0x2a3000?",
		     importer->asked->trace, platform->boot == BOOT_PV ? " or hypercalls" : "",
		     platform->mode, list);
	return found ? EXIT_USAGE : EXIT_NOTHING;
}

/* Returns an exit code. */
static int choose(const struct importer *importer, const struct platform *platform,
		  unsigned int *domain)
{
	const struct importing *asked = importer->asked;
	const struct census *census = &importer->census;
	const struct domain_seen *seen;
	char list[256];

	if (asked->domain_is_said)
		*domain = asked->domain;
	else if (platform->boot == BOOT_DOM0)
		*domain = 0;
	else if (platform->domain && platform->domain < DOMAIN_SPECIAL)
		*domain = platform->domain;
	else
		return find_only(importer, platform, domain);
	seen = &census->domains[*domain];
	list_domains(census, list, sizeof(list));
	if (!seen->seen)
		elog("%s has no records of domain %u%s; it has domains %s", asked->trace, *domain,
		     asked->domain_is_said ? "" : ", which the recording is of", list);
	else if (platform->boot == BOOT_PV && seen->exits)
		elog("domain %u has VM exits, and %s is of a PV guest: it is another domain; "
		     "there are %s",
		     *domain, asked->file, list);
	else if ((platform->boot == BOOT_HVM || platform->boot == BOOT_PVH) && !seen->exits)
		elog("%s has no VM exits of domain %u: was it xentrace -e 0x2a3000? It has domains "
		     "%s",
		     asked->trace, *domain, list);
	else
		return EXIT_DONE;
	return EXIT_NOTHING;
}

static int read_exits(struct importer *importer, const struct platform *platform,
		      unsigned int domain)
{
	struct io_place *known = calloc(platform->nr_ranges + 1, sizeof(*known));
	int err;

	if (!known)
		return -ENOMEM;
	for (size_t i = 0; i < platform->nr_ranges; i++) {
		const struct pci_range *range = &platform->ranges[i];

		known[i].memory = range->memory;
		known[i].first = range->first;
		known[i].last = range->last;
		STR_SET(known[i].device, "%s", range->device);
	}
	err = exits__read(&importer->exits, importer->records, &importer->census, domain, known,
			  platform->nr_ranges);
	free(known);
	return err;
}

static bool is_of_xen(const struct platform *platform)
{
	return platform && (platform->boot == BOOT_PV || platform->boot == BOOT_HVM ||
			    platform->boot == BOOT_PVH || platform->boot == BOOT_DOM0 ||
			    (platform->boot == BOOT_UNKNOWN && !platform->not_xen));
}

/* Returns an exit code, or a negative errno: -ENOMEM, or another after a message. */
static int put_beside(struct importer *importer)
{
	const struct platform *platform = replay__platform(importer->replay);
	const struct importing *asked = importer->asked;
	unsigned int domain = 0;
	int err, code;

	if (!is_of_xen(platform)) {
		elog("%s is of no guest of Xen: Xen's records say nothing of it", asked->file);
		return EXIT_NOTHING;
	}
	code = choose(importer, platform, &domain);
	if (code)
		return code;
	err = replay__total(importer->replay, &importer->total);
	if (!err)
		err = ledger__build(&importer->ledger, &importer->total, platform);
	if (!err)
		err = read_exits(importer, platform, domain);
	if (err)
		return err;
	beside__make(&importer->beside, importer->exits, &importer->total, importer->ledger,
		     asked->tsc_khz ? asked->tsc_khz : platform->tsc_khz);
	return EXIT_DONE;
}

/* What printing ended with, as an exit code or -ENOMEM. */
static int printed(int err)
{
	/* whoever reads us may stop */
	if (!err || err == -EPIPE)
		return EXIT_DONE;
	if (err == -ENOMEM)
		return err;
	elog("cannot write standard output: %s", strerror(-err));
	return EXIT_RUNTIME;
}

static int print_beside(struct importer *importer)
{
	const struct import_report report = {
		.beside = &importer->beside,
		.exits = importer->exits,
		.records = records__about(importer->records),
		.nobodys = importer->census.nobodys,
		.run = &replay__header(importer->replay)->run,
		.platform = replay__platform(importer->replay),
		.snap = &importer->total,
		.ledger = importer->ledger,
	};
	bool whole = !replay__is_damaged(importer->replay) && import__is_complete(&report);
	int code = printed(importer->asked->json
				   ? import__json(stdout, &report)
				   : import__text(stdout, outfile__terminal_width(), &report));

	return code || whole || !importer->asked->strict ? code : EXIT_INCOMPLETE;
}

static int print_records(struct importer *importer)
{
	const struct records_about *about = records__about(importer->records);
	int code = printed(import__records(stdout, importer->records, &importer->census));

	if (about->damaged)
		elog("%s: what is at byte %lu and behind makes no sense, and was not read",
		     importer->asked->trace, about->damaged);
	return code || !importer->asked->strict || !(about->damaged || about->lost)
		       ? code
		       : EXIT_INCOMPLETE;
}

/* Returns an exit code, or a negative errno: -ENOMEM, or another after a message. */
static int run(struct importer *importer)
{
	const struct importing *asked = importer->asked;
	int code = open_trace(importer);

	if (!code && asked->file)
		code = replay__new(&importer->replay, asked->file, &(struct span) {});
	/* the files may be anybody's */
	if (!code)
		code = rights__printing();
	if (!code)
		code = read_records(importer);
	if (!code && asked->file)
		code = put_beside(importer);
	if (!code)
		code = asked->file ? print_beside(importer) : print_records(importer);
	if (!mapping__is_whole(&importer->mapping)) {
		elog("%s was cut while it was read", asked->trace);
		return EXIT_RUNTIME;
	}
	return code;
}

int importer__run(const struct importing *asked)
{
	struct importer *importer = calloc(1, sizeof(*importer));
	int code = -ENOMEM;

	if (importer) {
		importer->asked = asked;
		code = run(importer);
		free(importer->exits);
		census__free(&importer->census);
		records__free(importer->records);
		mapping__close(&importer->mapping);
		ledger__free(importer->ledger);
		snapshot__free(&importer->total);
		replay__free(importer->replay);
		free(importer);
	}
	if (code == -ENOMEM)
		elog("out of memory");
	return code < 0 ? EXIT_RUNTIME : code;
}
