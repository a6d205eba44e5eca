# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2034 # the mode_* variables are for those who source this
#
# The table of guests, read by the host (names, time allowances, machines) and by dom0 (configuration).
# A new mode is one row.
#
#   mode     as given to --mode
#   machine  that it runs on: xen, Xen in the usual machine (xen-smp, the same by QEMU 10, if the guest is PV and has
#            several vCPUs); xen-vf: Xen in one with an IOMMU and a NIC with a virtual function; plain: a machine of its
#            own, without Xen
#   type     of the Xen domain; "-" is dom0 itself, or no domain
#   disks    pv: all on blkfront; both: one emulated disk beside them; emulated: none on blkfront;
#            ide: the same, and one more on IDE (mode_ide); virtio: all on virtio-blk; nvme: an emulated NVMe disk beside them
#   nic      pv: netfront; emulated: one that Linux unplugs for netfront unless told otherwise;
#            kept: an emulated one that stays in use beside netfront; virtio: virtio-net; vf: a virtual function;
#            pv+vf: netfront, and a virtual function passed through
#   console  what COMMAND's output leaves the guest by; "-" is the lab's virtio port
#   boot     seconds to allow, beside COMMAND's own, for creation, boot and end on a busy machine
#   args     kernel arguments, commas for blanks; "-" is none. QEMU's NVMe disk has room for a second path, so
#            that Linux would put a multipath disk before it, which those of a cloud do not get. iommu=soft gives a PV
#            guest the buffers that a device can reach
#
#	mode	machine	type	disks		nic		console	boot	args
LAB_MODES='
	dom0	xen	-	-		-		-	0	-
	pv	xen	pv	pv		pv		hvc0	120	-
	pvh	xen	pvh	pv		pv		hvc0	150	-
	pvhvm	xen	hvm	both		emulated	hvc0	300	-
	hvm-pv	xen	hvm	both		emulated	hvc0	300	xen_no_vector_callback
	mixed	xen	hvm	both		kept		hvc0	300	xen_emul_unplug=ide-disks
	hvm	xen	hvm	emulated	emulated	ttyS0	400	nopv,xen_emul_unplug=never
	hvm-ide	xen	hvm	ide		emulated	ttyS0	400	nopv,xen_emul_unplug=never
	pv-vf	xen-vf	pv	pv		pv+vf		hvc0	150	iommu=soft
	sriov	plain	-	virtio		vf		-	120	-
	nvme	plain	-	nvme		virtio		-	120	nvme_core.multipath=N
	nvme-paths	plain	-	nvme		virtio		-	120	-
'

# Sets mode_type and the like for a mode; fails for an unknown one.
mode_get() {
	local name
	while read -r name mode_machine mode_type mode_disks mode_nic mode_console mode_boot mode_args; do
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
