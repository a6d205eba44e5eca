// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The live view as an output of a run: each interval's books are kept, and drawn again when a key
 * or the terminal's size changes the view. A recording is played by a source of its own, which
 * gives the driver the interval on which the time cursor stands.
 */
#include "output/top.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "run/rights.h"
#include "run/run.h"
#include "run/signals.h"
#include "run/terminal.h"

#define NEVER (~0ull)

/* There is one terminal, so there is one view. */
static struct view {
	struct top top;
	struct screen screen;
	bool ends; /* a key said so, or nobody is there any more */
	/* A copy of what is shown, since keys draw it again. */
	struct report report;
	struct run_info run;
	struct snapshot snap;
	struct ledger *ledger;
} view;

static void drop_books(void)
{
	ledger__free(view.ledger);
	snapshot__free(&view.snap);
	view.ledger = NULL;
	view.report.snap = NULL;
	view.report.ledger = NULL;
}

static int draw(void)
{
	unsigned int width, height;

	terminal__size(&width, &height);
	if (width != view.screen.width || height != view.screen.height) {
		screen__free(&view.screen);
		if (screen__init(&view.screen, width, height))
			return -ENOMEM;
	}
	top__draw(&view.screen, &view.top, &view.report);
	terminal__show(&view.screen);
	return 0;
}

/* Handle all keys that were pressed. Has the view to be drawn again? */
static bool take_keys(void)
{
	bool resized = false, changed = false;
	enum top_key key;

	while (!view.ends && (key = terminal__key(&resized, &view.ends)) != TOP_KEY_NONE) {
		changed = true;
		view.ends = !top__press(&view.top, key, &view.report);
	}
	return changed || resized;
}

/* While the run waits: see signals__watch(). SIGINT ends the run, SIGCONT makes a player look again. */
static int on_input(void *arg)
{
	const bool *plays = arg;
	bool changed = take_keys();

	if (view.ends)
		return SIGINT;
	if (changed)
		draw();
	return changed && *plays ? SIGCONT : 0;
}

static int view__header(FILE *out, const struct report *report)
{
	(void)out;
	view.report = *report;
	view.run = *report->run;
	view.report.run = &view.run;
	return draw();
}

static int keep_books(const struct report *report)
{
	int err;

	drop_books();
	err = snapshot__delta(&view.snap, report->snap, NULL);
	if (err)
		return err;
	err = ledger__build(&view.ledger, &view.snap, report->platform);
	if (err) {
		snapshot__free(&view.snap);
		return err;
	}
	view.report.snap = &view.snap;
	view.report.ledger = view.ledger;
	return 0;
}

static int view__interval(FILE *out, const struct report *report)
{
	int err = 0;

	(void)out;
	take_keys();
	top__note(&view.top, report);
	if (!view.top.paused || !view.ledger)
		err = keep_books(report);
	return err ?: draw();
}

static const struct output output_view = {
	.name = "top",
	.extension = "",
	.header = view__header,
	.interval = view__interval,
	.total = output__nothing,
};

static int open_view(struct run *run, const struct top_options *options, unsigned int intervals)
{
	static const struct run_info nobody = {};
	int err;

	top__init(&view.top, intervals);
	view.report.run = &nobody;
	if (sinks__add(run->sinks, "-", &output_view))
		return EXIT_USAGE;
	err = terminal__open(options->color);
	if (err)
		return err == -ENOTTY ? EXIT_USAGE : EXIT_RUNTIME;
	/* programs are loaded before there is anything to show */
	draw();
	return EXIT_DONE;
}

static void close_view(void)
{
	signals__watch(-1, NULL, NULL);
	terminal__close();
	drop_books();
	screen__free(&view.screen);
}

static int run_live(struct run *run, const struct top_options *options)
{
	static bool plays;

	signals__watch(terminal__fd(), on_input, &plays);
	return live__run(run, options->live);
}

/* A recording as the time cursor goes through it. */
struct player {
	struct source source;
	struct replay *replay;
	unsigned int shown; /* the interval that was given last */
	uint64_t length_ns; /* that it lasted */
	uint64_t next_ns;   /* CLOCK_MONOTONIC: when the next one is due */
	bool plays;
};

static int give(struct player *player, struct run_part *part)
{
	int err = replay__interval(player->replay, view.top.at, part);

	if (err)
		return err;
	player->shown = view.top.at;
	player->length_ns = part->snap->end_ns - part->snap->start_ns;
	player->next_ns = clock__monotonic_ns() + player->length_ns / view.top.speed;
	return 1;
}

/* The next interval is due: go to it, or stop at the last one. */
static void play(void)
{
	if (view.top.at < view.top.intervals)
		view.top.at++;
	if (view.top.at == view.top.intervals)
		view.top.playing = false;
}

static int player__next(struct source *source, struct run_part *part)
{
	struct player *player = (struct player *)source;
	int signal;

	while (!view.ends) {
		if (view.top.at != player->shown)
			return give(player, part);
		signal = signals__wait(view.top.playing ? player->next_ns : NEVER, -1);
		if (signal == SIGINT || signal == SIGTERM || signal == SIGHUP)
			break;
		/* a key was pressed: from now on, this interval is shown for as long as it was */
		if (signal == SIGCONT)
			player->next_ns =
				clock__monotonic_ns() + player->length_ns / view.top.speed;
		else if (view.top.playing && clock__monotonic_ns() >= player->next_ns)
			play();
	}
	return 0;
}

static int run_replay(struct run *run, struct replay *replay)
{
	const struct sinks_use use = { .input = replay__stat(replay), .intervals = true };
	struct player player = {
		.source = { .next = player__next },
		.replay = replay,
		.plays = true,
	};
	int code, err = signals__open();

	if (err) {
		elog("cannot wait for signals: %s", strerror(-err));
		return EXIT_RUNTIME;
	}
	signals__watch(terminal__fd(), on_input, &player.plays);
	run->source = &player.source;
	run->report.run = &replay__header(replay)->run;
	run->report.platform = replay__platform(replay);
	run->damaged = replay__is_damaged(replay);
	code = run__open(run, &use);
	/* the recording may be anybody's */
	if (!code && rights__report(run))
		code = EXIT_RUNTIME;
	if (code)
		run__close(run);
	else
		code = run__follow(run);
	return code;
}

/* A recording that has no intervals is its whole. */
static int open_replay(struct replay **replay, const char *file, unsigned int *intervals)
{
	const struct span all = {};
	int err = replay__new(replay, file, &all);

	if (!err)
		err = replay__intervals(*replay, intervals);
	if (!err && !*intervals)
		*intervals = 1;
	return err;
}

int top__run(struct run *run, const struct top_options *options)
{
	struct replay *replay = NULL;
	unsigned int intervals = 0;
	int code = EXIT_DONE;

	if (options->file && open_replay(&replay, options->file, &intervals))
		code = EXIT_RUNTIME;
	if (!code)
		code = open_view(run, options, intervals);
	if (!code)
		code = replay ? run_replay(run, replay) : run_live(run, options);
	close_view();
	replay__free(replay);
	return code;
}
