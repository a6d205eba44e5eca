/* Where vCPU time went: the strip of all of it, its rows, and what top's steal is made of. */
D.rows = D.rows.map(numbered);

const mechTitles = ["guest paths", "paravirtual", "emulated", "hardware", "stolen", "unattributed"];

/* The longest text that surely fits into a part of that width. */
function fitting(part, width) {
	const whole = `${part.name} ${cpuSeconds(part.ns)} s`;

	return [whole, part.letter || part.name, ""].find((text) => text.length * 7 + 12 < width);
}

/* Parts of a whole side by side. */
function strip(parts, whole, {thin = false, width = 1200} = {}) {
	const draw = (part) => {
		const share = part.ns / whole;
		const color = part.idle ? "" : ";" + tint(part.mech);
		const text = thin ? "" : fitting(part, share * width);
		const element = el("span", {
			class: part.idle ? "idle" : null,
			style: `width:${100 * share}%${color}`,
			"data-ns": part.ns
		},
			text ? el("b", null, text) : null);
		const rows = [["time", ns(part.ns)], ["share", percent(part.ns, whole, 2) + " %"]];

		explain(element, () => [part.name, rows, part.note]);
		return element;
	};
	const shown = parts.filter((part) => part.ns > 0);

	return el("div", {class: thin ? "strip thin" : "strip"}, shown.map(draw));
}

/* The columns by mechanism; guest without what no path measures. */
function columnsNs() {
	const cpu = D.cpu;

	return [
		cpu.guest_ns - cpu.guest_rest_ns, cpu.pv_ns, cpu.emulated_ns, cpu.hardware_ns,
		cpu.stolen_ns, cpu.unattributed_ns
	];
}

/* idle + stolen + the mechanisms + guest = vCPU time (+ excess). */
function cpuParts() {
	const unseen = "includes exits that no probe can see";
	const parts = columnsNs().map((ns, mech) => ({
		name: mech === GUEST ? "guest paths" : mechName(mech),
		letter: mech === GUEST ? "" : D.terms.letters[mech],
		mech,
		ns: ns || 0
	}));

	return [
		{name: "guest code", mech: GUEST, ns: D.cpu.guest_rest_ns, note: unseen}, ...parts,
		{name: "idle", idle: true, ns: D.cpu.idle_ns}
	];
}

/* Events that are counted and not timed: their time is not 0 but unknown. */
const isCount = (row) => row.events && !row.ns;

function note(row) {
	const said = (part) => isCount(row) ? count(part.count) : cpuSeconds(part.ns);
	const parts = row.parts.map((part) => `${part.name || "other"} ${said(part)}`);

	if (row.held_ns && row.mech === EMULATED)
		parts.unshift(`${cpuSeconds(row.held_ns)} held by the device model`);
	else if (row.devices > 1)
		parts.unshift(`of ${row.devices} interrupts`);
	else if (D.terms.areas[row.area] === "event channels" && !row.parts.length)
		parts.unshift("upcall and demux, without handlers");
	else if (isCount(row))
		parts.unshift("counted only");
	if (row.more)
		parts.push(`${row.more} more`);
	return parts.join(" · ");
}

function column(name, value, text, mech) {
	const letter = mech === undefined ? null : mechChip(mech);
	const figures = [cpuSeconds(value), percent(value, D.cpu.total_ns), "", ""];

	return el("tr", {class: "mech"}, el("td", null, letter, letter && " ", name),
		cells(figures), el("td", {class: "left wide note"}, text));
}

function cpuRow(row) {
	const area = D.terms.areas[row.area];
	/* "timer" and "resched" say what they are. */
	const alone = row.device && (area === "timers" || area === "interrupts");
	const name = alone ? row.device : `${area} ${row.device}`;
	const figures = isCount(row) ? ["-", "-", count(row.events), "-"] : [
		cpuSeconds(row.ns), percent(row.ns, D.cpu.total_ns), count(row.events),
		row.events ? count(row.ns / row.events) : ""
	];

	return el("tr", {class: "row"}, el("td", {class: "name", title: name}, name),
		cells(figures), el("td", {class: "left wide note"}, note(row)));
}

function columnNote(mech) {
	if (mech === STOLEN)
		return "runnable, not run: host contention";
	if (mech === UNATTRIBUTED && D.cpu.held_off_ns)
		return `${cpuSeconds(D.cpu.held_off_ns)} held off outside any known path`;
	return "";
}

