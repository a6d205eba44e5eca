// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "xentrace/places.h"

#include "base/str.h"

/* So much around an address that nothing is known of is shown as one. */
#define PORTS_BLOCK  0x10
#define MEMORY_BLOCK 0x1000

/* Of a PC; of QEMU's and Xen's models of it what is always there. */
static const struct {
	uint64_t first, last;
	const char *device;
} ports[] = {
	{ 0x0000, 0x000f, "DMA" },
	{ 0x0010, 0x0013, "Xen platform device" }, /* unplugging: docs/misc/hvm-emulated-unplug */
	{ 0x0020, 0x0021, "PIC" },
	{ 0x0040, 0x0043, "PIT" },
	{ 0x0060, 0x0060, "keyboard" },
	{ 0x0061, 0x0061, "PIT" },
	{ 0x0064, 0x0064, "keyboard" },
	{ 0x0070, 0x0071, "RTC" },
	{ 0x0080, 0x0080, "delay port" },
	{ 0x0081, 0x008f, "DMA" },
	{ 0x0092, 0x0092, "system control" },
	{ 0x00a0, 0x00a1, "PIC" },
	{ 0x00b2, 0x00b3, "APM" },
	{ 0x00c0, 0x00df, "DMA" },
	{ 0x00e9, 0x00e9, "Xen debug port" },
	{ 0x0170, 0x0177, "IDE, secondary" },
	{ 0x01f0, 0x01f7, "IDE, primary" },
	{ 0x02f8, 0x02ff, "serial line 2" },
	{ 0x0376, 0x0376, "IDE, secondary" },
	{ 0x0378, 0x037a, "parallel port" },
	{ 0x03b0, 0x03df, "VGA" },
	{ 0x03f0, 0x03f5, "floppy" },
	{ 0x03f6, 0x03f6, "IDE, primary" },
	{ 0x03f7, 0x03f7, "floppy" },
	{ 0x03f8, 0x03ff, "serial line 1" },
	{ 0x0402, 0x0402, "firmware's messages" },
	{ 0x04d0, 0x04d1, "PIC" },
	{ 0x0510, 0x051b, "firmware configuration" },
	{ 0x0cf8, 0x0cff, "PCI configuration" },
	{ 0xae00, 0xae13, "PCI hot plug" },
	{ 0xaf00, 0xaf1f, "CPU hot plug" },
	{ 0xafe0, 0xafe3, "ACPI events" },
	{ 0xb000, 0xb03f, "ACPI PM" },
	{ 0xb100, 0xb13f, "SMBus" },
}, memory[] = {
	{ 0x000a0000, 0x000bffff, "VGA" },
	{ 0xfec00000, 0xfec00fff, "IO-APIC" },
	{ 0xfed00000, 0xfed003ff, "HPET" },
	{ 0xfed40000, 0xfed44fff, "TPM" },
	{ 0xfee00000, 0xfee00fff, "local APIC" },
};

static const struct io_place *find_known(uint64_t address, bool in_memory,
					 const struct io_place *known, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (known[i].memory == in_memory && known[i].first <= address &&
		    address <= known[i].last)
			return &known[i];
	return NULL;
}

struct io_place io_place__of(uint64_t address, bool in_memory, const struct io_place *known,
			     size_t nr)
{
	const struct io_place *device = find_known(address, in_memory, known, nr);
	uint64_t block = in_memory ? MEMORY_BLOCK : PORTS_BLOCK;
	struct io_place place = { in_memory };
	size_t nr_fixed = in_memory ? LENGTH(memory) : LENGTH(ports);

	if (device)
		return *device;
	for (size_t i = 0; i < nr_fixed; i++) {
		place.first = in_memory ? memory[i].first : ports[i].first;
		place.last = in_memory ? memory[i].last : ports[i].last;
		if (address < place.first || address > place.last)
			continue;
		STR_SET(place.device, "%s", in_memory ? memory[i].device : ports[i].device);
		return place;
	}
	place.first = address & -block;
	place.last = place.first + block - 1;
	return place;
}
