#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What a process has given up it cannot do any more (src/run/privileges.h). Each attempt is one that succeeds
# for root, so that it proves something where it fails.

setup()
{
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	try=build/tests/native/given_up
}

# ends GIVEN-UP ATTEMPT HOW
ends()
{
	local how

	how=$($try "$1" "$2")
	[ "$how" = "$3" ] || { echo "$2 after $1: $how, not $3"; return 1; }
}

@test "root can do all of it" {
	for attempt in nothing open see kill bpf uid socket execute; do
		ends nothing $attempt done
	done
}

@test "keep: capabilities but those are gone, files that all may read are not" {
	for attempt in nothing open bpf kill; do
		ends keep $attempt done
	done
	for attempt in mount chown; do
		ends keep $attempt EPERM
	done
}

@test "become: no file, no other process, no capability, no way back" {
	ends become nothing done
	for attempt in open make leave see execute; do
		ends become $attempt EACCES || ends become $attempt ENOENT
	done
	for attempt in kill bpf uid; do
		ends become $attempt EPERM
	done
}

@test "become leaves no folder behind" {
	before=$(ls -d /run/xentrace-bpf.* /tmp/xentrace-bpf.?????? 2> /dev/null) || true
	$try become nothing
	[ "$(ls -d /run/xentrace-bpf.* /tmp/xentrace-bpf.?????? 2> /dev/null)" = "$before" ]
}

@test "only: any other system call ends the process" {
	ends only nothing done
	for attempt in open make see kill bpf mount uid socket execute; do
		ends only $attempt killed
	done
}

@test "server: what export's server may call opens, makes, loads and sees nothing" {
	ends server nothing done
	for attempt in open make leave see kill bpf mount uid chown socket execute; do
		ends server $attempt killed
	done
}

@test "a trace that has attached: its outputs and maps, and nothing else" {
	for attempt in nothing open see; do
		ends trace $attempt done
	done
	ends trace kill EPERM || ends trace kill done
	for attempt in make bpf mount uid chown socket execute; do
		ends trace $attempt killed
	done
}
