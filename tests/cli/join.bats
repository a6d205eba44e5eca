#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A guest's recording and one of its dom0: the leg "backend" in parts, in every format, and what is refused.

load refused

setup()
{
	xt=${XT:-build/xentrace-bpf}
	dir=$BATS_TEST_TMPDIR
	guest=tests/fixtures/join/guest.xtr
	dom0=tests/fixtures/join/dom0.xtr
}

@test "a real guest whose disk is 20 ms late in dom0: the same requests, and the storage is it" {
	"$xt" join --strict --json "$guest" "$dom0" > "$dir/json"
	tests/lib/validate tools/schema/xentrace-bpf-1.schema.json "$dir/json"
	jq -e '.complete and .domain == 1 and .alone == 0' "$dir/json"
	jq -e '[.rows[] | select(.device == "xvdr")] | map(.op) == ["write", "read"] and
		all(.exact and .count == 150 and .rear_count == 150 and .storage_ns > 20e6 and .storage_ns > .7 * .mean_ns)' \
		"$dir/json"
	# the leg is its parts
	jq -e 'all(.rows[]; (.rear_ns + .ring_ns - .backend_ns | fabs) < 1 and
		(([.parts[].share_ns] | add) - .rear_ns | fabs) < .01 * .rear_ns)' "$dir/json"
	"$xt" join "$guest" "$dom0" | grep "storage 78.5 %"
}

@test "a real guest under iperf3: as many frames in dom0, and what each guest costs it" {
	nic=(tests/fixtures/join/nic-guest.xtr tests/fixtures/join/nic-dom0.xtr)
	"$xt" join --json "${nic[@]}" > "$dir/json"
	tests/lib/validate tools/schema/xentrace-bpf-1.schema.json "$dir/json"
	jq -e '.rows[] | select(.op == "sent") | .exact and .back_end == "vif-1-0" and .count == 1525 and .rear_count == 1525 and
		(.parts | map(.name)) == ["wake", "grants", "stack"]' "$dir/json"
	# dom0 has its stack for longer than the guest waits: no part of its leg
	jq -e '.rows[] | select(.op == "sent") | ([.parts[] | select(.name != "stack") | .share_ns] | add) as $sum |
		(.rear_ns - $sum | fabs) < .02 * $sum' "$dir/json"
	jq -e '.received == [.received[] | select(.device == "eth0" and .exact and .count == 3242 and .rear_count == 3242)] and
		(.received[0].parts | map(.name)) == ["slots", "thread", "copy"]' "$dir/json"
	"$xt" join "${nic[@]}" | grep "eth0 received  3,242 frames; in dom0 vif-1-0 3,242"
	"$xt" join "${nic[@]}" -o "$dir/both.folded"
	grep "^wait;guest;network;eth0;sent;dom0 wake " "$dir/both.folded"
	! grep "eth0;sent;dom0 stack" "$dir/both.folded"
	"$xt" report "${nic[1]}" | grep -A 2 "^SERVED" | grep "^ 1 pvh-6.1  *2.121 .* 0.847 .* 1.274"
}

@test "as a report of any format: the guest's run with the leg divided" {
	for format in folded svg html pb.gz xtr om; do
		"$xt" join "$guest" "$dom0" -o "$dir/both.$format"
		[ -s "$dir/both.$format" ]
	done
	grep "^wait;hardware;disk;xvdr;read;dom0 device " "$dir/both.folded"
	! grep "xvdr;read;backend" "$dir/both.folded"
	"$xt" report "$dir/both.xtr" --json | tail -n 1 | jq -e '.wait_rows[] | select(.device == "xvdr" and .op == "read") |
		[.legs[].name] == ["queue", "submit", "dom0 wake", "dom0 grants", "dom0 submit", "dom0 device", "dom0 unmap",
			"ring", "handler", "finish"] and .mean_ns > 31e6'
	[ "$(stat -c %a "$dir/both.svg")" = 600 ]
}

@test "what cannot be joined says why" {
	refused 3 "has nothing of the devices of $guest; it has domains 1" "$xt" join "$guest" "$dom0" -d 7
	refused 3 "has nothing of a device of blkfront or netfront" "$xt" join "$dom0" "$guest"
	refused 3 "has nothing of guests' disks and NICs" "$xt" join "$guest" "$guest"
	LINES_MAX=3 refused 2 "join which two recordings" "$xt" join "$guest"
	LINES_MAX=3 refused 2 "is one argument too many" "$xt" join "$guest" "$dom0" "$guest"
	LINES_MAX=3 refused 2 "is not a number from 1 to" "$xt" join "$guest" "$dom0" -d 0
	refused 2 "a join has no format 'trace-json'" "$xt" join "$guest" "$dom0" -o "$dir/x.trace.json"
	cp "$guest" "$dir/own.xtr"
	refused 2 "is a recording that is read" "$xt" join "$dir/own.xtr" "$dom0" -o "$dir/own.xtr"
	cmp "$guest" "$dir/own.xtr"
	refused 1 "No such file" "$xt" join "$dir/none" "$dom0"
}
