# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2034 # the mode_* variables are for those who source this
#
# The table of guests, read by the host (names, time allowances, machines) and by dom0 (configuration).
# A new mode is one row.
#
#   mode     as given to --mode
#   type     of the Xen domain; "-" is dom0 itself; "qemu" is a plain machine, without Xen
#   disks    pv: all on blkfront; both: one emulated disk beside them; emulated: none on blkfront;
#            ide: the same, and one more on IDE (mode_ide); virtio: all on virtio-blk; nvme: an emulated NVMe disk beside them
#   nic      pv: netfront; emulated: one that Linux unplugs for netfront unless told otherwise;
#            kept: an emulated one that stays in use beside netfront; virtio: virtio-net; vf: a virtual function
#   console  what COMMAND's output leaves the guest by; "-" is the lab's virtio port
#   boot     seconds to allow, beside COMMAND's own, for creation, boot and end on a busy machine
#   args     kernel arguments, commas for blanks; "-" is none. QEMU's NVMe disk has room for a second path, so
#            that Linux would put a multipath disk before it, which those of a cloud do not get
#
#	mode	type	disks		nic		console	boot	args
LAB_MODES='
	dom0	-	-		-		-	0	-
	pv	pv	pv		pv		hvc0	120	-
	pvh	pvh	pv		pv		hvc0	150	-
	pvhvm	hvm	both		emulated	hvc0	300	-
	hvm-pv	hvm	both		emulated	hvc0	300	xen_no_vector_callback
	mixed	hvm	both		kept		hvc0	300	xen_emul_unplug=ide-disks
	hvm	hvm	emulated	emulated	ttyS0	400	nopv,xen_emul_unplug=never
	hvm-ide	hvm	ide		emulated	ttyS0	400	nopv,xen_emul_unplug=never
	sriov	qemu	virtio		vf		-	120	-
	nvme	qemu	nvme		virtio		-	120	nvme_core.multipath=N
'

# Sets mode_type and the like for a mode; fails for an unknown one.
mode_get() {
	local name
	while read -r name mode_type mode_disks mode_nic mode_console mode_boot mode_args; do
		[[ $name == "$1" ]] || continue
		[[ $mode_args == - ]] && mode_args=
		mode_args=${mode_args//,/ }
		mode_ide=
		[[ $mode_disks == ide ]] && mode_disks=emulated mode_ide=1
		return 0
	done <<<"$LAB_MODES"
	return 1
}

mode_names() { awk 'NF { print $1 }' <<<"$LAB_MODES"; }
