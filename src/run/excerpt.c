// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a folder of recordings, or one of them, has of a span of time, as one run. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "model/splice.h"
#include "recording/coding.h"
#include "run/folder.h"
#include "run/replay.h"

/* Of one span; each is open, since what a sum says of losses and probes is in its memory. */
#define TAPES_MAX 1024

struct one {
	struct tape tape;
	char name[PATH_MAX];
};

struct excerpt {
	struct replay replay;
	uint64_t from, to; /* ns since the epoch; `to` is not in it */
	struct one **tapes;
	size_t nr;
	size_t at; /* which is read */
	bool reading, ended;
	struct recording_header header; /* lists and texts are its tapes' */
	struct splice splice;
	unsigned int intervals;
	struct snapshot given; /* an interval, as long as it is the outputs' */
};

static bool is_inside(const struct excerpt *excerpt, const struct snapshot *snap)
{
	return snap->wall_start_ns >= excerpt->from && snap->wall_start_ns < excerpt->to;
}

static uint64_t run_of(const struct tape *tape)
{
	return reader__header(tape->reader)->run.wall_start_ns;
}

static int add_up(struct excerpt *excerpt, struct tape *tape, struct snapshot *part)
{
	int err = splice__add(&excerpt->splice, part, run_of(tape));

	if (err == -EXDEV)
		elog("%s is about other disks, NICs or probes than what came before it: name a "
		     "span without it",
		     tape->name);
	else if (err)
		elog("out of memory");
	return err ? -EIO : 0;
}

/*
 * Where nobody wants intervals and all of the tape is inside, its total says it. Returns 1 for that,
 * 0 for a tape that has to be read, or a negative errno after a message.
 */
static int add_total(struct excerpt *excerpt, struct tape *tape)
{
	const struct recording_part *part;
	struct snapshot snap;
	enum part_kind kind;
	bool inside;
	int err;

	reader__skip_intervals(tape->reader, true);
	do {
		err = tape__next(tape, &kind, &part);
		if (err)
			return err;
	} while (kind != PART_END && !(kind == PART_TOTAL && reader__at_end(tape->reader)));
	inside = kind == PART_TOTAL && is_inside(excerpt, &part->snap) &&
		 snapshot__wall_end(&part->snap) <= excerpt->to;
	if (inside) {
		snap = part->snap;
		err = add_up(excerpt, tape, &snap);
		excerpt->intervals += reader__intervals(tape->reader);
	}
	reader__rewind(tape->reader);
	reader__skip_intervals(tape->reader, false);
	return err ? err : inside;
}

/* The next interval of this tape that is inside. Returns 1, 0 at its end, or a negative errno. */
static int next_inside(struct excerpt *excerpt, struct tape *tape,
		       const struct recording_part **part)
{
	enum part_kind kind;
	int err;

	do {
		err = tape__next(tape, &kind, part);
		if (err || kind == PART_END)
			return err;
	} while (kind != PART_INTERVAL || !is_inside(excerpt, &(*part)->snap));
	return 1;
}

static int give_total(struct excerpt *excerpt, struct run_part *part)
{
	struct snapshot *sum = &excerpt->splice.sum;

	excerpt->ended = true;
	if (!excerpt->splice.nr) {
		elog("%s has no interval of that time", excerpt->replay.name);
		return -EIO;
	}
	for (size_t i = 0; i < sum->nr_paths; i++)
		buckets__share(&sum->paths[i].hist);
	if (excerpt->splice.gaps)
		elog("%s: %.1f s of that time were not recorded", excerpt->replay.name,
		     excerpt->splice.gaps / 1e9);
	*part = (struct run_part) {
		.kind = SINK_TOTAL,
		.snap = sum,
		.interval_no = excerpt->intervals,
		.last = true,
	};
	return 1;
}

/* It is the whole's clock that the outputs see. */
static int give_interval(struct excerpt *excerpt, struct tape *tape,
			 const struct recording_part *from, struct run_part *part)
{
	int err = snapshot__delta(&excerpt->given, &from->snap, NULL);

	if (!err)
		err = add_up(excerpt, tape, &excerpt->given);
	if (err)
		return err;
	part->kind = SINK_INTERVAL;
	part->snap = &excerpt->given;
	part->interval_no = ++excerpt->intervals;
	part->unasked = !excerpt->replay.source.shows_intervals;
	return 1;
}

