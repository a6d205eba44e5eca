/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Family emul: emulated devices, and privileged operations. */
#ifndef XT_EMUL_H
#define XT_EMUL_H

/*
 * Functions in which a driver touches an emulated device: ROW(X, enumerator, function, what). NICs'
 * are told by the driver's name, the rest is the platform's. Polling functions are not among
 * them: most of their time is the guest's own network stack.
 */
#define XT_EMULATED_NICS(ROW, X)                           \
	ROW(X, XT_P_E1000_XMIT, e1000_xmit_frame, "e1000") \
	ROW(X, XT_P_8139CP_XMIT, cp_start_xmit, "8139cp")  \
	ROW(X, XT_P_8139TOO_XMIT, rtl8139_start_xmit, "8139too")

#define XT_EMULATED_PLATFORM(ROW, X)                              \
	ROW(X, XT_P_UART_WRITE, serial8250_console_write, "UART") \
	ROW(X, XT_P_UART_TX, serial8250_tx_chars, "UART")         \
	ROW(X, XT_P_RTC_READ, rtc_cmos_read, "RTC")               \
	ROW(X, XT_P_RTC_WRITE, rtc_cmos_write, "RTC")             \
	ROW(X, XT_P_PCI_READ, pci_conf1_read, "PCI config")       \
	ROW(X, XT_P_PCI_WRITE, pci_conf1_write, "PCI config")     \
	ROW(X, XT_P_I8042_WRITE, i8042_aux_write, "PS/2")         \
	ROW(X, XT_P_IOAPIC_READ, native_io_apic_read, "IO-APIC")  \
	ROW(X, XT_P_IOAPIC_MASK, mask_ioapic_irq, "IO-APIC")      \
	ROW(X, XT_P_IOAPIC_UNMASK, unmask_ioapic_irq, "IO-APIC")  \
	ROW(X, XT_P_IOAPIC_ACK, ioapic_ack_level, "IO-APIC")      \
	ROW(X, XT_P_LAPIC_TIMER, lapic_next_event, "lapic")       \
	ROW(X, XT_P_LAPIC_ICR, native_apic_icr_write, "LAPIC")    \
	ROW(X, XT_P_HPET_TIMER, hpet_clkevt_set_next_event, "hpet")

#define XT_EMULATED(ROW, X) XT_EMULATED_NICS(ROW, X) XT_EMULATED_PLATFORM(ROW, X)

#define XT_EMUL_NIC(X, id, function, what)                                                       \
	X(id, #function, "emulated NIC " what ": CPU time", FUNCTION(#function), .use = FOR_NIC, \
	  .driver = what, .module = what)
#define XT_EMUL_DEVICE(X, id, function, what) \
	X(id, #function, "emulated " what ": CPU time", FUNCTION(#function), .use = FOR_HVM)

#define XT_EMUL_MSRS(X)                                                                          \
	X(XT_P_MSR_READ, "read_msr", "privileged operations: counts", TRACEPOINT("xt_msr_read"), \
	  BODY(40), .use = FOR_HVM)                                                              \
	X(XT_P_MSR_WRITE, "write_msr", "privileged operations: counts",                          \
	  TRACEPOINT("xt_msr_write"), BODY(40), .use = FOR_HVM)

#define XT_EMUL_PROBES(X) \
	XT_EMULATED_NICS(XT_EMUL_NIC, X) XT_EMULATED_PLATFORM(XT_EMUL_DEVICE, X) XT_EMUL_MSRS(X)

/* What the loader tells the programs: the first of their paths, and what they cannot find out. */
struct xt_emul_config {
	__u32 access_path; /* one a function, in XT_EMULATED's order */
	__u32 msr_path;	   /* read, write */
};

#endif
