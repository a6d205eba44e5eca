/* The slowest requests of the run, each whole: when, of whom, and in which leg. */
const startMs = (slow) => (slow.start_ns - D.run.start_ns) / 1e6;

const issuer = (slow) =>
	slow.vcpu === null ? "not issued" : `${slow.comm || "?"}[${slow.pid}] vCPU ${slow.vcpu}`;

function overlap(slow) {
	if (!D.cpu.has_runstate)
		return "not measurable";
	if (slow.stolen_ns === null)
		return "unknown";
	return `stolen ${ns(slow.stolen_ns)}` +
		(slow.held_ns ? `, held off ${ns(slow.held_ns)}` : "");
}

/* The number of the path that has these requests. */
const pathOf = (slow) => D.paths.findIndex(
	(path) => isWhole(path) && path.device === slow.device && path.op === slow.op);

/* A leg's mechanism is the same for all operations of a device. */
function slowLegs(slow) {
	return slow.legs.map(({leg, ns}) => {
		const path = D.paths.find((other) => other.kind === WAIT &&
				other.device === slow.device && other.leg === leg);

		return {name: leg, ns, mech: path ? path.mech : UNATTRIBUTED};
	});
}

/* When it was made; where there is a course, that of its path is shown. */
function madeAt(slow, whole) {
	const text = moment(startMs(slow), 1);

	if (!D.series || whole < 0)
		return text;
	const link =
		el("button", {type: "button", class: "link", title: "its path over time"}, text);

	link.addEventListener("click", () => {
		heat.show([whole], pathName(whole));
		byId("heat").scrollIntoView({block: "nearest"});
	});
	return link;
}

function slowRow(slow) {
	const legs = slowLegs(slow), whole = pathOf(slow);
	const name = `${slow.device} ${slow.op}`;
	const letter = whole < 0 ? null : mechChip(D.paths[whole].mech);
	const lasted = sum(legs.map((leg) => leg.ns)) || 1;

	return el("tr", null, el("td", null, madeAt(slow, whole)),
		el("td", {class: "left name", title: name}, letter, letter && " ", name),
		el("td", null, ns(slow.total_ns)),
		el("td", {class: "left wide legs"}, strip(legs, lasted, {thin: true}),
			legList(legs, (leg) => `${leg.name} ${ns(leg.ns)}`)),
		el("td", {class: "left name", title: issuer(slow)}, issuer(slow)),
		el("td", {class: "left note"}, overlap(slow)));
}

function drawSlowest() {
	if (!D.slowest.length) {
		byId("slowest").append(el("p", {class: "note"}, "no request ended"));
		return;
	}
	byId("slowest").append(el("div", {class: "scroll"},
		el("table", null,
			el("tr", null, el("th", null, "made"), el("th", {class: "left"}, "request"),
				el("th", null, "took"), el("th", {class: "left"}, "in legs"),
				el("th", {class: "left"}, "issued by"),
				el("th", {class: "left"}, "its vCPU")),
			D.slowest.map(slowRow))));
}
