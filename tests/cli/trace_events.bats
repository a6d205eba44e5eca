#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A run on a time axis, for viewers of Chrome's trace events.

bats_require_minimum_version 1.5.0

setup()
{
	xt=${XT:-build/xentrace-bpf}
	dir=$BATS_TEST_TMPDIR
}

@test "slices lie in each other, counters go on, every process has its name" {
	"$xt" report tests/fixtures/recording-4.0.xtr -o "$dir/run.trace.json"
	tests/lib/trace-events "$dir/run.trace.json" > "$dir/counts"
	grep -q '^3 processes, 13 counters, 3 requests, 9 legs$' "$dir/counts"
}

@test "what no viewer could read is found" {
	"$xt" report tests/fixtures/recording-4.0.xtr --format trace-json > "$dir/run"
	for wrong in 'del(.traceEvents[-1])' '.traceEvents[-1].ts = 1' '.traceEvents[-2].name = "x"' \
		'.traceEvents[-1].id = 2' '.traceEvents[-1].pid = 7' '.traceEvents[3].args = {}' \
		'.traceEvents[3].ts = 6e9' '.traceEvents[1].args.name = "vCPUs"' 'del(.traceEvents[2])' \
		'.traceEvents[5].args.value = null'; do
		jq -c "$wrong" "$dir/run" > "$dir/wrong"
		echo "$wrong"
		run ! tests/lib/trace-events "$dir/wrong"
	done
}

@test "intervals that nobody asked for are in it, and those of a recording are the same" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	"$xt" -d 3 -o "$dir/live.trace.json" -o "$dir/run.xtr"
	"$xt" -d 3 -o "$dir/alone.trace.json" > "$dir/out"
	[ ! -s "$dir/out" ]
	"$xt" report "$dir/run.xtr" -o "$dir/report.trace.json"
	cmp "$dir/live.trace.json" "$dir/report.trace.json"
	tests/lib/trace-events "$dir"/*.trace.json
	for run in live alone; do
		[ "$(jq '[.traceEvents[] | select(.name == "vCPUs" and .ph == "C")] | length' "$dir/$run.trace.json")" -ge 3 ]
	done
}
