/* What run this is, and what was found. */
function verdict() {
	const quality = D.quality, lost = (100 * quality.lost_share).toFixed(2);

	if (quality.incomplete)
		return el("span", {class: "bad"},
			`INCOMPLETE: up to ${lost} % of events lost, read it as a sketch`);
	return el("span", {class: "good"}, `Data complete (lost ${count(quality.lost)})`);
}

function runLine() {
	const run = D.run, detect = D.detect || {};
	const began = run.wall_start_ms ? new Date(run.wall_start_ms).toISOString() : "";
	const stamp = began && began.slice(0, 19).replace("T", " ") + "Z";
	const seconds = (run.elapsed_ns / 1e9).toFixed(1) + " s";

	return [
		run.host, [stamp, seconds].filter(Boolean).join(" + "),
		`${run.vcpus} vCPU${run.vcpus === 1 ? "" : "s"}`,
		run.kernel && "Linux " + run.kernel, detect.hypervisor,
		detect.mode && "mode " + detect.mode,
		detect.clocksource && "clock " + detect.clocksource
	].filter(Boolean)
		.join(" · ");
}

function drawHead() {
	const {probes, probes_on} = D.quality, cost = percent(D.own_cost.cpu_share, 1, 2);

	byId("run").append(runLine());
	byId("verdict").append(
		verdict(), ` · tracer ${cost} % of CPU · ${probes_on} of ${probes} probes on`);
	byId("made").append(
		`Made by xentrace-bpf ${D.run.version || ""}: ${D.run.command_line || ""}`);
}

function drawFinding(f) {
	return el("article", {class: "finding"}, el("p", null, `${f.id}: ${f.what}`),
		el("ul", null, f.figures.map((figure) => el("li", null, figure))),
		f.do && el("p", null, el("b", null, "Do "), f.do),
		f.check && el("p", null, el("b", null, "Check "), f.check));
}

/* The rules of one verdict, with their title; nothing where there are none. */
function listOf(title, findings) {
	const say = (f) =>
		el("li", null, f.id, f.subject && ` (${f.subject})`, f.what && ": " + f.what);

	return findings.length ? [el("h3", null, title), el("ul", null, findings.map(say))] : null;
}

function drawFindings() {
	const of = (verdict) => D.findings.filter((f) => f.verdict === verdict);
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