/* A mechanism's column and its rows; nothing where it has neither. */
function mechRows(mech, value) {
	const own = D.rows.filter((row) => row.mech === mech);

	if (mech === STOLEN && value === null)
		return el("tr", {class: "mech"}, el("td", null, mechChip(mech), " stolen"),
			el("td", {colspan: 5, class: "left note"},
				"not measurable here: nobody accounts it"));
	if (!value && !own.length)
		return null;
	return [column(mechTitles[mech], value, columnNote(mech), mech), ...own.map(cpuRow)];
}

function cpuTable() {
	const cpu = D.cpu;
	const excess = cpu.excess_ns ? `the parts exceed it by ${ns(cpu.excess_ns)}` : "";

	return scrolled(heads(["", "seconds", "%", "events", "ns/event", ""]),
		column("guest code", cpu.guest_rest_ns, "includes exits that no probe can see",
			GUEST),
		columnsNs().flatMap((value, mech) => mechRows(mech, value)),
		column("idle", cpu.idle_ns, ""),
		el("tr", {class: "sum"},
			cells(["vCPU time", cpuSeconds(cpu.total_ns), "100.0", "", ""]),
			el("td", {class: "left note"}, excess)));
}

/* What top's steal is made of. */
function stealSplit() {
	const cpu = D.cpu, share = (part) => percent(part, cpu.total_ns);

	if (cpu.stat_steal_ns === null)
		return el("p", {class: "steal note"}, "Steal: not measurable on this guest.");
	if (!cpu.has_runstate || !cpu.stat_steal_ns)
		return el("p", {class: "steal note"},
			`/proc/stat steal ${share(cpu.stat_steal_ns)} % of vCPU time`,
			cpu.has_runstate ? "" : "; without Xen's runstate it cannot be split");
	const held = cpu.held_by_device_model_ns, outside = Math.max(0, cpu.offline_ns - held);
	const parts = [
		["stolen", STOLEN, cpu.stolen_ns, "runnable, not run: host contention"],
		["held by the device model", EMULATED, held, "this guest's own emulated devices"],
		["unattributed", UNATTRIBUTED, outside, "held off outside any known path"],
	].map(([name, mech, ns, note]) => ({name, mech, ns, note, letter: D.terms.letters[mech]}));
	const text = parts.map((part) => `${part.name} ${share(part.ns)}`).join(" + ");

	return el("div", {class: "steal"},
		el("p", null, el("b", null, `Steal in top: ${share(cpu.stat_steal_ns)} %`),
			` = ${text}`),
		strip(parts, sum(parts.map((part) => part.ns)), {width: 740}));
}

/* Each vCPU's states, as shares of its own time; "-" is not measured. */
function vcpuTable() {
	const titles = [
		"vCPU", "seconds", "running %", "stolen %", "idle %", "offline %",
		"held by device model %", "steal in stat %", "events", "share %"
	];
	const states = [
		"running_ns", "runnable_ns", "idle_ns", "offline_ns", "held_by_device_model_ns",
		"stat_steal_ns"
	];
	const share = (part, row) => part === null ? "-" : percent(part, row.vcpu_ns);
	const all = sum(D.per_vcpu.map((row) => row.events));
	const figures = (row) => [row.cpu, (row.vcpu_ns / 1e9).toFixed(3),
		...states.map((name) => share(row[name], row)), count(row.events),
		percent(row.events, all)];
	const rows = D.per_vcpu.map((row) => el("tr", null, cells(figures(row))));

	return el("details", null, el("summary", null, `${rows.length} vCPUs apart`),
		scrolled(heads(titles), rows));
}

function drawCpu() {
	const parts = cpuParts(), seconds = (D.cpu.total_ns / 1e9).toFixed(1);

	byId("cpu").querySelector("h2").append(
		el("small", null, `${seconds} vCPU-s, each nanosecond once`));
	if (!D.cpu.total_ns) {
		byId("cpu").append(el("p", {class: "note"}, "no vCPU time was measured"));
		return;
	}
	byId("cpu").append(
		strip(parts, sum(parts.map((part) => part.ns))), cpuTable(), stealSplit());
	if (D.per_vcpu.length)
		byId("cpu").append(vcpuTable());
}
