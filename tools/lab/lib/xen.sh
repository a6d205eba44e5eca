# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2154 # settings come from the script that sources this
#
# The machines that Xen runs on: one boot for all of a run's guests of one machine, one after the other.

# What the machine with the virtual function has, and what a guest may have beside dom0's 1280 MB there.
vf_machine_mb=2600
vf_memory_max=1024

xen_guest_arguments() {
	local mode=$1 kernel=$2
	mode_get "$mode"
	local drivers=pv,emulated
	[[ $mode_type == hvm ]] || drivers=pv
	[[ $mode_disks != emulated ]] || drivers=emulated
	echo "console=$mode_console quiet loglevel=1 panic=1 $mode_args lab.init=/lab/guest/init lab.kernel=$kernel" \
		"lab.mode=$mode lab.drivers=$drivers lab.nic=$mode_nic lab.tty=$mode_console" \
		"$([[ $mode_disks == emulated ]] || echo lab.run=xvdm lab.result=xvdn lab.disk_pv=xvdo)" \
		"$([[ $mode_disks != emulated ]] || echo "lab.run=boot lab.result=size:$result_mb")" \
		"${mode_ide:+lab.disk_ide=size:$scratch_ide_mb}" \
		"$([[ $mode_disks == pv ]] || echo "lab.disk_emulated=size:$scratch_emulated_mb") $append"
}

# An HVM guest's second BIOS disk, from which GRUB boots it.
make_boot_disk() {
	local guest=$1 folder=$2 top=$work/boot-$1 run_files=()
	mkdir "$top"
	cp "$folder/vmlinuz" "$top/vmlinuz"
	cp "$folder/initrd-guest" "$top/initrd"
	cat >"$top/grub.cfg" <<-END
	serial --unit=0 --speed=115200
	terminal_output serial
	linux (\$root)/vmlinuz $(xen_guest_arguments "${guest%-*}" "${guest##*-}")
	initrd (\$root)/initrd
	boot
	END
	# The emulated controller has six ports; without PV disks there is none left for the run's disk.
	mode_get "${guest%-*}"
	[[ $mode_disks != emulated ]] || run_files=(-C "$work/run" lab job opt)
	tar_disk "$work/boot-$guest.disk" -C "$top" grub.cfg vmlinuz initrd "${run_files[@]}"
	rm -r "$top"
}

disk_once() { [[ " ${disks[*]} " == *",serial=$1 "* ]] || disk "$@"; }

# Images and disks of these machines alone.
xen_prepare() {
	local guest machine
	declare -gA xen_qemu=()
	for machine in "${!machine_guests[@]}"; do
		case $machine in
		xen) qemu_image 7.2 ;;
		xen-smp | xen-vf) qemu_image 10 ;;
		esac
		xen_qemu[$machine]=$image_dir
	done
	xen_image "$xen"
	xen_file=$image_dir/xen
	kernel_image "$dom0_kernel"
	kernels[$dom0_kernel]=$image_dir
	for guest in "${xen_guests[@]}"; do
		mode_get "${guest%-*}"
		[[ $mode_type == hvm ]] || continue
		if [[ ! -e $work/grub.disk ]]; then
			grub_image
			cp "$image_dir/disk" "$work/grub.disk"
		fi
		if [[ $mode_ide ]]; then # the firmware boots from it then
			cp "$work/grub.disk" "$work/scratch-ide.disk"
			truncate -s "${scratch_ide_mb}M" "$work/scratch-ide.disk"
		fi
		make_boot_disk "$guest" "${kernels[${guest##*-}]}"
	done
}

# xen_disks GUEST…
xen_disks() {
	local guest kernel
	first_disks "$dom0_kernel"
	for guest; do
		kernel=${guest##*-}
		disk_once "kernel-$kernel" "${kernels[$kernel]}/disk" readonly=on
		disk "out-$guest" "$work/out-$guest.disk"
		mode_get "${guest%-*}"
		[[ $mode_type == hvm ]] || continue
		disk_once grub "$work/grub.disk"
		disk "boot-$guest" "$work/boot-$guest.disk"
		# The device model takes no read-only disks; what is written to these is thrown away.
		if [[ $mode_disks == emulated ]]; then
			disk_once rw-root "$root_disk" snapshot=on
			disk_once "rw-kernel-$kernel" "${kernels[$kernel]}/disk" snapshot=on
			[[ ! $mode_ide ]] || disk_once scratch-ide "$work/scratch-ide.disk"
		fi
	done
	disk scratch-pv "$work/scratch-pv.disk"
	disk scratch-emul "$work/scratch-emulated.disk"
	disk result "$work/result.disk"
}

# xen_run MACHINE. Why each flag: README.md.
xen_run() {
	local machine=$1 own limit=$boot_limit guest dom0=${kernels[$dom0_kernel]} thread=multi devices xen_args=''
	read -ra own <<<"${machine_guests[$machine]}"
	for guest in "${own[@]}"; do
		mode_get "${guest%-*}"
		limit=$((limit + 2 * mode_boot + timeout + 60)) # dom0/guest.sh tries up to three times
		# dom0's COMMAND may patch code on one vCPU that runs on the other
		[[ $mode_type != - ]] || thread=single
	done
	case $machine in
	xen | xen-smp) devices=(-machine pc -m 4096) ;;
	xen-vf)
		# Another network than netfront's, so that the guest has one address in each.
		devices=(-machine q35 -m "$vf_machine_mb" -global q35-pcihost.pci-hole64-size=0 -device intel-iommu
			-netdev 'user,id=net,net=10.99.1.0/24,host=10.99.1.1,restrict=on' -device igb,netdev=net,romfile=)
		xen_args=iommu=no-intremap ;;
	esac
	truncate -s 0 "$work/result.disk"
	truncate -s "${result_mb}M" "$work/result.disk"
	xen_disks "${own[@]}"
	qemu_command "${xen_qemu[$machine]}"
	boot_machine '' "$boot_limit" "$limit" "${qemu[@]}" \
		"${devices[@]}" -accel tcg,thread=$thread -cpu max,-smap,-xsave,-rdtscp -smp 2 \
		-kernel "$xen_file" \
		-append "console=com1 com1=115200,8n1 dom0_mem=1280M,max:1280M spec-ctrl=eager-fpu loglvl=info guest_loglvl=info $xen_args" \
		-initrd "$dom0/vmlinuz console=hvc0 quiet loglevel=4 lab.init=/lab/dom0/init lab.kernel=$dom0_kernel lab.drivers=dom0 lab.run=vdc lab.machine=$machine lab.guests=$(IFS=:; echo "${own[*]}"),$dom0/initrd-dom0"
	if ((machine_status == 125)); then
		tail -n 25 "$logs/xen.log" | tr -d '\r' | sed 's/^/lab: | /' >&2
		die 125 "Xen and dom0 did not come up; the whole log is $logs/xen.log"
	fi
	take "$work/result.disk" "$work/results/dom0" || true
	collect "${own[@]}"
}
