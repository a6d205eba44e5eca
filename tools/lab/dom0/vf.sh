# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2034 # vf is for those who source this
#
# The machine's NIC with a virtual function, which a guest gets by PCI pass-through. Sourced by dom0/init.

# Makes the virtual function and gives it to the PCI back end. Sets vf, its address, and vf_physical, the interface
# that it belongs to.
vf_make() {
	modprobe igb
	await find_file '/sys/class/net/*/device/sriov_numvfs' || return
	vf_physical=${REPLY%/device/*}
	vf_physical=${vf_physical##*/}
	# No driver of dom0 is to take it.
	echo 0 >/sys/bus/pci/drivers_autoprobe
	echo 1 >"$REPLY"
	ip link set dev "$vf_physical" up vf 0 mac 52:54:00:00:00:01
	vf=$(readlink "/sys/class/net/$vf_physical/device/virtfn0")
	vf=${vf##*/}
	modprobe xen-pciback passthrough=1
	# The emulated function does not come back from a reset.
	echo >"/sys/bus/pci/devices/$vf/reset_method"
	echo "$vf" >/sys/bus/pci/drivers/pciback/new_slot
	echo "$vf" >/sys/bus/pci/drivers/pciback/bind
}

# Before each guest: the physical function answers the driver of a virtual one only after its own start, with a link.
vf_start() {
	ip link set dev "$vf_physical" down
	ip link set dev "$vf_physical" up
	await has_link "$vf_physical"
}
