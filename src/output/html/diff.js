/* The comparison from top to bottom: the runs, the tables of what changed, the drawing. */
const diff = readDocument("diff");
const SHOWN = 40; /* rows, and whatever is called; the rest is asked for */

const rate = (value) => value >= 999.5 ? count(value) : ratio(value);
const milli = (value) => scaled(value / 1e6, [""]);
const signed = (share) => (share < 0 ? "−" : "+") + Math.abs(100 * share).toFixed(1);

/* From -1, only before, to 1, only after. */
function changeColor(share) {
	const shades = own.changes;

	return shades[Math.round((share + 1) / 2 * (shades.length - 1))];
}

/* "!−84.6 ±0.4", "×12.3", "" when one side has nothing, in brackets what could not be tested. */
function changeText(m) {
	if (!(m.before > 0) || !(m.after > 0))
		return m.changed ? m.before > 0 ? "!gone" : "!new" : "";
	const noise = m.shift === null ? 0 : (m.high - m.low) / 2;
	const change = noise > 0 ? m.shift : m.change;
	const size = change >= 9.995 ? "×" + rate(change + 1) : signed(change);
	const error = noise > 0 && noise < 9.995 ? ` ±${(100 * noise).toFixed(1)}` : "";

	return m.p === null ? `(${size})` : (m.changed ? "!" : "") + size + error;
}

/* What is called is seen, however small it is. */
function calledColor(m) {
	const before = m.before || 0, after = m.after || 0;
	const share = (after - before) / (after + before || 1);

	return `background:${changeColor(Math.sign(share) * Math.max(.3, Math.abs(share)))}`;
}

function tellMetric(row, name, m, say) {
	const there = (value) => value === null ? "not there" : say(value);
	const rows = [["before", there(m.before)], ["after", there(m.after)]];

	if (m.change !== null)
		rows.push(["whole runs", signed(m.change) + " %"]);
	if (m.shift !== null)
		rows.push(["intervals' median", signed(m.shift) + " %"],
			["95 % of it", `${signed(m.low)} to ${signed(m.high)} %`]);
	if (m.p !== null)
		rows.push(["p of chance alone", m.p < 1e-4 ? "< 0.0001" : m.p.toFixed(4)]);
	const verdict = m.changed ? "called a change" : "no more than chance";

	return [`${nameOf(row)}: ${name}`, rows, m.p === null ? "not tested" : verdict];
}

/* Before, after and change of a figure: three columns. Nothing where the row has no such figure. */
function metricColumns(member, title, say, has) {
	const of = (row) => row[member], tell = (row) => tellMetric(row, title, of(row), say);
	const value = (side) => (row) => !has(row) ? ""
		: of(row)[side] === null	   ? "-"
						   : say(of(row)[side]);
	const change = (row) => {
		const m = of(row);

		if (!has(row))
			return "";
		return m.changed
			? el("span", {class: "called", style: calledColor(m)}, changeText(m))
			: changeText(m);
	};

	return [
		["before", value("before"), "group", tell], ["after", value("after"), null, tell],
		["change %", change, "change", tell]
	];
}

/* "sda", or where the sides differ "sda › xvda". */
function both({before, after}) {
	return before !== null && after !== null && before !== after ? `${before} › ${after}`
								     : before ?? after;
}

function nameOf(row) {
	const leg = both(row.leg), isTotal = row.kind === "wait" && !row.part_of_total;

	if (row.part_of_total)
		return leg;
	return [both(row.device) || row.area, row.op, isTotal ? "" : leg].filter(Boolean).join(" ");
}

/* All by which a row is found: what its frames are called. */
function wordsOf(row) {
	const way =
		(side) => [row.mechanism[side], row.area, row.device[side], row.op, row.leg[side]];
	const ways = ["before", "after"].filter((side) => row.device[side] !== null).map(way);

	return [nameOf(row), ...ways.flat(), ...ways.map((way) => way.filter(Boolean).join(" / "))];
}

function mechChips({before, after}) {
	const sides = [before, after].filter((name) => name !== null);

	return [...new Set(sides)].map((name, i) => [i ? " › " : "", mechChip(name)]);
}

/* Time a second, both on the scale of the table's longest. */
function bars(row, most) {
	const bar = (side, value) => el("span",
		{class: side, style: `width:${most ? 100 * value / most : 0}%`, hidden: !value});

	return el("div", {class: "bars", "aria-hidden": "true"}, bar("before", row.before_ns_per_s),
		bar("after", row.after_ns_per_s));
}

function changesTable(rows) {
	const most =
		Math.max(...rows.flatMap((row) => [row.before_ns_per_s, row.after_ns_per_s]), 0);
	const mark = (row) => row.changed && el("b", {class: "mark", title: "changed"}, "!");
	const name = (row) => [el("span", {class: "where"}, mark(row)),
		el("span", {class: "mechs"}, mechChips(row.mechanism), " "), nameOf(row)];
	const time = (side) => (row) =>
		row.device[side] === null ? "-" : milli(row[side + "_ns_per_s"]);
	/* What is counted and not timed has no latency. */
	const isTimed = (row) => row.mean_ns.before > 0 || row.mean_ns.after > 0;
	const group = (title, note) => el("th", {class: "group", colspan: 3, scope: "colgroup"},
		title, " ", el("small", null, note));
	const groups = el("tr", {class: "groups"}, el("th"), group("time", "ms/s"),
		group("count", "a second"), group("mean", ""), group("p99", ""));
	const columns = [
		["", name, "name"], ["before", time("before"), "group"], ["after", time("after")],
		["", (row) => bars(row, most), "barcell"],
		...metricColumns(
			"count_per_s", "count a second", rate, (row) => !row.part_of_total),
		...metricColumns("mean_ns", "mean", ns, isTimed),
		...metricColumns("p99_ns", "p99", ns, isTimed)
	];
	const rowClass =
		(row) => [row.part_of_total ? "leg" : "whole", row.changed ? "" : "quiet"].join(
			" ");

	return table(columns, rows, {groups, rowClass});
}

