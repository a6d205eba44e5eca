/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Owners of disk requests, part of family blk: who was at work when a request was made. All of it
 * is only there where owners are asked for (--by), or one of them alone (-p, -c).
 */
#ifndef XT_WHO_H
#define XT_WHO_H

/*
 * Owners that are nobody's process: X(enumerator, name). They come first. No process is known of a
 * request whose issue was not seen, and of an empty flush, which is not issued; "other" is whoever
 * found no place any more.
 */
#define XT_OWNERS_FIXED(X)                 \
	X(XT_OWNER_UNKNOWN, "unknown")     \
	X(XT_OWNER_OTHER, "other")         \
	X(XT_OWNER_INTERRUPT, "interrupt") \
	X(XT_OWNER_KWORKER, "kworker")     \
	X(XT_OWNER_WRITEBACK, "writeback")

enum xt_owner_fixed { XT_OWNERS_FIXED(XT_ENUM) XT_OWNER_FIRST };

/* By what owners are told apart; as enum owners_by of the model. */
enum xt_by { XT_BY_NOTHING, XT_BY_COMM, XT_BY_PID, XT_BY_CGROUP };

struct xt_who_config {
	__u32 by;     /* enum xt_by */
	__u32 places; /* in use, of XT_OWNERS: a power of two; each CPU has a histogram for each */
	__u32 io;     /* the kernel's number of the controller, where cgroups are those of blkio */
	bool legacy;  /* … of the first version; else the unified ones */
	bool bio;     /* a bio's cgroup is one of these */
	bool only;    /* requests of one owner are asked for, and no others: */
	__u32 pid;    /* of this process; 0: of the cgroup in xt_asked */
};

#define XT_OWNERS	128 /* places: a power of two */
#define XT_OWNER_PROBES 8   /* from the hashed one on */
#define XT_OWNER_NAME	64

/*
 * A place in the table of owners. It is taken once and for all, by whoever passes the door first: see
 * owner_claim(). An owner that two CPUs meet for the first time at once may get two places, which
 * the reader adds up.
 */
struct xt_owner {
	__u64 key;	 /* of a comm its hash, a process's number, a cgroup's; 0: not taken yet */
	__u64 candidate; /* the key that came last */
	__u64 came;	 /* how many tried */
	__u64 door;	 /* how many passed: 0 is open */
	char name[XT_OWNER_NAME]; /* comm, or the last part of the cgroup's path */
};

/* In place of an owner's number: the request is another's, and not asked for. */
#define XT_OWNER_UNASKED 0xffff

/*
 * The cgroup that is asked for, with those inside it. The loader looks for it again and again, since it
 * may be made later.
 */
struct xt_asked {
	__u64 id;    /* 0: it is not there */
	__u32 level; /* of the hierarchy; its root has 0 */
	__u32 pad;
};

struct xt_owners {
	struct xt_owner at[XT_OWNERS];
};

#endif
