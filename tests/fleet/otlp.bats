#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The metrics of a real run as OTLP, read by the protocol's own definition (protoc of OpenTelemetry's .proto
# files, strictly): no member that it does not know, and each sample is the one that OpenMetrics has.

setup_file()
{
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	command -v protoc > /dev/null || skip "needs protoc: tools/setup fleet"
	export dir=$BATS_FILE_TMPDIR
	xt=$PWD/${XT:-build/xentrace-bpf}
	tests/fleet/otlp-definition "$dir/proto" > "$dir/definition.log" 2>&1 ||
		{ cat "$dir/definition.log" >&2; return 1; }
	"$xt" record -o "$dir/run.xtr" -- dd if=/dev/zero of="$dir/written" bs=4k count=500 oflag=direct 2> "$dir/err" ||
		{ cat "$dir/err" >&2; return 1; }
	"$xt" report "$dir/run.xtr" -o "$dir/run.otlp.json" -o "$dir/run.om"
}

@test "each sample is the one that OpenMetrics has, by the protocol's own definition" {
	tests/fleet/otlp-compare "$dir/proto" "$dir/run.otlp.json" "$dir/run.om"
}

@test "a member that the protocol does not know is found" {
	sed 's/"startTimeUnixNano"/"startTimeUnixNanos"/' "$dir/run.otlp.json" > "$dir/wrong.json"
	run ! tests/fleet/otlp-compare "$dir/proto" "$dir/wrong.json" "$dir/run.om"
	[[ $output == *startTimeUnixNanos* ]]
}
