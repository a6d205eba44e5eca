# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2154 # settings come from the script that sources this
#
# One guest's life, seen from dom0. Sourced by dom0/init, which has the run's settings.

# Kernels and their modules come on disks of their own; PV and PVH guests are started from files there.
# Sets folder.
kernel_folder() {
	local at=/run/kernel-$1
	if [[ ! -d $at ]]; then
		mkdir "$at"
		mount -t ext4 -o ro "${disk[kernel-$1]}" "$at"
	fi
	folder=$at/boot-$1
}

# Disk names are the same in all modes. hd* are emulated and, where the guest has PV drivers, on blkfront as well;
# xvd* are on blkfront alone. The emulated controller's fifth and sixth disk have no hd* name in libxl.
guest_config() {
	local name=$1 kernel=$2 folder disks='' vif
	vif="mac=00:16:3e:00:00:01,bridge=xenbr0"
	cat <<-END
	name = "$name"
	type = "$mode_type"
	memory = $memory
	vcpus = ${vcpus_of[$name]}
	tsc_mode = "native"
	on_poweroff = "destroy"
	on_reboot = "destroy"
	on_crash = "destroy"
	END
	if [[ $mode_type == hvm ]]; then
		disks="'phy:${disk[grub]},hda,w', 'phy:${disk[boot-$name]},hdb,w', "
		cat <<-END
		boot = "c"
		hdtype = "ahci"
		vga = "none"
		vnc = 0
		usb = 0
		serial = "file:/run/console/serial-$name.log"
		END
	else
		kernel_folder "$kernel"
		cat <<-END
		kernel = "$folder/vmlinux"
		ramdisk = "$folder/initrd"
		extra = "$(<"/lab/arguments-$name")"
		END
	fi
	[[ $mode_disks == pv ]] || disks+="'phy:${disk[scratch-emul]},hdc,w', "
	if [[ $mode_disks == emulated ]]; then
		# libxl's hdtype is for all disks; the device model has an IDE controller all the same. Not
		# cache=none: a guest's pages are mapped in a way that direct I/O refuses.
		[[ ! $mode_ide ]] ||
			echo "device_model_args_hvm = [ '-drive', 'file=${disk[scratch-ide]},if=ide,index=0,format=raw,cache=writeback' ]"
		disks+="'phy:${disk[rw-root]},hdd,w', 'phy:${disk[rw-kernel-$kernel]},d4p0,w', 'phy:${disk[out-$name]},d5p0,w'"
	else
		disks+="'phy:${disk[root]},xvdk,r', 'phy:${disk[kernel-$kernel]},xvdl,r', 'phy:${disk[run]},xvdm,r', "
		disks+="'phy:${disk[out-$name]},xvdn,w', 'phy:${disk[scratch-pv]},xvdo,w'"
	fi
	[[ $mode_nic == pv* ]] || vif+=",type=ioemu,model=$nic"
	printf '%s\n' "disk = [ $disks ]" "vif = [ '$vif' ]"
	# Permissive: its driver writes to registers that the PCI back end does not know.
	[[ $mode_nic != pv+vf ]] || echo "pci = [ '$vf,permissive=1' ]"
}

# The command given by --dom0, in a session of its own so that all of it can be ended.
dom0_command_start() {
	mkdir -p /out
	[[ -s /lab/dom0-command ]] || return
	LAB_GUEST=$1 LAB_MODE=$2 LAB_KERNEL=$3 PATH=/lab/bin:/opt/xentrace-bpf/bin:$PATH setsid bash -c \
		'cd /job && exec bash /lab/dom0-command' </dev/null >"/results/$1/dom0.log" 2>&1 &
	dom0_command=$!
}
dom0_command_end() {
	local i
	[[ -s /lab/dom0-command ]] || return
	kill -TERM -- "-$dom0_command" 2>/dev/null
	for ((i = 0; i < 50; i++)); do
		kill -0 -- "-$dom0_command" 2>/dev/null || break
		sleep 0.2
	done
	kill -KILL -- "-$dom0_command" 2>/dev/null
	wait "$dom0_command" 2>/dev/null
	mv /out "/results/$1/dom0"
}

