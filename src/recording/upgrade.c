// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "recording/upgrade.h"

#include <stdio.h>
#include <string.h>

#include "model/hypercalls.h"

/* How much of a name stands before a number at its end; 0: there is none. */
static unsigned int stem_of(const char *name)
{
	size_t len = strlen(name), stem = len;

	while (stem > 1 && strchr("0123456789", name[stem - 1]))
		stem--;
	return stem < len ? stem : 0;
}

/* 4.1 has these as members. */
static void from_4_0(struct snapshot *snap)
{
	static const struct {
		const char *leg;
		enum path_role role;
	} roles[] = { { "ring full", PATH_RING_FULL },
		      { "grants short", PATH_GRANTS_SHORT },
		      { "requeue", PATH_REQUEUED } };

	for (size_t i = 0; i < snap->nr_paths; i++) {
		struct path_key *key = &snap->paths[i].key;

		if (key->area == AREA_INTERRUPT || key->area == AREA_TIMER ||
		    key->area == AREA_EVTCHN)
			key->stem = stem_of(key->device);
		for (size_t n = 0; n < sizeof(roles) / sizeof(roles[0]); n++)
			if (key->area == AREA_DISK && !strcmp(key->leg, roles[n].leg))
				key->roles |= roles[n].role;
	}
	for (size_t i = 0; i < snap->nr_channels; i++) {
		struct channel *channel = &snap->channels[i];

		channel->stem = channel->bound ? stem_of(channel->device) : 0;
		sscanf(channel->op, "irq %u", &channel->irq);
	}
	for (size_t i = 0; i < snap->nr_probes; i++)
		snap->probes[i].any_call = snap->probes[i].site &&
					   !strcmp(snap->probes[i].purpose, "by number");
}

/* Of hypercalls 4.2 has the roles, and 4.4 of functions that touch emulated devices. */
static void add_roles(struct snapshot *snap)
{
	for (size_t i = 0; i < snap->nr_paths; i++)
		snap->paths[i].key.roles |= hypercall__role(snap->paths[i].key.leg);
}

/* 4.7 has as a role what was said by a leg's order. */
static void add_wakes(struct snapshot *snap)
{
	for (size_t i = 0; i < snap->nr_paths; i++)
		if (snap->paths[i].key.area == AREA_BACK_END && snap->paths[i].key.order == 1)
			snap->paths[i].key.roles |= PATH_WAKE;
}

void upgrade__part(struct recording_part *part, unsigned int minor)
{
	if (minor < 1)
		from_4_0(&part->snap);
	if (minor < 4)
		add_roles(&part->snap);
	if (minor < 7)
		add_wakes(&part->snap);
}

static void upgrade_feature(struct feature *feature)
{
	feature->id = 0;
	while (feature->id < FEATURES && strcmp(feature__name(feature->id), feature->name))
		feature->id++;
	feature->cause = CAUSE_NR - 1;
	while (feature->cause && strcmp(cause__text(feature->cause), feature->why))
		feature->cause--;
}

static enum front front_of(const char *driver)
{
	enum front front = FRONT_NR - 1;

	while (front && strcmp(front__name(front), driver))
		front--;
	return front;
}

/* 4.4 has what code asks of a guest as members. */
static void from_4_3(struct platform *platform)
{
	for (size_t i = 0; i < platform->nr_cells; i++)
		if (!strcmp(platform->cells[i].better, "-"))
			platform->cells[i].better[0] = '\0';
	for (size_t i = 0; i < platform->nr_features; i++)
		upgrade_feature(&platform->features[i]);
	for (size_t i = 0; i < platform->nr_disks; i++)
		platform->disks[i].front = front_of(platform->disks[i].driver);
	for (size_t i = 0; i < platform->nr_nics; i++)
		platform->nics[i].front = front_of(platform->nics[i].driver);
	for (size_t i = 0; i < platform->nr_irqs; i++)
		platform->irqs[i].user = !strcmp(platform->irqs[i].kind, "user");
}

void upgrade__header(struct recording_header *header, unsigned int minor)
{
	if (minor < 4)
		from_4_3(&header->platform);
}
