#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# record --keep: files of bounded length in a folder, each a recording, the oldest deleted; and what report and
# diff make of such a folder, and of a span of time.

bats_require_minimum_version 1.5.0

load refused

setup()
{
	xt=$PWD/${XT:-build/xentrace-bpf}
	dir=$(mktemp -d)
	ring=$dir/ring
}

teardown()
{
	rm -rf "$dir"
}

as_root()
{
	[ "$(id -u)" -eq 0 ] || skip "needs root"
}

# record OPTION…: as $recorder, until it has attached
record()
{
	rm -f "$dir/ready"
	mkfifo "$dir/ready"
	"$xt" record -f blk -o "$ring" "$@" --ready-fd 9 9> "$dir/ready" 2> "$dir/err" > /dev/null 3>&- &
	recorder=$!
	timeout 60 head -1 "$dir/ready" > /dev/null
}

# intervals FILE…: how many are in them
intervals()
{
	local file

	for file; do
		"$xt" report "$file" --json 2> /dev/null | jq -c 'select(.type == "interval")'
	done | wc -l
}

@test "what is no time, no size and no folder: 2, and nothing is traced" {
	for keep in '' 24 9s 0h 24H 999K 24h30m -1h 1e3s; do
		LINES_MAX=9 refused 2 "is no time from 10s on" "$xt" record --keep="$keep" -o "$ring"
	done
	refused 2 "needs one folder" "$xt" record --keep 24h
	refused 2 "needs one folder" "$xt" record --keep 24h -o "$ring" -o "$dir/run.xtr"
	refused 2 "needs one folder" "$xt" record --keep 24h -o -
	refused 2 "has no --format" "$xt" record --keep 24h -o "$ring" --json
	refused 2 "not for the life of a command" "$xt" record --keep 24h -o "$ring" -- true
	[ ! -e "$ring" ]
}

@test "a folder that others may write to, or that is none, or is taken: 1" {
	as_root
	install -d -m 777 "$dir/open"
	refused 1 "others may write there" "$xt" record --keep 24h -o "$dir/open"
	install -d -o 65534 "$dir/theirs"
	refused 1 "others may write there" "$xt" record --keep 24h -o "$dir/theirs"
	touch "$dir/file"
	refused 1 "Not a directory" "$xt" record --keep 24h -o "$dir/file"
	record --keep 10s
	refused 1 "another recorder is at work there" "$xt" record --keep 24h -o "$ring"
	kill "$recorder"
	wait "$recorder"
}

