// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "run/ring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "run/folder.h"
#include "run/outfile.h"

/* What goes at once when the oldest file goes: a part of all that is there. */
#define PARTS_OF_TIME  24
#define PARTS_OF_BYTES 16
/* But no file is longer or shorter, ns: what is read of an hour should be read soon. */
#define LONGEST	 (3600 * 1000000000ull)
#define SHORTEST 1000000000ull

/* The file that is written. */
struct current {
	char name[FOLDER_NAME], path[PATH_MAX];
	struct outfile to;
	void *state; /* output_recording's */
	bool open, kept;
	uint64_t start_ns, end_ns; /* since the epoch */
	uint64_t ended;		   /* the last interval; CLOCK_MONOTONIC, ns */
	unsigned int number;	   /* as struct folder_file */
	unsigned int intervals;
	struct snapshot sum;  /* of its intervals */
	struct report report; /* as the last of them; its snapshot and books apart */
};

struct ring {
	const char *path;
	int dir;
	mode_t mode;
	struct ring_limit limit;
	struct ring_limit file; /* of one; both are set */
	uint64_t hold_until;	/* CLOCK_MONOTONIC, ns: whatever the time of day is set to */
	struct current current;
};

static int fail(const struct ring *ring, int err)
{
	elog("%s: %s", ring->path, strerror(-err));
	return err;
}