static int excerpt__next(struct source *source, struct run_part *part)
{
	struct excerpt *excerpt = (struct excerpt *)source;
	const bool wants = source->shows_intervals || source->draws_course;
	const struct recording_part *from;
	int got;

	snapshot__free(&excerpt->given);
	for (; excerpt->at < excerpt->nr; excerpt->at++, excerpt->reading = false) {
		struct tape *tape = &excerpt->tapes[excerpt->at]->tape;

		got = excerpt->reading || wants ? 0 : add_total(excerpt, tape);
		excerpt->reading = true;
		if (got < 0)
			return got;
		while (!got && (got = next_inside(excerpt, tape, &from)) > 0) {
			got = give_interval(excerpt, tape, from, part);
			if (got < 0 || wants)
				return got;
			snapshot__free(&excerpt->given);
			got = 0;
		}
		if (got < 0)
			return got;
	}
	return excerpt->ended ? 0 : give_total(excerpt, part);
}

/* By reading all of them: for a diff, which has to know it before. */
static int excerpt__count(struct replay *replay, unsigned int *nr)
{
	struct excerpt *excerpt = (struct excerpt *)replay;
	const struct recording_part *part;
	int got = 0;

	*nr = 0;
	for (size_t i = 0; got >= 0 && i < excerpt->nr; i++) {
		struct tape *tape = &excerpt->tapes[i]->tape;

		while ((got = next_inside(excerpt, tape, &part)) > 0)
			++*nr;
		reader__rewind(tape->reader);
	}
	return got;
}

static void excerpt__rewind(struct replay *replay)
{
	struct excerpt *excerpt = (struct excerpt *)replay;

	for (size_t i = 0; i < excerpt->nr; i++)
		reader__rewind(excerpt->tapes[i]->tape.reader);
	splice__free(&excerpt->splice);
	excerpt->splice = (struct splice) {};
	excerpt->at = excerpt->intervals = 0;
	excerpt->reading = excerpt->ended = false;
}

static void excerpt__free(struct replay *replay)
{
	struct excerpt *excerpt = (struct excerpt *)replay;

	splice__free(&excerpt->splice);
	snapshot__free(&excerpt->given);
	for (size_t i = 0; i < excerpt->nr; i++) {
		tape__close(&excerpt->tapes[i]->tape);
		free(excerpt->tapes[i]);
	}
	free(excerpt->tapes);
	free(excerpt);
}

/*
 * Add this file. One that is gone by now, or has no figures yet, is none. Returns 0 or a negative
 * errno after a message.
 */
static int add_tape(struct excerpt *excerpt, int dir, const char *file, const char *name)
{
	struct one *one;
	int err;

	if (excerpt->nr == TAPES_MAX) {
		elog("%s: more than %d files in that time: name a shorter one",
		     excerpt->replay.name, TAPES_MAX);
		return -E2BIG;
	}
	one = calloc(1, sizeof(*one));
	if (!one) {
		elog("out of memory");
		return -ENOMEM;
	}
	STR_SET(one->name, "%s", name);
	err = tape__open(&one->tape, dir, file, one->name, true);
	if (err) {
		free(one);
		excerpt->replay.damaged |= err != -ENOENT;
		/* of what is damaged the others do not suffer, as it was said */
		return err == -EIO || err == -EBADMSG || err == -EPROTO || err == -ENOENT ? 0 : err;
	}
	/* what a recorder that was killed left lacks its end, and what is being written has none */
	if (reader__damage(one->tape.reader) && !reader__is_cut(one->tape.reader)) {
		elog("%s %s", name, reader__damage(one->tape.reader));
		excerpt->replay.damaged = true;
	}
	excerpt->tapes[excerpt->nr++] = one;
	return 0;
}

/* Where the last of these ends, by what is in it: 0 if nothing is. */
static uint64_t find_end(int dir, const struct folder *folder, const char *name)
{
	const struct recording_part *part;
	struct tape tape = {};
	enum part_kind kind;
	uint64_t end = 0;

	for (size_t i = folder->nr; !end && i > 0; i--) {
		if (tape__open(&tape, dir, folder->files[i - 1].name, name, true))
			continue;
		reader__skip_intervals(tape.reader, true);
		while (!tape__next(&tape, &kind, &part) && kind != PART_END)
			end = snapshot__wall_end(&part->snap);
		tape__close(&tape);
	}
	return end;
}

