#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Bad input: one clear line on standard error, the documented exit code, nothing on standard output.

load refused

setup()
{
	xt=${XT:-build/xentrace-bpf}
	dir=$(mktemp -d)
}

teardown()
{
	rm -rf "$dir"
}

as_root()
{
	[ "$(id -u)" -eq 0 ] || skip "needs root"
}

@test "unknown option: usage, 2" {
	LINES_MAX=2 refused 2 "unrecognized option" "$xt" --no-such-option
}

@test "unknown command is no interval: 2, and says which there are" {
	for word in frobnicate tops bogus Detect reports _ /dev/null run.xtr; do
		refused 2 "unknown command '$word': there are trace, detect, top, check" "$xt" "$word"
		refused 2 "unknown command '$word'" "$xt" "$word" 1 2
		LINES_MAX=3 refused 2 "'$word' is no number of seconds" "$xt" -d 1 "$word"
		LINES_MAX=3 refused 2 "'$word' is no number of seconds" "$xt" trace "$word"
		LINES_MAX=3 refused 2 "'$word' is no number of seconds" "$xt" record -o "$dir/x" "$word"
	done
	LINES_MAX=3 refused 2 "a command comes first" "$xt" -d 1 detect
	LINES_MAX=3 refused 2 "not a number of seconds" "$xt" 1x
	[ ! -e "$dir/x" ]
}

@test "a number is decimal, with nothing around it: 2" {
	for number in 0x10 0x1p3 inf nan 1e999 ' 5' '5 ' +5 5s 1,5 '' . 1e; do
		LINES_MAX=3 refused 2 "duration '$number' is not a number" "$xt" -d "$number"
		LINES_MAX=3 refused 2 "interval '$number' is not a number" "$xt" -i "$number"
		LINES_MAX=3 refused 2 "slower '$number' is not a number" "$xt" report x --slower "$number"
	done
	for number in 0x10 1.5 ' 5' +5 -5 5s '' 1e3 99999999999999999999999; do
		LINES_MAX=3 refused 2 "sample '$number' is not a number" "$xt" --sample "$number"
		LINES_MAX=3 refused 2 "ready-fd '$number' is not a number" "$xt" --ready-fd "$number"
	done
	LINES_MAX=3 refused 2 "interval '0x1' is not a number" "$xt" 0x1
	LINES_MAX=3 refused 2 "count '0x1' is not a number" "$xt" 1 0x1
}

@test "owners are by comm, pid or cgroup: 2" {
	for by in '' nothing user COMM comm,pid; do
		LINES_MAX=3 refused 2 "--by '$by' is none of comm, pid, cgroup" "$xt" --by "$by" -d 0.2
		LINES_MAX=3 refused 2 "is none of comm, pid, cgroup" "$xt" record -o "$dir/x" --by "$by"
	done
	for pid in '' 0 -1 1x 0x10 99999999999; do
		LINES_MAX=3 refused 2 "-p '$pid' is not the number of a process" "$xt" -p "$pid" -d 0.2
	done
	LINES_MAX=3 refused 2 "names no control group" "$xt" -c '' -d 0.2
	LINES_MAX=3 refused 2 "-p and -c: say one of them" "$xt" -p 1 -c x -d 0.2
	for command in report top wait diff detect check; do
		LINES_MAX=3 refused 2 "unrecognized option" "$xt" $command --by comm
	done
}

@test "a process that is not there: 2, before anything is attached" {
	as_root
	true & gone=$!
	wait $gone
	refused 2 "-p $gone: no such process" "$xt" -p "$gone" -d 0.2
	refused 2 "-p 2147483647: no such process" "$xt" record -o "$dir/x" -p 2147483647 -d 0.2
	[ ! -e "$dir/x" ]
}

