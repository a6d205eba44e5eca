# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# Waiting for devices, without a process for it.

# await CONDITION…: drivers find some devices, and links, in the background.
await() {
	local i
	for ((i = 0; i < 300; i++)); do
		"$@" && return
		sleep 0.1
	done
	echo "lab: $1 ${*:2}: not after 30 s"
	return 1
}

# Sets REPLY to the first file of that name, or to nothing.
find_file() {
	for REPLY in $1; do
		[[ -e $REPLY ]] && return
	done
	REPLY=
	return 1
}

has_link() {
	local carrier=0
	{ read -r carrier <"/sys/class/net/$1/carrier"; } 2>/dev/null
	((carrier))
}
