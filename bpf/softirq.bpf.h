/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* include/linux/interrupt.h: vectors of softirqs. Their enum has no name that CO-RE could find. */
#ifndef XT_SOFTIRQ_BPF_H
#define XT_SOFTIRQ_BPF_H

#define NET_TX_SOFTIRQ 2
#define NET_RX_SOFTIRQ 3

#endif
