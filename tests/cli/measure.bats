#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The price list of this machine: every figure stands in a relation to others that holds anywhere.

setup_file()
{
	export list=$BATS_FILE_TMPDIR/list.json

	"${XT:-build/xentrace-bpf}" detect --measure --json > "$list"
}

setup()
{
	xt=${XT:-build/xentrace-bpf}
}

# holds FILTER: jq's filter over the object is true; the prices are shown if it is not
holds()
{
	jq -e "$1" "$list" > /dev/null || { jq -c '.prices[]' "$list"; false; }
}

@test "one object: detect's, and the prices" {
	[ "$(wc -l < "$list")" -eq 1 ]
	holds '.schema == "xentrace-bpf/1" and .type == "detect" and (.spectrum | length) > 0'
	holds '(.prices | length) >= 10 and ([.prices[].name] | unique | length) == (.prices | length)'
}

@test "without --measure there are none" {
	"$xt" detect --json | jq -e 'has("prices") | not'
	run "$xt" detect
	[[ "$output" != *PRICES* ]]
}

@test "a price is positive, and min <= median <= p90" {
	holds '.prices | map(select(.why_not == null)) | length >= 8 and
	       all(.min_ns > 0 and .min_ns <= .median_ns and .median_ns <= .p90_ns and
		   .batches >= 1 and .runs >= .batches)'
}

@test "what is not measured says why, and has no figure" {
	holds '.prices | map(select(.why_not != null)) |
	       all((.why_not | length) > 0 and .min_ns == null and .median_ns == null and
		   .p90_ns == null and .runs == 0)'
}

@test "every price says how it was measured" {
	holds '.prices | all((.how | length) > 0)'
}

@test "a real system call is dearer than a clock read in the vDSO, fork than a page fault" {
	[ "$(< /sys/devices/system/clocksource/clocksource0/current_clocksource)" = tsc ] ||
		skip "the vDSO may not read this clock source"
	holds '(.prices | map({(.name): .median_ns}) | add) as $ns |
	       $ns["clock read, kernel"] > $ns["clock read"] and
	       $ns["fork, exit, wait"] > $ns["page fault"]'
}

@test "one CPU: no other to interrupt or wake, and we say so" {
	taskset -c "$(taskset -cp $$ | sed 's/.*[ ,-]//')" "$xt" detect --measure --json |
		jq -e '.prices | map(select(.name | startswith("IPI"))) | length == 2 and
		       all(.why_not | contains("no other CPU"))'
}

@test "it takes no longer than 20 s, whatever the machine" {
	run timeout 20 "$xt" detect --measure
	[ "$status" -eq 0 ]
	[[ "$output" == *PRICES* ]]
}

@test "needs no root: less is measured, and it says so" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	cp "$xt" "$BATS_TEST_TMPDIR/xt"
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/xt"
	setpriv --reuid=65534 --regid=65534 --clear-groups "$BATS_TEST_TMPDIR/xt" detect --measure --json |
		jq -e '.prices | map(select(.name | startswith("port read"))) | all(.why_not != null)'
}

@test "not of a saved guest: usage, 2, one line" {
	run "$xt" detect --measure --root tests/fixtures/platform/pv
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ "$output" == *"--measure is about this machine"* ]]
}
