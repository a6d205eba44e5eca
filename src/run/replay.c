// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A run that was recorded, part by part. */
#include "run/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* Was it cut meanwhile? What it says then makes no sense either. */
static int check(const struct tape *tape)
{
	if (mapping__is_whole(&tape->mapping))
		return 0;
	elog("cannot read %s: it was cut while it was read, or its disk fails", tape->name);
	return -EIO;
}

int tape__open(struct tape *tape, int dir, const char *file, const char *name, bool may_be_gone)
{
	int err = mapping__open(&tape->mapping, dir, file);
	const char *why;

	tape->name = name;
	tape->reader = NULL;
	if (err) {
		if (may_be_gone && err == -ENOENT)
			return err;
		elog("cannot read %s: %s", name,
		     err == -ESPIPE ? "not a regular file" : strerror(-err));
		return err;
	}
	err = reader__new(&tape->reader, tape->mapping.data, tape->mapping.size, &why);
	if (check(tape)) {
		err = -EIO;
	} else if (err == -ENODATA && may_be_gone) {
		err = -ENOENT;
	} else if (err) {
		elog("%s %s", name, why);
		if (err == -ENODATA)
			err = -EBADMSG;
	}
	if (err)
		tape__close(tape);
	return err;
}

void tape__close(struct tape *tape)
{
	reader__free(tape->reader);
	tape->reader = NULL;
	mapping__close(&tape->mapping);
}

int tape__next(struct tape *tape, enum part_kind *kind, const struct recording_part **part)
{
	const char *why;
	int err = reader__next(tape->reader, kind, part, &why);

	if (check(tape))
		return -EIO;
	if (!err)
		return 0;
	elog("%s %s", tape->name, why);
	return -EIO;
}

/* One as it is. */
struct whole {
	struct replay replay;
	struct tape tape;
	bool begun;
};

static int whole__next(struct source *source, struct run_part *part)
{
	struct whole *whole = (struct whole *)source;
	struct reader *reader = whole->tape.reader;
	const struct recording_part *from;
	enum part_kind kind = PART_END;
	int err;

	if (!whole->begun && !source->shows_intervals && !source->draws_course)
		reader__skip_intervals(reader, true);
	whole->begun = true;
	err = tape__next(&whole->tape, &kind, &from);
	if (err || kind == PART_END)
		return err;
	part->kind = kind == PART_INTERVAL ? SINK_INTERVAL : SINK_TOTAL;
	part->snap = &from->snap;
	part->interval_no = from->interval_no;
	part->unasked = kind == PART_INTERVAL && !source->shows_intervals;
	part->last = kind == PART_TOTAL && reader__at_end(reader);
	return 1;
}

static int whole__count(struct replay *replay, unsigned int *nr)
{
	*nr = reader__intervals(((struct whole *)replay)->tape.reader);
	return 0;
}

static void whole__rewind(struct replay *replay)
{
	reader__rewind(((struct whole *)replay)->tape.reader);
}

static void whole__free(struct replay *replay)
{
	struct whole *whole = (struct whole *)replay;

	tape__close(&whole->tape);
	free(whole);
}

static int whole__new(struct replay **out, const char *name)
{
	struct whole *whole = calloc(1, sizeof(*whole));
	int err;

	if (!whole) {
		elog("out of memory");
		return -ENOMEM;
	}
	err = tape__open(&whole->tape, AT_FDCWD, name, name, false);
	if (err) {
		free(whole);
		return err;
	}
	whole->replay = (struct replay) {
		.source = { .next = whole__next },
		.name = name,
		.header = reader__header(whole->tape.reader),
		.st = whole->tape.mapping.st,
		.damaged = reader__damage(whole->tape.reader),
		.count = whole__count,
		.rewind = whole__rewind,
		.free = whole__free,
	};
	if (whole->replay.damaged)
		elog("%s %s", name, reader__damage(whole->tape.reader));
	*out = &whole->replay;
	return 0;
}

int replay__new(struct replay **out, const char *name, const struct span *span)
{
	struct stat st;

	if (span__is_said(span) || (!stat(name, &st) && S_ISDIR(st.st_mode)))
		return excerpt__new(out, name, span);
	return whole__new(out, name);
}

void replay__free(struct replay *replay)
{
	if (replay)
		replay->free(replay);
}

struct source *replay__source(struct replay *replay)
{
	return &replay->source;
}

const struct recording_header *replay__header(const struct replay *replay)
{
	return replay->header;
}

const struct platform *replay__platform(const struct replay *replay)
{
	return replay->header->has_platform ? &replay->header->platform : NULL;
}

int replay__intervals(struct replay *replay, unsigned int *nr)
{
	return replay->count(replay, nr);
}

/* Parts can be read in their order only: what lies before begins again. */
int replay__interval(struct replay *replay, unsigned int nr, struct run_part *part)
{
	int got = 1;

	replay->source.shows_intervals = true;
	if (nr <= replay->at) {
		replay->rewind(replay);
		replay->at = 0;
	}
	while (replay->at < nr && got > 0) {
		*part = (struct run_part) {};
		got = replay->source.next(&replay->source, part);
		/* what has no intervals has a whole */
		replay->at += got > 0 && (part->kind == SINK_INTERVAL || part->last);
	}
	if (!got)
		elog("%s ends before interval %u", replay->name, nr);
	part->kind = SINK_INTERVAL;
	part->interval_no = nr;
	return got > 0 ? 0 : got ? got : -EIO;
}

int replay__total(struct replay *replay, struct snapshot *total)
{
	struct run_part part = {};
	int got;

	while ((got = replay->source.next(&replay->source, &part)) > 0) {
		int err;

		if (part.kind != SINK_TOTAL)
			continue;
		snapshot__free(total);
		err = snapshot__delta(total, part.snap, NULL);
		if (err)
			return err;
	}
	return got;
}

bool replay__is_damaged(const struct replay *replay)
{
	return replay->damaged;
}

const struct stat *replay__stat(const struct replay *replay)
{
	return &replay->st;
}
