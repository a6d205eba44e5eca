# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2034 # the mode_* variables are for those who source this
#
# The table of guests, read by the host (names, time allowances, boot disks) and by dom0 (configuration).
# A new mode is one row.
#
#   mode     as given to --mode
#   type     of the Xen domain; "-" is dom0 itself
#   disks    pv: all on blkfront; both: one emulated disk beside them; emulated: none on blkfront
#   nic      pv: netfront; emulated: one that Linux unplugs for netfront unless told otherwise;
#            kept: an emulated one that stays in use beside netfront
#   console  what COMMAND's output leaves the guest by
#   boot     seconds to allow, beside COMMAND's own, for creation, boot and end on a busy machine
#   args     kernel arguments, commas for blanks; "-" is none
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
'

# Sets mode_type and the like for a mode; fails for an unknown one.
mode_get() {
	local name
	while read -r name mode_type mode_disks mode_nic mode_console mode_boot mode_args; do
		[[ $name == "$1" ]] || continue
		[[ $mode_args == - ]] && mode_args=
		mode_args=${mode_args//,/ }
		return 0
	done <<<"$LAB_MODES"
	return 1
}

mode_names() { awk 'NF { print $1 }' <<<"$LAB_MODES"; }
