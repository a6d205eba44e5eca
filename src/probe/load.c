// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "base/log.h"
#include "probe/choose.h"
#include "probe/load.h"
#include "probe/needs.h"
#include "probe/said.h"
#include "probe/shortage.h"

static bool in_family(int id, const struct family *family)
{
	return strcmp(probe_table[id].family, family->name) == 0;
}

/* The programs of a probe on its rung; entry may be its only one. */
static void programs_of(const struct probe *probe, enum rung rung, const char **entry,
			const char **exit)
{
	*entry = *exit = NULL;
	switch (rung) {
	case RUNG_TP_BTF:
		*entry = probe->tp;
		break;
	case RUNG_FENTRY:
		*entry = probe->fentry;
		*exit = probe->fexit;
		break;
	case RUNG_KPROBE:
		*entry = probe->kprobe;
		*exit = probe->kretprobe;
		break;
	default:
		break;
	}
}

static struct bpf_program *find(const struct loaded *loaded, const char *name)
{
	return name ? bpf_object__find_program_by_name(loaded->object, name) : NULL;
}

static void enable(const struct loaded *loaded, const char *name, const struct attempt *attempt,
		   const struct probe *probe)
{
	struct bpf_program *prog = find(loaded, name);

	if (!prog)
		return;
	bpf_program__set_autoload(prog, true);
	if (attempt->rung == RUNG_FENTRY && attempt->target != probe->hook)
		bpf_program__set_attach_target(prog, 0, attempt->target);
}

/* Turn off, and detach, what another's being off would make count what is not so. */
static void drop_needy(struct loader *loader)
{
	enum xt_probe probe, missing;
	bool on[XT_PROBE_NR];

	for (int i = 0; i < XT_PROBE_NR; i++)
		on[i] = loader->attempts[i].rung != RUNG_OFF;
	while (needs__unmet(on, &probe, &missing)) {
		struct attempt *attempt = &loader->attempts[probe];

		for (int k = 0; k < 2; k++) {
			bpf_link__destroy(attempt->link[k]);
			attempt->link[k] = NULL;
		}
		on[probe] = false;
		attempt->rung = RUNG_OFF;
		snprintf(attempt->cause, sizeof(attempt->cause),
			 "it would count what is not so without %s, which is off",
			 probe_table[missing].hook);
		snprintf(attempt->fix, sizeof(attempt->fix), "as for that one");
	}
}

/* Switch on the programs that the rungs name; false when there are none. */
static bool enable_chosen(struct loader *loader, const struct loaded *loaded)
{
	const char *entry, *exit;
	bool any = false;

	for (int i = 0; i < XT_PROBE_NR; i++) {
		if (in_family(i, loaded->family))
			choose(&probe_table[i], &loader->attempts[i], loader);
	}
	drop_needy(loader);
	for (int i = 0; i < XT_PROBE_NR; i++) {
		const struct attempt *attempt = &loader->attempts[i];

		if (!in_family(i, loaded->family))
			continue;
		programs_of(&probe_table[i], attempt->rung, &entry, &exit);
		enable(loaded, entry, attempt, &probe_table[i]);
		enable(loaded, exit, attempt, &probe_table[i]);
		any |= entry || exit;
	}
	for (unsigned int i = 0; loaded->family->extras && loaded->family->extras[i]; i++) {
		if (!(loader->extras_refused & (1u << i)))
			bpf_program__set_autoload(find(loaded, loaded->family->extras[i]), true);
	}
	return any;
}

/* The probe of a program that libbpf named; -1 for one that is no probe's. */
static int probe_of(const char *program)
{
	const char *entry, *exit;

	for (int i = 0; i < XT_PROBE_NR; i++) {
		for (enum rung rung = RUNG_TP_BTF; rung <= RUNG_KPROBE; rung++) {
			programs_of(&probe_table[i], rung, &entry, &exit);
			if ((entry && strcmp(entry, program) == 0) ||
			    (exit && strcmp(exit, program) == 0))
				return i;
		}
	}
	return -1;
}

/* Do without a program that is no probe's: what it gives is then not known. */
static bool drop_extra(struct loader *loader, const struct family *family, const char *program)
{
	for (unsigned int i = 0; family->extras && family->extras[i]; i++) {
		if (strcmp(family->extras[i], program) == 0) {
			loader->extras_refused |= 1u << i;
			vlog("this kernel refuses %s", program);
			return true;
		}
	}
	return false;
}

/* Take the refused program's rung from its probe. False when the refusal names none of ours. */
static bool step_down(struct loader *loader, const struct family *family, const struct said *said,
		      int err)
{
	int id = probe_of(said->program);
	struct attempt *attempt;

	if (id < 0)
		return drop_extra(loader, family, said->program);
	attempt = &loader->attempts[id];
	attempt->refused |= 1u << attempt->rung;
	snprintf(attempt->cause, sizeof(attempt->cause), "%s refused: %s%s%s",
		 rung__name(attempt->rung), strerror(-err), said->detail[0] ? ": " : "",
		 said->detail);
	snprintf(attempt->fix, sizeof(attempt->fix), "please report it with -vv's output");
	/* not this function: fentry as such; the next choice finds that cause */
	if (attempt->rung == RUNG_FENTRY && err == -EPERM) {
		features__forbid_fentry(loader->features, err);
		attempt->refused = 0;
	}
	vlog("%s: %s", probe_table[id].hook, attempt->cause);
	return true;
}

