#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Clients of export's server: 1,000 that do no good, and 100,000 scrapes.

load ../native/await

setup()
{
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	dir=$BATS_TEST_TMPDIR
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	mkfifo "$dir/ready"
	"$PWD/${XT:-build/xentrace-bpf}" export -i "${FRESH:-0.1}" --listen "127.0.0.1:$port" --ready-fd 4 \
		4> "$dir/ready" 2> "$dir/err" 3>&- &
	loader=$!
	grep -q ready "$dir/ready"
	server=$(pgrep -P $loader)
}

teardown()
{
	[ -z "${loader-}" ] || kill -TERM "$loader"
	[ -z "${loader-}" ] || wait "$loader"
}

# said TEXT: a figure for who looks on
said()
{
	echo "# $1" >&3
}

@test "1,000 clients that do no good keep nobody from being served, in 24 MB" {
	said "$(tests/lib/http-clients "$port" "$server" 1000)"
}

@test "more clients than there is room for: the oldest make room, others are served" {
	said "$(tests/lib/http-clients "$port" "$server" 3000)"
}

# of PID: descriptors, its own memory in kB, and of the machine the BPF programs and maps
held()
{
	echo "$(find /proc/"$1"/fd -type l | wc -l) $(awk '/^RssAnon/ { print $2 }' /proc/"$1"/status)"
}

bpf_objects()
{
	echo "$(bpftool -j prog list | jq length) $(bpftool -j map list | jq length)"
}

@test "scrapes leave nothing behind: no memory, descriptor or BPF object (NR=100000)" {
	tests/fleet/scrape "$port" 5000
	read -r fds_loader kb_loader < <(held "$loader")
	read -r fds_server kb_server < <(held "$server")
	objects=$(bpf_objects)
	tests/fleet/scrape "$port" "${NR:-100000}"
	said "loader: $fds_loader descriptors, $kb_loader kB; then $(held "$loader")"
	said "server: $fds_server descriptors, $kb_server kB; then $(held "$server")"
	read -r fds kb < <(held "$loader")
	((fds == fds_loader && kb <= kb_loader + 1024))
	# connections that are just being closed
	closed()
	{
		[ "$(find /proc/"$server"/fd -type l | wc -l)" -le "$fds_server" ]
	}
	await closed
	read -r _ kb < <(held "$server")
	((kb <= kb_server + 1024))
	[ "$(bpf_objects)" = "$objects" ]
}
