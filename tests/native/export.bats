#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# export on this machine's kernel: what is scraped are the figures of the same process's report, to the unit; and the
# process that serves them can do nothing else. What a real Prometheus makes of it: make fleet.

load await

setup()
{
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	[ -r /sys/kernel/btf/vmlinux ] || skip "this kernel has no BTF"
	xt=$PWD/${XT:-build/xentrace-bpf}
	dir=$BATS_TEST_TMPDIR
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	url=http://127.0.0.1:$port
}

teardown()
{
	[ -z "${loader-}" ] || kill -KILL "$loader" 2> /dev/null || true
	[ -z "${loop-}" ] || losetup -d "$loop" 2> /dev/null || true
	! mountpoint -q "$dir/memory" || umount "$dir/memory"
}

# export_here OPTION…: begins, and waits until it traces
export_here()
{
	mkfifo "$dir/ready.$#"
	"$xt" export --listen "127.0.0.1:$port" --ready-fd 4 "$@" 4> "$dir/ready.$#" 2> "$dir/err" 3>&- &
	loader=$!
	grep -q ready "$dir/ready.$#" || { cat "$dir/err"; return 1; }
	server=$(pgrep -P $loader)
}

# The loader ends by itself, or by a signal: its status.
ended()
{
	status=0
	wait "$loader" || status=$?
	loader=
}

# loop_device: in memory, by which nobody else's requests come
loop_device()
{
	mkdir "$dir/memory"
	mount -t tmpfs none "$dir/memory"
	truncate -s 16M "$dir/memory/image"
	loop=$(losetup -f --show "$dir/memory/image")
}

# reads NR: so many direct reads of it
reads()
{
	fio --name=reads --filename="$loop" --direct=1 --rw=read --bs=4k --size=$(($1 * 4))k --ioengine=psync > /dev/null
}

# is_newer FILE: it was scraped, and is another reading than that of the last time; else it would be given again
is_newer()
{
	curl -fsS "$url/metrics" > "$1"
	elapsed=$(grep ^xentrace_elapsed_seconds "$1")
	[ "$elapsed" != "${elapsed_before-}" ] || return 1
	elapsed_before=$elapsed
}

# newer FILE: a reading that began after now: the first one that differs may have begun before
newer()
{
	elapsed_before=
	await is_newer "$1"
	await is_newer "$1"
}

# value SERIES FILE: of a series, 0 for none
value()
{
	awk -v s="$1" 'index($0, s " ") == 1 { n = $NF } END { printf "%d\n", n }' "$2"
}

# The server: no file but /dev/null; what it says goes to standard error; and the texts.
has_no_file()
{
	for fd in /proc/"$server"/fd/*; do
		echo "$fd $(readlink "$fd")"
		case $(readlink "$fd") in
		/dev/null | socket:* | anon_inode:* | /memfd:metrics*) ;;
		*) [ "${fd##*/}" -eq 2 ] ;;
		esac
	done
}

@test "a reading is the same in the file, in both texts by HTTP, and in the report: all of it, to the unit" {
	loop_device
	export_here -i 3600 --textfile "$dir/x.prom" -o "$dir/run.json"
	reads 1000
	kill -USR1 $loader
	await grep -q '"type":"total"' "$dir/run.json"
	[ "$(stat -c %a "$dir/x.prom")" = 644 ]
	curl -fsS "$url/metrics" > "$dir/scraped"
	curl -fsS -H 'Accept: application/openmetrics-text; version=1.0.0' "$url/metrics" > "$dir/open"
	cp "$dir/run.json" "$dir/reading.json"
	cp "$dir/x.prom" "$dir/reading.prom"
	kill -TERM $loader
	ended
	[ "$status" -eq 0 ]
	head -n 2 "$dir/reading.json" > "$dir/until-reading.json"
	tests/lib/same-metrics "$dir/until-reading.json" "$dir/reading.prom"
	tests/lib/same-metrics "$dir/until-reading.json" "$dir/scraped"
	tests/lib/openmetrics < "$dir/open" > "$dir/open.json"
	jq -e '.xentrace_request_seconds.type == "histogram" and .xentrace_build.samples[0][1].version != ""' "$dir/open.json"
	! command -v promtool > /dev/null || promtool check metrics < "$dir/scraped"
	# old figures are nobody's
	[ ! -e "$dir/x.prom" ]
}

