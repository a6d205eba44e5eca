# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2154 # settings come from the script that sources this
#
# One boot of the outer machine: its disks, the machine itself, and the results.

# Emulated disks have no fixed names in a guest; their sizes tell them apart, so these are all different.
scratch_emulated_mb=192
scratch_pv_mb=256
result_mb=512

guest_arguments() {
	local mode=$1 kernel=$2
	mode_get "$mode"
	local drivers=pv,emulated
	[[ $mode_type == hvm ]] || drivers=pv
	[[ $mode_disks != emulated ]] || drivers=emulated
	echo "console=$mode_console quiet loglevel=1 panic=1 $mode_args lab.init=/lab/guest/init lab.kernel=$kernel" \
		"lab.mode=$mode lab.drivers=$drivers lab.nic=$mode_nic lab.tty=$mode_console" \
		"$([[ $mode_disks == emulated ]] || echo lab.run=xvdm lab.result=xvdn lab.disk_pv=xvdo)" \
		"$([[ $mode_disks != emulated ]] || echo "lab.run=boot lab.result=size:$result_mb")" \
		"$([[ $mode_disks == pv ]] || echo "lab.disk_emulated=size:$scratch_emulated_mb") $append"
}

# A tar as a disk: padded, because a disk has whole sectors and GRUB wants some to spare.
tar_disk() { tar -c -f "$1" --owner=0 --group=0 "${@:2}" && truncate -s %1M "$1"; }

# The run's own files, laid over every root: scripts, settings, COMMAND, the build, the files asked for.
make_run_disk() {
	local top=$work/run guest file
	mkdir -p "$top"/{lab/bin,job,opt/xentrace-bpf/bin}
	cp -r "$lab_home"/{modes.sh,inside,guest,dom0} "$top/lab/"
	cp "$lab_home/dom0/await-command" "$top/lab/bin/"
	printf '%s\n' "$command" >"$top/lab/command"
	[[ -z $dom0_command ]] || printf '%s\n' "$dom0_command" >"$top/lab/dom0-command"
	{
		printf '%s=%q\n' nonce "$nonce" timeout "$timeout" guests "${guests[*]}" vcpus "$vcpus" memory "$memory" nic "$nic"
	} >"$top/lab/run.sh"
	for guest in "${guests[@]}"; do
		guest_arguments "${guest%-*}" "${guest##*-}" >"$top/lab/arguments-$guest"
	done
	if [[ -d $project/build/static ]]; then
		cp -RL "$project/build/static/." "$top/opt/xentrace-bpf/bin/"
	fi
	for file in "${files[@]}"; do cp -RL -- "$file" "$top/job/"; done
	tar_disk "$work/run.disk" -C "$top" lab job opt
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
	linux (hd1)/vmlinuz $(guest_arguments "${guest%-*}" "${guest##*-}")
	initrd (hd1)/initrd
	boot
	END
	# The emulated controller has six ports; without PV disks there is none left for the run's disk.
	mode_get "${guest%-*}"
	[[ $mode_disks != emulated ]] || run_files=(-C "$work/run" lab job opt)
	tar_disk "$work/boot-$guest.disk" -C "$top" grub.cfg vmlinuz initrd "${run_files[@]}"
	rm -r "$top"
}

# disk SERIAL FILE [OPTION]: one more disk of the outer machine, in the order of the calls.
disk() {
	disks+=(-drive "file=${2//,/,,},format=raw,if=none,id=$1,cache=unsafe${3:+,$3}" -device "virtio-blk-pci,drive=$1,serial=$1")
}

disk_once() { [[ " ${disks[*]} " == *",serial=$1 "* ]] || disk "$@"; }

