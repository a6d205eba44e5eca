#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The demo: its report is held against what the README says of it, and it waits for what it says it waits for.

bats_require_minimum_version 1.5.0

setup()
{
	dir=$BATS_TEST_TMPDIR
}

# the guest of the golden reports has load on an emulated sda and a paravirtual xvdb
promised()
{
	run --separate-stderr tools/demo/promised "$dir/report.json" sda xvdb
}

# changed FILTER: the golden report with its total changed by jq's filter
changed()
{
	jq -c "if .type == \"total\" then $1 else . end" tests/golden/pvhvm.json > "$dir/report.json"
}

# lacks TEXT FILTER: a report changed like this fails, in one line of standard error that has the text
lacks()
{
	changed "$2"
	promised
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr == "demo: failed: the report "*"$1"*"; fix: "* ]]
}

@test "a report with all that is promised" {
	changed .
	promised
	[ "$status" -eq 0 ]
	[ -z "$output$stderr" ]
}

@test "a report without rows of a disk" {
	lacks "has no row of the emulated disk sda: none of its requests ended" 'del(.paths[] | select(.device == "sda"))'
	lacks "has no row of the paravirtual disk xvdb: none" 'del(.paths[] | select(.device == "xvdb"))'
	lacks "has no row of the emulated disk sda" 'del(.paths[] | select(.area == "disk"))'
}

@test "a row with no completed request is none, nor one of CPU time, nor one by another mechanism" {
	lacks "emulated disk sda" '(.paths[] | select(.device == "sda") | .count) = 0'
	lacks "paravirtual disk xvdb" 'del(.paths[] | select(.device == "xvdb" and .kind == "wait"))'
	lacks "emulated disk sda" '(.paths[] | select(.device == "sda") | .mechanism) = "pv"'
}

@test "without rows the probe that is off is named" {
	lacks "the probe block_rq_issue is off: refused" 'del(.paths[] | select(.area == "disk")) |
		(.probes[] | select(.name == "block_rq_issue")) |= (.rung = "off" | .cause = "refused" | .fix = "mend it")'
}

@test "a report without the finding, or with it of another disk" {
	lacks "finding emulated-disk of sda" '(.findings[] | select(.id == "emulated-disk") | .verdict) = "not met"'
	lacks "finding emulated-disk of sda" '(.findings[] | select(.id == "emulated-disk") | .subject) = "sdb"'
	lacks "finding emulated-disk of sda" '.findings = []'
}

@test "a report without the steal split, or with one that does not add up" {
	lacks "does not divide steal" '.cpu.has_runstate = false | .cpu.offline_ns = null'
	lacks "does not divide steal" '.cpu.stolen_ns = null'
	lacks "nothing was held by the device model" '.cpu.held_by_device_model_ns = 0'
	lacks "divides steal wrongly" '.cpu.stat_steal_ns *= 3'
	lacks "divides steal wrongly" '.cpu.stat_steal_ns -= 3e9'
}

@test "on a slow machine two readings are seconds apart, and the report shows it" {
	changed '.vcpu_ns += 2e9 | .cpu.stat_steal_ns -= 3e9'
	promised
	[ "$status" -eq 0 ]
}

@test "a report that is cut, or empty, or not there" {
	head -c 20000 tests/golden/pvhvm.json > "$dir/report.json"
	promised
	[ "$status" -eq 1 ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	jq -c '.type = "interval"' tests/golden/pvhvm.json > "$dir/report.json"
	promised
	[[ $stderr == *"has no total"* ]]
	rm "$dir/report.json"
	promised
	[[ $stderr == *"cannot be read"* ]]
	[ "$status" -eq 1 ]
}

# A guest of two disks, with programs that write down when they begin. fio's is $1, a shell line.
guest()
{
	mkdir -p "$dir"/{out,job,bin} "$dir"/block/{sdc,xvdo}
	echo "100 0 0 0 50 0 0 0 0 0 0" | tee "$dir"/block/{sdc,xvdo}/stat > /dev/null
	printf '#!/bin/bash\necho "$*" >> %s/log\n' "$dir" > "$dir/bin/lab-stage"
	printf '#!/bin/bash\nexec sleep 100\n' > "$dir/bin/ping"
	printf '#!/bin/bash\ndisk=${2#--filename=/dev/} stat=%s/block/$disk/stat\n%s\n' "$dir" "$1" > "$dir/bin/fio"
	cat > "$dir/bin/xentrace-bpf" <<-END
	#!/bin/bash
	trap 'echo report; exit' TERM
	echo ready >&9
	echo tracer >> $dir/log
	while :; do sleep 0.1; done
	END
	chmod +x "$dir"/bin/*
	PATH=$dir/bin:$PATH OUT=$dir/out JOB=$dir/job SYS=$dir PATIENCE=4 SECONDS_TRACED=1 LAB_PEER=127.0.0.1 \
		LAB_DISK_EMULATED=/dev/sdc LAB_DISK_PV=/dev/xvdo run timeout 60 tools/demo/guest 3>&-
}

busy='for ((n = 100; ; n += 15)); do echo "$n 0 0 0 $n 0 0" > "$stat.new"; mv "$stat.new" "$stat"; sleep 0.2; done'

@test "the tracer starts when the load has been seen on both disks" {
	guest "[ \$disk = sdc ] && sleep 2; $busy"
	[ "$status" -eq 0 ]
	[ "$output" = report ]
	[[ $(< "$dir/log") =~ ^'load started'.*$'\n''load seen, '[0-9]+' I/Os on sdc and '[0-9]+' on xvdo'.*$'\n'tracer ]]
	[ "$(< "$dir/out/disks")" = "sdc xvdo" ]
	[ ! -e "$dir/out/why" ]
}

@test "a load that is not seen on a disk is no demo: what was waited for is said" {
	guest "[ \$disk = sdc ] && exec sleep 100; $busy"
	[ "$status" -eq 1 ]
	[[ $(< "$dir/out/why") == "waited 4 s for the load's I/O, 20 of each disk; "*"; fix: "* ]]
	[[ $(< "$dir/out/why") == *"the kernel counted 0 of sdc and "* ]]
	! grep tracer "$dir/log"
}

@test "nor is one that has ended" {
	guest "echo 'fio: no such engine'; exit 1"
	[ "$status" -eq 1 ]
	[[ $(< "$dir/out/why") == "waited for the load's I/O, but fio on "*" has ended: fio: no such engine; fix: "* ]]
}