@test "between two scrapes lie exactly the requests between them; the last scrape is the report" {
	loop_device
	export_here -i 0.1 -f blk -D "${loop#/dev/}" -o "$dir/run.json"
	reads 500
	series="xentrace_request_seconds_count{mechanism=\"unattributed\",area=\"disk\",device=\"${loop#/dev/}\",op=\"read\"}"
	newer "$dir/first"
	[ "$(value "$series" "$dir/first")" -gt 0 ]
	reads 700
	newer "$dir/second"
	started=$(($(value xentrace_requests_started_total "$dir/second") - $(value xentrace_requests_started_total "$dir/first")))
	lost=$(value xentrace_requests_lost_total "$dir/second")
	# fio's own, and what opening the device reads; a vendor's kernel may lose some (lost.bats)
	echo "started $started, lost $lost"
	((started >= 700 - 35 && started <= 800))
	kill -TERM $loader
	ended
	tests/lib/same-metrics "$dir/run.json" "$dir/second" "${loop#/dev/}"
}

@test "the series of a disk end when it goes" {
	loop_device
	export_here -i 0.1 -f blk -D "${loop#/dev/}"
	reads 100
	newer "$dir/there"
	grep -q "device=\"${loop#/dev/}\"" "$dir/there"
	losetup -d "$loop"
	await test ! -s "/sys/block/${loop#/dev/}/loop/backing_file"
	newer "$dir/gone"
	[ -z "$(grep "device=\"${loop#/dev/}\"" "$dir/gone")" ]
	grep -q '^xentrace_requests_started_total' "$dir/gone"
}

@test "the process that serves has no capability, user, file, mount, network or process of ours" {
	export_here -f blk
	curl -fsS "$url/metrics" > /dev/null
	status=/proc/$server/status
	for set in CapInh CapPrm CapEff CapBnd CapAmb; do
		grep -E "^$set:\s+0000000000000000$" "$status"
	done
	[ "$(grep -cE '^(Uid|Gid):(\s+65534){4}$' "$status")" -eq 2 ]
	grep -E '^Groups:\s*$' "$status"
	grep -E '^NoNewPrivs:\s+1$' "$status"
	grep -E '^Seccomp:\s+2$' "$status"
	[ -z "$(ls -A /proc/"$server"/root/)" ]
	readlink /proc/"$server"/root | grep -F "(deleted)" || [ "$(stat -L -c %h /proc/"$server"/root)" -eq 0 ]
	for space in pid_for_children mnt net ipc uts; do
		[ "$(readlink /proc/"$server"/ns/$space)" != "$(readlink /proc/$loader/ns/$space)" ]
	done
	has_no_file
}

@test "without /dev it keeps no file of ours, either" {
	printf '#!/bin/sh\nexec unshare -m sh -c %s "%s" "$@"\n' \
		"'mount -t tmpfs none /dev && exec \"\$0\" \"\$@\"'" "$xt" > "$dir/without-dev"
	chmod +x "$dir/without-dev"
	xt=$dir/without-dev
	export_here -f blk
	curl -fsS "$url/metrics" > /dev/null
	has_no_file
}

@test "neither of the two outlives the other" {
	export_here -f blk
	kill -KILL "$server"
	ended
	[ "$status" -eq 1 ]
	grep "the HTTP server was killed: Killed" "$dir/err"
	export_here -f blk -i 1
	kill -KILL $loader
	ended
	await test ! -e /proc/"$server"
	export_here -f blk -i 1 -d 1
	ended
	[ "$status" -eq 0 ]
	[ ! -e /proc/"$server" ]
}

@test "clients that do no good keep nobody from being served" {
	export_here -f blk -i 0.1
	tests/lib/http-clients "$port" "$server" 90
	for method in POST PUT DELETE OPTIONS BREW; do
		[ "$(curl -s -o /dev/null -w '%{http_code}' -X $method "$url/metrics")" = 405 ]
	done
	[ "$(curl -s -o /dev/null -w '%{http_code}' "$url/metrics/")" = 404 ]
	[ "$(curl -s -o /dev/null -w '%{http_code}' -H "X: $(head -c 9000 /dev/zero | tr '\0' x)" "$url/metrics")" = 431 ]
	curl -fsS -I "$url/metrics" | grep -i '^content-type: text/plain; version=0.0.4'
	curl -fsS "$url/" | grep -F '<a href="/metrics">'
	kill -0 $loader
}

@test "where descriptors are few, idle clients leave some for the figures" {
	printf '#!/bin/sh\nulimit -n 256\nexec %s "$@"\n' "$xt" > "$dir/few"
	chmod +x "$dir/few"
	xt=$dir/few export_here -f blk -i 0.1
	for _ in 1 2 3; do
		tests/lib/idle-clients "$port" 400 curl -fsS --max-time 5 "$url/metrics" > "$dir/scraped"
		grep ^xentrace_run_info "$dir/scraped"
	done
	kill -0 $loader
}
