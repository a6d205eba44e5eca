#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What a process is given at its start: too few descriptors, too little memory, standard ones closed.

bats_require_minimum_version 1.5.0

setup()
{
	xt=$PWD/${XT:-build/xentrace-bpf}
	dir=$(mktemp -d)
	cp tests/fixtures/recording-4.0.xtr "$dir/run.xtr"
}

teardown()
{
	rm -rf "$dir"
}

as_root()
{
	[ "$(id -u)" -eq 0 ] || skip "needs root"
}

# same FILE…: each is the fixture's report, and nothing else
same()
{
	"$xt" report "$dir/run.xtr" --json > "$dir/wanted"
	for file; do
		cmp "$file" "$dir/wanted"
	done
}

@test "standard descriptors that are closed: no file becomes one of them" {
	for closed in '<&-' '2>&-' '<&- 2>&-' '<&- >&- 2>&-' '>&-'; do
		bash -c "exec $closed; exec '$xt' report '$dir/run.xtr' -o '$dir/a.json' -o '$dir/b.json'"
		same "$dir/a.json" "$dir/b.json"
		rm "$dir"/?.json
	done
}

@test "a recording gets no words for people" {
	as_root
	for closed in '2>&-' '<&- 2>&-' '>&- 2>&-' '<&- >&- 2>&-'; do
		bash -c "exec $closed; exec '$xt' record -v -f blk -d 0.3 -i 0.1 -o '$dir/new.xtr' -o '$dir/new.json'"
		"$xt" report --strict --json "$dir/new.xtr" | cmp - "$dir/new.json"
	done
}

@test "a report that nobody can get is an error: 1" {
	for command in "report $dir/run.xtr" "diff $dir/run.xtr $dir/run.xtr" "detect" --help; do
		run bash -c "exec >&-; exec '$xt' $command"
		[ "$status" -eq 1 ]
	done
}

@test "without /dev, too" {
	as_root
	unshare -m sh -c "mount -t tmpfs none /dev && exec '$xt' report '$dir/run.xtr' -o '$dir/a.json' <&- >&- 2>&-"
	same "$dir/a.json"
}

# probes FILE: how many are on
probes()
{
	jq -es '[.[-1].probes[] | select(.rung != "off")] | length' "$1"
}

# whole: status 0 with all probes, as in $dir/all.json, or 1 with one line that says $1
whole()
{
	if [ "$status" -eq 0 ]; then
		[ "$(probes "$dir/out.json")" -eq "$all" ]
	else
		[ "$status" -eq 1 ]
		[ "$(wc -l < "$dir/err")" -eq 1 ]
		grep -q "$1" "$dir/err"
		[ ! -e "$dir/out.json" ]
	fi
	rm -f "$dir/out.json"
}

@test "too few descriptors: all probes, or a runtime failure with its cause" {
	as_root
	"$xt" -d 0.1 -o "$dir/all.json" 2> /dev/null
	all=$(probes "$dir/all.json")
	short=0
	for n in 16 32 40 48 64 80 100 130 170 220 300 500; do
		run bash -c "ulimit -n $n; exec '$xt' -d 0.1 -o '$dir/out.json' 2> '$dir/err' 3>&-"
		whole "too few file descriptors"
		short=$((short + status))
	done
	# both were seen, or nothing was tried
	[ "$short" -gt 3 ] && [ "$status" -eq 0 ]
	for n in 32 48; do
		run -1 bash -c "ulimit -n $n; exec '$xt' check --json 3>&-"
		[[ $output == *"too few file descriptors"* ]]
		run -1 bash -c "ulimit -n $n; exec '$xt' record -d 0.1 -o '$dir/new.xtr' 3>&-"
		[[ $output == *"too few file descriptors"* ]]
		[ ! -e "$dir/new.xtr" ]
	done
}

@test "the soft limit alone is no limit" {
	as_root
	bash -c "ulimit -Sn 48; exec '$xt' -d 0.1 -o '$dir/out.json'" 2> /dev/null
	"$xt" -d 0.1 -o "$dir/all.json" 2> /dev/null
	[ "$(probes "$dir/out.json")" -eq "$(probes "$dir/all.json")" ]
}

@test "too little memory: all probes, or a runtime failure with its cause" {
	as_root
	"$xt" -d 0.1 -o "$dir/all.json" 2> /dev/null
	all=$(probes "$dir/all.json")
	short=0
	for mb in 9 12 16 18 20 24 28 32 36 40 44 60 200; do
		status=0
		(ulimit -v $((1024 * mb)) && exec "$xt" -d 0.1 -o "$dir/out.json" 2> "$dir/err" 3>&-) || status=$?
		# where the program itself cannot be loaded it says nothing
		[ "$status" -ne 127 ] || continue
		whole "out of memory"
		short=$((short + status))
	done
	[ "$short" -gt 3 ] && [ "$status" -eq 0 ]
}

@test "as root no environment variable is read, by no library either" {
	as_root
	"$xt" report --help > "$dir/wanted"
	ARGP_HELP_FMT=rmargin=40 "$xt" report --help | cmp - "$dir/wanted"
	POSIXLY_CORRECT=1 "$xt" report "$dir/run.xtr" --json > "$dir/a.json"
	same "$dir/a.json"
}
