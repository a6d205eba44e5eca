// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A guest's recording and one of its dom0, read into what the guest's requests wait for there. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "output/join.h"
#include "run/rights.h"
#include "run/run.h"

struct end {
	const char *file;
	struct replay *replay;
	struct snapshot total;
	struct ledger *ledger;
};

struct joiner {
	const struct joining *asked;
	struct end guest, dom0;
	struct join join;
	struct outfile to;
};

/* Returns an exit code, or a negative errno: -ENOMEM, or another after a message. */
static int read_end(struct end *end)
{
	const struct platform *platform = replay__platform(end->replay);
	int err;

	if (!platform) {
		elog("%s does not say what guest it is of", end->file);
		return EXIT_NOTHING;
	}
	err = replay__total(end->replay, &end->total);
	return err ?: ledger__build(&end->ledger, &end->total, platform);
}

/* "1, 3": the domains whose devices dom0 served. */
static void list_domains(const struct ledger *dom0, char *text, size_t size)
{
	*text = '\0';
	for (size_t i = 0; i < dom0->nr_waits; i++) {
		const unsigned int domain = join__domain_of(dom0->waits[i].device);
		size_t before = 0;

		while (before < i && join__domain_of(dom0->waits[before].device) != domain)
			before++;
		if (domain && before == i)
			str__add(text, size, ", ", "%u", domain);
	}
}

/* Returns an exit code. */
static int say_why_not(const struct joiner *joiner, int err)
{
	const char *guest = joiner->guest.file, *dom0 = joiner->dom0.file;
	char domains[256];

	list_domains(joiner->dom0.ledger, domains, sizeof(domains));
	if (err == -ENODEV)
		elog("%s has nothing of a device of blkfront or netfront: it is no guest's of Xen, "
		     "or of a version that did not note the devices' numbers",
		     guest);
	else if (err == -ENODATA)
		elog("%s has nothing of guests' disks and NICs: it is of no dom0 with xen-blkback "
		     "or xen-netback, or the probes of families blkback and netback were off "
		     "(xentrace-bpf check)",
		     dom0);
	else if (err == -EEXIST)
		elog("%s has several domains that %s may be of: say --domain; there are %s", dom0,
		     guest, domains);
	else
		elog("%s has nothing of the devices of %s; it has domains %s", dom0, guest,
		     *domains ? domains : "none");
	return err == -EEXIST ? EXIT_USAGE : EXIT_NOTHING;
}

static struct report report_of(const struct end *end)
{
	return (struct report) {
		.run = &replay__header(end->replay)->run,
		.platform = replay__platform(end->replay),
		.snap = &end->total,
		.ledger = end->ledger,
	};
}

/* The guest's run with the leg divided, in any format. */
static int write_divided(const struct joiner *joiner, FILE *out)
{
	const struct output *output = joiner->asked->output;
	struct report report = report_of(&joiner->guest);
	struct ledger *ledger = NULL;
	struct snapshot divided;
	int err = join__divide(&joiner->join, &joiner->guest.total, &joiner->dom0.total, &divided);

	if (err)
		return err;
	err = ledger__build(&ledger, &divided, report.platform);
	report.snap = &divided;
	report.ledger = ledger;
	report.verbose = joiner->asked->verbose;
	report.state = output->open ? output->open() : NULL;
	if (!err && output->open && !report.state)
		err = -ENOMEM;
	if (!err)
		err = output->header(out, &report);
	if (!err)
		err = output->total(out, &report);
	if (report.state)
		output->close(report.state);
	ledger__free(ledger);
	snapshot__free(&divided);
	return err;
}

/* Returns an exit code, or a negative errno: -ENOMEM, or another after a message. */
static int print(struct joiner *joiner)
{
	const struct joining *asked = joiner->asked;
	struct outfile *to = &joiner->to;
	const struct join_report report = {
		.join = &joiner->join,
		.front = report_of(&joiner->guest),
		.rear = report_of(&joiner->dom0),
	};
	bool whole = !replay__is_damaged(joiner->guest.replay) &&
		     !replay__is_damaged(joiner->dom0.replay) && join__is_whole(&report);
	int err;

	if (asked->output == &output_text)
		err = join__text(to->file, outfile__width(to), &report);
	else if (asked->output == &output_json)
		err = join__json(to->file, &report);
	else
		err = write_divided(joiner, to->file);
	if (!err)
		err = outfile__publish(to);
	if (err == -ENOMEM)
		return err;
	outfile__say(to, err);
	/* whoever reads our standard output may stop */
	if (err && !(err == -EPIPE && outfile__is_standard(to)))
		return EXIT_RUNTIME;
	return asked->strict && !whole ? EXIT_INCOMPLETE : EXIT_DONE;
}

/* Neither of the two is written over, by whichever name. Returns an exit code. */
static int find_output(struct joiner *joiner)
{
	const struct replay *const read[] = { joiner->guest.replay, joiner->dom0.replay };
	struct outfile *to = &joiner->to;

	if (outfile__find(to, joiner->asked->to))
		return EXIT_RUNTIME;
	to->mode = joiner->asked->mode;
	for (int i = 0; i < 2; i++) {
		if (!place__is(&to->place, replay__stat(read[i])))
			continue;
		elog("%s is a recording that is read: name another file for the output",
		     outfile__name(to));
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

/* Returns an exit code, or a negative errno: -ENOMEM, or another after a message. */
static int run(struct joiner *joiner)
{
	const struct joining *asked = joiner->asked;
	int code = replay__new(&joiner->guest.replay, asked->guest, &(struct span) {});

	if (!code)
		code = replay__new(&joiner->dom0.replay, asked->dom0, &(struct span) {});
	if (!code)
		code = find_output(joiner);
	/* the files may be anybody's */
	if (!code)
		code = outfile__open(&joiner->to) ?: rights__comparison(&joiner->to);
	if (!code)
		code = read_end(&joiner->guest);
	if (!code)
		code = read_end(&joiner->dom0);
	if (code)
		return code;
	code = join__build(&joiner->join, &(struct join_input) {
						  .front = joiner->guest.ledger,
						  .rear = joiner->dom0.ledger,
						  .guest = replay__platform(joiner->guest.replay),
						  .snap = &joiner->guest.total,
						  .domain = asked->domain,
					  });
	if (code == -ENOMEM)
		return code;
	return code ? say_why_not(joiner, code) : print(joiner);
}

static void free_end(struct end *end)
{
	ledger__free(end->ledger);
	snapshot__free(&end->total);
	replay__free(end->replay);
}

int joiner__run(const struct joining *asked)
{
	struct joiner *joiner = calloc(1, sizeof(*joiner));
	int code = -ENOMEM;

	if (joiner) {
		joiner->asked = asked;
		joiner->to.place.dir = -1;
		joiner->guest.file = asked->guest;
		joiner->dom0.file = asked->dom0;
		code = run(joiner);
		if (outfile__close(&joiner->to) && !code)
			code = EXIT_RUNTIME;
		join__free(&joiner->join);
		free_end(&joiner->guest);
		free_end(&joiner->dom0);
		free(joiner);
	}
	if (code == -ENOMEM)
		elog("out of memory");
	return code < 0 ? EXIT_RUNTIME : code;
}
