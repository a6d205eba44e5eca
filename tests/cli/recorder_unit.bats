#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# xentrace-bpf-recorder.service: hardened, off until it is enabled, and what it allows is enough.

bats_require_minimum_version 1.5.0

setup()
{
	xt=$PWD/${XT:-build/xentrace-bpf}
	dir=$(mktemp -d)
	make -s install DESTDIR="$dir/root" PREFIX=/usr > /dev/null
	unit=$dir/root/usr/lib/systemd/system/xentrace-bpf-recorder.service
}

teardown()
{
	rm -rf "$dir"
}

@test "it is installed where the program is named, and nothing enables it" {
	grep -x "ExecStart=/usr/sbin/xentrace-bpf record --keep=24h --output=/var/lib/xentrace-bpf" "$unit"
	[ -z "$(find "$dir/root" -name '*.wants')" ]
}

@test "its exposure is below 3.0" {
	command -v systemd-analyze > /dev/null || skip "needs systemd-analyze"
	systemd-analyze security --offline=true --threshold=29 "$unit"
}

@test "the capabilities that it leaves are enough, and its words are ones that the program takes" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	caps=$(sed -nE 's/^CapabilityBoundingSet=//p' "$unit" | tr 'A-Z' 'a-z' | sed 's/cap_/+/g; s/ /,/g')
	read -ra words <<< "$(sed -nE 's/^ExecStart=[^ ]+ //p' "$unit" | sed "s|/var/lib/xentrace-bpf|$dir/state|")"
	setpriv --bounding-set="-all,$caps" --inh-caps=-all --no-new-privs "$xt" "${words[@]}" -f blk,net -d 2 2> "$dir/err"
	cat "$dir/err"
	"$xt" report "$dir/state" > "$dir/report"
	grep -q "data complete\|INCOMPLETE" "$dir/report"
}

@test "in the /dev of its own that it has, disks and partitions are found by name" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	disk=$(basename "$(find /sys/block -name '[svx]*d[a-z]' | head -n 1)")
	[ -n "$disk" ] || skip "needs a disk"
	partition=$(find "/sys/block/$disk/" -maxdepth 1 -name "$disk*" -printf '%f\n' | head -n 1)
	for name in "$disk" "/dev/$disk" ${partition:+"$partition" "/dev/$partition"}; do
		unshare -m sh -c 'mount -t tmpfs none /dev && mknod -m 666 /dev/null c 1 3 && exec "$@"' sh \
			"$xt" -f blk -D "$name" -d 0.2 -o "$dir/run.json" 2> "$dir/err"
		jq -es '.[0].type == "header"' "$dir/run.json"
	done
	run -2 "$xt" -f blk -D /dev/no-such-disk
}
