// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stddef.h>

#include "run/rights.h"

const char *const rights__calls[] = {
	/* maps, and the programs that are loaded: privileges__only() says which commands */
	"bpf", "membarrier",
	/* outputs, and what is read below /proc and /sys */
	"open", "openat", "close", "read", "readv", "pread64", "write", "writev", "pwrite64",
	"lseek", "fstat", "newfstatat", "stat", "lstat", "statx", "statfs", "fstatfs", "access",
	"faccessat", "faccessat2", "readlink", "readlinkat", "getdents64", "fcntl", "dup", "dup3",
	"ioctl", "ftruncate", "fsync", "fdatasync", "fchmod", "fchown", "linkat", "renameat",
	"renameat2", "unlinkat", "flock",
	/* memory and time */
	"brk", "mmap", "munmap", "mremap", "mprotect", "madvise", "futex", "clock_gettime",
	"clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time", "getrandom",
	"sched_yield", "sched_getaffinity", "getcpu", "sysinfo", "uname", "getrusage", "times",
	"prlimit64", "getrlimit", "rseq",
	/* signals, and waiting for a command */
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "restart_syscall",
	"setitimer", "poll", "ppoll", "select", "pselect6", "wait4", "waitid", "kill", "tgkill",
	"getpid", "gettid", "getppid", "getpgrp", "getuid", "geteuid", "getgid", "getegid", "exit",
	"exit_group",
	/* the system's log, and the process that serves HTTP */
	"socket", "connect", "sendto", "sendmsg", "recvfrom", "recvmsg", "getsockopt",
	"memfd_create", NULL
};
