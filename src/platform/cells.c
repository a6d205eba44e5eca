// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The spectrum: a cell for each disk and NIC, then one for each facility. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "platform/guest.h"
#include "base/str.h"

#define SET(cell, field, ...) str__set((cell)->field, sizeof((cell)->field), __VA_ARGS__)
#define ADD(cell, field, ...) str__add((cell)->field, sizeof((cell)->field), "; ", __VA_ARGS__)

static struct cell *add(struct platform *p, enum area area, const char *what)
{
	struct cell *cell = &p->cells[p->nr_cells++];

	cell->area = area;
	SET(cell, what, "%s", what);
	SET(cell, better, "-");
	return cell;
}

static void from_origin(struct cell *cell, const struct origin *origin)
{
	cell->letter = origin->letter;
	cell->conflicting = origin->conflicting;
	strcpy(cell->how, origin->how);
	strcpy(cell->evidence, origin->evidence);
}

/* The PV driver's device in its place: what the feature says stands between. */
static void better_than_emulated(struct cell *cell, const struct guest *guest, const char *feature)
{
	const char *fix = guest__fix(guest, feature);

	if (fix[0])
		SET(cell, better, "P: %s", fix);
}

static const struct guest_disk *twin(const struct guest *guest, const struct disk *disk)
{
	size_t i = 0;

	while (strcmp(guest->p->disks[i].name, disk->same_as))
		i++;
	return &guest->disks[i];
}

static void add_disk(struct guest *guest, size_t i)
{
	const struct disk *disk = &guest->p->disks[i];
	struct cell *cell;

	if (disk->stacked || (guest->disks[i].idle && !disk->mounts[0]))
		return;
	cell = add(guest->p, AREA_DISK, disk->name);
	from_origin(cell, &guest->disks[i].origin);
	if (!strcmp(disk->driver, "blkfront") && disk->hw_queues > 1)
		ADD(cell, evidence, "%u rings", disk->hw_queues);
	if (cell->letter != LETTER_VS || guest->disks[i].origin.what[0])
		return;
	if (disk->same_as[0]) {
		SET(cell, better, "P: %s, same disk", disk->same_as);
		ADD(cell, evidence, "%s", twin(guest, disk)->origin.xenbus);
	} else {
		better_than_emulated(cell, guest, "PV disk");
	}
}

/* The toolstack gives a NIC's emulated and PV path one MAC address. */
static const char *same_nic(const struct guest *guest, size_t i)
{
	for (size_t k = 0; k < guest->p->nr_nics; k++)
		if (guest->p->nics[k].letter == LETTER_P && guest->nics[i].mac[0] &&
		    !strcmp(guest->nics[i].mac, guest->nics[k].mac))
			return guest->p->nics[k].name;
	return NULL;
}

static void add_nic(struct guest *guest, size_t i)
{
	const struct nic *nic = &guest->p->nics[i];
	struct cell *cell = add(guest->p, AREA_NET, nic->name);
	const char *same;

	from_origin(cell, &guest->nics[i].origin);
	if (nic->queues > 1)
		ADD(cell, evidence, "%u queues", nic->queues);
	same = cell->letter == LETTER_VS ? same_nic(guest, i) : NULL;
	if (same)
		SET(cell, better, "P: %s, same MAC address", same);
	else if (cell->letter == LETTER_VS && !guest->nics[i].origin.what[0])
		better_than_emulated(cell, guest, "PV network");
	else if (cell->letter == LETTER_P && guest->p->boot != BOOT_PVH)
		SET(cell, better, "VH: SR-IOV, by the host");
}

int cells__derive(struct guest *guest)
{
	struct platform *p = guest->p;

	p->cells = calloc(p->nr_disks + p->nr_nics + FACILITIES, sizeof(*p->cells));
	if (!p->cells)
		return -ENOMEM;
	for (size_t i = 0; i < p->nr_disks; i++)
		add_disk(guest, i);
	for (size_t i = 0; i < p->nr_nics; i++)
		add_nic(guest, i);
	for (size_t i = 0; i < FACILITIES; i++)
		facilities[i].judge(add(p, facilities[i].area, ""), guest);
	for (size_t i = 0; i < p->nr_cells; i++)
		if (p->cells[i].conflicting)
			str__add(p->cells[i].how, sizeof(p->cells[i].how), " ",
				 "(evidence conflicts)");
	return 0;
}
