/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The vocabulary of every figure: areas, mechanisms, and the two kinds of time, which are never
 * added: CPU time is exclusive, its columns add up to the vCPU's; waiting is the request's.
 */
#ifndef XT_BASE_TERMS_H
#define XT_BASE_TERMS_H

/*
 * Each list is one table: X(enumerator, name in every output). Enumerators are only appended.
 * Mechanism letters are those of the spectrum: P paravirtual, VS virtualized in software,
 * VH virtualized in hardware, H bare hardware.
 */
#define XT_AREAS(X)                      \
	X(AREA_OTHER, "other")           \
	X(AREA_DISK, "disk")             \
	X(AREA_NET, "network")           \
	X(AREA_INTERRUPT, "interrupts")  \
	X(AREA_EVTCHN, "event channels") \
	X(AREA_HYPERCALL, "hypercalls")  \
	X(AREA_TIMER, "timers")          \
	X(AREA_PLATFORM, "platform")     \
	X(AREA_CPU, "cpu")               \
	X(AREA_MEMORY, "memory")         \
	X(AREA_BACK_END, "back ends")

#define XT_MECHS(X)                        \
	X(MECH_GUEST, "guest", "-")        \
	X(MECH_PV, "pv", "P")              \
	X(MECH_EMULATED, "emulated", "VS") \
	X(MECH_HARDWARE, "hardware", "VH") \
	X(MECH_STOLEN, "stolen", "S")      \
	X(MECH_UNATTRIBUTED, "unattributed", "?")

/* cpu: vCPU time inside a path, exclusive; wait: what a request waited. */
#define XT_KINDS(X)        \
	X(KIND_CPU, "cpu") \
	X(KIND_WAIT, "wait")

#define XT_ENUM(id, ...) id,
enum area { XT_AREAS(XT_ENUM) AREA_NR };
enum mech { XT_MECHS(XT_ENUM) MECH_NR };
enum kind { XT_KINDS(XT_ENUM) KIND_NR };
#undef XT_ENUM

/* Names are static strings; an unknown value gives "?". */
const char *area__name(enum area area);
const char *mech__name(enum mech mech);
const char *mech__letter(enum mech mech);
const char *kind__name(enum kind kind);

#endif
