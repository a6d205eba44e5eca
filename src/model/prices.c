// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "model/prices.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "model/statistics.h"

const char *guest_mode__name(enum guest_mode mode)
{
	static const char *const names[] = {
#define NAME(id, name) [id] = name,
		XT_GUEST_MODES(NAME)
#undef NAME
	};

	return mode < MODE_NR ? names[mode] : "?";
}

enum guest_mode guest_mode__of(const char *name)
{
	enum guest_mode mode = 0;

	while (mode < MODE_NR && strcmp(guest_mode__name(mode), name))
		mode++;
	return mode;
}

struct estimate estimate__exact(double value)
{
	return (struct estimate) { value, value, value };
}

struct estimate estimate__unknown(void)
{
	return estimate__exact(NAN);
}

bool estimate__is_known(const struct estimate *e)
{
	return isfinite(e->mid);
}

struct estimate estimate__sum(struct estimate a, struct estimate b)
{
	return (struct estimate) { a.low + b.low, a.mid + b.mid, a.high + b.high };
}

struct estimate estimate__product(struct estimate a, struct estimate b)
{
	return (struct estimate) { a.low * b.low, a.mid * b.mid, a.high * b.high };
}

struct estimate estimate__quotient(struct estimate a, struct estimate b)
{
	return (struct estimate) { a.low / b.high, a.mid / b.mid, a.high / b.low };
}

/* fmax() would make 0 of what is not known. */
static double above_zero(double x)
{
	return x < 0 ? 0 : x;
}

struct estimate estimate__difference(struct estimate a, struct estimate b)
{
	return (struct estimate) { above_zero(a.low - b.high), above_zero(a.mid - b.mid),
				   above_zero(a.high - b.low) };
}

/*
 * Operations that are the same ones in all modes of a kind. All but PV are in a VM: a hypercall is
 * VMCALL or VMMCALL, and a system call is the processor's alone. PVH has no device model.
 */
#define HAS_DEVICE_MODEL (1u << MODE_PVHVM | 1u << MODE_HVM_PV | 1u << MODE_HVM)
#define IN_VM		 (1u << MODE_PVH | HAS_DEVICE_MODEL)

static const struct {
	const char *name;
	unsigned int modes; /* bit by enum guest_mode */
} alike[] = {
	{ "VM exit", IN_VM },
	{ "hypercall", IN_VM },
	{ "port read 0x61", IN_VM },
	{ "system call", IN_VM },
	{ "port read 0x3ff", HAS_DEVICE_MODEL },
};

/* The modes in which it is what it is in this one. */
static unsigned int modes_alike(enum guest_mode mode, const char *name)
{
	for (size_t i = 0; i < LENGTH(alike); i++)
		if (alike[i].modes >> mode & 1 && !strcmp(alike[i].name, name))
			return alike[i].modes;
	return 1u << mode;
}

static const struct price *price_of(const struct price_list *list, const char *name)
{
	for (size_t i = 0; i < list->nr; i++)
		if (!strcmp(list->prices[i].name, name) && !list->prices[i].why_not)
			return &list->prices[i];
	return NULL;
}

static bool find_in(struct estimate *sum, const struct price_list *lists, size_t nr,
		    unsigned int modes, const char *name)
{
	unsigned int found = 0;

	for (size_t i = 0; i < nr; i++) {
		enum guest_mode mode = guest_mode__of(lists[i].mode);
		const struct price *price = price_of(&lists[i], name);

		if (mode == MODE_NR || !(modes >> mode & 1) || !price)
			continue;
		if (!found++)
			*sum = (struct estimate) { INFINITY, 0, 0 };
		sum->low = fmin(sum->low, price->min_ns);
		sum->mid += price->median_ns;
		sum->high = fmax(sum->high, price->p90_ns);
	}
	if (found)
		sum->mid /= found;
	return found;
}

bool prices__find(struct estimate *price, const struct price_list *lists, size_t nr,
		  enum guest_mode mode, const char *name)
{
	return find_in(price, lists, nr, 1u << mode, name) ||
	       find_in(price, lists, nr, modes_alike(mode, name), name);
}

__asm__(".pushsection .rodata\n.globl lab_prices__text\nlab_prices__text:\n"
	".incbin \"src/model/lab-prices.txt\"\n.byte 0\n.popsection\n");

/* The next field of the line into `buf`, without the spaces around it. False: there is none, or no room. */
static bool take(const char **at, char *buf, size_t size)
{
	const char *from = *at + strspn(*at, " "), *end = from + strcspn(from, "|\n"), *next = end;

	while (end > from && end[-1] == ' ')
		end--;
	if (end == from || (size_t)(end - from) >= size)
		return false;
	memcpy(buf, from, end - from);
	buf[end - from] = '\0';
	*at = next + (*next == '|');
	return true;
}

static bool take_ns(const char **at, double *ns, bool may_be_unknown)
{
	char text[24];

	if (!take(at, text, sizeof(text)))
		return false;
	if (may_be_unknown && !strcmp(text, "-")) {
		*ns = NAN;
		return true;
	}
	return number__real(text, ns) && *ns > 0;
}

static bool parse_line(struct lab_price *price, const char *at)
{
	*price = (struct lab_price) {};
	return take(&at, price->mode, sizeof(price->mode)) &&
	       guest_mode__of(price->mode) < MODE_NR &&
	       take(&at, price->operation, sizeof(price->operation)) &&
	       take_ns(&at, &price->ns.mid, false) && take_ns(&at, &price->ns.low, true) &&
	       take_ns(&at, &price->ns.high, true) && !(price->ns.low > price->ns.mid) &&
	       !(price->ns.high < price->ns.mid) &&
	       take(&at, price->source, sizeof(price->source)) && (!*at || *at == '\n');
}

unsigned int lab_prices__parse(struct lab_prices *table, const char *text)
{
	unsigned int line = 0;

	table->nr = 0;
	while (*text) {
		size_t len = strcspn(text, "\n");

		line++;
		if (len && *text != '#') {
			if (table->nr == LAB_PRICES_MAX ||
			    !parse_line(&table->price[table->nr], text))
				return line;
			table->nr++;
		}
		text += len + !!text[len];
	}
	return 0;
}

static const struct lab_price *lab_in(const struct lab_prices *table, unsigned int modes,
				      const char *operation)
{
	for (size_t i = 0; i < table->nr; i++) {
		const struct lab_price *price = &table->price[i];

		if (modes >> guest_mode__of(price->mode) & 1 &&
		    !strcmp(price->operation, operation))
			return price;
	}
	return NULL;
}

const struct lab_price *lab_prices__find(const struct lab_prices *table, enum guest_mode mode,
					 const char *operation)
{
	if (mode == MODE_NR)
		return lab_in(table, ~0u, operation);
	return lab_in(table, 1u << mode, operation)
		       ?: lab_in(table, modes_alike(mode, operation), operation);
}
