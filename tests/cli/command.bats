#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# xentrace-bpf -- COMMAND: its life is traced, its exit status is ours, and its privileges are those of who called.

bats_require_minimum_version 1.5.0

load refused

setup()
{
	xt=$PWD/${XT:-build/xentrace-bpf}
	terminal=$PWD/tests/lib/terminal
	dir=$(mktemp -d)
	chmod 755 "$dir"
}

teardown()
{
	rm -rf "$dir"
}

as_root()
{
	[ "$(id -u)" -eq 0 ] || skip "needs root"
}

@test "what comes before -- is ours; without a command, or with a wrong one, nothing is traced" {
	refused 2 "is followed by no command" "$xt" -f blk --
	refused 127 "cannot run 'no-such-command': No such file" "$xt" -- no-such-command
	refused 127 "cannot run './no-such': No such file" "$xt" record -o "$dir/new.xtr" -- ./no-such
	refused 126 "cannot run '/etc/passwd': Permission denied" "$xt" -- /etc/passwd
	refused 126 "cannot run '/etc': Permission denied" "$xt" -- /etc
	refused 127 "cannot run ''" "$xt" -- ''
	[ ! -e "$dir/new.xtr" ]
	LINES_MAX=9 refused 2 "is no number of seconds" "$xt" trace true -- true
}

@test "its exit status is given back, a signal's as 128 and its number" {
	as_root
	for code in 0 1 5 42 255; do
		run "$xt" -f blk -o /dev/null -- sh -c "exit $code"
		[ "$status" -eq "$code" ]
	done
	run -137 "$xt" -f blk -o /dev/null -- sh -c 'kill -KILL $$'
	run -143 "$xt" record -f blk -o "$dir/new.xtr" -- sh -c 'kill -TERM $$'
	# where it ended well, what failed of ours counts
	run -1 "$xt" -f blk -o /dev/full -- true
	run -9 "$xt" -f blk -o /dev/full -- sh -c 'exit 9'
}

@test "the report is of its life, on standard error; standard output is its own" {
	as_root
	"$xt" -f blk -- sh -c 'echo out; sleep 0.5; echo err >&2' > "$dir/out" 2> "$dir/err"
	[ "$(< "$dir/out")" = out ]
	[ "$(head -1 "$dir/err")" = err ]
	grep -q "^CPU .*vCPU-s" "$dir/err"
	! grep -q "Tracing" "$dir/err"
	began=$(date +%s%N)
	"$xt" -f blk -o "$dir/new.json" -- sleep 0.5
	jq -es --argjson took $(($(date +%s%N) - began)) '.[-1] | .end_ns - .start_ns | . > 0.5e9 and . < $took' \
		"$dir/new.json"
	"$xt" -f blk --json -o - -- sh -c 'exit 3' > "$dir/new.json" || [ $? -eq 3 ]
	jq -es '.[0].command_line | endswith("-- sh -c exit 3")' "$dir/new.json"
}

@test "record keeps it, and prints the report of that while" {
	as_root
	run -6 "$xt" record -f blk -i 0.2 -o "$dir/new.xtr" -- sh -c 'sleep 0.5; exit 6'
	[[ $output == *"vCPU-s"* ]]
	"$xt" report --json "$dir/new.xtr" | jq -es '[.[] | select(.type == "interval")] | length >= 2'
}

@test "all that it does is seen, from its first request to its last" {
	as_root
	disk=$(lsblk -no pkname,kname "$(df --output=source "$dir" | tail -1)" | awk '{ print $1; exit }')
	[ -n "$disk" ] && [ -e "/sys/block/$disk/stat" ] || skip "needs a disk below $dir"
	sync "$dir"
	# 64 writes, whatever else there is
	"$xt" -f blk -D "$dir" -o "$dir/new.json" -- dd if=/dev/zero of="$dir/file" bs=64k count=64 oflag=direct 2> /dev/null
	jq -es '[.[-1].wait_rows[] | select(.op == "write") | .count] | add >= 64' "$dir/new.json"
	jq -es '.[-1].conservation | .started == .completed + .in_flight + .lost' "$dir/new.json"
}

# ran_as FIELD: of the command's own /proc/self/status
ran_as()
{
	sed -nE "s/^$1:[[:space:]]*//p" "$dir/status" | tr '\t' ' '
}

@test "by sudo it is run as sudo's user, with the groups of that one and no capability" {
	as_root
	echo 'cat /proc/self/status > "$1/status"; env > "$1/env"; ulimit -n > "$1/limit"' > "$dir/who"
	chmod 644 "$dir/who"
	chmod 777 "$dir"
	(ulimit -Sn 123 && SUDO_UID=65534 SUDO_GID=65534 SUDO_USER=nobody HOME=/root KEPT=yes PATH=$PATH \
		"$xt" -f blk -o /dev/null -- sh "$dir/who" "$dir")
	[ "$(ran_as Uid)" = "65534 65534 65534 65534" ]
	[ "$(ran_as Gid)" = "65534 65534 65534 65534" ]
	[ "$(ran_as Groups | tr -d ' ')" = 65534 ]
	[ "$(ran_as CapEff)" = 0000000000000000 ]
	[ "$(ran_as CapPrm)" = 0000000000000000 ]
	[ "$(ran_as CapAmb)" = 0000000000000000 ]
	[ "$(ran_as NoNewPrivs)" = 0 ]
	[ "$(ran_as SigIgn)" = "$(sed -nE 's/^SigIgn:\t//p' /proc/self/status)" ]
	[ "$(ran_as SigBlk)" = 0000000000000000 ]
	grep -x HOME=/nonexistent "$dir/env"
	grep -x USER=nobody "$dir/env"
	grep -x KEPT=yes "$dir/env"
	[ "$(< "$dir/limit")" = 123 ]
}