@test "an empty word is no word: 2" {
	for families in '' , blk, ,blk blk,,net; do
		LINES_MAX=3 refused 2 "unknown family ''" "$xt" -f "$families" -d 0.2
	done
	LINES_MAX=3 refused 2 "names no file" "$xt" -o '' -d 0.2
	LINES_MAX=3 refused 2 "names no file" "$xt" report x -o ''
	refused 2 "unknown format ''" "$xt" --format ''
	refused 2 "no disk behind ''" "$xt" -D '' -d 0.2
	refused 2 "no NIC ''" "$xt" -N '' -d 0.2
	refused 1 "cannot read : No such file" "$xt" report ''
}

@test "a descriptor to be told on has to be there, and open for writing: 2" {
	LINES_MAX=3 refused 2 "ready-fd 99: Bad file descriptor" "$xt" --ready-fd 99 -d 0.2
	LINES_MAX=3 refused 2 "ready-fd 8: not open for writing" "$xt" --ready-fd 8 -d 0.2 8< README.md
	LINES_MAX=3 refused 2 "ready-fd 8: Bad file descriptor" "$xt" record -o "$dir/x" --ready-fd 8 8>&-
	[ ! -e "$dir/x" ]
}

# formats FORMAT FILE…: each begins as that format does
formats()
{
	local format=$1 file

	shift
	"$xt" report tests/fixtures/recording-4.0.xtr --format "$format" > "$dir/wanted"
	for file; do
		cmp "$dir/wanted" "$file"
	done
}

@test "a format by the extension, in any case; by --format where that says none" {
	cd "$dir" && mkdir a.svg.d && cd - > /dev/null
	report=("$xt" report tests/fixtures/recording-4.0.xtr)
	"${report[@]}" -o "$dir/x.JSON" -o "$dir/x.Svg" -o "$dir/x.Prom" -o "$dir/x.Otlp.Json" -o "$dir/x.Pb.Gz" -o "$dir/x"
	formats json "$dir/x.JSON"
	formats svg "$dir/x.Svg"
	formats openmetrics "$dir/x.Prom"
	formats otlp "$dir/x.Otlp.Json"
	formats pprof "$dir/x.Pb.Gz"
	formats text "$dir/x"
	"${report[@]}" --format svg -o "$dir/x" -o "$dir/y.json" -o "$dir/a.svg.d/z" -o "$dir/v1.0"
	formats svg "$dir/x" "$dir/a.svg.d/z" "$dir/v1.0"
	formats json "$dir/y.json"
	"${report[@]}" --format json -o - -o "$dir/w.svg" > "$dir/out"
	formats json "$dir/out"
	formats svg "$dir/w.svg"
	"$xt" diff tests/fixtures/recording-4.0.xtr tests/fixtures/recording-4.0.xtr -o "$dir/d.JSON"
	"$xt" diff tests/fixtures/recording-4.0.xtr tests/fixtures/recording-4.0.xtr --json -o "$dir/d"
	cmp "$dir/d" "$dir/d.JSON"
}

@test "a format that nobody can mean: 2, and no file" {
	report=("$xt" report tests/fixtures/recording-4.0.xtr) diff=("$xt" diff tests/fixtures/recording-4.0.xtr tests/fixtures/recording-4.0.xtr)
	for command in "$xt -d 0.2" "${report[*]}" "${diff[*]}"; do
		# shellcheck disable=SC2086 # words
		refused 2 "no format has the extension '.yaml'" $command -o "$dir/x.yaml"
		# shellcheck disable=SC2086
		refused 2 "x.svg says svg" $command --json -o "$dir/x.svg"
	done
	refused 2 "a diff has no format 'recording'" "${diff[@]}" --json -o "$dir/x.xtr"
	refused 2 "record needs a file" "$xt" record --format svg -o "$dir/x.dat" -d 0.2
	[ "$(ls -A "$dir" | grep -cv '^out$\|^err$')" -eq 0 ]
}

@test "-h is --help, of every command" {
	"$xt" -h | cmp - <("$xt" --help)
	for command in trace detect top check record report diff; do
		"$xt" "$command" --help > "$dir/wanted"
		"$xt" "$command" -h | cmp - "$dir/wanted"
	done
}

