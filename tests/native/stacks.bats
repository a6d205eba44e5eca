#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Kernel stacks on this machine: those that issue requests. Functions that have stacks are in the lab (make
# lab-stacks), and in thin.bats without their functions.

setup_file()
{
	export PATH=$PWD/build:$PATH
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	[ -r /sys/kernel/btf/vmlinux ] || skip "this kernel has no BTF"
}

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	# a disk in memory, which nobody else reads
	backing=$(mktemp -p /dev/shm)
	truncate -s 16M "$backing"
	loop=$(losetup -f --show "$backing")
}

teardown()
{
	losetup -d "$loop"
	rm -f "$backing"
}

# A request each read: bypassing the page cache, by one system call.
load=(dd of=/dev/null bs=64k count=256 iflag=direct)

@test "the slowest requests say who issued them: the system call, and not our own program" {
	xentrace-bpf --stacks --slower 0.000001 -D "$loop" -o run.json -o run.xtr -o run.trace.json -o run.txt -- \
		"${load[@]}" if="$loop"
	tail -n 1 run.json | jq -e '.stacks == {"cause": null, "fix": null} and (.slowest | length == 16) and
		([.slowest[] | select(.comm == "dd") | .stack] | length > 0 and all(
			any(. == "vfs_read") and any(startswith("blk_mq_")) and
			all(test("bpf|trace") or . == "[unknown]" | not)))'
	jq -e '[.traceEvents[].args.stack // empty] | length == 16' run.trace.json
	tr -s '\n ' ' ' < run.txt | grep -q "; from [^;]*vfs_read"
	# and so does the recording
	xentrace-bpf report run.xtr -o again.json
	cmp <(tail -n 1 run.json) <(tail -n 1 again.json)
}

# What is in the own cost beside the runs of the programs, ns.
beside_runs()
{
	tail -n 1 "$1" | jq '.own_cost.bpf_ns - ([.probes[] | .runs * (.ns_per_run // 0)] | add) | floor'
}

@test "what stacks cost is in the own cost, and their maps in its memory" {
	xentrace-bpf -D "$loop" --max-overhead 0 -o without.json -- "${load[@]}" if="$loop"
	xentrace-bpf -D "$loop" --max-overhead 0 --stacks -o with.json -- "${load[@]}" if="$loop"
	beside_runs without.json
	beside_runs with.json
	[ "$(beside_runs without.json)" -lt 10 ]
	# 256 of them at the least, and no machine walks through twenty frames in 50 ns
	[ "$(beside_runs with.json)" -gt $((256 * 50)) ]
	jq -s '.[1] - .[0] > 8000000' <(tail -n 1 without.json | jq .own_cost.kernel_bytes) \
		<(tail -n 1 with.json | jq .own_cost.kernel_bytes) | grep true
}

@test "where the kernel shows no addresses, that is said with its fix, and the trace goes on" {
	sed 's/^[0-9a-f]*/0000000000000000/' /proc/kallsyms > hidden
	unshare -m sh -c 'mount --bind hidden /proc/kallsyms && exec "$@"' sh xentrace-bpf --stacks -D "$loop" \
		-o run.txt -o run.json -- "${load[@]}" if="$loop" 2> messages
	grep -qF -- "--stacks: /proc/kallsyms shows no addresses; fix: kernel.kptr_restrict=1 or less, and CAP_SYSLOG" messages
	grep -qF "Stacks: none: /proc/kallsyms shows no addresses; fix: kernel.kptr_restrict=1 or less, and" run.txt
	tail -n 1 run.json | jq -e '.stacks.fix and .io.started >= 0 // true and all(.slowest[]; has("stack") | not)'
}
