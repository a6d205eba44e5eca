#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Nothing that was there is lost: outputs are no inputs, and take a name when they are whole.

bats_require_minimum_version 1.5.0

load refused

setup_file()
{
	export XT=$PWD/${XT:-build/xentrace-bpf}
}

setup()
{
	dir=$(mktemp -d)
	cp tests/fixtures/recording-4.0.xtr "$dir/run.xtr"
	cp tests/fixtures/recording-4.0.xtr "$dir/other.xtr"
	sum=$(cat "$dir/run.xtr" "$dir/other.xtr" | cksum)
}

teardown()
{
	# whatever was tried: the recordings are what they were, and nothing is left beside them
	[ "$(cat "$dir/run.xtr" "$dir/other.xtr" | cksum)" = "$sum" ]
	[ -z "$(find "$dir" -name '.*.????????????????' -print)" ]
	umount -l "$dir/small" 2> /dev/null || true
	rm -rf "$dir"
}

as_root()
{
	[ "$(id -u)" -eq 0 ] || skip "needs root"
}

as_nobody()
{
	chmod 755 "$dir" "$dir"/*.xtr
	[ -e "$dir/xt" ] || install -m 755 "$XT" "$dir/xt"
	setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
}

# names: all kinds of names of the file $1
names()
{
	local folder base

	folder=$(dirname "$1") base=$(basename "$1")
	ln "$1" "$folder/hard"
	ln -s "$base" "$folder/link"
	ln -s "$folder/link" "$folder/link-to-link"
	ln -s "$folder" "$folder/folder"
	names=("$1" "$folder/./$base" "$folder/../$(basename "$folder")/$base" "$folder/hard" "$folder/link"
		"$folder/link-to-link" "$folder/folder/$base" "$folder/folder/folder/hard" "/proc/self/root$1")
}

# ended CODE PID: within 30 s
ended()
{
	local code=0

	timeout 30 tail --pid="$2" -f /dev/null
	wait "$2" || code=$?
	[ "$code" -eq "$1" ]
}

@test "an output that is the input: 2, by whichever name" {
	names "$dir/run.xtr"
	for name in "${names[@]}"; do
		refused 2 "is the recording that is read" "$XT" report "$dir/run.xtr" -o "$name" --format recording
		refused 2 "is the recording that is read" "$XT" report "$name" -o "$dir/run.xtr"
		refused 2 "is a recording that is read" "$XT" diff "$dir/run.xtr" "$dir/other.xtr" -o "$dir/hard"
		refused 2 "is a recording that is read" "$XT" diff "$dir/other.xtr" "$dir/run.xtr" -o "$dir/hard"
	done
	cd "$dir"
	refused 2 "is the recording that is read" "$XT" report run.xtr -o run.xtr
	refused 2 "is the recording that is read" "$XT" report run.xtr -o fine.json -o "$dir/run.xtr"
	[ ! -e fine.json ]
}

@test "a descriptor on the input is no output either" {
	run -2 bash -c "'$XT' report '$dir/run.xtr' >> '$dir/run.xtr'"
	[[ $output == *"standard output is the recording that is read"* ]]
	run -2 bash -c "'$XT' report '$dir/run.xtr' -o /dev/fd/7 7>> '$dir/run.xtr'"
	[[ $output == *"/dev/fd/7 is the recording that is read"* ]]
	run -2 bash -c "'$XT' diff '$dir/other.xtr' '$dir/run.xtr' 1<> '$dir/run.xtr'"
	[[ $output == *"standard output is a recording that is read"* ]]
}

@test "two outputs that are one file: 2, and it stays" {
	echo good > "$dir/out.json"
	names "$dir/out.json"
	for name in "${names[@]}"; do
		refused 2 "are the same file" "$XT" report "$dir/run.xtr" -o "$dir/out.json" -o "$name" --format json
	done
	[ "$(< "$dir/out.json")" = good ]
	refused 2 "are the same file" "$XT" report "$dir/run.xtr" -o "$dir/new.svg" -o "$dir/folder/new.svg"
	[ ! -e "$dir/new.svg" ]
	# a device takes from many
	"$XT" report "$dir/run.xtr" -o /dev/null -o /dev/null
}

@test "detect --save into the folder that is read: 2" {
	cp -r tests/fixtures/platform/pv "$dir/guest"
	ln -s guest "$dir/same"
	refused 2 "is the folder that is read" "$XT" detect --root "$dir/guest" --save "$dir/guest"
	refused 2 "is the folder that is read" "$XT" detect --root "$dir/guest" --save "$dir/same/."
	diff -r --no-dereference "$dir/guest" tests/fixtures/platform/pv
}

@test "an existing file stays when another output fails" {
	echo good > "$dir/out.svg"
	refused 1 "cannot write /dev/full: No space" "$XT" report "$dir/run.xtr" -o "$dir/out.svg" -o /dev/full
	refused 1 "nowhere/x.json: No such file" "$XT" report "$dir/run.xtr" -o "$dir/out.svg" -o "$dir/nowhere/x.json"
	refused 1 "$dir: Is a directory" "$XT" report "$dir/run.xtr" -o "$dir/out.svg" -o "$dir"
	run -1 bash -c "'$XT' report '$dir/run.xtr' -o '$dir/out.svg' -o - > /dev/full"
	[ "$(< "$dir/out.svg")" = good ]
}

@test "an existing file stays when the disk is full: report, diff and a new recording" {
	as_root
	mkdir "$dir/small"
	mount -t tmpfs -o size=64k tmpfs "$dir/small"
	for file in out.svg out.html out.json copy.xtr; do
		echo good > "$dir/small/$file"
	done
	head -c 56k /dev/zero > "$dir/small/filler" || true
	for file in out.svg out.html out.json copy.xtr; do
		refused 1 "cannot write $dir/small/$file: No space left" "$XT" report "$dir/run.xtr" -o "$dir/small/$file"
		[ "$(< "$dir/small/$file")" = good ]
	done
	refused 1 "small/out.html: No space left" "$XT" diff "$dir/other.xtr" "$dir/run.xtr" -o "$dir/small/out.html"
	[ "$(< "$dir/small/out.html")" = good ]
	[ "$(find "$dir/small" -type f | wc -l)" -eq 5 ]
}

@test "an existing file stays when files may be no larger (ulimit -f), and it is said" {
	echo old > "$dir/out.html"
	# shellcheck disable=SC2016 # the inner shell's
	refused 1 "cannot write $dir/out.html: File too large" \
		bash -c 'ulimit -f 8; exec "$@"' bash "$XT" report "$dir/run.xtr" -o "$dir/out.html"
	[ "$(< "$dir/out.html")" = old ]
}

@test "an existing file stays where nothing is traced: no privilege, nothing here, no such disk" {
	as_root
	for file in run.svg run.json new.xtr; do
		echo good > "$dir/$file"
		chmod 666 "$dir/$file"
		run -2 "$XT" -d 0.2 -D nosuchdisk -o "$dir/$file"
		run -4 unshare -m sh -c "mount -t tmpfs none /sys/kernel/btf && exec '$XT' -d 1 1 -o '$dir/$file'"
		[ -e /sys/hypervisor/type ] || run -3 "$XT" -f evtchn -d 0.2 -o "$dir/$file"
		run -1 "$XT" -d 0.2 -o "$dir/$file" -o "$dir/nowhere/x.json"
		[ "$(< "$dir/$file")" = good ]
	done
	mkdir -m 777 "$dir/open"
	chown 65534 "$dir"/{run.svg,run.json,new.xtr}
	mv "$dir"/{run.svg,run.json,new.xtr} "$dir/open"
	for file in run.svg run.json new.xtr; do
		run -4 as_nobody "$dir/xt" -d 0.2 1 -o "$dir/open/$file"
		[ "$(< "$dir/open/$file")" = good ]
	done
}

@test "a new file is its user's alone, one that is replaced keeps its permissions and owner" {
	as_root
	(umask 0 && "$XT" report "$dir/run.xtr" -o "$dir/new.json")
	[ "$(stat -c %a "$dir/new.json")" = 600 ]
	for mode in 600 644 664 4755; do
		echo good > "$dir/old.json"
		chown 1234:5678 "$dir/old.json"
		chmod "$mode" "$dir/old.json"
		"$XT" report "$dir/run.xtr" -o "$dir/old.json"
		cmp "$dir/old.json" "$dir/new.json"
		[ "$(stat -c %u:%g "$dir/old.json")" = 1234:5678 ]
		[ "$(stat -c %a "$dir/old.json")" = "${mode: -3}" ]
	done
	ln "$dir/old.json" "$dir/hard.json"
	"$XT" report "$dir/run.xtr" -o "$dir/old.json"
	[ "$(stat -c %h "$dir/hard.json")" = 1 ]
}

@test "--mode says the permissions of all files, whatever the umask; what is none is refused" {
	(umask 077 && "$XT" report "$dir/run.xtr" -o "$dir/new.json" -o "$dir/new.svg" --mode=644)
	[ "$(stat -c %a "$dir/new.json" "$dir/new.svg" | sort -u)" = 644 ]
	"$XT" diff "$dir/run.xtr" "$dir/other.xtr" -o "$dir/new.json" --mode 0440
	[ "$(stat -c %a "$dir/new.json")" = 440 ]
	chmod 644 "$dir/new.json"
	"$XT" report "$dir/run.xtr" -o "$dir/new.json" --mode 0600
	[ "$(stat -c %a "$dir/new.json")" = 600 ]
	# what is no regular file stays what it is
	[ "$(stat -c %a /dev/null)" = 666 ]
	"$XT" report "$dir/run.xtr" -o /dev/null --mode 0600
	[ "$(stat -c %a /dev/null)" = 666 ]
	for mode in 0 0200 1777 8 u=rw '' -1 ' 600' 0600x; do
		LINES_MAX=9 refused 2 "is no octal number" "$XT" report "$dir/run.xtr" -o "$dir/no.json" --mode="$mode"
		[ ! -e "$dir/no.json" ]
	done
}

@test "what detect saves is its user's alone" {
	(umask 0 && "$XT" detect --save "$dir/guest" > /dev/null)
	[ -z "$(find "$dir/guest" ! -type l -perm /077)" ]
}

@test "a file that may not be written to is not replaced" {
	as_root
	mkdir -m 777 "$dir/open"
	echo good > "$dir/open/theirs.json"
	echo good > "$dir/open/own.json"
	chown 65534 "$dir/open/own.json"
	chmod 444 "$dir/open/own.json"
	refused 1 "open/theirs.json: Permission denied" as_nobody "$dir/xt" report "$dir/run.xtr" -o "$dir/open/theirs.json"
	refused 1 "open/own.json: Permission denied" as_nobody "$dir/xt" report "$dir/run.xtr" -o "$dir/open/own.json"
	mkdir -m 755 "$dir/shut"
	install -m 666 /dev/null "$dir/shut/out.json"
	refused 1 "its folder cannot be written to" as_nobody "$dir/xt" report "$dir/run.xtr" -o "$dir/shut/out.json"
	[ "$(cat "$dir"/open/*.json | sort -u)" = good ]
}

@test "links lead where they lead, and stay links" {
	mkdir "$dir/a" "$dir/b"
	echo old > "$dir/b/out.svg"
	ln -s ../b/out.svg "$dir/a/link.svg"
	ln -s "$dir/b/new.svg" "$dir/a/dangling.svg"
	ln -s loop "$dir/a/loop"
	"$XT" report "$dir/run.xtr" -o "$dir/a/link.svg" -o "$dir/a/dangling.svg"
	[ -L "$dir/a/link.svg" ] && [ -L "$dir/a/dangling.svg" ]
	grep -q '</svg>' "$dir/b/out.svg"
	grep -q '</svg>' "$dir/b/new.svg"
	refused 1 "a/loop: Too many levels" "$XT" report "$dir/run.xtr" -o "$dir/a/loop"
}

@test "in a sticky folder only the user's own links, files and FIFOs" {
	as_root
	mkdir -m 1777 "$dir/sticky"
	mkdir -m 777 "$dir/home"
	echo good > "$dir/home/roots"
	echo good > "$dir/home/nobodys"
	chown 65534 "$dir/home/nobodys"
	for end in roots nobodys; do
		ln -s "../home/$end" "$dir/sticky/root-$end"
		ln -s "../home/$end" "$dir/sticky/nobody-$end"
		chown -h 65534 "$dir/sticky/nobody-$end"
	done
	ln -s ../home "$dir/sticky/nobody-folder"
	chown -h 65534 "$dir/sticky/nobody-folder"
	for link in nobody-roots nobody-nobodys root-nobodys nobody-folder/roots nobody-folder/new; do
		refused 1 "in a sticky folder" "$XT" report "$dir/run.xtr" -o "$dir/sticky/$link"
	done
	as_nobody true
	for link in root-roots root-nobodys nobody-roots; do
		refused 1 "sticky folder" as_nobody "$dir/xt" report "$dir/run.xtr" -o "$dir/sticky/$link"
	done
	[ "$(cat "$dir"/home/*)" = $'good\ngood' ]
	as_nobody "$dir/xt" report "$dir/run.xtr" -o "$dir/sticky/nobody-nobodys"
	"$XT" report "$dir/run.xtr" -o "$dir/sticky/root-roots"
	cmp "$dir/home/roots" "$dir/home/nobodys"
	echo good > "$dir/sticky/planted.svg"
	mkfifo "$dir/sticky/fifo"
	chown 65534 "$dir/sticky/planted.svg" "$dir/sticky/fifo"
	chmod 666 "$dir/sticky/planted.svg" "$dir/sticky/fifo"
	for file in planted.svg fifo; do
		refused 1 "another user's, in a sticky folder" timeout 10 "$XT" report "$dir/run.xtr" -o "$dir/sticky/$file"
	done
	[ "$(< "$dir/sticky/planted.svg")" = good ]
}

@test "streams are written to as they are" {
	"$XT" report "$dir/run.xtr" > "$dir/wanted"
	mkfifo "$dir/fifo"
	timeout 10 cat "$dir/fifo" > "$dir/got" &
	"$XT" report "$dir/run.xtr" -o "$dir/fifo"
	wait $!
	cmp "$dir/got" "$dir/wanted"
	[ -p "$dir/fifo" ]
	for name in /dev/stdout /dev/fd/1 /proc/self/fd/1; do
		"$XT" report "$dir/run.xtr" -o "$name" | cmp - "$dir/wanted"
		# behind what is there, as the shell opened it
		echo first > "$dir/log"
		"$XT" report "$dir/run.xtr" -o "$name" >> "$dir/log"
		{ echo first; cat "$dir/wanted"; } | cmp - "$dir/log"
		{ echo first; "$XT" report "$dir/run.xtr" -o "$name"; echo last; } > "$dir/log"
		{ echo first; cat "$dir/wanted"; echo last; } | cmp - "$dir/log"
	done
	[ -c /dev/null ] && "$XT" report "$dir/run.xtr" -o /dev/null && [ -c /dev/null ]
}

@test "where no file can be without a name: the same, and nothing is left" {
	as_root
	# one gets its name by way of /proc
	without=(unshare -m sh -c 'mount -t tmpfs none /proc && exec "$@"' sh)
	mkdir "$dir/folder"
	echo good > "$dir/folder/out.svg"
	refused 1 "cannot write /dev/full" "${without[@]}" "$XT" report "$dir/run.xtr" -o "$dir/folder/out.svg" -o /dev/full
	[ "$(< "$dir/folder/out.svg")" = good ]
	[ "$(ls -A "$dir/folder")" = out.svg ]
	"${without[@]}" "$XT" report "$dir/run.xtr" -o "$dir/folder/out.svg"
	[ "$(tail -c 7 "$dir/folder/out.svg")" = "</svg>" ]
	[ "$(ls -A "$dir/folder")" = out.svg ]
}

# recorder OPTION…: runs, as $recorder, until it has attached
recorder()
{
	mkfifo "$dir/ready"
	"$XT" "$@" --ready-fd 9 9> "$dir/ready" 2> "$dir/err" > /dev/null 3>&- &
	recorder=$!
	timeout 60 head -1 "$dir/ready"
}

@test "a recording can be read while it is made, whole outputs come at the end, or when they are asked for" {
	as_root
	for file in new.xtr new.json new.svg; do
		echo good > "$dir/$file"
	done
	recorder record -f blk -i 0.2 -o "$dir/new.xtr" -o "$dir/new.json" -o "$dir/new.svg"
	sleep 1
	"$XT" report "$dir/new.xtr" > "$dir/so-far" 2> "$dir/why"
	grep -q "has no end" "$dir/why"
	head -1 "$dir/new.json" | jq -e '.type == "header"'
	[ "$(< "$dir/new.svg")" = good ]
	kill -USR1 "$recorder"
	sleep 1
	first=$(cksum < "$dir/new.svg")
	grep -q '</svg>' "$dir/new.svg"
	kill -TERM "$recorder"
	wait "$recorder"
	[ "$(cksum < "$dir/new.svg")" != "$first" ]
	[ "$(grep -c '</svg>' "$dir/new.svg")" -eq 1 ]
	"$XT" report --json "$dir/new.xtr" | cmp - "$dir/new.json"
}

@test "what is recorded into is deleted, or its folder: 1, and it is said" {
	as_root
	mkdir "$dir/gone"
	recorder record -f blk -i 0.2 -o "$dir/gone/new.xtr"
	rm -r "$dir/gone"
	ended 1 "$recorder"
	grep -q "gone/new.xtr: it was deleted while it was written" "$dir/err"
	rm "$dir/ready"
	mkdir "$dir/gone"
	recorder -f blk -o "$dir/gone/new.svg"
	rm -r "$dir/gone"
	kill -TERM "$recorder"
	ended 1 "$recorder"
	grep -q "cannot write $dir/gone/new.svg: No such file" "$dir/err"
}

@test "a recording that moves with its folder, or is renamed, is no loss" {
	as_root
	mkdir "$dir/before"
	recorder record -f blk -i 0.2 -o "$dir/before/new.xtr" -o "$dir/before/new.svg"
	mv "$dir/before/new.xtr" "$dir/before/newer.xtr"
	mv "$dir/before" "$dir/after"
	kill -TERM "$recorder"
	wait "$recorder"
	"$XT" report "$dir/after/newer.xtr" > /dev/null
	grep -q '</svg>' "$dir/after/new.svg"
}

# waits_for_fifo PID: as $report, until it has read the recording and waits
waits_for_fifo()
{
	report=$1
	until find "/proc/$1/fd" -lname '*cut.xtr' 2> /dev/null | grep -q .; do
		kill -0 "$1"
		sleep 0.1
	done
	sleep 0.5
}

@test "a recording that is cut while it is read: 1, and no output of it" {
	for format in svg xtr; do
		for size in 0 100 5000 8192; do
			cp "$dir/run.xtr" "$dir/cut.xtr"
			rm -f "$dir/fifo"
			mkfifo "$dir/fifo"
			echo good > "$dir/out.$format"
			# it has seen the file when it waits for a reader of the FIFO
			"$XT" report "$dir/cut.xtr" -o "$dir/out.$format" -o "$dir/fifo" 2> "$dir/err" 3>&- &
			waits_for_fifo $!
			truncate -s "$size" "$dir/cut.xtr"
			timeout 10 cat "$dir/fifo" > /dev/null
			ended 1 "$report"
			grep -q "cut.xtr: it was cut while it was read" "$dir/err"
			[ "$(wc -l < "$dir/err")" -eq 1 ]
			[ "$(< "$dir/out.$format")" = good ]
		done
	done
}

@test "a recording that is written over while it is read: 1" {
	head -c 40000 /dev/urandom > "$dir/noise"
	cp "$dir/run.xtr" "$dir/cut.xtr"
	mkfifo "$dir/fifo"
	"$XT" report "$dir/cut.xtr" -o "$dir/fifo" 2> "$dir/err" 3>&- &
	waits_for_fifo $!
	dd if="$dir/noise" of="$dir/cut.xtr" conv=notrunc 2> /dev/null
	timeout 10 cat "$dir/fifo" > /dev/null
	ended 1 "$report"
	grep -q "cut.xtr was changed while it was read" "$dir/err"
}
