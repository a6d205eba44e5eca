#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Conditions: wait ends when one holds, and the flight recorder keeps what came before and what comes after.

bats_require_minimum_version 1.5.0

load refused

setup()
{
	xt=$PWD/${XT:-build/xentrace-bpf}
	syslog=$PWD/tests/lib/syslog
	dir=$(mktemp -d)
	ring=$dir/ring
}

teardown()
{
	[ -z "${disk:-}" ] || losetup -d "$disk"
	[ -z "${log:-}" ] || kill "$log" 2> /dev/null || true
	rm -rf "$dir"
}

as_root()
{
	[ "$(id -u)" -eq 0 ] || skip "needs root"
}

# own_disk: $disk, which nobody else writes to, and the condition $busy that load() meets
own_disk()
{
	truncate -s 16M "/dev/shm/when-$$"
	disk=$(losetup -f --show "/dev/shm/when-$$") || skip "needs loop devices"
	rm "/dev/shm/when-$$"
	busy="disk:${disk#/dev/}:write:rate>100"
}

# load SECONDS
load()
{
	timeout "$1" sh -c 'while :; do dd if=/dev/zero of="$0" bs=4k count=200 oflag=direct 2> /dev/null; done' "$disk" || true
}

@test "what is no condition: 2, with what is wrong" {
	LINES_MAX=9 refused 2 "wait for what" "$xt" wait
	LINES_MAX=9 refused 2 "is no condition: there are the figures" "$xt" wait --when 'disk:*:p98>20ms'
	LINES_MAX=9 refused 2 "is no condition: its value is a time" "$xt" wait --when 'disk:*:p99>20'
	LINES_MAX=9 refused 2 "is no condition: there is no finding" "$xt" record --keep 1h -o "$ring" --when finding:none
	LINES_MAX=9 refused 2 "is no condition: it begins with" "$xt" wait --when 'steal>10%'
	refused 2 "say --keep, too" "$xt" record -o "$dir/run.xtr" --when 'stolen>10%'
	refused 2 "need a condition" "$xt" record --keep 1h -o "$ring" --before 1m
	LINES_MAX=9 refused 2 "is no time" "$xt" record --keep 1h -o "$ring" --before 60
	LINES_MAX=9 refused 2 "unrecognized option" "$xt" --when 'stolen>10%'
	[ ! -e "$ring" ]
}

@test "wait ends with 0 when a condition holds, and says by which figure" {
	as_root
	own_disk
	load 8 3>&- &
	busy_pid=$!
	SECONDS=0
	run -0 --separate-stderr "$xt" wait -f blk -d 25 -i 0.5 --when 'disk:nosuch:p99>1ns' --when "$busy for 1s"
	wait $busy_pid
	[ "$SECONDS" -lt 20 ]
	[[ $output == "$busy for 1s: "*" write rate is "* ]]
	[ "$(wc -l <<< "$output")" -eq 1 ]
}

@test "wait ends with 6 where none held until the end, or a signal came" {
	as_root
	run -6 --separate-stderr "$xt" wait -f blk -d 1 --when 'disk:*:p99>1000s' --when 'lost>99%'
	[ -z "$output" ]
	run -6 timeout --preserve-status -s INT 2 "$xt" wait -f blk --when 'disk:*:p99>1000s'
}

# kept: the names of files that are
kept()
{
	find "$ring" -name '*.kept.xtr' -printf '%f\n' | sort
}

