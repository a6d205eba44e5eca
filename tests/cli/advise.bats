#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# advise: what is no recording, no Xen guest's, or no list of prices; and what it prints otherwise.

load refused

setup()
{
	xt=${XT:-build/xentrace-bpf}
	dir=$(mktemp -d)
	run=tests/fixtures/recording-4.0.xtr
}

teardown()
{
	rm -rf "$dir"
}

# list MODE [PRICES]: a list of prices, as detect --measure --json prints it
list()
{
	jq -c --arg mode "$1" --argjson prices "${2-null}" \
		'{schema: "xentrace-bpf/1", type: "detect", host: "h", mode: $mode, prices: ($prices // .)}' \
		tests/golden/prices.json
}

# cell COLUMN OPERATION: of the JSON on standard input
cell()
{
	jq -c --arg column "$1" --arg operation "$2" '.operations[] | select(.operation == $operation) |
		.modes[] | select(.column == $column)'
}

@test "usage: 2" {
	LINES_MAX=3 refused 2 "advise about which recording" "$xt" advise
	LINES_MAX=3 refused 2 "one argument too many" "$xt" advise a b
	# shellcheck disable=SC2046 # words
	LINES_MAX=3 refused 2 "more than 16 lists" "$xt" advise $run $(yes -- --prices=a | head -17)
}

@test "what is no recording: 1" {
	refused 1 "nowhere.xtr: No such file" "$xt" advise "$dir/nowhere.xtr"
	refused 1 "/dev/zero: not a regular file" "$xt" advise /dev/zero
	list pv > "$dir/list.json"
	refused 1 "list.json is not a recording" "$xt" advise "$dir/list.json"
}

@test "what is no list of prices: 1" {
	refused 1 "nowhere.json: No such file" "$xt" advise $run --prices "$dir/nowhere.json"
	refused 1 "/dev/zero: not a regular file" "$xt" advise $run --prices /dev/zero
	"$xt" report $run --json | tail -1 > "$dir/report.json"
	refused 1 "report.json is not what detect --measure --json prints" "$xt" advise $run --prices "$dir/report.json"
	refused 1 "is no JSON from byte" "$xt" advise $run --prices $run
	: > "$dir/empty.json"
	refused 1 "empty.json is no JSON" "$xt" advise $run --prices "$dir/empty.json"
	"$xt" detect --json --root tests/fixtures/platform/pv > "$dir/bare.json"
	refused 1 "bare.json has no prices" "$xt" advise $run --prices "$dir/bare.json"
	list kvm > "$dir/kvm.json"
	refused 1 "kvm.json is of no guest whose mode is" "$xt" advise $run --prices "$dir/kvm.json"
	list pv '[{"name": "VM exit", "min_ns": -1, "median_ns": 2, "p90_ns": 3}]' > "$dir/wrong.json"
	refused 1 "wrong.json price 1 has no name" "$xt" advise $run --prices "$dir/wrong.json"
	truncate -s 2M "$dir/large.json"
	refused 1 "large.json is too large" "$xt" advise $run --prices "$dir/large.json"
}

@test "a run of no Xen guest: 3" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	[ "$("$xt" detect --json | jq -r .mode)" != dom0 ] || skip "this is dom0"
	case $("$xt" detect --json | jq -r .mode) in pv | pvh | pvhvm | hvm | hvm-pv) skip "this is a Xen guest" ;; esac
	"$xt" record -d 0.2 -o "$dir/run.xtr" 2> /dev/null
	refused 3 "run.xtr is of no Xen guest" "$xt" advise "$dir/run.xtr"
}

@test "text and JSON of a recording; a cut one is a damaged one" {
	"$xt" advise $run > "$dir/text"
	grep '^disk request ' "$dir/text"
	grep 'not known from here' "$dir/text"
	[ "$(awk '{ if (length > most) most = length } END { print most }' "$dir/text")" -le 100 ]
	"$xt" advise $run --json > "$dir/json"
	[ "$(wc -l < "$dir/json")" -eq 1 ]
	jq -e '.type == "advise" and .mode == "pvhvm" and .prices == []' "$dir/json"
	# as the report has it: 22,043 requests of sda took 3.34 s, in 10 s
	cell hvm "disk request" < "$dir/json" | jq -e '.basis == "this run" and
		(.each_ns.estimate | . > 151000 and . < 152000) and .per_second.estimate == 16727'
	cell pv "page tables of PV" < "$dir/json" | jq -e '.basis == "unknown" and (.why | length > 0) and
		.ns_per_second.estimate == null'
	"$xt" advise $run --strict > /dev/null
	head -c -100 $run > "$dir/cut.xtr"
	status=0
	"$xt" advise "$dir/cut.xtr" --strict > "$dir/text" 2> "$dir/err" || status=$?
	[ "$status" -eq 5 ]
	[ -s "$dir/text" ]
	[ "$(wc -l < "$dir/err")" -eq 1 ]
}

@test "lists of both modes price what the way into Xen changes" {
	list pvhvm '[{"name": "hypercall", "min_ns": 1000, "median_ns": 1100, "p90_ns": 1200},
		{"name": "system call", "min_ns": 100, "median_ns": 100, "p90_ns": 100}]' > "$dir/here.json"
	list pv '[{"name": "hypercall", "min_ns": 500, "median_ns": 600, "p90_ns": 700},
		{"name": "system call", "min_ns": 300, "median_ns": 300, "p90_ns": 300}]' > "$dir/pv.json"
	"$xt" advise $run --json --prices "$dir/here.json" | cell pv "IPI sent" | jq -e '.basis == "unknown"'
	"$xt" advise $run --json --prices "$dir/here.json" --prices "$dir/pv.json" > "$dir/json"
	here=$(cell now "IPI sent" < "$dir/json" | jq .each_ns.estimate)
	cell pv "IPI sent" < "$dir/json" | jq -e --argjson here "$here" '.basis == "price list" and
		(.each_ns.estimate - ($here - 1000 + 300) | fabs < 0.001) and
		.each_ns.low < .each_ns.estimate and .each_ns.estimate < .each_ns.high'
}

@test "this machine's own list is one, if it is a Xen guest's" {
	"$xt" detect --measure --json > "$dir/here.json"
	if jq -e '.mode | IN("pv", "hvm", "hvm-pv", "pvhvm", "pvh")' "$dir/here.json"; then
		"$xt" advise $run --prices "$dir/here.json" | grep PRICES
	else
		refused 1 "is of no guest whose mode" "$xt" advise $run --prices "$dir/here.json"
		# the same prices, were they of one
		jq -c '.mode = "pvhvm"' "$dir/here.json" > "$dir/xen.json"
		"$xt" advise $run --prices "$dir/xen.json" > "$dir/text"
		grep '^system call .*~' "$dir/text"
	fi
}

@test "whoever reads may stop" {
	"$xt" advise $run | head -1 > /dev/null
	[ "${PIPESTATUS[0]}" -eq 0 ]
	refused 1 "cannot write standard output: No space left" bash -c "'$xt' advise $run > /dev/full"
}
