#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# How late this machine's timers expire: held against the kernel's own trace of each of them, and
# against a sleeper that measures it itself.

setup_file()
{
	export PATH=$PWD/build:$PATH
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	[ -r /sys/kernel/btf/vmlinux ] || skip "this kernel has no BTF"
	grep -qw tracefs /proc/filesystems || skip "this kernel has no tracefs"
	export RUN=$BATS_FILE_TMPDIR/run
	mkdir "$RUN"
	unshare -m tests/lib/hrtimers "$RUN" tests/lib/sleeper --sleeps 1000 --past 50 \
		> "$RUN/verdict" || true
}

# The paths of the total, through a filter.
late()
{
	jq -es '[.[-1].paths[] | select(.leg == "lateness")] | '"$1" "$RUN/run.json"
}

@test "expiries, and how late they were: as the kernel's own trace has them, timer by timer" {
	cat "$RUN/verdict"
	[ "$(grep -c ': ok$' "$RUN/verdict")" -eq 6 ]
	[ "$(grep -c FAIL "$RUN/verdict")" -eq 0 ]
}

@test "a sleeper finds itself no less late than its timers were" {
	cat "$RUN/load.json"
	late 'map(.count) | add' > "$BATS_TEST_TMPDIR/count"
	jq -e --argjson count "$(cat "$BATS_TEST_TMPDIR/count")" '.sleeps <= $count' "$RUN/load.json"
	# all that ours were, without what the kernel's trace says of timers that others started
	jq -e --argjson ns "$(late 'map(.total_ns) | add')" --slurpfile others "$RUN/others.json" \
		'.sum_ns >= $ns - ($others[0].ns + $others[0].within)' "$RUN/load.json"
}

@test "timers set to a time long past are counted, and not called late" {
	jq -es '.[-1].losses[] | select(.name == "timers-past") | .lost == false and .count >= 50' \
		"$RUN/run.json"
	# 1 ns after the machine's start, or after 1970: no stolen vCPU is late by so much
	late 'all(.max_ns < '"$(jq -s '.[-1].start_ns' "$RUN/run.json")"')'
}

@test "the device is the one that sysfs names, its mechanism the spectrum's" {
	jq -es --arg device "$(cat /sys/devices/system/clockevents/clockevent0/current_device)" \
		'(.[0].detect.spectrum[] | select(.area == "timers") | .letter) as $letter |
		 [.[-1].paths[] | select(.leg == "lateness")] | length > 0 and
		 all(.area == "timers" and .kind == "wait" and .device == $device and
		     .mechanism == {P: "pv", VS: "emulated", VH: "hardware", H: "hardware", "?": "unattributed"}[$letter])' \
		"$RUN/run.json"
}
