/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Guests' devices that this domain serves: what the families of back ends and the loader share. */
#ifndef XT_BACKS_H
#define XT_BACKS_H

/*
 * Devices of one kind by domain and number, hashed, XT_BACK_PROBES places from the hashed one. The loader
 * writes it, also while tracing: guests come and go. Slot 0 has those that it does not know yet.
 */
#define XT_BACK_BITS   10
#define XT_BACK_PROBES 8

struct xt_back {
	__u32 key; /* xt_back_key(); 0: empty */
	__u32 slot;
};

/*
 * The device's number as the drivers keep it, of 16 bits: 51712 of "vbd-3-51712", 0 of "vif-3-0". No guest
 * is domain 0, so no key is 0.
 */
static inline __u32 xt_back_key(__u32 domain, __u32 device)
{
	return domain << 16 | (device & 0xffff);
}

static inline __u32 xt_back_hash(__u32 key)
{
	return (key * 2654435761u) >> (32 - XT_BACK_BITS);
}

#endif
