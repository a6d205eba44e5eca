/* What requests waited: a row for each device and operation, and its legs below. */

D.waits = D.waits.map(numbered);

/* Each leg with its colour, and what is said of it. */
const legList = (legs, say) =>
	legs.map((leg) => el("span", null, el("em", {style: tint(leg.mech)}), say(leg)));

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
	const use = D.queues.find((queue) => queue.device === row.device);

	if (D.terms.areas[row.area] !== "disk" || D.waits.find(same) !== row)
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
	const whose = leg.mech === GUEST ? "guest" : D.terms.letters[leg.mech];

	return [`${leg.name} ${ns(leg.share_ns)} `, el("small", null, whose)];
}

function waitRows(row) {
	const name = [row.device || D.terms.areas[row.area], row.op].filter(Boolean).join(" ");
	const late = isTimer(row) ? "late after the hard expiry: slack is not in it" : "";
	const notes = [late, overlapNote(row), queueNote(row)].filter(Boolean).join("; ");
	const whole = sum(row.legs.map((leg) => leg.ns)) || 1;
	/* Without the whole request there is no distribution, only the legs' sum. */
	const latencies = [row.p50_ns, row.p99_ns, row.p999_ns, row.max_ns];
	const figures = [
		count(row.count), count(row.per_second), ratio(row.in_flight), ns(row.mean_ns),
		...latencies.map((value) => row.measured ? ns(value) : "")
	];
	const stacked = row.stacked && el("span", {class: "note"}, " stacked, in no total");

	return [
		el("tr", {class: "mech"},
			el("td", {class: "name", title: name}, mechChip(row.mech), " ", name,
				stacked),
			cells(figures)),
		el("tr", {class: "legrow"}, el("td", null, strip(row.legs, whole, {thin: true})),
			el("td", {colspan: 8, class: "left wide legs"},
				legList(row.legs, saidOfLeg), el("div", null, notes))),
	];
}

function drawWait() {
	const titles = ["", "count", "a second", "in flight", "mean", "p50", "p99", "p99.9", "max"];

	byId("wait").querySelector("h2").append(el("small", null,
		"s waited ÷ s elapsed = average in flight; never added to CPU; legs are means"));
	if (D.waits.length)
		byId("wait").append(scrolled(heads(titles), D.waits.flatMap(waitRows)));
	else
		byId("wait").append(el("p", {class: "note"}, "nothing was waited for"));
}
