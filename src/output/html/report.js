/* The report from top to bottom: what run this is, what was found, the drawings, how far to trust it. */
const detect = header.detect || {};

function verdict() {
	const {lost, lost_share} = total.quality, share = (100 * lost_share).toFixed(2);

	if (!total.complete)
		return el("span", {class: "bad"},
			`INCOMPLETE: up to ${share} % of events lost, read it as a sketch`);
	return el("span", {class: "good"}, `Data complete (lost ${count(lost)})`);
}

function runLine() {
	const began = total.start_utc ? total.start_utc.slice(0, 19).replace("T", " ") + "Z" : "";
	const seconds = ((total.end_ns - total.start_ns) / 1e9).toFixed(1) + " s";

	return [
		header.host, [began, seconds].filter(Boolean).join(" + "),
		`${total.vcpus} vCPU${total.vcpus === 1 ? "" : "s"}`,
		header.kernel && "Linux " + header.kernel, detect.hypervisor,
		detect.mode && "mode " + detect.mode,
		detect.clocksource && "clock " + detect.clocksource
	].filter(Boolean)
		.join(" · ");
}

function drawHead() {
	const {probes, probes_on} = total.quality, cost = percent(total.own_cost.cpu_share, 1, 2);

	byId("run").append(runLine());
	byId("verdict").append(
		verdict(), ` · tracer ${cost} % of CPU · ${probes_on} of ${probes} probes on`);
	byId("made").append(
		`Made by xentrace-bpf ${header.version || ""}: ${header.command_line || ""}`);
}

/* Bounds of what the change would save, or why nobody can tell. */
function tellGain({gain, gain_unknown}) {
	if (!gain)
		return "cannot be told from here: " + gain_unknown;
	const low = gain.low.toFixed(2), high = gain.high.toFixed(2);

	return `${low === high ? high : low + " to " + high} ${gain.unit} in a run like this`;
}

function drawFinding(f) {
	return el("article", {class: "finding"}, el("p", null, `${f.id}: ${f.what}`),
		el("ul", null, f.figures.map((figure) => el("li", null, figure)),
			f.ruled_out.map((other) => el("li", null, "not: " + other))),
		el("p", null, el("b", null, "Gain "), tellGain(f)),
		f.actions.map(({how, what}) => el("p", null, el("b", null, `Do (${how}) `), what)),
		f.check && el("p", null, el("b", null, "Check "), f.check));
}

/* The rules of one verdict, with their title; nothing where there are none. */
function listOf(title, findings) {
	const say = (f) =>
		el("li", null, f.id, f.subject && ` (${f.subject})`, f.what && ": " + f.what);

	return findings.length ? [el("h3", null, title), el("ul", null, findings.map(say))] : null;
}

function drawFindings() {
	const of = (verdict) => total.findings.filter((f) => f.verdict === verdict);
	const met = of("met"), not = of("not met"), unknown = of("not testable");
	const others = met.length ? `${not.length} other` : not.length;

	byId("findings")
		.append(...met.map(drawFinding),
			el("details", null,
				el("summary", null,
					`${others} tested, not met; ${
						unknown.length} not testable`),
				listOf("Not met", not), listOf("Not testable", unknown)));
}

/* What serves each part of this guest: a cell for each device and facility. */
const letters = [
	["P", "paravirtual", "pv"], ["VS", "virtualized in software (emulated)", "emulated"],
	["VH", "virtualized in hardware", "hardware"], ["H", "bare hardware", "hardware"],
	["?", "no evidence", "unattributed"]
];
const letterChip = (letter) =>
	chip(letter, (letters.find(([own]) => own === letter) || letters.at(-1))[2]);

function tellCell(cell) {
	const what = [cell.area, cell.device].filter(Boolean).join(" ");
	const rows = [
		["evidence", cell.evidence || "none"],
		["better on this guest?", cell.better || "no"]
	];

	if (cell.conflicting)
		rows.push(["", "evidence conflicts"]);
	return [`${what}: ${cell.letter} ${cell.how}`, rows];
}

