# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154 # nonce comes from the run; disk and port are for those who source this
#
# What is the same in all that runs directly in QEMU: its disks by name, the port to the host, the end.

power_off() {
	sync
	echo o >/proc/sysrq-trigger
	sleep 60
}

# The devices of the machine are known by the serial numbers and names that the host gave them.
declare -A disk=()
for file in /sys/block/vd*/serial; do
	read -r serial <"$file" || true # the number may have no end of line
	file=${file%/serial}
	disk[$serial]=/dev/${file##*/}
done
for ((i = 0; i < 100; i++)); do
	for port in /dev/vport*p1; do
		[[ -c $port ]] && break 2
	done
	sleep 0.1
done
[[ -c $port ]] || { echo "lab: no virtio port"; power_off; }
mark() { printf '@lab:%s:%s@' "$nonce" "$*" >"$port"; }
