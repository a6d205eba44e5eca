/* The rows of the ledger: where vCPU time went, what requests waited, the slowest, event channels. */

/* vCPU-seconds: few are shown to the millisecond. */
function cpuSeconds(value) {
	const whole = total.vcpu_ns;

	return (value / 1e9).toFixed(whole < 1e10 ? 3 : whole < 1e13 ? 2 : 0);
}

/* The longest text that surely fits into a part of that width. */
function fitting(part, width) {
	const whole = `${part.name} ${cpuSeconds(part.ns)} s`;

	return [whole, part.letter || part.name, ""].find((text) => text.length * 7 + 12 < width);
}

/* Parts of a whole side by side. */
function strip(parts, whole, {thin = false, width = 1200} = {}) {
	const draw = (part) => {
		const share = part.ns / whole;
		const color = part.idle ? "" : ";" + tint(part.mechanism);
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

/*
 * The columns by mechanism; of the guest's what its paths measured. idle + guest code + these = vCPU
 * time (+ excess).
 */
function cpuColumns() {
	const {cpu} = total;
	const columns = [
		["guest", "guest paths", cpu.guest_ns - cpu.guest_code_ns, ""],
		["pv", "paravirtual", cpu.pv_ns, ""], ["emulated", "emulated", cpu.emulated_ns, ""],
		["hardware", "hardware", cpu.hardware_ns, ""],
		["stolen", "stolen", cpu.stolen_ns, "runnable, not run: host contention"],
		[
			"unattributed", "unattributed", cpu.unattributed_ns,
			cpu.held_off_ns
				? `${cpuSeconds(cpu.held_off_ns)} held off outside any known path`
				: ""
		]
	];

	return columns.map(([mechanism, title, ns, note]) => ({mechanism, title, ns, note}));
}

const unseenExits = "includes exits that no probe can see";

/* All of vCPU time, side by side. */
function cpuParts() {
	const parts = cpuColumns().map(({mechanism, ns}) => ({
		name: mechanism === "guest" ? "guest paths" : mechName(mechanism),
		letter: mechanism === "guest" ? "" : mechOf(mechanism).letter,
		mechanism,
		ns: ns || 0
	}));

	return [
		{
			name: "guest code",
			mechanism: "guest",
			ns: total.cpu.guest_code_ns,
			note: unseenExits
		},
		...parts, {name: "idle", idle: true, ns: total.cpu.idle_ns}
	];
}

/* Events that are counted and not timed: their time is not 0 but unknown. */
const isCount = (row) => row.events && !row.ns;

function noteOf(row) {
	const said = (part) => isCount(row) ? count(part.count) : cpuSeconds(part.ns);
	const parts = row.parts.map((part) => `${part.name || "other"} ${said(part)}`);

	if (row.held_ns && row.mechanism === "emulated")
		parts.unshift(`${cpuSeconds(row.held_ns)} held by the device model`);
	else if (row.devices > 1)
		parts.unshift(`of ${row.devices} interrupts`);
	else if (row.area === "event channels" && !row.parts.length)
		parts.unshift("upcall and demux, without handlers");
	else if (isCount(row))
		parts.unshift("counted only");
	if (row.more)
		parts.push(`${row.more} more`);
	return parts.join(" · ");
}

/* "timer" and "resched" say what they are. */
function nameOf(row) {
	const alone = row.device && (row.area === "timers" || row.area === "interrupts");

	return alone ? row.device : `${row.area} ${row.device}`;
}

const timed = (value) => [cpuSeconds(value), percent(value, total.vcpu_ns)];

/* A column of the table: no events make it. */
const cpuColumn = (name, value, note, mechanism) => ({
	kind: "mech",
	name: [mechanism && mechChip(mechanism), mechanism && " ", name],
	figures: value === null ? ["-", "-"] : timed(value),
	note: value === null ? "not measurable here: nobody accounts it" : note
});

function cpuRow(row) {
	const each = row.events ? count(row.ns / row.events) : "";

	return {
		kind: "row",
		name: nameOf(row),
		figures: isCount(row) ? ["-", "-", count(row.events), "-"]
				      : [...timed(row.ns), count(row.events), each],
		note: noteOf(row)
	};
}

function cpuTable() {
	const {cpu, cpu_rows} = total;
	const rows = [cpuColumn("guest code", cpu.guest_code_ns, unseenExits, "guest")];

	for (const {mechanism, title, ns, note} of cpuColumns()) {
		const own = cpu_rows.filter((row) => row.mechanism === mechanism);

		if (ns || ns === null || own.length)
			rows.push(cpuColumn(title, ns, note, mechanism), ...own.map(cpuRow));
	}
	rows.push(cpuColumn("idle", cpu.idle_ns, ""), {
		kind: "sum",
		name: "vCPU time",
		figures: timed(total.vcpu_ns),
		note: cpu.excess_ns ? `the parts exceed it by ${ns(cpu.excess_ns)}` : ""
	});
	const figure = (i) => (row) => row.figures[i] ?? "";

	return table(
		[
			["", (row) => row.name, "name"], ["seconds", figure(0)], ["%", figure(1)],
			["events", figure(2)], ["ns/event", figure(3)],
			["", (row) => row.note, "left wide note"]
		],
		rows, {rowClass: (row) => row.kind});
}

/* What top's steal is made of. */
function stealSplit() {
	const {cpu} = total, share = (part) => percent(part, total.vcpu_ns);

	if (cpu.stat_steal_ns === null)
		return el("p", {class: "steal note"}, "Steal: not measurable on this guest.");
	if (!cpu.has_runstate || !cpu.stat_steal_ns)
		return el("p", {class: "steal note"},
			`/proc/stat steal ${share(cpu.stat_steal_ns)} % of vCPU time`,
			cpu.has_runstate ? "" : "; without Xen's runstate it cannot be split");
	const held = cpu.held_by_device_model_ns, outside = Math.max(0, cpu.offline_ns - held);
	const parts = [
		["stolen", "stolen", cpu.stolen_ns, "runnable, not run: host contention"],
		["held by the device model", "emulated", held, "this guest's own emulated devices"],
		["unattributed", "unattributed", outside, "held off outside any known path"],
	].map(([name, mechanism, ns,
		note]) => ({name, mechanism, ns, note, letter: mechOf(mechanism).letter}));
	const text = parts.map((part) => `${part.name} ${share(part.ns)}`).join(" + ");

	return el("div", {class: "steal"},
		el("p", null, el("b", null, `Steal in top: ${share(cpu.stat_steal_ns)} %`),
			` = ${text}`),
		strip(parts, sum(parts.map((part) => part.ns)), {width: 740}));
}

/* Each vCPU's states, as shares of its own time; "-" is not measured. */
function vcpuTable() {
	const states = [
		["running %", "running_ns"], ["stolen %", "runnable_ns"], ["idle %", "idle_ns"],
		["offline %", "offline_ns"], ["held by device model %", "held_by_device_model_ns"],
		["steal in stat %", "stat_steal_ns"]
	];
	const share = (part, row) => part === null ? "-" : percent(part, row.vcpu_ns);
	const all = sum(total.per_vcpu.map((row) => row.events));
	const columns = [
		["vCPU", (row) => row.cpu], ["seconds", (row) => (row.vcpu_ns / 1e9).toFixed(3)],
		...states.map(([title, name]) => [title, (row) => share(row[name], row)]),
		["events", (row) => count(row.events)],
		["share %", (row) => percent(row.events, all)]
	];

	return el("details", null, el("summary", null, `${total.per_vcpu.length} vCPUs apart`),
		table(columns, total.per_vcpu));
}

function drawCpu() {
	const parts = cpuParts(), seconds = (total.vcpu_ns / 1e9).toFixed(1);

	byId("cpu").querySelector("h2").append(
		el("small", null, `${seconds} vCPU-s, each nanosecond once`));
	if (!total.vcpu_ns) {
		byId("cpu").append(el("p", {class: "note"}, "no vCPU time was measured"));
		return;
	}
	byId("cpu").append(
		strip(parts, sum(parts.map((part) => part.ns))), cpuTable(), stealSplit());
	if (total.per_vcpu.length)
		byId("cpu").append(vcpuTable());
}

/* Each leg with its colour, and what is said of it. */
const legList = (legs, say) =>
	legs.map((leg) => el("span", null, el("em", {style: tint(leg.mechanism)}), say(leg)));

/* Of the time from issue to end, of requests that ended on the vCPU that issued them. */
function overlapNote(row) {
	if (!row.overlap_measured || !row.measured)
		return "";
	if (!row.overlap_count)
		return "stolen unknown: none ended on its vCPU";
	const known = row.overlap_count / row.count;
	let text = `stolen in ${percent(row.stolen_ns, row.overlap_ns)} %`;

	if (row.held_ns >= .0005 * row.overlap_ns)
		text += `, held off in ${percent(row.held_ns, row.overlap_ns)} %`;
	if (known < .995)
		text += ` (known of ${(100 * known).toFixed(0)} %)`;
	return text;
}

/* The queues of a disk, at the first of its rows. */
function queueNote(row) {
	const same = (other) => other.area === row.area && other.device === row.device;
	const use = total.queues.find((queue) => queue.device === row.device);

	if (row.area !== "disk" || total.wait_rows.find(same) !== row)
		return "";
	if (!use || !use.most_under_way)
		return "";
	let text = `at most ${count(use.most_under_way)} under way`;

	if (use.queues > 1)
		text += ` in one of ${use.queues} queues`;
	if (use.places)
		text += ` of ${count(use.places)} places`;
	if (use.into_last_place)
		text += `, the last one taken ${count(use.into_last_place)} times`;
	return text;
}

function saidOfLeg(leg) {
	const whose = leg.mechanism === "guest" ? "guest" : mechOf(leg.mechanism).letter;

	return [`${leg.name} ${ns(leg.share_ns)} `, el("small", null, whose)];
}

/* A row's legs below it. */
function waitLegs(row) {
	const late = isTimer(row) ? "late after the hard expiry: slack is not in it" : "";
	const notes = [late, overlapNote(row), queueNote(row)].filter(Boolean).join("; ");
	const whole = sum(row.legs.map((leg) => leg.ns)) || 1;

	return [
		[1, strip(row.legs, whole, {thin: true})],
		[8, [legList(row.legs, saidOfLeg), el("div", null, notes)], "left wide legs"]
	];
}

function drawWait() {
	const name = (row) => [mechChip(row.mechanism), " ",
		[row.device || row.area, row.op].filter(Boolean).join(" "),
		row.stacked && el("span", {class: "note"}, " stacked, in no total")];
	/* Without the whole request there is no distribution, only the legs' sum. */
	const latency = (member) => (row) => row.measured ? ns(row[member]) : "";
	const columns = [
		["", name, "name"], ["count", (row) => count(row.count)],
		["a second", (row) => count(row.per_second)],
		["in flight", (row) => ratio(row.in_flight)], ["mean", (row) => ns(row.mean_ns)],
		["p50", latency("p50_ns")], ["p99", latency("p99_ns")],
		["p99.9", latency("p999_ns")], ["max", latency("max_ns")]
	];

	byId("wait").querySelector("h2").append(el("small", null,
		"s waited ÷ s elapsed = average in flight; never added to CPU; legs are means"));
	if (total.wait_rows.length)
		byId("wait").append(
			table(columns, total.wait_rows, {rowClass: () => "mech", below: waitLegs}));
	else
		byId("wait").append(el("p", {class: "note"}, "nothing was waited for"));
}

const OWNER_ROWS = 40;

/* Of nobody by name, why it is nobody; of a cgroup or process its name, as the table of text has it. */
const ownerTitle = (row) => row.kind !== "named" ? row.kind
	: total.owners_by === "pid"		 ? `${row.name}[${row.id}]`
						 : row.name || "?";

function drawWho() {
	const columns = [
		["", ownerTitle, "left name"], ["count", (row) => count(row.count)],
		["a second", (row) => count(row.per_second)], ["bytes", (row) => bytes(row.bytes)],
		["mean", (row) => ns(row.mean_ns)], ["p99", (row) => ns(row.p99_ns)],
		["max", (row) => ns(row.max_ns)],
		["of the time", (row) => (100 * row.share).toFixed(1) + " %"]
	];
	const {owners, owners_by: by, only, left_out: others} = total;
	const note = (text) => byId("who").append(el("p", {class: "note"}, text));

	if (by === "nothing" && !only) {
		byId("who").remove();
		return;
	}
	if (only)
		note(`only the requests of ${only}; ${count(others)} others are left out`);
	if (by === "nothing")
		return;
	byId("who").querySelector("h2").append(el("small", null, `requests of the disks by ${by}`));
	if (owners.length)
		byId("who").append(table(columns, owners.slice(0, OWNER_ROWS)));
	else
		note("none ended");
	if (owners.length > OWNER_ROWS)
		note(`${count(owners.length - OWNER_ROWS)} more who waited less`);
}

/* When a request was made, in ms since the run began. */
const startMs = (slow) => (slow.start_ns - total.start_ns) / 1e6;

const issuer = (slow) =>
	slow.vcpu === null ? "not issued" : `${slow.comm || "?"}[${slow.pid}] vCPU ${slow.vcpu}`;

function overlap(slow) {
	if (!total.cpu.has_runstate)
		return "not measurable";
	if (slow.stolen_ns === null)
		return "unknown";
	return `stolen ${ns(slow.stolen_ns)}` +
		(slow.held_ns ? `, held off ${ns(slow.held_ns)}` : "");
}

/* The number of the path that has these requests. */
const pathOf = (slow) => total.paths.findIndex(
	(path) => isWhole(path) && path.device === slow.device && path.op === slow.op);

/* A leg's mechanism is the same for all operations of a device. */
function slowLegs(slow) {
	return slow.legs.map(({leg, ns}) => {
		const path = total.paths.find((other) => other.kind === "wait" &&
				other.device === slow.device && other.leg === leg);

		return {name: leg, ns, mechanism: path ? path.mechanism : "unattributed"};
	});
}

/* When it was made; where there is a course, that of its path is shown. */
function madeAt(slow) {
	const text = moment(startMs(slow), 1), whole = pathOf(slow);

	if (!own.course || whole < 0)
		return text;
	const link =
		el("button", {type: "button", class: "link", title: "its path over time"}, text);

	link.addEventListener("click", () => {
		heat.show([whole], pathName(whole));
		byId("heat").scrollIntoView({block: "nearest"});
	});
	return link;
}

function slowName(slow) {
	const whole = pathOf(slow), name = `${slow.device} ${slow.op}`;

	return whole < 0 ? name : [mechChip(total.paths[whole].mechanism), " ", name];
}

function inLegs(slow) {
	const legs = slowLegs(slow), lasted = sum(legs.map((leg) => leg.ns)) || 1;

	return [
		strip(legs, lasted, {thin: true}),
		legList(legs, (leg) => `${leg.name} ${ns(leg.ns)}`),
		slow.stack ? el("div", null, `called by ${slow.stack.join(" < ")}`) : ""
	];
}

/* The slowest requests of the run, each whole: when, of whom, and in which leg. */
function drawSlowest() {
	const columns = [
		["made", madeAt], ["request", slowName, "left name"],
		["took", (slow) => ns(slow.total_ns)], ["in legs", inLegs, "left wide legs"],
		["issued by", issuer, "left name"], ["its vCPU", overlap, "left note"]
	];

	byId("slowest").append(total.slowest.length ? table(columns, total.slowest)
						    : el("p", {class: "note"}, "no request ended"));
}

/* A guest has a row for each of its devices; what is left out is said. */
const EVENT_ROWS = 100, VCPUS_SHOWN = 4;

function vcpuShares(row) {
	const busiest = [...row.by_vcpu].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
	const each = busiest.slice(0, VCPUS_SHOWN).map(([cpu,
		events]) => el("span", null, `${cpu}: ${percent(events, row.count, 0)} %`));
	const more = busiest.length - each.length;

	return [...each, more > 0 && `${more} more`];
}

/* The kernel's own counters are by device: several rows may share them, and none may have them. */
function oddities(device) {
	const own = total.xenbus.filter((bus) => device && bus.device === device);
	const of = (name) => sum(own.map((bus) => bus[name]));
	const spurious = of("spurious_events"), late = of("jiffies_eoi_delayed");

	return [
		spurious && `${count(spurious)} spurious`,
		late && `end delayed by ${count(late)} jiffies`
	].filter(Boolean)
		.join(", ");
}

/* Event channels by kind and device: who handles them, and what the kernel found odd about them. */
function drawEvents() {
	const elapsed = total.end_ns - total.start_ns, rows = total.event_rows;
	const odd = (row) => el("span", {class: "bad"}, oddities(row.device));
	const columns = [
		["kind", (row) => row.kind], ["device", (row) => row.device || "-", "left name"],
		["channels", (row) => count(row.channels)], ["events", (row) => count(row.count)],
		["a second", (row) => ratio(1e9 * row.count / elapsed)],
		["by vCPU", vcpuShares, "left wide legs"], ["by the kernel's count", odd, "left"]
	];

	if (!rows.length) {
		byId("events").append(el("p", {class: "note"},
			"none were counted: a guest without event channels, or the family evtchn is off"));
		return;
	}
	byId("events").append(table(columns, rows.slice(0, EVENT_ROWS)));
	if (rows.length > EVENT_ROWS)
		byId("events").append(el("p", {class: "note"},
			`${count(rows.length - EVENT_ROWS)} more rows with fewer events`));
}