function drawCell(cell) {
	const better = el("span", {class: "better", "aria-label": "could be better"}, "↑");
	const element =
		el("div", {class: "cell", tabindex: 0, role: "listitem"}, letterChip(cell.letter),
			cell.device && el("span", null, cell.device), el("i", null, cell.how),
			cell.better && better, cell.conflicting && el("span", {class: "bad"}, "!"));

	explain(element, () => tellCell(cell));
	return element;
}

function drawArea(area, cells) {
	return el("div", {class: "area"}, el("span", null, area),
		el("div", {class: "cells", role: "list"}, cells.map(drawCell)));
}

function drawSpectrum() {
	const cells = detect.spectrum || [];
	const areas = [...new Set(cells.map((cell) => cell.area))];
	const of = (area) => cells.filter((cell) => cell.area === area);
	const say = ([letter, text]) => el("span", null, letterChip(letter), text);
	/* The same without pointing: for paper, and to copy from. */
	const evidence = [
		["", (cell) => `${cell.area} ${cell.device || ""}`, "left wide"],
		["now", (cell) => `${cell.letter} ${cell.how}`, "left wide"],
		["better on this guest?", (cell) => cell.better || "-", "left wide"],
		["evidence", (cell) => cell.evidence, "left wide"]
	];

	if (cells.length)
		byId("spectrum")
			.append(el("div", {class: "spectrum"},
					areas.map((area) => drawArea(area, of(area)))),
				el("details", null, el("summary", null, "All evidence"),
					table(evidence, cells)));
	else
		byId("spectrum").append(el("p", {class: "note"}, "nothing is known of this guest"));
	byId("spectrum")
		.append(el("p", {class: "legend"}, letters.map(say),
			el("span", null, el("b", {class: "bad"}, "↑"),
				"something better is possible on this guest")));
}

/* Losses, the books of requests, and what tracing cost. */
function conservationBooks(what, io) {
	const n = (name) => `${count(io[name])} ${name.replace("_", " ")}`;
	const carried = io.carried ? n("carried") + " + " : "";
	const missing = io.missing && el("span", {class: "bad"}, `, ${n("missing")}`);
	const before = count(io.preexisting) + " were in flight before and are not measured";
	const kernel = io.lost && io.kernel_completed
		? `; the kernel counted ${count(io.kernel_completed)} completed in this time`
		: "";

	return el("p", null, `${what}: ${carried}${n("started")} = ${n("completed")} + `,
		`${n("in_flight")} + ${n("lost")}`, missing || "",
		io.preexisting ? "; " + before : "", kernel);
}

function ownCost() {
	const cost = total.own_cost, share = (100 * cost.cpu_share).toFixed(2);
	const vdso = cost.clock_in_vdso === false ? ", a system call" : "";
	const process = cost.clock_gettime_ns
		? ` (a process pays ${ns(cost.clock_gettime_ns)}${vdso})`
		: "";
	const clock =
		cost.clock_read_ns ? `, a clock read ${ns(cost.clock_read_ns)}${process}` : "";

	return el("p", null, `Tracer: ${ns(cost.bpf_ns)} in BPF + ${ns(cost.user_ns)} of its own `,
		`(${share} % of CPU), ${ns(cost.ns_per_event)} an event${clock}; `,
		`memory ${bytes(cost.rss_bytes)}, kernel ${bytes(cost.kernel_bytes)}`);
}

function lossTable(losses) {
	const name = (loss) => el("span", {class: loss.lost && "bad"}, loss.name);

	if (!losses.length)
		return el("p", null, "Nothing was lost, nothing left out.");
	return table(
		[
			["Not measured", name], ["events", (loss) => count(loss.count)],
			["", (loss) => loss.why, "left wide note"]
		],
		losses);
}

/* Many probes have one reason: it is said once. */
function offByReason(off) {
	const reasons = new Map();

	for (const probe of off) {
		const reason = [probe.cause, probe.fix].filter(Boolean).join("; ");

		reasons.set(reason, [...(reasons.get(reason) || []), probe.name]);
	}
	const say = ([reason, names]) =>
		el("li", null, names.join(", "), el("br"), el("span", {class: "note"}, reason));

	return el("ul", null, [...reasons].map(say));
}