make_disks() {
	local guest kernel root_image
	declare -A kernels=()
	disks=()
	root_image
	root_image=$image_dir/disk
	disk root "$root_image" readonly=on
	kernel_image "$dom0_kernel"
	dom0_image=$image_dir
	disk "kernel-$dom0_kernel" "$image_dir/disk" readonly=on
	kernels[$dom0_kernel]=$image_dir
	make_run_disk
	disk run "$work/run.disk" readonly=on
	for guest in "${guests[@]}"; do
		kernel=${guest##*-}
		if [[ -z ${kernels[$kernel]-} ]]; then
			kernel_image "$kernel"
			disk "kernel-$kernel" "$image_dir/disk" readonly=on
			kernels[$kernel]=$image_dir
		fi
		truncate -s "${result_mb}M" "$work/out-$guest.disk"
		disk "out-$guest" "$work/out-$guest.disk"
		mode_get "${guest%-*}"
		if [[ $mode_type == hvm ]]; then
			if [[ ! -e $work/grub.disk ]]; then
				grub_image
				cp "$image_dir/disk" "$work/grub.disk"
				disk grub "$work/grub.disk"
			fi
			make_boot_disk "$guest" "${kernels[$kernel]}"
			disk "boot-$guest" "$work/boot-$guest.disk"
			# The device model takes no read-only disks; what is written to these is thrown away.
			if [[ $mode_disks == emulated ]]; then
				disk_once rw-root "$root_image" snapshot=on
				disk_once "rw-kernel-$kernel" "${kernels[$kernel]}/disk" snapshot=on
			fi
		fi
	done
	truncate -s "${scratch_pv_mb}M" "$work/scratch-pv.disk"
	truncate -s "${scratch_emulated_mb}M" "$work/scratch-emulated.disk"
	truncate -s "${result_mb}M" "$work/result.disk"
	disk scratch-pv "$work/scratch-pv.disk"
	disk scratch-emul "$work/scratch-emulated.disk"
	disk result "$work/result.disk"
	xen_image "$xen"
	xen_file=$image_dir/xen
}

# Why each flag: README.md.
boot_machine() {
	local limit=$boot_limit guest
	for guest in "${guests[@]}"; do
		mode_get "${guest%-*}"
		limit=$((limit + mode_boot + timeout + 60))
	done
	mkfifo "$work/port"
	setpriv --pdeathsig KILL /usr/bin/python3 "$lab_home/lib/supervise.py" --nonce "$nonce" --fifo "$work/port" --logs "$logs" \
		--boot "$boot_limit" --limit "$limit" -- \
		env TMPDIR="$work" setpriv --pdeathsig KILL qemu-system-x86_64 \
		-machine pc -accel tcg,thread=multi -cpu max,-smap,-xsave,-rdtscp -smp 2 -m 4096 \
		-nodefaults -no-user-config -no-reboot -display none -serial stdio \
		"${disks[@]}" \
		-device virtio-serial-pci -chardev "file,id=lab,path=$work/port" -device virtserialport,chardev=lab,name=lab \
		-kernel "$xen_file" \
		-append "console=com1 com1=115200,8n1 dom0_mem=1280M,max:1280M spec-ctrl=eager-fpu loglvl=info guest_loglvl=info" \
		-initrd "$dom0_image/vmlinuz console=hvc0 quiet loglevel=4 lab.init=/lab/dom0/init lab.kernel=$dom0_kernel lab.drivers=dom0 lab.run=vdc,$dom0_image/initrd-dom0" &
	child=$!
	set +e
	wait "$child"
	machine_status=$?
	set -e
	child=
}

# take DISK FOLDER: the tar on a result disk; an empty disk is an empty tar.
take() {
	mkdir -p "$2"
	tar -x -f "$1" -C "$2" --no-same-owner 2>>"$logs/lab.log"
}

# The end of a guest's log; a panic's cause comes before its long end.
last_words() {
	{
		grep -aE -m 1 'Kernel panic|Oops|BUG:' "$1" || true
		tail -n 25 "$1"
	} 2>/dev/null | tr -d '\r' | sed 's/@lab:[^@]*@//g; s/^/lab: | /' >&2
}

# Sets run_status and fills --out.
collect() {
	local guest status target from=$work/results
	run_status=0
	take "$work/result.disk" "$from/dom0" || true
	for guest in "${guests[@]}"; do
		take "$work/out-$guest.disk" "$from/$guest" || true
		status=$(cat "$from/$guest/status" 2>/dev/null || true)
		if [[ -z $status ]]; then
			status=125
			((machine_status == 124)) && status=124
			say "$guest: the guest died before COMMAND ended; from its log, $logs/$guest.log:"
			last_words "$logs/$guest.log"
		fi
		((run_status)) || run_status=$status
		[[ $out ]] || continue
		target=$out
		((${#guests[@]} == 1)) || target=$out/$guest
		mkdir -p "$target"
		[[ ! -d $from/$guest/out ]] || cp -r "$from/$guest/out/." "$target/"
		[[ ! -e $from/dom0/$guest/dom0.log ]] || cp "$from/dom0/$guest/dom0.log" "$target/"
		[[ ! -d $from/dom0/$guest/dom0 ]] || cp -r "$from/dom0/$guest/dom0" "$target/"
	done
}
