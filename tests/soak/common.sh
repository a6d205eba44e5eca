# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
# What both soaks look at.

fail()
{
	echo "soak: $*" >&2
	exit 1
}

# objects: how many BPF programs, maps and links the kernel has
objects()
{
	local bpftool what

	bpftool=$(command -v bpftool || echo /usr/sbin/bpftool)
	for what in prog map link; do
		"$bpftool" -j $what list | jq length
	done | xargs
}

# nothing_left BEFORE: no more of them than there were. The kernel lets go a moment later, and who else traces here
# ends in a while.
nothing_left()
{
	local now were try

	read -ra were <<< "$1"
	for ((try = 0; try < 120; try++)); do
		read -ra now <<< "$(objects)"
		((now[0] > were[0] || now[1] > were[1] || now[2] > were[2])) || return 0
		sleep 0.5
	done
	fail "BPF programs, maps, links: ${were[*]}, now ${now[*]}"
}
