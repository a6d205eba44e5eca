// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "model/hypercalls.h"
#include "output/check.h"
#include "output/json.h"
#include "output/text.h"

/*
 * blk        block_rq_issue                 tp_btf  disk requests: queue, start of the device
 *            blk_mq_complete_request        off     device, handler and finish apart
 *              cause: fentry refused: Operation not permitted
 *              fix:   allow them: …
 *            blkif_queue_rq                 off     blkfront: submit, CPU time
 *
 * The second is off for the same cause as the first: one that is not repeated.
 */
static void print_probe(FILE *out, const struct probe_status *probe, bool first,
			const struct probe_status **off)
{
	fprintf(out, "%-10s %-31s %-7s %s\n", first ? probe->family : "", probe->name,
		rung__name(probe->rung), probe->purpose);
	if (probe->rung != RUNG_OFF || !probe->applicable)
		return;
	if (*off && strcmp((*off)->cause, probe->cause) == 0)
		return;
	*off = probe;
	fprintf(out, "%13scause: %s\n", "", probe->cause);
	if (probe->fix[0])
		fprintf(out, "%13sfix:   %s\n", "", probe->fix);
}

/* What no probe is for: silence would read as "does not happen". */
static void print_unseen(FILE *out, enum boot boot)
{
	const struct unseen *unseen = unseen__next(NULL, boot);

	if (!unseen)
		return;
	fputs("\nNOT VISIBLE as hypercalls, whose time stays with whoever makes them\n", out);
	for (; unseen; unseen = unseen__next(unseen, boot))
		fprintf(out, "%-34s %s\n%35s%s\n", unseen->hypercall, unseen->what, "",
			unseen->why);
}

struct check {
	const struct platform *platform;
	const struct snapshot *snap;
	bool all;
};

static void print(const struct text_page *page, const void *what)
{
	const struct check *check = what;
	const struct platform *platform = check->platform;
	const struct snapshot *snap = check->snap;
	FILE *out = page->out;
	size_t on = 0, of = 0, elsewhere = 0;
	const struct probe_status *off = NULL;
	const char *family = "";

	fprintf(out, "%-10s %-31s %-7s %s\n", "FAMILY", "HOOK", "BY", "GIVES");
	for (size_t i = 0; i < snap->nr_probes; i++) {
		const struct probe_status *probe = &snap->probes[i];

		on += probe->rung != RUNG_OFF;
		of += probe->applicable;
		elsewhere += !probe->applicable;
		if (!probe->applicable && !check->all)
			continue;
		print_probe(out, probe, strcmp(family, probe->family) != 0, &off);
		family = probe->family;
	}
	fprintf(out, "\n%zu of %zu probes can be attached on Linux %s (%s)", on, of,
		platform->kernel, platform->mode);
	if (elsewhere && !check->all)
		fprintf(out, "; %zu more are for other guests (-v)", elsewhere);
	fputc('\n', out);
	print_unseen(out, platform->boot);
}

int check__text(FILE *out, const struct platform *platform, const struct snapshot *snap, bool all,
		unsigned int width)
{
	const struct check check = { platform, snap, all };

	return text__print(out, width, print, &check);
}

static void put_probe(struct json *json, const struct probe_status *probe)
{
	json__str(json, "family", probe->family);
	json__str(json, "hook", probe->name);
	json__str(json, "rung", rung__name(probe->rung));
	json__bool(json, "applicable", probe->applicable);
	json__str(json, "purpose", probe->purpose);
	json__str(json, "cause", probe->cause);
	json__str(json, "fix", probe->fix);
}

static void put_unseen(struct json *json, const struct unseen *unseen)
{
	json__open(json, NULL, '{');
	json__str(json, "hypercall", unseen->hypercall);
	json__str(json, "what", unseen->what);
	json__str(json, "why", unseen->why);
	json__close(json, '}');
}

int check__json(FILE *out, const struct platform *platform, const struct snapshot *snap)
{
	const struct unseen *unseen = NULL;
	struct json json = { .out = out };

	json__begin(&json, "check");
	json__str(&json, "kernel", platform->kernel);
	json__str(&json, "mode", platform->mode);
	JSON_LIST(&json, "probes", snap->probes, snap->nr_probes, put_probe);
	json__open(&json, "not_visible", '[');
	while ((unseen = unseen__next(unseen, platform->boot)))
		put_unseen(&json, unseen);
	json__close(&json, ']');
	return json__end(&json);
}