static int resolve(struct excerpt *excerpt, const struct span *span, uint64_t end)
{
	if (span__resolve(span, end, &excerpt->from, &excerpt->to))
		return 0;
	elog("%s: that time ends before it begins", excerpt->replay.name);
	return -EINVAL;
}

static int add_files(struct excerpt *excerpt, int dir, const struct folder *folder)
{
	char name[PATH_MAX];
	int err = 0;

	for (size_t i = 0; !err && i < folder->nr; i++) {
		const struct folder_file *file = &folder->files[i], *next = file + 1;

		/* names say whole seconds; what a name says wrongly its intervals know */
		if (file->start_ns >= excerpt->to ||
		    (i + 1 < folder->nr && next->start_ns >= file->start_ns &&
		     next->start_ns + 1000000000 <= excerpt->from))
			continue;
		STR_SET(name, "%s/%s", excerpt->replay.name, file->name);
		err = add_tape(excerpt, dir, file->name, name);
	}
	return err;
}

static int open_folder(struct excerpt *excerpt, int dir, const struct span *span)
{
	struct folder folder;
	int err = folder__list(&folder, dir);

	if (err) {
		elog("cannot read %s: %s", excerpt->replay.name, strerror(-err));
		return err;
	}
	err = resolve(excerpt, span, find_end(dir, &folder, excerpt->replay.name));
	if (!err)
		err = add_files(excerpt, dir, &folder);
	folder__free(&folder);
	return err;
}

static int open_file(struct excerpt *excerpt, const struct span *span)
{
	const struct recording_part *part;
	enum part_kind kind = PART_INTERVAL;
	struct reader *reader;
	uint64_t end = 0;
	int err = add_tape(excerpt, AT_FDCWD, excerpt->replay.name, excerpt->replay.name);

	if (err || !excerpt->nr)
		return err;
	reader = excerpt->tapes[0]->tape.reader;
	reader__skip_intervals(reader, true);
	while (!err && kind != PART_END) {
		err = tape__next(&excerpt->tapes[0]->tape, &kind, &part);
		if (!err && kind != PART_END)
			end = snapshot__wall_end(&part->snap);
	}
	reader__rewind(reader);
	reader__skip_intervals(reader, false);
	return err ? err : resolve(excerpt, span, end);
}

/* Of the first one, but for devices that were found later. */
static void make_header(struct excerpt *excerpt)
{
	const struct recording_header *first, *last;

	first = reader__header(excerpt->tapes[0]->tape.reader);
	last = reader__header(excerpt->tapes[excerpt->nr - 1]->tape.reader);
	excerpt->header = *first;
	excerpt->header.has_platform = last->has_platform;
	excerpt->header.platform = last->platform;
	excerpt->replay.header = &excerpt->header;
}

int excerpt__new(struct replay **out, const char *name, const struct span *span)
{
	struct excerpt *excerpt = calloc(1, sizeof(*excerpt));
	int err, dir;

	if (excerpt)
		excerpt->tapes = calloc(TAPES_MAX, sizeof(struct one *));
	if (!excerpt || !excerpt->tapes) {
		elog("out of memory");
		free(excerpt);
		return -ENOMEM;
	}
	excerpt->replay = (struct replay) {
		.source = { .next = excerpt__next },
		.name = name,
		.count = excerpt__count,
		.rewind = excerpt__rewind,
		.free = excerpt__free,
	};
	dir = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir >= 0 && !fstat(dir, &excerpt->replay.st)) {
		err = open_folder(excerpt, dir, span);
	} else {
		err = open_file(excerpt, span);
		if (excerpt->nr)
			excerpt->replay.st = excerpt->tapes[0]->tape.mapping.st;
	}
	if (dir >= 0)
		close(dir);
	if (!err && !excerpt->nr) {
		elog("%s has no recording%s", name, span__is_said(span) ? " of that time" : "");
		err = -ENOENT;
	}
	if (err) {
		excerpt__free(&excerpt->replay);
		return err;
	}
	make_header(excerpt);
	*out = &excerpt->replay;
	return 0;
}
