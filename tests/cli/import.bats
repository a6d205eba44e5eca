#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Xen's records beside a recording, and what is refused.

load refused

setup()
{
	xt=${XT:-build/xentrace-bpf}
	dir=$BATS_TEST_TMPDIR
	trace=tests/fixtures/xentrace/made.xentrace
	recording=tests/fixtures/recording-4.0.xtr
	real=tests/fixtures/xentrace/pvh
}

json()
{
	"$xt" import "$trace" "$recording" --json "$@"
}

@test "exits by reason and by device; JSON follows its schema" {
	json --tsc-khz 2000000 > "$dir/json"
	tests/lib/validate tools/schema/xentrace-bpf-1.schema.json "$dir/json"
	jq -e '.complete and .domain == 1 and .tick_ns == 0.5 and .records == 3201' "$dir/json"
	jq -e '[.exits[].count] | add == 700' "$dir/json"
	jq -e '.devices[] | select(.device == "ACPI PM").count == 100' "$dir/json"
	"$xt" import "$trace" "$recording" > "$dir/text"
	grep "^EXITS, by AMD's reasons" "$dir/text"
	! grep INCOMPLETE "$dir/text"
}

@test "the domain that is said, or the only one that may be meant" {
	json -d 1 | cmp - <(json)
	refused 3 "has no records of domain 77; it has domains 0 (PV), 1 (HVM or PVH)" \
		"$xt" import "$trace" "$recording" -d 77
	refused 3 "has no VM exits of domain 0" "$xt" import "$trace" "$recording" --domain 0
	[ "$(json | jq .tick_ns)" = null ]
}

@test "a real guest: it is found, its TSC is known, and Xen saw the load that the guest did" {
	"$xt" import $real.xentrace $real.xtr --json --strict > "$dir/json"
	jq -e '.domain == 1 and .records == 9077 and .cpus == 2 and .lost == 0 and (.differ | not)' "$dir/json"
	# a PVH guest of one vCPU; 2596 MHz, as CPUID told it
	jq -e '.nr_vcpus == 1 and .tick_ns > 0.385 and .tick_ns < 0.386' "$dir/json"
	jq -e '["interrupt", "VMMCALL", "MSR", "HLT", "CPUID"] - [.exits[].name] == []' "$dir/json"
	# each of its hypercalls is an exit
	[ "$(jq '.exits[] | select(.name == "VMMCALL").count' "$dir/json")" -eq \
		"$(jq '[.hypercalls[].count] | add' "$dir/json")" ]
	# and the guest counted as many a second, of two looks at different seconds
	jq -e '.hypercalls[0] | .name == "vcpu_op" and .per_vcpu_second > 0.5 * .ledger_per_vcpu_second and
		.per_vcpu_second < 2 * .ledger_per_vcpu_second' "$dir/json"
	jq -e '.xen_states | .running + .stolen + .idle + .held_off | . > 0.999 and . < 1.001' "$dir/json"
	refused 3 "has no records of domain 2" "$xt" import $real.xentrace $real.xtr -d 2
	# another host's domain 1, and another load
	"$xt" import "$trace" $real.xtr > "$dir/text"
	grep "These are not of the same load" "$dir/text"
}

@test "records: a line each, in the order of time" {
	"$xt" import --records "$trace" > "$dir/records"
	[ "$(wc -l < "$dir/records")" -eq "$(json | jq .records)" ]
	sort -c -n -k1,1 "$dir/records"
	[ "$(grep -c "^[0-9]* [0-9]* $(json | jq .domain)\.[0-9]* exit " "$dir/records")" -eq \
		"$(json | jq '[.exits[].count] | add')" ]
	# whoever reads them may stop
	run bash -c "'$xt' import --records '$trace' | head -1; exit \${PIPESTATUS[0]}"
	[ "$status" -eq 0 ]
}

@test "what is no file of xentrace, or is damaged: 1, or said first" {
	for file in "$xt" README.md "$recording"; do
		refused 1 "$file is no file of xentrace" "$xt" import "$file" "$recording"
		refused 1 "$file is no file of xentrace" "$xt" import --records "$file"
	done
	: > "$dir/empty"
	refused 1 "has no records" "$xt" import "$dir/empty" "$recording"
	refused 1 "No such file" "$xt" import "$dir/none" "$recording"
	refused 1 "not a regular file" "$xt" import /dev/zero "$recording"
	refused 1 "Is a directory" "$xt" import "$dir" "$recording"
	refused 1 "No such file" "$xt" import "$trace" "$dir/none"
	# cut by its writer's end
	head -c 40001 "$trace" > "$dir/cut"
	"$xt" import "$dir/cut" "$recording" | grep "ends within a record"
	"$xt" import "$dir/cut" "$recording" --strict > /dev/null
	# and somebody's zeros in it
	cp "$trace" "$dir/damaged"
	dd if=/dev/zero of="$dir/damaged" bs=1 seek=20000 count=100 conv=notrunc status=none
	"$xt" import "$dir/damaged" "$recording" | grep "INCOMPLETE: what is at byte [0-9]* and behind"
	run "$xt" import "$dir/damaged" "$recording" --strict
	[ "$status" -eq 5 ]
	run "$xt" import "$dir/damaged" --records --strict
	[ "$status" -eq 5 ]
}

@test "a recording of what is no guest of Xen: 3" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	"$xt" record -d 0.2 -f timer -o "$dir/here.xtr" 2> /dev/null
	mode=$("$xt" report "$dir/here.xtr" --json | jq -r 'select(.type == "header").mode')
	[[ $mode == kvm || $mode == nitro || $mode == bare-metal ]] || skip "of this machine, $mode, that cannot be told"
	refused 3 "is of no guest of Xen" "$xt" import "$trace" "$dir/here.xtr"
}

@test "usage: 2" {
	LINES_MAX=3 refused 2 "import which file of xentrace" "$xt" import
	LINES_MAX=3 refused 2 "beside which recording" "$xt" import "$trace"
	LINES_MAX=3 refused 2 "one argument too many" "$xt" import "$trace" "$recording" more
	LINES_MAX=3 refused 2 "one argument too many" "$xt" import --records "$trace" "$recording"
	LINES_MAX=3 refused 2 "records has no --json" "$xt" import --records --json "$trace"
	for domain in '' -1 x 1x 99999; do
		LINES_MAX=3 refused 2 "is not a number up to" "$xt" import -d "$domain" "$trace" "$recording"
	done
	LINES_MAX=3 refused 2 "tsc-khz '0' is no frequency" "$xt" import --tsc-khz 0 "$trace" "$recording"
}

@test "what cannot be written is said: 1" {
	for what in "" --json; do
		run bash -c "'$xt' import '$trace' '$recording' $what > /dev/full"
		[ "$status" -eq 1 ]
		[ "$output" = "xentrace-bpf: cannot write standard output: No space left on device" ]
	done
}