@test "the recorder keeps what came before and after from rotation, says so, and goes on" {
	as_root
	own_disk
	"$xt" record -f blk --keep 18s -i 0.5 -o "$ring" --when "$busy" --before 2s --after 2s 2> "$dir/err" > "$dir/out" 3>&- &
	recorder=$!
	until ls "$ring"/*.xtr > /dev/null 2>&1; do sleep 0.2; done
	sleep 4
	cat "$dir/err"; ls "$ring"
	[ -z "$(kept)" ]
	began=$(date +%s)
	load 1.5
	fired=$(date +%s)
	sleep 20
	kill "$recorder"
	wait "$recorder"
	cat "$dir/err"
	[ ! -s "$dir/out" ]
	[ "$(grep -c "^xentrace-bpf: $busy: ${disk#/dev/} write rate is " "$dir/err")" -ge 1 ]
	kept > "$dir/kept"
	[ -s "$dir/kept" ]
	# those that are not kept are gone by now, and those that are have the moment and 2 s around it
	"$xt" report "$ring" --from "$(date -u -d "@$((began - 1))" +%FT%T)" --to "$(date -u -d "@$((fired + 1))" +%FT%T)" \
		--json --intervals 2> /dev/null > "$dir/moment.json"
	first=$(jq -r 'select(.type == "interval") | .start_utc' "$dir/moment.json" | head -1)
	[ "$(date -d "$first" +%s)" -le "$began" ]
	jq -es --arg disk "${disk#/dev/}" '[.[] | select(.type == "interval") | .wait_rows[] | select(.device == $disk and .op == "write") | .count] | add >= 100' "$dir/moment.json"
	# each is whole, and nothing of before 2 s before is kept but what shares its file
	while read -r name; do
		"$xt" report "$ring/$name" > /dev/null 2> "$dir/why"
		[ ! -s "$dir/why" ]
	done < "$dir/kept"
	# while it lasts the budget is another one
	jq -s '[.[] | select(.type == "interval") | .own_cost.budget]' "$dir/moment.json"
	jq -es '[.[] | select(.type == "interval") | .own_cost.budget] | (max - 0.05 | fabs < 1e-9) and (.[0] - 0.01 | fabs < 1e-9)' "$dir/moment.json"
}

@test "a clock that is set back meanwhile prolongs nothing" {
	as_root
	own_disk
	gcc -shared -fPIC -o "$dir/clock.so" tests/lib/set_clock.c
	CLOCK_BEHIND=$dir/behind LD_PRELOAD=$dir/clock.so "$xt" record -f blk --keep 60s -i 0.25 -o "$ring" \
		--when "$busy" --before 1s --after 2s 2> "$dir/err" > /dev/null 3>&- &
	recorder=$!
	until ls "$ring"/*.xtr > /dev/null 2>&1; do sleep 0.1; done
	load 1
	until [ -n "$(kept)" ]; do sleep 0.1; done
	touch "$dir/behind"
	sleep 5
	kill "$recorder"
	wait "$recorder"
	# what is recorded now is named an hour ago, is not kept, and has the run's own budget
	last=$(find "$ring" -name "$(date -u -d '1 hour ago' +%Y%m%dT%H)*" -o -name "$(date -u -d '61 min ago' +%Y%m%dT%H)*" |
		sort | tail -1)
	[[ -n $last && $last != *.kept.xtr ]]
	"$xt" report "$last" --json 2> /dev/null | jq -es '[.[] | select(.type == "interval")][-1].own_cost.budget == 0.01'
}

@test "what is kept is bounded, too" {
	as_root
	mkdir -m 700 "$ring"
	for hour in 00 01 02 03; do
		echo old > "$ring/20200101T${hour}0000Z.kept.xtr"
		touch -d "2020-01-01 $hour:00:04 UTC" "$ring/20200101T${hour}0000Z.kept.xtr"
	done
	"$xt" record -f blk --keep 10s -i 0.5 -d 3 -o "$ring" 2> /dev/null
	# of 4 s each, two are no more than 10 s, whatever their age
	[ "$(kept | tr '\n' ' ')" = "20200101T020000Z.kept.xtr 20200101T030000Z.kept.xtr " ]
}

@test "a line is logged by syslog, once for each time" {
	as_root
	"$syslog" "$dir/log" > "$dir/logged" 3>&- &
	log=$!
	until [ -S "$dir/log" ]; do sleep 0.1; done
	# a condition that always holds; the guest's share is 0 in some intervals of an idle machine
	unshare -m sh -c 'mount -t tmpfs none /dev && mknod -m 666 /dev/null c 1 3 && ln -s "$0/log" /dev/log &&
		exec "$1" record -f blk --keep 10s -i 0.5 -d 4 -o "$2" --when "lost<99%"' "$dir" "$xt" "$ring" 2> "$dir/err"
	kill "$log"
	cat "$dir/logged" "$dir/err"
	grep -E '^<29>.* xentrace-bpf\[[0-9]+\]: lost<99%: lost is ' "$dir/logged"
	[ "$(wc -l < "$dir/logged")" -eq 1 ]
}

@test "where the journal has our standard error, it is not told twice" {
	as_root
	"$syslog" "$dir/log" > "$dir/logged" 3>&- &
	log=$!
	until [ -S "$dir/log" ]; do sleep 0.1; done
	touch "$dir/err"
	JOURNAL_STREAM=$(stat -c %d:%i "$dir/err") unshare -m sh -c 'mount -t tmpfs none /dev && mknod -m 666 /dev/null c 1 3 &&
		ln -s "$0/log" /dev/log && exec "$1" record -f blk --keep 10s -i 0.5 -d 3 -o "$2" --when "guest>0.001%"' \
		"$dir" "$xt" "$ring" 2>> "$dir/err"
	kill "$log"
	grep "guest>0.001%: guest is " "$dir/err"
	[ ! -s "$dir/logged" ]
}
