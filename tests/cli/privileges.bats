#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What a command needs, and what it has left once it has what it needs that for.

bats_require_minimum_version 1.5.0

load refused

setup()
{
	xt=$PWD/${XT:-build/xentrace-bpf}
	dir=$(mktemp -d)
	chmod 755 "$dir"
	install -m 755 "$xt" "$dir/xt"
}

teardown()
{
	rm -rf "$dir"
}

as_root()
{
	[ "$(id -u)" -eq 0 ] || skip "needs root"
}

# with CAPS COMMAND…: as another user, with these capabilities alone
with()
{
	local caps=$1

	shift
	setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps="$caps" --ambient-caps="$caps" "$@"
}

# xen_runstate or not: what the page says
needed()
{
	if grep -qa xen_runstate /sys/kernel/btf/vmlinux; then
		echo +bpf,+perfmon
	else
		echo +bpf,+perfmon,+sys_admin
	fi
}

# left OPTION…: what a trace has left, as $left, from /proc/PID/status
left()
{
	rm -f "$dir/ready"
	mkfifo "$dir/ready"
	"$xt" -f blk "$@" --ready-fd 9 9> "$dir/ready" > /dev/null 2> "$dir/err" 3>&- &
	tracer=$!
	timeout 60 head -1 "$dir/ready" > /dev/null
	left=$(sed -nE 's/^(CapPrm|CapEff|CapInh|NoNewPrivs|Seccomp):\t/\1 /p' "/proc/$tracer/status" | xargs)
	kill -INT "$tracer" 2> /dev/null
	kill -TERM "$tracer"
	wait "$tracer"
}

@test "trace, record, wait and check do with what the page says, and not with less" {
	as_root
	all=$(needed)
	with "$all" "$dir/xt" -f blk -d 0.2 -o /dev/null 2> /dev/null
	with "$all" "$dir/xt" wait -f blk -d 3 --when 'guest>0.001%' 2> /dev/null
	with "$all" "$dir/xt" check > /dev/null
	for less in ${all//,/ }; do
		fewer=$(tr ',' '\n' <<< "$all" | grep -vxF -- "$less" | paste -sd,)
		# CAP_SYS_ADMIN stands for the other two
		[[ $fewer != *sys_admin* ]] || continue
		run -4 with "$fewer" "$dir/xt" -f blk -d 0.2
		[[ $output == *CAP_* ]]
		run -4 with "$fewer" "$dir/xt" check
		[[ $output == *CAP_* ]]
	done
}

@test "detect, report, diff and advise need nothing" {
	as_root
	cp tests/fixtures/recording-4.0.xtr "$dir/run.xtr"
	chmod 644 "$dir/run.xtr"
	with -all "$dir/xt" detect > /dev/null
	with -all "$dir/xt" report "$dir/run.xtr" > "$dir/theirs"
	"$xt" report "$dir/run.xtr" | cmp - "$dir/theirs"
	with -all "$dir/xt" diff "$dir/run.xtr" "$dir/run.xtr" > /dev/null
	with -all "$dir/xt" advise "$dir/run.xtr" > "$dir/theirs"
	"$xt" advise "$dir/run.xtr" | cmp - "$dir/theirs"
}

@test "what is attached has no capability left, no new privileges and a filter" {
	as_root
	none="CapInh 0000000000000000 CapPrm 0000000000000000 CapEff 0000000000000000 NoNewPrivs 1 Seccomp 2"
	left
	[ "$left" = "$none" ]
	left -o "$dir/new.svg" -o "$dir/new.json" -o "$dir/new.xtr"
	[ "$left" = "$none" ]
	[ -s "$dir/new.svg" ]
	left 0.1
	[ "$left" = "$none" ]
}

@test "in another user's folder it has what it takes to write there, and the file is as it was" {
	as_root
	install -d -o 65534 -m 700 "$dir/theirs"
	left -o "$dir/theirs/new.svg"
	# CAP_DAC_OVERRIDE and CAP_FOWNER
	[[ $left == *"CapEff 000000000000000a "*"Seccomp 2" ]]
	[ -s "$dir/theirs/new.svg" ]
	install -o 65534 -g 65534 -m 640 /dev/null "$dir/theirs/old.svg"
	left -o "$dir/theirs/old.svg"
	[[ $left == *"CapEff 000000000000000b "*"Seccomp 2" ]]
	[ "$(stat -c '%u:%g %a' "$dir/theirs/old.svg")" = "65534:65534 640" ]
	"$xt" report tests/fixtures/recording-4.0.xtr -o "$dir/theirs/old.svg"
	[ "$(stat -c '%u:%g %a' "$dir/theirs/old.svg")" = "65534:65534 640" ]
	tail -c 7 "$dir/theirs/old.svg" | grep '</svg>'
}

@test "a comparison has nothing left when it reads, either" {
	as_root
	run=tests/fixtures/recording-4.0.xtr
	mkfifo "$dir/full"
	exec 8<> "$dir/full"
	head -c 65536 /dev/zero >&8
	"$xt" diff "$run" "$run" > "$dir/full" 3>&- 8>&- &
	differ=$!
	for _ in {1..100}; do
		! grep -qE '^Seccomp:.2' "/proc/$differ/status" || break
		sleep 0.1
	done
	grep -E '^Seccomp:.2' "/proc/$differ/status"
	grep -E '^CapEff:.0000000000000000' "/proc/$differ/status"
	exec 8>&-
	wait "$differ"
	# and it still writes where it takes more
	install -d -o 65534 -m 700 "$dir/theirs"
	"$xt" diff "$run" "$run" -o "$dir/theirs/new.json"
	jq -es '.[0].type == "diff"' "$dir/theirs/new.json"
}

@test "the flight recorder rotates and is told by conditions without any" {
	as_root
	"$xt" record -f blk --keep 10s -i 0.2 -d 4 -o "$dir/ring" --when 'guest>0.001%' 2> "$dir/err" 3>&- &
	recorder=$!
	until ls "$dir/ring"/*.xtr > /dev/null 2>&1; do sleep 0.1; done
	grep -E '^CapEff:.0000000000000000' "/proc/$recorder/status"
	grep -E '^Seccomp:.2' "/proc/$recorder/status"
	wait "$recorder"
	[ "$(ls "$dir/ring" | wc -l)" -ge 3 ]
}

@test "the list of system calls on the page is the program's" {
	tr '\n' ' ' < src/run/calls.c | sed 's/.*rights__calls\[\] = //; s,/\*[^*]*\*/,,g' | grep -oE '"[a-z0-9_]+"' | tr -d '"' > "$dir/has"
	[ "$(wc -l < "$dir/has")" -gt 50 ]
	sed -n '/^\.Sh PRIVILEGES/,/^\.Sh GLOSSARY/p' "${MAN_PAGES:-tools/man}/xentrace-bpf.8" | sed -n '/^\.Bd/,/^\.Ed/p' |
		sed -nE 's/^\.Li //p' | tr ' ' '\n' | diff "$dir/has" -
}
