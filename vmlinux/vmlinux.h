/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel types that the BPF programs read, and of each only the members they read. CO-RE
 * relocates every access against the running kernel's BTF: order and size here mean nothing,
 * names and types do. See README.md before adding to it.
 */
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* arch/x86/include/asm/ptrace.h; what bpf_tracing.h needs for kprobes */
struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip,
		cs, flags, sp, ss;
};

/* include/linux/blkdev.h, include/linux/blk-mq.h */
struct gendisk {
	int major;
	int first_minor;
	char disk_name[32];
};

struct request_queue {
	struct gendisk *disk; /* since 5.15 (d152c682f03c): before, struct request___old */
};

struct blk_mq_hw_ctx {
	unsigned int queue_num;
};

/* include/linux/kernfs.h, include/linux/cgroup-defs.h */
struct kernfs_node {
	const char *name;
	u64 id;
};

struct cgroup {
	int level;
	struct kernfs_node *kn;
	struct cgroup *ancestors[]; /* since 6.1 (7f203bc89eb6): before, struct cgroup___old */
};

struct cgroup_subsys_state {
	struct cgroup *cgroup;
};

struct css_set {
	struct cgroup_subsys_state *subsys[16];
	struct cgroup *dfl_cgrp;
};

/* block/blk-cgroup.h; in include/linux/blk-cgroup.h before 5.18 */
struct blkcg {
	struct cgroup_subsys_state css;
};

struct blkcg_gq {
	struct blkcg *blkcg;
};

/* include/linux/blk_types.h */
struct bio {
	struct blkcg_gq *bi_blkg; /* with CONFIG_BLK_CGROUP */
	void *bi_end_io;
	void *bi_private;
};

struct request {
	struct request_queue *q;
	struct blk_mq_hw_ctx *mq_hctx;
	unsigned int cmd_flags;
	unsigned int rq_flags;
	int tag;
	int internal_tag;
	unsigned int __data_len;
	unsigned short nr_phys_segments;
	u64 start_time_ns;
	struct bio *bio;
};

/* include/linux/sched.h */
struct task_struct {
	unsigned int flags;
	struct task_struct *group_leader;
	struct css_set *cgroups;
	int pid;
	int tgid;
	char comm[16];
};

/* include/linux/interrupt.h */
struct irqaction {
	struct irqaction *next;
};

/* include/linux/clockchips.h */
struct clock_event_device {
	const char *name;
};

/* include/linux/timerqueue.h, include/linux/hrtimer.h; ktime_t is s64 since 4.10 */
struct timerqueue_node {
	s64 expires;
};

struct hrtimer_clock_base {
	s64 offset;
};

struct hrtimer {
	struct timerqueue_node node;
	struct hrtimer_clock_base *base;
	u8 is_soft;
};

/* include/xen/interface/xen.h */
struct multicall_entry {
	unsigned long op;
	unsigned long args[6];
};

/* include/xen/interface/vcpu.h: times in ns of Xen's system time */
struct vcpu_runstate_info {
	int state;
	u64 state_entry_time;
	u64 time[4];
};

/* include/net/net_namespace.h, include/linux/ns_common.h */
struct ns_common {
	unsigned int inum;
};

struct net {
	struct ns_common ns;
};

typedef struct {
	struct net *net; /* with CONFIG_NET_NS */
} possible_net_t;

/* include/linux/netdevice.h */
struct device {
	struct device *parent;
};

struct netdev_queue {
	unsigned long state;
};

struct net_device {
	struct netdev_queue *_tx;
	int ifindex;
	possible_net_t nd_net;
	struct device dev;
};

struct napi_struct {
	struct net_device *dev;
};

/* include/linux/refcount.h */
typedef struct {
	int counter;
} atomic_t;

typedef struct refcount_struct {
	atomic_t refs;
} refcount_t;

/* include/linux/skbuff.h */
struct sk_buff {
	struct sk_buff *next; /* of a list */
	refcount_t users;
	struct net_device *dev; /* other things while a socket has it */
	unsigned int len;
	int skb_iif; /* index of the interface that it came by; 0: the guest made it */
	__u16 queue_mapping;
	__u16 mac_header;
	unsigned int end;
	unsigned char *head, *data;
};

struct skb_shared_info {
	unsigned short gso_segs;
};

struct sk_buff_head {
	struct sk_buff *next; /* the head itself: it is empty */
};

/* drivers/block/xen-blkback/common.h: of the module's BTF */
struct xen_vbd {
	u16 handle;
};

struct xen_blkif {
	u16 domid;
	struct xen_vbd vbd;
};

struct xen_blkif_ring {
	unsigned int irq;
	unsigned long long st_ds_req; /* discards that its thread took */
	struct xen_blkif *blkif;
};

struct grant_page;

struct pending_req {
	struct xen_blkif_ring *ring;
	u64 id;
	unsigned short operation;
	struct grant_page *segments[1];
	struct grant_page *indirect_pages[1];
};

/* include/xen/grant_table.h */
struct gntab_unmap_queue_data {
	void *data;
};

/* include/xen/interface/grant_table.h */
struct gnttab_copy {
	u16 len;
};

struct gnttab_map_grant_ref {
	u64 host_addr;
};

/* drivers/net/xen-netback/common.h: of the module's BTF */
struct xenvif {
	u16 domid;
	unsigned int handle;
};

struct xenvif_copy_state {
	struct gnttab_copy op[1];
	struct sk_buff_head *completed;
};

struct xen_netif_tx_sring {
	unsigned int req_prod;
};

struct xen_netif_tx_back_ring {
	unsigned int req_cons;
	struct xen_netif_tx_sring *sring;
};

struct xenvif_queue {
	unsigned int id;
	struct xenvif *vif;
	struct xen_netif_tx_back_ring tx;
	struct gnttab_copy tx_copy_ops[1];
	struct gnttab_map_grant_ref tx_map_ops[1];
	struct xenvif_copy_state rx_copy;
};

#pragma clang attribute pop

#endif
