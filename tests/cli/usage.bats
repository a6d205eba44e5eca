#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Bad input: one clear line on standard error, the documented exit code, nothing on standard output.

load refused

setup()
{
	xt=${XT:-build/xentrace-bpf}
	dir=$(mktemp -d)
}

teardown()
{
	rm -rf "$dir"
}

as_root()
{
	[ "$(id -u)" -eq 0 ] || skip "needs root"
}

@test "unknown option: usage, 2" {
	LINES_MAX=2 refused 2 "unrecognized option" "$xt" --no-such-option
}

@test "unknown command is no interval: 2" {
	LINES_MAX=2 refused 2 "not a number of seconds" "$xt" frobnicate
}

@test "--slower that is no time: 2" {
	for ms in 0 -1 x 5s nan; do
		LINES_MAX=2 refused 2 "not a number of milliseconds" "$xt" "--slower=$ms"
	done
}

@test "--exact of something else than all: 2" {
	LINES_MAX=2 refused 2 "only 'all' can be said" "$xt" --exact=some
	LINES_MAX=3 refused 2 "only 'all' can be said" "$xt" check --exact=some
}

@test "duration that is no time: 2" {
	LINES_MAX=2 refused 2 "not a number of seconds" "$xt" -d 0
	LINES_MAX=2 refused 2 "not a number of seconds" "$xt" -d soon
	LINES_MAX=2 refused 2 "not a number of seconds" "$xt" -d -1
	LINES_MAX=2 refused 2 "not a number of seconds" "$xt" -d nan
}

@test "unknown family, unknown format: 2" {
	LINES_MAX=2 refused 2 "unknown family 'disk'" "$xt" -f blk,disk
	refused 2 "unknown format 'xml'" "$xt" --format xml
}

@test "unknown disk: 2, before anything is loaded" {
	refused 2 "no disk behind 'xvdz'" "$xt" -D xvdz -d 1
	refused 2 "no disk behind '/nowhere'" "$xt" -D /nowhere -d 1
}

@test "no root: 4, and says what is needed" {
	as_root
	cp "$xt" "$dir/xt" && chmod 755 "$dir" "$dir/xt" && touch "$dir/out" "$dir/err"
	refused 4 "CAP_BPF and CAP_PERFMON" setpriv --reuid=65534 --regid=65534 --clear-groups "$dir/xt" -d 1
	refused 4 "CAP_BPF and CAP_PERFMON" setpriv --reuid=65534 --regid=65534 --clear-groups "$dir/xt" check
}

@test "CAP_BPF and CAP_PERFMON alone: they are enough, or it is said what is" {
	as_root
	cp "$xt" "$dir/xt" && chmod 755 "$dir" "$dir/xt"
	run setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=+bpf,+perfmon \
		--ambient-caps=+bpf,+perfmon "$dir/xt" -d 0.2 --json
	if [ "$status" -eq 0 ]; then
		jq -es '[.[-1].probes[] | select(.rung != "off")] | length > 0' <<< "${output#*Ctrl-C to end}"
	else
		[ "$status" -eq 4 ]
		[[ "$output" == *"add CAP_SYS_ADMIN"* ]]
	fi
}

@test "families that this guest has nothing for: 3" {
	as_root
	[ ! -e /sys/hypervisor/type ] || skip "this is a Xen guest: it has event channels"
	refused 3 "nothing to trace here" "$xt" -f evtchn -d 0.2
	refused 3 "nothing to trace here" "$xt" -f hypercall,evtchn -d 0.2
}

@test "no BTF: 4, and says what is needed" {
	as_root
	refused 4 "no BTF" unshare -m sh -c "mount -t tmpfs none /sys/kernel/btf && exec '$xt' -d 1"
	refused 4 "no BTF" unshare -m sh -c "mount -t tmpfs none /sys/kernel/btf && exec '$xt' check"
}

@test "a folder for -o: 1, before anything is traced" {
	refused 1 "cannot write $dir: Is a directory" "$xt" -o "$dir" -d 1
	refused 1 "cannot write /nonexistent/x.json: No such file" "$xt" -o /nonexistent/x.json -d 1
}

@test "a full disk for -o: 1" {
	as_root
	LINES_MAX=2 refused 1 "cannot write /dev/full: No space left" "$xt" -o /dev/full -d 0.2
}

@test "a full disk for standard output: 1" {
	as_root
	run bash -c "'$xt' -d 0.2 > /dev/full"
	[ "$status" -eq 1 ]
	[[ "$output" == *"cannot write standard output: No space left"* ]]
	run bash -c "'$xt' detect > /dev/full"
	[ "$status" -eq 1 ]
	run bash -c "'$xt' check > /dev/full"
	[ "$status" -eq 1 ]
}

@test "help and version: standard output, 0" {
	run "$xt" --help
	[ "$status" -eq 0 ]
	[[ "$output" == *"detect"*"check"* ]]
	for command in trace detect check record report diff; do
		run "$xt" "$command" --help
		[ "$status" -eq 0 ]
		[[ "$output" == *"Usage"* ]]
	done
	run "$xt" -V
	[ "$status" -eq 0 ]
	[[ "$output" == "xentrace-bpf "* ]]
}

@test "detect needs no root" {
	as_root
	cp "$xt" "$dir/xt" && chmod 755 "$dir" "$dir/xt"
	run setpriv --reuid=65534 --regid=65534 --clear-groups "$dir/xt" detect --json
	[ "$status" -eq 0 ]
	jq -e '.schema == "xentrace-bpf/1" and .type == "detect"' <<< "$output"
}

@test "detect with a root that is none: 1" {
	refused 1 "nonexistent: No such file" "$xt" detect --root /nonexistent
	refused 1 "No such file" "$xt" detect --root ""
	touch "$dir/file"
	refused 1 "$dir/file: Not a directory" "$xt" detect --root "$dir/file"
	ln -s loop "$dir/loop"
	refused 1 "$dir/loop: Too many levels" "$xt" detect --root "$dir/loop"
}

@test "detect with a root without a guest: 1" {
	mkdir "$dir/empty" "$dir/other"
	touch "$dir/other/README"
	refused 1 "no saved guest in $dir/empty" "$xt" detect --root "$dir/empty"
	refused 1 "no saved guest in $dir/other" "$xt" detect --root "$dir/other" --json
	refused 1 "no saved guest in $dir/empty" "$xt" detect --root "$dir/empty" --save "$dir/copy"
	[ ! -e "$dir/copy" ]
}

@test "detect with a root that cannot be read: 1" {
	as_root
	cp "$xt" "$dir/xt" && chmod 755 "$dir" "$dir/xt"
	mkdir -p "$dir/shut/proc" "$dir/listed/proc"
	chmod 0700 "$dir/shut"
	chmod 0744 "$dir/listed" # its names may be read, what they name may not
	for root in shut listed; do
		refused 1 "$dir/$root: Permission denied" setpriv --reuid=65534 --regid=65534 --clear-groups \
			"$dir/xt" detect --root "$dir/$root"
	done
}

@test "detect of a saved guest without most of its files: an answer, 0" {
	mkdir "$dir/guest"
	cp tests/fixtures/platform/nitro/cpuid.txt "$dir/guest"
	run "$xt" detect --root "$dir/guest" --json
	[ "$status" -eq 0 ]
	jq -e '.mode == "kvm" and .disks == []' <<< "$output"
	touch "$dir/guest/proc" "$dir/guest/sys"
	run "$xt" detect --root "$dir/guest"
	[ "$status" -eq 0 ]
	[[ "$output" == *"mode kvm"* ]]
}
