#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Recordings that are none, and those that are not whole: one line, and the documented exit code.

load refused

setup_file()
{
	export DIR=$BATS_FILE_TMPDIR
	export XT=${XT:-build/xentrace-bpf}
	[ "$(id -u)" -ne 0 ] || "$XT" record -d 0.7 -i 0.2 -o "$DIR/run.xtr" 2> /dev/null
}

setup()
{
	dir=$(mktemp -d)
	schema=tools/schema/xentrace-bpf-1.schema.json
}

teardown()
{
	rm -rf "$dir"
}

# warned TEXT COMMAND…: works, and says TEXT in one line
warned()
{
	local text=$1

	shift
	"$@" > "$dir/out" 2> "$dir/err"
	cat "$dir/err"
	[ -s "$dir/out" ]
	[ "$(wc -l < "$dir/err")" -eq 1 ]
	grep -q -- "$text" "$dir/err"
}

need_recording()
{
	[ -s "$DIR/run.xtr" ] || skip "needs root"
}

@test "record without a file to record into: 2" {
	refused 2 "record needs a file" "$XT" record -d 1
	refused 2 "record needs a file" "$XT" record -d 1 -o "$dir/run.json"
	refused 2 "record needs a file" "$XT" record -d 1 -o -
	[ ! -e "$dir/run.json" ]
}

@test "report of nothing, or of two: 2" {
	LINES_MAX=3 refused 2 "report of which recording" "$XT" report
	LINES_MAX=3 refused 2 "one argument too many" "$XT" report a b
	refused 2 "unknown format 'xml'" "$XT" report a --format xml
}

@test "report of what is no recording: 1" {
	refused 1 "nowhere.xtr: No such file" "$XT" report "$dir/nowhere.xtr"
	mkdir "$dir/folder"
	refused 1 "folder has no recording" "$XT" report "$dir/folder"
	refused 1 "/dev/zero: not a regular file" "$XT" report /dev/zero
	mkfifo "$dir/pipe"
	refused 1 "pipe: not a regular file" "$XT" report "$dir/pipe"
	: > "$dir/empty"
	refused 1 "empty is not a recording" "$XT" report "$dir/empty"
	refused 1 "README.md is not a recording" "$XT" report README.md
	refused 1 "xentrace-bpf is not a recording" "$XT" report build/xentrace-bpf
}

@test "report of a newer version's recording: 1, and says so" {
	need_recording
	cp "$DIR/run.xtr" "$dir/run.xtr"
	printf '\377' | dd of="$dir/run.xtr" bs=1 seek=8 conv=notrunc 2> /dev/null
	refused 1 "run.xtr is a recording of a newer version" "$XT" report "$dir/run.xtr"
}

@test "report of a recording that was cut: as far as it goes, and says so" {
	need_recording
	head -c -10 "$DIR/run.xtr" > "$dir/run.xtr"
	warned "run.xtr is cut in block .* after 3 intervals" "$XT" report "$dir/run.xtr"
	grep -q "^Tracer:" "$dir/out"
	run "$XT" report --strict "$dir/run.xtr"
	[ "$status" -eq 5 ]
	head -c 100 "$DIR/run.xtr" > "$dir/run.xtr"
	refused 1 "run.xtr is damaged: its header" "$XT" report "$dir/run.xtr"
}

@test "report of a damaged recording: up to there, and names the block; --strict: 5" {
	need_recording
	cp "$DIR/run.xtr" "$dir/run.xtr"
	printf 'x' | dd of="$dir/run.xtr" bs=1 seek=$(($(stat -c %s "$dir/run.xtr") - 20)) conv=notrunc \
		2> /dev/null
	warned "run.xtr is damaged in block .* after 3 intervals" "$XT" report "$dir/run.xtr"
	run "$XT" report --strict "$dir/run.xtr"
	[ "$status" -eq 5 ]
}

@test "report into a folder or a full disk: 1" {
	need_recording
	refused 1 "cannot write $dir: Is a directory" "$XT" report "$DIR/run.xtr" -o "$dir"
	refused 1 "cannot write /dev/full: No space left" "$XT" report "$DIR/run.xtr" -o /dev/full
}

@test "a full disk for a recording: 1" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	LINES_MAX=2 refused 1 "cannot write /dev/full: No space left" "$XT" record -d 1 -o /dev/full
}