@test "what cannot be written is said with its cause, whatever it was: 1" {
	fixture=tests/fixtures/recording-4.0.xtr
	for command in --help -h help -V --version --usage; do
		run bash -c "'$xt' $command > /dev/full"
		[ "$status" -eq 1 ]
		[ "$output" = "xentrace-bpf: cannot write standard output: No space left on device" ]
	done
	for command in {trace,detect,top,check,record,wait,report,diff,join,import}\ {--help,--usage,-V} "detect --json" detect \
		"report $fixture --format "{text,json,folded,svg,html,openmetrics,otlp,pprof,trace-json,recording} \
		"diff $fixture $fixture --format "{text,json,folded,svg,html}; do
		run bash -c "'$xt' $command > /dev/full"
		[ "$status" -eq 1 ]
		[ "$output" = "xentrace-bpf: cannot write standard output: No space left on device" ]
	done
	# a reader that went away is none
	run bash -c "'$xt' trace --help | true; exit \${PIPESTATUS[0]}"
	[ "$status" -eq 0 ] && [ -z "$output" ]
}

@test "the same of check, in text and JSON" {
	as_root
	for option in "" --json; do
		run bash -c "'$xt' check $option > /dev/full"
		[ "$status" -eq 1 ]
		[ "$output" = "xentrace-bpf: cannot write standard output: No space left on device" ]
	done
}

# widest COLUMNS COMMAND…: the length of its longest line on a terminal as wide as that
widest()
{
	local columns=$1

	shift
	script -qec "stty cols $columns; $*" /dev/null < /dev/null | tr -d '\r' | tee "$dir/seen" | wc -L
}

@test "lines fit the terminal, those of a file are as wide as ever" {
	fixture=tests/fixtures/recording-4.0.xtr
	for command in "report $fixture -C -v" "diff $fixture $fixture -v" \
		"detect --root tests/fixtures/platform/"{pvhvm,nitro,dom0}; do
		for columns in 40 72 80 120 160; do
			[ "$(widest "$columns" "$xt" "$command")" -le "$columns" ]
			[ -s "$dir/seen" ]
		done
		# shellcheck disable=SC2086 # words
		"$xt" $command > "$dir/file"
		[ "$(wc -L < "$dir/file")" -gt 80 ]
		[ "$(widest 300 "$xt" "$command")" -le 160 ]
		# nothing of it but where lines end
		[ "$(widest 100 "$xt" "$command")" -le 100 ]
		[ "$(tr -d ' \n' < "$dir/seen")" = "$(tr -d ' \n' < "$dir/file")" ]
	done
	# a file beside the terminal stays a file
	widest 60 "$xt" report $fixture -o - -o "$dir/beside.txt"
	"$xt" report $fixture | cmp - "$dir/beside.txt"
}

