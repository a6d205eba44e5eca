// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "platform/serving.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "platform/files.h"
#include "platform/xenstore.h"

/* Looking at all processes takes some µs each. */
#define LOOK_EVERY 10

enum servant_kind { OF_DISKS, OF_NICS, OF_MODEL };

/* A process, or a thread of the kernel, that works for one guest. */
struct servant {
	unsigned long pid;
	enum servant_kind kind;
	unsigned int domain;
	uint64_t ns; /* that it had run at the last look */
	bool alive;
};

/* How the threads of a NIC's queues are called, cut as the kernel cuts it: "vif3.0-". */
struct nic_threads {
	char prefix[16];
	unsigned int domain;
};

struct serving {
	struct files *files;
	char *xenstore;
	struct xenstore store;
	struct nic_threads *nics; /* of the last look */
	size_t nr_nics;
	struct served *guests;
	size_t nr_guests;
	size_t nr_first; /* of them: that were there at the first look */
	struct servant *servants;
	size_t nr_servants;
	unsigned int looks;
};

int serving__new(struct serving **out, const char *root, const char *xenstore)
{
	struct serving *serving = calloc(1, sizeof(*serving));
	int err = serving ? files__open_figures(&serving->files, root) : -ENOMEM;

	*out = NULL;
	if (!err && !files__exists(serving->files, "sys/bus/xen-backend"))
		err = -ENOENT;
	if (!err) {
		serving->store.fd = -1;
		serving->xenstore = strdup(xenstore);
		err = serving->xenstore ? 0 : -ENOMEM;
	}
	if (err) {
		if (serving && serving->files)
			files__close(serving->files);
		free(serving);
		return err;
	}
	*out = serving;
	return 0;
}

void serving__free(struct serving *serving)
{
	if (!serving)
		return;
	xenstore__close(&serving->store);
	files__close(serving->files);
	free(serving->xenstore);
	free(serving->nics);
	free(serving->guests);
	free(serving->servants);
	free(serving);
}

static struct served *guest_of(struct serving *serving, unsigned int domain)
{
	for (size_t i = 0; i < serving->nr_guests; i++)
		if (serving->guests[i].domain == domain)
			return &serving->guests[i];
	return NULL;
}

static struct servant *servant_of(struct serving *serving, unsigned long pid)
{
	for (size_t i = 0; i < serving->nr_servants; i++)
		if (serving->servants[i].pid == pid)
			return &serving->servants[i];
	return NULL;
}

/*
 * ns that it has run: a thread's are exact where the kernel has CONFIG_SCHED_INFO. Else, and of a process with
 * all its threads, they are ticks.
 */
static bool run_ns(struct serving *serving, const struct servant *servant, uint64_t *ns)
{
	unsigned long long user, system;
	char text[512], *end;

	if (servant->kind != OF_MODEL &&
	    !FILES_READ(serving->files, text, "proc/%lu/schedstat", servant->pid)) {
		*ns = strtoull(text, NULL, 10);
		return true;
	}
	/* proc(5): the name is in parentheses, and may have some */
	if (FILES_READ(serving->files, text, "proc/%lu/stat", servant->pid))
		return false;
	end = strrchr(text, ')');
	if (!end || sscanf(end, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &user,
			   &system) != 2)
		return false;
	*ns = (user + system) * (1000000000ull / sysconf(_SC_CLK_TCK));
	return true;
}

/*
 * One that was not there at the first look has run for its guest since it began. A QEMU may have been there, and
 * xenstore silent: of guests that were, it counts from when it is found.
 */
static bool is_old(const struct serving *serving, const struct served *guest,
		   enum servant_kind kind)
{
	return !serving->looks ||
	       (kind == OF_MODEL && (size_t)(guest - serving->guests) < serving->nr_first);
}

static void add_servant(struct serving *serving, unsigned long pid, enum servant_kind kind,
			unsigned int domain)
{
	const struct served *guest = guest_of(serving, domain);
	struct servant *servants, *servant;

	if (servant_of(serving, pid) || !guest)
		return;
	servants = realloc(serving->servants, (serving->nr_servants + 1) * sizeof(*servants));
	if (!servants)
		return;
	serving->servants = servants;
	servant = &servants[serving->nr_servants];
	*servant = (struct servant) { .pid = pid, .kind = kind, .domain = domain, .alive = true };
	if (is_old(serving, guest, kind) && !run_ns(serving, servant, &servant->ns))
		return;
	serving->nr_servants++;
}

/* Its name may change, as a migrated guest's does, and its QEMU come later, or anew. */
static void ask_of(struct serving *serving, struct served *guest)
{
	char pid[24];

	xenstore__read(&serving->store, guest->name, sizeof(guest->name), "/local/domain/%u/name",
		       guest->domain);
	if (!xenstore__read(&serving->store, pid, sizeof(pid),
			    "/local/domain/%u/image/device-model-pid", guest->domain))
		add_servant(serving, strtoul(pid, NULL, 10), OF_MODEL, guest->domain);
}

static void note_guest(struct serving *serving, unsigned int domain)
{
	struct served *guests = guest_of(serving, domain);

	if (guests) {
		guests->gone = false;
		return;
	}
	guests = realloc(serving->guests, (serving->nr_guests + 1) * sizeof(*guests));
	if (!guests)
		return;
	serving->guests = guests;
	guests[serving->nr_guests++] = (struct served) { .domain = domain };
}