@test "json follows the schema, says a JSON Schema validator" {
	fixture=tests/fixtures/recording-4.0.xtr
	"$XT" report --json $fixture > "$dir/fixture.json"
	"$XT" diff --json $fixture $fixture > "$dir/diff.json"
	[ ! -s "$DIR/run.xtr" ] || "$XT" report --json "$DIR/run.xtr" > "$dir/run.json"
	"$XT" detect --json > "$dir/detect.json"
	tests/lib/validate "$schema" "$dir"/*.json
	jq -c 'if .type == "interval" then .paths[-1].buckets[0] += [7] else . end' "$dir/fixture.json" \
		> "$dir/wrong.json"
	run tests/lib/validate "$schema" "$dir/wrong.json"
	[ "$status" -ne 0 ]
	[[ "$output" == *"/buckets/0"*"too long"* ]]
}

@test "a reader of the report that goes away: quiet" {
	need_recording
	"$XT" report --json "$DIR/run.xtr" 2> "$dir/err" | head -c 10 > /dev/null
	[ ! -s "$dir/err" ]
}

@test "diff of one recording, of three, of none: 2" {
	LINES_MAX=3 refused 2 "a diff is of two recordings" "$XT" diff
	LINES_MAX=3 refused 2 "a diff is of two recordings" "$XT" diff a
	LINES_MAX=3 refused 2 "one argument too many" "$XT" diff a b c
	LINES_MAX=3 refused 2 "a diff has one output" "$XT" diff a b -o c.svg -o d.json
	refused 2 "unknown format 'html5'" "$XT" diff a b --format html5
	refused 2 "a diff has no format 'openmetrics'" "$XT" diff a b -o "$dir/c.om"
	[ ! -e "$dir/c.om" ]
}

@test "diff into a file: what its extension says, a page in .html" {
	need_recording
	for format in text.txt json.json folded.folded svg.svg html.html; do
		"$XT" diff "$DIR/run.xtr" "$DIR/run.xtr" -o "$dir/diff.${format#*.}"
		[ -s "$dir/diff.${format#*.}" ]
		"$XT" diff "$DIR/run.xtr" "$DIR/run.xtr" --format "${format%.*}" \
			| cmp - "$dir/diff.${format#*.}"
	done
	head -c 15 "$dir/diff.html" | grep -qx '<!doctype html>'
	tail -c 8 "$dir/diff.html" | grep -qx '</html>'
	sed -n 's/.*<script type="application\/json" id="diff">\(.*\)<\/script>.*/\1/p' "$dir/diff.html" \
		| jq -e --slurpfile json "$dir/diff.json" '. == $json[0] and (.changes | length) > 0'
}

@test "diff of what is no recording: 1, and names it" {
	need_recording
	refused 1 "nowhere: No such file" "$XT" diff "$DIR/run.xtr" "$dir/nowhere"
	refused 1 "README.md is not a recording" "$XT" diff README.md "$DIR/run.xtr"
	refused 1 "cannot write /dev/full: No space left" "$XT" diff "$DIR/run.xtr" "$DIR/run.xtr" -o /dev/full
	refused 1 "cannot write $dir: Is a directory" "$XT" diff "$DIR/run.xtr" "$DIR/run.xtr" -o "$dir"
}

@test "diff of recordings that were cut: works, and says so; --strict: 5" {
	need_recording
	head -c -10 "$DIR/run.xtr" > "$dir/run.xtr"
	warned "run.xtr is cut in block .* after 3 intervals" "$XT" diff "$DIR/run.xtr" "$dir/run.xtr"
	grep -q "takes 8 intervals of each run" "$dir/out"
	run "$XT" diff --strict "$DIR/run.xtr" "$dir/run.xtr"
	[ "$status" -eq 5 ]
}

@test "diff of a trace without intervals: its totals, and nothing is called a change" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	"$XT" -d 0.3 -o "$dir/a.xtr" 2> "$dir/err"
	"$XT" -d 0.3 -o "$dir/b.xtr" 2> "$dir/err"
	"$XT" diff "$dir/a.xtr" "$dir/b.xtr" --json > "$dir/out"
	jq -e '.type == "diff" and .comparisons == 0 and .changed == 0 and (.changes | length) > 0' "$dir/out"
}