static void all_off(struct loader *loader, const struct family *family, const char *cause, int err)
{
	for (int i = 0; i < XT_PROBE_NR; i++) {
		struct attempt *attempt = &loader->attempts[i];

		if (!in_family(i, family) || attempt->rung == RUNG_OFF)
			continue;
		attempt->rung = RUNG_OFF;
		snprintf(attempt->cause, sizeof(attempt->cause), "family %s: %s: %s", family->name,
			 cause, strerror(-err));
		snprintf(attempt->fix, sizeof(attempt->fix), "please report it with -vv's output");
	}
}

/* Descriptors for what libbpf opens while it asks the kernel what it can. */
#define MEANWHILE 24

/* Is there enough for this object? A map and a program are a descriptor each, a kprobe's link is two. */
static int check_shortage(struct loader *loader, const struct loaded *loaded)
{
	size_t maps = 0, programs = 0;
	struct bpf_program *prog;
	struct bpf_map *map;

	bpf_object__for_each_map(map, loaded->object) maps++;
	bpf_object__for_each_program(prog, loaded->object) programs += bpf_program__autoload(prog);
	loader->to_attach += loader->dry ? 0 : 2 * programs;
	if (loaded->family->by_sites && !loader->dry)
		loader->to_attach += 4 * sites__wanted(loader->layout->sites);
	return shortage__check(maps + programs + loader->to_attach + MEANWHILE,
			       shortage__btf_bytes());
}

/* A refusal steps down the ladder, a shortage is nobody's no. */
static bool is_short(struct loader *loader, int err)
{
	if (shortage__is(err))
		loader->shortage = err;
	return loader->shortage;
}

static void drop(struct loaded *loaded)
{
	if (loaded->skeleton)
		loaded->family->destroy(loaded->skeleton);
	loaded->skeleton = loaded->object = NULL;
}

void loader__load(struct loader *loader, const struct family *family, struct loaded *loaded)
{
	size_t to_attach = loader->to_attach;
	int err;

	if (loader->shortage)
		return;

	loaded->family = family;
	/* each turn takes at least one rung away */
	for (int turn = 0; turn < XT_PROBE_NR * 3; turn++) {
		struct said said = {};

		loaded->skeleton = family->open(&loaded->object, loader->layout, loader->features);
		if (!loaded->skeleton) {
			err = -errno;
			if (!is_short(loader, err))
				all_off(loader, family, "cannot be opened", err);
			return;
		}
		if (!enable_chosen(loader, loaded))
			break;
		loader->to_attach = to_attach;
		err = check_shortage(loader, loaded);
		if (!err)
			err = maps__share(loader->maps, loaded->object);
		if (!err) {
			said__listen(&said);
			err = bpf_object__load(loaded->object);
			said__end();
		}
		if (!err)
			return;
		if (is_short(loader, err))
			break;
		if (!step_down(loader, family, &said, err)) {
			all_off(loader, family, "cannot be loaded", err);
			break;
		}
		drop(loaded);
	}
	drop(loaded);
}

static struct bpf_link *attach(struct bpf_program *prog, const struct attempt *attempt, bool exit)
{
	if (attempt->rung == RUNG_KPROBE)
		return bpf_program__attach_kprobe(prog, exit, attempt->target);
	return bpf_program__attach(prog);
}

static void attach_probe(struct loader *loader, const struct loaded *loaded,
			 const struct probe *probe, struct attempt *attempt)
{
	const char *name[2];
	struct said said;
	int err = 0;

	programs_of(probe, attempt->rung, &name[0], &name[1]);
	for (int i = 1; i >= 0 && !err; i--) {
		struct bpf_program *prog = find(loaded, name[i]);

		if (!prog)
			continue;
		said__listen(&said);
		attempt->link[i] = attach(prog, attempt, i == 1);
		err = attempt->link[i] ? 0 : -errno;
		attempt->fd[i] = bpf_program__fd(prog);
		said__end();
	}
	if (!err)
		return;
	is_short(loader, err);
	snprintf(attempt->cause, sizeof(attempt->cause), "%s does not attach: %s",
		 rung__name(attempt->rung), strerror(-err));
	snprintf(attempt->fix, sizeof(attempt->fix), "please report it with -vv's output");
	bpf_link__destroy(attempt->link[1]);
	attempt->link[1] = NULL;
	attempt->rung = RUNG_OFF;
}

static void attach_sites(struct loader *loader, const struct loaded *loaded)
{
	const struct probe *probe = &probe_table[XT_P_SITES];
	struct bpf_program *before = find(loaded, probe->kprobe);
	struct bpf_program *after = find(loaded, probe->kretprobe);
	struct said said;

	said__listen(&said);
	sites__attach(loader->layout->sites, before, after, features__cookies(loader->features));
	said__end();
	loader->attempts[XT_P_SITES].fd[0] = bpf_program__fd(before);
	loader->attempts[XT_P_SITES].fd[1] = bpf_program__fd(after);
}

void loader__attach(struct loader *loader, const struct loaded *loaded)
{
	if (!loaded->object)
		return;
	for (int i = 0; i < XT_PROBE_NR; i++) {
		if (!in_family(i, loaded->family) || loader->attempts[i].rung == RUNG_OFF)
			continue;
		if (probe_table[i].kind == PROBE_SITES)
			attach_sites(loader, loaded);
		else
			attach_probe(loader, loaded, &probe_table[i], &loader->attempts[i]);
	}
	drop_needy(loader);
}
