# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2054,SC2154 # commas are QEMU's; settings come from the script that sources this
#
# Guests without Xen: each is a machine of its own, with devices that the lab's QEMU for Xen does not have.

plain_prepare() {
	qemu_image 10
	plain_qemu=$image_dir
}

# Sets devices: what makes the mode.
plain_devices() {
	# The gateway of this network answers ping, and nothing leaves it.
	devices=(-netdev user,id=net,net=10.99.0.0/24,host=10.99.0.1,restrict=on)
	case $mode_nic in
	virtio) devices+=(-device virtio-net-pci,netdev=net,romfile=) ;;
	# QEMU 10.0 forgets the upper half of a virtual function's addresses: leave Linux no room above 4 GB for them.
	vf) devices+=(-device igb,netdev=net,romfile= -global q35-pcihost.pci-hole64-size=0) ;;
	esac
	# With Amazon's name on the machine, an NVMe disk alone must not pass for Nitro.
	if [[ $mode_disks == nvme ]]; then
		devices+=(
			-drive "file=${work//,/,,}/scratch-emulated.disk,format=raw,if=none,id=nvme,cache=unsafe"
			-device nvme,drive=nvme,serial=scratch-emul
			-smbios 'type=1,manufacturer=Amazon EC2,product=m5.large'
			-smbios 'type=3,manufacturer=Amazon EC2,asset=Amazon EC2'
		)
	fi
}

plain_run() {
	local guest=$1 mode=${1%-*} kernel=${1##*-} devices
	mode_get "$mode"
	first_disks "$kernel"
	disk out "$work/out-$guest.disk"
	disk scratch-pv "$work/scratch-pv.disk"
	plain_devices
	qemu_command "$plain_qemu"
	boot_machine "$guest" "$mode_boot" "$((mode_boot + timeout + 60))" \
		"${qemu[@]}" -machine q35 -accel tcg,thread=multi -cpu max -smp "${vcpus_of[$guest]}" -m "$memory" "${devices[@]}" \
		-kernel "${kernels[$kernel]}/vmlinuz" -initrd "${kernels[$kernel]}/initrd-dom0" \
		-append "console=ttyS0 quiet loglevel=1 panic=1 $mode_args lab.init=/lab/plain/init lab.kernel=$kernel lab.mode=$mode lab.drivers=dom0 lab.run=vdc $append"
	collect "$guest"
}
