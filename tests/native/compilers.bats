#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What a compiler makes of the programs, another may not. All of them, on more kernels: make compilers.

@test "what the oldest and the newest compiler make of the programs loads, and loses nothing" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	[ -r /sys/kernel/btf/vmlinux ] || skip "this kernel has no BTF"
	make -s build/tests/compilers/verified
	tests/compilers/run native
}
