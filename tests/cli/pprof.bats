#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Profiles as Go's pprof reads them.

bats_require_minimum_version 1.5.0

setup()
{
	command -v go > /dev/null || skip "needs go: tools/setup viewers"
	xt=${XT:-build/xentrace-bpf}
	run=tests/fixtures/recording-4.0.xtr
	export HOME=$BATS_TEST_TMPDIR
	profile=$BATS_TEST_TMPDIR/run.pb.gz
	"$xt" report "$run" -o "$profile"
}

pprof()
{
	go tool pprof "$@" 2> "$BATS_TEST_TMPDIR/err" || { cat "$BATS_TEST_TMPDIR/err"; return 1; }
}

# column NUMBER: the sum of one of the samples' values
column()
{
	pprof -raw "$profile" | awk -v column="$1" '/^Locations/ { exit } inside && /^ *-?[0-9]+ .*[0-9]: / {
		sub(":", "", $column); sum += $column } /^cpu_time/ { inside = 1 } END { printf "%.0f\n", sum }'
}

# json FILTER: of the report's total
json()
{
	"$xt" report "$run" --json | tail -n 1 | jq "$1"
}

@test "sums of the samples are the report's, by Go's pprof" {
	[ "$(column 1)" -eq "$(json '.cpu | .idle_ns + .stolen_ns + .unattributed_ns + .guest_ns + .pv_ns + .emulated_ns +
		.hardware_ns')" ]
	[ "$(column 2)" -eq "$(json '[.paths[] | select(.kind == "cpu").count] | add')" ]
	[ "$(column 3)" -eq "$(json '[.paths[] | select(.kind == "wait" and .leg != "total").total_ns] | add')" ]
	[ "$(column 4)" -eq "$(json '[.paths[] | select(.kind == "wait" and .leg != "total").count] | add')" ]
}

@test "stacks, labels and latencies, by Go's pprof" {
	pprof -traces -sample_index=wait_time -tagfocus=device=xvdb "$profile" | tr -d '\n' |
		grep -q 'backend *read *xvdb *disk *pv *wait'
	pprof -tags -sample_index=wait_time "$profile" > "$BATS_TEST_TMPDIR/tags"
	for label in area device operation leg mechanism latency; do
		grep -q "^ $label: Total" "$BATS_TEST_TMPDIR/tags"
	done
	# what took 10 ms or more, of the slow disk alone
	pprof -top -sample_index=wait_time -tagfocus=latency=10ms: "$profile" > "$BATS_TEST_TMPDIR/slow"
	grep -q ' sda$' "$BATS_TEST_TMPDIR/slow"
	run ! grep -q ' xvdb$' "$BATS_TEST_TMPDIR/slow"
	pprof -top "$profile" | grep -q '^Type: cpu_time$'
	pprof -top "$profile" | grep -q '^Duration: 10s, Total samples = 40s'
}

@test "a profile is taken from another one: -diff_base" {
	# from itself nothing is left
	pprof -top -sample_index=wait_count "-diff_base=$profile" "$profile" > "$BATS_TEST_TMPDIR/same"
	grep -q 'Showing nodes accounting for 0, 0% of' "$BATS_TEST_TMPDIR/same"
	run ! grep -q xvdb "$BATS_TEST_TMPDIR/same"
	# merged with itself, and taken from that: once
	pprof -proto "$profile" "$profile" > "$BATS_TEST_TMPDIR/twice.pb.gz"
	pprof -top -nodefraction=0 -sample_index=wait_time "-diff_base=$profile" "$BATS_TEST_TMPDIR/twice.pb.gz" |
		awk '$NF == "wait" { print $4 }' > "$BATS_TEST_TMPDIR/once"
	grep -q s "$BATS_TEST_TMPDIR/once"
	pprof -top -nodefraction=0 -sample_index=wait_time "$profile" | awk '$NF == "wait" { print $4 }' |
		cmp - "$BATS_TEST_TMPDIR/once"
}
