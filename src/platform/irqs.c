// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Interrupts and event channels: every action of every line, from /sys/kernel/irq. They are read
 * before anything else is concluded, since event channels show who is below; who owns them is found
 * when the devices are known.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "platform/guest.h"
#include "base/str.h"

static struct irq *add(struct platform *p)
{
	struct irq *grown;

	if (p->nr_irqs >= IRQS_MAX)
		return NULL;
	grown = realloc(p->irqs, (p->nr_irqs + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	p->irqs = grown;
	memset(&grown[p->nr_irqs], 0, sizeof(*grown));
	return &grown[p->nr_irqs++];
}

/* What the way of upcalls and timers is told by. */
static void note(struct guest *guest, const struct irq *irq)
{
	if (!strcmp(irq->action, "xen-platform-pci"))
		guest->platform_irq = true;
	if (irq->evtchn)
		guest->xen_irq = true;
	if (strcmp(irq->chip, "xen-percpu"))
		return;
	if (!strncmp(irq->action, "timer", 5))
		guest->pv_timer_irq = true;
	if (!strncmp(irq->action, "resched", 7) || !strncmp(irq->action, "callfunc", 8))
		guest->pv_ipi_irq = true;
	if (!strncmp(irq->action, "spinlock", 8))
		guest->pv_lock_irq = true;
}

/* "ahci[0000:00:05.0],eth0": the chain in order (kernel/irq/irqdesc.c). */
static int add_actions(struct guest *guest, unsigned int nr, const char *chip, char *actions)
{
	unsigned int follows = 0;
	char *save = NULL;

	for (const char *c = actions; *c; c++)
		follows += *c == ',';
	for (char *name = strtok_r(actions, ",", &save); name; name = strtok_r(NULL, ",", &save)) {
		struct irq *irq = add(guest->p);

		if (!irq)
			return guest->p->nr_irqs >= IRQS_MAX ? 0 : -ENOMEM;
		irq->nr = nr;
		irq->follows = follows ? follows-- : 0;
		str__set(irq->action, sizeof(irq->action), "%s", name);
		str__set(irq->chip, sizeof(irq->chip), "%s", chip);
		irq->evtchn = !strncmp(chip, "xen-", 4);
		note(guest, irq);
	}
	return 0;
}

static int read_irq(struct guest *guest, const char *nr)
{
	char actions[1024], chip[64];

	files__read(guest->files, actions, sizeof(actions), "sys/kernel/irq/%s/actions", nr);
	if (!actions[0])
		return 0; /* allocated, no handler */
	files__read(guest->files, chip, sizeof(chip), "sys/kernel/irq/%s/chip_name", nr);
	return add_actions(guest, strtoul(nr, NULL, 10), chip, actions);
}

/* HYP: upcalls through the callback vector, a column for each processor. */
static void count_hyp(struct guest *guest)
{
	char *text = files__slurp(guest->files, "proc/interrupts");
	char *line = text ? strstr(text, "HYP:") : NULL;

	guest->interrupts_known = text && text[0];
	if (line) {
		line += 4;
		line[strcspn(line, "\n")] = '\0';
		line[strspn(line, " 0123456789")] = '\0';
		guest->hyp_upcalls = strpbrk(line, "123456789");
	}
	free(text);
}

int irqs__read(struct guest *guest)
{
	struct names names;
	int err = 0;

	count_hyp(guest);
	if (files__list(guest->files, &names, "sys/kernel/irq"))
		return 0;
	for (size_t i = 0; !err && i < names.nr; i++)
		if (strspn(names.name[i], "0123456789") == strlen(names.name[i]))
			err = read_irq(guest, names.name[i]);
	names__free(&names);
	return err;
}

void irqs__find_owners(struct guest *guest)
{
	char flow[32];

	for (size_t i = 0; i < guest->p->nr_irqs; i++) {
		struct irq *irq = &guest->p->irqs[i];

		files__read(guest->files, flow, sizeof(flow), "sys/kernel/irq/%u/name", irq->nr);
		irq__find_owner(irq, guest, flow);
	}
}
