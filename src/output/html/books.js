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
	const own = D.own_cost, share = (100 * own.cpu_share).toFixed(2);
	const vdso = own.clock_in_vdso === false ? ", a system call" : "";
	const process =
		own.clock_gettime_ns ? ` (a process pays ${ns(own.clock_gettime_ns)}${vdso})` : "";
	const clock = own.clock_read_ns ? `, a clock read ${ns(own.clock_read_ns)}${process}` : "";

	return el("p", null, `Tracer: ${ns(own.bpf_ns)} in BPF + ${ns(own.user_ns)} of its own `,
		`(${share} % of CPU), ${ns(own.ns_per_event)} an event${clock}; `,
		`memory ${bytes(own.rss_bytes)}, kernel ${bytes(own.kernel_bytes)}`);
}

function lossTable(losses) {
	const row = (loss) => el("tr", null, el("td", {class: loss.lost && "bad"}, loss.name),
		el("td", null, count(loss.count)), el("td", {class: "left wide note"}, loss.why));

	if (!losses.length)
		return el("p", null, "Nothing was lost, nothing left out.");
	return scrolled(heads(["Not measured", "events", ""]), losses.map(row));
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

function probeTable(on) {
	const each = (probe) => probe.ns_per_run ? probe.ns_per_run.toFixed(0) : "-";
	const row = (probe) =>
		cells([probe.name, probe.family, probe.rung, count(probe.runs), each(probe)]);

	return scrolled(heads(["hook", "family", "attached as", "runs", "ns a run"]),
		on.map((probe) => el("tr", null, row(probe))));
}

function drawBooks() {
	const off = D.probes.filter((probe) => probe.rung === "off" && probe.applicable);
	const on = D.probes.filter((probe) => probe.rung !== "off");
	const all = `of ${D.quality.probes} probes`;

	byId("books").append(conservationBooks("Requests", D.conservation),
		conservationBooks("Packets sent", D.packet_conservation), ownCost(),
		lossTable(D.losses.filter((loss) => loss.count)));
	if (off.length)
		byId("books").append(el("details", {open: off.length < 4},
			el("summary", null, `${off.length} ${all} could not attach: why`),
			offByReason(off)));
	byId("books").append(el("details", null,
		el("summary", null, `${D.quality.probes_on} ${all} on: what each cost`),
		probeTable(on)));
}
