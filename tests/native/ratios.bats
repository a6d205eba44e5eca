#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What tracing costs beside another tracer: ratios, which vary less than times do.

@test "a request costs at most what it costs biolatency, and one that is only counted 0.8 of that" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	command -v biolatency biolatency-libbpf > /dev/null || skip "needs biolatency (libbpf-tools)"
	# twice: a run in which one of the two is disturbed more says nothing
	tests/bench/ratios || tests/bench/ratios
}

# added LOAD TRACER: ns that it added, in the table that make bench printed
added()
{
	awk -v load="$1" -v tracer="$2" '
		/^[^ ]/ { now = substr($0, 1, 24); sub(/ +$/, "", now) }
		{ name = substr($0, 40, 25); sub(/ +$/, "", name) }
		now == load && name == tracer { split(substr($0, 65), word, " "); gsub(",", "", word[1]); print word[1]; exit }' \
		tests/bench/costs.txt
}

@test "the kept table of make bench: reads of 8 jobs cost at most what they cost biolatency, disks alone 0.7 of that" {
	theirs=$(added "read, 8 jobs" biolatency)
	[ "$theirs" -gt 0 ]
	all=$(added "read, 8 jobs" xentrace-bpf)
	blk=$(added "read, 8 jobs" "xentrace-bpf -f blk")
	echo "all $all, disks $blk, biolatency $theirs"
	[ $((10 * all)) -le $((10 * theirs)) ]
	[ $((10 * blk)) -le $((7 * theirs)) ]
	# a task switch costs nothing that can be measured, nor does a loop beside an idle tracer
	[ "$(added "two task switches" "xentrace-bpf -f blk")" -lt 165 ]
	[ "$(added "20,000 additions" xentrace-bpf)" -lt 397 ]
}
