// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Two recordings, read into the statistics of what changed between them. */
#include <errno.h>

#include "base/log.h"
#include "run/rights.h"
#include "run/run.h"

struct side {
	struct replay *replay;
	unsigned int intervals;
	struct snapshot total; /* of its end */
	struct ledger *ledger;
};

struct compare {
	const struct comparison *asked;
	struct side side[DIFF_SIDES];
	struct outfile to;
};

static int open_sides(struct compare *compare)
{
	int err = 0;

	for (int i = 0; !err && i < DIFF_SIDES; i++)
		err = replay__new(&compare->side[i].replay, compare->asked->file[i],
				  &compare->asked->span[i]);
	return err;
}

/* Neither of the two is written over, by whichever name. Returns an exit code. */
static int find_output(struct compare *compare)
{
	struct outfile *to = &compare->to;

	if (outfile__find(to, compare->asked->to))
		return EXIT_RUNTIME;
	to->mode = compare->asked->mode;
	for (int i = 0; i < DIFF_SIDES; i++) {
		if (!place__is(&to->place, replay__stat(compare->side[i].replay)))
			continue;
		elog("%s is a recording that is read: name another file for the output",
		     outfile__name(to));
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

/* All of its intervals to the differ, or its total where it has none; and keep the last total. */
static int read_side(struct side *side, struct differ *differ, enum diff_side which)
{
	struct source *source = replay__source(side->replay);
	struct run_part part = {};
	int err = 0, got;

	source->shows_intervals = true;
	while (!err && (got = source->next(source, &part)) > 0) {
		if (part.kind == SINK_INTERVAL || !side->intervals)
			err = differ__add(differ, which, part.snap);
		if (!err && part.kind == SINK_TOTAL) {
			snapshot__free(&side->total);
			err = snapshot__delta(&side->total, part.snap, NULL);
		}
	}
	if (!err)
		err = got;
	if (err)
		return err;
	return ledger__build(&side->ledger, &side->total, replay__platform(side->replay));
}

static int write_diff(struct compare *compare, const struct diff *diff)
{
	const struct comparison *asked = compare->asked;
	struct diff_report report = { .diff = diff, .verbose = asked->verbose };
	struct outfile *to = &compare->to;
	int err;

	report.width = outfile__width(to);
	for (int i = 0; i < DIFF_SIDES; i++) {
		const struct side *side = &compare->side[i];

		report.file[i] = asked->file[i];
		report.run[i] = (struct report) {
			.run = &replay__header(side->replay)->run,
			.platform = replay__platform(side->replay),
			.snap = &side->total,
			.ledger = side->ledger,
		};
	}
	err = asked->output->diff(to->file, &report);
	if (!err)
		err = outfile__publish(to);
	outfile__say(to, err);
	/* whoever reads our standard output may stop */
	return err == -EPIPE && outfile__is_standard(to) ? 0 : err ? -EIO : 0;
}

/* Returns 0, -ENOMEM, or another negative errno after a message. */
static int judge(struct compare *compare)
{
	struct diff_run of[DIFF_SIDES];
	struct differ *differ = NULL;
	struct diff diff = {};
	int err = 0;

	for (int i = 0; !err && i < DIFF_SIDES; i++) {
		struct side *side = &compare->side[i];

		err = replay__intervals(side->replay, &side->intervals);
		of[i] = (struct diff_run) { replay__platform(side->replay), side->intervals };
	}
	if (!err)
		err = differ__new(&differ, of);
	for (int i = 0; !err && i < DIFF_SIDES; i++)
		err = read_side(&compare->side[i], differ, i);
	if (!err)
		err = differ__close(differ, &diff);
	if (!err)
		err = write_diff(compare, &diff);
	diff__free(&diff);
	differ__free(differ);
	return err;
}

static bool is_incomplete(const struct side *side)
{
	return replay__is_damaged(side->replay) || side->ledger->quality.incomplete;
}

static int run(struct compare *compare)
{
	int code, err;

	if (open_sides(compare))
		return EXIT_RUNTIME;
	code = find_output(compare);
	if (code)
		return code;
	/* the recordings may be anybody's */
	if (outfile__open(&compare->to) || rights__comparison(&compare->to))
		return EXIT_RUNTIME;
	err = judge(compare);
	if (err == -ENOMEM)
		elog("out of memory");
	if (err || outfile__close(&compare->to))
		return EXIT_RUNTIME;
	if (compare->asked->strict &&
	    (is_incomplete(&compare->side[0]) || is_incomplete(&compare->side[1])))
		return EXIT_INCOMPLETE;
	return EXIT_DONE;
}

int compare__run(const struct comparison *comparison)
{
	struct compare compare = { .asked = comparison, .to.place.dir = -1 };
	int code = run(&compare);

	outfile__close(&compare.to);
	for (int i = 0; i < DIFF_SIDES; i++) {
		ledger__free(compare.side[i].ledger);
		snapshot__free(&compare.side[i].total);
		replay__free(compare.side[i].replay);
	}
	return code;
}
