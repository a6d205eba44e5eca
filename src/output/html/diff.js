/* The comparison from top to bottom. */
function runRow(name, say) {
	const [before, after] = [D.diff.before, D.diff.after].map(say);
	const same = String(before) === String(after);

	return el("tr", {class: same ? "quiet" : null}, el("td", {class: "note"}, name),
		[before, after].map((value) => el("td", {class: "left wide"}, value)));
}

const counted = (n, one, many) => `${count(n)} ${n === 1 ? one : many}`;

function lengthOf(run) {
	const intervals = counted(run.intervals, "interval", "intervals");
	const batches = counted(run.batches, "batch", "batches");

	return `${run.elapsed_s.toFixed(1)} s, ${intervals}, ${batches} compared`;
}

const completeness = (run) =>
	run.complete ? "complete" : el("span", {class: "bad"}, "INCOMPLETE: see its report");

function drawRuns() {
	const stamp = (run) =>
		run.start_utc ? run.start_utc.slice(0, 19).replace("T", " ") + "Z" : "-";
	const disk = ({before, after, by}) =>
		el("p", null, `Disk ${before} is now ${after}, told by its ${by}.`);
	const titles = ["", "before", "after"].map((title) => el("th", {class: "left"}, title));

	byId("runs").append(
		el("div", {class: "scroll runs"},
			el("table", null, el("tr", null, titles),
				runRow("recording", (run) => run.file),
				runRow("host", (run) => run.host || "-"),
				runRow("mode", (run) => run.mode || "-"),
				runRow("kernel", (run) => run.kernel ? "Linux " + run.kernel : "-"),
				runRow("began", stamp), runRow("length", lengthOf),
				runRow("data", completeness))),
		...D.diff.disks.map(disk));
}

function drawVerdict() {
	const [what, ...how] = D.judgement.split(":");

	byId("verdict").append(el("b", null, what), ":" + how.join(":") + ".");
	byId("made").append(`Made by xentrace-bpf ${D.diff.after.version || ""}: ` +
		`${D.diff.before.command_line || "?"} › ${D.diff.after.command_line || "?"}`);
}

drawVerdict();
drawRuns();

const tables = [new Changes("wait", byId("wait")), new Changes("cpu", byId("cpu"))];
const flames = [CPU, WAIT].map(
	(kind) => new ChangeFlame(kind, byId(D.terms.kinds[kind] + "-flame"), () => {}));

byId("wait-flame").querySelector("h2").after(changeLegend());

function drawAll() {
	flames.forEach((flame) => flame.draw());
}

function searchTables(match) {
	const shown = tables.map((table) => {
		table.match = match;
		return table.show();
	});

	return `${count(sum(shown))} rows`;
}

function searchFlame(flame, match) {
	const share = percent(flame.search(match), flame.root.drawn);

	return `${D.terms.kinds[flame.kind]} ${share} % of what is drawn`;
}

const searched = [searchTables, ...flames.map((flame) => (match) => searchFlame(flame, match))];

function showOnly() {
	tables.forEach((table) => {
		table.only = byId("only").checked;
		table.show();
	});
	search();
}

byId("only").addEventListener("change", showOnly);
document.addEventListener("keydown", (event) => {
	if (event.key !== "c" || event.ctrlKey || event.altKey || event.metaKey)
		return;
	if (event.target.matches("input[type=search]"))
		return;
	byId("only").click();
});

drawAll();
