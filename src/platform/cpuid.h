/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the processor says about the hypervisor below it. */
#ifndef XT_PLATFORM_CPUID_H
#define XT_PLATFORM_CPUID_H

#include <stdbool.h>
#include <stdint.h>

#include "platform/files.h"

/* Xen leaf 4, EAX, HVM and PVH guests (xen/include/public/arch-x86/cpuid.h). */
#define XEN_APIC_ACCESS_VIRT (1u << 0)
#define XEN_X2APIC_VIRT	     (1u << 1)
#define XEN_IOMMU_MAPPINGS   (1u << 2)
#define XEN_VCPU_ID	     (1u << 3)
#define XEN_DOMID	     (1u << 4)
#define XEN_EXT_DEST_ID	     (1u << 5)
#define XEN_UPCALL_VECTOR    (1u << 6)

/* KVM leaf 1, EAX and EDX (arch/x86/include/uapi/asm/kvm_para.h). */
#define KVM_CLOCKSOURCE	   (1u << 0)
#define KVM_CLOCKSOURCE2   (1u << 3)
#define KVM_STEAL_TIME	   (1u << 5)
#define KVM_PV_UNHALT	   (1u << 7)
#define KVM_PV_TLB_FLUSH   (1u << 9)
#define KVM_PV_SEND_IPI	   (1u << 11)
#define KVM_HINTS_REALTIME (1u << 0)

#define SIGNATURE_TCG "TCGTCGTCGTCG" /* QEMU without KVM (target/i386/cpu.c) */

struct cpuid {
	bool known;	      /* leaves were read */
	bool hypervisor;      /* leaf 1, ECX bit 31 */
	char signature[16];   /* of the leaf at 0x40000000: "XenVMMXenVMM", "KVMKVMKVM", … */
	bool viridian;	      /* Hyper-V's interface is shown as well */
	uint32_t xen;	      /* base of Xen's leaves; 0: none */
	uint32_t xen_version; /* major << 16 | minor */
	uint32_t xen_features;
	bool xen_features_known; /* Xen older than 4.5 has no leaf 4 */
	uint32_t kvm;		 /* base of KVM's leaves; 0: none */
	uint32_t kvm_features;
	uint32_t kvm_hints;
	bool huge_1g; /* 1 GiB pages, leaf 0x80000001 EDX bit 26 */
};

/*
 * From the running processor if the root is "/", else from the root's cpuid.txt, where a line is
 * "leaf: eax ebx ecx edx" in hexadecimal. Zeroes, with `known` false, if there is none.
 */
void cpuid__read(struct cpuid *cpuid, struct files *files);

#endif
