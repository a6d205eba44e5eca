#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The faults of lab-sabotage are in the program as it is: each finds its code, and once.

@test "all faults of the sabotage can be planted" {
	tests/lab/sabotage --plant-only "$BATS_TEST_TMPDIR/tree"
	run diff -rq bpf "$BATS_TEST_TMPDIR/tree/bpf"
	[ "${#lines[@]}" -gt 5 ]
}

@test "and the planting is a copy's: a folder that is there is left alone" {
	run tests/lab/sabotage --plant-only "$BATS_TEST_TMPDIR"
	[ "$status" -ne 0 ]
	run tests/lab/sabotage --plant
	[ "$status" -ne 0 ]
	[[ $output == usage:* ]]
}