@test "each file is a recording of its own, nothing is missing between them, and all of it is its user's" {
	as_root
	began=$(date +%s%N)
	(umask 0 && "$xt" record -f blk --keep 24s -o "$ring" -i 0.2 -d 4.1 2> /dev/null)
	took=$(($(date +%s%N) - began))
	[ "$(ls "$ring" | wc -l)" -ge 3 ]
	[ -z "$(find "$ring" -perm /077)" ]
	for file in "$ring"/*; do
		"$xt" report "$file" --json -o "$dir/one.json" 2> "$dir/err"
		[ ! -s "$dir/err" ]
		tail -1 "$dir/one.json" | jq -c '[.start_ns, .end_ns, (.vcpu_ns)]'
	done > "$dir/spans"
	# each begins where the one before it ended
	jq -es '[range(1; length) as $i | .[$i][0] == .[$i - 1][1]] | all' "$dir/spans"
	"$xt" report "$ring" --json | tail -1 > "$dir/whole.json"
	jq -es --argjson took "$took" '.[0].end_ns - .[0].start_ns | . > 4.0e9 and . < $took' "$dir/whole.json"
	[ "$(jq '.vcpu_ns' "$dir/whole.json")" = "$(jq -s 'map(.[2]) | add' "$dir/spans")" ]
	[ "$(jq '.interval' "$dir/whole.json")" = "$(intervals "$ring"/*)" ]
}

@test "by time the oldest go, and no other file" {
	as_root
	mkdir -m 700 "$ring"
	for name in 20200101T000000Z.xtr 20200101T000000Z-2.xtr; do
		echo old > "$ring/$name"
		touch -d '2020-01-01 01:00 UTC' "$ring/$name"
	done
	for name in 20200101T000000Z.xtr.bak notes.txt 20200101T000000.xtr 20200101T000000Z-1.xtr 2020.xtr \
		20200132T000000Z.xtr .20200101T000000Z.xtr; do
		echo mine > "$ring/$name"
		touch -d '2020-01-01 01:00 UTC' "$ring/$name"
	done
	ln -s /etc/passwd "$ring/20200101T000001Z.xtr"
	"$xt" record -f blk --keep 10s -o "$ring" -i 0.5 2> /dev/null 3>&- &
	recorder=$!
	until first=$(compgen -G "$ring/*.xtr" | grep -v /2020 | head -1) && [ "$first" ]; do sleep 0.1; done
	while [ -e "$first" ]; do sleep 0.1; done
	kill -INT $recorder
	wait $recorder
	[ ! -e "$ring/20200101T000000Z.xtr" ] && [ ! -e "$ring/20200101T000000Z-2.xtr" ]
	[ "$(grep -l mine -r "$ring" --include='*' | wc -l)" -eq 7 ]
	[ -L "$ring/20200101T000001Z.xtr" ]
	rm "$ring/20200101T000001Z.xtr"
	"$xt" report "$ring" --json 2> /dev/null | jq -es '.[-1] | .end_ns - .start_ns > 10e9'
}

@test "by size there is never more than was said" {
	as_root
	"$xt" record -f blk --keep 1M -o "$ring" -i 0.01 -d 12 2> /dev/null &
	recorder=$!
	most=0
	while kill -0 $recorder 2> /dev/null; do
		bytes=$(du -sb --apparent-size "$ring" 2> /dev/null | cut -f1)
		[ "${bytes:-0}" -le "$most" ] || most=$bytes
		sleep 0.2
	done
	wait $recorder
	echo "most $most"
	# with the folder itself and an interval more
	[ "$most" -le 1020000 ]
	[ "$(ls "$ring" | wc -l)" -ge 2 ]
}

@test "what was recorded while the clock was ahead goes before what is new" {
	as_root
	mkdir -m 700 "$ring"
	for name in 20260101T000000Z 20990101T000000Z 20990101T010000Z 20990101T020000Z; do
		truncate -s 300K "$ring/$name.xtr"
	done
	"$xt" record -f blk --keep 1M -o "$ring" -d 0.5 2> /dev/null
	[ ! -e "$ring/20990101T000000Z.xtr" ]
	for name in 20260101T000000Z 20990101T010000Z 20990101T020000Z; do
		[ -e "$ring/$name.xtr" ]
	done
}

@test "who is killed loses one interval at most, and the next recorder goes on" {
	as_root
	for run in 1 2 3; do
		record --keep 1h -i 0.2
		began=$(date +%s%N)
		sleep 3
		kill -KILL "$recorder"
		ended=$(date +%s%N)
		wait "$recorder" || true
		newest=$(find "$ring" -name '*.xtr' | sort | tail -1)
		"$xt" report "$newest" --json 2> /dev/null | tail -1 > "$dir/total.json"
		# what is missing of what it ran, in ns: an interval, which is longer on a busy machine
		jq -e --argjson ran "$((ended - began))" '$ran - (.end_ns - .start_ns) < 1.5e9' "$dir/total.json"
	done
	[ "$(ls "$ring" | wc -l)" -eq 3 ]
	# nothing is left of what never had a name
	[ -z "$(find "$ring" -name '.*' -type f)" ]
	"$xt" report "$ring" --json > "$dir/all.json" 2> "$dir/err"
	[ "$(jq .interval "$dir/all.json" | tail -1)" = "$(intervals "$ring"/*)" ]
	grep -q "s of that time were not recorded" "$dir/err"
	[ "$(wc -l < "$dir/err")" -eq 1 ]
}

@test "it is read while it is written" {
	as_root
	record --keep 10s -i 0.1
	for try in 1 2 3 4 5 6 7 8 9 10; do
		sleep 0.3
		"$xt" report "$ring" --json > "$dir/all.json" 2> "$dir/why"
		cat "$dir/why"
		[ ! -s "$dir/why" ]
		jq -es '.[-1].type == "total"' "$dir/all.json"
	done
	kill "$recorder"
	wait "$recorder"
}

@test "a span of a folder, or of one recording, is what began in it" {
	as_root
	"$xt" record -f blk --keep 24s -o "$ring" -i 0.2 -d 5 2> /dev/null
	"$xt" report "$ring" --json --intervals 2> /dev/null > "$dir/all.json"
	from=$(jq -r 'select(.interval == 6 and .type == "interval") | .start_utc' "$dir/all.json")
	to=$(jq -r 'select(.interval == 16 and .type == "interval") | .start_utc' "$dir/all.json")
	# by whole seconds, in whichever form
	from=${from%.*} to=${to%.*}
	wanted=$(jq -r 'select(.type == "interval") | .start_utc' "$dir/all.json" |
		awk -v from="$from" -v to="$to" 'substr($0, 1, 19) >= from && substr($0, 1, 19) < to' | wc -l)
	[ "$wanted" -ge 5 ]
	for form in "$from $to" "${from}Z ${to}Z" "${from#*T} ${to#*T}"; do
		read -r a b <<< "$form"
		"$xt" report "$ring" --from "$a" --to "$b" --json --intervals > "$dir/some.json"
		[ "$(jq -c 'select(.type == "interval")' "$dir/some.json" | wc -l)" -eq "$wanted" ]
		jq -es --argjson n "$wanted" '.[-1] | .type == "total" and .interval == $n' "$dir/some.json"
	done
	# the total is the intervals', whether they are shown or not
	"$xt" report "$ring" --from "$from" --to "$to" --json | tail -1 | jq -c '[.vcpu_ns, .conservation, .cpu]' > "$dir/a"
	tail -1 "$dir/some.json" | jq -c '[.vcpu_ns, .conservation, .cpu]' | cmp - "$dir/a"
	# an excerpt is a recording, and gives the same
	"$xt" report "$ring" --from "$from" --to "$to" -o "$dir/excerpt.xtr"
	"$xt" report "$dir/excerpt.xtr" --json 2>&1 | tail -1 | jq -c '[.vcpu_ns, .conservation, .cpu]' | cmp - "$dir/a"
	"$xt" report "$dir/excerpt.xtr" --from -1s --json | jq -es '.[-1].interval >= 4 and .[-1].interval <= 6'
	"$xt" report "$ring" --from "$from" -o "$dir/page.html"
	grep -q '</html>' "$dir/page.html"
	"$xt" diff "$ring@$from..$to" "$ring@-1s.." > "$dir/diff"
	grep -q "^before .*$ring" "$dir/diff"
}

@test "a span with nothing in it, or that is none, is said" {
	as_root
	"$xt" record -f blk --keep 24s -o "$ring" -i 0.2 -d 1 2> /dev/null
	refused 1 "has no recording of that time" "$xt" report "$ring" --from '2020-01-01 00:00' --to '2020-01-01 01:00'
	refused 1 "no interval of that time" "$xt" report "$ring" --from '2090-01-01 00:00'
	refused 1 "ends before it begins" "$xt" report "$ring" --from -1s --to -2s
	LINES_MAX=9 refused 2 "is no time" "$xt" report "$ring" --from 25:00
	LINES_MAX=9 refused 2 "is no span of time" "$xt" diff "$ring@14:00" "$ring"
	mkdir "$dir/empty"
	refused 1 "empty has no recording" "$xt" report "$dir/empty"
	# a name with @ is a name where there is such a file
	cp tests/fixtures/recording-4.0.xtr "$dir/run@14:00..14:10"
	"$xt" diff "$dir/run@14:00..14:10" "$dir/run@14:00..14:10" > /dev/null
}

@test "one damaged file is said, and the others are read" {
	as_root
	"$xt" record -f blk --keep 24s -o "$ring" -i 0.2 -d 4 2> /dev/null
	second=$(find "$ring" -name '*.xtr' | sort | sed -n 2p)
	size=$(stat -c %s "$second")
	printf '\xff\xff\xff' | dd of="$second" bs=1 seek=$((size / 2)) conv=notrunc 2> /dev/null
	run -5 --separate-stderr "$xt" report "$ring" --strict --json
	[[ $stderr == *"is damaged in block"* || $stderr == *"ends before its first figures"* ]]
	# shellcheck disable=SC2154
	tail -1 <<< "$output" | jq -e '.type == "total"'
	echo rubbish > "$second"
	run -5 --separate-stderr "$xt" report "$ring" --strict --json
	[[ $stderr == *"is not a recording"* ]]
	tail -1 <<< "$output" | jq -e '.type == "total"'
}
