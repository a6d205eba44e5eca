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

/* clang-format off */

JSON_NAMES(rung, "rung", rung__name, RUNG_KPROBE + 1);

JSON_FROM(platform_of, ((const struct check *)json->all)->platform)
JSON_FROM(snap_of, ((const struct check *)json->all)->snap)

static const struct json_member hook_members[] = {
	SHOW(struct probe_status, family),
	SHOW_AS("hook", struct probe_status, name),
	SHOW_ENUM("rung", struct probe_status, rung, rung_names),
	SHOW(struct probe_status, applicable, "false: belongs to another kind of guest."),
	SHOW(struct probe_status, purpose, "What it gives."),
	SHOW(struct probe_status, cause, "Why it is off."),
	SHOW(struct probe_status, fix),
};
static JSON_SHAPE(hook, "A probe, and by what it can be attached.");

static const struct json_member unseen_members[] = {
	SHOW(struct unseen, hypercall),
	SHOW(struct unseen, what, "Who makes it."),
	SHOW(struct unseen, why),
};
static JSON_SHAPE(unseen, "A hypercall that no probe times.");

static void put_not_visible(struct json *json, const char *key)
{
	const struct check *check = json->all;
	const struct unseen *unseen = NULL;

	json__open(json, key, '[');
	while ((unseen = unseen__next(unseen, check->platform->boot)))
		json__object(json, NULL, &unseen_shape, unseen);
	json__close(json, ']');
}

static const struct json_member check_members[] = {
	SHOW(struct platform, kernel, .from = platform_of),
	SHOW(struct platform, mode, .from = platform_of),
	SHOW_LIST("probes", struct snapshot, probes, nr_probes, hook_shape, .from = snap_of),
	SHOW_BY(put_not_visible, "not_visible", MEMBER_LIST, .shape = &unseen_shape),
};
static JSON_SHAPE(check, NULL);

/* clang-format on */

const struct json_document json_check = {
	.type = "check",
	.text = "The line of `xentrace-bpf check --json`.",
	.shape = &check_shape,
};

int check__json(FILE *out, const struct platform *platform, const struct snapshot *snap)
{
	const struct check check = { platform, snap, true };

	return json__document(out, &json_check, &check, &check);
}
