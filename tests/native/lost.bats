#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What is lost, and why, against what the kernel counts and traces itself.

load await

setup_file()
{
	export PATH=$PWD/build:$PATH
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	[ -r /sys/kernel/btf/vmlinux ] || skip "this kernel has no BTF"
	export FILE=$PWD/build/lost.fio
	fio --name=make --filename="$FILE" --size=64M --rw=write --bs=1M --end_fsync=1 > /dev/null
	tests/lib/unseen-ends "$BATS_FILE_TMPDIR" \
		fio --name=load --filename="$FILE" --size=64M --direct=1 --rw=randread --bs=4k \
		--ioengine=libaio --iodepth=32 --runtime=6 --time_based > "$BATS_FILE_TMPDIR/ends"
}

teardown_file()
{
	rm -f "$FILE"
}

total()
{
	jq -s ".[-1] | $1" "$BATS_FILE_TMPDIR/run.json"
}

# Some vendors' kernels run no BPF program while a thread of process 1 is current.
@test "a completion is lost where the kernel ran no program for it, and nowhere else" {
	[ "$(total .conservation.started)" -gt 1000 ]
	lost=$(total .conservation.lost)
	read -r ends issues < "$BATS_FILE_TMPDIR/ends"
	echo "$lost lost; $ends requests ended and $issues were issued while a thread of process 1 was current"
	[ "$lost" -le "$ends" ]
	# Those of them whose slot was not used again are "in flight". One whose issue was not seen either is in
	# no figure of ours.
	missed=$(total '.losses[] | select(.name == "start-missed") | .count')
	[ "$ends" -le $((lost + $(total .conservation.in_flight) + issues - missed)) ]
}

@test "the kernel's count of completed requests stands beside ours" {
	# it ends some between the reading of the one and of the other
	jq -es '.[-1].conservation | .kernel_completed - (.completed + .lost - .preexisting) |
		fabs < 200' "$BATS_FILE_TMPDIR/run.json"
	if [ "$(total .conservation.lost)" -gt 0 ]; then
		tr -s '\n ' ' ' < "$BATS_FILE_TMPDIR/run.txt" |
			grep -q 'the kernel counted [0-9,]* completed'
	fi
}

@test "no program was skipped, and that is read from the kernel" {
	jq -es '.[-1].probes | length > 40 and all(.skipped == 0)' "$BATS_FILE_TMPDIR/run.json"
	[ "$(total '.losses[] | select(.name == "skipped") | .count')" -eq 0 ]
}