/* A table of one kind, of which what is asked for is shown. */
class Changes {
	constructor(kind, section) {
		this.rows = diff.changes.filter((row) => row.kind === kind);
		this.room = SHOWN;
		this.match = null;
		this.only = false;
		this.note = el("p", {class: "note", role: "status"});
		this.more = el("button", {type: "button", class: "link"});
		this.more.addEventListener("click", () => {
			this.room = Infinity;
			this.show();
		});

		this.table = changesTable(this.rows);
		this.table.classList.add("changes");
		this.lines = [...this.table.querySelectorAll("tbody tr")];
		section.append(this.table, this.note, el("p", null, this.more));
		this.gather();
		this.show();
	}

	/* Each whole with its legs. */
	gather() {
		this.groups = [];
		this.rows.forEach((row, i) => {
			const words = wordsOf(row);

			if (!row.part_of_total || !this.groups.length)
				this.groups.push([]);
			this.groups.at(-1).push({row, words, line: this.lines[i]});
		});
	}

	/* Which of a group: a leg is found with its whole, and is never seen without it. */
	wanted([whole, ...legs], room) {
		const found = (one) => !this.match || one.words.some(this.match);
		const changed = (one) => !this.only || one.row.changed;
		const all = found(whole);
		const kept = legs.filter((leg) => (all || found(leg)) && changed(leg));
		const cut = !this.match && !this.only && room <= 0 &&
			![whole, ...legs].some((one) => one.row.changed);

		if (cut || !(kept.length || (all && changed(whole))))
			return [];
		return [whole, ...kept];
	}

	show() {
		let shown = 0, hidden = 0;

		for (const group of this.groups) {
			const wanted = new Set(this.wanted(group, this.room - shown));

			group.forEach((one) => { one.line.hidden = !wanted.has(one); });
			shown += wanted.size;
			hidden += group.length - wanted.size;
		}
		const searched = this.match ? "nothing matches" : "nothing is called a change";

		this.table.hidden = !shown;
		this.note.textContent =
			this.rows.length ? searched : "nothing was seen in either run";
		this.note.hidden = shown > 0;
		this.more.hidden = !hidden || !shown || this.match !== null || this.only;
		this.more.textContent = `${hidden} more, none called a change`;
		return shown;
	}
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
	const rows = [
		["recording", (run) => run.file], ["host", (run) => run.host || "-"],
		["mode", (run) => run.mode || "-"],
		["kernel", (run) => run.kernel ? "Linux " + run.kernel : "-"], ["began", stamp],
		["length", lengthOf], ["data", completeness]
	];
	const isSame = ([, say]) => String(say(diff.before)) === String(say(diff.after));
	const columns = [
		["", ([name]) => name, "note"],
		["before", ([, say]) => say(diff.before), "left wide"],
		["after", ([, say]) => say(diff.after), "left wide"]
	];
	const runs = table(columns, rows, {rowClass: (row) => isSame(row) ? "quiet" : null});

	runs.classList.add("runs");
	byId("runs").append(runs, ...diff.disks.map(disk));
}

function drawVerdict() {
	const [what, ...how] = diff.judgement.split(":");

	byId("verdict").append(el("b", null, what), ":" + how.join(":") + ".");
	byId("made").append(`Made by xentrace-bpf ${diff.after.version || ""}: ` +
		`${diff.before.command_line || "?"} › ${diff.after.command_line || "?"}`);
}

/* "24.03 > 26.12 ms a second (+2.09)", as the drawing says it: [before, after] in ns */
function timesOf(frame) {
	const [, before, after] = /^(\S+) > (\S+) ms a second/.exec(frame.said[1]);

	return [Number(before) * 1e6, Number(after) * 1e6];
}

function changeOf(before, after) {
	if (!before || !after)
		return before ? "only before" : "only after";
	const size = (after < before ? "−" : "+") + ns(Math.abs(after - before));

	return `${size} (${signed(after / before - 1)} %)`;
}

function tellFrame(flame, frame) {
	const [before, after] = timesOf(frame), perSecond = (value) => `${ns(value)} a second`;
	const share = percent(frame.ns, flame.root.ns, 2) + " % of what is drawn";
	const rows = [
		["before", perSecond(before)], ["after", perSecond(after)],
		["change", changeOf(before, after)], ["share", share]
	];
	const away = frame === flame.root ? "click: all of it" : "click: zoom";

	return [frame.way, rows, frame === flame.zoomed && frame.parent ? "" : away];
}

drawVerdict();
drawRuns();

const tables = [new Changes("wait", byId("wait")), new Changes("cpu", byId("cpu"))];
const drawing = openDrawing(byId("flame"));
const flames = ["cpu", "wait"].map((kind) => {
	const flame = new Flame(drawing, kind, (frame) => tellFrame(flame, frame));

	flame.group.classList.add("two");
	return flame;
});

/* The drawing is as wide as the page. */
function drawAll() {
}

function searchTables(match) {
	const shown = tables.map((table) => {
		table.match = match;
		return table.show();
	});

	return `${count(sum(shown))} rows`;
}

const searched =
	[searchTables, ...flames.map((flame) => (match) => flame.said(flame.search(match)))];

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