@test "COLUMNS is for a terminal that does not tell, and not for root" {
	as_root
	report="$(realpath "$xt") report tests/fixtures/recording-4.0.xtr"
	export COLUMNS=60
	[ "$(widest 80 "$report")" -gt 60 ]
	[ "$(widest 0 "$report")" -gt 80 ]
	cp "$xt" "$dir/xt" && cp tests/fixtures/recording-4.0.xtr "$dir" && chmod 755 "$dir" "$dir"/*
	report="setpriv --reuid=65534 --regid=65534 --clear-groups $dir/xt report $dir/recording-4.0.xtr"
	[ "$(widest 0 "$report")" -le 60 ]
	COLUMNS=0x10 widest 0 "$report" | grep -qx 9. || [ "$(wc -L < "$dir/seen")" -gt 90 ]
	[ "$(COLUMNS=60 bash -c "$report" | wc -L)" -gt 90 ]
}

@test "--slower that is no time: 2" {
	for ms in 0 -1 x 5s nan; do
		LINES_MAX=2 refused 2 "not a number of milliseconds" "$xt" "--slower=$ms"
	done
}

@test "--exact of something else than all: 2" {
	LINES_MAX=2 refused 2 "only 'all' can be said" "$xt" --exact=some
	LINES_MAX=3 refused 2 "only 'all' can be said" "$xt" check --exact=some
}

@test "duration that is no time: 2" {
	LINES_MAX=2 refused 2 "shorter than 0.01 s" "$xt" -d 0.2 -i 1e-9
	LINES_MAX=2 refused 2 "shorter than 0.01 s" "$xt" 0.001
	LINES_MAX=2 refused 2 "no trace" "$xt" 1 0
	LINES_MAX=2 refused 2 "not a number of seconds" "$xt" -d 0
	LINES_MAX=2 refused 2 "not a number of seconds" "$xt" -d soon
	LINES_MAX=2 refused 2 "not a number of seconds" "$xt" -d -1
	LINES_MAX=2 refused 2 "not a number of seconds" "$xt" -d nan
}

@test "unknown family, unknown format: 2" {
	LINES_MAX=2 refused 2 "unknown family 'disk'" "$xt" -f blk,disk
	refused 2 "unknown format 'xml'" "$xt" --format xml
}

@test "unknown disk: 2, before anything is loaded" {
	refused 2 "no disk behind 'xvdz'" "$xt" -D xvdz -d 1
	refused 2 "no disk behind '/nowhere'" "$xt" -D /nowhere -d 1
}

@test "no root: 4, and says what is needed" {
	as_root
	cp "$xt" "$dir/xt" && chmod 755 "$dir" "$dir/xt" && touch "$dir/out" "$dir/err"
	refused 4 "CAP_BPF and CAP_PERFMON" setpriv --reuid=65534 --regid=65534 --clear-groups "$dir/xt" -d 1
	refused 4 "CAP_BPF and CAP_PERFMON" setpriv --reuid=65534 --regid=65534 --clear-groups "$dir/xt" check
}

@test "one of both capabilities: 4, and the other one is named" {
	as_root
	cp "$xt" "$dir/xt" && chmod 755 "$dir" "$dir/xt" && touch "$dir/out" "$dir/err"
	as_nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
	refused 4 "needs CAP_PERFMON, too" \
		"${as_nobody[@]}" --inh-caps=+bpf --ambient-caps=+bpf "$dir/xt" check
	refused 4 "needs CAP_BPF, too" \
		"${as_nobody[@]}" --inh-caps=+perfmon --ambient-caps=+perfmon "$dir/xt" -d 1
}

@test "root of a user namespace: 4, and says that its capabilities are of no use" {
	as_root
	unshare -Ur true || skip "this machine makes no user namespaces"
	refused 4 "those of a user namespace" unshare -Ur "$xt" check
	refused 4 "those of a user namespace" unshare -Ur "$xt" -d 1
}

@test "CAP_BPF and CAP_PERFMON alone: they are enough, or it is said what is" {
	as_root
	cp "$xt" "$dir/xt" && chmod 755 "$dir" "$dir/xt"
	run setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=+bpf,+perfmon \
		--ambient-caps=+bpf,+perfmon "$dir/xt" -d 0.2 --json
	if [ "$status" -eq 0 ]; then
		jq -es '[.[-1].probes[] | select(.rung != "off")] | length > 0' <<< "${output#*Ctrl-C to end}"
	else
		[ "$status" -eq 4 ]
		[[ "$output" == *"add CAP_SYS_ADMIN"* ]]
	fi
}

@test "families that this guest has nothing for: 3" {
	as_root
	[ ! -e /sys/hypervisor/type ] || skip "this is a Xen guest: it has event channels"
	refused 3 "nothing to trace here" "$xt" -f evtchn -d 0.2
	refused 3 "nothing to trace here" "$xt" -f hypercall,evtchn -d 0.2
}

@test "no BTF: 4, and says what is needed" {
	as_root
	refused 4 "no BTF" unshare -m sh -c "mount -t tmpfs none /sys/kernel/btf && exec '$xt' -d 1"
	refused 4 "no BTF" unshare -m sh -c "mount -t tmpfs none /sys/kernel/btf && exec '$xt' check"
}

@test "a folder for -o: 1, before anything is traced" {
	refused 1 "cannot write $dir: Is a directory" "$xt" -o "$dir" -d 1
	refused 1 "cannot write /nonexistent/x.json: No such file" "$xt" -o /nonexistent/x.json -d 1
}

@test "a full disk for -o: 1" {
	as_root
	LINES_MAX=2 refused 1 "cannot write /dev/full: No space left" "$xt" -o /dev/full -d 0.2
}

@test "a full disk for standard output: 1" {
	as_root
	run bash -c "'$xt' -d 0.2 > /dev/full"
	[ "$status" -eq 1 ]
	[[ "$output" == *"cannot write standard output: No space left"* ]]
	run bash -c "'$xt' detect > /dev/full"
	[ "$status" -eq 1 ]
	run bash -c "'$xt' check > /dev/full"
	[ "$status" -eq 1 ]
}

@test "help and version: standard output, 0" {
	run "$xt" --help
	[ "$status" -eq 0 ]
	[[ "$output" == *"detect"*"check"* ]]
	for command in trace detect top check record report diff; do
		run "$xt" "$command" --help
		[ "$status" -eq 0 ]
		[[ "$output" == *"Usage"* ]]
	done
	run "$xt" -V
	[ "$status" -eq 0 ]
	[[ "$output" == "xentrace-bpf "* ]]
}

@test "detect needs no root" {
	as_root
	cp "$xt" "$dir/xt" && chmod 755 "$dir" "$dir/xt"
	run setpriv --reuid=65534 --regid=65534 --clear-groups "$dir/xt" detect --json
	[ "$status" -eq 0 ]
	jq -e '.schema == "xentrace-bpf/1" and .type == "detect"' <<< "$output"
}

@test "detect with a root that is none: 1" {
	refused 1 "nonexistent: No such file" "$xt" detect --root /nonexistent
	refused 1 "No such file" "$xt" detect --root ""
	touch "$dir/file"
	refused 1 "$dir/file: Not a directory" "$xt" detect --root "$dir/file"
	ln -s loop "$dir/loop"
	refused 1 "$dir/loop: Too many levels" "$xt" detect --root "$dir/loop"
}

@test "detect with a root without a guest: 1" {
	mkdir "$dir/empty" "$dir/other"
	touch "$dir/other/README"
	refused 1 "no saved guest in $dir/empty" "$xt" detect --root "$dir/empty"
	refused 1 "no saved guest in $dir/other" "$xt" detect --root "$dir/other" --json
	refused 1 "no saved guest in $dir/empty" "$xt" detect --root "$dir/empty" --save "$dir/copy"
	[ ! -e "$dir/copy" ]
}

@test "detect with a root that cannot be read: 1" {
	as_root
	cp "$xt" "$dir/xt" && chmod 755 "$dir" "$dir/xt"
	mkdir -p "$dir/shut/proc" "$dir/listed/proc"
	chmod 0700 "$dir/shut"
	chmod 0744 "$dir/listed" # its names may be read, what they name may not
	for root in shut listed; do
		refused 1 "$dir/$root: Permission denied" setpriv --reuid=65534 --regid=65534 --clear-groups \
			"$dir/xt" detect --root "$dir/$root"
	done
}

@test "detect of a saved guest without most of its files: an answer, 0" {
	mkdir "$dir/guest"
	cp tests/fixtures/platform/nitro/cpuid.txt "$dir/guest"
	run "$xt" detect --root "$dir/guest" --json
	[ "$status" -eq 0 ]
	jq -e '.mode == "kvm" and .disks == []' <<< "$output"
	touch "$dir/guest/proc" "$dir/guest/sys"
	run "$xt" detect --root "$dir/guest"
	[ "$status" -eq 0 ]
	[[ "$output" == *"mode kvm"* ]]
}