@test "groups are those that /etc/group gives sudo's user" {
	as_root
	unshare -m sh -c 'printf "one:x:4001:nobody\ntwo:x:4002:root\nthree:x:4003:root,nobody\n" > "$0/group" &&
		mount --bind "$0/group" /etc/group &&
		SUDO_UID=65534 SUDO_GID=65534 exec "$1" -f blk -o /dev/null -- cat /proc/self/status' \
		"$dir" "$xt" > "$dir/status"
	[ "$(ran_as Groups | xargs)" = "4001 4003 65534" ]
}

@test "what sudo's variables say is taken from root alone, and only whole" {
	as_root
	for said in SUDO_UID=1 SUDO_GID=1 "SUDO_UID=1 SUDO_GID=x" "SUDO_UID=-1 SUDO_GID=1" "SUDO_UID= SUDO_GID=1" \
		"SUDO_UID=4294967295 SUDO_GID=1" "SUDO_UID=1 SUDO_GID=0x1" "SUDO_UID=1,2 SUDO_GID=1"; do
		# shellcheck disable=SC2086 # words
		refused 2 "do not say who called" env $said "$xt" -f blk -- true
	done
	# another user's are not believed: who called is whom the kernel names
	install -m 755 "$xt" "$dir/xt"
	SUDO_UID=0 SUDO_GID=0 setpriv --reuid 65534 --regid 65534 --clear-groups \
		--inh-caps=+bpf,+perfmon,+sys_admin --ambient-caps=+bpf,+perfmon,+sys_admin \
		"$dir/xt" -f blk -o /dev/null -- cat /proc/self/status > "$dir/status"
	[ "$(ran_as Uid)" = "65534 65534 65534 65534" ]
	# and what was given to us alone is not the command's
	[ "$(ran_as CapEff)" = 0000000000000000 ]
	[ "$(ran_as CapAmb)" = 0000000000000000 ]
}

@test "without sudo root's command is root's" {
	as_root
	env -u SUDO_UID -u SUDO_GID "$xt" -f blk -o /dev/null -- cat /proc/self/status > "$dir/status"
	[ "$(ran_as Uid)" = "0 0 0 0" ]
	[ "$(ran_as CapEff)" = "$(sed -nE 's/^CapEff:\t//p' /proc/self/status)" ]
}

@test "Ctrl-C is the command's: the report comes at its end, however it takes it" {
	as_root
	run -130 "$terminal" sleeping '^C' "$xt" -f blk -- sh -c 'echo sleeping; exec sleep 60'
	[[ $output == *"vCPU-s"* ]]
	# shellcheck disable=SC2016
	run -7 "$terminal" sleeping '^C' "$xt" -f blk -- bash -c \
		'trap "echo got it" INT; echo sleeping; sleep 0.5; sleep 0.5; exit 7'
	[[ $output == *"got it"*"vCPU-s"* ]]
	run -131 "$terminal" sleeping '^\' "$xt" -f blk -- sh -c 'ulimit -c 0; echo sleeping; exec sleep 60'
	[[ $output == *"vCPU-s"* ]]
}

@test "what ends us alone is passed on, and the report comes at its end" {
	as_root
	for signal in TERM HUP INT; do
		mkfifo "$dir/ready"
		# a background job's INT is ignored, and HUP is below nohup: the command could not even trap them
		env --default-signal=HUP,INT "$xt" -f blk -o "$dir/new.json" --ready-fd 9 -- bash -c \
			"trap 'exit 11' $signal; echo \$\$ > $dir/pid; while :; do sleep 0.1; done" 9> "$dir/ready" 3>&- &
		tracer=$!
		timeout 60 head -1 "$dir/ready"
		until [ -s "$dir/pid" ]; do sleep 0.1; done
		sleep 0.2
		kill -s "$signal" "$tracer"
		status=0
		wait "$tracer" || status=$?
		[ "$status" -eq 11 ]
		jq -es '.[-1].type == "total"' "$dir/new.json"
		! kill -0 "$(< "$dir/pid")"
		rm "$dir/ready" "$dir/pid"
	done
}

@test "a trace that ends first waits for its command" {
	as_root
	SECONDS=0
	run -4 "$xt" -f blk -d 0.3 -o "$dir/new.json" -- sh -c 'sleep 4; exit 4'
	[ "$SECONDS" -ge 4 ]
	jq -es '.[-1] | .end_ns - .start_ns < 4e9' "$dir/new.json"
	run -4 bash -c "'$xt' -f blk -o - 0.2 -- sh -c 'sleep 1; exit 4' | true; exit \${PIPESTATUS[0]}"
}

@test "where nothing can be traced the command is not run" {
	as_root
	install -m 755 "$xt" "$dir/xt"
	chmod 777 "$dir"
	run -4 setpriv --reuid 65534 --regid 65534 --clear-groups "$dir/xt" -- touch "$dir/was-run"
	[ ! -e "$dir/was-run" ]
	run -2 "$xt" -D no-such-disk -- touch "$dir/was-run"
	[ ! -e "$dir/was-run" ]
}