# keep NAME: of /results, on the disk for the host now, where the end of the machine takes nothing back. An empty
# disk is an empty tar.
keep() {
	if ! tar -r -f "${disk[result]}" -C /results "$1" 2>/run/tar.log; then
		mark close
		echo "lab: dom0's $1 does not fit on the result disk:" "$(tail -n 1 /run/tar.log)" >"$port"
	fi
	sync
}

has_begun() { grep -aqF "@lab:$nonce:begin@" "$1"; }

# lose_stuck NAME LOG SECONDS: a guest that has not begun COMMAND by then is destroyed.
lose_stuck() {
	sleep "$3" || return # ended: the guest has died
	has_begun "$2" && return
	: >"/run/$1.lost"
	xl destroy "$1" 2>/dev/null
}

# From creation to death: 0 when it died of itself or did not begin COMMAND within SECONDS, 124 when its time
# was up, else what xl says.
boot_guest() {
	local name=$1 log=$2 seconds=$3 creation console watch
	: >"$log"
	rm -f "/run/$name.lost"
	lose_stuck "$name" "$log" "$seconds" &
	watch=$!
	# -F stays until the guest has died, which costs nothing; asking xl for it costs seconds a time.
	timeout "$((timeout + patience * mode_boot))" xl create -F "/run/$name.cfg" >"/run/$name.xl" 2>&1 &
	creation=$!
	# tail reads once more after the process has gone, so nothing is lost.
	tail -q -s 0.1 -n +1 -f --pid="$creation" "$log" >"$port" &
	console=$!
	wait "$creation"
	creation=$?
	wait "$console"
	pkill -P "$watch"
	wait "$watch"
	[[ ! -e /run/$name.lost ]] || return 0
	return "$creation"
}

run_guest() {
	local mode=$1 kernel=$2 name=$1-$2 log creation attempt how=ended
	mode_get "$mode"
	log=/run/console/guest-$name.log
	# Without PV drivers there is no PV console: the guest has an emulated serial line in its place.
	[[ $mode_console == hvc0 ]] || log=/run/console/serial-$name.log
	ln -s "$log" "/run/console/$name"
	mkdir -p "/results/$name"
	mark "start $name"
	if [[ $mode == dom0 ]]; then
		LAB_MODE=dom0 LAB_KERNEL=$kernel LAB_NIC='' LAB_PEER=10.99.0.1 LAB_DISK_PV=${disk[scratch-pv]} LAB_DISK_EMULATED='' \
			/lab/inside/command "$port" "${disk[out-$name]}"
		rm -rf /out
		mark "finish $name ended"
		return
	fi
	dom0_command_start "$name" "$mode" "$kernel"
	[[ $mode_nic != pv+vf ]] || vf_start
	guest_config "$name" "$kernel" >"/run/$name.cfg"
	# Emulated SVM sometimes loses an HVM guest while it boots: to a triple fault, or for ever in a loop. One
	# that had not begun COMMAND can simply be started again. On a machine that is slow and not stuck, the
	# next one has twice the time.
	for ((attempt = 1; attempt <= 3; attempt++)); do
		((attempt == 1)) || mark "again $name"
		boot_guest "$name" "$log" "$((mode_boot << (attempt - 1)))"
		creation=$?
		if ((creation)) || has_begun "$log"; then
			break
		fi
	done
	dom0_command_end "$name"
	if ((creation)); then
		mark close
		tail -n 25 "/run/$name.xl" >"$port"
		mkdir -p "/results/$name/logs"
		cp "/run/$name.cfg" "/run/$name.xl" /var/log/xen/*"$name"* "/results/$name/logs/"
	fi
	# A guest that did not die of itself is stuck, before COMMAND or after.
	xl destroy "$name" 2>/dev/null
	((creation != 124)) || how=stuck
	keep "$name"
	mark "finish $name $how"
}