function drawBooks() {
	const off = total.probes.filter((probe) => probe.rung === "off" && probe.applicable);
	const on = total.probes.filter((probe) => probe.rung !== "off");
	const all = `of ${total.quality.probes} probes`;
	const columns = [
		["hook", (probe) => probe.name], ["family", (probe) => probe.family],
		["attached as", (probe) => probe.rung], ["runs", (probe) => count(probe.runs)],
		["ns a run", (probe) => probe.ns_per_run ? probe.ns_per_run.toFixed(0) : "-"]
	];

	byId("books").append(conservationBooks("Requests", total.conservation),
		conservationBooks("Packets sent", total.packet_conservation), ownCost(),
		lossTable(total.losses.filter((loss) => loss.count)));
	if (off.length)
		byId("books").append(el("details", {open: off.length < 4},
			el("summary", null, `${off.length} ${all} could not attach: why`),
			offByReason(off)));
	byId("books").append(el("details", null,
		el("summary", null, `${total.quality.probes_on} ${all} on: what each cost`),
		table(columns, on)));
}

/* The whole requests of which these paths are legs. */
function wholeRequests(legs) {
	const {paths} = total;
	const same = (a, b) => a.area === b.area && a.device === b.device && a.op === b.op;
	const hasLegs = (path) => isWhole(path) && legs.some((i) => same(paths[i], path));

	return [...paths.keys()].filter((i) => hasLegs(paths[i]));
}

/*
 * The paths whose events a frame is made of. Requests are counted whole: a frame above the legs
 * stands for the requests of its devices, whose legs it is made of.
 */
function pathsOf({kind}, frame) {
	const leaves = (frame) => frame.kids.length ? frame.kids.flatMap(leaves) : [frame.way];
	const ways = new Set(leaves(frame));
	const isOwn = (i) => total.paths[i].kind === kind && ways.has(wayOf(total.paths[i]));
	const paths = [...total.paths.keys()].filter(isOwn);

	if (kind === "cpu")
		return {paths, events: "passes"};
	if (!frame.kids.length)
		return {paths, events: "requests"};
	const whole = wholeRequests(paths);

	return whole.length ? {paths: whole, events: "whole requests"}
			    : {paths, events: "legs of requests"};
}

function tellFrame(flame, frame) {
	const away =
		frame === flame.root ? "click: all of it" : "click: zoom, and its latencies below";
	const share = percent(frame.ns, flame.root.ns, 2) + " % of what is drawn";
	const rows = [["time", ns(frame.ns)], ["share", share]];
	const {paths, events} = pathsOf(flame, frame);
	const f = figures(histOf(paths));

	if (paths.length)
		rows.push([events, count(f.count)], ["mean", ns(f.mean)], ["p50", ns(f.p50)],
			["p99", ns(f.p99)], ["p99.9", ns(f.p999)], ["max", ns(f.max)]);
	return [frame.way, rows, frame === flame.zoomed && frame.parent ? "" : away];
}

function choose(flame, frame) {
	const {paths, events} = pathsOf(flame, frame);

	heat.show(paths, `${flame.kind} / ${frame.way}, ${events}`);
	compare.show(paths);
}

drawHead();
drawFindings();
drawSpectrum();
drawCpu();
drawWait();
drawWho();
drawSlowest();
drawEvents();
drawBooks();

const heat = new Heat(byId("heat"));
const compare = new Compare(byId("compare"));
const drawing = openDrawing(byId("flame"));
const flames = ["cpu", "wait"].map((kind) => {
	const flame = new Flame(
		drawing, kind, (frame) => tellFrame(flame, frame), (frame) => choose(flame, frame));

	return flame;
});

function drawAll() {
	compare.draw();
	heat.draw();
}

/* At first the requests most waited for; without any, the cpu paths. */
function showFirst() {
	const wait = total.wait_rows.find((row) => row.measured && !row.stacked);
	const i = wait ? pathOf(wait) : -1, [cpu] = flames;

	if (i >= 0)
		heat.show([i], pathName(i));
	else if (cpu.root)
		heat.show(pathsOf(cpu, cpu.root).paths, `cpu / ${cpu.root.way}, passes`);
}

const searched = flames.map((flame) => (match) => flame.said(flame.search(match)));

showFirst();
drawAll();
