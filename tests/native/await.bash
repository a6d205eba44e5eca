# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash

# await COMMAND…: until it succeeds; fails after 60 s
await()
{
	for _ in {1..600}; do
		! "$@" || return 0
		sleep 0.1
	done
	echo "not after 60 s: $*"
	return 1
}

# has NR TYPE FILE: so many objects of that type, or more
has()
{
	[ "$(grep -c "\"type\":\"$2\"" "$3")" -ge "$1" ]
}
