// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "model/hypercalls.h"
#include "output/check.h"
#include "output/escape.h"
#include "output/format.h"
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

int check__json(FILE *out, const struct platform *platform, const struct snapshot *snap)
{
	json_t *root = json_pack("{s:s,s:s,s:s,s:s,s:[],s:[]}", "schema", "xentrace-bpf/1", "type",
				 "check", "kernel", platform->kernel, "mode", platform->mode,
				 "probes", "not_visible");
	json_t *hidden = json_object_get(root, "not_visible");
	const struct unseen *unseen = NULL;
	json_t *probes = json_object_get(root, "probes");
	int err = root ? 0 : -ENOMEM;

	for (size_t i = 0; i < snap->nr_probes && root; i++) {
		const struct probe_status *probe = &snap->probes[i];

		json_array_append_new(probes,
				      json_pack("{s:s,s:s,s:s,s:b,s:s,s:s,s:s}", "family",
						probe->family, "hook", probe->name, "rung",
						rung__name(probe->rung), "applicable",
						probe->applicable, "purpose", probe->purpose,
						"cause", probe->cause, "fix", probe->fix));
	}
	while ((unseen = unseen__next(unseen, platform->boot)))
		json_array_append_new(hidden,
				      json_pack("{s:s,s:s,s:s}", "hypercall", unseen->hypercall,
						"what", unseen->what, "why", unseen->why));
	if (!err && json_dumpf(root, out, JSON_COMPACT | JSON_PRESERVE_ORDER))
		err = -ENOMEM;
	json_decref(root);
	fputc('\n', out);
	/* jansson says only that it failed: the stream knows more */
	return output__finish(out) ?: err;
}