/* Threads are called as the interface is when they begin: by then "vifname" of the guest has been heeded. */
static void note_nic(struct serving *serving, const char *device, unsigned int domain)
{
	struct nic_threads *nics;
	struct names names;

	if (files__list(serving->files, &names, "sys/bus/xen-backend/devices/%s/net", device))
		return;
	nics = realloc(serving->nics, (serving->nr_nics + 1) * sizeof(*nics));
	if (nics)
		serving->nics = nics;
	if (nics && names.nr) {
		nics[serving->nr_nics].domain = domain;
		STR_SET(nics[serving->nr_nics++].prefix, "%s-", names.name[0]);
	}
	names__free(&names);
}

/* Every guest has a device in this domain: its console, at least. */
static void look_for_guests(struct serving *serving)
{
	struct names names;
	unsigned int domain;

	serving->nr_nics = 0;
	for (size_t i = 0; i < serving->nr_guests; i++)
		serving->guests[i].gone = true;
	if (files__list(serving->files, &names, "sys/bus/xen-backend/devices"))
		return;
	for (size_t i = 0; i < names.nr; i++) {
		if (sscanf(names.name[i], "%*[a-z]-%u-", &domain) != 1 || !domain)
			continue;
		note_guest(serving, domain);
		if (!strncmp(names.name[i], "vif-", 4))
			note_nic(serving, names.name[i], domain);
	}
	names__free(&names);
	if (serving->nr_guests && serving->store.fd < 0)
		xenstore__open(&serving->store, serving->xenstore);
	for (size_t i = 0; i < serving->nr_guests; i++)
		if (!serving->guests[i].gone)
			ask_of(serving, &serving->guests[i]);
}

static const struct nic_threads *nic_of(const struct serving *serving, const char *name)
{
	for (size_t i = 0; i < serving->nr_nics; i++)
		if (!strncmp(name, serving->nics[i].prefix, strlen(serving->nics[i].prefix)))
			return &serving->nics[i];
	return NULL;
}

/*
 * Threads of the kernel are told by their names, drivers/block/xen-blkback/xenbus.c, xen_update_blkif_status(), and
 * drivers/net/xen-netback/interface.c, xenvif_connect_data(); they have no command line.
 */
static void look_at_process(struct serving *serving, unsigned long pid)
{
	const struct nic_threads *nic;
	unsigned int domain;
	char name[32], disk[16], line[8];

	if (FILES_READ(serving->files, name, "proc/%lu/comm", pid))
		return;
	nic = nic_of(serving, name);
	/* "3.xvda-0" */
	if (!nic && sscanf(name, "%u.%15[a-z0-9]-", &domain, disk) != 2)
		return;
	if (FILES_READ(serving->files, line, "proc/%lu/cmdline", pid) || *line)
		return;
	if (nic)
		add_servant(serving, pid, OF_NICS, nic->domain);
	else
		add_servant(serving, pid, OF_DISKS, domain);
}

static void look_for_servants(struct serving *serving)
{
	struct names names;

	if (files__list(serving->files, &names, "proc"))
		return;
	for (size_t i = 0; i < names.nr; i++) {
		const unsigned long pid = strtoul(names.name[i], NULL, 10);

		if (pid && !servant_of(serving, pid))
			look_at_process(serving, pid);
	}
	names__free(&names);
}

static void account(struct serving *serving, struct servant *servant)
{
	struct served *guest = guest_of(serving, servant->domain);
	uint64_t ns = 0, more;

	servant->alive = run_ns(serving, servant, &ns) && ns >= servant->ns;
	if (!servant->alive || !guest)
		return;
	more = ns - servant->ns;
	servant->ns = ns;
	if (servant->kind == OF_DISKS)
		guest->disks_ns += more;
	else if (servant->kind == OF_NICS)
		guest->nics_ns += more;
	else
		guest->model_ns += more;
}

static void forget_the_dead(struct serving *serving)
{
	size_t nr = 0;

	for (size_t i = 0; i < serving->nr_servants; i++)
		if (serving->servants[i].alive)
			serving->servants[nr++] = serving->servants[i];
	serving->nr_servants = nr;
}

void serving__advance(struct serving *serving)
{
	if (serving->looks % LOOK_EVERY == 0) {
		look_for_guests(serving);
		if (serving->nr_guests)
			look_for_servants(serving);
	}
	if (!serving->looks++)
		serving->nr_first = serving->nr_guests;
	for (size_t i = 0; i < serving->nr_servants; i++)
		account(serving, &serving->servants[i]);
	forget_the_dead(serving);
}

static int by_domain(const void *a, const void *b)
{
	const struct served *x = a, *y = b;

	return (x->domain > y->domain) - (x->domain < y->domain);
}

int serving__copy(const struct serving *serving, struct served **out, size_t *nr)
{
	*nr = 0;
	*out = calloc(serving->nr_guests + 1, sizeof(**out));
	if (!*out)
		return -ENOMEM;
	*nr = serving->nr_guests;
	if (*nr)
		memcpy(*out, serving->guests, *nr * sizeof(**out));
	qsort(*out, *nr, sizeof(**out), by_domain);
	return 0;
}