/* The folder is there, and nobody else can put anything into it. */
static int open_folder(struct ring *ring)
{
	struct stat st;
	int err = 0;

	if (mkdir(ring->path, 0700) && errno != EEXIST)
		return fail(ring, -errno);
	ring->dir = open(ring->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (ring->dir < 0 || fstat(ring->dir, &st))
		return fail(ring, -errno);
	if (st.st_uid != geteuid() || st.st_mode & (S_IWGRP | S_IWOTH)) {
		elog("%s: others may write there: name a folder of your own", ring->path);
		return -EPERM;
	}
	if (flock(ring->dir, LOCK_EX | LOCK_NB))
		err = -errno;
	if (err == -EWOULDBLOCK)
		elog("%s: another recorder is at work there", ring->path);
	else if (err)
		fail(ring, err);
	return err;
}

static uint64_t clamp(uint64_t value, uint64_t least, uint64_t most)
{
	return value < least ? least : value > most ? most : value;
}

static int trim(struct ring *ring);

int ring__new(struct ring **out, const char *path, const struct ring_limit *limit, mode_t mode,
	      uint64_t longest)
{
	struct ring *ring = calloc(1, sizeof(*ring));
	int err;

	if (!ring) {
		elog("out of memory");
		return -ENOMEM;
	}
	ring->path = path;
	ring->mode = mode;
	ring->limit = *limit;
	longest = clamp(longest, SHORTEST, LONGEST);
	ring->file.ns = limit->ns ? clamp(limit->ns / PARTS_OF_TIME, SHORTEST, longest) : longest;
	ring->file.bytes = limit->bytes ? limit->bytes / PARTS_OF_BYTES : UINT64_MAX;
	ring->dir = -1;
	err = open_folder(ring);
	if (!err)
		err = trim(ring);
	if (err) {
		ring__free(ring);
		return err;
	}
	*out = ring;
	return 0;
}

static void close_file(struct current *current)
{
	if (current->state)
		output_recording.close(current->state);
	current->state = NULL;
	snapshot__free(&current->sum);
	current->open = false;
}

void ring__free(struct ring *ring)
{
	if (!ring)
		return;
	if (ring->current.open)
		outfile__close(&ring->current.to);
	close_file(&ring->current);
	if (ring->dir >= 0)
		close(ring->dir);
	free(ring);
}

/* Deleting. */

static bool is_too_much(const struct ring *ring, const struct folder_file *file, bool kept,
			struct ring_limit *sum, uint64_t now)
{
	const uint64_t length = file->end_ns > file->start_ns ? file->end_ns - file->start_ns : 0;

	sum->bytes += file->bytes;
	sum->ns += length;
	if (ring->limit.bytes)
		return sum->bytes > ring->limit.bytes - (kept ? 0 : ring->file.bytes);
	/* what is kept is as old as it is: it may be as long in all */
	return kept ? sum->ns > ring->limit.ns
		    : file->end_ns < now && now - file->end_ns > ring->limit.ns;
}

static size_t count_past(const struct folder *folder, uint64_t now)
{
	size_t nr = 0;

	while (nr < folder->nr && folder->files[nr].start_ns <= now)
		nr++;
	return nr;
}

/*
 * Of each kind the oldest go, until what is left is no more than may be. What began in the future was
 * recorded while the clock was wrong, before all that is from now on: it is the oldest.
 */
static int trim(struct ring *ring)
{
	const uint64_t now = clock__ns(CLOCK_REALTIME);
	struct ring_limit sums[2] = {};
	struct folder folder;
	int err = folder__list(&folder, ring->dir);
	const size_t past = err ? 0 : count_past(&folder, now);

	for (size_t i = folder.nr; !err && i > 0; i--) {
		const struct folder_file *file = &folder.files[(i - 1 + past) % folder.nr];

		if (ring->current.open && !strcmp(file->name, ring->current.name))
			continue;
		if (is_too_much(ring, file, file->kept, &sums[file->kept], now) &&
		    unlinkat(ring->dir, file->name, 0) && errno != ENOENT)
			err = -errno;
	}
	folder__free(&folder);
	return err ? fail(ring, err) : 0;
}

/* Writing. */

/* A name that is not there yet: the recorder may have been started again within the second. */
static int find_name(struct ring *ring, struct current *current)
{
	char other[FOLDER_NAME];

	for (current->number = 1; current->number < 1000; current->number++) {
		if (!folder__name(current->name, current->start_ns, current->number,
				  current->kept) ||
		    !folder__name(other, current->start_ns, current->number, !current->kept))
			return -EOVERFLOW;
		if (faccessat(ring->dir, current->name, F_OK, AT_SYMLINK_NOFOLLOW) &&
		    faccessat(ring->dir, other, F_OK, AT_SYMLINK_NOFOLLOW))
			return errno == ENOENT ? 0 : -errno;
	}
	return -EEXIST;
}

static int begin_file(struct ring *ring, const struct report *report, uint64_t start_ns)
{
	struct current *current = &ring->current;
	int err;

	*current = (struct current) {
		.start_ns = start_ns,
		.kept = report->snap->start_ns < ring->hold_until,
		.report = *report,
	};
	err = find_name(ring, current);
	if (err)
		return fail(ring, err);
	STR_SET(current->path, "%s/%s", ring->path, current->name);
	current->state = output_recording.open();
	err = current->state ? outfile__make(&current->to, ring->dir, current->name, current->path,
					     ring->mode)
			     : -ENOMEM;
	if (err)
		return err == -ENOMEM ? fail(ring, err) : err;
	current->open = true;
	current->report.state = current->state;
	err = output_recording.header(current->to.file, &current->report);
	if (!err)
		err = outfile__publish(&current->to);
	outfile__say(&current->to, err);
	return err;
}

/* With its total, which is on the disk then. */
static int end_file(struct ring *ring)
{
	struct current *current = &ring->current;
	struct report *report = &current->report;
	int err, closed;

	report->snap = &current->sum;
	report->interval_no = current->intervals;
	err = output_recording.total(current->to.file, report);
	if (!err && fsync(fileno(current->to.file)))
		err = -errno;
	closed = outfile__close(&current->to);
	outfile__say(&current->to, err ? err : closed);
	close_file(current);
	return err ? err : closed;
}

/*
 * When it began by the time of day, as that is now: the clock was set since the run began, or the
 * guest slept.
 */
static uint64_t wall_start(const struct snapshot *snap)
{
	return clock__ns(CLOCK_REALTIME) - (clock__monotonic_ns() - snap->start_ns);
}

static bool is_full(const struct ring *ring)
{
	const struct current *current = &ring->current;
	const off_t bytes = ftello(current->to.file);

	return current->end_ns - current->start_ns >= ring->file.ns ||
	       (uint64_t)bytes >= ring->file.bytes ||
	       (current->kept && current->ended >= ring->hold_until);
}

static int write_interval(struct ring *ring, const struct snapshot *snap)
{
	struct current *current = &ring->current;
	struct report *report = &current->report;
	int err;

	report->snap = snap;
	report->interval_no = ++current->intervals;
	err = output_recording.interval(current->to.file, report);
	if (!err)
		err = outfile__check(&current->to);
	outfile__say(&current->to, err);
	if (!err)
		err = snapshot__add(&current->sum, snap);
	current->end_ns = snap->wall_start_ns + (snap->end_ns - snap->start_ns);
	current->ended = snap->end_ns;
	return err;
}

int ring__interval(struct ring *ring, const struct report *report)
{
	struct snapshot snap = *report->snap;
	int err = 0;

	snap.wall_start_ns = wall_start(&snap);
	if (!ring->current.open)
		err = begin_file(ring, report, snap.wall_start_ns);
	if (!err)
		err = write_interval(ring, &snap);
	if (err || !is_full(ring))
		return err;
	err = end_file(ring);
	return err ? err : trim(ring);
}

int ring__end(struct ring *ring)
{
	return ring->current.open ? end_file(ring) : 0;
}

/* Keeping. */

static int keep(struct ring *ring, const char *name, uint64_t start_ns, unsigned int number,
		char kept[FOLDER_NAME])
{
	if (!folder__name(kept, start_ns, number, true))
		return -EOVERFLOW;
	/* one that is gone was the oldest */
	if (renameat(ring->dir, name, ring->dir, kept) && errno != ENOENT)
		return -errno;
	return 0;
}

int ring__hold(struct ring *ring, uint64_t before_ns, uint64_t after_ns)
{
	const uint64_t now = clock__ns(CLOCK_REALTIME),
		       from = now > before_ns ? now - before_ns : 0;
	const uint64_t until = clock__monotonic_ns() + after_ns;
	struct current *current = &ring->current;
	char kept[FOLDER_NAME];
	struct folder folder;
	int err = folder__list(&folder, ring->dir);

	ring->hold_until = until > ring->hold_until ? until : ring->hold_until;
	for (size_t i = 0; !err && i < folder.nr; i++) {
		const struct folder_file *file = &folder.files[i];

		if (file->kept || file->end_ns < from)
			continue;
		err = keep(ring, file->name, file->start_ns, file->number, kept);
		if (err || !current->open || strcmp(file->name, current->name))
			continue;
		strcpy(current->name, kept);
		STR_SET(current->path, "%s/%s", ring->path, kept);
		current->kept = true;
	}
	folder__free(&folder);
	return err ? fail(ring, err) : 0;
}
